// Scroll offsets of elements and documents. Nothing of what is masked: how far someone has scrolled says what they read.

import type { Draft } from './draft';
import { MaskCode } from './names.gen';
import { localName, nodeType, scrollLeftOf, scrollTopOf, viewOf } from './native';
import type { Known, NodeIds } from './node_ids';

export class Scrolling {
  private sent = new Map<Known, [left: number, top: number]>();
  private dirty = new Set<Node>();

  constructor(
    private readonly ids: NodeIds,
    private readonly draft: Draft,
  ) {}

  /** A node has come in; most are not scrolled. */
  arrive(known: Known): void {
    const [left, top] = offsets(known.node);
    if (left || top) this.send(known, left, top);
  }

  touch(node: Node): void {
    this.dirty.add(node);
  }

  forget(known: Known): void {
    this.sent.delete(known);
  }

  flush(): void {
    for (const node of this.dirty) {
      const known = this.ids.get(node);
      if (known) this.send(known, ...offsets(node));
    }
    this.dirty.clear();
  }

  private send(known: Known, left: number, top: number): void {
    if (known.level >= MaskCode.Text) return;
    const sent = this.sent.get(known);
    if (sent ? sent[0] === left && sent[1] === top : !(left || top)) return;
    known.followed = true;
    this.sent.set(known, [left, top]);
    this.draft.writer.setScroll(known.id, left, top);
  }
}

export function isScrolled(element: Element): boolean {
  return scrollTopOf(element) !== 0 || scrollLeftOf(element) !== 0;
}

function offsets(node: Node): [left: number, top: number] {
  if (nodeType(node) === Node.DOCUMENT_NODE) {
    const view = viewOf(node as Document);
    return view ? [Math.round(view.scrollX), Math.round(view.scrollY)] : [0, 0];
  }
  const element = node as Element;
  // The viewport's offsets, which these two repeat, are told of the document.
  const tag = localName(element);
  return tag === 'html' || tag === 'body'
    ? [0, 0]
    : [Math.round(scrollLeftOf(element)), Math.round(scrollTopOf(element))];
}
