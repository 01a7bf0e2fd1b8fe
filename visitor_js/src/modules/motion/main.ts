// The module of what moves by itself: which animations run on which elements, by script and by style sheets, and what time it is for
// them. Transitions are the stage's own: it has them when the style changes. Looks only while somebody has the page before their eyes.

import type { Core } from '../../core';
import { Limit } from '../../names.gen';
import type { Known } from '../../node_ids';
import type { Page, Part } from '../../part';
import { core, give } from '../given';
import { setAnimation, setClock } from '../ops';
import { describe } from './describe';

/** Asking for animations has the browser work out all styles: not more often than this, but for what script has just set going. */
const LOOK_MS = 100;
/** What time it is, is told again after this long: stages that join later go by it. */
const CLOCK_MS = 1000;
/** Animations of one page that are looked at. */
const MOST = 500;
const METHODS = ['play', 'pause', 'cancel', 'finish', 'reverse', 'updatePlaybackRate', 'persist', 'commitStyles'];
const SETTERS = ['currentTime', 'startTime', 'playbackRate', 'effect', 'timeline'];

type Animated = DocumentOrShadowRoot & Node;

class Motion implements Part {
  private readonly told = new Map<Known, string>();
  private readonly hooks = new core.Hooks();
  private readonly hooked = new WeakSet<Window>();
  private isDirty = true;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private clockAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly page: Page) {}

  restart(): void {
    this.told.clear();
    this.isDirty = true;
    this.clockAt = Number.NEGATIVE_INFINITY;
  }

  forget(known: Known): void {
    this.told.delete(known);
  }

  stop(): void {
    this.hooks.release();
  }

  flush(): void {
    const { page } = this;
    if (page.modules.watched === 0) return;
    const now = core.now();
    for (const root of page.observe.roots) this.hook(root);
    if (!this.isDirty && now - this.lookedAt < LOOK_MS) return;
    this.isDirty = false;
    this.look();
    this.lookedAt = now;
    if (this.told.size > 0 && now - this.clockAt >= CLOCK_MS) this.tellTime(now);
  }

  private tellTime(now: number): void {
    this.clockAt = now;
    setClock(this.page.draft.writer, Math.round((this.page.document.timeline.currentTime as number | null) ?? now));
  }

  private look(): void {
    const found = this.find();
    for (const known of [...this.told.keys()]) if (!found.has(known)) this.tell(known, '');
    for (const [known, texts] of found) this.tell(known, texts.join('\n'));
  }

  private tell(known: Known, text: string): void {
    if ((this.told.get(known) ?? '') === text || text.length * 3 > Limit.Animation) return;
    if (text) this.told.set(known, text);
    else this.told.delete(known);
    known.followed = true;
    setAnimation(this.page.draft.writer, known.id, text);
  }

  private find(): Map<Known, string[]> {
    const found = new Map<Known, string[]>();
    let left = MOST;
    for (const root of this.page.observe.roots) {
      for (const animation of (root as Animated).getAnimations?.() ?? []) {
        if (--left < 0) return found;
        this.add(animation, found);
      }
    }
    return found;
  }

  private add(animation: Animation, found: Map<Known, string[]>): void {
    const target = (animation.effect as KeyframeEffect | null)?.target;
    const known = target && this.page.ids.get(target);
    if (!known || !this.page.isPlain(known)) return;
    // One that the browser has still to set going is told of when it has a time.
    if (animation.pending && this.told.get(known) === undefined) {
      this.isDirty = true;
      this.page.schedule();
      return;
    }
    const texts = found.get(known) ?? [];
    const text = this.describe(animation, `k${texts.length}`, target);
    if (text === null) return;
    texts.push(text);
    found.set(known, texts);
  }

  private describe(animation: Animation, name: string, target: Element): string | null {
    try {
      return describe(animation, name, this.originOf(target));
    } catch {
      // What a page has made of the browser's own functions is its own.
      return null;
    }
  }

  /** When the clock of an element's document began, by the page's. */
  private originOf(element: Element): number {
    const view = core.viewOf(element.ownerDocument);
    return view && view !== window ? view.performance.timeOrigin - performance.timeOrigin : 0;
  }

  private hook(root: Node): void {
    const view = core.nodeType(root) === Node.DOCUMENT_NODE ? core.viewOf(root as Document) : null;
    if (!view || this.hooked.has(view)) return;
    this.hooked.add(view);
    const note = () => {
      this.isDirty = true;
      this.page.schedule();
    };
    this.hooks.method(view.Element.prototype, 'animate', note);
    for (const name of METHODS) this.hooks.method(view.Animation.prototype, name, note);
    for (const name of SETTERS) this.hooks.setter(view.Animation.prototype, name, note);
    for (const name of ['setKeyframes', 'updateTiming'])
      this.hooks.method((name === 'updateTiming' ? view.AnimationEffect : view.KeyframeEffect).prototype, name, note);
  }
}

export function open(given: Core): (page: Page) => Part {
  give(given);
  return (page) => new Motion(page);
}
