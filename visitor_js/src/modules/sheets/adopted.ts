// Sheets that script has constructed, and which of them documents and shadow roots adopt. Each travels once, however many adopt it;
// one that nobody whom the agent sees adopts is not told.

import { documentAddress } from '../../address';
import { Limit, MaskCode } from '../../names.gen';
import type { Known } from '../../node_ids';
import type { Page, Part } from '../../part';
import { core } from '../given';
import { setAdopted, setConstructed } from '../ops';
import type { SheetTexts } from './main';

interface Constructed {
  number: number;
  /** As it was sent; null: not yet. */
  text: string | null;
  rules: number;
}

export class Adopted implements Part {
  private lists = new Map<Known, string>();
  private sheets = new Map<CSSStyleSheet, Constructed>();
  private dirty = new Set<CSSStyleSheet>();
  private lastNumber = 0;

  constructor(
    private readonly page: Page,
    private readonly texts: SheetTexts,
  ) {}

  restart(): void {
    this.lists.clear();
    this.sheets.clear();
    this.lastNumber = 0;
  }

  forget(known: Known): void {
    this.lists.delete(known);
  }

  stop(): void {}

  /** Script has changed the rules of a sheet. */
  touch(sheet: CSSStyleSheet): void {
    this.dirty.add(sheet);
  }

  flush(): void {
    const used = new Map<CSSStyleSheet, Node>();
    const changed: [Known, readonly CSSStyleSheet[]][] = [];
    for (const root of this.page.observe.roots) {
      const known = this.page.ids.get(root);
      if (!known) continue;
      const list = known.level > MaskCode.Plain ? [] : core.adoptedSheets(root).slice(0, Limit.Adopted);
      if (list.length === 0 && !this.lists.get(known)) continue;
      const shown = list.filter(({ disabled }) => !disabled);
      for (const sheet of shown) used.set(sheet, root);
      changed.push([known, shown]);
    }
    if (used.size === 0 && this.sheets.size === 0) return;
    for (const [sheet, root] of used) this.send(sheet, root);
    for (const [known, list] of changed) this.adopt(known, list);
    for (const [sheet, { number }] of this.sheets) if (!used.has(sheet)) this.drop(sheet, number);
    this.dirty.clear();
  }

  private adopt(known: Known, list: readonly CSSStyleSheet[]): void {
    const numbers = list.map((sheet) => this.sheets.get(sheet)?.number).join(' ');
    if (numbers === (this.lists.get(known) ?? '')) return;
    this.lists.set(known, numbers);
    known.followed = true;
    setAdopted(this.page.draft.writer, known.id, numbers);
  }

  private send(sheet: CSSStyleSheet, root: Node): void {
    let entry = this.sheets.get(sheet);
    if (!entry) {
      entry = { number: ++this.lastNumber, text: null, rules: -1 };
      this.sheets.set(sheet, entry);
    }
    const { length } = core.cssRulesOf(sheet);
    if (entry.rules === length && !this.dirty.has(sheet)) return;
    entry.rules = length;
    const text = this.texts.constructedText(sheet);
    if (text === entry.text || text.length * 3 > Limit.SheetText) return;
    entry.text = text;
    this.tell(entry.number, documentAddress(core.baseUri(root)), text);
  }

  private drop(sheet: CSSStyleSheet, number: number): void {
    this.sheets.delete(sheet);
    this.tell(number, '', '');
  }

  private tell(number: number, base: string, text: string): void {
    setConstructed(this.page.draft.writer, number, base, text);
  }
}
