// What may stand in a stage, from the generated tables (spec.toml, [allow]). The relay's projection has asked the same before;
// this is the second, independent answer, and it asks nothing of the first. Unknown element: span. Unknown attribute: dropped.

import {
  ALLOW_BOXED,
  ALLOW_GLOBAL,
  ALLOW_GLOBAL_PREFIXES,
  ALLOW_HTML,
  ALLOW_LAYOUT,
  ALLOW_MATHML,
  ALLOW_MATHML_ATTRIBUTES,
  ALLOW_NATIVE_HYPHENATED,
  ALLOW_PER_ELEMENT,
  ALLOW_SVG,
  ALLOW_SVG_ATTRIBUTES,
  ALLOW_VOID,
  NamespaceCode,
} from '../names.gen';

export const HTML = 'http://www.w3.org/1999/xhtml';
const SVG = 'http://www.w3.org/2000/svg';
const MATHML = 'http://www.w3.org/1998/Math/MathML';
const XLINK = 'http://www.w3.org/1999/xlink';
const XML = 'http://www.w3.org/XML/1998/namespace';

/** Kept in place without meaning or content. */
export const VOID_TAG = 'cobrowse-void';
/** A plug-in's or frameset's place. */
export const BOX_TAG = 'cobrowse-box';
/** Marks the style element that stands for a link. */
export const LINK_MARK = 'data-cobrowse-link';

/** The type that an input has at the visitor, where it is another one here; style sheets ask for it. */
const TYPE_MARK = 'data-cobrowse-type';
const MARKED_TYPES = new Set(['password', 'submit', 'reset', 'image']);

/** What is built for an element of the page. */
export interface Kind {
  readonly namespace: string;
  /** The same, a code of NamespaceCode. */
  readonly code: number;
  readonly tag: string;
  /** The tag whose attributes it may have; empty for one that may have none. */
  readonly like: string;
}

const html = new Set(ALLOW_HTML);
const svg = new Set(ALLOW_SVG);
const mathml = new Set(ALLOW_MATHML);
const boxed = new Set([...ALLOW_BOXED, BOX_TAG]);
const voided = new Set([...ALLOW_VOID, VOID_TAG]);
const globals = new Set([...ALLOW_GLOBAL, 'style']);
const svgAttributes = new Set(ALLOW_SVG_ATTRIBUTES);
const mathmlAttributes = new Set(ALLOW_MATHML_ATTRIBUTES);
const boxAttributes = new Set(ALLOW_LAYOUT);
const perElement = new Map(Object.entries(ALLOW_PER_ELEMENT).map(([tag, names]) => [tag, new Set(names.split(' '))]));

const NAME = /^[A-Za-z_][-A-Za-z0-9_.:]{0,63}$/;
/** With a hyphen an attribute is the page's own: no browser acts on it. */
const CUSTOM_ATTRIBUTE = /^[a-z_][a-z0-9_.]*-[-a-z0-9_.]*$/;
const nativeHyphenated = new Set(ALLOW_NATIVE_HYPHENATED);
const CUSTOM_NAME = /^[a-z][a-z0-9._]*-[-a-z0-9._]{0,62}$/;

const VOID: Kind = { namespace: HTML, code: NamespaceCode.Html, tag: VOID_TAG, like: '' };
const BOX: Kind = { namespace: HTML, code: NamespaceCode.Html, tag: BOX_TAG, like: BOX_TAG };
const SPAN: Kind = { namespace: HTML, code: NamespaceCode.Html, tag: 'span', like: 'span' };

/** What is built for `tag` of a namespace (a code of NamespaceCode). */
export function kindOf(namespace: number, tag: string): Kind {
  if (voided.has(tag)) return VOID;
  if (namespace === NamespaceCode.Html) return htmlKind(tag);
  if (namespace === NamespaceCode.Svg && svg.has(tag)) return { namespace: SVG, code: namespace, tag, like: tag };
  if (namespace === NamespaceCode.Mathml && mathml.has(tag))
    return { namespace: MATHML, code: namespace, tag, like: tag };
  return SPAN;
}

function htmlKind(tag: string): Kind {
  if (boxed.has(tag)) return BOX;
  if (tag === 'link') return { namespace: HTML, code: NamespaceCode.Html, tag: 'style', like: 'link' };
  if (html.has(tag) || CUSTOM_NAME.test(tag)) return { namespace: HTML, code: NamespaceCode.Html, tag, like: tag };
  return SPAN;
}

/** The namespace of an allowed attribute by its qualified name; null for none. */
export function attributeNamespace(name: string): string | null {
  if (name.startsWith('xlink:')) return XLINK;
  return name.startsWith('xml:') ? XML : null;
}

/** What becomes of an attribute on elements of one kind: it never stands, always does, or its value decides. */
export type Fate = 'dropped' | 'kept' | 'judged';

/** The same for every value, so that it need be asked but once for all elements that look alike. */
export function attributeFate(kind: Kind, name: string): Fate {
  if (kind.like === '' || !NAME.test(name) || isOurs(name)) return 'dropped';
  if (name === TYPE_MARK) return kind.like === 'input' ? 'judged' : 'dropped';
  if (CUSTOM_ATTRIBUTE.test(name) && !nativeHyphenated.has(name)) return 'kept';
  if (globals.has(name) || ALLOW_GLOBAL_PREFIXES.some((prefix) => name.startsWith(prefix))) return 'kept';
  if (kind.namespace === SVG) return svgAttributes.has(name) ? 'judged' : 'dropped';
  if (kind.namespace === MATHML) return mathmlAttributes.has(name) ? 'kept' : 'dropped';
  if (kind === BOX) return boxAttributes.has(name) ? 'kept' : 'dropped';
  return perElement.get(kind.like)?.has(name) ? 'judged' : 'dropped';
}

/** The value with which a judged attribute may stand, or null. `assets` is the only origin that bytes come from. */
export function judgedValue(kind: Kind, name: string, value: string, assets: string): string | null {
  return kind.namespace === SVG ? svgValue(kind.tag, name, value, assets) : htmlValue(kind.like, name, value, assets);
}

/** The value with which `name` may stand on an element of `kind`, or null. */
export function attributeValue(kind: Kind, name: string, value: string, assets: string): string | null {
  const fate = attributeFate(kind, name);
  if (fate === 'judged') return judgedValue(kind, name, value, assets);
  return fate === 'kept' ? value : null;
}

/** Names that only the stage gives, so that a page cannot pass for masked or for a nested stage. */
export function isOurs(name: string): boolean {
  return (name.startsWith('data-cobrowse-') && name !== TYPE_MARK) || name === 'data-stage';
}

/** More columns than any table has; a browser lays each out. */
const SPAN_LIMIT = 1000;

function htmlValue(tag: string, name: string, value: string, assets: string): string | null {
  switch (name) {
    case 'href':
      return null;
    case 'src':
    case 'poster':
      return isAsset(value, assets) ? value : null;
    case 'srcset':
      return isAssetSet(value, assets) ? value : null;
    case 'colspan':
    case 'rowspan':
    case 'span':
      return Number.parseInt(value, 10) > SPAN_LIMIT ? String(SPAN_LIMIT) : value;
    case TYPE_MARK:
      return MARKED_TYPES.has(value) ? value : null;
    case 'type':
      return tag === 'input' ? inputType(value) : value;
    default:
      return value;
  }
}

/** Browsers offer saved passwords for `password`, and send forms from the other two. */
function inputType(type: string): string {
  const known = type.toLowerCase();
  if (known === 'password') return 'text';
  return known === 'submit' || known === 'image' ? 'button' : type;
}

function svgValue(tag: string, name: string, value: string, assets: string): string | null {
  if (name !== 'href' && name !== 'xlink:href') return value;
  if (tag === 'a') return null;
  if (value.startsWith('#')) return value;
  return (tag === 'image' || tag === 'feImage') && isAsset(value, assets) ? value : null;
}

const DATA_IMAGE = /^data:image\/[a-z0-9.+-]+[;,]/i;

function isAsset(address: string, assets: string): boolean {
  return (assets !== '' && address.startsWith(`${assets}/`)) || DATA_IMAGE.test(address);
}

/** Every piece of a srcset that could be an address is one of an asset; descriptors have neither colon nor slash. */
function isAssetSet(value: string, assets: string): boolean {
  const pieces = value.split(/\s+/).filter((piece) => /[:/]/.test(piece));
  return pieces.length > 0 && pieces.every((piece) => isAsset(piece, assets));
}
