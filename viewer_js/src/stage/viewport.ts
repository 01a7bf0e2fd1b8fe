// The visitor's viewport and pointer: told to the console, which sizes the stage's frame and draws the pointer above it.

import { addListener } from './natives';

/** A console in a background tab may lay its frame out late; the page is then shown without waiting for it. */
const RESIZE_MS = 500;

export interface Viewport {
  set(width: number, height: number): void;
  pointer(x: number, y: number, down: number): void;
  /** Resolves when this document has the size that was asked for last. */
  settled(): Promise<void>;
}

/** The outermost stage's. */
export class FollowedViewport implements Viewport {
  private wanted: readonly [number, number] | null = null;

  constructor(
    private readonly tellSize: (width: number, height: number) => void,
    private readonly tellPointer: (x: number, y: number, down: number) => void,
  ) {}

  set(width: number, height: number): void {
    this.wanted = [width, height];
    this.tellSize(width, height);
  }

  pointer(x: number, y: number, down: number): void {
    this.tellPointer(x, y, down);
  }

  settled(): Promise<void> {
    if (this.fits()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        if (this.fits()) end();
      };
      const end = () => {
        this.wanted = null;
        window.removeEventListener('resize', done);
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(end, RESIZE_MS);
      addListener(window, 'resize', done);
    });
  }

  private fits(): boolean {
    return this.wanted === null || (window.innerWidth === this.wanted[0] && window.innerHeight === this.wanted[1]);
  }
}

/** A nested stage's: its frame has the size that the page around it gives. */
export const nestedViewport: Viewport = {
  set: () => undefined,
  pointer: () => undefined,
  settled: () => Promise.resolve(),
};
