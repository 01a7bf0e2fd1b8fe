// Work in slices: a page of a hundred thousand nodes is built over many tasks, so that the port is answered in between.

import { now } from './natives';

/** Security requirements 2.5: no slice of building is longer. */
const SLICE_MS = 8;

/** Something that is done a step at a time; what it yields says only that it may be interrupted here. */
export type Work = Generator<void, void, void>;

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** The next task of the event loop. A message, because timers are held back to 4 ms and more. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });
}

/** Does all of `work`, no more than a slice of it in one task. */
export async function runSliced(work: Work): Promise<void> {
  for (let end = now() + SLICE_MS; work.next().done !== true; ) {
    if (now() < end) continue;
    await nextTask();
    end = now() + SLICE_MS;
  }
}
