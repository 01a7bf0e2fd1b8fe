// Hashes of what the visitor's browser would send of its page now, the same as relay_core/src/digest.rs has them of what was sent
// (docs/protocol.md, "Drift"). Made by the very code that sends: a writer that hashes in place of one that writes, so what is
// masked goes in as it would be sent.

import { NodeCode } from '../../names.gen';
import type { Known } from '../../node_ids';

/** Odd, so that no step loses anything (Knuth's multiplicative hashing). */
const FACTOR = 0x9e3779b1;
const REPLACEMENT = 0xfffd;

export class Digest {
  private hash = 0;

  number(number: number): void {
    const mixed = Math.imul(this.hash ^ number, FACTOR);
    this.hash = mixed ^ (mixed >>> 15);
  }

  /** As it is on the wire: without lone surrogates. */
  text(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      const pairs = isHigh(unit) ? isLow(text.charCodeAt(at + 1)) : !isLow(unit) || isHigh(text.charCodeAt(at - 1));
      this.number(pairs ? unit : REPLACEMENT);
    }
    this.number(text.length);
  }

  get value(): number {
    return this.hash >>> 0;
  }
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Thrown when all that was asked about has been taken in. */
export const ENOUGH = {};

/** Takes nodes in preorder, in place of what would write them. */
export class HashingWriter {
  readonly subtree = new Digest();
  /** Of the node taken last. */
  content = 0;
  private above = 0;
  private taken = 0;

  constructor(private readonly most: number) {}

  /** The next node is below this one. */
  under(parent: Known): void {
    this.above = this.taken > 0 ? parent.id : 0;
  }

  takes(): boolean {
    return true;
  }

  element(id: number, _depth: number, namespace: number, tag: string, names: string[], values: string[]): void {
    const digest = new Digest();
    digest.number(NodeCode.FirstShape + 1);
    digest.number(namespace);
    digest.text(tag);
    let sum = 0;
    names.forEach((name, index) => {
      const attribute = new Digest();
      attribute.text(name);
      attribute.text(values[index] as string);
      sum = (sum + attribute.value) | 0;
    });
    digest.number(sum);
    this.take(id, digest);
  }

  text(id: number, _depth: number, data: string): void {
    const digest = new Digest();
    digest.number(NodeCode.Text + 1);
    digest.text(data);
    this.take(id, digest);
  }

  shadow(id: number): void {
    const digest = new Digest();
    digest.number(NodeCode.ShadowOpen + 1);
    this.take(id, digest);
  }

  beginInsert(): void {
    // Nothing is written.
  }

  endInsert(): void {
    // Nothing is written.
  }

  private take(id: number, content: Digest): void {
    this.content = content.value;
    this.subtree.number(id);
    this.subtree.number(this.above);
    this.subtree.number(this.content);
    if (++this.taken >= this.most) throw ENOUGH;
  }
}
