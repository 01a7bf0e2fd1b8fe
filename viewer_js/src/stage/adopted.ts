// Sheets that script has constructed at the visitor, adopted by the document and by shadow roots of this stage in the page's order,
// behind the stage's own look.

import { Limit } from '../names.gen';
import { LAYERS } from './look';
import { page, setDocumentSheets, setShadowSheets } from './natives';
import { refuse } from './refusal';

export class Adopted {
  /** Source texts by the sheets' numbers; also of sheets that only nested pages adopt. */
  private readonly texts = new Map<number, string>();
  private readonly sheets = new Map<number, CSSStyleSheet>();

  constructor(
    /** null where the browser cannot construct sheets. */
    private readonly look: CSSStyleSheet | null,
  ) {}

  clear(): void {
    this.texts.clear();
    this.sheets.clear();
    if (this.look !== null) setDocumentSheets(page, [this.look]);
  }

  text(sheet: number): string | undefined {
    return this.texts.get(sheet);
  }

  /** The sheet has this text now, wherever it is adopted. */
  set(sheet: number, text: string): void {
    if (sheet === 0) refuse('field');
    if (!this.texts.has(sheet) && this.texts.size >= Limit.Constructed) refuse('limit');
    if (this.texts.get(sheet) === text) return;
    this.texts.set(sheet, text);
    this.sheets.get(sheet)?.replaceSync(LAYERS + text);
  }

  adopt(root: Node, numbers: readonly number[]): void {
    const { look } = this;
    if (look === null) return;
    const sheets = [look, ...numbers.map((number) => this.sheet(number))];
    if (root === page) setDocumentSheets(page, sheets);
    else if (root instanceof ShadowRoot) setShadowSheets(root, sheets);
    else if (!(root instanceof DocumentFragment)) refuse('wrong_kind');
  }

  private sheet(number: number): CSSStyleSheet {
    const known = this.sheets.get(number);
    if (known !== undefined) return known;
    const made = new CSSStyleSheet();
    made.replaceSync(LAYERS + (this.texts.get(number) ?? ''));
    this.sheets.set(number, made);
    return made;
  }
}

/** The numbers of a list; refuses what is none. */
export function listed(list: string): number[] {
  const numbers = list === '' ? [] : list.split(' ').map(Number);
  if (numbers.length > Limit.Adopted) refuse('limit');
  if (!numbers.every((number) => Number.isSafeInteger(number) && number > 0)) refuse('field');
  return numbers;
}
