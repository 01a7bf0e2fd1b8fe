import { describe, expect, it } from 'vitest';
import { absolute, IMPORT_DEPTH, inlineImports, type SheetText, wrapped } from '../src/modules/sheets/css_text';

const BASE = 'https://x.example/css/main.css';

function reader(sheets: Record<string, string>) {
  const read: string[] = [];
  return {
    read,
    get: async (address: string): Promise<SheetText | null> => {
      read.push(address);
      const text = sheets[address];
      return text === undefined ? null : { text, base: address };
    },
  };
}

describe('imports', () => {
  it('stand in place of their rules, with their conditions, addresses independent of where they came from', async () => {
    const { get } = reader({
      'https://x.example/css/a.css': '@charset "utf-8"; a { background: url(i.png) }',
      'https://x.example/b.css': 'b { c: d }',
    });
    const text = '@import "a.css" layer(base) supports(display: grid) screen;@import url(/b.css);p { e: f }';
    expect(await inlineImports({ text, base: BASE }, get)).toBe(
      '@media screen {@supports (display: grid) {@layer base { a { background: url("https://x.example/css/i.png") }\n}\n}\n}b { c: d }p { e: f }',
    );
  });

  it('inside comments and texts are none', async () => {
    const { get, read } = reader({});
    const text = '/* @import "a.css"; */ p::after { content: "@import \'b.css\';" }';
    expect(await inlineImports({ text, base: BASE }, get)).toBe(text);
    expect(read).toEqual([]);
  });

  it('that import each other come to an end', async () => {
    const { get, read } = reader({ [BASE]: `@import "main.css";` });
    expect(await inlineImports({ text: '@import "main.css";', base: BASE }, get)).toBe('');
    expect(read).toHaveLength(IMPORT_DEPTH - 1);
  });

  it('that cannot be had leave nothing', async () => {
    const { get } = reader({});
    expect(await inlineImports({ text: '@import "gone.css"; p { a: b }', base: BASE }, get)).toBe(' p { a: b }');
  });
});

describe('addresses', () => {
  it.each([
    ['url(a.png)', 'url("https://x.example/css/a.png")'],
    ["url( '../a.png?b' )", 'url( "https://x.example/a.png?b" )'],
    ['url("//y.example/a")', 'url("https://y.example/a")'],
    ['url(#clip)', 'url(#clip)'],
    ['url(data:image/png;base64,AA==)', 'url(data:image/png;base64,AA==)'],
  ])('%s', (text, made) => {
    expect(absolute(text, BASE)).toBe(made);
  });

  it('without conditions nothing is put around a sheet', () => {
    expect(wrapped('a {}', ' ')).toBe('a {}');
    expect(wrapped('a {}', 'layer')).toBe('@layer  {a {}\n}');
  });
});
