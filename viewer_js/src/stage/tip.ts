// The tool tip of the element under the visitor's pointer: its title, as the agent may see it, once the pointer has rested. Browsers tell no
// page that they show one, so it is drawn after the time after which they do.

import { HTML } from './allow';
import {
  appendChild,
  createElementNS,
  getAttribute,
  getParent,
  getStyle,
  isConnected,
  page,
  setTextContent,
} from './natives';
import { Overlay } from './overlay';

/** As in most browsers. */
const REST_MS = 700;
const BELOW_PX = 20;
const MARGIN_PX = 4;
const LOOK =
  'position: absolute; box-sizing: border-box; max-width: 420px; padding: 3px 7px; border: 1px solid #767676; border-radius: 3px; background: #fff; color: #000; font: 12px/1.35 system-ui, sans-serif; white-space: pre-wrap; overflow-wrap: break-word; box-shadow: 0 1px 4px rgb(0 0 0 / .25);';

export class Tip {
  private readonly overlay = new Overlay('cobrowse-tip');
  private at: Element | null = null;
  private place: readonly [number, number] | null = null;
  private timer = 0;

  constructor(private readonly hostOf: (root: Node) => Element | undefined) {}

  /** The innermost element under the pointer. */
  hover(element: Element | null): void {
    if (element === this.at) return;
    this.at = element;
    this.rest();
  }

  /** Where the pointer is in this document. A press takes the tip away until the pointer moves again. */
  point(x: number, y: number, down: number): void {
    this.place = [x, y];
    this.rest();
    if (down) clearTimeout(this.timer);
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.overlay.close();
    if (this.at !== null) this.timer = setTimeout(() => this.show(), REST_MS);
  }

  private show(): void {
    const { at } = this;
    const title = at === null || !isConnected(at) ? '' : this.titleOf(at);
    const root = title === '' ? null : this.overlay.open();
    if (at === null || root === null) return;
    const tip = createElementNS(page, HTML, 'div') as HTMLElement;
    getStyle(tip).cssText = LOOK;
    setTextContent(tip, title);
    appendChild(root, tip);
    this.put(tip, at);
  }

  /** Of the nearest element that has one; an empty one says that there is none. */
  private titleOf(element: Element): string {
    for (let node: Node | null = element; node !== null; node = this.hostOf(node) ?? getParent(node)) {
      const title = node instanceof Element ? getAttribute(node, 'title') : null;
      if (title !== null) return title;
    }
    return '';
  }

  private put(tip: HTMLElement, element: Element): void {
    const box = element.getBoundingClientRect();
    const [x, y] = this.place ?? [box.left, box.bottom - BELOW_PX];
    const style = getStyle(tip);
    const left = Math.min(x, window.innerWidth - tip.offsetWidth - MARGIN_PX);
    const isLow = y + BELOW_PX + tip.offsetHeight > window.innerHeight;
    style.left = `${Math.max(left, 0)}px`;
    style.top = `${Math.max(isLow ? y - tip.offsetHeight - MARGIN_PX : y + BELOW_PX, 0)}px`;
  }
}
