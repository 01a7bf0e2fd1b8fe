// One animation as CSS, in the form of docs/protocol.md: a rule that says when and how it runs and, for one that script has made, its
// keyframes. Written by the browser, so that no value can end a rule.

import { core } from '../given';

/** Longer than anybody looks; style sheets have no endless duration. */
const LONGEST_MS = 1e9;
/** Stands for the length of a timeline that is no clock. */
const SCROLLED_MS = 1e5;
const OWN = new Set(['offset', 'computedOffset', 'easing', 'composite']);
const NAMES: Record<string, string> = { cssFloat: 'float', cssOffset: 'offset' };

let scratch: CSSStyleDeclaration;

/** `name` for its keyframes; `origin`: of its clock, on the page's. Null for what the stage has by itself. */
export function describe(animation: Animation, name: string, origin: number): string | null {
  scratch ??= core.createElement(document, 'i').style;
  if ('transitionProperty' in animation) return null;
  const effect = animation.effect as KeyframeEffect;
  const byName = (animation as { animationName?: string }).animationName;
  const isClock = animation.timeline === null || typeof animation.timeline.currentTime === 'number';
  // Those that style sheets bind to a scroller run at the stage by its own.
  if (byName !== undefined && !isClock) return null;
  const rule = ruleOf(animation, effect, byName ?? name, isClock, origin);
  return byName === undefined ? `@keyframes ${name} { ${keyframesOf(effect)} }\n${rule}` : rule;
}

function ruleOf(animation: Animation, effect: KeyframeEffect, name: string, isClock: boolean, origin: number): string {
  const { delay, duration, iterations, direction, fill, easing } = effect.getTiming();
  const length = typeof duration === 'number' ? Math.min(duration, LONGEST_MS) : 0;
  const { playState, startTime, currentTime, playbackRate } = animation;
  const runs = isClock && playState === 'running' && typeof startTime === 'number';
  const time = runs ? startTime + origin : isClock ? Number(currentTime ?? 0) : scrolledOf(effect);
  scratch.cssText = '';
  set('animation-name', name);
  set('animation-duration', `${isClock ? length : SCROLLED_MS}ms`);
  set('animation-delay', `${isClock ? delay : 0}ms`);
  set('animation-iteration-count', iterations === Number.POSITIVE_INFINITY ? 'infinite' : `${iterations}`);
  set('animation-direction', direction ?? 'normal');
  set('animation-fill-mode', fill === 'auto' ? 'none' : (fill ?? 'none'));
  set('animation-timing-function', easing ?? 'linear');
  set('animation-composition', effect.composite ?? 'replace');
  set('animation-play-state', runs ? 'running' : 'paused');
  set('--time', time.toFixed(1));
  set('--rate', `${playbackRate}`);
  return `i${effect.pseudoElement ?? ''} { ${scratch.cssText} }`;
}

/** Of one that a scroller runs: as far as it has come. */
function scrolledOf(effect: KeyframeEffect): number {
  return (effect.getComputedTiming().progress ?? 0) * SCROLLED_MS;
}

function keyframesOf(effect: KeyframeEffect): string {
  const frames = effect.getKeyframes().map((frame) => {
    scratch.cssText = '';
    for (const [name, value] of Object.entries(frame)) if (!OWN.has(name)) set(cssName(name), `${value}`);
    set('animation-timing-function', frame.easing ?? 'linear');
    if (frame.composite !== 'auto') set('animation-composition', frame.composite);
    return `${Math.round(frame.computedOffset * 1e6) / 1e4}% { ${scratch.cssText} }`;
  });
  return frames.join(' ');
}

function set(name: string, value: string): void {
  scratch.setProperty(name, value);
}

function cssName(name: string): string {
  return NAMES[name] ?? (name.startsWith('--') ? name : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
}
