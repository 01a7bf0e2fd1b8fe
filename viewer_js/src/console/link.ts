// The agent's connection to the relay: ticket, socket, joining, coming back. Owns the credentials; hands frames on unread.

import {
  type AgentRecord,
  Close,
  type FromViewer,
  Limit,
  MessageCode,
  PROTOCOL_VERSION,
  type ToViewer,
  type VisitorRecord,
} from '../names.gen';

/** As in `dataset.state` of the viewer page. */
export type LinkState = 'connecting' | 'waiting' | 'live' | 'reconnecting' | 'ended' | 'denied';

/** Why the state is what it is: a word of the relay's, or one of ours. Shown through words.ts only. */
export type Reason = string;

export interface LinkEvents {
  state(state: LinkState, reason: Reason): void;
  visitor(visitor: VisitorRecord, key: string): void;
  agents(agents: readonly AgentRecord[]): void;
  frame(bytes: ArrayBuffer): void;
  /** The version the stage has when all frames given to it are shown; 0: nothing. */
  version(): Promise<number>;
}

/** What the link needs of its surroundings. */
export interface LinkMeans {
  /** For the session that was joined before, or any with the key when it is empty. */
  ticket(ssnid: string): Promise<TicketAnswer>;
  open(): WebSocket;
  random(): number;
}

export type TicketAnswer = { readonly ticket: string } | { readonly refused: 'nosession' | 'login' } | 'again';

/** Full jitter: any time up to a bound that doubles from the first to the second. */
const WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Versions shown in this time are acknowledged together: the relay counts a viewer as slow from half a second on only. */
const ACK_MS = 50;
/** Codes from here on say that coming back is no use. */
const LAST_TO_COME_BACK = 4399;

export class Link {
  private socket: WebSocket | null = null;
  private attempts = 0;
  private joined = false;
  private incarnation = '';
  private ssnid = '';
  private acknowledged = 0;
  private word: Reason = '';
  private visible = true;
  private over = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ackTimer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;

  constructor(
    private readonly means: LinkMeans,
    private readonly events: LinkEvents,
  ) {}

  /** Starts, or starts again at once. */
  async connect(): Promise<void> {
    clearTimeout(this.timer);
    this.round += 1;
    const { round } = this;
    const answer = await this.means.ticket(this.ssnid);
    if (round !== this.round || this.over) return;
    if (answer === 'again') this.comeBack();
    else if ('refused' in answer) this.refused(answer.refused);
    else await this.openFrom(answer.ticket);
  }

  private async openFrom(ticket: string): Promise<void> {
    const { round } = this;
    const version = await this.events.version();
    if (round === this.round && !this.over) this.open(ticket, version);
  }

  private refused(reason: 'nosession' | 'login'): void {
    if (reason === 'nosession' && this.joined) this.finish('ended', 'ended');
    else this.finish('denied', reason);
  }

  private open(ticket: string, version: number): void {
    const socket = this.means.open();
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.join(ticket, version);
    socket.onmessage = ({ data }) => {
      if (socket === this.socket) this.receive(data as unknown);
    };
    socket.onclose = ({ code }) => {
      if (socket === this.socket) this.closed(code);
    };
    this.socket = socket;
  }

  private join(ticket: string, version: number): void {
    const has = version > 0 && this.incarnation !== '' ? { incarnation: this.incarnation, version } : {};
    this.acknowledged = version;
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    this.send({ type: 'join', protocol: PROTOCOL_VERSION, ticket, ...has });
  }

  private send(control: FromViewer): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(control));
  }

  private receive(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      if (new Uint8Array(data)[0] === MessageCode.ViewerFrame) this.events.frame(data);
      return;
    }
    const control = readControl(data);
    if (control !== null) this.heed(control);
  }

  private heed(control: ToViewer): void {
    switch (control.type) {
      case 'joined':
        this.wasJoined(control);
        break;
      case 'state':
        this.sideIs(control.state);
        break;
      case 'agents':
        this.events.agents(control.agentlist);
        break;
      case 'ended':
        this.finish('ended', control.reason);
        break;
      case 'error':
        this.word = control.code;
        break;
      default:
        control satisfies never;
    }
  }

  private wasJoined(control: Extract<ToViewer, { type: 'joined' }>): void {
    this.joined = true;
    this.attempts = 0;
    this.incarnation = control.incarnation;
    this.ssnid = control.ssnid;
    this.events.visitor(control.visitor, control.key);
    this.events.agents(control.agents);
    // A new seat counts as looking.
    if (!this.visible) this.send({ type: 'look', visible: 0 });
    this.sideIs(control.state);
  }

  /** How the visitor's side is, as the relay says it; `behind`: it is live, and we take too long to show it. */
  private sideIs(state: string): void {
    if (state === 'behind') this.events.state('live', 'behind');
    else this.events.state(state === 'live' || state === 'reconnecting' ? state : 'waiting', '');
  }

  private closed(code: number): void {
    this.socket = null;
    if (this.over) return;
    if (code <= LAST_TO_COME_BACK) this.comeBack();
    else if (code === Close.Denied) this.askWhyDenied();
    else if (code === Close.Ended) this.finish('ended', this.word || 'ended');
    else this.finish('denied', this.word || CLOSE_WORDS[code] || 'denied');
  }

  /** The relay closes in the same way on one who may not watch and on one whose login has ended; its ticket service tells. */
  private async askWhyDenied(): Promise<void> {
    this.round += 1;
    const { round, word } = this;
    const answer = await this.means.ticket(this.ssnid);
    if (round !== this.round || this.over) return;
    const signedOut = answer !== 'again' && 'refused' in answer && answer.refused === 'login';
    this.finish('denied', signedOut ? 'login' : word || 'denied');
  }

  private comeBack(): void {
    this.events.state(this.joined ? 'reconnecting' : 'connecting', 'link');
    const bound = Math.min(LONGEST_WAIT_MS, WAIT_MS * 2 ** this.attempts);
    this.attempts += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), this.means.random() * bound);
  }

  private finish(state: 'ended' | 'denied', reason: Reason): void {
    this.over = true;
    clearTimeout(this.timer);
    this.drop();
    this.events.state(state, reason);
  }

  private drop(): void {
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  /** The stage has shown `version`; told once, and at once unless something was told a moment ago. */
  acknowledge(version: number): void {
    if (version <= this.acknowledged) return;
    this.acknowledged = version;
    if (this.ackTimer !== undefined) return;
    this.send({ type: 'ack', version });
    this.ackTimer = setTimeout(() => {
      this.ackTimer = undefined;
      if (this.acknowledged > version) this.send({ type: 'ack', version: this.acknowledged });
    }, ACK_MS);
  }

  /** What the stage shows at a node, at the version acknowledged last, is not what the relay has. */
  drifted(node: number, scope: number): void {
    this.send({ type: 'drift', version: this.acknowledged, spots: [{ node, scope }] });
  }

  /** Whether this page is on a screen: what nobody looks at, the visitor's browser need not send. */
  look(visible: boolean): void {
    if (visible === this.visible) return;
    this.visible = visible;
    if (this.joined) this.send({ type: 'look', visible: Number(visible) });
  }

  /** Leaves and joins again at once, for the stage has lost what it had. */
  rejoin(): void {
    if (this.over) return;
    this.drop();
    this.connect();
  }

  /** Ends the session for everybody; the relay's answer ends the link. */
  end(): void {
    this.send({ type: 'end' });
  }

  /** The network is back: there is nothing to wait for. */
  hurry(): void {
    if (this.socket === null && !this.over) this.connect();
  }
}

const CLOSE_WORDS: Record<number, Reason> = {
  [Close.Replaced]: 'replaced',
  [Close.Malformed]: 'malformed',
  [Close.Version]: 'version',
};

const CONTROLS = new Set(['joined', 'state', 'agents', 'ended', 'error']);

/** A control of the relay's, whose word is trusted for the fields; null for anything not spoken here. */
function readControl(data: unknown): ToViewer | null {
  if (typeof data !== 'string' || data.length > Limit.InflatedFrame) return null;
  try {
    const control = JSON.parse(data) as { type?: unknown } | null;
    return typeof control?.type === 'string' && CONTROLS.has(control.type) ? (control as ToViewer) : null;
  } catch {
    return null;
  }
}
