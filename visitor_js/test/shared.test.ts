import { describe, expect, it } from 'vitest';
import { isShared, sha256 } from '../src/modules/assets/shared';

function answer(headers: Record<string, string>, url = 'https://shop.example/logo.png'): Response {
  const made = new Response('x', { headers });
  Object.defineProperty(made, 'url', { value: url });
  return made;
}

describe('what outlives a session', () => {
  it.each([
    [{ 'cache-control': 'public' }],
    [{ 'cache-control': 'Max-Age=31536000, Immutable' }],
    [{ 'cache-control': 's-maxage=060' }],
    [{ 'cache-control': 'public, max-age=60', vary: 'Accept-Encoding, Origin' }],
  ])('is what the site says that a shared cache may keep: %j', (headers) => {
    expect(isShared(answer(headers), true)).toBe(true);
    expect(isShared(answer(headers), false)).toBe(true);
  });

  it('is of what came without cookies also what has a time to live', () => {
    expect(isShared(answer({ 'cache-control': 'max-age=3600' }), false)).toBe(true);
    expect(isShared(answer({ 'cache-control': 'max-age=3600' }), true)).toBe(false);
  });

  it.each([
    [{}],
    [{ 'cache-control': 'private, max-age=3600' }],
    [{ 'cache-control': 'public, no-store' }],
    [{ 'cache-control': 'PRIVATE="x-name", public' }],
    [{ 'cache-control': 'public, no-cache' }],
    [{ 'cache-control': 'public, max-age=0' }],
    [{ 'cache-control': 'max-age=000' }],
    [{ 'cache-control': 'must-revalidate' }],
    [{ 'cache-control': 'public', vary: 'Cookie' }],
    [{ 'cache-control': 'public', vary: 'accept-encoding, *' }],
  ])('is nothing else, with cookies or without: %j', (headers) => {
    expect(isShared(answer(headers), true)).toBe(false);
    expect(isShared(answer(headers), false)).toBe(false);
  });

  it.each(['blob:https://shop.example/1', 'data:image/png,x', ''])('is nothing that the page made: %s', (url) => {
    expect(isShared(answer({ 'cache-control': 'public' }, url), false)).toBe(false);
  });
});

it('digests as Repr-Digest has it', async () => {
  expect(await sha256(new Blob(['abc']))).toBe('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=');
});
