// Turns nodes that the relay does not have into `insert` ops: the one way in, for the first snapshot as for each later
// addition. Walks without recursion, stops when its budget is spent and goes on from there with the next flush: a parent
// whose children are not all sent is `open`. Decides nothing about nodes that the relay has already.

import type { Budget } from './budget';
import type { Draft } from './draft';
import { emitAttributes, emittedTag, emittedText, isEmpty, namespaceCode } from './emit';
import type { Masks } from './mask';
import { Limit, MaskCode } from './names.gen';
import { dataOf, firstChild, hasAttribute, localName, nextSibling, nodeType, shadowRootOf } from './native';
import { depthOf, type Known, type NodeIds } from './node_ids';

/** Elements with this attribute are not part of the page that is shared. */
export const SUPPRESS = 'glance_cobrowse_suppress';
/** Nothing is sent below this level: some are kept free under the protocol's limit for what is moved deeper later. */
const DEEPEST = Limit.Depth - 20;

export interface Surroundings {
  /** A shadow root has come into view: its marks and its changes are needed from here on. */
  enter(root: Node): void;
  /** Whether an element has more than attributes and children. */
  awaits(element: Element, tag: string, level: number): boolean;
  /** Such an element; called after the insert op that holds it. */
  arrive(known: Known): void;
}

/** Where an insertion ended: the last sibling that the relay has now, and the one to look at next. */
export interface Run {
  last: Known | null;
  next: Node | null;
}

interface Level extends Run {
  parent: Known;
}

export class Snapshot {
  /** Parents with children still to be sent; the last comes first. */
  readonly opened: Known[] = [];
  /** Nodes that the relay has elsewhere and that stand below a new parent. */
  met: Node[] = [];
  private levels: Level[] = [];
  /** Index in `levels` of the parent of the running insert op; −1 when none runs. */
  private base = -1;
  private depth = 0;
  private arrivals: Known[] = [];
  private names: string[] = [];
  private values: string[] = [];

  private takes = (name: string): boolean => this.draft.writer.takes(name);

  constructor(
    private readonly ids: NodeIds,
    private readonly masks: Masks,
    private readonly draft: Draft,
    private readonly around: Surroundings,
  ) {}

  /**
   * Inserts the run of unknown siblings that starts with `first`, with all below them, up to a known sibling or the end.
   * Returns the last one inserted (or `after`) and the sibling where it stopped: with the budget spent, the rest of the
   * run is unknown as before.
   */
  insert(parent: Known, after: Known | null, first: Node, budget: Budget): Run {
    const top: Level = { parent, last: after, next: first };
    this.levels = [top];
    this.depth = depthOf(parent);
    while (this.levels.length > 0 && !this.step(budget));
    this.endOp();
    return top;
  }

  /** The shadow root that an element, known before, has got. */
  attach(host: Known, root: Node): void {
    this.around.enter(root);
    const known = this.ids.shadowRoot(root, host, host.level);
    const { writer } = this.draft;
    writer.beginInsert(host.id, 0);
    writer.shadow(known.id, 0);
    writer.endInsert();
    this.leaveOpen(known);
  }

  leaveOpen(parent: Known): void {
    parent.open = true;
    this.opened.push(parent);
  }

  /** Goes on where the budget of an earlier flush ended. True when nothing is left. */
  resume(budget: Budget): boolean {
    for (let parent = this.opened.at(-1); parent; parent = this.opened.at(-1)) {
      if (parent.id && takesChildren(parent) && !this.rest(parent, budget)) return false;
      parent.open = false;
      this.opened.splice(this.opened.indexOf(parent), 1);
    }
    return true;
  }

  rest(parent: Known, budget: Budget): boolean {
    let last = parent.last;
    let next = last ? nextSibling(last.node) : firstChild(parent.node);
    while (next) {
      if (budget.spent()) return false;
      const known = this.ids.get(next);
      if (!known) ({ last, next } = this.insert(parent, last, next, budget));
      else {
        if (known.parent === parent) last = known;
        next = nextSibling(next);
      }
    }
    return true;
  }

  /** One node; true when the budget is spent. */
  private step(budget: Budget): boolean {
    const level = this.levels.at(-1) as Level;
    const node = level.next;
    if (node === null || (this.levels.length === 1 && this.ids.get(node))) {
      this.levels.pop();
      return false;
    }
    if (this.ids.get(node)) this.met.push(node);
    else if (captured(node) && !this.ids.full) {
      if (budget.spent()) return this.stop();
      this.add(node, level);
      return false;
    }
    level.next = nextSibling(node);
    return false;
  }

  private stop(): boolean {
    for (let i = 1; i < this.levels.length; i++) this.leaveOpen((this.levels[i] as Level).parent);
    this.levels = [];
    return true;
  }

  private add(node: Node, level: Level): void {
    if (this.draft.full) this.endOp();
    const depth = this.openOp(level);
    const mask = this.masks.below(level.parent.level, node);
    const known = this.ids.child(node, level.parent, level.last, mask);
    level.last = known;
    level.next = nextSibling(node);
    if (nodeType(node) === Node.ELEMENT_NODE) this.element(node as Element, known, depth);
    else this.draft.writer.text(known.id, depth, emittedText(dataOf(node), mask));
  }

  private element(element: Element, known: Known, depth: number): void {
    const tag = localName(element);
    const namespace = namespaceCode(element);
    const { writer } = this.draft;
    this.names.length = this.values.length = 0;
    emitAttributes(element, tag, namespace, known.level, this.names, this.values, this.takes);
    writer.element(known.id, depth, namespace, emittedTag(tag), this.names, this.values);
    if (isEmpty(tag, namespace)) return;
    if (this.around.awaits(element, tag, known.level)) this.arrivals.push(known);
    if (takesChildren(known) && this.depth + this.levels.length < DEEPEST) this.descend(element, known, depth);
  }

  private descend(element: Element, known: Known, depth: number): void {
    const first = firstChild(element);
    if (first) this.levels.push({ parent: known, last: null, next: first });
    const root = shadowRootOf(element);
    if (!root) return;
    // The stack has to hold the host's level below the shadow root's even when the host has no children.
    if (!first) this.levels.push({ parent: known, last: null, next: null });
    this.around.enter(root);
    const shadow = this.ids.shadowRoot(root, known, known.level);
    this.draft.writer.shadow(shadow.id, depth + 1);
    this.levels.push({ parent: shadow, last: null, next: firstChild(root) });
  }

  /** Makes sure that the running op can take a child of this level's parent; returns the child's depth in it. */
  private openOp(level: Level): number {
    const index = this.levels.length - 1;
    if (this.base > index) this.endOp();
    if (this.base < 0) {
      this.base = index;
      this.draft.writer.beginInsert(level.parent.id, level.last?.id ?? 0);
      this.draft.held = true;
    }
    return index - this.base;
  }

  private endOp(): void {
    if (this.base >= 0) this.draft.writer.endInsert();
    this.draft.held = false;
    this.base = -1;
    const arrivals = this.arrivals;
    this.arrivals = [];
    for (const known of arrivals) this.around.arrive(known);
  }
}

/** Whether a node is part of what is shared, by itself. */
export function captured(node: Node): boolean {
  switch (nodeType(node)) {
    case Node.ELEMENT_NODE:
      return !hasAttribute(node as Element, SUPPRESS);
    case Node.TEXT_NODE:
    case Node.CDATA_SECTION_NODE:
      return true;
    default:
      return false;
  }
}

export function isDeep(parent: Known): boolean {
  return depthOf(parent) >= DEEPEST;
}

/** Whether what is below a node is part of what is shared. */
export function takesChildren(known: Known): boolean {
  if (known.level >= MaskCode.Hide) return false;
  if (nodeType(known.node) !== Node.ELEMENT_NODE) return true;
  const element = known.node as Element;
  const tag = localName(element);
  return tag !== 'iframe' && !isEmpty(tag, namespaceCode(element));
}
