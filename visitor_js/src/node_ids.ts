// What the relay has been told: one record for each node of the page that it knows, with its number and its place there.
// The page's nodes are keys of a WeakMap and are never written to. The records mirror the relay's tree, so that a batch can
// say "move" or "remove" in terms of what the relay has, whatever the page looks like by now.

import { Limit } from './names.gen';

export class Known {
  parent: Known | null = null;
  prev: Known | null = null;
  next: Known | null = null;
  first: Known | null = null;
  last: Known | null = null;
  /** Of an element: its shadow root. */
  shadow: Known | null = null;
  /** Of a frame element: the document inside. */
  inner: Known | null = null;
  /** Level of the mask that has been sent for this very node. */
  own = 0;
  /** Children behind the last known one have still to be sent. */
  open = false;
  /** One of the parts that follow properties (fields, sheets, frames, …) holds this node. */
  followed = false;

  constructor(
    /** Number on the wire; 0 once the relay no longer has the node. */
    public id: number,
    readonly node: Node,
    /** Of a shadow root: its element; of a frame's document: the frame element. */
    readonly host: Known | null,
    /** The level at which it was sent: its own or that of an ancestor in the composed tree. */
    public level: number,
    /** Number of the flush in which it was sent. */
    readonly born: number,
  ) {}

  /** The next node up the chain along which masks are inherited. */
  get above(): Known | null {
    return this.parent ?? this.host;
  }
}

export class NodeIds {
  /** Called for each node that the relay no longer has. */
  onForget: (known: Known) => void = () => undefined;
  /** Number of the running flush. */
  flush = 0;
  count = 0;
  private byNode = new WeakMap<Node, Known>();
  private lastId = 0;

  get(node: Node): Known | undefined {
    return this.byNode.get(node);
  }

  /** A new epoch: the relay knows nothing, and numbers start again. */
  restart(): void {
    this.byNode = new WeakMap();
    this.lastId = this.count = 0;
  }

  get full(): boolean {
    return this.count >= Limit.Nodes;
  }

  /** A node among the children of `parent`, after `after` (null: first). */
  child(node: Node, parent: Known, after: Known | null, level: number): Known {
    const known = this.create(node, null, level);
    this.link(known, parent, after);
    return known;
  }

  shadowRoot(node: Node, host: Known, level: number): Known {
    const known = this.create(node, host, level);
    known.followed = true;
    host.shadow = known;
    return known;
  }

  document(node: Node, frame: Known | null, level: number): Known {
    const known = this.create(node, frame, level);
    if (frame) frame.inner = known;
    return known;
  }

  move(known: Known, parent: Known, after: Known | null): void {
    this.unlink(known);
    this.link(known, parent, after);
  }

  /** The relay has dropped the node with all below it. */
  forget(known: Known): void {
    if (known.host?.shadow === known) known.host.shadow = null;
    if (known.host?.inner === known) known.host.inner = null;
    this.unlink(known);
    for (const below of [...subtree(known)]) this.drop(below);
  }

  /** The relay has dropped all below the node, but not the node. */
  forgetBelow(known: Known): void {
    for (let child = known.first; child; child = known.first) this.forget(child);
    if (known.shadow) this.forget(known.shadow);
    if (known.inner) this.forget(known.inner);
  }

  private create(node: Node, host: Known | null, level: number): Known {
    const known = new Known(++this.lastId, node, host, level, this.flush);
    this.byNode.set(node, known);
    this.count++;
    return known;
  }

  private drop(known: Known): void {
    if (this.byNode.get(known.node) === known) this.byNode.delete(known.node);
    this.count--;
    if (known.followed || known.level > 0) this.onForget(known);
    known.id = 0;
  }

  private link(known: Known, parent: Known, after: Known | null): void {
    const next = after ? after.next : parent.first;
    known.parent = parent;
    known.prev = after;
    known.next = next;
    if (after) after.next = known;
    else parent.first = known;
    if (next) next.prev = known;
    else parent.last = known;
  }

  private unlink(known: Known): void {
    const { parent, prev, next } = known;
    if (!parent) return;
    if (prev) prev.next = next;
    else parent.first = next;
    if (next) next.prev = prev;
    else parent.last = prev;
    known.parent = known.prev = known.next = null;
  }
}

/** A node and all below it in the composed tree, with shadow roots and the documents of frames. */
export function* subtree(top: Known): Generator<Known> {
  const rest = [top];
  for (let known = rest.pop(); known; known = rest.pop()) {
    yield known;
    for (let child = known.last; child; child = child.prev) rest.push(child);
    if (known.inner) rest.push(known.inner);
    if (known.shadow) rest.push(known.shadow);
  }
}

export function documentOf(known: Known): Known {
  let top = known;
  for (let above = top.parent ?? shadowHost(top); above; above = top.parent ?? shadowHost(top)) top = above;
  return top;
}

function shadowHost(known: Known): Known | null {
  return known.host?.shadow === known ? known.host : null;
}

export function depthOf(known: Known): number {
  let depth = 0;
  for (let above = known.above; above; above = above.above) depth++;
  return depth;
}
