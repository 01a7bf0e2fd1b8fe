import { describe, expect, it } from 'vitest';
import { Digest } from '../src/modules/drift/digest';

describe('digest', () => {
  it('is the hash that relay_core/src/digest.rs has', () => {
    const known = new Digest();
    known.text('a\u{1f600}é');
    known.number(7);
    known.number(0xffffffff);
    expect(known.value).toBe(1_676_911_663);
  });

  it('takes half of a surrogate pair as what is sent for it', () => {
    const hash = (text: string) => {
      const digest = new Digest();
      digest.text(text);
      return digest.value;
    };
    expect(hash('a\ud83d')).toBe(hash('a\ufffd'));
    expect(hash('\ude00b')).toBe(hash('\ufffdb'));
    expect(hash('\ud83d\ud83d\ude00')).toBe(hash('\ufffd\u{1f600}'));
  });
});
