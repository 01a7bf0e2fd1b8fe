// Style sheets as text: of links by reading them once more from the browser's cache, of style elements only where what
// counts is not in the page's text: rules inserted by script, imports. Source text is used wherever it still says what the
// sheet's rules are; the browser's own writing of the rules loses `var()` in shorthands.

import { documentAddress, hasImport, resolve } from './address';
import type { Draft } from './draft';
import { emittedState } from './emit';
import type { SheetText, SheetTexts } from './modules/sheets/main';
import { Limit, MaskCode } from './names.gen';
import { baseUri, cssRulesOf, getAttribute, hasAttribute, localName, request, textContent } from './native';
import type { Known, NodeIds } from './node_ids';

interface Sheet {
  /** Number of rules that the text as it was sent stands for. */
  rules: number;
  /** Script has changed the rules since: the text stands for them no more. */
  rewritten: boolean;
  /** A sheet of its own has been sent: the text children count no more. */
  told: boolean;
  /** Counts readings, so that a late one does not overtake. */
  reading: number;
  bits: number;
}

interface Ready {
  known: Known;
  base: string;
  text: string;
}

export class Sheets {
  /** Links without a sheet may still get one: the page is loading, or they have just been put in. */
  loading = true;
  /** Sheets whose text could not be had. */
  missing = 0;
  private sheets = new Map<Known, Sheet>();
  private dirty = new Set<Known>();
  /** Waiting for the module. */
  private postponed = new Set<Known>();
  private coming = false;
  private ready: Ready[] = [];
  private reading = new Set<Promise<void>>();
  private waiting = new Set<Known>();
  private texts: SheetTexts | null = null;
  /** Sheets whose rules script has looked at, and may have changed one by one, with their rules as they were last. */
  private watched = new Map<CSSStyleSheet, string | null>();

  constructor(
    private readonly ids: NodeIds,
    private readonly draft: Draft,
    /** A sheet's text has come in: a flush is worth it. */
    private readonly onReady: () => void,
    private readonly bring: () => Promise<SheetTexts>,
    /** Rules of a sheet that no element owns have changed. */
    private readonly onConstructed: (sheet: CSSStyleSheet) => void,
  ) {}

  arrive(known: Known): void {
    known.followed = true;
    this.sheets.set(known, { rules: -1, rewritten: false, told: false, reading: 0, bits: 0 });
    this.dirty.add(known);
    if (isComing(known.node as HTMLLinkElement) && this.loading) this.waiting.add(known);
  }

  forget(known: Known): void {
    this.sheets.delete(known);
    this.dirty.delete(known);
    this.waiting.delete(known);
  }

  /** A sheet's owner has another text, address or state, or script has changed its rules. */
  touch(owner: Node, rewritten = false): void {
    const known = this.ids.get(owner);
    const sheet = known && this.sheets.get(known);
    if (!known || !sheet) return;
    sheet.rewritten = rewritten;
    this.dirty.add(known);
  }

  /** The module, or null while it is on its way: then a flush follows when it is there. */
  module(): SheetTexts | null {
    if (!this.texts && !this.coming) {
      this.coming = true;
      const done = () => {
        this.coming = false;
      };
      this.track(
        this.bring()
          .then((texts) => {
            this.texts = texts;
          })
          .finally(done),
      );
    }
    return this.texts;
  }

  /** Script has got at the rules of a sheet: from here on they may change without a word. */
  watch(sheet: CSSStyleSheet): void {
    if (this.watched.has(sheet)) return;
    this.watched.set(sheet, this.texts?.rulesText(sheet) ?? null);
    this.onReady();
  }

  /** The browser has got a link's sheet, or has failed to. */
  loaded(link: Node): void {
    const known = this.ids.get(link);
    if (known) this.waiting.delete(known);
    this.touch(link);
  }

  /** Whether a sheet is still being loaded or read. */
  get busy(): boolean {
    return this.reading.size > 0 || this.waiting.size > 0;
  }

  flush(): void {
    if (this.watched.size > 0) this.reviewWatched();
    for (const [known, sheet] of this.sheets) this.check(known, sheet);
    for (const known of this.dirty) this.review(known);
    this.dirty = this.postponed;
    this.postponed = new Set();
    for (const { known, base, text } of this.ready) if (known.id) this.send(known, base, text);
    this.ready = [];
  }

  private reviewWatched(): void {
    const texts = this.module();
    if (!texts) return;
    for (const [sheet, before] of this.watched) {
      const now = texts.rulesText(sheet);
      this.watched.set(sheet, now);
      if (before === now || (before === null && !this.isRewritten(sheet, texts))) continue;
      if (sheet.ownerNode) this.touch(sheet.ownerNode as Node, true);
      else this.onConstructed(sheet);
    }
  }

  /** Of a sheet seen for the first time: whether its element's text says something else. */
  private isRewritten(sheet: CSSStyleSheet, texts: SheetTexts): boolean {
    const owner = sheet.ownerNode as Element | null;
    if (!owner || localName(owner) !== 'style') return !owner;
    const source = textContent(owner);
    return !hasImport(source) && texts.differs(sheet, source);
  }

  /** Rules inserted by script show in their number; the text does not say so. */
  private check(known: Known, sheet: Sheet): void {
    if (sheet.rules >= 0 && !this.dirty.has(known) && ruleCount(known.node) !== sheet.rules) {
      sheet.rewritten = true;
      this.dirty.add(known);
    }
    const bits = emittedState(known.node as Element, known.level);
    if (bits === sheet.bits) return;
    sheet.bits = bits;
    this.draft.writer.setState(known.id, bits);
  }

  private review(known: Known): void {
    const sheet = this.sheets.get(known);
    if (!sheet || known.level > MaskCode.Plain) return;
    if (localName(known.node as Element) === 'link') this.reviewLink(known, sheet);
    else this.reviewStyle(known, sheet);
  }

  private reviewLink(known: Known, sheet: Sheet): void {
    const link = known.node as HTMLLinkElement;
    if (!isStyleLink(link)) return;
    const address = resolve(getAttribute(link, 'href') ?? '', baseUri(link));
    if (sheet.rewritten) this.sendRules(known, sheet);
    // A sheet that the browser has not got yet is read when it has (its load event touches it), from its cache.
    else if (link.sheet && address) this.read(known, sheet, this.source(link, address));
  }

  private reviewStyle(known: Known, sheet: Sheet): void {
    const style = known.node as HTMLStyleElement;
    const text = textContent(style);
    const count = ruleCount(style);
    sheet.rules = count;
    if (sheet.rewritten || (count > 0 && !standsFor(text, count))) this.sendRules(known, sheet);
    else if (hasImport(text)) this.read(known, sheet, Promise.resolve({ text, base: baseUri(style) }));
    else if (sheet.told) this.send(known, baseUri(style), text);
  }

  private sendRules(known: Known, sheet: Sheet): void {
    const owner = known.node as HTMLStyleElement;
    const texts = this.module();
    if (!texts) {
      this.postponed.add(known);
      return;
    }
    sheet.rules = ruleCount(owner);
    const text = owner.sheet && texts.rulesText(owner.sheet);
    if (text === null) this.missing++;
    else this.send(known, owner.sheet?.href ?? baseUri(owner), text);
  }

  private async source(link: HTMLLinkElement, address: string): Promise<SheetText | null> {
    const source = await readSheet(address);
    if (source) return source;
    const text = link.sheet && (await this.bring()).rulesText(link.sheet);
    return text === null ? null : { text, base: address };
  }

  private read(known: Known, sheet: Sheet, source: Promise<SheetText | null>): void {
    const turn = ++sheet.reading;
    this.track(
      this.readAll(source).then((result) => {
        if (sheet.reading !== turn) return;
        sheet.rules = ruleCount(known.node);
        if (result) this.ready.push({ known, ...result });
        else this.missing++;
      }),
    );
  }

  /** Something on its way that a flush is worth when it has come. */
  private track(work: Promise<void>): void {
    const done = work
      .catch(() => {
        this.missing++;
      })
      .then(() => {
        this.reading.delete(done);
        this.onReady();
      });
    this.reading.add(done);
  }

  private async readAll(source: Promise<SheetText | null>): Promise<SheetText | null> {
    const sheet = await source;
    if (!sheet || !hasImport(sheet.text)) return sheet;
    return { base: sheet.base, text: await (await this.bring()).inlineImports(sheet, readSheet) };
  }

  private send(known: Known, base: string, text: string): void {
    const sheet = this.sheets.get(known);
    if (!sheet || known.level > MaskCode.Plain) return;
    if (text.length * 3 > Limit.SheetText) {
      this.missing++;
      return;
    }
    sheet.told = true;
    this.draft.writer.setSheet(known.id, documentAddress(base), text);
  }
}

/** Whether the browser is still to load a link's sheet; one that is missing in a loaded page never comes. */
function isComing(link: HTMLLinkElement): boolean {
  return localName(link) === 'link' && isStyleLink(link) && !link.sheet && !hasAttribute(link, 'disabled');
}

export function isSheetOwner(element: Element): boolean {
  const tag = localName(element);
  return tag === 'style' || tag === 'link';
}

function isStyleLink(link: Element): boolean {
  return /(^|\s)stylesheet(\s|$)/i.test(getAttribute(link, 'rel') ?? '') && hasAttribute(link, 'href');
}

function ruleCount(owner: Node): number {
  try {
    const { sheet } = owner as HTMLStyleElement;
    return sheet ? cssRulesOf(sheet).length : -1;
  } catch {
    return -1;
  }
}

/** Whether a style element's text gives as many rules as its sheet has. */
function standsFor(text: string, count: number): boolean {
  if (!/\S/.test(text)) return count === 0;
  if (hasImport(text)) return true;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return cssRulesOf(sheet).length === count;
  } catch {
    return true;
  }
}

async function readSheet(address: string): Promise<SheetText | null> {
  try {
    const response = await request(address, { credentials: 'same-origin' });
    if (!response.ok) return null;
    return { text: await response.text(), base: response.url || address };
  } catch {
    return null;
  }
}
