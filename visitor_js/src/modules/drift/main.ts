// The module that finds out what the relay has otherwise than the page is, when the relay asks: hashes of pieces of the page go
// there, and what it has otherwise is sent again alone. Works between the page's own turns, a little at a time, and goes on with
// the next round where the last one ended.

import type { Capture } from '../../capture';
import type { Core } from '../../core';
import { Op, ScopeCode, type SpotRecord, type ToVisitor } from '../../names.gen';
import type { Known } from '../../node_ids';
import { core, give } from '../given';
import { Hashes, isPiece } from './hashes';

/** Hashes of one round: some ten kilobytes. A larger page takes several rounds. */
const ROUND = 1000;
/** Nodes looked at in one slice, give or take one piece or list of children: some milliseconds. */
const SLICE = 1500;
/** Rules matched on the page, or other roots looked through, in one slice. */
const SWEEPS = 8;
const PAUSE_MS = 50;
/** What differs all the same differs by what is made of it. */
const MENDED_MOST = 8;

export class Drift {
  private capture: Capture | null = null;
  /** What the running walk over the page has still to look at; the last comes first. */
  private readonly rest: Known[] = [];
  /** Hashes that the running round may still send; 0 when none runs. */
  private left = 0;
  private sweeping: Iterator<void> = [][Symbol.iterator]();
  private readonly asked = new Map<number, Known>();
  /** By scope, how often each node was sent again. */
  private readonly mended = new Map<number, WeakMap<Node, number>>();
  private waits = false;

  hear(message: ToVisitor, capture: Capture | null): void {
    if (!capture) return;
    try {
      if (message.type === 'verify') this.begin(capture);
      if (message.type === 'drift') this.mend(message.spots, capture);
    } catch {
      capture.restart();
    }
  }

  private begin(capture: Capture): void {
    this.capture = capture;
    this.left = ROUND;
    this.asked.clear();
    this.sweeping = this.sweepAll(capture);
    this.wait();
  }

  /** A change that nobody was told of may have made a secret of something: it must not go into a hash as it is. */
  private *sweepAll({ document, observe, masks }: Capture): Generator<void> {
    for (const root of [...observe.roots]) {
      if (root === document) yield* masks.sweeping(root);
      else yield masks.sweep(root);
    }
  }

  private wait(): void {
    if (this.waits) return;
    this.waits = true;
    core.setTimer(() => {
      this.waits = false;
      if (this.slice()) this.wait();
      else this.left = 0;
    }, PAUSE_MS);
  }

  /** True when there is more to do. Nothing is thrown into the page. */
  private slice(): boolean {
    const { capture } = this;
    if (!capture?.running || this.left === 0) return false;
    try {
      return this.work(capture);
    } catch {
      return false;
    }
  }

  private work(capture: Capture): boolean {
    // Only right after a flush with nothing left to do the relay is to have what the page is.
    if (!capture.line.free || !capture.tryFlush()) return true;
    if (!this.sweep()) return true;
    const again = !capture.ids.full && this.walk(capture);
    capture.draft.close();
    return again;
  }

  /** True when all is swept. What that masks is told by the next flush, before anything is hashed. */
  private sweep(): boolean {
    for (let step = 0; step < SWEEPS; step++) if (this.sweeping.next().done) return step === 0;
    return false;
  }

  /** Goes on over the page. True when the round has more to say. */
  private walk(capture: Capture): boolean {
    const { rest } = this;
    const top = capture.ids.get(capture.document);
    if (rest.length === 0 && top) rest.push(top);
    const hashes = new Hashes(capture);
    for (let known = rest.pop(); known; known = rest.pop()) {
      if (known.id !== 0) this.look(capture, hashes, known);
      if (this.left <= 0) return false;
      if (hashes.nodes >= SLICE) return true;
    }
    return false;
  }

  private look(capture: Capture, hashes: Hashes, known: Known): void {
    const below: Known[] = [];
    if (isPiece(known, below)) this.say(capture, known, ScopeCode.Subtree, hashes.subtree(known));
    else {
      if (!known.host && known.parent) this.say(capture, known, ScopeCode.Content, hashes.content(known));
      this.say(capture, known, ScopeCode.Children, hashes.children(known));
    }
    this.rest.push(...below);
  }

  private say({ draft }: Capture, known: Known, scope: number, hash: number): void {
    const { writer } = draft;
    writer.op(Op.Verify, known.id);
    writer.nums.uint(scope);
    writer.nums.uint(hash);
    this.asked.set(known.id, known);
    this.left--;
  }

  private mend(spots: SpotRecord[], capture: Capture): void {
    // What comes again must come masked.
    capture.rulesChanged();
    for (const { node, scope } of spots) {
      const known = this.asked.get(node);
      if (known?.id === node && this.mayMend(known.node, scope)) this.renew(capture, known, scope);
    }
  }

  private mayMend(node: Node, scope: number): boolean {
    const mended = this.mended.get(scope) ?? new WeakMap<Node, number>();
    this.mended.set(scope, mended);
    const times = (mended.get(node) ?? 0) + 1;
    mended.set(node, times);
    return times <= MENDED_MOST;
  }

  private renew(capture: Capture, known: Known, scope: number): void {
    const { batch, dirt } = capture;
    if (scope === ScopeCode.Subtree) batch.renew(known);
    else if (scope === ScopeCode.Content) dirt.attributes.set(known.node as Element, new Map([['*', null]]));
    else {
      for (let child = known.first; child; child = child.next) dirt.touched.add(child.node);
      for (const child of new Hashes(capture).childrenOf(known)) dirt.touched.add(child);
    }
  }
}

export function open(given: Core): Drift {
  give(given);
  return new Drift();
}
