// The capture of visitor_js by itself, for the bench: one snapshot of the page, with what it took.
import { Capture } from '../visitor_js/src/capture';
import { Masks } from '../visitor_js/src/mask';

async function capture(): Promise<{ ms: number; longest: number; bytes: number; deflated: number }> {
  const bodies: Uint8Array<ArrayBuffer>[] = [];
  const masks = new Masks();
  masks.setRules([]);
  let failed: unknown = null;
  const line = {
    free: true,
    send: (body: Uint8Array<ArrayBuffer>) => bodies.push(body),
    failed: (error: unknown) => {
      failed = error;
    },
  };
  const running = new Capture(document, masks, line, () => Promise.reject(new Error('no module here')));
  const flush = () => Capture.prototype.tryFlush.call(running);
  let ms = 0;
  let longest = 0;
  running.tryFlush = () => {
    const start = performance.now();
    const done = flush();
    const took = performance.now() - start;
    ms += took;
    longest = Math.max(longest, took);
    return done;
  };
  running.start();
  await running.drain();
  running.stop();
  if (failed) throw failed;
  const packed = new Response(new Blob(bodies).stream().pipeThrough(new CompressionStream('deflate-raw')));
  const bytes = bodies.reduce((sum, body) => sum + body.byteLength, 0);
  return {
    ms,
    longest,
    bytes,
    deflated: (await packed.arrayBuffer()).byteLength,
  };
}

(globalThis as unknown as { benchCapture: typeof capture }).benchCapture = capture;
