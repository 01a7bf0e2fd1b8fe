// The stage: gets one port from the document around it, and by it frames (the outermost stage) or decoded ops (a nested one).
// Answers with what port.ts or nests.ts allow, and with nothing else.

import { MessageCode, Op, QuirksCode } from '../names.gen';
import { Ask, Report } from '../port';
import { OtherMode, Page } from './apply';
import { decodeFrame } from './frame';
import { makeInert } from './inert';
import { LOOK } from './look';
import { addListener, page } from './natives';
import { type NestFeed, type NestReport, Nests } from './nests';
import type { Frame } from './ops';
import { REFUSALS, Refusal, type RefusalKind, refuse } from './refusal';
import { runSliced } from './slice';
import { FollowedViewport, nestedViewport } from './viewport';

/** The mode this document was asked for; what the relay made of it does not matter, or a page could ask for ever. */
function ownMode(): number {
  const mode = new URLSearchParams(location.search).get('mode');
  if (mode === 'quirks') return QuirksCode.Quirks;
  return mode === 'limited' ? QuirksCode.Limited : QuirksCode.None;
}

function adoptLook(): CSSStyleSheet | null {
  if (page.adoptedStyleSheets === undefined) return null;
  const look = new CSSStyleSheet();
  look.replaceSync(LOOK);
  page.adoptedStyleSheets = [look];
  return look;
}

/** One thing after the other: what arrives while a frame is being built waits. */
class Turns {
  private last: Promise<void> = Promise.resolve();

  take(turn: () => Promise<void>): void {
    this.last = this.last.then(turn);
  }
}

class Stage {
  private readonly page: Page;
  private readonly turns = new Turns();
  private version = 0;
  private stopped = false;

  constructor(
    private readonly port: MessagePort,
    assets: string,
    private readonly nested: boolean,
  ) {
    const nests = new Nests(
      { type: 'stage', asset: assets, nested: true },
      { stuck: (kind) => this.stuck(kind), drifted: (node, scope) => this.drifted(node, scope) },
    );
    const viewport = nested
      ? nestedViewport
      : new FollowedViewport(
          (width, height) => this.report(Report.Viewport, width, height),
          (x, y, down) => this.report(Report.Pointer, x, y, down),
        );
    this.page = new Page(nests, viewport, ownMode(), assets, adoptLook());
  }

  private report(...numbers: number[]): void {
    this.port.postMessage(numbers);
  }

  receive(data: unknown): void {
    if (data instanceof ArrayBuffer) this.turns.take(() => this.guarded(() => this.frame(data)));
    else if (Array.isArray(data)) this.asked(data as number[]);
    else this.turns.take(() => this.guarded(() => this.feed(data as NestFeed)));
  }

  private asked(ask: readonly number[]): void {
    const [kind, x, y] = ask;
    if (kind === Ask.Ping) this.report(Report.Ready);
    else if (kind === Ask.Settle) this.turns.take(async () => this.report(Report.Rendered, this.version));
    else if (kind === Ask.Hover) this.page.marks.point(x === undefined || y === undefined ? null : [x, y]);
  }

  ready(): void {
    this.report(Report.Ready);
  }

  private async frame(data: ArrayBuffer): Promise<void> {
    const frame = await decodeFrame(new Uint8Array(data));
    this.expect(frame);
    this.page.prepare(frame.ops);
    await runSliced(this.page.apply(frame.ops, frame.base === frame.sequence));
    await this.page.settle();
    this.page.takeGone();
    this.version = frame.sequence;
    this.report(Report.Rendered, this.version);
    await this.compare();
  }

  private compare(): Promise<void> {
    return runSliced(this.page.compare((node, scope) => this.drifted(node, scope)));
  }

  private drifted(node: number, scope: number): void {
    if (this.nested) this.port.postMessage({ drift: [node, scope] } satisfies NestReport);
    else this.report(Report.Drift, node, scope);
  }

  private expect(frame: Frame): void {
    if (frame.message !== MessageCode.ViewerFrame) refuse('message');
    const first = frame.ops[0];
    const fromNothing = first?.op === Op.Document && first.frame === 0;
    if (frame.base === 0 ? !fromNothing : frame.base !== this.version) refuse('sequence');
  }

  private async feed(feed: NestFeed): Promise<void> {
    await runSliced(this.page.apply(feed.ops, feed.mends));
    await this.page.settle();
    const report: NestReport = { serial: feed.serial, gone: this.page.takeGone() };
    this.port.postMessage(report);
    await this.compare();
  }

  private async guarded(turn: () => Promise<void>): Promise<void> {
    if (this.stopped) return;
    try {
      await turn();
    } catch (error) {
      if (error instanceof OtherMode && !this.nested) this.stop([Report.Mode, error.quirks]);
      else this.stuck(error instanceof Refusal ? error.kind : 'wrong_kind');
    }
  }

  private stuck(kind: RefusalKind): void {
    const reason = REFUSALS.indexOf(kind);
    this.stop(this.nested ? { stuck: reason } : [Report.Stuck, reason]);
  }

  private stop(report: readonly number[] | NestReport): void {
    if (this.stopped) return;
    this.stopped = true;
    this.port.postMessage(report);
  }
}

/** Takes the port that the document around this one gives, once; nobody else's messages count. */
function awaitPort(): void {
  const taken = new AbortController();
  const take = (event: Event): void => {
    const { source, data, ports } = event as MessageEvent;
    const port = ports[0];
    if (source !== window.parent || data?.type !== 'stage' || port === undefined) return;
    taken.abort();
    const stage = new Stage(port, String(data.asset), data.nested === true);
    port.onmessage = (message) => stage.receive(message.data);
    if (data.nested !== true) stage.ready();
  };
  addListener(window, 'message', take, { signal: taken.signal });
}

if (window.parent !== window) {
  makeInert();
  awaitPort();
}
