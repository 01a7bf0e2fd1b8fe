// Values and states that no attribute tells: of form fields at once, of dialogs, popovers and sheets when the frame has settled,
// because those need to be in the document. Never gives anything keyboard focus.

import { StateCode } from '../names.gen';
import { Layer } from './layer';
import {
  getInputType,
  getSelected,
  getSheet,
  hasAttribute,
  isConnected,
  matches,
  removeAttribute,
  setAttribute,
  setChecked,
  setCustomValidity,
  setIndeterminate,
  setInputValue,
  setSelected,
  setSelectValue,
  setTextareaValue,
} from './natives';
import { OpenList } from './open_list';
import { refuse } from './refusal';

const KNOWN_STATES = Object.values(StateCode).reduce((all, bit) => all | bit, 0);

/** Types whose value property is their attribute, or may not be set. */
const VALUELESS = new Set(['button', 'checkbox', 'file', 'hidden', 'image', 'radio', 'reset', 'submit']);

export function setValue(element: Element, value: string): void {
  if (element instanceof HTMLTextAreaElement) setTextareaValue(element, value);
  else if (element instanceof HTMLSelectElement) {
    // Of several choices a value says but the first, and setting it takes back the others.
    if (!hasAttribute(element, 'multiple')) setSelectValue(element, value);
  } else if (element instanceof HTMLInputElement && !VALUELESS.has(getInputType(element)))
    setInputValue(element, value);
}

/** Fields start without any state, whatever their attributes say: an unset state need not be told. */
export function unsetState(element: Element): void {
  if (element instanceof HTMLInputElement) setChecked(element, false);
  else if (element instanceof HTMLOptionElement) setSelected(element, false);
}

/** States that style sheets ask for by attribute. */
const STATE_ATTRIBUTES = [
  [StateCode.Indeterminate, 'data-cobrowse-indeterminate'],
  [StateCode.FocusVisible, 'data-cobrowse-focus-visible'],
  [StateCode.Target, 'data-cobrowse-target'],
  [StateCode.Undefined, 'data-cobrowse-undefined'],
  [StateCode.UserInvalid, 'data-cobrowse-user-invalid'],
  [StateCode.UserValid, 'data-cobrowse-user-valid'],
  [StateCode.Autofill, 'data-cobrowse-autofill'],
  [StateCode.Fullscreen, 'data-cobrowse-fullscreen'],
] as const;

export class States {
  private readonly bits = new WeakMap<Element, number>();
  /** Elements whose state is to be shown when the frame has settled. */
  private readonly late = new Set<Element>();
  private readonly layer = new Layer();
  private readonly list = new OpenList();

  constructor() {
    this.list.watch();
  }

  set(element: Element, bits: number): void {
    if ((bits & ~KNOWN_STATES) !== 0) refuse('field');
    const changed = bits ^ (this.bits.get(element) ?? 0);
    this.bits.set(element, bits);
    for (const [bit, name] of STATE_ATTRIBUTES) {
      if ((changed & bit) === 0) continue;
      if ((bits & bit) === 0) removeAttribute(element, name);
      else setAttribute(element, name, '');
    }
    if (element instanceof HTMLInputElement) {
      setChecked(element, (bits & StateCode.Checked) !== 0);
      setIndeterminate(element, getInputType(element) === 'checkbox' && (bits & StateCode.Indeterminate) !== 0);
    } else if (element instanceof HTMLOptionElement) {
      select(element, (bits & StateCode.Selected) !== 0);
    }
    this.late.add(element);
    this.layer.set(element, bits);
    if (element instanceof HTMLSelectElement) this.list.set(element, (bits & StateCode.Open) !== 0);
  }

  lift(element: Element): void {
    this.layer.lift(element);
  }

  /** A change of its attributes may have closed it. */
  reopen(element: Element): void {
    this.layer.renew(element);
  }

  /** A sheet that has new text, or has been moved, is a new sheet. */
  renew(element: Element): void {
    this.late.add(element);
    this.layer.renew(element);
  }

  /** What is drawn over the page, when all else is in its place. */
  draw(): void {
    this.list.settle();
  }

  settle(): void {
    for (const element of this.late) this.show(element, this.bits.get(element) ?? 0);
    this.late.clear();
    this.layer.settle();
  }

  private show(element: Element, bits: number): void {
    if (!isConnected(element)) return;
    const sheet = sheetOf(element);
    if (sheet !== null) sheet.disabled = (bits & StateCode.SheetDisabled) !== 0 || hasAttribute(element, 'disabled');
    validate(element, (bits & StateCode.Invalid) !== 0);
  }
}

/** Deselecting the selected option selects another one, which is why nothing is set that stands already. */
function select(option: HTMLOptionElement, selected: boolean): void {
  if (getSelected(option) !== selected) setSelected(option, selected);
}

/** What a script has found wrong with a field its attributes do not say. */
function validate(element: Element, invalid: boolean): void {
  if (!isField(element)) return;
  setCustomValidity(element, '');
  if (invalid && matches(element, ':valid')) setCustomValidity(element, ' ');
}

function isField(element: Element): element is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
  return [HTMLInputElement, HTMLSelectElement, HTMLTextAreaElement].some((kind) => element instanceof kind);
}

function sheetOf(element: Element): CSSStyleSheet | null {
  if (element instanceof HTMLStyleElement) return getSheet(element);
  return element instanceof SVGStyleElement ? element.sheet : null;
}
