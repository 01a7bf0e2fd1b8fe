// How many bytes of pictures a page may send: a rate, overdrawn by one look at most. Canvases and videos share it.

import { Limit } from '../../names.gen';
import { core } from '../given';

export class Allowance {
  private left: number = Limit.PicturesASecond;
  private filled = 0;

  get isOpen(): boolean {
    const now = core.now();
    const more = ((now - this.filled) / 1000) * Limit.PicturesASecond;
    this.left = Math.min(this.left + more, Limit.PicturesASecond);
    this.filled = now;
    return this.left > 0;
  }

  take(bytes: number): void {
    this.left -= bytes;
  }
}
