// The element that holds all of our own surface in the page: closed to the page's scripts and styles, and not shared.

import {
  appendChild,
  attachShadow,
  createElement,
  documentElement,
  isConnected,
  removeElement,
  setAttribute,
} from '../native';
import { SUPPRESS } from '../snapshot';
import { STYLE } from './style';

export class UiSurface {
  private readonly host: HTMLElement;
  private readonly root: ShadowRoot;

  constructor() {
    this.host = createElement(document, 'div');
    setAttribute(this.host, SUPPRESS, '1');
    this.root = attachShadow(this.host, { mode: 'closed' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.root.adoptedStyleSheets = [sheet];
  }

  /** Puts a part in, and the surface into the page if it is not there. */
  add(part: HTMLElement): void {
    appendChild(this.root, part);
    const top = documentElement(document);
    if (top && !isConnected(this.host)) appendChild(top, this.host);
  }

  /** Takes a part out, and with the last one the surface. */
  remove(part: HTMLElement): void {
    removeElement(part);
    if (this.root.childElementCount === 0) removeElement(this.host);
  }
}

/** An element of our own with text in it. */
export function element(tag: string, className: string, text = ''): HTMLElement {
  const made = createElement(document, tag);
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
