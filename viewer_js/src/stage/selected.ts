// What the visitor has selected, and the caret. Text of the page is selected here as it is there, in the page's own colours; in fields, where browsers
// show a selection only to who has the focus, it is drawn over them as the list of an open select is: in a closed shadow tree that is
// no part of the mirrored page.

import { HTML } from './allow';
import { MASK_ATTRIBUTE } from './look';
import {
  appendChild,
  createElementNS,
  createTextNode,
  getStyle,
  hasAttribute,
  isConnected,
  page,
  removeChild,
} from './natives';
import { Overlay } from './overlay';

const TAG = 'cobrowse-caret';
/** What decides where in a field a character stands. */
const COPIED = [
  ...[
    'font',
    'letterSpacing',
    'wordSpacing',
    'textIndent',
    'textTransform',
    'textAlign',
    'direction',
    'lineHeight',
    'tabSize',
  ],
  ...['paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'wordBreak', 'overflowWrap'],
  ...['borderTopWidth', 'borderRightWidth', 'borderBottomWidth', 'borderLeftWidth'],
] as const;

type Field = HTMLInputElement | HTMLTextAreaElement;
type Ends = readonly [start: Node, offset: number, end: Node, endOffset: number];

export class Selected {
  private ends: Ends | null = null;
  private readonly overlay = new Overlay(TAG);

  set(ends: Ends | null): void {
    this.ends = ends;
  }

  /** Draws it where it is now. Reads layout: called when a frame has settled. */
  settle(): void {
    this.clear();
    const { ends } = this;
    if (ends === null || !isConnected(ends[0]) || !isConnected(ends[2])) return;
    const [start, offset, , endOffset] = ends;
    if (isField(start)) this.drawField(start, offset, endOffset);
    else this.drawRange(ends);
  }

  private clear(): void {
    this.overlay.close();
    const selection = page.getSelection();
    if (selection !== null && selection.rangeCount > 0) selection.removeAllRanges();
  }

  private drawRange([start, offset, end, endOffset]: Ends): void {
    const range = rangeOf(start, offset, end, endOffset);
    if (range.collapsed) this.drawCaret(range.getBoundingClientRect(), start);
    else page.getSelection()?.setBaseAndExtent(start, range.startOffset, end, range.endOffset);
  }

  private drawField(field: Field, offset: number, endOffset: number): void {
    if (hasAttribute(field, MASK_ATTRIBUTE)) return;
    const root = this.overlay.open();
    if (root === null) return;
    const { value } = field;
    const text = createTextNode(page, `${value}\u200b`);
    const mirror = mirrorOf(field);
    appendChild(mirror, text);
    appendChild(root, mirror);
    const range = rangeOf(text, Math.min(offset, value.length), text, Math.min(endOffset, value.length));
    // Later its text is gone, and it with it.
    const isCaret = range.collapsed;
    const rects = isCaret ? [range.getBoundingClientRect()] : [...range.getClientRects()];
    const box = field.getBoundingClientRect();
    const shift = field instanceof HTMLInputElement ? (box.height - mirror.getBoundingClientRect().height) / 2 : 0;
    const seen = rects.map(
      (rect) => new DOMRect(rect.x - field.scrollLeft, rect.y + shift - field.scrollTop, rect.width, rect.height),
    );
    removeChild(root, mirror);
    const inside = seen.filter(
      (rect) => rect.left >= box.left - 1 && rect.left <= box.right && rect.bottom <= box.bottom + 1,
    );
    for (const rect of inside) appendChild(root, bar(rect, field, isCaret));
  }

  private drawCaret(rect: DOMRect, at: Node): void {
    const element = at instanceof Element ? at : at.parentElement;
    const root = element && this.overlay.open();
    if (root) appendChild(root, bar(rect.height === 0 ? lineOf(element) : rect, element, true));
  }
}

function isField(node: Node): node is Field {
  return node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement;
}

/** Of places that may be further than the text is long: the page may have cut it. */
function rangeOf(start: Node, offset: number, end: Node, endOffset: number): Range {
  const range = page.createRange();
  range.setStart(start, Math.min(offset, lengthOf(start)));
  range.setEnd(end, Math.min(endOffset, lengthOf(end)));
  return range;
}

function lengthOf(node: Node): number {
  return node instanceof CharacterData ? node.length : node.childNodes.length;
}

/** The first line of an element that has no text yet. */
function lineOf(element: Element): DOMRect {
  const { left, top } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const [x, y, size] = [style.paddingLeft, style.paddingTop, style.fontSize].map(Number.parseFloat) as [
    number,
    number,
    number,
  ];
  return new DOMRect(left + x, top + y, 0, size * 1.2);
}

function mirrorOf(field: Field): HTMLElement {
  const own = getComputedStyle(field);
  const box = field.getBoundingClientRect();
  const mirror = createElementNS(page, HTML, 'div') as HTMLElement;
  const style = getStyle(mirror);
  style.cssText = 'position: absolute; visibility: hidden; box-sizing: border-box; border: 0 solid;';
  for (const name of COPIED) style[name] = own[name];
  style.whiteSpace = field instanceof HTMLInputElement ? 'pre' : own.whiteSpace;
  style.left = `${box.left}px`;
  style.top = `${box.top}px`;
  style.width = `${box.width}px`;
  return mirror;
}

function bar(rect: DOMRect, element: Element, isCaret: boolean): HTMLElement {
  const made = createElementNS(page, HTML, 'div') as HTMLElement;
  const own = getComputedStyle(element);
  const color = own.caretColor === 'auto' ? own.color : own.caretColor;
  const style = getStyle(made);
  style.cssText = `position: absolute; left: ${rect.left}px; top: ${rect.top}px; height: ${rect.height}px;`;
  style.width = isCaret ? '1px' : `${rect.width}px`;
  style.background = isCaret ? color : 'Highlight';
  style.opacity = isCaret ? '1' : '.4';
  return made;
}
