// The connection to the relay: numbers frames, keeps those that are not acknowledged, comes back when the line breaks. Looks
// into no op; when it cannot go on where it was, it asks for a snapshot.

import { DEFLATE_FROM, deflatedFrame, frame } from './frame';
import { type FromVisitor, Limit, MessageCode, PROTOCOL_VERSION, type ToVisitor } from './names.gen';
import { clearTimer, flatJson, NativeWebSocket, now, parseJson, setTimer } from './native';

/** Frames kept for a resume; beyond it a snapshot is cheaper than memory. */
const KEEP_BYTES = 1 << 20;
/** Unsent bytes from which no new batch is made. */
const BUSY_BYTES = 1 << 20;
const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 10_000;
/** How long the relay waits for a visitor that comes back, until it has said so itself. */
const DEFAULT_GRACE_S = 60;
/** A session that cannot be started in this time is not started. */
const START_GRACE_S = 10;
/** A connection that the relay does not answer in this time is given up. */
const ANSWER_MS = 10_000;
const COME_BACK_UNTIL = 4400;

export type Welcome = Extract<ToVisitor, { type: 'started' | 'resumed' }>;
type Start = Extract<FromVisitor, { type: 'start' }>;

export interface Credentials {
  ssnid: string;
  secret: string;
}

export interface Listener {
  /** The relay has let us in; `snapshot`: it needs the page from the start. */
  welcome(message: Welcome, snapshot: boolean): void;
  control(message: ToVisitor): void;
  /** A new epoch is needed. */
  resync(): void;
  broken(): void;
  /** It is over: by close code, or 0 when the relay could not be reached in time. */
  over(code: number): void;
}

interface Kept {
  epoch: number;
  sequence: number;
  bytes: Uint8Array<ArrayBuffer>;
}

interface Waiting {
  epoch: number;
  sequence: number;
  resolve: (version: number) => void;
  reject: (error: Error) => void;
}

export class Link {
  private socket: WebSocket | null = null;
  private epoch = 0;
  private sequence = 0;
  private acked = { epoch: 0, sequence: 0, version: 0 };
  private kept: Kept[] = [];
  private keptBytes = 0;
  /** All frames after the last one acknowledged are in `kept`. */
  private complete = true;
  private packing = 0;
  private packed: Promise<void> = Promise.resolve();
  private waiting: Waiting[] = [];
  private welcomed = false;
  private attempts = 0;
  private brokenAt = 0;
  private grace: number;
  private timer = 0;
  private ended = false;

  constructor(
    private readonly address: string,
    private readonly first: Start | null,
    private credentials: Credentials | null,
    private readonly listener: Listener,
  ) {
    this.grace = credentials ? DEFAULT_GRACE_S : START_GRACE_S;
  }

  /** Whether a batch can be sent: the relay listens, and little is still on its way. */
  get free(): boolean {
    return this.welcomed && !this.packing && (this.socket?.bufferedAmount ?? 0) < BUSY_BYTES;
  }

  open(): void {
    this.brokenAt ||= now();
    this.connect();
  }

  /** Sends a frame with this body; the first of a snapshot starts a new epoch. */
  send(body: Uint8Array<ArrayBuffer>, snapshot: boolean, partial: boolean): void {
    if (snapshot) this.startEpoch();
    const head = { epoch: this.epoch, sequence: ++this.sequence, partial };
    const small = body.length < DEFLATE_FROM;
    if (small && !this.packing) {
      this.deliver({ ...head, bytes: frame(head, body) });
      return;
    }
    this.packing++;
    const pack = (small ? frame : deflatedFrame)(head, body);
    this.packed = this.packed
      .then(() => pack)
      .catch(() => frame(head, body))
      .then((bytes) => {
        this.packing--;
        this.deliver({ ...head, bytes });
      });
  }

  /** The version that the relay has acknowledged for all that was sent up to now. */
  synced(): Promise<number> {
    const { epoch, sequence } = this;
    if (this.covers({ epoch, sequence })) return Promise.resolve(this.acked.version);
    return new Promise((resolve, reject) => {
      this.waiting.push({ epoch, sequence, resolve, reject });
    });
  }

  /** Ends the session. */
  stop(reason: string): void {
    if (this.welcomed) this.control({ type: 'stop', reason });
    this.close();
  }

  /** Closes the connection for good without ending the session. */
  close(): void {
    this.ended = true;
    this.welcomed = false;
    clearTimer(this.timer);
    this.socket?.close();
    this.socket = null;
    for (const { reject } of this.waiting) reject(new Error('the session is over'));
    this.waiting = [];
  }

  private startEpoch(): void {
    this.epoch++;
    this.sequence = 0;
    this.kept = [];
    this.keptBytes = 0;
    this.complete = true;
  }

  private connect(): void {
    let socket: WebSocket;
    try {
      socket = new NativeWebSocket(this.address);
    } catch {
      this.end(0);
      return;
    }
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.greet();
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code }) => {
      if (this.socket === socket) this.lost(code);
    };
    this.timer = setTimer(() => socket.close(), ANSWER_MS);
  }

  private greet(): void {
    const { credentials, first } = this;
    if (credentials) {
      const { ssnid, secret } = credentials;
      const { epoch, sequence } = this.acked;
      this.control({ type: 'resume', protocol: PROTOCOL_VERSION, ssnid, secret, epoch, sequence });
    } else if (first) this.control(first);
  }

  private receive(data: unknown): void {
    if (typeof data !== 'string') return;
    const message = parseJson(data) as ToVisitor;
    switch (message.type) {
      case 'started':
      case 'resumed':
        this.welcome(message);
        break;
      case 'ack':
        this.acknowledge(message);
        break;
      case 'resync':
        this.complete = false;
        this.listener.resync();
        break;
      default:
        this.listener.control(message);
    }
  }

  private welcome(message: Welcome): void {
    clearTimer(this.timer);
    this.welcomed = true;
    this.attempts = this.brokenAt = 0;
    this.grace = message.grace || DEFAULT_GRACE_S;
    if (message.type === 'started') this.credentials = { ssnid: message.ssnid, secret: message.secret };
    const goesOn = message.type === 'resumed' && this.goesOnAfter(message);
    // The relay may have seen a later epoch, sent by another page of the session.
    if (!goesOn && message.type === 'resumed') this.epoch = Math.max(this.epoch, message.epoch);
    this.listener.welcome(message, !goesOn);
    if (goesOn) for (const { bytes } of this.kept) this.transmit(bytes);
  }

  /** Whether every frame after the last that the relay has applied is still here. */
  private goesOnAfter(last: { epoch: number; sequence: number }): boolean {
    if (last.epoch !== this.epoch || !last.epoch || !this.complete || last.sequence > this.sequence) return false;
    this.drop(last.sequence);
    return (this.kept[0]?.sequence ?? this.sequence + 1) === last.sequence + 1;
  }

  private acknowledge({ epoch, sequence, version }: { epoch: number; sequence: number; version: number }): void {
    this.acked = { epoch, sequence, version };
    if (epoch === this.epoch) this.drop(sequence);
    const answered = this.waiting.filter((waiting) => this.covers(waiting));
    this.waiting = this.waiting.filter((waiting) => !this.covers(waiting));
    for (const { resolve } of answered) resolve(version);
  }

  /** Whether the relay has applied this frame, or one of a later epoch, which holds all of it. */
  private covers({ epoch, sequence }: { epoch: number; sequence: number }): boolean {
    const { acked } = this;
    return acked.epoch > 0 && (acked.epoch > epoch || (acked.epoch === epoch && acked.sequence >= sequence));
  }

  private drop(sequence: number): void {
    while (this.kept[0] && this.kept[0].sequence <= sequence) this.keptBytes -= this.kept.shift()?.bytes.length ?? 0;
    if (this.kept.length === 0 && sequence === this.sequence) this.complete = true;
  }

  private deliver(kept: Kept): void {
    // A snapshot has overtaken it.
    if (kept.epoch !== this.epoch || this.ended) return;
    this.keep(kept);
    if (this.welcomed) this.transmit(kept.bytes);
  }

  private keep(kept: Kept): void {
    if (!this.complete) return;
    this.kept.push(kept);
    this.keptBytes += kept.bytes.length;
    if (this.keptBytes <= KEEP_BYTES) return;
    this.kept = [];
    this.keptBytes = 0;
    this.complete = false;
  }

  private transmit(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length <= Limit.Part) {
      this.socket?.send(bytes);
      return;
    }
    for (let at = 0; at < bytes.length; at += Limit.Part) {
      const end = at + Limit.Part;
      const piece = new Uint8Array(1 + Math.min(end, bytes.length) - at);
      piece[0] = end < bytes.length ? MessageCode.Part : MessageCode.Last;
      piece.set(bytes.subarray(at, end), 1);
      this.socket?.send(piece);
    }
  }

  private control(message: FromVisitor): void {
    this.socket?.send(flatJson(message as unknown as Record<string, string | number | undefined>));
  }

  private lost(code: number): void {
    clearTimer(this.timer);
    const wasWelcomed = this.welcomed;
    this.welcomed = false;
    this.socket = null;
    if (this.ended) return;
    if (code >= COME_BACK_UNTIL && code < 5000) {
      this.end(code);
      return;
    }
    this.brokenAt ||= now();
    if (wasWelcomed) this.listener.broken();
    if (now() - this.brokenAt > this.grace * 1000) this.end(0);
    else this.retry();
  }

  /** Full jitter: after a restart of the relay its visitors do not all come back at once. */
  private retry(): void {
    const delay = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.attempts++) * Math.random();
    this.timer = setTimer(() => this.connect(), delay);
  }

  private end(code: number): void {
    this.close();
    this.listener.over(code);
  }
}
