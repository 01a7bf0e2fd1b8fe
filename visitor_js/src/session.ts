// One session as the visitor's page has it: brings link, masks, capture, assets and surface together and tells the page what
// happens. Every way out of a session goes through `finish`.

import { Capture } from './capture';
import type { Continuation, ContinuationStore } from './continuation';
import { Link, type Welcome } from './link';
import { Masks } from './mask';
import { ignored, type Modules } from './modules';
import type { Destination } from './modules/assets/main';
import type { Hook } from './modules/descriptor/main';
import type { Ui, Widget } from './modules/ui/main';
import {
  type AgentRecord,
  type AssetRecord,
  Close,
  type FromVisitor,
  type MaskRecord,
  type ToVisitor,
} from './names.gen';
import { listen, unlisten } from './native';
import { inTime, pageHook, WHOLE_PAGE } from './page_masks';
import type { Tag } from './tag';

export type Start = Extract<FromVisitor, { type: 'start' }>;
export type Tell = (name: string, event?: Record<string, unknown>) => void;

/** How a session begins on this page: anew, or going on from another page. */
export type Beginning = { start: Start } | { continuation: Continuation };

export class Session {
  key = '';
  agents: AgentRecord[] = [];
  running = false;
  /** Another page of this site has the session now. */
  away = false;
  private readonly masks = new Masks();
  private rules: MaskRecord[] = [];
  private ofPage: MaskRecord[] = [];
  /** How often the page was asked, and the latest of these calls that was answered. */
  private asked = 0;
  private answered = 0;
  private link: Link;
  private capture: Capture | null = null;
  private destination: Destination | null = null;
  private ui: Ui | null = null;
  private widget: Widget | null = null;
  private continuation: Continuation | null = null;
  private finished = false;
  private waiting: { resolve: (capture: Capture) => void; reject: (error: Error) => void }[] = [];

  constructor(
    private readonly beginning: Beginning,
    private readonly tag: Tag,
    private readonly store: ContinuationStore,
    private readonly modules: Modules,
    /** Our own surface on its way; null: the page shows what is going on. */
    private readonly coming: Promise<Ui> | null,
    private readonly tell: Tell,
    private readonly onFinish: () => void,
  ) {
    if ('continuation' in beginning) this.takeOver(beginning.continuation);
    this.masks.onError = (selector) => this.maskingError(selector);
    this.link = this.connect();
    listen(window, 'focus', this.onFocus);
    void this.open();
  }

  /** No page is shared before its visitor can see that and end it. */
  private async open(): Promise<void> {
    try {
      this.ui = await this.coming;
    } catch {
      this.tell('error', { code: 'SCRIPT_NOT_LOADED', msg: 'A script could not be loaded.', params: { script: 'ui' } });
      this.finish('error');
    }
    if (!this.finished) this.link.open();
  }

  /** The version acknowledged for everything up to now. */
  async synced(): Promise<number> {
    const capture = this.capture ?? (await this.entered());
    for (;;) {
      await capture.drain();
      const { epochs } = capture;
      const version = await this.link.synced();
      if (epochs === capture.epochs) return version;
    }
  }

  /** Begun on an earlier page and not over: a session, though this page is not shared yet. */
  get goesOn(): boolean {
    return this.running || ('continuation' in this.beginning && !this.away);
  }

  private entered(): Promise<Capture> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
  }

  stop(): void {
    this.link.stop('visitor');
    this.finish('visitor');
  }

  private takeOver(continuation: Continuation): void {
    this.continuation = continuation;
    this.key = continuation.key;
  }

  private connect(): Link {
    const address = `${this.tag.server.replace(/^http/, 'ws')}/cobrowse/visitor`;
    const start = 'start' in this.beginning && !this.continuation ? this.beginning.start : null;
    return new Link(address, start, this.continuation, {
      welcome: (message, snapshot) => this.welcome(message, snapshot),
      control: (message) => this.control(message),
      resync: () => this.capture?.restart(),
      broken: () => this.connection('reconnecting'),
      over: (code) => this.over(code),
    });
  }

  private welcome(message: Welcome, snapshot: boolean): void {
    this.setMasks(message.masks);
    if (message.type === 'started') this.remember(message.ssnid, message.secret, message.key);
    else this.setAgents(message.agents);
    const credentials = `${this.continuation?.ssnid}.${this.continuation?.secret}`;
    // What was on its way to the relay may not have come: it asks again for what it lacks.
    this.leaveAssets();
    this.destination = { address: message.assets, credentials, over: false };
    if (this.running) this.comeBack(snapshot);
    else this.enter(message);
  }

  private remember(ssnid: string, secret: string, key: string): void {
    const { groupid, visitorid } = (this.beginning as { start: Start }).start;
    this.takeOver({ ssnid, secret, key, groupid, identified: !!visitorid });
    if (this.continuation && !this.store.write(this.continuation))
      this.fail('ERR_DOMAINPARSE', 'The next page cannot go on: set data-cookiedomain.');
  }

  private enter(message: Welcome): void {
    this.running = true;
    this.away = false;
    const { key, identified } = this.continuation as Continuation;
    const state = { key, identified, agents: this.agents, waiting: message.waiting };
    this.widget = this.ui?.showWidget(state, () => this.stop()) ?? null;
    if (message.type === 'started') this.tell('sessionstart');
    else this.tell('statereceived');
    this.tell('sessioncontinue');
    if (message.type === 'resumed') this.tellAgents();
    if (this.finished) return;
    if (pageHook()) void this.askPage().then(() => this.beginCapture());
    else this.beginCapture();
  }

  private beginCapture(): void {
    if (!this.running || this.finished || this.capture) return;
    this.capture = new Capture(document, this.masks, this.link, this.modules, (error) => this.captureFailed(error));
    this.capture.start();
    for (const { resolve } of this.waiting.splice(0)) resolve(this.capture);
  }

  /** The relay's rules, and those of the page beside them. */
  private setMasks(rules = this.rules, ofPage = this.ofPage): void {
    this.rules = rules;
    this.ofPage = ofPage;
    this.masks.setRules([...rules, ...ofPage]);
    this.capture?.rulesChanged();
  }

  private async askPage(): Promise<void> {
    const call = ++this.asked;
    let rules = [WHOLE_PAGE];
    let why = '';
    try {
      rules = await inTime(this.answer());
    } catch (error) {
      why = `getMaskingDescriptor failed (${error})`;
    }
    // What is newer has been said already.
    if (this.finished || call < this.answered) return;
    this.answered = call;
    if (why) this.maskingError(why);
    // Until the last call is answered, what was masked stays so.
    this.setMasks(this.rules, call === this.asked ? rules : [...this.ofPage, ...rules]);
  }

  private async answer(): Promise<MaskRecord[]> {
    const ask = await this.modules.bring('descriptor');
    return ask(pageHook() as Hook, this.agents, WHOLE_PAGE);
  }

  private maskingError(why: string): void {
    this.fail('maskingerror', `The whole page is masked: ${why}`);
  }

  private comeBack(snapshot: boolean): void {
    this.connection('ok');
    if (snapshot) this.capture?.restart();
    this.capture?.rulesChanged();
  }

  private wantAssets(assets: AssetRecord[]): void {
    const { destination } = this;
    // Without the module they are asked for again.
    if (destination) this.modules.bring('assets').then((bringer) => bringer.want(destination, assets), ignored);
  }

  private leaveAssets(): void {
    if (this.destination) this.destination.over = true;
  }

  private control(message: ToVisitor): void {
    switch (message.type) {
      case 'masks':
        this.setMasks(message.masks);
        break;
      case 'agents':
        this.setAgents(message.agentlist);
        this.tellAgents();
        if (pageHook()) void this.askPage();
        break;
      case 'watched':
        this.modules.watched = message.looking;
        this.capture?.watched();
        break;
      case 'want':
        this.wantAssets(message.assets);
        break;
      case 'ended':
        this.finish(message.reason);
        break;
      case 'error':
        this.failed(message.code, message.msg);
        break;
      default:
        this.modules.bring('drift').then((drift) => drift.hear(message, this.capture), ignored);
    }
  }

  private setAgents(agents: AgentRecord[]): void {
    this.agents = agents;
    this.widget?.update({ agents });
  }

  private tellAgents(): void {
    this.tell('agents', { count: this.agents.length, agentlist: this.agents });
  }

  private connection(status: 'reconnecting' | 'ok'): void {
    this.widget?.update({ reconnecting: status === 'reconnecting' });
    this.tell('connection', { status });
  }

  private fail(code: string, msg: string): void {
    this.tell('error', { code, msg });
  }

  /** It ends with an error. One that never began shows in no surface of ours, so that the console has to tell. */
  private failed(code: string, msg: string): void {
    if (!this.running) console.warn(msg);
    this.fail(code, msg);
    this.finish('error');
  }

  private captureFailed(error: unknown): void {
    this.link.stop('error');
    this.failed('service', `The page cannot be shared: ${error}`);
  }

  private over(code: number): void {
    if (code === Close.Replaced) this.leave();
    else if (code === Close.Ended) this.finish('error');
    else if (this.running) this.failed('conndrop', 'The connection was lost.');
    else this.failed('service', code ? `Refused: ${code}` : 'The cobrowse service cannot be reached.');
  }

  /** Another tab has taken the session over; this one waits until the visitor is back in it. */
  private leave(): void {
    this.away = true;
    this.running = false;
    this.quit();
    this.tell('blur');
  }

  private onFocus = (): void => {
    if (!this.away || this.finished) return;
    this.away = false;
    if (!this.store.read()) {
      this.finish('visitor');
      return;
    }
    this.link = this.connect();
    this.link.open();
    this.tell('focus');
  };

  private quit(): void {
    this.capture?.stop();
    this.capture = null;
    this.leaveAssets();
    this.widget?.remove();
    this.widget = null;
  }

  private finish(reason: string): void {
    if (this.finished) return;
    this.finished = true;
    this.running = false;
    this.link.close();
    for (const { reject } of this.waiting.splice(0)) reject(new Error('the session is over'));
    unlisten(window, 'focus', this.onFocus);
    this.quit();
    if (this.continuation) this.ui?.notify(reason);
    this.store.clear();
    this.onFinish();
    this.tell('sessionend', { reason });
  }
}
