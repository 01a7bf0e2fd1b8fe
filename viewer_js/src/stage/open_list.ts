// The list of an open select, which a browser draws outside the page: drawn here from the options as the agent may see them and from
// the control's style. In a closed shadow tree of an element that is no part of the mirrored page, so that no sheet of it applies.

import { HTML } from './allow';
import { MASK_ATTRIBUTE } from './look';
import {
  addListener,
  appendChild,
  attachShadow,
  createElementNS,
  getAttribute,
  getFirstChild,
  getNextSibling,
  getRoot,
  getSelected,
  getStyle,
  hasAttribute,
  isConnected,
  page,
  removeChild,
  setAttribute,
  setTextContent,
  showPopover,
} from './natives';

const LIST_TAG = 'cobrowse-list';
/** As many rows as browsers show before a list scrolls. */
const ROWS = 20;
/** More are not drawn; nobody sees so many at once. */
const ROWS_DRAWN = 1000;
const SPACE = 4;
const ROW = `padding: 3.5px ${SPACE}px; white-space: pre; min-height: 1.15em`;
const CHOSEN = 'background: #1967d2; color: white';
const HOST = `all: initial; position: fixed; display: block; box-sizing: border-box; overflow: auto; border: 1px solid rgb(0 0 0 / .4);
  box-shadow: 0 2px 6px rgb(0 0 0 / .3)`;

/** What is drawn over the page and no part of it. */
const drawn = new WeakSet<Node>();

/** The stage's own: no part of the mirrored page. */
export function notOfPage(host: Element): void {
  drawn.add(host);
}

export function isDrawn(node: Node): boolean {
  return drawn.has(node);
}

export class OpenList {
  private select: HTMLSelectElement | null = null;
  private host: HTMLElement | null = null;

  watch(): void {
    addListener(window, 'resize', () => this.settle());
  }

  /** One select at a time has its list open. */
  set(select: HTMLSelectElement, open: boolean): void {
    if (open) this.select = select;
    else if (this.select === select) this.select = null;
  }

  /** Draws what is open, as it is now. Reads layout: called when a frame has settled. */
  settle(): void {
    const { host, select } = this;
    if (host?.parentNode) removeChild(host.parentNode, host);
    this.host = null;
    const root = getRoot(page);
    if (select === null || root === null || !isConnected(select) || hasAttribute(select, MASK_ATTRIBUTE)) return;
    this.host = element(LIST_TAG, HOST);
    drawn.add(this.host);
    setAttribute(this.host, 'popover', 'manual');
    const rows = rowsOf(select);
    const list = listOf(select);
    for (const row of rows) appendChild(list, row);
    appendChild(attachShadow(this.host, { mode: 'closed' }), list);
    appendChild(root, this.host);
    showPopover(this.host, {});
    place(this.host, select);
    const chosen = rows.find((row) => row.dataset.chosen !== undefined);
    if (chosen) this.host.scrollTop = chosen.offsetTop - this.host.clientHeight / 2;
  }
}

function listOf(select: HTMLSelectElement): HTMLElement {
  const own = getComputedStyle(select);
  const list = element('div', '');
  const style = getStyle(list);
  style.font = own.font;
  style.color = own.color;
  style.direction = own.direction;
  style.colorScheme = own.colorScheme;
  style.backgroundColor = /, 0\)$/.test(own.backgroundColor) ? 'Canvas' : own.backgroundColor;
  return list;
}

function rowsOf(select: HTMLSelectElement): HTMLElement[] {
  const rows: HTMLElement[] = [];
  const left: (readonly [Element, number])[] = elementsOf(select).map((child) => [child, 0]);
  for (const [child, depth] of left.splice(0)) {
    left.push([child, depth]);
    if (child instanceof HTMLOptGroupElement) left.push(...elementsOf(child).map((option) => [option, 1] as const));
  }
  for (const [child, depth] of left.slice(0, ROWS_DRAWN)) {
    if (child instanceof HTMLHRElement) rows.push(element('hr', 'border: 0; border-top: 1px solid; opacity: .3'));
    else if (child instanceof HTMLOptionElement || child instanceof HTMLOptGroupElement) rows.push(rowOf(child, depth));
  }
  return rows;
}

function elementsOf(parent: Element): Element[] {
  const elements: Element[] = [];
  for (let node = getFirstChild(parent); node !== null; node = getNextSibling(node))
    if (node instanceof Element && getComputedStyle(node).display !== 'none') elements.push(node);
  return elements;
}

function rowOf(option: HTMLOptionElement | HTMLOptGroupElement, depth: number): HTMLElement {
  const isOption = option instanceof HTMLOptionElement;
  const isChosen = isOption && getSelected(option);
  const row = element('div', `${ROW}; ${isChosen ? CHOSEN : ''}`);
  const style = getStyle(row);
  if (depth > 0) style.paddingInlineStart = `${6 * SPACE}px`;
  if (!isOption) style.fontWeight = 'bold';
  if (hasAttribute(option, 'disabled')) style.color = 'GrayText';
  if (isChosen) row.dataset.chosen = '';
  setTextContent(row, isOption ? option.label : (getAttribute(option, 'label') ?? ''));
  return row;
}

function element(tag: string, css: string): HTMLElement {
  const made = createElementNS(page, HTML, tag) as HTMLElement;
  getStyle(made).cssText = css;
  return made;
}

/** Below the control, or above it where there is more room. */
function place(host: HTMLElement, select: HTMLSelectElement): void {
  const box = select.getBoundingClientRect();
  const line = Number.parseFloat(getComputedStyle(select).fontSize) * 1.15 + 7;
  const below = window.innerHeight - box.bottom;
  const isAbove = below < 4 * line && box.top > below;
  const room = Math.max(line, Math.min(ROWS * line, (isAbove ? box.top : below) - SPACE));
  const style = getStyle(host);
  style.inset = isAbove
    ? `auto auto ${window.innerHeight - box.top}px ${box.left}px`
    : `${box.bottom}px auto auto ${box.left}px`;
  style.minWidth = `${box.width}px`;
  style.maxHeight = `${room}px`;
}
