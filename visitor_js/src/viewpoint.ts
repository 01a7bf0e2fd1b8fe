// Where the visitor is: size of the viewport, pointer, focus. Only the latest of each is ever sent.

import type { Draft } from './draft';
import type { Masks } from './mask';
import { activeElement, addressOf, boxOf, contentDocument, queryFirst, shadowRootOf, viewOf } from './native';
import type { Known, NodeIds } from './node_ids';

interface Pointer {
  x: number;
  y: number;
  down: number;
}

export class Viewpoint {
  private pointer: Pointer | null = null;
  private moved = false;
  private focus = 0;
  private viewport = '';
  /** Reading the focus again is worth it: an event says so, or nodes have changed. */
  private focusDirty = true;
  private target: Element | null = null;
  private targetDirty = true;

  constructor(
    private readonly ids: NodeIds,
    private readonly masks: Masks,
    private readonly draft: Draft,
    private readonly document: Document,
    /** An element has, or may have lost, a state that only some have. */
    private readonly onState: (known: Known) => void,
  ) {}

  restart(): void {
    this.viewport = '';
    this.focus = 0;
    this.focusDirty = this.moved = this.targetDirty = true;
  }

  touchFocus(): void {
    this.focusDirty = true;
  }

  /** The fragment of the address names another element, or none. */
  touchTarget(): void {
    this.targetDirty = true;
  }

  point(event: PointerEvent, target: Node | null): void {
    const masked = target ? this.masks.outermost(target) : null;
    // Inside a masked element the pointer stands still in its middle: where it goes and presses could say what is typed.
    const { x, y } = masked ? middle(masked) : { x: event.clientX, y: event.clientY };
    const [left, top] = frameOffset(masked?.ownerDocument.defaultView ?? event.view);
    const pointer = { x: Math.round(x + left), y: Math.round(y + top), down: masked || !event.buttons ? 0 : 1 };
    const { pointer: last } = this;
    if (last && last.x === pointer.x && last.y === pointer.y && last.down === pointer.down) return;
    this.pointer = pointer;
    this.moved = true;
  }

  flush(): void {
    this.flushViewport();
    if (this.focusDirty) this.flushFocus();
    if (this.targetDirty) this.flushTarget();
    if (this.moved && this.pointer) this.draft.writer.setPointer(this.pointer.x, this.pointer.y, this.pointer.down);
    this.moved = false;
  }

  forget(known: Known): void {
    if (known.id === this.focus) this.focusDirty = true;
  }

  private flushViewport(): void {
    const view = viewOf(this.document);
    if (!view) return;
    const { innerWidth, innerHeight, devicePixelRatio } = view;
    const viewport = `${innerWidth} ${innerHeight} ${devicePixelRatio}`;
    if (viewport === this.viewport) return;
    this.viewport = viewport;
    this.draft.writer.setViewport(innerWidth, innerHeight, Math.round(devicePixelRatio * 1000));
  }

  private flushFocus(): void {
    const active = deepestActive(this.document);
    // Which part of a masked element has the focus could say what is chosen in it.
    const element = active && (this.masks.outermost(active) ?? active);
    const known = element && this.ids.get(element);
    // What is not sent yet will be.
    this.focusDirty = !!element && !known;
    const focus = known?.id ?? 0;
    if (known) this.onState(known);
    if (focus === this.focus) return;
    this.focus = focus;
    this.draft.writer.setFocus(focus);
  }

  private flushTarget(): void {
    const { document, target } = this;
    const named = addressOf(document).includes('#') ? queryFirst(document, ':target') : null;
    const states = [named, target].map((element) => element && this.ids.get(element));
    for (const known of states) if (known) this.onState(known);
    this.targetDirty = !!named && !states[0];
    this.target = named;
  }
}

/** The focused element, through shadow roots and frames; the body, which has the focus when nothing has, is none. */
function deepestActive(document: Document): Element | null {
  let root: Node | null = document;
  let found: Element | null = null;
  while (root) {
    const active: Element | null = activeElement(root);
    if (!active || active === (root as Document).body) break;
    found = active;
    root = shadowRootOf(active) ?? contentDocument(active);
  }
  return found;
}

function middle(element: Element): { x: number; y: number } {
  const box = boxOf(element);
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

/** Where the content of a frame starts in the viewport of the page. */
function frameOffset(view: Window | null): [left: number, top: number] {
  let left = 0;
  let top = 0;
  for (let frame = view?.frameElement; frame; frame = viewOf(frame.ownerDocument)?.frameElement ?? null) {
    const box = boxOf(frame);
    left += box.left + frame.clientLeft;
    top += box.top + frame.clientTop;
  }
  return [left, top];
}
