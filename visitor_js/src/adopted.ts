// Sheets that script has constructed, and which of them documents and shadow roots adopt. Each travels once, however many adopt it;
// one that nobody whom the agent sees adopts is not told.

import { documentAddress } from './address';
import type { Draft } from './draft';
import type { SheetTexts } from './modules/sheets/main';
import { Limit, MaskCode } from './names.gen';
import { adoptedSheets, baseUri, cssRulesOf } from './native';
import type { Known, NodeIds } from './node_ids';

interface Constructed {
  number: number;
  /** As it was sent; null: not yet. */
  text: string | null;
  rules: number;
}

export class Adopted {
  private lists = new Map<Known, string>();
  private sheets = new Map<CSSStyleSheet, Constructed>();
  private dirty = new Set<CSSStyleSheet>();
  private lastNumber = 0;

  constructor(
    private readonly ids: NodeIds,
    private readonly draft: Draft,
    /** The module, or null while it is on its way. */
    private readonly texts: () => SheetTexts | null,
  ) {}

  restart(): void {
    this.lists.clear();
    this.sheets.clear();
    this.lastNumber = 0;
  }

  forget(known: Known): void {
    this.lists.delete(known);
  }

  /** Script has changed the rules of a sheet. */
  touch(sheet: CSSStyleSheet): void {
    this.dirty.add(sheet);
  }

  flush(roots: Iterable<Node>): void {
    const used = new Map<CSSStyleSheet, Node>();
    const changed: [Known, readonly CSSStyleSheet[]][] = [];
    for (const root of roots) {
      const known = this.ids.get(root);
      if (!known) continue;
      const list = known.level > MaskCode.Plain ? [] : adoptedSheets(root).slice(0, Limit.Adopted);
      if (list.length === 0 && !this.lists.get(known)) continue;
      const shown = list.filter(({ disabled }) => !disabled);
      for (const sheet of shown) used.set(sheet, root);
      changed.push([known, shown]);
    }
    if (used.size === 0 && this.sheets.size === 0) return;
    const texts = this.texts();
    if (!texts) return;
    for (const [sheet, root] of used) this.send(sheet, root, texts);
    for (const [known, list] of changed) this.adopt(known, list);
    for (const [sheet, { number }] of this.sheets) if (!used.has(sheet)) this.drop(sheet, number);
    this.dirty.clear();
  }

  private adopt(known: Known, list: readonly CSSStyleSheet[]): void {
    const numbers = list.map((sheet) => this.sheets.get(sheet)?.number).join(' ');
    if (numbers === (this.lists.get(known) ?? '')) return;
    this.lists.set(known, numbers);
    known.followed = true;
    this.draft.writer.setAdopted(known.id, numbers);
  }

  private send(sheet: CSSStyleSheet, root: Node, texts: SheetTexts): void {
    let entry = this.sheets.get(sheet);
    if (!entry) {
      entry = { number: ++this.lastNumber, text: null, rules: -1 };
      this.sheets.set(sheet, entry);
    }
    const { length } = cssRulesOf(sheet);
    if (entry.rules === length && !this.dirty.has(sheet)) return;
    entry.rules = length;
    const text = texts.constructedText(sheet);
    if (text === entry.text || text.length * 3 > Limit.SheetText) return;
    entry.text = text;
    this.draft.writer.setConstructed(entry.number, documentAddress(baseUri(root)), text);
  }

  private drop(sheet: CSSStyleSheet, number: number): void {
    this.sheets.delete(sheet);
    this.draft.writer.setConstructed(number, '', '');
  }
}
