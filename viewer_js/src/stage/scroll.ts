// Scroll positions as the visitor has them. Kept after they were set: images, fonts and a new viewport change what can be reached.

import {
  addListener,
  getRoot,
  getScrollingElement,
  getScrollLeft,
  getScrollTop,
  isConnected,
  page,
  scrollTo,
} from './natives';

interface Wanted {
  readonly node: Node;
  readonly left: number;
  readonly top: number;
}

export class Scrolls {
  private readonly wanted = new Map<number, Wanted>();

  /** Puts everything back whenever the layout may have changed without an op. */
  watch(): void {
    const restore = () => this.restore();
    addListener(window, 'resize', restore);
    addListener(page, 'load', restore, { capture: true });
    if (page.fonts !== undefined) addListener(page.fonts, 'loadingdone', restore);
  }

  set(id: number, node: Node, left: number, top: number): void {
    this.wanted.set(id, { node, left, top });
  }

  forget(id: number): void {
    this.wanted.delete(id);
  }

  clear(): void {
    this.wanted.clear();
  }

  /** Reads layout: called when a frame has settled, not after every op. */
  restore(): void {
    for (const { node, left, top } of this.wanted.values()) {
      const element = node === page ? (getScrollingElement(page) ?? getRoot(page)) : node;
      if (element instanceof Element && isConnected(element)) put(element, left, top);
    }
  }
}

/** At once, whatever the page's scroll-behavior says. */
function put(element: Element, left: number, top: number): void {
  if (Math.round(getScrollLeft(element)) === left && Math.round(getScrollTop(element)) === top) return;
  scrollTo(element, { left, top, behavior: 'instant' });
}
