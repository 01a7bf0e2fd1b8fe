// Hashes of pieces of the page as it is now: has the code that sends go over them once more, with a writer that hashes.

import type { Budget } from '../../budget';
import type { Capture } from '../../capture';
import { MaskCode } from '../../names.gen';
import type { Known } from '../../node_ids';
import type { Snapshot } from '../../snapshot';
import { Digest, ENOUGH, HashingWriter } from './digest';

/** Subtrees of at most so many nodes are hashed, and sent again, as one. */
const PIECE = 64;
/** A piece that has come to be larger than this is another for sure. */
const LARGEST = 4 * PIECE;
/** Stands for the number of a node that the relay does not have: 0 would leave no trace at the start of a hash. */
const NOBODY = -1;

const UNBOUNDED = { spent: () => false } as Budget;
const nothing = () => undefined;
const AROUND = { enter: nothing, awaits: () => false, arrive: nothing };

type Numbers = (node: Node, parent: Known, level: number) => Known;

/**
 * Whether a node with all below it is a piece; of one that is, `below` takes the documents of frames in it, of others what is
 * right below.
 */
export function isPiece(top: Known, below: Known[]): boolean {
  // Documents and shadow roots cannot be sent again by themselves.
  if (top.parent && fits(top, below)) return true;
  below.length = 0;
  for (let child = top.last; child; child = child.prev) below.push(child);
  if (top.inner) below.push(top.inner);
  if (top.shadow) below.push(top.shadow);
  return false;
}

function fits(top: Known, inner: Known[]): boolean {
  const rest = [top];
  let size = 0;
  for (let known = rest.pop(); known; known = rest.pop()) {
    if (++size > PIECE) return false;
    if (known.inner) inner.push(known.inner);
    if (known.shadow) rest.push(known.shadow);
    for (let child = known.first; child && rest.length <= PIECE; child = child.next) rest.push(child);
  }
  return true;
}

export class Hashes {
  /** Nodes looked at. */
  nodes = 0;

  constructor(private readonly capture: Capture) {}

  subtree(known: Known): number {
    return this.take(known, LARGEST).subtree.value;
  }

  content(known: Known): number {
    return this.take(known, 1).content;
  }

  children(known: Known): number {
    const { ids } = this.capture;
    const digest = new Digest();
    digest.number(known.shadow?.id ?? 0);
    for (const child of this.childrenOf(known)) digest.number(ids.get(child)?.id ?? NOBODY);
    return digest.value;
  }

  /** Those of its children on the page that are to be sent. */
  childrenOf(known: Known): Node[] {
    const found: Node[] = [];
    const parent = copy(known, known.id, known.node, known.level);
    parent.parent = known.parent;
    const walk = this.walk(new HashingWriter(Number.POSITIVE_INFINITY), (node) => {
      found.push(node);
      // Nothing is sent below what is hidden: no need to go there.
      return copy(known, 0, node, MaskCode.Hide);
    });
    walk.rest(parent, UNBOUNDED);
    this.nodes += found.length;
    return found;
  }

  private take(top: Known, most: number): HashingWriter {
    const { ids } = this.capture;
    const writer = new HashingWriter(most);
    let begun = false;
    const walk = this.walk(writer, (node, parent, level) => {
      this.nodes++;
      if (parent === top.parent && begun) throw ENOUGH;
      begun = true;
      writer.under(parent);
      return ids.get(node) ?? copy(top, 0, node, level);
    });
    try {
      walk.insert(top.parent as Known, null, top.node, UNBOUNDED);
    } catch (error) {
      if (error !== ENOUGH) throw error;
    }
    return writer;
  }

  /** The walk of a snapshot to which no node is known; `numbers` gives each its record. */
  private walk(writer: HashingWriter, numbers: Numbers): Snapshot {
    const { masks, snapshot } = this.capture;
    const ids = {
      get: nothing,
      child: (node: Node, parent: Known, _after: Known | null, level: number) => numbers(node, parent, level),
      shadowRoot: numbers,
    };
    const Walk = snapshot.constructor as new (...parts: unknown[]) => Snapshot;
    return new Walk(ids, masks, { writer }, AROUND);
  }
}

/** A record beside those of the page. */
function copy(of: Known, id: number, node: Node, level: number): Known {
  const Record = of.constructor as new (...fields: unknown[]) => Known;
  return new Record(id, node, of.host, level, 0);
}
