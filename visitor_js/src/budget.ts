// How long one flush may hold the page's thread. What is left over waits for the next.

import { now } from './native';

/** Steps between two looks at the clock, which itself costs. */
const STEPS = 16;

export class Budget {
  private readonly end: number;
  private steps = 0;
  private over = false;

  constructor(ms: number) {
    this.end = now() + ms;
  }

  /** Counts one step of work; true once the time is up. */
  spent(): boolean {
    return this.over || (++this.steps % STEPS === 0 && this.spentNow());
  }

  /** The same after a step that may have been long. */
  spentNow(): boolean {
    this.over ||= now() >= this.end;
    return this.over;
  }
}
