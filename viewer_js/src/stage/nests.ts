// The stages nested in this one, one for each frame of the page. A nested stage is loaded from this stage's own address and gets
// its ops by a port of its own; which node lives in which is known here, for a document cannot reach into another.

import { Limit, Op, QuirksCode } from '../names.gen';
import type { StageGreeting } from '../port';
import { addListener, getFrameWindow, isConnected, setAttribute } from './natives';
import type { AnyOp, DocumentOp, InsertOp, SetConstructedOp } from './ops';
import { REFUSALS, type RefusalKind, refuse } from './refusal';

/** What a stage sends to one nested in it. */
export interface NestFeed {
  readonly serial: number;
  readonly ops: readonly AnyOp[];
  readonly mends: boolean;
}

/** What a nested stage answers: done, and which nodes have left; why it cannot go on, as an index of REFUSALS; or node and scope of what is otherwise there. */
export type NestReport =
  | { readonly serial: number; readonly gone: readonly number[] }
  | { readonly stuck: number }
  | { readonly drift: readonly [number, number] };

/** A frame that does not load must not hold back the version that the rest of the page has. */
const SETTLE_MS = 3000;

/** Says how deep a stage is nested. */
const DEPTH = 'depth';

/**
 * This stage's address with the query that asks for a mode of layout. No two around one another have the same: browsers leave a
 * frame empty whose address is that of two around it.
 */
export function stageAddress(quirks: number): string {
  const address = new URL(location.href);
  const depth = Number(address.searchParams.get(DEPTH)) + 1;
  address.search = `?${DEPTH}=${depth}`;
  if (quirks !== QuirksCode.None) address.searchParams.set('mode', quirks === QuirksCode.Quirks ? 'quirks' : 'limited');
  return address.href;
}

export interface NestEvents {
  stuck(kind: RefusalKind): void;
  drifted(node: number, scope: number): void;
}

class Nest {
  private port: MessagePort | null = null;
  private ops: AnyOp[] = [];
  private held: NestFeed[] = [];
  private serial = 0;
  private loads = 0;
  private shut = false;
  private dropped = false;
  private readonly settling = new Map<number, () => void>();
  /** Numbers of the constructed sheets that its page adopts. */
  private readonly adopted = new Set<number>();

  constructor(
    readonly frame: HTMLIFrameElement,
    readonly quirks: number,
    private readonly greeting: StageGreeting,
    private readonly events: NestEvents & { gone(ids: readonly number[]): void },
  ) {
    addListener(frame, 'load', () => this.loaded());
    setAttribute(frame, 'data-stage', '');
    setAttribute(frame, 'src', stageAddress(quirks));
  }

  push(op: AnyOp): void {
    if (!this.shut) this.ops.push(op);
  }

  /** Its page starts anew and has no sheet. */
  restart(op: DocumentOp): void {
    this.adopted.clear();
    this.push(op);
  }

  /** It is about to adopt a sheet; the text may still be to come. */
  teach(sheet: number, text: string | undefined): void {
    if (this.adopted.has(sheet)) return;
    this.adopted.add(sheet);
    if (text !== undefined) this.push({ op: Op.SetConstructed, sheet, base: '', text });
  }

  constructed(op: SetConstructedOp): void {
    if (this.adopted.has(op.sheet)) this.push(op);
  }

  /** Its page goes for good: the frame is masked. */
  close(): void {
    if (this.shut) return;
    this.ops = [
      { op: Op.Document, node: 0, frame: 0, address: '', base: '', title: '', doctype: '', quirks: this.quirks },
    ];
    this.shut = true;
  }

  drop(): void {
    this.shut = true;
    this.dropped = true;
    this.port?.close();
    for (const done of this.settling.values()) done();
  }

  /** Sends what has gathered; resolves when it is done there. */
  flush(mends: boolean): Promise<void> {
    if (this.ops.length === 0) return Promise.resolve();
    this.serial += 1;
    const feed: NestFeed = { serial: this.serial, ops: this.ops, mends };
    this.ops = [];
    if (this.port === null) this.held.push(feed);
    else this.port.postMessage(feed);
    return isConnected(this.frame) ? this.settled(feed.serial) : Promise.resolve();
  }

  private settled(serial: number): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, SETTLE_MS);
      this.settling.set(serial, () => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  /** A second load means that the browser threw the nested page away, by a move it could not do in place. */
  private loaded(): void {
    if (this.dropped) return;
    this.loads += 1;
    if (this.loads > 1) this.events.stuck('sequence');
    else this.greet();
  }

  private greet(): void {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => this.report(event.data as NestReport);
    getFrameWindow(this.frame)?.postMessage(this.greeting, '*', [channel.port2]);
    for (const feed of this.held) channel.port1.postMessage(feed);
    this.held = [];
    this.port = channel.port1;
  }

  private report(report: NestReport): void {
    if ('stuck' in report) this.events.stuck(REFUSALS[report.stuck] ?? 'field');
    else if ('drift' in report) this.events.drifted(...report.drift);
    else this.done(report.serial, report.gone);
  }

  private done(serial: number, gone: readonly number[]): void {
    this.events.gone(gone);
    this.settling.get(serial)?.();
    this.settling.delete(serial);
  }
}

export class Nests {
  private readonly byFrame = new Map<Element, Nest>();
  private readonly owners = new Map<number, Nest>();
  /** The ops at hand send again what is there already. */
  mends = false;

  constructor(
    private readonly greeting: StageGreeting,
    private readonly events: NestEvents,
  ) {}

  get size(): number {
    return this.owners.size;
  }

  has(id: number): boolean {
    return this.owners.has(id);
  }

  /** The document of a frame element of this page starts. */
  open(frame: Element, op: DocumentOp): void {
    if (!(frame instanceof HTMLIFrameElement)) refuse('wrong_kind');
    const nest = this.suited(frame, op.quirks) ?? this.create(frame, op.quirks);
    this.own(op.node, nest);
    nest.restart({ ...op, frame: 0 });
  }

  /** The nested stage that the frame has, if it may stay for a document of this mode. */
  private suited(frame: Element, quirks: number): Nest | undefined {
    const nest = this.byFrame.get(frame);
    if (nest === undefined || nest.quirks === quirks) return nest;
    this.drop(frame);
    return undefined;
  }

  private create(frame: HTMLIFrameElement, quirks: number): Nest {
    if (this.byFrame.size >= Limit.Documents) refuse('limit');
    const nest = new Nest(frame, quirks, this.greeting, {
      ...this.events,
      gone: (ids) => this.release(nest, ids),
    });
    this.byFrame.set(frame, nest);
    return nest;
  }

  private own(id: number, nest: Nest): void {
    if (this.owners.has(id) && !this.mends) refuse('duplicate_node');
    this.owners.set(id, nest);
  }

  private release(nest: Nest, ids: readonly number[]): void {
    for (const id of ids) {
      if (this.owners.get(id) === nest) this.owners.delete(id);
    }
  }

  /** Sends an op on to the stage that has `id`; false when none has. */
  forward(id: number, op: AnyOp): boolean {
    const nest = this.owners.get(id);
    if (nest === undefined) return false;
    if (op.op === Op.Insert) this.ownAll(op, nest);
    if (op.op === Op.Document) this.own(op.node, nest);
    nest.push(op);
    return true;
  }

  private ownAll(op: InsertOp, nest: Nest): void {
    if (this.owners.size + op.nodes.length > Limit.Nodes) refuse('limit');
    for (const node of op.nodes) this.own(node.id, nest);
  }

  /** The frame element whose page, or one inside it, has `id`. */
  frameOf(id: number): Element | null {
    return this.owners.get(id)?.frame ?? null;
  }

  /** Gives the page that has `id` a sheet that it may not have. */
  teach(id: number, sheet: number, text: string | undefined): void {
    this.owners.get(id)?.teach(sheet, text);
  }

  /** A sheet is another one: also in the pages that have it. */
  constructed(op: SetConstructedOp): void {
    for (const nest of this.byFrame.values()) nest.constructed(op);
  }

  broadcast(op: AnyOp): void {
    for (const nest of this.byFrame.values()) nest.push(op);
  }

  close(frame: Element): void {
    this.byFrame.get(frame)?.close();
  }

  /** A frame element has left the page. */
  drop(frame: Element): void {
    const nest = this.byFrame.get(frame);
    if (nest === undefined) return;
    nest.drop();
    this.byFrame.delete(frame);
    for (const [id, owner] of this.owners) {
      if (owner === nest) this.owners.delete(id);
    }
  }

  clear(): void {
    for (const nest of this.byFrame.values()) nest.drop();
    this.byFrame.clear();
    this.owners.clear();
  }

  async flush(): Promise<void> {
    await Promise.all([...this.byFrame.values()].map((nest) => nest.flush(this.mends)));
  }
}
