// The top layer of this document: what is in it, in which order, opened with the browser's own means. Full screen is shown as a
// popover that fills the viewport, for a stage never takes the agent's screen.

import { StateCode } from '../names.gen';
import {
  closeDialog,
  getAttribute,
  getRoot,
  getRootNode,
  hasAttribute,
  hidePopover,
  isConnected,
  matches,
  page,
  queryAll,
  removeAttribute,
  setAttribute,
  showModal,
  showPopover,
} from './natives';

const LAYERED = StateCode.Modal | StateCode.Popover | StateCode.Fullscreen;

/** On an element that is a popover only because it fills the screen. */
export const SCREEN_ATTRIBUTE = 'data-cobrowse-screen';

/** Attributes by which a control opens another element, as the relay shows them. */
const INVOKERS = ['data-page-popovertarget', 'data-page-commandfor'];

export class Layer {
  /** With the states that put them there, from the lowest to the top. */
  private readonly wanted = new Map<Element, number>();
  private readonly changed = new Set<Element>();
  private readonly lifted = new Set<Element>();

  set(element: Element, states: number): void {
    const bits = states & LAYERED;
    if (bits === (this.wanted.get(element) ?? 0)) return;
    this.changed.add(element);
    if (bits === 0) this.wanted.delete(element);
    else this.wanted.set(element, bits);
  }

  /** To the top. */
  lift(element: Element): void {
    const bits = this.wanted.get(element);
    if (bits === undefined) return;
    this.wanted.delete(element);
    this.wanted.set(element, bits);
    this.changed.add(element);
    this.lifted.add(element);
  }

  /** May have been closed by a change to it, or by a browser that moves it. */
  renew(element: Element): void {
    if (this.wanted.has(element)) this.changed.add(element);
  }

  /** Opens and closes what has to be; what is above something opened is opened anew, for only so it is above. */
  settle(): void {
    if (this.changed.size === 0) return;
    for (const element of this.changed) if (!this.wanted.has(element)) close(element);
    let above = false;
    for (const [element, bits] of this.wanted) {
      if (!isConnected(element)) this.wanted.delete(element);
      else if (above || this.lifted.has(element) || !isOpen(element, bits)) {
        close(element);
        this.open(element, bits);
        above = true;
      }
    }
    this.changed.clear();
    this.lifted.clear();
  }

  private open(element: Element, bits: number): void {
    if (element instanceof HTMLDialogElement && bits & StateCode.Modal) openModal(element);
    else if (!(element instanceof HTMLElement)) return;
    else if (bits & StateCode.Popover) this.openPopover(element);
    else if (bits & StateCode.Fullscreen) fillScreen(element);
  }

  private openPopover(element: HTMLElement): void {
    if (!hasAttribute(element, 'popover')) return;
    const source = invokerOf(element) ?? this.popoverBelow(element);
    showPopover(element, source === null ? {} : { source });
  }

  /** The one that is to stay open when this one opens, as if that had opened it. */
  private popoverBelow(element: HTMLElement): HTMLElement | null {
    let below: HTMLElement | null = null;
    for (const [other, bits] of this.wanted) {
      if (other === element) break;
      const stays = bits & StateCode.Popover && getAttribute(other, 'popover') !== 'manual' && isOpen(other, bits);
      if (stays && other instanceof HTMLElement) below = other;
    }
    return below;
  }
}

function isOpen(element: Element, bits: number): boolean {
  if (bits & StateCode.Modal) return matches(element, ':modal');
  return !canFill(element) || matches(element, ':popover-open');
}

/** The whole page fills the screen anyway; drawings do by their style alone. */
function canFill(element: Element): element is HTMLElement {
  return element instanceof HTMLElement && element !== getRoot(page);
}

function close(element: Element): void {
  if (element instanceof HTMLDialogElement && matches(element, ':modal')) closeModal(element);
  if (element instanceof HTMLElement && matches(element, ':popover-open')) hidePopover(element);
  if (!hasAttribute(element, SCREEN_ATTRIBUTE)) return;
  removeAttribute(element, 'popover');
  removeAttribute(element, SCREEN_ATTRIBUTE);
}

/** Without its attribute a dialog would not close and stay in the top layer; with it, it may go on as one that is not modal. */
function closeModal(dialog: HTMLDialogElement): void {
  const open = hasAttribute(dialog, 'open');
  setAttribute(dialog, 'open', '');
  closeDialog(dialog);
  if (open) setAttribute(dialog, 'open', '');
}

/** A dialog that is inert while it is opened has nothing to give focus to. */
function openModal(dialog: HTMLDialogElement): void {
  const inert = hasAttribute(dialog, 'inert');
  removeAttribute(dialog, 'open');
  setAttribute(dialog, 'inert', '');
  showModal(dialog);
  if (!inert) removeAttribute(dialog, 'inert');
}

function fillScreen(element: HTMLElement): void {
  if (!canFill(element)) return;
  if (!hasAttribute(element, 'popover')) {
    setAttribute(element, 'popover', 'manual');
    setAttribute(element, SCREEN_ATTRIBUTE, '');
  }
  if (element instanceof HTMLDialogElement) removeAttribute(element, 'open');
  showPopover(element, {});
}

/** The control that opens a popover: in a page that is shown it may be placed by it. */
function invokerOf(element: HTMLElement): HTMLElement | null {
  const id = getAttribute(element, 'id');
  const root = getRootNode(element);
  if (!id || !(root instanceof Document || root instanceof ShadowRoot)) return null;
  const controls = INVOKERS.flatMap((name) => queryAll(root, `[${name}="${CSS.escape(id)}"]`));
  const own = controls.find((control) => hasAttribute(control, 'data-cobrowse-focus')) ?? controls[0];
  return own instanceof HTMLElement ? own : null;
}
