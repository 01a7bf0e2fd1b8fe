// The module of masked boxes: what is inside is not sent, so the box has no other way to keep its place when its size changes.

import type { Core } from '../../core';
import type { Known } from '../../node_ids';
import type { Page, Part } from '../../part';
import { core, give } from '../given';

class Boxes implements Part {
  private sent = new Map<Known, string>();
  private dirty = new Set<Element>();
  private readonly observer: ResizeObserver;

  constructor(private readonly page: Page) {
    this.observer = new ResizeObserver((entries) => {
      for (const { target } of entries) this.dirty.add(target);
      page.schedule();
    });
  }

  restart(): void {}

  forget(known: Known): void {
    if (this.sent.delete(known)) this.observer.unobserve(known.node as Element);
  }

  flush(): void {
    for (const [known, width, height] of this.page.boxed.splice(0)) {
      if (!known.id) continue;
      known.followed = true;
      this.sent.set(known, `${width} ${height}`);
      this.observer.observe(known.node as Element);
    }
    for (const element of this.dirty) this.review(element);
    this.dirty.clear();
  }

  private review(element: Element): void {
    const known = this.page.ids.get(element);
    const mark = this.page.masks.own(element);
    const { width, height } = core.boxOf(element);
    const [wide, high] = [Math.round(width), Math.round(height)];
    const now = `${wide} ${high}`;
    if (!known || !mark || this.sent.get(known) === now) return;
    this.sent.set(known, now);
    this.page.draft.writer.setMask(known.id, mark.level, mark.label, wide, high);
  }

  stop(): void {
    this.observer.disconnect();
  }
}

export function open(given: Core): (page: Page) => Part {
  give(given);
  return (page) => new Boxes(page);
}
