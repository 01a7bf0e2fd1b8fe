// Numbers and runs of bytes as docs/protocol.md, "Numbers", writes them. Every read is checked against the bytes left.

import { refuse } from './refusal';

const UINT_MAX = 2 ** 32 - 1;

export class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    return this.bytes[this.at++] ?? refuse('truncated');
  }

  /** A LEB128 number up to `max`, in its shortest form. Multiplies instead of shifting, for numbers over 32 bits. */
  uint(max: number = UINT_MAX): number {
    let number = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      number += (byte & 0x7f) * unit;
      if (number > max) refuse('number');
      if (byte < 0x80) return byte === 0 && unit > 1 ? refuse('overlong') : number;
      if (unit > max) refuse('number');
    }
  }

  /** A zigzag number of 32 signed bits. */
  int(): number {
    const number = this.uint();
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  }

  /** How many of something follow, each at least `size` bytes long: asked before memory is taken. */
  count(limit: number, size = 1): number {
    const count = this.uint();
    if (count * size > this.left) refuse('truncated');
    return count > limit ? refuse('limit') : count;
  }

  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.left) refuse('truncated');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  rest(): Uint8Array<ArrayBuffer> {
    return this.take(this.left);
  }

  /** Everything must have been read. */
  end(): void {
    if (this.left > 0) refuse('trailing');
  }
}
