import { describe, expect, it } from 'vitest';
import { documentAddress, linkAddress, originOf } from '../src/address';

describe('addresses that leave the page', () => {
  it.each([
    ['/a/b?q=1#f', '/a/b'],
    ['#top', ''],
    ['?q', ''],
    ['mailto:a@b.c?subject=x', 'mailto:a@b.c'],
    ['https://x.example/p;v=1', 'https://x.example/p;v=1'],
    ['javascript:go(1)', null],
    [' java\nscript:go(1)', null],
    ['data:text/html,<p>', null],
    ['', ''],
  ])('link %j is sent as %j', (raw, sent) => {
    expect(linkAddress(raw)).toBe(sent);
  });

  it.each([
    ['https://x.example/p?q#f', 'https://x.example/p'],
    ['about:srcdoc', 'about:srcdoc'],
    ['data:text/html,secret', 'data:'],
    ['blob:https://x.example/1-2', 'blob:'],
  ])('document %j is sent as %j', (raw, sent) => {
    expect(documentAddress(raw)).toBe(sent);
  });

  it('of a masked page only the origin is left', () => {
    expect(originOf('https://x.example:8443/account/7?q')).toBe('https://x.example:8443/');
    expect(originOf('about:blank')).toBe('');
  });
});
