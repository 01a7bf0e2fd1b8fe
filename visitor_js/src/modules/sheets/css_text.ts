// Text of style sheets as one piece: imported sheets in place of their `@import`, addresses of theirs made absolute.

import { hasImport, resolve } from '../../address';
import { core } from '../given';

/** Imports are followed this deep. */
export const IMPORT_DEPTH = 5;

const IMPORT = /@import\s+(?:url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]*))\s*\)|"([^"]*)"|'([^']*)')\s*([^;]*);?/gi;
const URL_FUNCTION = /(url\(\s*)(?:"([^"\\\n]*)"|'([^'\\\n]*)'|([^"'()\s\\]+))(\s*\))/gi;
const COMMENT_OR_STRING = /\/\*[^]*?(?:\*\/|$)|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/g;
const CHARSET = /^\s*@charset\s+("[^"]*"|'[^']*')\s*;/i;

export interface SheetText {
  text: string;
  base: string;
}

/** Reads the text of a sheet, or gives null when it cannot be had. */
export type ReadSheet = (address: string) => Promise<SheetText | null>;

/** The text with its imports in place of their rules, read by `read`. */
export async function inlineImports(sheet: SheetText, read: ReadSheet, depth = IMPORT_DEPTH): Promise<string> {
  if (!hasImport(sheet.text)) return sheet.text;
  const { text, base } = sheet;
  const comments = [...text.matchAll(COMMENT_OR_STRING)].map(
    ({ index = 0, 0: found }) => [index, index + found.length] as const,
  );
  const parts: string[] = [];
  let end = 0;
  for (const found of text.matchAll(IMPORT)) {
    const { index = 0 } = found;
    if (comments.some(([from, to]) => from <= index && index < to)) continue;
    const address = found.slice(1, 6).find((part) => part !== undefined) ?? '';
    parts.push(text.slice(end, index), await imported(resolve(address, base), found[6] ?? '', read, depth - 1));
    end = index + found[0].length;
  }
  return parts.join('') + text.slice(end);
}

async function imported(address: string, conditions: string, read: ReadSheet, depth: number): Promise<string> {
  const sheet = depth > 0 && address ? await read(address) : null;
  if (!sheet) return '';
  const text = await inlineImports(sheet, read, depth);
  return wrapped(absolute(text.replace(CHARSET, ''), sheet.base), conditions);
}

/** `@import`'s layer, supports and media as the rules that do the same around the sheet's text. */
export function wrapped(text: string, conditions: string): string {
  let rest = conditions.trim();
  const layer = /^layer(?:\(([^)]*)\))?(?=\s|$)/i.exec(rest);
  if (layer) rest = rest.slice(layer[0].length).trim();
  const supports = /^supports\(((?:[^()]|\([^()]*\))*)\)/i.exec(rest);
  if (supports) rest = rest.slice(supports[0].length).trim();
  let css = text;
  if (layer) css = `@layer ${layer[1] ?? ''} {${css}\n}`;
  if (supports) css = `@supports (${supports[1]}) {${css}\n}`;
  return rest ? `@media ${rest} {${css}\n}` : css;
}

/** The text with the addresses in it made independent of where it came from. */
export function absolute(text: string, base: string): string {
  return text.replace(
    URL_FUNCTION,
    (whole, open: string, double?: string, single?: string, bare?: string, close?: string) => {
      const address = double ?? single ?? bare ?? '';
      if (!address || address.startsWith('#') || /^data:/i.test(address)) return whole;
      return `${open}"${resolve(address, base).replace(/"/g, '%22')}"${close}`;
    },
  );
}

/** The rules of a sheet as script has made them; null when the browser does not show them. */
export function rulesText(sheet: CSSStyleSheet, depth = IMPORT_DEPTH): string | null {
  try {
    let text = '';
    for (const rule of core.cssRulesOf(sheet)) text += `${ruleText(rule, depth)}\n`;
    return text;
  } catch {
    return null;
  }
}

function ruleText(rule: CSSRule, depth: number): string {
  const { styleSheet, media } = rule as CSSImportRule;
  if (!('styleSheet' in rule)) return rule.cssText;
  const text = styleSheet && depth > 0 ? rulesText(styleSheet, depth - 1) : null;
  return text && styleSheet?.href ? wrapped(absolute(text, styleSheet.href), media.mediaText) : '';
}
