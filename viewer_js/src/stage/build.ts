// Makes nodes from a decoded subtree, with createElementNS, attributes and text nodes only: no parser ever sees page content.
// Makes them detached; where they go is apply.ts's.

import { NodeCode } from '../names.gen';
import { attributeNamespace, attributeValue, BOX_TAG, HTML, type Kind, kindOf, LINK_MARK, VOID_TAG } from './allow';
import { unsetState } from './fields';
import { LABEL_ATTRIBUTE, MASK_ATTRIBUTE, PLACEHOLDER_ATTRIBUTE } from './look';
import {
  attachShadow,
  createDocumentFragment,
  createElementNS,
  createTextNode,
  getAttributeNames,
  page,
  removeAttribute,
  removeAttributeNS,
  setAttribute,
  setAttributeNS,
  setTextContent,
} from './natives';
import type { TreeNode } from './ops';
import type { Places } from './places';
import { refuse } from './refusal';

/** Nodes made between two chances to stop. */
const NODES_PER_STEP = 32;

/** Frames run the stage's own script and nothing else; they have no origin, like the stage itself. */
const FRAME_SANDBOX = 'allow-scripts';

export class Builder {
  private readonly kinds = new WeakMap<Element, Kind>();

  constructor(
    private readonly places: Places,
    private readonly assets: string,
    /** Adopted by the document and by every shadow root; null where the browser has none. */
    private readonly look: CSSStyleSheet | null,
  ) {}

  /** The top nodes of a run of siblings, with everything below them in place. A shadow root at the top goes to `into` at once. */
  *run(nodes: readonly TreeNode[], into: Node): Generator<void, Node[], void> {
    const tops: Node[] = [];
    const path: Node[] = [];
    for (const [index, node] of nodes.entries()) {
      if (node.depth > path.length) refuse('step');
      path.length = node.depth;
      const parent = path[node.depth - 1];
      const shadow = node.code === NodeCode.ShadowOpen || node.code === NodeCode.ShadowClosed;
      const made = shadow ? this.shadow(node, parent ?? into) : this.make(node, parent);
      if (parent === undefined && !shadow) tops.push(made);
      path.push(made);
      if (index % NODES_PER_STEP === NODES_PER_STEP - 1) yield;
    }
    return tops;
  }

  private make(node: TreeNode, parent: Node | undefined): Node {
    if (parent instanceof CharacterData) refuse('wrong_kind');
    const made = node.shape === null ? createTextNode(page, node.values[0] ?? '') : this.element(node);
    this.places.add(node.id, made);
    if (parent !== undefined) this.places.append(parent, made);
    return made;
  }

  /** Gives `host` its shadow root. What may have none at this browser gets one that nobody sees. */
  private shadow(node: TreeNode, host: Node): Node {
    if (!(host instanceof Element)) return refuse('wrong_kind');
    const old = this.places.shadowOf(host);
    if (old !== undefined && this.places.isHeld(old)) refuse('duplicate_node');
    if (old !== undefined) setTextContent(old, '');
    const root = old ?? this.attach(host, node.code === NodeCode.ShadowClosed ? 'closed' : 'open');
    this.places.addShadow(node.id, host, root);
    return root;
  }

  private attach(host: Element, mode: ShadowRootMode): Node {
    try {
      const root = attachShadow(host, { mode });
      if (this.look !== null) root.adoptedStyleSheets = [this.look];
      return root;
    } catch {
      return createDocumentFragment(page);
    }
  }

  private element(node: TreeNode): Element {
    const shape = node.shape ?? refuse('reference');
    const kind = kindOf(shape.namespace, shape.tag);
    const element = createElementNS(page, kind.namespace, kind.tag);
    this.kinds.set(element, kind);
    for (const [index, name] of shape.attributes.entries()) this.setAttribute(element, name, node.values[index] ?? '');
    this.finish(element, kind);
    return element;
  }

  /** What an element has for being in a stage: frames their sandbox, fields no memory, sheets their text from ops only. */
  private finish(element: Element, kind: Kind): void {
    if (kind.tag === 'style' || kind.tag === VOID_TAG || kind.tag === BOX_TAG) this.places.conceal(element);
    if (kind.namespace !== HTML) return;
    if (kind.like === 'link') setAttribute(element, LINK_MARK, '');
    if (kind.tag === 'iframe') setAttribute(element, 'sandbox', FRAME_SANDBOX);
    unsetState(element);
    if (FIELDS.has(kind.tag)) setAttribute(element, 'autocomplete', 'off');
  }

  /** Sets one attribute if the tables let it stand; an existing one of that name goes if not. */
  setAttribute(element: Element, name: string, value: string): void {
    const kind = this.kinds.get(element) ?? refuse('wrong_kind');
    const allowed = attributeValue(kind, name, value, this.assets);
    const namespace = attributeNamespace(name);
    if (allowed === null) this.removeAttribute(element, name);
    else if (namespace === null) setAttribute(element, name, allowed);
    else setAttributeNS(element, namespace, name, allowed);
  }

  removeAttribute(element: Element, name: string): void {
    if (this.isOurs(element, name)) return;
    const namespace = attributeNamespace(name);
    if (namespace === null) removeAttribute(element, name);
    else removeAttributeNS(element, namespace, name.slice(name.indexOf(':') + 1));
  }

  clearAttributes(element: Element): void {
    for (const name of getAttributeNames(element)) this.removeAttribute(element, name);
  }

  /** Attributes that the stage gave and no op takes away. */
  private isOurs(element: Element, name: string): boolean {
    const tag = this.kinds.get(element)?.tag ?? '';
    return OURS.has(name) || (tag === 'iframe' && FRAME_OURS.has(name)) || (FIELDS.has(tag) && name === 'autocomplete');
  }
}

const FIELDS = new Set(['input', 'select', 'textarea']);
const FRAME_OURS = new Set(['src', 'sandbox', 'data-stage']);
const OURS = new Set([MASK_ATTRIBUTE, LABEL_ATTRIBUTE, PLACEHOLDER_ATTRIBUTE, LINK_MARK]);
