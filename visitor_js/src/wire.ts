// A growing column of bytes with the numbers of docs/protocol.md. Knows nothing of frames.

const FIRST_CAPACITY = 256;
const PAYLOAD = 0x80;

export class Column {
  private bytes = new Uint8Array(FIRST_CAPACITY);
  length = 0;

  /** `number` from 0 to 2^53 − 1 as LEB128 in its shortest form. */
  uint(number: number): void {
    if (this.length + 8 > this.bytes.length) this.grow(8);
    let rest = number;
    // Bit operations are of 32 bits: larger numbers are divided down first.
    while (rest > 0x7fffffff) {
      this.bytes[this.length++] = (rest % PAYLOAD) | PAYLOAD;
      rest = Math.floor(rest / PAYLOAD);
    }
    while (rest >= PAYLOAD) {
      this.bytes[this.length++] = (rest & 0x7f) | PAYLOAD;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  /** A signed number as zigzag in a uint. */
  int(number: number): void {
    this.uint(number >= 0 ? number * 2 : -number * 2 - 1);
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.grow(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  private grow(needed: number): void {
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + needed));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
