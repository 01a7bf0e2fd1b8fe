import { describe, expect, it } from 'vitest';
import { Limit, Op } from '../src/names.gen';
import { decodeFrame } from '../src/stage/frame';
import { REFUSALS, Refusal } from '../src/stage/refusal';
import { bytesOf, described, isDeflated, vectors } from './vectors';

async function refusalOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    await decodeFrame(bytes);
    return 'applied';
  } catch (error) {
    if (error instanceof Refusal) return error.kind;
    throw error;
  }
}

const sound = vectors.filter((vector) => vector.error === undefined);
const refused = vectors.filter((vector) => vector.error !== undefined);

describe('frames', () => {
  it.each(sound)('reads $name', async (vector) => {
    const { message, epoch, sequence, base, ops } = vector;
    const frame = described(await decodeFrame(bytesOf(vector.hex)));
    expect(frame).toEqual({ message, epoch, sequence, base, ops });
  });

  it.each(refused)('refuses $name', async (vector) => {
    expect(await refusalOf(bytesOf(vector.hex))).toBe(vector.error);
  });

  it.each(sound)('refuses every strict prefix of $name', async (vector) => {
    const whole = bytesOf(vector.hex);
    const allowed = isDeflated(whole) ? ['truncated', 'inflate', 'limit'] : ['truncated'];
    for (let length = 0; length < whole.length; length += 1) {
      expect(allowed, `${length} bytes`).toContain(await refusalOf(whole.slice(0, length)));
    }
  });

  // Node's inflate passes over bytes behind the end of a stream; browsers do not (tests/browser has that case).
  it.each(sound.filter(({ deflated }) => !deflated))('refuses $name with a byte too many', async (vector) => {
    const whole = bytesOf(vector.hex);
    expect(await refusalOf(Uint8Array.from([...whole, 0]))).toBe('trailing');
  });

  it('never fails but by a refusal, whatever one byte becomes', async () => {
    for (const { hex } of sound.filter((vector) => vector.deflated === false)) {
      const bytes = bytesOf(hex);
      for (let at = 0; at < bytes.length; at += 1) {
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
          const changed = bytes.slice();
          changed[at] = value;
          expect([...REFUSALS, 'applied']).toContain(await refusalOf(changed));
        }
      }
    }
  });

  it('has a vector for every op', () => {
    const seen = new Set(sound.flatMap(({ ops }) => (ops ?? []).map((op) => (op as string[])[0])));
    expect(seen.size).toBe(Object.keys(Op).length);
  });

  it('takes no memory for a length that is declared only', async () => {
    const length = Limit.InflatedFrame + 1;
    const digits: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 128)) digits.push((rest % 128) | 0x80);
    digits[digits.length - 1] = (digits[digits.length - 1] ?? 0) & 0x7f;
    expect(await refusalOf(Uint8Array.from([1, 1, 1, 1, 1, 0, ...digits, 3, 0]))).toBe('limit');
  });

  it('refuses an inflated body longer than declared', async () => {
    const deflated = vectors.find(({ name }) => name === 'page, deflated');
    const bytes = bytesOf(deflated?.hex ?? '');
    const at = 6;
    bytes[at] = (bytes[at] as number) - 1;
    expect(await refusalOf(bytes)).toBe('inflate');
  });
});
