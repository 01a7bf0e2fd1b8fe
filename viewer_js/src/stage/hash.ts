// The short hash of digests, the same as Digest in relay_core/src/digest.rs. It finds accidents, not forgers.

/** Odd, so that no step loses anything (Knuth's multiplicative hashing). */
const FACTOR = 0x9e3779b1;

export class Digest {
  private hash = 0;

  number(number: number): void {
    const mixed = Math.imul(this.hash ^ number, FACTOR);
    this.hash = mixed ^ (mixed >>> 15);
  }

  text(text: string): void {
    for (let at = 0; at < text.length; at += 1) this.number(text.charCodeAt(at));
    this.number(text.length);
  }

  get value(): number {
    return this.hash >>> 0;
  }
}
