import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, Authorization, type Authorize } from '../src/sdk/authorization';

const OWN = 'https://relay.example';

let kept: Map<string, string>;
let tag: Record<string, string>;
let asked: { address: string; body: Record<string, unknown>; init: RequestInit }[];

function page(): Document {
  const element = { getAttribute: (name: string) => tag[name] ?? null };
  return { getElementById: (id: string) => (id === 'glance-cobrowse' ? element : null) } as unknown as Document;
}

function answering(status: number, answer: object): void {
  vi.stubGlobal('fetch', async (address: URL, init: RequestInit) => {
    asked.push({ address: address.href, body: JSON.parse(init.body as string), init });
    return new Response(JSON.stringify(answer), { status });
  });
}

function token(seconds: number): string {
  const content = JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds, username: 'ä?>' });
  const bytes = String.fromCharCode(...new TextEncoder().encode(content));
  return `h.${btoa(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}.s`;
}

function outcome(params: Authorize, own = OWN): Promise<unknown[]> {
  return new Promise((resolve) => {
    new Authorization(page(), own).authorize({
      ...params,
      onsuccess: (answer) => resolve(['success', answer.authToken]),
      onfail: (reason, said?: Answer) => resolve(['fail', reason, said?.error]),
    });
  });
}

beforeEach(() => {
  kept = new Map();
  tag = {};
  asked = [];
  vi.stubGlobal('window', { isSecureContext: true });
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});

afterEach(() => vi.unstubAllGlobals());

describe('asking for a token', () => {
  it('sends what is documented, without cookies, and keeps the token', async () => {
    const fresh = token(60);
    answering(200, { authToken: fresh });
    const credentials = { partnerid: 7, partneruserid: 'p', loginkey: '$1$' };
    expect(await outcome({ service: 'presence', groupid: '1234', duration: 15, credentials })).toEqual([
      'success',
      fresh,
    ]);
    expect(asked[0]?.address).toBe(`${OWN}/services/AuthorizationService.svc/rest/authorize?groupid=1234`);
    expect(asked[0]?.body).toEqual({ service: 'presence', groupid: '1234', duration: 15, credentials });
    expect(asked[0]?.init.credentials).toBe('omit');
    expect(new Authorization(page(), OWN).getToken()).toBe(fresh);
  });

  it.each([
    [401, { error: 'badcredentials', authToken: null }, ['fail', 'authorization', 'badcredentials']],
    [403, { error: 'origin' }, ['fail', 'authorization', 'origin']],
    [503, { error: 'unavailable' }, ['fail', 'connection', undefined]],
  ])('says why there is none: %i %j', async (status, answer, expected) => {
    answering(status, answer);
    expect(await outcome({ credentials: {} })).toEqual(expected);
    expect(kept.size).toBe(0);
  });

  it('says that there is no connection', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    expect(await outcome({ credentials: {} })).toEqual(['fail', 'connection', undefined]);
  });

  it.each([
    [{}, {}, OWN, OWN, null],
    [{ 'data-ws': 'www.other.example' }, {}, OWN, 'https://www.other.example', null],
    [{ 'data-ws': 'www.other.example' }, { webserver: 'https://third.example/' }, OWN, 'https://third.example', null],
    [{}, { webserver: 'localhost:8080' }, 'http://localhost:8080', 'http://localhost:8080', null],
    [{ 'data-groupid': '42' }, {}, OWN, OWN, '42'],
    [{}, { credentials: { partnerid: 43 } }, OWN, OWN, '43'],
  ])('finds server and group: %j %j', async (attributes, params, own, server, group) => {
    tag = attributes;
    answering(401, {});
    await outcome(params, own);
    const address = new URL(asked[0]?.address ?? '');
    expect([address.origin, address.searchParams.get('groupid')]).toEqual([server, group]);
  });
});

describe('the token that is shown to services', () => {
  it('is the tag’s, else this page’s, else a kept one', () => {
    const authorization = new Authorization(page(), OWN);
    expect(authorization.getToken()).toBe('');
    const [own, tags] = [token(60), token(90)];
    authorization.setToken(own);
    expect(authorization.getToken()).toBe(own);
    expect(new Authorization(page(), OWN).getToken()).toBe(own);
    tag['data-authtoken'] = tags;
    expect(authorization.getToken()).toBe(tags);
    tag['data-authtoken'] = token(-1);
    expect(authorization.getToken()).toBe(own);
    authorization.setToken('');
    expect(authorization.getToken()).toBe('');
    expect(kept.size).toBe(0);
  });

  it.each(['', 'x', 'a.b.c', `a.${btoa('{}')}.c`])('is not %j', (text) => {
    const authorization = new Authorization(page(), OWN);
    authorization.setToken(text);
    expect(authorization.getToken()).toBe('');
  });

  it('is kept on secure pages only', () => {
    vi.stubGlobal('window', { isSecureContext: false });
    const authorization = new Authorization(page(), OWN);
    const own = token(60);
    authorization.setToken(own);
    expect([authorization.getToken(), kept.size]).toEqual([own, 0]);
  });
});
