// What the stage draws over a page that is no part of it: in a closed shadow tree of an element that no sheet of the page can style, in the
// top layer, where nothing of the page can cover it.

import { HTML } from './allow';
import {
  appendChild,
  attachShadow,
  createElementNS,
  getRoot,
  getStyle,
  page,
  removeChild,
  setAttribute,
  showPopover,
} from './natives';
import { notOfPage } from './open_list';

const HOST =
  'all: initial; position: fixed; inset: 0; width: 100%; height: 100%; margin: 0; padding: 0; border: 0; background: none; pointer-events: none; overflow: hidden;';

export class Overlay {
  private host: HTMLElement | null = null;

  constructor(private readonly tag: string) {}

  /** Anew, over all that is open; null without a page. */
  open(): Node | null {
    this.close();
    const root = getRoot(page);
    if (root === null) return null;
    this.host = createElementNS(page, HTML, this.tag) as HTMLElement;
    getStyle(this.host).cssText = HOST;
    notOfPage(this.host);
    setAttribute(this.host, 'popover', 'manual');
    const shadow = attachShadow(this.host, { mode: 'closed' });
    appendChild(root, this.host);
    showPopover(this.host, {});
    return shadow;
  }

  close(): void {
    if (this.host?.parentNode) removeChild(this.host.parentNode, this.host);
    this.host = null;
  }
}
