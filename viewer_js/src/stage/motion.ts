// Animations as the visitor's page has them: those of scripts are made from their keyframes, those of style sheets, which the stage has by
// itself, are brought to the visitor's time. What is unchanged is not touched, so that nothing starts again. The text is CSS that the
// relay has rewritten as it does sheets; the browser reads it, as it does those.

import { animate, animationsOf, isConnected, now, page } from './natives';

/** Off by less than this nobody sees it, and setting a time would make a motion jump. */
const TOLERANCE_MS = 20;
/** A clock that is behind by more than a late frame explains has been set. */
const LATEST_MS = 1000;
const HUNDRED = 100;

interface Timing {
  readonly time: number;
  readonly rate: number;
  readonly runs: boolean;
}

interface Running extends Timing {
  /** What it is, apart from its time. */
  readonly key: string;
  readonly name: string;
  readonly pseudo: string | null;
  readonly keyframes: Keyframe[] | null;
  readonly options: KeyframeAnimationOptions;
  /** Ours, or the style sheets' that it was found to be. */
  made: Animation | null;
  /** The browser does not take it. */
  refused: boolean;
}

export class Motions {
  private readonly running = new Map<Element, Running[]>();
  /** What the visitor's clock is ahead of this one; null: not told yet. */
  private ahead: number | null = null;

  set(element: Element, text: string): void {
    const before = this.running.get(element) ?? [];
    const wanted = text === '' ? [] : read(text);
    for (const one of wanted) {
      const same = before.findIndex(({ key }) => key === one.key);
      if (same >= 0) one.made = before.splice(same, 1)[0]?.made ?? null;
    }
    for (const { made, keyframes } of before) if (keyframes !== null) made?.cancel();
    if (wanted.length > 0) this.running.set(element, wanted);
    else this.running.delete(element);
  }

  setClock(time: number): void {
    const ahead = time - clock();
    const { ahead: known } = this;
    // A frame that took longer says too little.
    if (known === null || ahead > known || known - ahead > LATEST_MS) this.ahead = ahead;
  }

  forget(element: Node): void {
    this.running.delete(element as Element);
  }

  clear(): void {
    this.running.clear();
    this.ahead = null;
  }

  /** When all styles are in their place. */
  settle(): void {
    for (const [element, all] of this.running) {
      if (!isConnected(element)) continue;
      const own = all.some(({ keyframes }) => keyframes === null) ? animationsOf(element, { subtree: true }) : [];
      for (const one of all) this.tryToShow(element, one, own);
    }
  }

  /** What the browser does not take costs the one animation alone. */
  private tryToShow(element: Element, one: Running, own: Animation[]): void {
    if (one.refused) return;
    try {
      this.show(element, one, own);
    } catch {
      one.refused = true;
    }
  }

  private show(element: Element, one: Running, own: Animation[]): void {
    if (one.keyframes === null) one.made = own.find((animation) => isOf(animation, element, one)) ?? null;
    else one.made ??= animate(element, one.keyframes, one.options);
    if (one.made !== null) this.bring(one.made, one);
  }

  private bring(animation: Animation, { time, rate, runs }: Timing): void {
    if (animation.playbackRate !== rate) animation.playbackRate = rate;
    if (!runs) {
      if (animation.playState !== 'paused') animation.pause();
      if (animation.currentTime !== time) animation.currentTime = time;
    } else if (this.ahead !== null) {
      const start = time - this.ahead;
      const { startTime, playState } = animation;
      const isThere = playState === 'running' && typeof startTime === 'number' && isNear(startTime, start);
      if (!isThere) animation.startTime = start;
    }
  }
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) < TOLERANCE_MS;
}

function clock(): number {
  const time = page.timeline.currentTime;
  return typeof time === 'number' ? time : now();
}

function isOf(animation: Animation, element: Element, { name, pseudo }: Running): boolean {
  const effect = animation.effect;
  if (!(animation instanceof CSSAnimation) || !(effect instanceof KeyframeEffect)) return false;
  return animation.animationName === name && effect.target === element && effect.pseudoElement === pseudo;
}

/** docs/protocol.md, `set_animation`. */
function read(text: string): Running[] {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  const rules = [...sheet.cssRules];
  const keyframes = new Map(rules.filter((rule) => rule instanceof CSSKeyframesRule).map((rule) => [rule.name, rule]));
  return rules
    .filter((rule) => rule instanceof CSSStyleRule)
    .map(({ selectorText, style }) => {
      const name = style.animationName;
      const frames = keyframes.get(name);
      const at = selectorText.indexOf('::');
      const pseudo = at < 0 ? null : selectorText.slice(at);
      const options = optionsOf(style, pseudo);
      return {
        key: JSON.stringify([frames?.cssText ?? name, options]),
        name,
        pseudo,
        keyframes: frames === undefined ? null : framesOf(frames),
        options,
        time: finite(style.getPropertyValue('--time')),
        rate: finite(style.getPropertyValue('--rate')),
        runs: style.animationPlayState === 'running',
        made: null,
        refused: false,
      };
    });
}

function optionsOf(style: CSSStyleDeclaration, pseudoElement: string | null): KeyframeAnimationOptions {
  const count = style.animationIterationCount;
  return {
    duration: milliseconds(style.animationDuration),
    delay: milliseconds(style.animationDelay),
    iterations: count === 'infinite' ? Number.POSITIVE_INFINITY : finite(count),
    direction: style.animationDirection as PlaybackDirection,
    fill: style.animationFillMode as FillMode,
    easing: style.animationTimingFunction,
    composite: compositeOf(style),
    pseudoElement,
  };
}

function compositeOf(style: CSSStyleDeclaration): CompositeOperation {
  return (style.getPropertyValue('animation-composition') || 'replace') as CompositeOperation;
}

/** 0 for what is no number that a clock can show. */
function finite(text: string | number): number {
  const number = Number(text);
  return Number.isFinite(number) ? number : 0;
}

function milliseconds(text: string): number {
  const number = finite(Number.parseFloat(text));
  return text.endsWith('ms') ? number : number * 1000;
}

function framesOf(rule: CSSKeyframesRule): Keyframe[] {
  return [...rule.cssRules]
    .filter((frame) => frame instanceof CSSKeyframeRule)
    .flatMap(({ keyText, style }) =>
      keyText.split(',').map((offset) => frameOf(Number.parseFloat(offset) / HUNDRED, style)),
    );
}

function frameOf(offset: number, style: CSSStyleDeclaration): Keyframe {
  const frame: Keyframe = { offset, easing: style.animationTimingFunction || 'linear' };
  if (style.getPropertyValue('animation-composition')) frame.composite = compositeOf(style);
  for (const name of style) if (!name.startsWith('animation-')) frame[property(name)] = style.getPropertyValue(name);
  return frame;
}

function property(name: string): string {
  if (name === 'float') return 'cssFloat';
  if (name === 'offset') return 'cssOffset';
  return name.startsWith('--') ? name : name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
