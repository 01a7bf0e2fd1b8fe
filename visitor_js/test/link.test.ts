import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ToVisitor } from '../src/names.gen';

/** Stands in for the browser's socket; the test is the relay. */
class FakeSocket {
  static all: FakeSocket[] = [];
  sent: (string | Uint8Array)[] = [];
  bufferedAmount = 0;
  onopen = () => undefined as unknown;
  onmessage = (_: { data: string }) => undefined as unknown;
  onclose = (_: { code: number }) => undefined as unknown;

  constructor(readonly address: string) {
    FakeSocket.all.push(this);
  }
  send(message: string | Uint8Array) {
    this.sent.push(message);
  }
  close() {
    this.onclose({ code: 1005 });
  }
  say(message: ToVisitor) {
    this.onmessage({ data: JSON.stringify(message) });
  }
  get controls() {
    return this.sent.filter((message) => typeof message === 'string').map((message) => JSON.parse(message));
  }
  get frames() {
    return this.sent.filter((message) => typeof message !== 'string') as Uint8Array[];
  }
}

const START = { type: 'start', protocol: 1, groupid: 1, site: 'staging' } as const;
const COMMON = { ssnid: '1.2.3', key: '2', masks: [], assets: '', grace: 60, waiting: 0 };
const STARTED: ToVisitor = { type: 'started', secret: 's', ...COMMON };
const resumed = (epoch: number, sequence: number): ToVisitor => ({
  type: 'resumed',
  epoch,
  sequence,
  agents: [],
  ...COMMON,
});
const body = (...bytes: number[]) => Uint8Array.from(bytes);

async function connect() {
  const { Link } = await import('../src/link');
  const listener = { welcome: vi.fn(), control: vi.fn(), resync: vi.fn(), broken: vi.fn(), over: vi.fn() };
  const link = new Link('ws://x.example/cobrowse/visitor', START, null, listener);
  link.open();
  return { link, listener };
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;

/** The relay's answer to the first message of the newest connection. */
function answer(message: ToVisitor) {
  last().onopen();
  last().say(message);
}

/** The line breaks, and the wait before the next attempt is over. */
function breakLine(code = 1006) {
  last().onclose({ code });
  vi.runOnlyPendingTimers();
}

vi.mock('../src/native', () => ({
  NativeWebSocket: class extends FakeSocket {},
  flatJson: JSON.stringify,
  parseJson: JSON.parse,
  setTimer: (run: () => void, ms: number) => setTimeout(run, ms),
  clearTimer: (timer: number) => clearTimeout(timer),
  now: () => performance.now(),
}));

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});

describe('the link', () => {
  it('starts, numbers frames from 1 in each epoch and is free once it is let in', async () => {
    const { link, listener } = await connect();
    expect(link.free).toBe(false);
    answer(STARTED);
    expect(last().controls).toEqual([START]);
    expect(listener.welcome).toHaveBeenCalledWith(STARTED, true);
    expect(link.free).toBe(true);
    link.send(body(0), true, false);
    link.send(body(0), false, false);
    link.send(body(0), true, false);
    expect(last().frames.map((bytes) => [bytes[3], bytes[4]])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
    last().bufferedAmount = 2 << 20;
    expect(link.free).toBe(false);
  });

  it('sends again exactly what the relay has not applied', async () => {
    const { link, listener } = await connect();
    answer(STARTED);
    link.send(body(1), true, false);
    link.send(body(2), false, false);
    last().say({ type: 'ack', epoch: 1, sequence: 1, version: 1 });
    breakLine();
    expect(listener.broken).toHaveBeenCalledOnce();
    link.send(body(3), false, false);
    answer(resumed(1, 2));
    expect(last().controls).toEqual([
      { type: 'resume', protocol: 1, ssnid: '1.2.3', secret: 's', epoch: 1, sequence: 1 },
    ]);
    expect(listener.welcome).toHaveBeenLastCalledWith(resumed(1, 2), false);
    expect(last().frames.map((bytes) => bytes.at(-1))).toEqual([3]);
  });

  it.each([
    ['the relay has lost the page', 0, 0],
    ['another page of the session has sent since', 4, 2],
    ['the relay is behind what is still kept', 1, 0],
  ])('asks for a snapshot in a later epoch when %s', async (_, epoch, sequence) => {
    const { link, listener } = await connect();
    answer(STARTED);
    link.send(body(1), true, false);
    last().say({ type: 'ack', epoch: 1, sequence: 1, version: 1 });
    breakLine();
    answer(resumed(epoch, sequence));
    expect(listener.welcome).toHaveBeenLastCalledWith(expect.anything(), true);
    link.send(body(9), true, false);
    expect(last().frames[0]?.[3]).toBe(Math.max(1, epoch) + 1);
  });

  it('keeps at most a megabyte and then needs a snapshot', async () => {
    const { link, listener } = await connect();
    answer(STARTED);
    for (let i = 0; i < 200; i++) link.send(new Uint8Array(8000), i === 0, false);
    breakLine();
    answer(resumed(1, 100));
    expect(listener.welcome).toHaveBeenLastCalledWith(expect.anything(), true);
  });

  it('tells when all that was sent is applied', async () => {
    const { link } = await connect();
    answer(STARTED);
    link.send(body(1), true, false);
    link.send(body(2), false, false);
    const synced = link.synced();
    const told = vi.fn();
    void synced.then(told);
    last().say({ type: 'ack', epoch: 1, sequence: 1, version: 7 });
    await Promise.resolve();
    expect(told).not.toHaveBeenCalled();
    last().say({ type: 'ack', epoch: 1, sequence: 2, version: 8 });
    expect(await synced).toBe(8);
    expect(await link.synced()).toBe(8);
  });

  it.each([4001, 4008, 4009, 4399, 1006, 1012])('comes back after %i', async (code) => {
    const { listener } = await connect();
    answer(STARTED);
    breakLine(code);
    expect(FakeSocket.all).toHaveLength(2);
    expect(listener.over).not.toHaveBeenCalled();
  });

  it.each([4400, 4401, 4403, 4404, 4413, 4426])('is over after %i', async (code) => {
    const { listener } = await connect();
    answer(STARTED);
    breakLine(code);
    expect(FakeSocket.all).toHaveLength(1);
    expect(listener.over).toHaveBeenCalledWith(code);
  });

  it('gives up when its grace is over', async () => {
    const { listener } = await connect();
    answer(STARTED);
    last().onclose({ code: 1006 });
    for (let i = 0; i < 100 && listener.over.mock.calls.length === 0; i++) {
      vi.advanceTimersByTime(10_000);
      last().onclose({ code: 1006 });
    }
    expect(listener.over).toHaveBeenCalledWith(0);
  });
});
