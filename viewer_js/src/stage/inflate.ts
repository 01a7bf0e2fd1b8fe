// Raw deflate by the browser's own DecompressionStream. The relay's ratio limit is not repeated here: it guards the relay
// against visitors, and a projection of ten thousand equal rows rightly deflates further. The declared length is the bound.

import { Limit } from '../names.gen';
import { Refusal } from './refusal';

/** The inflated body, exactly `length` bytes long, or a refusal. */
export async function inflate(packed: Uint8Array<ArrayBuffer>, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (length > Limit.InflatedFrame) throw new Refusal('limit');
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  // Both fail again, and are then seen, where the readable side is read.
  writer.write(packed).catch(ignore);
  writer.close().catch(ignore);
  try {
    return await collect(stream.readable.getReader(), length);
  } catch {
    throw new Refusal('inflate');
  }
}

function ignore(): undefined {
  return undefined;
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Uint8Array(length);
  let at = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (at + part.value.length > length) {
      reader.cancel().catch(ignore);
      throw new Refusal('inflate');
    }
    body.set(part.value, at);
    at += part.value.length;
  }
  if (at !== length) throw new Refusal('inflate');
  return body;
}
