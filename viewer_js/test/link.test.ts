import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Link, type LinkEvents, type TicketAnswer } from '../src/console/link';
import { chipWords } from '../src/console/words';
import { Close, MessageCode } from '../src/names.gen';

class FakeSocket {
  readyState: number = WebSocket.OPEN;
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly said: unknown[] = [];
  closed = false;

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  tell(control: object): void {
    this.onmessage?.({ data: JSON.stringify(control) });
  }
}

const JOINED = {
  type: 'joined',
  key: 'K',
  ssnid: 's',
  incarnation: 'i',
  state: 'live',
  visitor: { visitorid: 'v', name: 'Mira', email: '', phone: '' },
  agents: [],
};

let sockets: FakeSocket[];
let answers: TicketAnswer[];
let states: string[];
let version: number;
let link: Link;
let frame: ReturnType<typeof vi.fn<LinkEvents['frame']>>;

async function opened(): Promise<FakeSocket> {
  await vi.advanceTimersByTimeAsync(0);
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error('no socket');
  socket.onopen?.();
  return socket;
}

async function joined(): Promise<FakeSocket> {
  link.connect();
  const socket = await opened();
  socket.tell(JOINED);
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', { OPEN: 1 });
  [sockets, answers, states, version] = [[], [], [], 0];
  frame = vi.fn<LinkEvents['frame']>();
  const means = {
    ticket: async () => answers.shift() ?? { ticket: 't' },
    open: () => {
      sockets.push(new FakeSocket());
      return sockets.at(-1) as unknown as WebSocket;
    },
    random: () => 1,
  };
  link = new Link(means, {
    state: (state, reason) => states.push(reason === '' ? state : `${state} ${reason}`),
    visitor: () => undefined,
    agents: () => undefined,
    frame,
    version: async () => version,
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the link', () => {
  it('joins with its ticket, from nothing at first', async () => {
    const socket = await joined();
    expect(socket.said).toEqual([{ type: 'join', protocol: 1, ticket: 't' }]);
    expect(states).toEqual(['live']);
  });

  it('comes back with what it has', async () => {
    const socket = await joined();
    version = 12;
    socket.onclose?.({ code: Close.TooSlow });
    expect(states.at(-1)).toBe('reconnecting link');
    await vi.advanceTimersByTimeAsync(500);
    expect((await opened()).said).toEqual([{ type: 'join', protocol: 1, ticket: 't', incarnation: 'i', version: 12 }]);
  });

  it('waits longer each time, ten seconds at most, and anew after joining', async () => {
    answers = Array.from({ length: 8 }, () => 'again' as const);
    link.connect();
    for (const wait of [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]) {
      const left = answers.length;
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(answers.length).toBe(left === 8 ? 7 : left);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(sockets).toHaveLength(1);
    (await opened()).tell(JOINED);
    sockets[0]?.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(500);
    expect(sockets).toHaveLength(2);
  });

  it.each([
    [Close.Ended, 'ended ended'],
    [Close.Denied, 'denied denied'],
    [Close.Malformed, 'denied malformed'],
    [Close.Version, 'denied version'],
  ])('does not come back after %i', async (code, state) => {
    const socket = await joined();
    socket.onclose?.({ code });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toBe(state);
    expect(sockets).toHaveLength(1);
  });

  it.each([
    [{ refused: 'login' }, 'denied login'],
    [{ refused: 'nosession' }, 'denied rights'],
    [{ ticket: 'u' }, 'denied rights'],
    ['again', 'denied rights'],
  ] satisfies [TicketAnswer, string][])('asks why it is denied: %j', async (answer, state) => {
    const socket = await joined();
    answers = [answer];
    socket.tell({ type: 'error', code: 'rights' });
    socket.onclose?.({ code: Close.Denied });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toBe(state);
    expect(sockets).toHaveLength(1);
    expect(answers).toHaveLength(0);
  });

  it('ends when the relay says so, and when a session it was in is gone', async () => {
    const socket = await joined();
    socket.tell({ type: 'ended', reason: 'visitor' });
    expect(states.at(-1)).toBe('ended visitor');
    expect(socket.closed).toBe(true);
  });

  it('is denied a session that was never there', async () => {
    answers = [{ refused: 'nosession' }];
    link.connect();
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toEqual(['denied nosession']);
  });

  it('hands on frames of viewers only, and forgets what it cannot read', async () => {
    const socket = await joined();
    socket.onmessage?.({ data: Uint8Array.of(MessageCode.VisitorFrame, 1).buffer });
    socket.onmessage?.({ data: '{"type":"joined"' });
    socket.onmessage?.({ data: '{"type":"other"}' });
    socket.onmessage?.({ data: 'null' });
    expect(frame).not.toHaveBeenCalled();
    const bytes = Uint8Array.of(MessageCode.ViewerFrame, 1).buffer;
    socket.onmessage?.({ data: bytes });
    expect(frame).toHaveBeenCalledWith(bytes);
    expect(states).toEqual(['live']);
  });

  it('acknowledges at once what is shown after a pause, and together what is shown in quick succession', async () => {
    const socket = await joined();
    for (const shown of [1, 1, 2, 3, 1]) link.acknowledge(shown);
    expect(socket.said.slice(1)).toEqual([{ type: 'ack', version: 1 }]);
    await vi.advanceTimersByTimeAsync(50);
    expect(socket.said.slice(2)).toEqual([{ type: 'ack', version: 3 }]);
    await vi.advanceTimersByTimeAsync(500);
    link.acknowledge(4);
    expect(socket.said.slice(3)).toEqual([{ type: 'ack', version: 4 }]);
  });

  it('says that it is catching up while the page is live', async () => {
    const socket = await joined();
    socket.tell({ type: 'state', state: 'behind' });
    socket.tell({ type: 'state', state: 'live' });
    expect(states).toEqual(['live', 'live behind', 'live']);
    expect([chipWords('live', 'behind'), chipWords('live', '')]).toEqual(['Catching up', 'Live']);
  });

  it('hears nothing more from a socket it has left', async () => {
    const socket = await joined();
    link.rejoin();
    socket.tell({ type: 'ended', reason: 'agent' });
    socket.onclose?.({ code: Close.Ended });
    expect(states.at(-1)).toBe('live');
    expect((await opened()).said).toEqual([{ type: 'join', protocol: 1, ticket: 't' }]);
  });
});
