// The module of what canvases, videos and audio show: looks at each from time to time, and has the squares of it that have changed ready as pictures.
// Reads a copy, never the page's context, so that no canvas is made, cleared or altered. What is masked is not read at all.

import type { Core } from '../../core';
import type { Draft } from '../../draft';
import { Limit, PlaceholderCode } from '../../names.gen';
import type { Known } from '../../node_ids';
import { core, give } from '../given';
import { setTile } from '../ops';
import { Allowance } from './allowance';
import { Films } from './films';
import { isInView, type Page, pause } from './look';
import { type Drawing, Sheet } from './sheet';

/** Between two looks at a canvas that changes; each look without a change doubles it. */
const LIVELY_MS = 100;
const CALM_MS = 1000;
/** The page is held for no longer than this, give or take one square. */
const BUDGET_MS = 6;
/** Of what moves; what stands still is sent again without loss. */
const ROUGH = 0.75;
/** Calls that end in something new in the drawing buffer, which may be gone when the frame is over. */
const DRAWS =
  'clear drawArrays drawElements drawArraysInstanced drawElementsInstanced drawRangeElements blitFramebuffer getCurrentTexture'.split(
    ' ',
  );

interface Followed {
  known: Known;
  drawing: Drawing;
  /** When to look again, and how long after this look. */
  at: number;
  wait: number;
}

export class Pixels {
  private followed = new Map<Node, Followed>();
  private hooked = new WeakSet<Window>();
  private readonly hooks = new core.Hooks();
  private readonly sheet = new Sheet();
  private page: Page | null = null;
  private running = false;
  private readonly allowance = new Allowance();
  private readonly films = new Films(this.allowance);

  /** A canvas, video or audio that the relay knows. */
  follow(known: Known, page: Page): void {
    this.page = page;
    if (core.localName(known.node as Element) !== 'canvas') {
      this.films.follow(known, page);
      return;
    }
    const drawing: Drawing = { hashes: new Map(), rough: new Set(), ready: [], kept: null, lively: false, lost: false };
    drawing.forgets = drawing.waits = this.sheet.canvas.forgets(known.node as Element);
    if (drawing.waits) page.schedule();
    this.followed.set(known.node, { known, drawing, at: 0, wait: LIVELY_MS });
    const view = (known.node as Element).ownerDocument.defaultView;
    if (view) this.hook(view as Window & typeof globalThis);
    if (!this.running) void this.run();
  }

  /** Writes what is ready. */
  flush(draft: Draft): void {
    this.films.flush(draft);
    for (const { known, drawing } of this.followed.values()) {
      const ready = drawing.ready.splice(0);
      if (!this.page?.isPlain(known)) continue;
      if (drawing.waits) draft.writer.setPlaceholder(known.id, PlaceholderCode.Undrawn);
      drawing.waits = false;
      if (drawing.lost) draft.writer.setPlaceholder(known.id, PlaceholderCode.Canvas);
      else for (const [column, row, picture] of ready) setTile(draft.writer, known.id, column, row, picture);
    }
  }

  stop(): void {
    this.films.stop();
    this.followed.clear();
    this.hooks.release();
    this.hooked = new WeakSet();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.followed.size > 0) {
      for (const followed of [...this.followed.values()]) {
        const { known, drawing } = followed;
        if (this.followed.get(known.node) !== followed) continue;
        if (known.id === 0 || (drawing.lost && drawing.ready.length === 0)) this.followed.delete(known.node);
        else if (this.isDue(followed)) await this.look(followed);
      }
      await pause(LIVELY_MS);
    }
    this.running = false;
  }

  /** What is ready waits for the line, and the next look with it; without anybody who looks nothing is read. */
  private isDue({ drawing, at }: Followed): boolean {
    const isTime = at <= core.now() && drawing.ready.length === 0 && (this.page?.modules.watched ?? 0) > 0;
    return isTime && this.allowance.isOpen;
  }

  private async look(followed: Followed): Promise<void> {
    const { known, drawing } = followed;
    followed.wait = Math.min(followed.wait * 2, CALM_MS);
    // One that nobody sees yet is read once, so that it is there when it comes into view.
    if (this.page?.isPlain(known) && (followed.at === 0 || isInView(known.node as Element))) {
      if (await this.compare(drawing, this.copyOf(followed))) followed.wait = LIVELY_MS;
    }
    followed.at = core.now() + followed.wait;
  }

  private copyOf({ known, drawing }: Followed): HTMLCanvasElement | null {
    if (!drawing.forgets) return this.sheet.copy(known.node as HTMLCanvasElement);
    const { kept, fresh } = drawing;
    drawing.fresh = false;
    return fresh && kept ? this.sheet.copy(kept) : null;
  }

  /** Goes through the copy of a canvas; true when something has changed. */
  private async compare(drawing: Drawing, copy: HTMLCanvasElement | null): Promise<boolean> {
    if (!copy) return false;
    let changed = false;
    let start = core.now();
    try {
      for (const place of this.sheet.places(copy, drawing)) {
        if (core.now() - start > BUDGET_MS) {
          await pause(0);
          start = core.now();
        }
        const found = this.sheet.compare(copy, place, drawing);
        if (!found) continue;
        changed ||= found.changed;
        const quality = found.changed && drawing.lively ? ROUGH : 1;
        const picture = found.blank ? '' : await this.sheet.picture(quality);
        if (picture.length > Limit.Picture) continue;
        this.allowance.take(picture.length);
        if (quality < 1) drawing.rough.add(place);
        drawing.ready.push([place % Limit.TilePlace, Math.floor(place / Limit.TilePlace), picture]);
      }
    } catch {
      // The canvas holds a picture of another site: nobody may read it any more.
      drawing.ready = drawing.hashes.size > 0 ? [[0, 0, '']] : [];
      drawing.lost = true;
      this.sheet.renew();
    }
    drawing.lively = changed;
    if (drawing.ready.length > 0) this.page?.schedule();
    return changed;
  }

  /** A drawing buffer may be empty once its frame has been shown: it is copied when the script that draws into it is done. */
  private hook(view: Window & typeof globalThis): void {
    if (this.hooked.has(view)) return;
    this.hooked.add(view);
    const gpu = (view as unknown as Record<string, typeof WebGLRenderingContext | undefined>).GPUCanvasContext;
    for (const kind of [view.WebGLRenderingContext, view.WebGL2RenderingContext, gpu])
      for (const name of kind ? DRAWS : [])
        this.hooks.method(kind?.prototype as object, name, (context) =>
          this.drew((context as RenderingContext).canvas as Node),
        );
  }

  private drew(canvas: Node): void {
    const followed = this.followed.get(canvas);
    if (!followed || followed.drawing.drew) return;
    followed.drawing.drew = followed.drawing.forgets = true;
    void Promise.resolve().then(() => {
      followed.drawing.drew = false;
      if (!this.page?.isPlain(followed.known)) return;
      followed.drawing.kept = this.sheet.keep(canvas as HTMLCanvasElement, followed.drawing.kept);
      followed.drawing.fresh = true;
      followed.at = Math.min(followed.at, core.now() + LIVELY_MS);
    });
  }
}

export function open(given: Core): Pixels {
  give(given);
  return new Pixels();
}
