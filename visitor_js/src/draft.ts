// The frame that is being written. Since ops apply in order and a frame is only a cut through them, it is closed between any
// two of them as soon as it is large; what is too much for one message goes in several.

import type { Line } from './capture';
import { FrameWriter } from './frame';

/** A frame is closed when its body has grown to this. Every value and op takes a byte at least, so that their limits hold too. */
const CUT_FROM = 1 << 20;

export class Draft {
  /** An insert op is being written: the frame cannot be closed now. */
  held = false;
  private current = new FrameWriter();
  private snapshot = false;
  /** The relay is still to be told that it has all of the page. */
  private partial = false;

  /** Closed frames go to `line`. */
  constructor(private readonly line: Line) {}

  /** Where the next op goes. */
  get writer(): FrameWriter {
    if (this.full && !this.held) this.close();
    return this.current;
  }

  get full(): boolean {
    return this.current.size > CUT_FROM;
  }

  /** What is written next belongs to a new epoch; what was not sent is void. */
  restart(): void {
    this.current = new FrameWriter();
    this.snapshot = this.partial = true;
    this.held = false;
  }

  /** `whole`: with this, all of the page has been sent. */
  close(whole?: boolean): void {
    const { current, snapshot } = this;
    if (!current.count && !(whole && this.partial)) return;
    this.current = new FrameWriter();
    this.snapshot = false;
    this.partial &&= !whole;
    this.line.send(current.body(), snapshot, this.partial);
  }
}
