// The element that holds all of our own surface in the page: closed to the page's scripts and styles, and not shared.

import { core } from '../given';
import { STYLE } from './style';

export class UiSurface {
  private readonly host: HTMLElement;
  private readonly root: ShadowRoot;

  constructor() {
    this.host = core.createElement(document, 'div');
    core.setAttribute(this.host, core.SUPPRESS, '1');
    this.root = core.attachShadow(this.host, { mode: 'closed' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.root.adoptedStyleSheets = [sheet];
  }

  /** Puts a part in, and the surface into the page if it is not there. */
  add(part: HTMLElement): void {
    core.appendChild(this.root, part);
    const top = core.documentElement(document);
    if (top && !core.isConnected(this.host)) core.appendChild(top, this.host);
  }

  /** Takes a part out, and with the last one the surface. */
  remove(part: HTMLElement): void {
    core.removeElement(part);
    if (this.root.childElementCount === 0) core.removeElement(this.host);
  }
}

/** An element of our own with text in it. */
export function element(tag: string, className: string, text = ''): HTMLElement {
  const made = core.createElement(document, tag);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function button(id: string, className: string, text: string, onClick: () => void): HTMLButtonElement {
  const made = element('button', className, text) as HTMLButtonElement;
  made.id = id;
  made.type = 'button';
  // A page's script can dispatch clicks at elements it can reach; ours it cannot reach, and only the visitor counts.
  made.onclick = (event) => {
    if (event.isTrusted) onClick();
  };
  return made;
}
