// What the visitor has selected and where the caret is: as places in texts that the relay has, or in the value of the field that has the
// focus. Of what begins or ends in a masked place nothing is told, for its offsets are lengths. Nobody's eyes, nothing to tell.

import type { Page } from '../../part';
import { core } from '../given';
import { setSelection } from '../ops';
import { deepestActive } from './focus';

type Ends = [start: Node, offset: number, end: Node, endOffset: number];
const NOTHING: [number, number, number, number] = [0, 0, 0, 0];
const TYPES = ['selectionchange', 'select', 'input', 'focusin', 'focusout'];

export class Selected {
  private sent: readonly number[] = NOTHING;
  private dirty = true;
  private readonly heard = new Set<Document>();

  constructor(private readonly page: Page) {}

  restart(): void {
    this.sent = NOTHING;
    this.dirty = true;
  }

  stop(): void {
    for (const document of this.heard) for (const type of TYPES) core.unlisten(document, type, this.onChange);
  }

  forget(id: number): void {
    if (this.sent.includes(id)) this.dirty = true;
  }

  flush(): void {
    const { page } = this;
    if (page.modules.watched === 0) {
      this.dirty = true;
      return;
    }
    this.listen();
    if (!this.dirty) return;
    this.dirty = false;
    const now = this.read();
    if (now.every((number, index) => number === this.sent[index])) return;
    this.sent = now;
    setSelection(page.draft.writer, ...now);
  }

  private readonly onChange = (): void => {
    this.dirty = true;
    this.page.schedule();
  };

  private listen(): void {
    for (const root of this.page.observe.roots) {
      if (core.nodeType(root) !== Node.DOCUMENT_NODE || this.heard.has(root as Document)) continue;
      this.heard.add(root as Document);
      for (const type of TYPES) core.listen(root, type, this.onChange, { capture: true, passive: true });
    }
  }

  private ends(): Ends | null {
    try {
      return endsOf(this.page.document);
    } catch {
      // A page may have put its own in place of the browser's functions.
      return null;
    }
  }

  private read(): [number, number, number, number] {
    const ends = this.ends();
    if (!ends) return NOTHING;
    const [start, offset, end, endOffset] = ends;
    const [first, last] = [start, end].map((node) => this.page.ids.get(node));
    // What is not sent yet will be.
    this.dirty = !first || !last;
    if (!first || !last || !this.page.isPlain(first) || !this.page.isPlain(last)) return NOTHING;
    first.followed = last.followed = true;
    return [first.id, offset, last.id, endOffset];
  }
}

function endsOf(page: Document): Ends | null {
  const active = deepestActive(page);
  const field = active && fieldEnds(active);
  if (field) return field;
  const selection = (active?.ownerDocument ?? page).getSelection();
  if (!selection?.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (range.collapsed) return isEditable(range.startContainer) ? caretOf(range) : null;
  return textEnds(range);
}

/** Fields whose value is no text have no selection, and say so by null or by an error. */
function fieldEnds(element: Element): Ends | null {
  if (!/^(input|textarea)$/.test(core.localName(element))) return null;
  try {
    const { selectionStart, selectionEnd } = element as HTMLInputElement;
    return selectionStart === null || selectionEnd === null ? null : [element, selectionStart, element, selectionEnd];
  } catch {
    return null;
  }
}

function isEditable(node: Node): boolean {
  const element = node instanceof Element ? node : core.parentNode(node);
  return (element as HTMLElement | null)?.isContentEditable === true;
}

function caretOf({ startContainer, startOffset }: Range): Ends | null {
  const child = startContainer.childNodes[startOffset] ?? startContainer.childNodes[startOffset - 1];
  if (isText(startContainer) || !child) {
    const offset = isText(startContainer) ? startOffset : 0;
    return [startContainer, offset, startContainer, offset];
  }
  if (!isText(child)) return [child, 0, child, 0];
  const offset = startContainer.childNodes[startOffset] ? 0 : child.length;
  return [child, offset, child, offset];
}

/** From the first to the last text in a range, whose own ends may be elements. */
function textEnds(range: Range): Ends | null {
  const { startContainer, startOffset, endContainer, endOffset, commonAncestorContainer } = range;
  if (isText(startContainer) && isText(endContainer)) return [startContainer, startOffset, endContainer, endOffset];
  const walker = document.createTreeWalker(commonAncestorContainer, NodeFilter.SHOW_TEXT);
  let first: Text | null = null;
  let last: Text | null = null;
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    if (!range.intersectsNode(node)) {
      if (first) break;
      continue;
    }
    first ??= node;
    last = node;
  }
  if (!first || !last) return null;
  return [first, first === startContainer ? startOffset : 0, last, last === endContainer ? endOffset : last.length];
}

function isText(node: Node): node is Text {
  return core.nodeType(node) === Node.TEXT_NODE;
}
