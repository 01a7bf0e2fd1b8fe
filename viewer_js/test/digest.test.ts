import { describe, expect, it } from 'vitest';
import { Digest } from '../src/stage/hash';

describe('digests', () => {
  it('are the hash that the relay has', () => {
    const digest = new Digest();
    digest.text('a\u{1f600}é');
    digest.number(7);
    digest.number(2 ** 32 - 1);
    expect(digest.value).toBe(1_676_911_663); // relay_core/src/digest.rs
  });
});
