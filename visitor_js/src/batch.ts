// Turns what has changed into ops that apply in order. Works on the state of the page at the moment of the flush, so what was
// added and removed in between costs nothing, and a node that has another place is moved, not removed and inserted.
//
// The order that makes it right: nodes are placed from the top of the page downwards, each behind its previous sibling. A
// parent that children are moved into then stands where it stays, so no move can close a circle; siblings that were not
// touched keep their order, so a place beside them is a place for good. What has left the page goes before that, unless
// something in it has stayed: then it goes at the end.

import type { Budget } from './budget';
import type { Dirt } from './dirt';
import type { Draft } from './draft';
import { emitAttributes, emittedAttribute, emittedText, isEmpty, namespaceCode } from './emit';
import type { Masks } from './mask';
import { Limit, MaskCode } from './names.gen';
import {
  attributesOf,
  boxOf,
  dataOf,
  getAttribute,
  isConnected,
  localName,
  nextSibling,
  nodeType,
  parentNode,
  precedes,
  previousSibling,
} from './native';
import { documentOf, type Known, type NodeIds, subtree } from './node_ids';
import { captured, isDeep, type Snapshot, SUPPRESS, takesChildren } from './snapshot';

/** Stands for an earlier value of an attribute that is not known; no attribute has it. */
const UNKNOWN = '\0';

interface Moving {
  first: Known;
  last: Known;
  count: number;
  parent: Known;
  after: Known | null;
  /** What followed the last of the run where it came from. */
  next: Known | null;
}

export class Batch {
  private moving: Moving | null = null;
  private leaving = new Set<Known>();
  /** Whether nodes that the relay has may get another place in this flush. */
  private movers = false;

  constructor(
    private readonly ids: NodeIds,
    private readonly masks: Masks,
    private readonly draft: Draft,
    private readonly snapshot: Snapshot,
    private readonly dirt: Dirt,
    private readonly onAttribute: (known: Known, name: string) => void,
    private readonly onBox: (known: Known, width: number, height: number) => void,
  ) {}

  /** A new epoch: nothing of before counts. */
  restart(): void {
    this.moving = null;
    this.leaving.clear();
    this.snapshot.met = [];
  }

  /** Sends the masks of nodes that the relay has unmasked. Before all else: nothing may follow in clear. True if marks have risen. */
  retract(): boolean {
    const raised = this.masks.takeRaised();
    for (const node of raised) {
      const known = this.ids.get(node);
      const mark = this.masks.own(node);
      if (known && mark) this.mask(known, mark.level, mark.label);
    }
    return raised.length > 0;
  }

  /** Places what was touched. True when all of it is done. */
  place(budget: Budget): boolean {
    const { touched } = this.dirt;
    this.movers = this.removeLost();
    for (const node of touched) {
      if (budget.spent()) break;
      this.settle(node, budget);
      if (this.adopt()) this.movers = true;
    }
    this.endMove();
    if (touched.size > 0) return false;
    for (const known of this.leaving) this.remove(known);
    this.leaving.clear();
    return true;
  }

  /** What the relay has and a walk has met below a new parent gets its place there. True if there was any. */
  adopt(): boolean {
    const met = this.takeMet();
    for (const node of met) this.dirt.touched.add(node);
    return met.length > 0;
  }

  attributes(budget: Budget): boolean {
    const { attributes } = this.dirt;
    for (const [element, names] of attributes) {
      if (budget.spent()) return this.postponeAttributes();
      attributes.delete(element);
      const known = this.ids.get(element);
      if (known && known.born !== this.ids.flush) this.setAttributes(known, element, names);
    }
    return true;
  }

  /** By the next flush an element may have been sent as it is then: "as before the change" says nothing any more. */
  private postponeAttributes(): boolean {
    for (const names of this.dirt.attributes.values()) for (const name of names.keys()) names.set(name, UNKNOWN);
    return false;
  }

  texts(budget: Budget): boolean {
    const { texts } = this.dirt;
    for (const text of texts) {
      if (budget.spent()) return false;
      texts.delete(text);
      const known = this.ids.get(text);
      if (known && known.born !== this.ids.flush)
        this.draft.writer.setText(known.id, emittedText(dataOf(text), known.level));
    }
    return true;
  }

  /** The relay drops the node and gets it anew: what it has of it cannot be changed into what it has to be. */
  renew(known: Known): void {
    this.dirt.touched.add(known.node);
    this.remove(known);
  }

  /** Writes the mask of one node and takes back what the relay may no longer have. */
  mask(known: Known, level: number, label: string): void {
    if (known.own >= level) return;
    this.endMove();
    known.own = level;
    if (nodeType(known.node) === Node.TEXT_NODE) this.maskText(known, level);
    else this.maskElement(known, level, label);
  }

  private maskText(known: Known, level: number): void {
    known.level = Math.max(known.level, level);
    this.draft.writer.setText(known.id, emittedText(dataOf(known.node), known.level));
  }

  private maskElement(known: Known, level: number, label: string): void {
    const { writer } = this.draft;
    for (const below of level >= MaskCode.Hide ? [known] : subtree(known)) below.level = Math.max(below.level, level);
    const box = level >= MaskCode.Hide && nodeType(known.node) === Node.ELEMENT_NODE;
    if (level >= MaskCode.Hide) this.ids.forgetBelow(known);
    if (box) this.setAllAttributes(known, known.node as Element);
    const { width, height } = box ? boxOf(known.node as Element) : { width: 0, height: 0 };
    const [wide, high] = [Math.round(width), Math.round(height)];
    writer.setMask(known.id, level, label, wide, high);
    if (box) this.onBox(known, wide, high);
  }

  private takeMet(): Node[] {
    const { met } = this.snapshot;
    this.snapshot.met = [];
    return met;
  }

  /** Removes what has left the page with all that was in it, before room is needed for what has come. True if some stay. */
  private removeLost(): boolean {
    const holding = new Set<Known>();
    const lost: Known[] = [];
    for (const node of this.dirt.touched) {
      const known = this.ids.get(node);
      if (!known) continue;
      if (!isConnected(node) || !captured(node)) lost.push(known);
      else for (let up = known.above; up && !holding.has(up); up = up.above) holding.add(up);
    }
    for (const known of lost) {
      this.dirt.touched.delete(known.node);
      this.leaving.add(known);
    }
    for (const known of lost) if (!holding.has(known)) this.remove(known, holding);
    return holding.size > 0;
  }

  /** Removes a node, and with it what leaves beside it. */
  private remove(known: Known, holding?: Set<Known>): void {
    this.leaving.delete(known);
    if (!known.id) return;
    this.endMove();
    const leaves = (other: Known | null): other is Known =>
      other !== null && this.leaving.has(other) && !holding?.has(other);
    let first = known;
    for (let prev = known.prev; leaves(prev); prev = prev.prev) first = prev;
    let count = 0;
    const run: Known[] = [];
    for (let next: Known | null = first; next && (next === known || leaves(next)); next = next.next) {
      run.push(next);
      count++;
    }
    this.draft.writer.remove(first.id, count);
    for (const gone of run) {
      this.leaving.delete(gone);
      this.ids.forget(gone);
    }
  }

  /** Brings a touched node to its place, after those of its ancestors that have still to be brought to theirs. */
  private settle(node: Node, budget: Budget): void {
    const above: Node[] = [];
    if (this.movers) for (let up = upward(node); up; up = upward(up)) if (this.dirt.touched.has(up)) above.push(up);
    for (let up = above.pop(); up; up = above.pop()) this.settleOne(up, budget);
    this.settleOne(node, budget);
  }

  private settleOne(node: Node, budget: Budget): void {
    const { touched } = this.dirt;
    if (!touched.has(node)) return;
    const up = parentNode(node);
    const parent = up && this.ids.get(up);
    if (!parent || !takesChildren(parent) || isDeep(parent) || !captured(node) || this.waits(node, parent))
      this.leave(node);
    else this.placeRun(node, parent, budget);
  }

  /**
   * There is no place for the node now. If the relay has it, it loses it at once, for what stands in it on the page could be
   * around it there still. A walk that is to come may bring it back.
   */
  private leave(node: Node): void {
    this.dirt.touched.delete(node);
    const known = this.ids.get(node);
    if (known) this.remove(known);
  }

  /** Whether the children of an open parent have been sent only up to a place before this one. */
  private waits(node: Node, parent: Known): boolean {
    if (!parent.open) return false;
    let last = parent.last;
    while (last && this.dirt.touched.has(last.node)) last = last.prev;
    return !last || !precedes(node, last.node);
  }

  private placeRun(node: Node, parent: Known, budget: Budget): void {
    let { last, next } = this.startOfRun(node, parent);
    let reached = false;
    while (next && !(reached && this.settled(next, parent))) {
      if (budget.spent()) return;
      reached ||= next === node;
      const known = this.ids.get(next);
      if (!captured(next)) {
        this.leave(next);
        next = nextSibling(next);
      } else if (known) {
        last = this.place1(known, parent, last, budget) ?? last;
        next = nextSibling(next);
      } else {
        this.endMove();
        const start: Node = next;
        ({ last, next } = this.snapshot.insert(parent, last, next, budget));
        for (let done: Node | null = start; done && done !== next; done = nextSibling(done))
          this.dirt.touched.delete(done);
        reached ||= !this.dirt.touched.has(node);
      }
    }
  }

  private settled(node: Node, parent: Known): boolean {
    const known = this.ids.get(node);
    return known !== undefined && known.parent === parent && !this.dirt.touched.has(node);
  }

  /** The first of the siblings in a row, up to this node, that have no place yet, and what they come after. */
  private startOfRun(node: Node, parent: Known): { last: Known | null; next: Node | null } {
    let next: Node = node;
    for (let prev = previousSibling(node); prev; prev = previousSibling(prev)) {
      if (this.settled(prev, parent)) return { last: this.ids.get(prev) as Known, next };
      if (captured(prev)) next = prev;
    }
    return { last: null, next };
  }

  /** Puts a node that the relay has behind `after`; null if it had to be given up there and inserted anew. */
  private place1(known: Known, parent: Known, after: Known | null, budget: Budget): Known | null {
    const level = this.masks.below(parent.level, known.node);
    if (level > known.level || documentOf(known) !== documentOf(parent))
      return this.replace(known, parent, after, budget);
    this.dirt.touched.delete(known.node);
    this.leaving.delete(known);
    if (known.parent !== parent || known.prev !== after) this.move(known, parent, after);
    // What was masked by what is above it stays masked where it is now.
    if (known.level >= MaskCode.Text && known.level > parent.level && known.own < known.level) {
      this.masks.keep(known.node, known.level);
      this.mask(known, known.level, this.masks.own(known.node)?.label ?? '');
    }
    return known;
  }

  private replace(known: Known, parent: Known, after: Known | null, budget: Budget): Known | null {
    const { node } = known;
    this.remove(known);
    this.snapshot.insert(parent, after, node, budget);
    const anew = this.ids.get(node);
    if (anew) this.dirt.touched.delete(node);
    return anew ?? null;
  }

  private move(known: Known, parent: Known, after: Known | null): void {
    const { next } = known;
    const run = this.moving;
    if (run && run.next === known && run.parent === parent && run.last === after) {
      run.last = known;
      run.next = next;
      run.count++;
    } else {
      this.endMove();
      this.moving = { first: known, last: known, count: 1, parent, after, next };
    }
    this.ids.move(known, parent, after);
  }

  private endMove(): void {
    const run = this.moving;
    if (!run) return;
    this.moving = null;
    this.draft.writer.move(run.first.id, run.count, run.parent.id, run.after?.id ?? 0);
  }

  private setAttributes(known: Known, element: Element, names: Map<string, string | null>): void {
    const tag = localName(element);
    const namespace = namespaceCode(element);
    if (isEmpty(tag, namespace)) return;
    if (names.has('*') || attributesOf(element).length > Limit.Attributes) this.setAllAttributes(known, element);
    else for (const [name, old] of names) this.setAttribute(known, element, tag, name, old);
    for (const name of names.keys()) this.onAttribute(known, name);
  }

  private setAllAttributes(known: Known, element: Element): void {
    const { writer } = this.draft;
    const names: string[] = [];
    const values: string[] = [];
    emitAttributes(element, localName(element), namespaceCode(element), known.level, names, values, (name) =>
      writer.takes(name),
    );
    writer.setAttributes(known.id, names, values);
  }

  private setAttribute(known: Known, element: Element, tag: string, name: string, old: string | null): void {
    const value = getAttribute(element, name);
    if (value === old || name === SUPPRESS || !this.draft.writer.takes(name)) return;
    const emitted = value === null ? null : emittedAttribute(tag, name, value, known.level);
    if (emitted !== null) this.draft.writer.setAttribute(known.id, name, emitted);
    else if (emittedAttribute(tag, name, '', known.level) !== null) this.draft.writer.removeAttribute(known.id, name);
  }
}

function upward(node: Node): Node | null {
  return parentNode(node) ?? (nodeType(node) === Node.DOCUMENT_FRAGMENT_NODE ? (node as ShadowRoot).host : null);
}
