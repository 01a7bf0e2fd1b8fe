// What a masked place and a placeholder show. The words and colours are look.ts's; that nothing secret is there is the relay's and
// the visitor's browser's work, and this is only how an agent sees it.

import { MaskCode } from '../names.gen';
import {
  CAPTION_HEIGHT,
  CAPTION_WIDTH,
  LABEL_ATTRIBUTE,
  MASK_ATTRIBUTE,
  MASK_WORDS,
  PLACEHOLDER_ATTRIBUTE,
  PLACEHOLDER_WORDS,
} from './look';
import { getRoot, getStyle, isConnected, page, removeAttribute, setAttribute } from './natives';
import type { SetMaskOp } from './ops';
import type { Places } from './places';
import { refuse } from './refusal';

export class Masks {
  private readonly boxes = new WeakMap<Element, readonly [number, number]>();
  private readonly fresh = new Set<Element>();
  /** The mask of the whole page; its html element may come and go. */
  private wholePage: SetMaskOp | null = null;

  constructor(private readonly places: Places) {}

  clear(): void {
    this.wholePage = null;
  }

  set(node: Node, op: SetMaskOp): void {
    if (MASK_WORDS[op.level] === undefined) refuse('field');
    if (node === page) this.wholePage = op;
    else if (node instanceof Element) this.mark(node, op);
    else refuse('wrong_kind');
  }

  private mark(element: Element, op: SetMaskOp): void {
    setAttribute(element, MASK_ATTRIBUTE, MASK_WORDS[op.level] ?? '');
    if (op.level === MaskCode.Block && hasRoom(op)) setAttribute(element, LABEL_ATTRIBUTE, op.label);
    else removeAttribute(element, LABEL_ATTRIBUTE);
    if (op.level === MaskCode.Text || op.width === 0 || op.height === 0) return;
    this.boxes.set(element, [op.width, op.height]);
    this.places.conceal(element);
    const shadow = this.places.shadowOf(element);
    if (shadow !== undefined) this.places.conceal(shadow);
    this.restore(element);
  }

  /** A box keeps its size when the page sets another style attribute. */
  restore(element: Element): void {
    const size = this.boxes.get(element);
    if (size === undefined || !(element instanceof HTMLElement)) return;
    const style = getStyle(element);
    style.setProperty('box-sizing', 'border-box', 'important');
    style.setProperty('padding', '0', 'important');
    style.setProperty('width', `${size[0]}px`, 'important');
    style.setProperty('height', `${size[1]}px`, 'important');
    this.fresh.add(element);
  }

  setPlaceholder(element: Element, reason: number): void {
    const words = PLACEHOLDER_WORDS[reason] ?? refuse('field');
    setAttribute(element, PLACEHOLDER_ATTRIBUTE, words[0]);
  }

  /** Inline boxes take no size; which are inline is known only in the document. */
  settle(): void {
    const root = getRoot(page);
    if (this.wholePage !== null && root !== null) this.mark(root, this.wholePage);
    const inline = [...this.fresh].filter((box) => isConnected(box) && getComputedStyle(box).display === 'inline');
    for (const box of inline) getStyle(box as HTMLElement).setProperty('display', 'inline-block', 'important');
    this.fresh.clear();
  }
}

/** A box whose size nobody has told grows with its caption. */
function hasRoom({ width, height }: SetMaskOp): boolean {
  return width === 0 || height === 0 || (width >= CAPTION_WIDTH && height >= CAPTION_HEIGHT);
}
