// Node ids to nodes, and where each node's children really are. Knows structure; knows nothing of ops or of what nodes mean.

import { Limit } from '../names.gen';
import {
  appendChild,
  createDocumentFragment,
  getFirstChild,
  getNextSibling,
  getParent,
  getRoot,
  insertBefore,
  moveBefore,
  page,
  removeChild,
} from './natives';
import { isDrawn } from './open_list';
import { refuse } from './refusal';

/** Outside of repairs no number is given twice. */
export function twice(): never {
  return refuse('duplicate_node');
}

export class Places {
  private readonly nodes = new Map<number, Node>();
  private readonly ids = new WeakMap<Node, number>();
  /** Where the children of a node stand if not in itself: a document's, and those of an element whose content may not show. */
  private readonly homes = new WeakMap<Node, DocumentFragment>();
  private readonly owners = new WeakMap<Node, Node>();
  private readonly shadows = new WeakMap<Element, Node>();
  private readonly hosts = new WeakMap<Node, Element>();
  /** Shadow roots that the page's own scripts cannot reach. */
  private readonly closed = new WeakSet<Node>();
  /** The page's top nodes. A Document takes one element and no text, so only the first element is shown. */
  private tops: Node[] = [];

  /** Makes room for another node with the number of one that is here. */
  evict: (old: Node) => void = twice;

  get size(): number {
    return this.nodes.size;
  }

  node(id: number): Node {
    return this.nodes.get(id) ?? refuse('unknown_node');
  }

  has(id: number): boolean {
    return this.nodes.has(id);
  }

  element(id: number): Element {
    const node = this.node(id);
    return node instanceof Element ? node : refuse('wrong_kind');
  }

  /** Whether `node` has an id at present. */
  isHeld(node: Node): boolean {
    return this.nodes.get(this.ids.get(node) ?? 0) === node;
  }

  /** The id of `node`, 0 when it has none at present. */
  idOf(node: Node): number {
    return this.isHeld(node) ? (this.ids.get(node) as number) : 0;
  }

  add(id: number, node: Node): void {
    const old = this.nodes.get(id);
    if (old !== undefined) this.evict(old);
    if (this.nodes.size >= Limit.Nodes) refuse('limit');
    this.nodes.set(id, node);
    this.ids.set(node, id);
  }

  shadowOf(host: Element): Node | undefined {
    return this.shadows.get(host);
  }

  hostOf(root: Node): Element | undefined {
    return this.hosts.get(root);
  }

  isClosed(root: Node): boolean {
    return this.closed.has(root);
  }

  addShadow(id: number, host: Element, root: Node, closed: boolean): void {
    this.add(id, root);
    if (closed) this.closed.add(root);
    else this.closed.delete(root);
    this.shadows.set(host, root);
    this.hosts.set(root, host);
  }

  /** Everything is forgotten; what is shown stays until `showRoot`. Returns the ids there were. */
  clear(): number[] {
    const ids = [...this.nodes.keys()];
    this.nodes.clear();
    this.tops = [];
    return ids;
  }

  /** From now on the children of `node` are kept where nobody sees them, those that it has included. */
  conceal(node: Node): void {
    if (this.homes.has(node) || node === page) return;
    const home = createDocumentFragment(page);
    this.homes.set(node, home);
    this.owners.set(home, node);
    for (let child = getFirstChild(node); child !== null; child = getFirstChild(node)) appendChild(home, child);
  }

  /** For building: a child of a node that is not the document. */
  append(parent: Node, child: Node): void {
    appendChild(this.home(parent), child);
  }

  /** Puts a run of nodes after `after`, a child of `parent`, or first. */
  insert(parent: Node, after: Node | null, nodes: readonly Node[]): void {
    this.put(parent, after, nodes, insertBefore);
  }

  /** The same for nodes that stand elsewhere, without tearing down what they hold where the browser can. */
  move(parent: Node, after: Node | null, nodes: readonly Node[]): void {
    if (nodes.some((node) => this.isAbove(node, parent))) refuse('cycle');
    if (after !== null && nodes.includes(after)) refuse('position');
    this.put(parent, after, nodes, moveOrInsert);
  }

  private put(parent: Node, after: Node | null, nodes: readonly Node[], place: typeof insertBefore): void {
    if (after !== null && this.parentOf(after) !== parent) refuse('position');
    const moved = new Set(nodes);
    this.tops = this.tops.filter((node) => !moved.has(node));
    if (parent === page) this.putOnTop(after, nodes);
    else {
      const home = this.home(parent);
      let before = after === null ? getFirstChild(home) : getNextSibling(after);
      // A run may be moved to a place among its own.
      while (before !== null && moved.has(before)) before = getNextSibling(before);
      for (const node of nodes) place(home, node, before);
    }
  }

  private putOnTop(after: Node | null, nodes: readonly Node[]): void {
    for (const node of nodes) detach(node);
    this.tops.splice(after === null ? 0 : this.tops.indexOf(after) + 1, 0, ...nodes);
  }

  /** `count` consecutive siblings from `first` on. */
  run(first: Node, count: number): Node[] {
    if (this.parentOf(first) === null) refuse('wrong_kind');
    const nodes = [first];
    while (nodes.length < count) nodes.push(this.nextOf(nodes[nodes.length - 1] as Node) ?? refuse('position'));
    return nodes;
  }

  private nextOf(node: Node): Node | null {
    const top = this.tops.indexOf(node);
    return top < 0 ? getNextSibling(node) : (this.tops[top + 1] ?? null);
  }

  /** Takes nodes out; `forget` is theirs still to be called. */
  take(nodes: readonly Node[]): void {
    this.tops = this.tops.filter((node) => !nodes.includes(node));
    for (const node of nodes) detach(node);
  }

  /** `top` and every node below it, shadow roots and concealed content included. Iterative: pages may be deep. */
  *below(top: Node): Generator<Node, void, void> {
    const open: Node[] = [top];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      yield node;
      const shadow = node instanceof Element ? this.shadows.get(node) : undefined;
      if (shadow !== undefined) open.push(shadow);
      for (let child = getFirstChild(this.home(node)); child !== null; child = getNextSibling(child)) open.push(child);
    }
  }

  /** Every node below `top` and itself loses its id; calls `left` for each. */
  forget(top: Node, left: (id: number, node: Node) => void): void {
    for (const node of this.below(top)) {
      if (!this.isHeld(node)) continue;
      const id = this.ids.get(node) as number;
      this.nodes.delete(id);
      left(id, node);
    }
  }

  /** Its children, those too that have no id; of the page its top nodes. */
  *childrenOf(node: Node): Generator<Node, void, void> {
    if (node === page) yield* this.tops;
    else
      for (let child = getFirstChild(this.home(node)); child !== null; child = getNextSibling(child))
        if (!isDrawn(child)) yield child;
  }

  parentOf(node: Node): Node | null {
    if (this.tops.includes(node)) return page;
    const parent = getParent(node);
    return parent === null ? null : (this.owners.get(parent) ?? parent);
  }

  private home(node: Node): Node {
    return this.homes.get(node) ?? node;
  }

  private isAbove(node: Node, below: Node): boolean {
    for (let at: Node | null = below; at !== null; at = this.hosts.get(at) ?? this.parentOf(at)) {
      if (at === node) return true;
    }
    return false;
  }

  /** Makes the first top element the document's element. */
  showRoot(): void {
    const root = this.tops.find((node) => node instanceof Element) ?? null;
    const shown = getRoot(page);
    if (shown === root) return;
    if (shown !== null) removeChild(page, shown);
    if (root !== null) appendChild(page, root);
  }
}

/** A shown root stays where it is until `showRoot` puts another in its place, so that nothing flickers within a frame. */
function detach(node: Node): void {
  const parent = getParent(node);
  if (parent !== null && parent !== page) removeChild(parent, node);
}

/** `moveBefore` refuses a move between trees of which only one is in the document. */
function moveOrInsert(home: Node, node: Node, before: Node | null): Node {
  try {
    moveBefore(home, node, before);
  } catch {
    insertBefore(home, node, before);
  }
  return node;
}
