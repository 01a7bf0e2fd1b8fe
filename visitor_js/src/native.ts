// The browser's own functions, taken once when the script starts, so that nothing the page patches, shadows or clobbers
// afterwards changes what capture reads: a form whose field is called `firstChild` answers `form.firstChild` with the field.
// Where zone.js has wrapped a function it keeps the original under a symbol of its own; that one is used, otherwise every
// batch would wake the page's change detection.

import type { Noted } from './noted';

interface Zone {
  __symbol__?: (name: string) => string;
}

const page = window as unknown as Record<string, unknown> & { Zone?: Zone };

function unwrapped(holder: object, name: string): unknown {
  const symbol = page.Zone?.__symbol__?.(name) ?? `__zone_symbol__${name}`;
  const values = holder as Record<string, unknown>;
  return values[symbol] ?? values[name];
}

type Read<Self, Value> = (self: Self) => Value;
type Call<Self, Args extends unknown[], Value> = (self: Self, ...args: Args) => Value;
type Native = (this: unknown, ...args: unknown[]) => unknown;

export const apply = Reflect.apply;
export const getDescriptor = Object.getOwnPropertyDescriptor;
export const defineProperty = Object.defineProperty;
export const NativeProxy = Proxy;

/** Reads a property as its interface defines it, whatever the object itself says. */
function read<Self extends object, Value>(interface_: { prototype: object }, name: string): Read<Self, Value> {
  const get = getDescriptor(interface_.prototype, name)?.get as Native;
  return (self) => get.call(self) as Value;
}

/** Calls a method of up to three arguments; absent ones are as good as undefined for all that are used here. */
function call<Self extends object, Args extends unknown[], Value>(
  interface_: { prototype: object },
  name: string,
): Call<Self, Args, Value> {
  const method = unwrapped(interface_.prototype, name) as Native;
  return (self, ...[first, second, third]) => method.call(self, first, second, third) as Value;
}

// Tree.
export const nodeType = read<Node, number>(Node, 'nodeType');
export const firstChild = read<Node, Node | null>(Node, 'firstChild');
export const nextSibling = read<Node, Node | null>(Node, 'nextSibling');
export const previousSibling = read<Node, Node | null>(Node, 'previousSibling');
export const parentNode = read<Node, Node | null>(Node, 'parentNode');
export const isConnected = read<Node, boolean>(Node, 'isConnected');
export const textContent = read<Node, string>(Node, 'textContent');
export const baseUri = read<Node, string>(Node, 'baseURI');
export const dataOf = read<Node, string>(CharacterData, 'data');
export const isHidden = read<Document, boolean>(Document, 'hidden');
export const readyStateOf = read<Document, DocumentReadyState>(Document, 'readyState');
export const appendChild = call<Node, [child: Node], Node>(Node, 'appendChild');
export const removeElement = call<Element, [], void>(Element, 'remove');
const position = call<Node, [other: Node], number>(Node, 'compareDocumentPosition');
export const precedes = (node: Node, other: Node): boolean =>
  (position(node, other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

// Elements.
export const localName = read<Element, string>(Element, 'localName');
export const namespaceOf = read<Element, string | null>(Element, 'namespaceURI');
export const attributesOf = read<Element, NamedNodeMap>(Element, 'attributes');
export const attributeName = read<Attr, string>(Attr, 'name');
export const attributeValue = read<Attr, string>(Attr, 'value');
const openRoot = read<Element, ShadowRoot | null>(Element, 'shadowRoot');
let noted: (element: Element) => object | undefined = () => undefined;
/** From now on what the loader has noted is known, too. */
export function useNoted(elements: Noted | null): void {
  if (elements) noted = WeakMap.prototype.get.bind(elements);
}
/** The shadow root that the page has closed, or the drawing context of a WebGL canvas. */
export const notedOf = (element: Element): object | undefined => noted(element);
/** Drawing contexts have no mode. */
const closedRoot = (host: Element): ShadowRoot | null => {
  const made = noted(host) as ShadowRoot | undefined;
  return made?.mode ? made : null;
};
export const shadowRootOf = (host: Element): ShadowRoot | null => openRoot(host) ?? closedRoot(host);
export const hostOf = read<Node, Element>(ShadowRoot, 'host');
export const scrollLeftOf = read<Element, number>(Element, 'scrollLeft');
export const scrollTopOf = read<Element, number>(Element, 'scrollTop');
export const getAttribute = call<Element, [name: string], string | null>(Element, 'getAttribute');
export const hasAttribute = call<Element, [name: string], boolean>(Element, 'hasAttribute');
export const setAttribute = call<Element, [name: string, value: string], void>(Element, 'setAttribute');
export const matches = call<Element, [selector: string], boolean>(Element, 'matches');
export const closest = call<Element, [selector: string], Element | null>(Element, 'closest');
export const boxOf = call<Element, [], DOMRect>(Element, 'getBoundingClientRect');
export const attachShadow = call<Element, [init: ShadowRootInit], ShadowRoot>(Element, 'attachShadow');
const flattened = call<Element, [options: AssignedNodesOptions], Node[]>(HTMLSlotElement, 'assignedNodes');
const slotOfElement = read<Node, Element | null>(Element, 'assignedSlot');
const slotOfText = read<Node, Element | null>(Text, 'assignedSlot');
export const assignedNodes = (slot: Element): Node[] => flattened(slot, { flatten: true });
export function assignedSlot(node: Node): Element | null {
  const type = nodeType(node);
  if (type !== Node.ELEMENT_NODE && type !== Node.TEXT_NODE) return null;
  const element = type === Node.ELEMENT_NODE;
  return (element ? slotOfElement : slotOfText)(node) ?? slotInClosed(node, element);
}

/** Browsers do not tell of slots in closed roots. */
function slotInClosed(node: Node, element: boolean): Element | null {
  const host = parentNode(node);
  const root = host && nodeType(host) === Node.ELEMENT_NODE && closedRoot(host as Element);
  if (!root) return null;
  const name = (element && getAttribute(node as Element, 'slot')) || '';
  for (const slot of queryAll(root, 'slot')) if ((getAttribute(slot, 'name') ?? '') === name) return slot;
  return null;
}

type Query<Found> = Call<Node, [selector: string], Found>;

/** A query on any kind of tree: each has its own method, of the same name. */
function query<Found>(name: string): Query<Found> {
  const [inElement, inDocument, inFragment] = [Element, Document, DocumentFragment].map((interface_) =>
    call<Node, [selector: string], Found>(interface_, name),
  ) as [Query<Found>, Query<Found>, Query<Found>];
  return (root, selector) => {
    const type = nodeType(root);
    if (type === Node.ELEMENT_NODE) return inElement(root, selector);
    return (type === Node.DOCUMENT_NODE ? inDocument : inFragment)(root, selector);
  };
}

export const queryAll = query<NodeListOf<Element>>('querySelectorAll');
export const queryFirst = query<Element | null>('querySelector');

// Documents and frames.
export const doctypeOf = read<Document, DocumentType | null>(Document, 'doctype');
export const compatMode = read<Document, string>(Document, 'compatMode');
export const titleOf = read<Document, string>(Document, 'title');
export const viewOf = read<Document, (Window & typeof globalThis) | null>(Document, 'defaultView');
export const documentElement = read<Document, Element | null>(Document, 'documentElement');
export const addressOf = read<Document, string>(Document, 'URL');
export const createElement = call<Document, [tag: string], HTMLElement>(Document, 'createElement');
const byTag = call<Document, [namespace: string, tag: string], HTMLCollection>(Document, 'getElementsByTagNameNS');
const activeInDocument = read<Node, Element | null>(Document, 'activeElement');
const activeInShadow = read<Node, Element | null>(ShadowRoot, 'activeElement');
const frameDocument = read<Element, Document | null>(HTMLIFrameElement, 'contentDocument');

/** The one that names the document; a title in a picture does not. */
export const titleElement = (document: Document): Element | null =>
  byTag(document, 'http://www.w3.org/1999/xhtml', 'title')[0] ?? null;
export const activeElement = (root: Node): Element | null =>
  (nodeType(root) === Node.DOCUMENT_NODE ? activeInDocument : activeInShadow)(root);

/** The document inside a frame element, if this page may see it. */
export function contentDocument(frame: Element): Document | null {
  try {
    return localName(frame) === 'iframe'
      ? frameDocument(frame)
      : (frame as Element & { contentDocument: Document | null }).contentDocument;
  } catch {
    return null;
  }
}

// Form properties.
export const inputValue = read<Element, string>(HTMLInputElement, 'value');
export const inputType = read<Element, string>(HTMLInputElement, 'type');
export const isChecked = read<Element, boolean>(HTMLInputElement, 'checked');
export const areaValue = read<Element, string>(HTMLTextAreaElement, 'value');
export const areaDefault = read<Element, string>(HTMLTextAreaElement, 'defaultValue');
export const selectValue = read<Element, string>(HTMLSelectElement, 'value');
export const selectOptions = read<Element, HTMLOptionsCollection>(HTMLSelectElement, 'options');
export const chosenOptions = read<Element, HTMLCollection>(HTMLSelectElement, 'selectedOptions');
export const isSelected = read<Element, boolean>(HTMLOptionElement, 'selected');

// Style sheets.
export const cssRulesOf = read<CSSStyleSheet, CSSRuleList>(CSSStyleSheet, 'cssRules');
type Adopting = Document | ShadowRoot;
const adopts = 'adoptedStyleSheets' in document;
const adoptedByDocument = adopts && read<Adopting, CSSStyleSheet[]>(Document, 'adoptedStyleSheets');
const adoptedByShadow = adopts && read<Adopting, CSSStyleSheet[]>(ShadowRoot, 'adoptedStyleSheets');
/** The sheets that a document or shadow root adopts; none in a browser that has no such thing. */
export function adoptedSheets(root: Node): readonly CSSStyleSheet[] {
  const get = nodeType(root) === Node.DOCUMENT_NODE ? adoptedByDocument : adoptedByShadow;
  return get ? get(root as Adopting) : [];
}

// Events and time.
type Listen = [type: string, listener: (event: Event) => void, options?: AddEventListenerOptions];
export const listen = call<EventTarget, Listen, void>(EventTarget, 'addEventListener');
export const unlisten = call<EventTarget, Listen, void>(EventTarget, 'removeEventListener');
const composedPath = call<Event, [], EventTarget[]>(Event, 'composedPath');
export const targetOf = (event: Event): EventTarget | null => composedPath(event)[0] ?? event.target;

const ofWindow = (name: string): Native => (unwrapped(window, name) as Native).bind(window);
export const setTimer = ofWindow('setTimeout') as (run: () => void, ms: number) => number;
export const clearTimer = ofWindow('clearTimeout') as (timer: number) => void;
export const onNextFrame = ofWindow('requestAnimationFrame') as (run: () => void) => number;
export const cancelFrame = ofWindow('cancelAnimationFrame') as (handle: number) => void;
export const now = performance.now.bind(performance);
export const matchMediaOf = window.matchMedia.bind(window);
export const mediaMatches = read<MediaQueryList, boolean>(MediaQueryList, 'matches');
export const whenDefined = customElements.whenDefined.bind(customElements);

// Network and text.
export const request = ofWindow('fetch') as typeof fetch;
export const NativeWebSocket = unwrapped(window, 'WebSocket') as typeof WebSocket;
export const parseJson: (text: string) => unknown = JSON.parse;
const quoteText = JSON.stringify;

/**
 * JSON of a flat object of texts and numbers; absent fields are left out. `JSON.stringify` sees single texts only, because
 * for those it never asks for a `toJSON`, which some libraries put on Object, Array and String prototypes.
 */
export function flatJson(fields: Record<string, string | number | undefined>): string {
  let json = '';
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    if (value === undefined) continue;
    json += `${json ? ',' : ''}${quoteText(name)}:${typeof value === 'number' ? String(value) : quoteText(value)}`;
  }
  return `{${json}}`;
}

/** A MutationObserver class that works: a page or library may have replaced it by one that never answers. */
export const NativeObserver = workingObserver();

function workingObserver(): typeof MutationObserver {
  const candidates = [unwrapped(window, 'MutationObserver'), page.MutationObserver] as (typeof MutationObserver)[];
  return candidates.find(observes) ?? MutationObserver;
}

function observes(Observer: typeof MutationObserver | undefined): boolean {
  if (!Observer) return false;
  const probe = createElement(document, 'i');
  const observer = new Observer(() => undefined);
  observer.observe(probe, { attributes: true });
  setAttribute(probe, 'id', 'probe');
  const answered = observer.takeRecords().length === 1;
  observer.disconnect();
  return answered;
}
