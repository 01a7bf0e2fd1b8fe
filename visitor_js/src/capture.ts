// Capture of one page: builds the parts, and decides when a batch is made and in which order its parts speak.

import { Batch } from './batch';
import { Budget } from './budget';
import { Dirt } from './dirt';
import { Documents, isFrame } from './documents';
import { Draft } from './draft';
import { isUndefined, namespaceCode } from './emit';
import { Fields } from './fields';
import type { Masks } from './mask';
import { Media } from './media';
import { ignored, type Modules } from './modules';
import type { Pixels } from './modules/pixels/main';
import type { Adopted } from './modules/sheets/adopted';
import type { Sight } from './modules/sight/main';
import { MaskCode, NamespaceCode, PlaceholderCode } from './names.gen';
import {
  adoptedSheets,
  cancelFrame,
  clearTimer,
  contentDocument,
  firstChild,
  hasAttribute,
  isConnected,
  isHidden,
  localName,
  nextSibling,
  nodeType,
  now,
  onNextFrame,
  parentNode,
  readyStateOf,
  setTimer,
  shadowRootOf,
  viewOf,
} from './native';
import { type Known, NodeIds } from './node_ids';
import { Observe } from './observe';
import type { Part } from './part';
import { isScrolled, Scrolling } from './scrolling';
import { isSheetOwner, Sheets } from './sheets';
import { Snapshot, takesChildren } from './snapshot';
import { Viewpoint } from './viewpoint';

/** Longest wait for a frame before a batch is made all the same; typing looks late above 50. */
const MAX_WAIT_MS = 30;
/** A flush holds the page for no longer than this, give or take one node; half of a frame at 60 Hz. */
const BUDGET_MS = 8;
/** In a page that nobody looks at, timers come once a second and nothing can stutter. */
const HIDDEN_BUDGET_MS = 50;
/** Until the line is free again, looked at this often. */
const RETRY_MS = 50;
/** Changes that tell nobody, such as a value set behind all hooks, are looked for this often while nothing else happens. */
const IDLE_MS = 1000;
/** Flushes that may fail in a row. */
const MAX_FAILURES = 3;
/** Longest that `drain` waits for style sheets. */
const SHEETS_MS = 3000;

const PLACEHOLDERS: Record<string, number> = {
  canvas: PlaceholderCode.Canvas,
  object: PlaceholderCode.Plugin,
  embed: PlaceholderCode.Plugin,
  applet: PlaceholderCode.Plugin,
};

/** Elements that have more to tell than attributes and children. */
const AWAITED = new Set([
  ...['input', 'textarea', 'select', 'option', 'dialog', 'iframe', 'frame', 'link', 'style', 'video', 'audio'],
  ...Object.keys(PLACEHOLDERS),
]);

/** Elements that cannot be scrolled: asking each is what a snapshot would spend most of its time on. */
const UNSCROLLED = new Set(
  'table thead tbody tfoot tr td th col colgroup a b i em strong span label br hr img svg path g use rect circle'.split(
    ' ',
  ),
);

export interface Line {
  /** Whether a batch can be sent now: connected, and what was sent before is on its way. */
  readonly free: boolean;
  /** `snapshot`: a new epoch starts; `partial`: its page goes on in the next frame. */
  send(body: Uint8Array<ArrayBuffer>, snapshot: boolean, partial: boolean): void;
}

export class Capture {
  /** Epochs begun. */
  epochs = 0;
  readonly ids = new NodeIds();
  readonly draft: Draft;
  readonly dirt: Dirt;
  readonly observe: Observe;
  readonly snapshot: Snapshot;
  readonly batch: Batch;
  private readonly documents: Documents;
  readonly fields: Fields;
  private readonly sheets: Sheets;
  private readonly scrolling: Scrolling;
  private readonly viewpoint: Viewpoint;
  private readonly media: Media;
  readonly boxed: [known: Known, width: number, height: number][] = [];
  /** By name what modules have brought; null: on its way. */
  private readonly parts = new Map<string, Part | null>();
  /** The last of the visitor's pointer before there was a part to tell. */
  private pointed: [type: string, target: Node, event: Event] | null = null;
  private pixels: Pixels | null = null;
  private shadowHosts = new Set<Element>();
  /** Roots in which the marks are right, up to the changes that have been noted since. */
  private swept = new WeakSet<Node>();
  private sweeping: Generator<void> | null = null;
  private frame = 0;
  private timer = 0;
  private idle = 0;
  running = false;
  private failures = 0;
  /** Nothing is known to the relay: the next flush starts a new epoch. */
  private fresh = true;

  constructor(
    readonly document: Document,
    readonly masks: Masks,
    readonly line: Line,
    readonly modules: Modules,
    /** Capture cannot go on. */
    private readonly failed: (error: unknown) => void,
  ) {
    const { ids } = this;
    const draft = new Draft(line);
    const schedule = () => this.schedule();
    this.draft = draft;
    this.sheets = new Sheets(
      ids,
      draft,
      schedule,
      () => modules.bring('sheets'),
      (sheet) => this.adopted?.touch(sheet),
    );
    this.fields = new Fields(ids, masks, draft, schedule);
    this.scrolling = new Scrolling(ids, draft);
    this.viewpoint = new Viewpoint(draft, document);
    this.media = new Media(draft, schedule);
    this.dirt = new Dirt(masks, (owner) => this.touchContent(owner));
    this.observe = new Observe(this.dirt, this.heard());
    this.snapshot = new Snapshot(ids, masks, draft, {
      enter: (root) => this.enter(root),
      awaits: (element, tag, level) => this.awaits(element, tag, level),
      arrive: (known) => this.arrive(known),
    });
    this.batch = new Batch(
      ids,
      masks,
      draft,
      this.snapshot,
      this.dirt,
      (known, name) => this.attributeChanged(known, name),
      (known, width, height) => {
        this.boxed.push([known, width, height]);
        this.bring('boxes');
        this.enterHidden(known.node, known.level);
      },
    );
    this.documents = new Documents(
      ids,
      masks,
      draft,
      this.snapshot,
      (root) => this.enter(root),
      (frame) => this.batch.renew(frame),
    );
    ids.onForget = (known) => this.forget(known);
  }

  start(): void {
    this.running = true;
    this.bring('sight');
    this.watched();
    this.restart();
    this.beatIdle();
  }

  /** Sends the whole page again, in a new epoch. */
  restart(): void {
    this.fresh = true;
    this.schedule();
  }

  /** Somebody has the page before their eyes, or nobody any more. */
  watched(): void {
    if (!this.modules.watched) return;
    this.bring('motion');
    this.schedule();
  }

  stop(): void {
    this.running = false;
    this.observe.stop();
    for (const part of this.here()) part.stop();
    this.media.stop();
    this.pixels?.stop();
    this.cancel();
    clearTimer(this.idle);
  }

  /** The masks have other rules: what they mask now leaves the relay with the next flush. */
  rulesChanged(): void {
    this.sweeping = null;
    for (const root of this.observe.roots) this.masks.sweep(root);
    if (this.masks.page) this.masks.raise(this.document, this.masks.page.level, this.masks.page.label);
    // What was shown because nothing hid it is sent again, hidden.
    if (this.masks.hidesAll && this.ids.get(this.document)?.level === MaskCode.Plain) this.fresh = true;
    this.schedule();
  }

  /** A batch soon: with the next frame, or shortly when there is none. */
  schedule(): void {
    if (!this.running || this.timer) return;
    this.frame = onNextFrame(() => this.tick());
    this.timer = setTimer(() => this.tick(), MAX_WAIT_MS);
  }

  /** Resolves when all that the page is at this moment has been given to the line, its style sheets included. */
  async drain(): Promise<void> {
    const end = now() + SHEETS_MS;
    this.fields.touchAll();
    // What a change has set off in the page's own microtasks belongs to it.
    await Promise.resolve();
    while (this.running) {
      const done = this.line.free && this.tryFlush();
      if (done && (!this.busy || now() > end)) return;
      await pause(this.line.free && !done ? 0 : MAX_WAIT_MS);
    }
  }

  private tick(): void {
    this.cancel();
    if (!this.line.free) this.retry();
    else if (!this.tryFlush()) this.schedule();
  }

  /** Whatever goes wrong, nothing is thrown into the page: the relay and this side no longer agree, so all is sent again. */
  tryFlush(): boolean {
    try {
      const done = this.flush();
      this.failures = 0;
      return done;
    } catch (error) {
      this.fresh = true;
      if (++this.failures >= MAX_FAILURES) this.failed(error);
      return false;
    }
  }

  private retry(): void {
    this.timer = setTimer(() => this.tick(), RETRY_MS);
  }

  private cancel(): void {
    cancelFrame(this.frame);
    clearTimer(this.timer);
    this.frame = this.timer = 0;
  }

  private beatIdle(): void {
    this.idle = setTimer(() => {
      if (!this.running) return;
      this.schedule();
      this.beatIdle();
    }, IDLE_MS);
  }

  /** Makes a batch. True when nothing is left to do. */
  private flush(): boolean {
    const budget = new Budget(isHidden(this.document) ? HIDDEN_BUDGET_MS : BUDGET_MS);
    this.ids.flush++;
    const top = this.ids.get(this.document);
    if (this.fresh || (top && this.documents.isStale(top))) {
      if (!this.sweepFirst(budget)) return false;
      this.begin();
    }
    const done = this.structure(budget);
    this.properties();
    this.draft.close(done && !this.busy && readyStateOf(this.document) !== 'loading');
    return done;
  }

  /** Looks for what is masked in the whole page, over several flushes if need be: before that, nothing is sent. */
  private sweepFirst(budget: Budget): boolean {
    this.masks.lookAt(this.document);
    if (this.swept.has(this.document)) return true;
    this.observe.enter(this.document);
    this.sweeping ??= this.masks.sweeping(this.document);
    while (!this.sweeping.next().done) if (budget.spentNow()) return false;
    this.sweeping = null;
    this.swept.add(this.document);
    return true;
  }

  private begin(): void {
    this.fresh = false;
    this.epochs++;
    const old = this.ids.get(this.document);
    this.observe.take();
    if (old) this.ids.forget(old);
    this.ids.restart();
    this.forgetWork();
    this.draft.restart();
    if (this.masks.page) this.masks.keep(this.document, this.masks.page.level, this.masks.page.label);
    const known = this.documents.start(this.document, null);
    const mark = this.masks.own(this.document);
    if (mark) this.batch.mask(known, mark.level, mark.label);
    this.scrolling.arrive(known);
    for (const part of this.here()) part.restart();
    this.fields.restart();
    this.viewpoint.restart();
    this.media.restart();
    this.media.flush();
    this.sheets.loading = readyStateOf(this.document) !== 'complete';
  }

  private forgetWork(): void {
    this.dirt.touched.clear();
    this.dirt.attributes.clear();
    this.dirt.texts.clear();
    this.snapshot.opened.length = 0;
    this.batch.restart();
  }

  private structure(budget: Budget): boolean {
    this.observe.take();
    this.reviewMasks();
    this.documents.reviewFrames();
    const placed = this.batch.place(budget) && this.attachShadows() && this.snapshot.resume(budget);
    const adopted = this.batch.adopt();
    if (placed) this.sheets.loading = true;
    const attributes = this.batch.attributes(budget);
    return this.batch.texts(budget) && attributes && placed && !adopted;
  }

  private reviewMasks(): void {
    const changes = this.dirt.takeChanges();
    for (const root of this.observe.roots) {
      const changed = changes.get(root);
      this.masks.lookAt(root);
      this.masks.review(root, changed);
      if (changed && this.masks.any) for (const node of changed.added) this.reviewHidden(node);
      if (!this.ids.get(root) && isGone(root)) this.observe.leave(root);
    }
    // What their slots mask has to be known before anything is put into them.
    for (const host of this.shadowHosts) {
      const root = shadowRootOf(host);
      if (!root || !isConnected(host)) continue;
      this.enter(root);
      this.reviewHidden(host);
    }
    if (this.batch.retract()) this.fields.touchAll();
  }

  private attachShadows(): boolean {
    for (const host of this.shadowHosts) {
      const known = this.ids.get(host);
      const root = shadowRootOf(host);
      if (known && root && !known.shadow && takesChildren(known)) this.snapshot.attach(known, root);
    }
    this.shadowHosts.clear();
    return true;
  }

  private properties(): void {
    this.documents.flush();
    this.media.flush();
    this.viewpoint.flush();
    this.sheets.flush();
    this.flushParts();
    this.fields.flush();
    this.scrolling.flush();
    this.pixels?.flush(this.draft);
  }

  private enter(root: Node): void {
    this.observe.enter(root);
    if (this.swept.has(root)) return;
    this.swept.add(root);
    this.masks.lookAt(root);
    this.masks.sweep(root);
  }

  private reviewHidden(node: Node): void {
    const up = parentNode(node);
    const known = up && this.ids.get(up);
    const level = known ? known.level : this.masks.effective(node);
    if (level >= MaskCode.Hide) this.enterHidden(node, level);
  }

  /** What is hidden is not sent, but what leaves its shadow roots and frames has to be noticed: all in them stays masked. */
  private enterHidden(top: Node, level: number): void {
    const rest = [top];
    for (let node = rest.pop(); node; node = rest.pop()) {
      for (let child = firstChild(node); child; child = nextSibling(child)) rest.push(child);
      if (nodeType(node) !== Node.ELEMENT_NODE) continue;
      const element = node as Element;
      for (const root of [shadowRootOf(element), isFrame(element) ? contentDocument(element) : null]) {
        if (!root) continue;
        this.enter(root);
        this.dirt.keepBelow(root, level);
        rest.push(root);
      }
    }
  }

  private awaits(element: Element, tag: string, level: number): boolean {
    return (
      AWAITED.has(tag) ||
      this.masks.own(element) !== undefined ||
      (level === MaskCode.Plain && !UNSCROLLED.has(tag) && isScrolled(element)) ||
      hasAttribute(element, 'popover') ||
      (tag.includes('-') && isUndefined(element))
    );
  }

  private arrive(known: Known): void {
    const element = known.node as Element;
    const mark = this.masks.own(element);
    if (mark) this.batch.mask(known, mark.level, mark.label);
    if (known.level >= MaskCode.Hide) return;
    this.scrolling.arrive(known);
    if (namespaceCode(element) === NamespaceCode.Html) this.arriveHtml(known, element);
    else if (isSheetOwner(element)) this.sheets.arrive(known);
  }

  private arriveHtml(known: Known, element: Element): void {
    const tag = localName(element);
    if (isFrame(element)) this.documents.arriveFrame(known);
    else if (isSheetOwner(element)) this.sheets.arrive(known);
    else if (PLACEHOLDERS[tag]) this.draft.writer.setPlaceholder(known.id, PLACEHOLDERS[tag]);
    else if (tag === 'video' && !hasAttribute(element, 'poster'))
      this.draft.writer.setPlaceholder(known.id, PlaceholderCode.Media);
    else this.fields.arrive(known);
    // Without the module a canvas or video keeps its placeholder.
    if (tag === 'canvas' || tag === 'video' || tag === 'audio')
      this.modules.bring('pixels').then((pixels) => {
        this.pixels = pixels;
        if (this.running) pixels.follow(known, this);
      }, ignored);
  }

  isPlain(known: Known): boolean {
    return known.id !== 0 && known.level + this.masks.effective(known.node) === MaskCode.Plain;
  }

  private forget(known: Known): void {
    // What was masked stays masked, should it come back.
    this.masks.keep(known.node, known.level);
    if (!known.followed) return;
    this.observe.leave(known.node);
    this.swept.delete(known.node);
    this.fields.forget(known);
    this.sheets.forget(known);
    this.scrolling.forget(known);
    this.documents.forget(known);
    for (const part of this.here()) part.forget(known);
  }

  private attributeChanged(known: Known, name: string): void {
    if (name === 'popover') this.fields.arrive(known);
    this.fields.touch(known.node);
    if (name === 'href' || name === 'rel' || name === 'media' || name === 'disabled') this.sheets.touch(known.node);
  }

  private touchContent(owner: Element): void {
    if (isSheetOwner(owner)) this.sheets.touch(owner);
    else this.fields.touch(owner);
  }

  private heard() {
    return {
      records: () => this.schedule(),
      event: (type: string, target: Node, event: Event) => this.onEvent(type, target, event),
      property: (element: Element) => this.onProperty(element),
      shadow: (host: Element) => {
        this.shadowHosts.add(host);
        this.schedule();
      },
      rules: (sheet: CSSStyleSheet) => {
        if (sheet.ownerNode) this.sheets.touch(sheet.ownerNode as Node, true);
        else this.adopted?.touch(sheet);
        this.schedule();
      },
      rulesRead: (sheet: CSSStyleSheet) => this.sheets.watch(sheet),
      address: () => this.schedule(),
    };
  }

  private onProperty(element: Element): void {
    this.fields.touch(element);
    if (localName(element) === 'option') this.fields.touchAll();
    if (localName(element) === 'input') this.touchRadios(element);
    this.schedule();
  }

  private onEvent(type: string, target: Node, event: Event): void {
    if (/^pointer|^focus|^hash|^pop/.test(type)) this.onSight(type, target, event);
    else if (type === 'scroll') this.scrolling.touch(target);
    else if (type === 'load' || type === 'error') this.onLoad(target);
    else if (type === 'reset') setTimer(() => this.fields.touchAll(), 0);
    else if (nodeType(target) === Node.ELEMENT_NODE) this.touchField(target as Element, type);
    this.schedule();
  }

  private onSight(...heard: [type: string, target: Node, event: Event]): void {
    const sight = this.bring('sight') as Sight | null;
    if (sight) sight.hear(...heard);
    else if (heard[0].startsWith('p')) this.pointed = heard;
  }

  private get adopted(): Adopted | null | undefined {
    return this.parts.get('adopted') as Adopted | null | undefined;
  }

  private *here(): Generator<Part> {
    for (const part of this.parts.values()) if (part) yield part;
  }

  private flushParts(): void {
    if (!this.adopted) for (const root of this.observe.roots) if (adoptedSheets(root)[0]) this.bring('adopted');
    for (const part of this.here()) part.flush();
  }

  /** A part; null while its module is on its way, or when it cannot be had, until it is asked for again. */
  private bring(name: 'sight' | 'boxes' | 'adopted' | 'motion'): Part | null {
    const { parts, modules } = this;
    const known = parts.get(name);
    if (known !== undefined) return known;
    parts.set(name, null);
    const coming =
      name === 'adopted'
        ? modules.bring('sheets').then((texts) => texts.adopted(this))
        : modules.bring(name).then((make) => make(this));
    coming
      .then((part) => {
        parts.set(name, part);
        if (!this.running) part.stop();
        if (name === 'sight' && this.pointed) (part as Sight).hear(...this.pointed);
        this.schedule();
      })
      .catch(() => parts.delete(name));
    return null;
  }

  /** Whether something that belongs to the page is on its way. */
  private get busy(): boolean {
    return this.sheets.busy || [...this.parts.values()].includes(null);
  }

  private onLoad(target: Node): void {
    this.sheets.loaded(target);
    const known = this.ids.get(target);
    if (known?.inner) this.observe.enter(known.inner.node);
    else if (!known && this.masks.any) this.reviewHidden(target);
  }

  private touchField(target: Element, type: string): void {
    if (/^before|^full/.test(type)) this.fields.lift(target);
    this.fields.touch(target);
    this.touchRadios(target);
  }

  /** Choosing one radio button changes the others of its group without a word. */
  private touchRadios(element: Element): void {
    if ((element as HTMLInputElement).type === 'radio') this.fields.touchAll();
  }
}

/** Whether a shadow root or a frame's document has left the page. */
function isGone(root: Node): boolean {
  return !isConnected(root) || (nodeType(root) === Node.DOCUMENT_NODE && !viewOf(root as Document));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimer(resolve, ms);
  });
}
