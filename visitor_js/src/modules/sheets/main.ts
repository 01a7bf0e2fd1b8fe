// The module of what style sheets have beside one source text: imports, and rules that script has made.

import type { Core } from '../../core';
import type { Page } from '../../part';
import { give } from '../given';
import { Adopted } from './adopted';
import { inlineImports, type ReadSheet, rulesText, type SheetText, wrapped } from './css_text';

export type { SheetText } from './css_text';

export class SheetTexts {
  /** The rules of a sheet as script has made them; null when the browser does not show them. */
  rulesText(sheet: CSSStyleSheet): string | null {
    return rulesText(sheet);
  }

  /** The same of a sheet that script has constructed, with the media that it is for around it. */
  constructedText(sheet: CSSStyleSheet): string {
    return wrapped(rulesText(sheet) ?? '', sheet.media.mediaText);
  }

  /** What follows which constructed sheets are adopted. */
  adopted(page: Page): Adopted {
    return new Adopted(page, this);
  }

  /** Whether the rules are no more what a text says. */
  differs(sheet: CSSStyleSheet, source: string): boolean {
    const said = new CSSStyleSheet();
    said.replaceSync(source);
    return rulesText(said) !== rulesText(sheet);
  }

  /** The text of a sheet with its imports in place of their rules, read by `read`. */
  inlineImports(sheet: SheetText, read: ReadSheet): Promise<string> {
    return inlineImports(sheet, read);
  }
}

export function open(core: Core): SheetTexts {
  give(core);
  return new SheetTexts();
}
