import { afterEach, describe, expect, it, vi } from 'vitest';
import { askTicket } from '../src/console/ticket';

afterEach(() => vi.unstubAllGlobals());

function answered(status: number, body: object): void {
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { status }));
}

describe('asking for a ticket', () => {
  it.each([
    [200, { ticket: 't' }, { ticket: 't' }],
    [200, {}, 'again'],
    [401, { error: 'login' }, { refused: 'login' }],
    [403, { error: 'forbidden' }, { refused: 'login' }],
    [404, { error: 'nosession' }, { refused: 'nosession' }],
    [429, { error: 'toomany' }, 'again'],
    [502, {}, 'again'],
  ])('reads %i %j', async (status, body, answer) => {
    answered(status, body);
    expect(await askTicket('/agentjoin/ticket', 'K', '', '{}')).toEqual(answer);
  });

  it('names the session that it has been in, and what its page was opened with', async () => {
    const bodies: unknown[] = [];
    vi.stubGlobal('fetch', async (_address: string, { body }: { body: string }) => {
      bodies.push(JSON.parse(body));
      return new Response('{}', { status: 404 });
    });
    for (const ssnid of ['', '1.K.2']) await askTicket('/agentjoin/ticket', 'K', ssnid, '{"xid":"7"}');
    const agent = { xid: '7' };
    expect(bodies).toEqual([
      { sessionkey: 'K', agent },
      { sessionkey: 'K', agent, ssnid: '1.K.2' },
    ]);
  });

  it('asks again when there is no network', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    expect(await askTicket('/agentjoin/ticket', 'K', '', '{}')).toBe('again');
  });
});
