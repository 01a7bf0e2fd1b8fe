// The one place where content of the page becomes content of a frame. Everything asks here first, with the level of the
// node's mask: attributes, texts, values, states, titles. Knows nothing of when or in which op it travels.

import { linkAddress } from './address';
import { ALLOW_LAYOUT, BULLETS, Limit, MaskCode, NamespaceCode, StateCode } from './names.gen';
import {
  areaDefault,
  areaValue,
  attributeName,
  attributesOf,
  attributeValue,
  createElement,
  getAttribute,
  inputType,
  inputValue,
  isChecked,
  isSelected,
  localName,
  matches,
  namespaceOf,
  selectValue,
} from './native';

const NAMESPACES: Record<string, number> = {
  'http://www.w3.org/1999/xhtml': NamespaceCode.Html,
  'http://www.w3.org/2000/svg': NamespaceCode.Svg,
  'http://www.w3.org/1998/Math/MathML': NamespaceCode.Mathml,
};
/** Elements without meaning for a viewer: they keep their place, and nothing of them leaves the page but the name. */
const EMPTY = new Set(['script', 'noscript', 'template', 'noembed', 'noframes', 'meta', 'base', 'param', 'track']);
const LINKS = new Set(['a', 'area', 'link']);
const FRAMES = new Set(['iframe', 'frame', 'embed', 'object']);
const LAYOUT = new Set(ALLOW_LAYOUT);
/** Families of properties whose values are no names of the page's choice; the relay goes by its whole list. */
const LAYOUT_PROPERTY =
  /^(align|aspect|backface|block|border(?!-im)|bottom|box|caption|clear|column|display|empty|flex|float|font-s[it]|font-w|grid-auto|grid-template-[cr]|height|inline|inset|justify|left|letter|line-h|margin|max|min|object|opacity|outline|overflow|padding|perspective|right|rotate|row|scale|stroke|table|text|top|transform|translate|vertical|visib|white|width|word|writing|(background-color|color|direction|fill|position)$)/;
/** Keywords, colours and numbers with units; no texts, addresses, variables, or functions that are not here. */
const LAYOUT_VALUE = /^(?!.*\b(?!calc|min|max|clamp|rgb|hsl)[\w-]+\()[\w\s.%+*/,#()-]*$/;
const scratch = createElement(document, 'i').style;
/** Inputs that show no text of their own, or none that a value could be put in. */
const TEXTLESS = new Set(['checkbox', 'radio', 'file', 'color', 'range', 'image']);
const BUTTONS = new Set(['submit', 'button', 'reset', 'hidden']);

export function namespaceCode(element: Element): number {
  return NAMESPACES[namespaceOf(element) ?? ''] ?? NamespaceCode.Other;
}

/** Whether only the element's name and place leave the page. */
export function isEmpty(tag: string, namespace: number): boolean {
  return EMPTY.has(tag) && (namespace === NamespaceCode.Html || tag === 'script');
}

export function emittedTag(tag: string): string {
  return fits(tag, Limit.NameLength) ? tag : 'span';
}

export function emittedText(text: string, level: number): string {
  if (level > MaskCode.Plain) return /\S/.test(text) ? BULLETS : text;
  return clamp(text, Limit.Text);
}

/** Names and values of all attributes that leave the page, appended to the two lists. */
export function emitAttributes(
  element: Element,
  tag: string,
  namespace: number,
  level: number,
  names: string[],
  values: string[],
  takes: (name: string) => boolean,
): void {
  if (isEmpty(tag, namespace)) return;
  const attributes = attributesOf(element);
  const count = Math.min(attributes.length, Limit.Attributes);
  for (let i = 0; i < count; i++) {
    const attribute = attributes[i] as Attr;
    const name = attributeName(attribute);
    const value = emittedAttribute(tag, name, attributeValue(attribute), level);
    if (value === null || !takes(name) || names.includes(name)) continue;
    names.push(name);
    values.push(value);
  }
}

/** The value of one attribute as it leaves the page; null when it does not. */
export function emittedAttribute(tag: string, name: string, value: string, level: number): string | null {
  if (!fits(name, Limit.NameLength)) return null;
  if (level > MaskCode.Plain) return maskedAttribute(name, value);
  if (/^on/i.test(name) || name === 'srcdoc') return '';
  switch (name) {
    case 'nonce':
    case 'ping':
      return null;
    case 'href':
    case 'xlink:href':
      return LINKS.has(tag) ? (linkAddress(value) ?? nowhere(tag)) : limited(name, value);
    case 'action':
    case 'formaction':
      return linkAddress(value);
    case 'src':
    case 'data':
      return FRAMES.has(tag) ? linkAddress(value) : limited(name, value);
    default:
      return limited(name, value);
  }
}

/** What is left of a link to a script: it looks like one that leads to its own page. A style sheet is none at all. */
function nowhere(tag: string): string | null {
  return tag === 'link' ? null : '';
}

/** A masked element keeps what its size and place depend on, and nothing that could say anything. */
function maskedAttribute(name: string, value: string): string | null {
  if (!LAYOUT.has(name)) return null;
  return name === 'style' ? layoutStyle(value) : limited(name, value);
}

/** Of an inline style what makes the layout. Read from its text: a form's field may be called `style`. */
function layoutStyle(source: string): string {
  let text = '';
  scratch.cssText = source;
  for (const property of scratch) {
    const value = scratch.getPropertyValue(property);
    if (LAYOUT_PROPERTY.test(property) && LAYOUT_VALUE.test(value))
      text += `${property}: ${value}${scratch.getPropertyPriority(property) ? ' !important' : ''}; `;
  }
  return text.trimEnd();
}

function limited(name: string, value: string): string {
  const limit = name === 'style' || name === 'srcset' ? Limit.LongAttributeValue : Limit.AttributeValue;
  return fits(value, limit) ? value : '';
}

function fits(text: string, limit: number): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8.
  return text.length * 3 <= limit || (text.length <= limit && new TextEncoder().encode(text).length <= limit);
}

function clamp(text: string, limit: number): string {
  return fits(text, limit) ? text : text.slice(0, Math.floor(limit / 3));
}

/** The value property of a field as it leaves the page; null when it has none that is not told by its attributes. */
export function emittedValue(field: Element, level: number): string | null {
  switch (localName(field)) {
    case 'input':
      return emittedInput(field, level);
    case 'textarea':
      return level > MaskCode.Plain ? BULLETS : clamp(areaValue(field), Limit.Text);
    case 'select':
      return level > MaskCode.Plain ? null : clamp(selectValue(field), Limit.Text);
    default:
      return null;
  }
}

function emittedInput(field: Element, level: number): string | null {
  const type = inputType(field);
  if (level > MaskCode.Plain) return TEXTLESS.has(type) ? null : BULLETS;
  // The name of a file on the visitor's disk is nobody's business.
  if (BUTTONS.has(type) || type === 'file' || type === 'checkbox' || type === 'radio' || type === 'image') return null;
  return clamp(inputValue(field), Limit.Text);
}

/** What the value would be without the visitor: told by the attributes or the text that the relay has already. */
export function impliedValue(field: Element, level: number): string | null {
  if (level > MaskCode.Plain) return null;
  switch (localName(field)) {
    case 'input':
      return getAttribute(field, 'value') ?? '';
    case 'textarea':
      return areaDefault(field);
    default:
      return null;
  }
}

/** State bits that differ from what attributes say, or would be lost without them; of a masked element its focus and layer. */
export function emittedState(element: Element, level: number): number {
  const seen = seenState(element);
  return level > MaskCode.Plain ? (seen & SEEN_MASKED) | layerState(element) : seen | ownState(element);
}

const SEEN_MASKED = StateCode.FocusVisible | StateCode.Undefined | StateCode.Fullscreen;
/** States that style sheets ask for and only the browser knows. */
const SEEN: [pseudo: string, bit: number][] = [
  [':focus-visible', StateCode.FocusVisible],
  [':target', StateCode.Target],
  [':user-invalid', StateCode.UserInvalid],
  [':user-valid', StateCode.UserValid],
  [':autofill', StateCode.Autofill],
  [':fullscreen', StateCode.Fullscreen],
  ['input:indeterminate', StateCode.Indeterminate],
  [':invalid', StateCode.Invalid],
  ['select:open', StateCode.Open],
  [':not(:defined)', StateCode.Undefined],
];
const ANY_SEEN = `:is(${SEEN.map(([pseudo]) => pseudo)})`;

function seenState(element: Element): number {
  let bits = 0;
  if (matchesSafely(element, ANY_SEEN))
    for (const [pseudo, bit] of SEEN) if (matchesSafely(element, pseudo)) bits |= bit;
  return bits;
}

/** A custom element that nobody has defined yet. */
export function isUndefined(element: Element): boolean {
  return matchesSafely(element, ':not(:defined)');
}

function ownState(element: Element): number {
  switch (localName(element)) {
    case 'input':
      return isChecked(element) ? StateCode.Checked : 0;
    case 'option':
      return isSelected(element) ? StateCode.Selected : 0;
    case 'link':
    case 'style':
      return (element as HTMLStyleElement).sheet?.disabled ? StateCode.SheetDisabled : 0;
    default:
      return layerState(element);
  }
}

function layerState(element: Element): number {
  const modal = localName(element) === 'dialog' && matchesSafely(element, ':modal');
  const popover = getAttribute(element, 'popover') !== null && matchesSafely(element, ':popover-open');
  return (modal ? StateCode.Modal : 0) | (popover ? StateCode.Popover : 0);
}

/** Browsers without a pseudo-class have no element in that state. */
function matchesSafely(element: Element, selector: string): boolean {
  try {
    return matches(element, selector);
  } catch {
    return false;
  }
}
