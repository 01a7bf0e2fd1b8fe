// Which element has the focus, and which the fragment of the address names.

import type { Known } from '../../node_ids';
import type { Page } from '../../part';
import { core } from '../given';
import { setFocus } from '../ops';

export class Focus {
  private focus = 0;
  /** Reading it again is worth it: an event says so, or nodes have changed. */
  private dirty = true;
  private target: Element | null = null;
  private targetDirty = true;

  constructor(private readonly page: Page) {}

  restart(): void {
    this.focus = 0;
    this.dirty = this.targetDirty = true;
  }

  touch(): void {
    this.dirty = true;
  }

  /** The fragment of the address names another element, or none. */
  touchTarget(): void {
    this.targetDirty = true;
  }

  forget(known: Known): void {
    if (known.id === this.focus) this.dirty = true;
  }

  flush(): void {
    if (this.dirty) this.flushFocus();
    if (this.targetDirty) this.flushTarget();
  }

  private flushFocus(): void {
    const { document, masks, ids, fields, draft } = this.page;
    const active = deepestActive(document);
    // Which part of a masked element has the focus could say what is chosen in it.
    const element = active && (masks.outermost(active) ?? active);
    const known = element && ids.get(element);
    // What is not sent yet will be.
    this.dirty = !!element && !known;
    const focus = known?.id ?? 0;
    if (known) fields.follow(known);
    if (focus === this.focus) return;
    this.focus = focus;
    setFocus(draft.writer, focus);
  }

  private flushTarget(): void {
    const { target } = this;
    const { document, ids, fields } = this.page;
    const named = core.addressOf(document).includes('#') ? core.queryFirst(document, ':target') : null;
    const states = [named, target].map((element) => element && ids.get(element));
    for (const known of states) if (known) fields.follow(known);
    this.targetDirty = !!named && !states[0];
    this.target = named;
  }
}

/** The focused element, through shadow roots and frames; the body, which has the focus when nothing has, is none. */
export function deepestActive(document: Document): Element | null {
  let root: Node | null = document;
  let found: Element | null = null;
  while (root) {
    const active: Element | null = core.activeElement(root);
    if (!active || active === (root as Document).body) break;
    found = active;
    root = core.shadowRootOf(active) ?? core.contentDocument(active);
  }
  return found;
}
