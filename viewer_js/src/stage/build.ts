// Makes nodes from a decoded subtree, with createElementNS, attributes and text nodes only: no parser ever sees page content.
// Makes them detached; where they go is apply.ts's.

import { NamespaceCode, NodeCode } from '../names.gen';
import {
  attributeFate,
  attributeNamespace,
  attributeValue,
  BOX_TAG,
  HTML,
  isOurs,
  judgedValue,
  type Kind,
  kindOf,
  LINK_MARK,
  VOID_TAG,
} from './allow';
import { unsetState } from './fields';
import { SCREEN_ATTRIBUTE } from './layer';
import {
  attachShadow,
  createDocumentFragment,
  createElementNS,
  createTextNode,
  getAttributeNames,
  hasAttribute,
  page,
  removeAttribute,
  removeAttributeNS,
  setAttribute,
  setAttributeNS,
  setShadowSheets,
  setTextContent,
} from './natives';
import type { Shape, TreeNode } from './ops';
import type { Places } from './places';
import { refuse } from './refusal';

/** Nodes made between two chances to stop. */
const NODES_PER_STEP = 32;

/** Frames run the stage's own script and nothing else; they have no origin, like the stage itself. */
const FRAME_SANDBOX = 'allow-scripts';

/** An attribute that elements of a shape may have. */
interface PlannedAttribute {
  /** Its place among the values of a node. */
  readonly index: number;
  readonly name: string;
  readonly namespace: string | null;
  readonly judged: boolean;
}

/** How elements of a shape are made: everything that does not depend on the values of one of them. */
interface Plan {
  readonly kind: Kind;
  readonly attributes: readonly PlannedAttribute[];
  /** Most elements have nothing of the stage's own. */
  readonly plain: boolean;
}

export class Builder {
  private readonly plans = new WeakMap<Shape, Plan>();
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
    for (let index = 0; index < nodes.length; index += 1) {
      const node = nodes[index] as TreeNode;
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
    const closed = node.code === NodeCode.ShadowClosed;
    const root = old ?? this.attach(host);
    this.places.addShadow(node.id, host, root, closed);
    return root;
  }

  private attach(host: Element): Node {
    try {
      // Always an open one, so that slots can be asked for; no script of the page is here to notice.
      const root = attachShadow(host, { mode: 'open' });
      if (this.look !== null) setShadowSheets(root, [this.look]);
      return root;
    } catch {
      return createDocumentFragment(page);
    }
  }

  private element(node: TreeNode): Element {
    const shape = node.shape ?? refuse('reference');
    const plan = this.planOf(shape);
    const { kind } = plan;
    const element = createElementNS(page, kind.namespace, kind.tag);
    this.kinds.set(element, kind);
    for (const attribute of plan.attributes)
      this.setPlanned(element, kind, attribute, node.values[attribute.index] ?? '');
    if (!plan.plain) this.finish(element, kind);
    return element;
  }

  private planOf(shape: Shape): Plan {
    const known = this.plans.get(shape);
    if (known !== undefined) return known;
    const plan = planFor(shape);
    this.plans.set(shape, plan);
    return plan;
  }

  private setPlanned(element: Element, kind: Kind, attribute: PlannedAttribute, value: string): void {
    const { name, namespace, judged } = attribute;
    const allowed = judged ? judgedValue(kind, name, value, this.assets) : value;
    if (allowed !== null) put(element, namespace, name, allowed);
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
    else put(element, namespace, name, allowed);
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

  /** Its namespace, a code of NamespaceCode, and its tag, as ops have them. */
  nameOf(element: Element): readonly [number, string] {
    const kind = this.kinds.get(element);
    // No op has made it.
    if (kind === undefined) return [NamespaceCode.Other, ''];
    return [kind.code, kind.like === 'link' ? kind.like : kind.tag];
  }

  /** Names of its attributes but those that the stage gave. */
  ownAttributes(element: Element): string[] {
    return getAttributeNames(element).filter((name) => !this.isOurs(element, name));
  }

  /** Attributes that the stage gave and no op takes away. */
  private isOurs(element: Element, name: string): boolean {
    const tag = this.kinds.get(element)?.tag ?? '';
    const fills = name === 'popover' && hasAttribute(element, SCREEN_ATTRIBUTE);
    return (
      fills ||
      isOurs(name) ||
      (tag === 'iframe' && FRAME_OURS.has(name)) ||
      (FIELDS.has(tag) && name === 'autocomplete')
    );
  }
}

function planFor(shape: Shape): Plan {
  const kind = kindOf(shape.namespace, shape.tag);
  const attributes: PlannedAttribute[] = [];
  for (const [index, name] of shape.attributes.entries()) {
    const fate = attributeFate(kind, name);
    if (fate !== 'dropped')
      attributes.push({ index, name, namespace: attributeNamespace(name), judged: fate === 'judged' });
  }
  return { kind, attributes, plain: kind.like === kind.tag && !FINISHED.has(kind.tag) };
}

function put(element: Element, namespace: string | null, name: string, value: string): void {
  if (namespace === null) setAttribute(element, name, value);
  else setAttributeNS(element, namespace, name, value);
}

const FIELDS = new Set(['input', 'select', 'textarea']);
/** Tags that `finish` gives something; a void has none that it is like, and a link is a style. */
const FINISHED = new Set([...FIELDS, 'option', 'iframe', 'style', BOX_TAG]);
const FRAME_OURS = new Set(['src', 'sandbox', 'data-stage']);
