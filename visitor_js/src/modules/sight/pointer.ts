// Where the visitor's pointer is in the viewport of the page. Only the latest place is ever sent.

import type { Page } from '../../part';
import { core } from '../given';
import { setPointer } from '../ops';

interface Place {
  x: number;
  y: number;
  down: number;
}

export class Pointer {
  private place: Place | null = null;
  private moved = false;

  constructor(private readonly page: Page) {}

  restart(): void {
    this.moved = true;
  }

  point(event: PointerEvent, target: Node | null): void {
    const masked = target ? this.page.masks.outermost(target) : null;
    // Inside a masked element the pointer stands still in its middle: where it goes and presses could say what is typed.
    const { x, y } = masked ? middle(masked) : { x: event.clientX, y: event.clientY };
    const [left, top] = frameOffset(masked?.ownerDocument.defaultView ?? event.view);
    const place = { x: Math.round(x + left), y: Math.round(y + top), down: masked || !event.buttons ? 0 : 1 };
    const { place: last } = this;
    if (last && last.x === place.x && last.y === place.y && last.down === place.down) return;
    this.place = place;
    this.moved = true;
  }

  flush(): void {
    if (this.moved && this.place) {
      const { x, y, down } = this.place;
      setPointer(this.page.draft.writer, x, y, down);
    }
    this.moved = false;
  }
}

function middle(element: Element): { x: number; y: number } {
  const box = core.boxOf(element);
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

/** Where the content of a frame starts in the viewport of the page. */
function frameOffset(view: Window | null): [left: number, top: number] {
  let left = 0;
  let top = 0;
  for (let frame = view?.frameElement; frame; frame = core.viewOf(frame.ownerDocument)?.frameElement ?? null) {
    const box = core.boxOf(frame);
    left += box.left + frame.clientLeft;
    top += box.top + frame.clientTop;
  }
  return [left, top];
}
