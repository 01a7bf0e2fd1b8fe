// The DOM's own functions, taken before the first node of a page exists. Everything that touches mirrored nodes goes through
// these: a form with a field whose id is `insertBefore` would otherwise answer for its own method.

const bound = Function.prototype.call;

type Method<Self, Args extends unknown[], Result> = (self: Self, ...args: Args) => Result;

function method<Self, Args extends unknown[], Result>(
  native: (this: Self, ...args: Args) => Result,
): Method<Self, Args, Result> {
  return bound.bind(native) as Method<Self, Args, Result>;
}

function descriptor(prototype: object, name: string): PropertyDescriptor {
  for (let owner: object | null = prototype; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const found = Object.getOwnPropertyDescriptor(owner, name);
    if (found !== undefined) return found;
  }
  throw new TypeError(`this browser has no ${name}`);
}

function getter<Self extends object, Name extends keyof Self>(prototype: Self, name: Name): (self: Self) => Self[Name] {
  return bound.bind(descriptor(prototype, name as string).get as () => unknown) as (self: Self) => Self[Name];
}

function setter<Self extends object, Name extends keyof Self>(
  prototype: Self,
  name: Name,
): (self: Self, value: Self[Name]) => void {
  return bound.bind(descriptor(prototype, name as string).set as () => unknown) as (
    self: Self,
    value: Self[Name],
  ) => void;
}

/** Where the browser has it: `Node.moveBefore` keeps frames loaded, dialogs open and scroll positions. */
type MoveBefore = (this: Node, node: Node, before: Node | null) => void;
const moveBeforeNative = (Element.prototype as { moveBefore?: MoveBefore }).moveBefore;
export const movesInPlace = moveBeforeNative !== undefined;

export const page = document;

export const createElementNS = method(Document.prototype.createElementNS) as Method<
  Document,
  [string | null, string],
  Element
>;
export const createTextNode = method(Document.prototype.createTextNode);
export const createDocumentFragment = method(Document.prototype.createDocumentFragment);
export const getElementsFromPoint = method(Document.prototype.elementsFromPoint ?? (() => []));

export const appendChild = method(Node.prototype.appendChild) as Method<Node, [Node], Node>;
export const insertBefore = method(Node.prototype.insertBefore) as Method<Node, [Node, Node | null], Node>;
export const removeChild = method(Node.prototype.removeChild) as Method<Node, [Node], Node>;
export const moveBefore: Method<Node, [Node, Node | null], unknown> =
  moveBeforeNative === undefined ? insertBefore : method(moveBeforeNative);
export const getParent = getter(Node.prototype, 'parentNode');
export const getFirstChild = getter(Node.prototype, 'firstChild');
export const getNextSibling = getter(Node.prototype, 'nextSibling');
export const isConnected = getter(Node.prototype, 'isConnected');
export const setTextContent = setter(Node.prototype, 'textContent');
export const getData = getter(CharacterData.prototype, 'data');
export const setData = setter(CharacterData.prototype, 'data');
export const getRoot = getter(Document.prototype, 'documentElement');
export const getActive = getter(Document.prototype, 'activeElement');
export const getScrollingElement = getter(Document.prototype, 'scrollingElement');

export const setDocumentSheets = setter(Document.prototype, 'adoptedStyleSheets');
export const setShadowSheets = setter(ShadowRoot.prototype, 'adoptedStyleSheets');

/** What a slot can be given. */
export type Assigned = Element & { readonly assignedSlot: HTMLSlotElement | null };
export const getAssignedSlot = getter(Element.prototype as Assigned, 'assignedSlot');
export const controlOf = getter(HTMLLabelElement.prototype, 'control');

export const getRootNode = method(Node.prototype.getRootNode) as Method<Node, [], Node>;
const queryDocument = method(Document.prototype.querySelectorAll as (selector: string) => NodeListOf<Element>);
const queryFragment = method(DocumentFragment.prototype.querySelectorAll as (selector: string) => NodeListOf<Element>);
export function queryAll(root: Document | ShadowRoot, selector: string): Element[] {
  return [...(root instanceof Document ? queryDocument(root, selector) : queryFragment(root, selector))];
}

export const attachShadow = method(Element.prototype.attachShadow);
export const setAttribute = method(Element.prototype.setAttribute);
export const setAttributeNS = method(Element.prototype.setAttributeNS);
export const removeAttribute = method(Element.prototype.removeAttribute);
export const removeAttributeNS = method(Element.prototype.removeAttributeNS);
export const matches = method(Element.prototype.matches);
export const hasAttribute = method(Element.prototype.hasAttribute);
export const getAttribute = method(Element.prototype.getAttribute);
export const getAttributeNames = method(Element.prototype.getAttributeNames);
export const scrollTo = method(Element.prototype.scrollTo) as Method<Element, [ScrollToOptions], void>;
export const getScrollLeft = getter(Element.prototype, 'scrollLeft');
export const getScrollTop = getter(Element.prototype, 'scrollTop');
export const animate = method(Element.prototype.animate ?? (() => null)) as Method<
  Element,
  [Keyframe[], KeyframeAnimationOptions],
  Animation | null
>;

export const animationsOf = method(Element.prototype.getAnimations ?? (() => [])) as Method<
  Element,
  [GetAnimationsOptions],
  Animation[]
>;

export const getCanvasContext = method(
  HTMLCanvasElement.prototype.getContext as (this: HTMLCanvasElement, kind: string) => RenderingContext | null,
);
export const clearRect = method(CanvasRenderingContext2D.prototype.clearRect);
export const drawImage = method(CanvasRenderingContext2D.prototype.drawImage) as Method<
  CanvasRenderingContext2D,
  [ImageBitmap, number, number],
  void
>;
export const decodeImage = (bytes: Blob): Promise<ImageBitmap> => createImageBitmap(bytes);

export const blurHtml = method(HTMLElement.prototype.blur);
export const getStyle = getter(HTMLElement.prototype, 'style');
export const setInputValue = setter(HTMLInputElement.prototype, 'value');
export const getInputType = getter(HTMLInputElement.prototype, 'type');
export const setChecked = setter(HTMLInputElement.prototype, 'checked');
export const setIndeterminate = setter(HTMLInputElement.prototype, 'indeterminate');
export const setTextareaValue = setter(HTMLTextAreaElement.prototype, 'value');
export const setSelectValue = setter(HTMLSelectElement.prototype, 'value');
type Validate = (self: Element, error: string) => void;
const validators = [HTMLInputElement, HTMLSelectElement, HTMLTextAreaElement].map(
  (kind) => [kind, method(kind.prototype.setCustomValidity as (error: string) => void) as Validate] as const,
);
export function setCustomValidity(field: Element, error: string): void {
  for (const [kind, validate] of validators) if (field instanceof kind) validate(field, error);
}
export const getSelected = getter(HTMLOptionElement.prototype, 'selected');
export const setSelected = setter(HTMLOptionElement.prototype, 'selected');
export const getSheet = getter(HTMLStyleElement.prototype, 'sheet');
export const getFrameWindow = getter(HTMLIFrameElement.prototype, 'contentWindow');
export const showModal = method(HTMLDialogElement.prototype.showModal);
export const closeDialog = method(HTMLDialogElement.prototype.close);
export const showPopover = method(HTMLElement.prototype.showPopover ?? (() => undefined)) as Method<
  HTMLElement,
  [{ source?: HTMLElement }],
  void
>;
export const hidePopover = method(HTMLElement.prototype.hidePopover ?? (() => undefined)) as Method<
  HTMLElement,
  [],
  void
>;

export const addListener = method(EventTarget.prototype.addEventListener) as Method<
  EventTarget,
  [string, (event: Event) => void, AddEventListenerOptions?],
  void
>;
export const preventDefault = method(Event.prototype.preventDefault);
export const stopImmediatePropagation = method(Event.prototype.stopImmediatePropagation);
export const now = performance.now.bind(performance);
