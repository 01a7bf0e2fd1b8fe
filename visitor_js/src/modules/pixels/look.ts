// What those who look at the page from time to time have in common.

import type { Known } from '../../node_ids';
import { core } from '../given';

export interface Page {
  /** Whether what a node shows may be read. */
  isPlain(known: Known): boolean;
  readonly modules: { readonly watched: number };
  schedule(): void;
}

export function isInView(element: Element): boolean {
  const { width, height, bottom, right, top, left } = core.boxOf(element);
  const view = element.ownerDocument.defaultView;
  return !!view && width * height > 0 && bottom > 0 && right > 0 && top < view.innerHeight && left < view.innerWidth;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    core.setTimer(resolve, ms);
  });
}
