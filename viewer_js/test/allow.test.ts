import { describe, expect, it } from 'vitest';
import { ALLOW_BOXED, ALLOW_HTML, ALLOW_MATHML, ALLOW_SVG, ALLOW_VOID, NamespaceCode } from '../src/names.gen';
import { attributeFate, attributeValue, BOX_TAG, kindOf, VOID_TAG } from '../src/stage/allow';

const { Html, Svg, Mathml, Other } = NamespaceCode;
const ASSETS = 'https://relay.example';

function shown(tag: string, name: string, value: string, namespace: number = Html): string | null {
  return attributeValue(kindOf(namespace, tag), name, value, ASSETS);
}

describe('elements', () => {
  it('builds what the tables name as it is, but links as sheets', () => {
    for (const tag of ALLOW_HTML) expect(kindOf(Html, tag).tag).toBe(tag === 'link' ? 'style' : tag);
    for (const tag of ALLOW_SVG) expect(kindOf(Svg, tag).tag).toBe(tag);
    for (const tag of ALLOW_MATHML) expect(kindOf(Mathml, tag).tag).toBe(tag);
  });

  it('keeps the place of what has no meaning here', () => {
    for (const tag of ALLOW_VOID)
      for (const space of [Html, Svg, Mathml, Other]) expect(kindOf(space, tag).tag).toBe(VOID_TAG);
    for (const tag of ALLOW_BOXED) expect(kindOf(Html, tag).tag).toBe(BOX_TAG);
  });

  it.each([
    'blink',
    'SCRIPT',
    'svg:script',
    'h:script',
    '-x',
    '1-x',
    'a-b c',
    'a-B',
    '',
    'x-\u00e9',
    `x-${'y'.repeat(70)}`,
  ])('makes a span of %j', (tag) => {
    expect(kindOf(Html, tag).tag).toBe('span');
    expect(kindOf(Other, tag).tag).toBe('span');
  });

  it('lets custom elements keep their name', () => {
    expect(kindOf(Html, 'x-card').tag).toBe('x-card');
  });

  it('knows each namespace by itself', () => {
    expect(kindOf(Svg, 'div').tag).toBe('span');
    expect(kindOf(Html, 'circle').tag).toBe('span');
    expect(kindOf(Svg, 'animate').tag).toBe('span');
    expect(kindOf(Mathml, 'maction').tag).toBe('span');
  });
});

describe('attributes', () => {
  it.each([
    ['p', 'class', 'a b'],
    ['p', 'style', 'color: red'],
    ['p', 'aria-label', 'x'],
    ['p', 'data-href', 'https://shop.example/'],
    ['td', 'colspan', '3'],
    ['img', 'src', `${ASSETS}/cobrowse/assets/s/i`],
    ['img', 'src', 'data:image/png;base64,AA'],
    ['img', 'srcset', `${ASSETS}/a 1x, ${ASSETS}/b 2x`],
    ['input', 'type', 'checkbox'],
    ['button', 'type', 'submit'],
  ])('lets %s %s=%j stand', (tag, name, value) => {
    expect(shown(tag, name, value)).toBe(value);
  });

  it.each([
    ['p', 'onclick', 'x'],
    ['p', 'OnClick', 'x'],
    ['p', 'tabindex', '0'],
    ['p', 'contenteditable', ''],
    ['p', 'data-cobrowse-mask', 'text'],
    ['p', 'data-stage', ''],
    ['p', 'data-a b', 'x'],
    ['p', `data-${'x'.repeat(60)}`, 'x'],
    ['p', '1a', 'x'],
    ['p', 'src', `${ASSETS}/a`],
    ['a', 'href', 'https://shop.example/'],
    ['a', 'target', '_top'],
    ['form', 'action', '/'],
    ['input', 'name', 'card'],
    ['input', 'formaction', '/'],
    ['iframe', 'src', `${ASSETS}/a`],
    ['iframe', 'srcdoc', '<p>'],
    ['iframe', 'sandbox', ''],
    ['img', 'src', 'https://foreign.example/a'],
    ['img', 'src', 'data:text/html,x'],
    ['img', 'src', 'javascript:x'],
    ['img', 'src', `${ASSETS}.foreign.example/a`],
    ['img', 'srcset', `${ASSETS}/a 1x, //foreign.example/b 2x`],
    ['script', 'class', 'x'],
    ['link', 'href', `${ASSETS}/a`],
  ])('drops %s %s=%j', (tag, name, value) => {
    expect(shown(tag, name, value)).toBeNull();
  });

  it('changes what would do something', () => {
    expect(shown('input', 'type', 'PassWord')).toBe('text');
    expect(shown('input', 'type', 'image')).toBe('button');
    expect(shown('input', 'type', 'submit')).toBe('button');
    expect(shown('td', 'rowspan', '65000')).toBe('1000');
  });

  it('lets SVG refer to its own document only, and images to assets', () => {
    expect(shown('use', 'xlink:href', '#a', Svg)).toBe('#a');
    expect(shown('use', 'href', 'data:image/svg+xml,<svg/>#a', Svg)).toBeNull();
    expect(shown('image', 'href', `${ASSETS}/a`, Svg)).toBe(`${ASSETS}/a`);
    expect(shown('image', 'href', 'https://foreign.example/a', Svg)).toBeNull();
    expect(shown('linearGradient', 'href', 'javascript:x', Svg)).toBeNull();
  });

  it('decides for a name what no value changes', () => {
    expect(attributeFate(kindOf(Html, 'p'), 'class')).toBe('kept');
    expect(attributeFate(kindOf(Html, 'p'), 'onclick')).toBe('dropped');
    expect(attributeFate(kindOf(Html, 'script'), 'class')).toBe('dropped');
    expect(attributeFate(kindOf(Html, 'img'), 'src')).toBe('judged');
    expect(attributeFate(kindOf(Svg, 'use'), 'href')).toBe('judged');
  });

  it('takes no address for an asset when it knows no origin of them', () => {
    expect(attributeValue(kindOf(Html, 'img'), 'src', '/a', '')).toBeNull();
  });
});
