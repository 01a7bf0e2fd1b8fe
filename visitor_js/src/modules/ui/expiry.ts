// How long a code is still good: nothing while there is plenty of time, then minutes and seconds.

import { core } from '../given';

/** The last part of the wait, in which the time is shown. */
const LAST_S = 60;
const TICK_MS = 1000;

export class Expiry {
  private readonly until: number;
  private over = false;

  /** `waiting`: seconds from now; 0: the session waits for nobody. */
  constructor(
    private readonly shown: HTMLElement,
    waiting: number,
  ) {
    this.until = core.now() + waiting * 1000;
    if (waiting === 0) this.stop();
    else this.tick();
  }

  /** Somebody has come, or it is over. */
  stop(): void {
    this.over = true;
    this.shown.hidden = true;
  }

  private tick(): void {
    if (this.over) return;
    const left = Math.max(0, Math.ceil((this.until - core.now()) / 1000));
    this.shown.hidden = left > LAST_S;
    this.shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    core.setTimer(() => this.tick(), TICK_MS);
  }
}
