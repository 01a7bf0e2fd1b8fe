import { expect, it, vi } from 'vitest';

const STEP_MS = 3;
let clock = 0;
const pauses: number[] = [];

/** Notes the time at each pause, and goes on in a task of its own. */
class NotingChannel {
  readonly port1: { onmessage: (() => void) | null } = { onmessage: null };
  readonly port2 = {
    postMessage: () => {
      pauses.push(clock);
      setTimeout(() => this.port1.onmessage?.());
    },
  };
}

it('pauses whenever a slice is used up, and finishes', async () => {
  vi.stubGlobal('MessageChannel', NotingChannel);
  vi.doMock('../src/stage/natives', () => ({ now: () => clock }));
  const { runSliced } = await import('../src/stage/slice');
  let steps = 0;
  function* work(): Generator<void, void, void> {
    for (; steps < 100; steps += 1) {
      clock += STEP_MS;
      yield;
    }
  }
  await runSliced(work());
  const slices = pauses.map((pause, index) => pause - (pauses[index - 1] ?? 0));
  expect(steps).toBe(100);
  expect(Math.max(...slices)).toBeLessThanOrEqual(8 + STEP_MS);
  expect(slices.length).toBeGreaterThan(30);
});
