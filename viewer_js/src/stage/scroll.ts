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
  /** This document has been scrolled once; a frame that is not laid out keeps its offset and does not tell it. */
  private pageMoved = false;

  /** Puts everything back whenever the layout may have changed without an op. */
  watch(): void {
    const restore = () => this.restore();
    addListener(window, 'resize', restore);
    addListener(page, 'load', restore, { capture: true });
    if (page.fonts !== undefined) addListener(page.fonts, 'loadingdone', restore);
  }

  set(id: number, node: Node, left: number, top: number): void {
    if (node === page) this.pageMoved = true;
    this.wanted.set(id, { node, left, top });
  }

  forget(id: number): void {
    this.wanted.delete(id);
  }

  clear(): void {
    this.wanted.clear();
  }

  /** A new document starts at its top, which no op says; a browser would keep the offset of the one before. */
  restart(id: number): void {
    if (this.isScrolled()) this.set(id, page, 0, 0);
  }

  /** A page that has never been scrolled is not asked for its layout again and again. */
  private isScrolled(): boolean {
    const element = pageScroller();
    if (element !== null && (getScrollLeft(element) !== 0 || getScrollTop(element) !== 0)) return true;
    return this.pageMoved;
  }

  /** Reads layout: called when a frame has settled, not after every op. */
  restore(): void {
    for (const { node, left, top } of this.wanted.values()) {
      const element = node === page ? pageScroller() : node;
      if (element instanceof Element && isConnected(element)) put(element, left, top);
    }
  }
}

function pageScroller(): Element | null {
  return getScrollingElement(page) ?? getRoot(page);
}

/** At once, whatever the page's scroll-behavior says. */
function put(element: Element, left: number, top: number): void {
  if (Math.round(getScrollLeft(element)) === left && Math.round(getScrollTop(element)) === top) return;
  scrollTo(element, { left, top, behavior: 'instant' });
}
