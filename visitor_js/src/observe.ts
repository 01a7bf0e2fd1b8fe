// Listens to the page: one observer for each document and shadow root, events in the capture phase, and hooks where there is
// neither. Passes on what it hears and decides nothing.

import type { Dirt } from './dirt';
import { Hooks } from './hooks';
import { listen, NativeObserver, nodeType, targetOf, unlisten, viewOf } from './native';

const OBSERVED: MutationObserverInit = {
  subtree: true,
  childList: true,
  attributes: true,
  attributeOldValue: true,
  characterData: true,
};
const CAPTURE: AddEventListenerOptions = { capture: true, passive: true };

export interface Heard {
  /** Records have come in. */
  records(): void;
  /** Something happened at a node, by event name. */
  event(type: string, target: Node, event: Event): void;
  /** Script has set a property of a form control. */
  property(element: Element): void;
  shadow(host: Element): void;
  rules(sheet: CSSStyleSheet): void;
  /** Script has got at the rules of a sheet. */
  rulesRead(sheet: CSSStyleSheet): void;
  address(): void;
}

const ROOT_EVENTS = [
  'input',
  'change',
  'scroll',
  'load',
  'error',
  'toggle',
  'beforetoggle',
  'fullscreenchange',
  'focusin',
  'focusout',
  'reset',
];
const POINTER_EVENTS = ['pointermove', 'pointerdown', 'pointerup', 'pointercancel', 'pointerover', 'pointerout'];
const WINDOW_EVENTS = ['resize', 'popstate', 'hashchange'];
const FIELD_PROPERTIES = {
  HTMLInputElement: ['value', 'checked', 'indeterminate', 'valueAsNumber', 'valueAsDate'],
  HTMLTextAreaElement: ['value'],
  HTMLSelectElement: ['value', 'selectedIndex'],
  HTMLOptionElement: ['selected'],
} as const;
const RULE_METHODS = ['insertRule', 'deleteRule', 'addRule', 'removeRule', 'replace', 'replaceSync'];

export class Observe {
  private observers = new Map<Node, MutationObserver>();
  private hooks = new Hooks();

  constructor(
    private readonly dirt: Dirt,
    private readonly heard: Heard,
  ) {}

  get roots(): Iterable<Node> {
    return this.observers.keys();
  }

  /** Starts to listen to a document or shadow root; again after `document.open()`, which removes listeners. */
  enter(root: Node): void {
    if (!this.observers.has(root)) {
      const observer = new NativeObserver((records) => {
        this.dirt.add(root, records);
        this.heard.records();
      });
      observer.observe(root, OBSERVED);
      this.observers.set(root, observer);
    }
    this.listenTo(root);
  }

  leave(root: Node): void {
    const observer = this.observers.get(root);
    if (!observer) return;
    observer.disconnect();
    this.observers.delete(root);
    this.unlistenTo(root);
  }

  /** Fetches the records that the browser has not delivered yet. */
  take(): void {
    for (const [root, observer] of this.observers) this.dirt.add(root, observer.takeRecords());
  }

  stop(): void {
    for (const root of [...this.observers.keys()]) this.leave(root);
    this.hooks.release();
  }

  private listenTo(root: Node): void {
    for (const type of ROOT_EVENTS) listen(root, type, this.onEvent, CAPTURE);
    for (const type of POINTER_EVENTS) listen(root, type, this.onEvent, CAPTURE);
    const view = nodeType(root) === Node.DOCUMENT_NODE ? viewOf(root as Document) : null;
    if (!view) return;
    for (const type of WINDOW_EVENTS) listen(view, type, this.onEvent, CAPTURE);
    this.hook(view);
  }

  private unlistenTo(root: Node): void {
    for (const type of ROOT_EVENTS) unlisten(root, type, this.onEvent, CAPTURE);
    for (const type of POINTER_EVENTS) unlisten(root, type, this.onEvent, CAPTURE);
    const view = nodeType(root) === Node.DOCUMENT_NODE ? viewOf(root as Document) : null;
    if (!view) return;
    for (const type of WINDOW_EVENTS) unlisten(view, type, this.onEvent, CAPTURE);
  }

  private onEvent = (event: Event): void => {
    try {
      const target = targetOf(event);
      if (target && 'nodeType' in target) this.heard.event(event.type, target as Node, event);
      else if (target) this.heard.event(event.type, (target as Window).document, event);
    } catch {
      // Nothing of ours may reach the page.
    }
  };

  private hook(view: Window & typeof globalThis): void {
    const { hooks, heard } = this;
    for (const [type, names] of Object.entries(FIELD_PROPERTIES)) {
      const { prototype } = view[type as keyof typeof FIELD_PROPERTIES];
      for (const name of names) hooks.setter(prototype, name, (self) => heard.property(self as Element));
    }
    for (const type of ['HTMLInputElement', 'HTMLTextAreaElement', 'HTMLSelectElement'] as const)
      hooks.method(view[type].prototype, 'setCustomValidity', (self) => heard.property(self as Element));
    hooks.method(view.Element.prototype, 'attachShadow', (self) => heard.shadow(self as Element));
    for (const name of RULE_METHODS)
      hooks.method(view.CSSStyleSheet.prototype, name, (self) => heard.rules(self as CSSStyleSheet));
    for (const name of ['cssRules', 'rules'])
      hooks.getter(view.CSSStyleSheet.prototype, name, (self) => heard.rulesRead(self as CSSStyleSheet));
    for (const { prototype } of [view.Document, view.ShadowRoot])
      hooks.setter(prototype, 'adoptedStyleSheets', () => heard.records());
    hooks.setter(view.StyleSheet.prototype, 'disabled', (self) => heard.rules(self as CSSStyleSheet));
    hooks.method(view.History.prototype, 'pushState', () => heard.address());
    hooks.method(view.History.prototype, 'replaceState', () => heard.address());
  }
}
