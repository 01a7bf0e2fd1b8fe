// What the visitor's pointer hovers and presses. Only the innermost element is told; what this counts for above it, the stage knows.

import type { Known } from '../../node_ids';
import type { Page } from '../../part';
import { core } from '../given';
import { setHover } from '../ops';

export class Hovering {
  private hovered: Node | null = null;
  private active: Node | null = null;
  private sent = [0, 0];
  private dirty = false;

  constructor(private readonly page: Page) {}

  restart(): void {
    this.sent = [0, 0];
    this.dirty = true;
  }

  /** A pointer event; one in a shadow tree comes once for each root on the way in, the innermost last. */
  point(event: PointerEvent, target: Node): void {
    const { type } = event;
    const left = type === 'pointerout' && !event.relatedTarget;
    if (type === 'pointerout' && !left) return;
    this.hovered = left ? null : target;
    if (type === 'pointerdown') this.active = target;
    else if (type === 'pointerup' || type === 'pointercancel') this.active = null;
    this.dirty = true;
  }

  forget({ id }: Known): void {
    if (this.sent.includes(id)) this.dirty = true;
  }

  flush(): void {
    if (!this.dirty) return;
    const now = [this.known(this.hovered), this.known(this.active)] as const;
    this.dirty = now.includes(undefined);
    const [hovered, active] = now.map((known) => known?.id ?? 0) as [number, number];
    if (hovered === this.sent[0] && active === this.sent[1]) return;
    this.sent = [hovered, active];
    for (const known of now) if (known) known.followed = true;
    setHover(this.page.draft.writer, hovered, active);
  }

  /** The element as it may be named; undefined: not sent yet. Where in a masked element the pointer is could say what is in it. */
  private known(node: Node | null): Known | null | undefined {
    if (!node || core.nodeType(node) !== Node.ELEMENT_NODE) return null;
    const { ids, masks } = this.page;
    return ids.get(masks.outermost(node) ?? node);
  }
}
