// The agent's own input must not touch the mirrored page: its default actions are cancelled before anything else sees them.
// The console covers the stage, so these are for what gets through all the same: assistive technology, the keyboard, scripts.

import { addListener, blurHtml, preventDefault, stopImmediatePropagation } from './natives';

const CANCELLED = [
  'auxclick',
  'beforeinput',
  'click',
  'contextmenu',
  'dblclick',
  'dragover',
  'dragstart',
  'drop',
  'keydown',
  'keypress',
  'mousedown',
  'paste',
  'pointerdown',
  'reset',
  'selectstart',
  'submit',
  'touchstart',
  'wheel',
];

function cancel(event: Event): void {
  preventDefault(event);
  stopImmediatePropagation(event);
}

function refuseFocus(event: Event): void {
  stopImmediatePropagation(event);
  if (event.target instanceof HTMLElement) blurHtml(event.target);
}

/** From here on the document only shows. */
export function makeInert(): void {
  for (const type of CANCELLED) addListener(window, type, cancel, { capture: true, passive: false });
  addListener(window, 'focus', refuseFocus, { capture: true });
  addListener(window, 'focusin', refuseFocus, { capture: true });
}
