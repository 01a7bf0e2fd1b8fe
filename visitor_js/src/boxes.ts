// Sizes of masked boxes: what is inside is not sent, so the box has no other way to keep its place.

import type { Draft } from './draft';
import type { Masks } from './mask';
import { boxOf } from './native';
import type { Known, NodeIds } from './node_ids';

export class Boxes {
  private sent = new Map<Known, string>();
  private dirty = new Set<Element>();
  private readonly observer: ResizeObserver;

  constructor(
    private readonly ids: NodeIds,
    private readonly masks: Masks,
    private readonly draft: Draft,
    onResize: () => void,
  ) {
    this.observer = new ResizeObserver((entries) => {
      for (const { target } of entries) this.dirty.add(target);
      onResize();
    });
  }

  /** A masked element whose box the relay knows as it is now. */
  arrive(known: Known): void {
    const element = known.node as Element;
    known.followed = true;
    this.sent.set(known, size(element));
    this.observer.observe(element);
  }

  forget(known: Known): void {
    if (this.sent.delete(known)) this.observer.unobserve(known.node as Element);
  }

  flush(): void {
    for (const element of this.dirty) {
      const known = this.ids.get(element);
      const mark = this.masks.own(element);
      const now = size(element);
      if (!known || !mark || this.sent.get(known) === now) continue;
      this.sent.set(known, now);
      const [width, height] = now.split(' ').map(Number);
      this.draft.writer.setMask(known.id, mark.level, mark.label, width ?? 0, height ?? 0);
    }
    this.dirty.clear();
  }

  stop(): void {
    this.observer.disconnect();
  }
}

function size(element: Element): string {
  const { width, height } = boxOf(element);
  return `${Math.round(width)} ${Math.round(height)}`;
}
