// The visitor's pointer above the stage, and the glass between the agent's own pointer and the page: the page is looked at, so
// nothing of the agent's mouse reaches it; the stage is only told where it is, to name the masked place under it.

import type { Canvas } from './canvas';

/** Points of the agent's pointer between which nothing is told. */
const HOVER_MS = 60;

export class VisitorPointer {
  constructor(private readonly mark: HTMLElement) {}

  put(x: number, y: number, down: boolean): void {
    this.mark.hidden = false;
    this.mark.style.translate = `${x}px ${y}px`;
    this.mark.toggleAttribute('data-down', down);
  }

  hide(): void {
    this.mark.hidden = true;
  }

  /** Stays readable when the page is scaled down. */
  setScale(scale: number): void {
    this.mark.style.scale = String(1 / scale);
  }
}

/** Tells `hover` where the agent's pointer is above the page. */
export function watchGlass(
  glass: HTMLElement,
  canvas: Canvas,
  hover: (at: readonly [number, number] | null) => void,
): void {
  let told = 0;
  glass.addEventListener('pointermove', (event) => {
    if (event.timeStamp - told < HOVER_MS) return;
    told = event.timeStamp;
    hover(canvas.pagePoint(event.clientX, event.clientY));
  });
  glass.addEventListener('pointerleave', () => hover(null));
}
