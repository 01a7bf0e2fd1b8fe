// The stage's frame and the console's end of its port. Hands frames over unread, checks what comes back, and gives a stage up that
// does not answer or says what it may not; the console goes on.

import { QuirksCode } from '../names.gen';
import { Ask, type StageGreeting } from '../port';
import { readReport, type StageReport } from './report';

export interface StageEvents {
  rendered(version: number): void;
  viewport(width: number, height: number): void;
  pointer(x: number, y: number, down: boolean): void;
  /** What stands at a node is not what the relay said. */
  drifted(node: number, scope: number): void;
  /** The stage has been put up anew and has nothing: frames have to start from nothing too. */
  emptied(): void;
  /** The page cannot be shown; there is no stage until `start`. */
  failed(): void;
}

const PING_MS = 2000;
/** Five unanswered in a row: ten seconds. Counted, not timed, because a sleeping computer skips time. */
const PINGS_MISSED = 5;
/** A stage reports a handful of numbers for a frame; sixty frames a second are well within. */
const REPORTS_PER_SECOND = 600;
/** A page that makes its stage start over more often than this in a minute is given up. */
const RESTARTS_PER_MINUTE = 12;

export class StageHost {
  private frame: HTMLIFrameElement | null = null;
  private port: MessagePort | null = null;
  private early: ArrayBuffer[] = [];
  private quirks: number = QuirksCode.None;
  private unanswered = 0;
  private pinging: ReturnType<typeof setInterval> | undefined;
  /** Messages handed over that the stage answers with a version, and answers so far: both in order. */
  private asked = 0;
  private answered = 0;
  private settling: { readonly at: number; readonly resolve: (version: number) => void }[] = [];
  private readonly reports = new Rate(REPORTS_PER_SECOND, 1000);
  private readonly restarts = new Rate(RESTARTS_PER_MINUTE, 60_000);

  constructor(
    private readonly place: HTMLElement,
    private readonly address: string,
    private readonly assets: string,
    private readonly events: StageEvents,
  ) {}

  get running(): boolean {
    return this.frame !== null;
  }

  /** Puts an empty stage up, in place of any other. */
  start(quirks: number = QuirksCode.None): void {
    this.stop();
    this.quirks = quirks;
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.setAttribute('data-stage', '');
    frame.setAttribute('tabindex', '-1');
    frame.setAttribute('title', 'The visitor’s page');
    frame.src = this.addressFor(quirks);
    frame.addEventListener('load', () => this.greet(frame), { once: true });
    this.place.append(frame);
    this.frame = frame;
    this.pinging = setInterval(() => this.ping(), PING_MS);
  }

  private addressFor(quirks: number): string {
    const address = new URL(this.address, location.href);
    if (quirks !== QuirksCode.None)
      address.searchParams.set('mode', quirks === QuirksCode.Quirks ? 'quirks' : 'limited');
    return address.href;
  }

  private greet(frame: HTMLIFrameElement): void {
    if (frame !== this.frame) return;
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => this.receive(channel.port1, event.data);
    const greeting: StageGreeting = { type: 'stage', asset: this.assets };
    frame.contentWindow?.postMessage(greeting, '*', [channel.port2]);
    this.port = channel.port1;
    for (const bytes of this.early) channel.port1.postMessage(bytes, [bytes]);
    this.early = [];
  }

  stop(): void {
    clearInterval(this.pinging);
    this.port?.close();
    this.frame?.remove();
    this.frame = this.port = null;
    this.early = [];
    this.unanswered = this.asked = this.answered = 0;
    for (const { resolve } of this.settling.splice(0)) resolve(0);
  }

  /** Hands a frame over as it came; its memory goes with it. */
  show(bytes: ArrayBuffer): void {
    if (this.frame === null) return;
    this.asked += 1;
    if (this.port === null) this.early.push(bytes);
    else this.port.postMessage(bytes, [bytes]);
  }

  /** The version the page has once everything handed over is shown; 0 with no stage or an empty one. */
  settled(): Promise<number> {
    const { port } = this;
    if (port === null) return Promise.resolve(0);
    return new Promise((resolve) => {
      this.asked += 1;
      this.settling.push({ at: this.asked, resolve });
      port.postMessage([Ask.Settle]);
    });
  }

  /** The agent's pointer, in CSS px of the visitor's viewport; null when it has left. */
  hover(at: readonly [number, number] | null): void {
    this.port?.postMessage(at === null ? [Ask.Hover] : [Ask.Hover, Math.round(at[0]), Math.round(at[1])]);
  }

  private ping(): void {
    this.unanswered += 1;
    if (this.unanswered > PINGS_MISSED) this.fail();
    else this.port?.postMessage([Ask.Ping]);
  }

  private fail(): void {
    this.stop();
    this.events.failed();
  }

  private receive(port: MessagePort, data: unknown): void {
    if (port !== this.port) return;
    const report = readReport(data);
    this.unanswered = 0;
    if (report === null || !this.reports.take()) this.fail();
    else this.heed(report);
  }

  private heed(report: StageReport): void {
    switch (report.kind) {
      case 'ready':
        break;
      case 'rendered':
        this.settle(report.version);
        this.events.rendered(report.version);
        break;
      case 'viewport':
        this.events.viewport(report.width, report.height);
        break;
      case 'pointer':
        this.events.pointer(report.x, report.y, report.down);
        break;
      case 'mode':
        this.restart(report.quirks);
        break;
      case 'drift':
        this.events.drifted(report.node, report.scope);
        break;
      case 'stuck':
        console.warn(`The stage starts over: ${report.reason}`);
        this.restart(this.quirks);
        break;
      default:
        report satisfies never;
    }
  }

  private restart(quirks: number): void {
    if (this.restarts.take()) this.startOver(quirks);
    else this.fail();
  }

  private startOver(quirks: number): void {
    this.start(quirks);
    this.events.emptied();
  }

  private settle(version: number): void {
    this.answered += 1;
    while (this.settling[0] !== undefined && this.settling[0].at <= this.answered)
      this.settling.shift()?.resolve(version);
  }
}

/** So many in a span of time and no more. */
class Rate {
  private since = 0;
  private taken = 0;

  constructor(
    private readonly most: number,
    private readonly spanMs: number,
  ) {}

  take(): boolean {
    const now = performance.now();
    if (now - this.since > this.spanMs) {
      this.since = now;
      this.taken = 0;
    }
    this.taken += 1;
    return this.taken <= this.most;
  }
}
