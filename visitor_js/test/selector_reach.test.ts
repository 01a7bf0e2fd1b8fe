import { describe, expect, it } from 'vitest';
import { Reach, SelectorReach } from '../src/selector_reach';

const { Subtree, Siblings, Root, Always } = Reach;

describe('how far a change reaches through a selector', () => {
  it.each([
    ['.a > b[c~=d] e', Subtree],
    [':is(.a .b, c):not(.d)', Subtree],
    ['[a="x + y ~ z:hover"]', Subtree],
    ['#a\\+b\\:hover', Subtree],
    ['.a + .b', Siblings],
    ['.a ~ .b .c', Siblings],
    ['tr:nth-child(2n) td', Siblings],
    ['td:empty', Siblings],
    ['p:last-of-type', Siblings],
    ['li:has(> .mark)', Root],
    ['p:not(:has(+ .b))', Root],
    ['input:checked', Always],
    [':focus-within .a', Always],
    [':host(.x) p', Always],
    ['::slotted(.x)', Always],
  ])('%s', (selector, reach) => {
    expect(new SelectorReach(selector).reach).toBe(reach);
  });

  it.each([
    ['.card', 'class', 'x', 'x card', true],
    ['.card', 'class', 'card x', 'x', true],
    ['.card', 'class', 'x', 'y z', false],
    ['[class^=ca]', 'class', 'x', 'y', true],
    ['#a', 'id', '', 'a', true],
    ['#a', 'id', 'b', 'c', false],
    ['[data-x="1"]', 'data-x', '', '', true],
    ['[data-x="1"]', 'data-y', '', '', false],
    ['[DATA-X]', 'data-x', '', '', true],
    ['.a\\.b', 'data-y', '', '', true],
    ['input:disabled', 'data-y', '', '', true],
  ])('%s is concerned by %s from %j to %j: %j', (selector, name, old, value, concerned) => {
    expect(new SelectorReach(selector).mentions(name, old, value)).toBe(concerned);
  });

  it.each([
    ['li:has(.card)', '.card'],
    ['#pay .field:first-child', '.field'],
    ['.a, .b', ''],
    ['p:not(.a)', ''],
    [':is(.a) p', ''],
    [':host-context(.a) p', ''],
    ['[title=".a"] p', ''],
    ['.a\\.b', ''],
    ['p > b', ''],
  ])('%s cannot match without %j', (selector, needs) => {
    expect(new SelectorReach(selector).needs).toBe(needs);
  });

  it.each([
    ['a[b="c"]', true],
    ['a[b="c', false],
    [':is(a', false],
    ['a /* b', false],
    ["a[b='\"']", true],
  ])('%s may stand in a list: %j', (selector, closed) => {
    expect(new SelectorReach(selector).closed).toBe(closed);
  });
});
