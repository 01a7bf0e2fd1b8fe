import { describe, expect, it } from 'vitest';
import vectors from '../../tests/vectors/frame.json';
import { deflatedFrame, FrameWriter, frame, type Head } from '../src/frame';
import * as moduleOps from '../src/modules/ops';
import { NamespaceCode, Op } from '../src/names.gen';

type Json = string | number | Json[] | { [name: string]: Json };
interface Vector {
  name: string;
  hex: string;
  epoch: number;
  sequence: number;
  message: string;
  deflated: boolean;
  partial: boolean;
  ops: Json[][];
}
interface SubtreeNode {
  id: number;
  depth: number;
  text?: string;
  shadow?: string;
  ns?: string;
  tag?: string;
  attributes?: [string, string][];
}

/** Ops that only the relay sends. */
const FOREIGN = new Set<unknown>(['arrange', 'verify']);
const cases = (vectors as unknown as (Vector & { error?: string })[]).filter(
  ({ ops, error, message }) => ops && !error && message === 'visitor_frame' && !ops.some(([name]) => FOREIGN.has(name)),
);

const pascal = (name: string) => name.replace(/(^|_)([a-z])/g, (_, _start, letter) => letter.toUpperCase());

function writeSubtree(writer: FrameWriter, nodes: SubtreeNode[]): void {
  for (const node of nodes) {
    if (node.text !== undefined) writer.text(node.id, node.depth, node.text);
    else if (node.shadow) writer.shadow(node.id, node.depth, node.shadow === 'closed');
    else {
      const namespace = NamespaceCode[pascal(node.ns as string) as keyof typeof NamespaceCode];
      const attributes = node.attributes as [string, string][];
      const names = attributes.map(([name]) => name);
      writer.element(
        node.id,
        node.depth,
        namespace,
        node.tag as string,
        names,
        attributes.map(([, value]) => value),
      );
    }
  }
}

function write(writer: FrameWriter, [name, ...fields]: Json[]): void {
  if (name === 'insert') {
    writer.beginInsert(fields[0] as number, fields[1] as number);
    writeSubtree(writer, fields[2] as unknown as SubtreeNode[]);
    writer.endInsert();
  } else if (name === 'set_attributes') {
    const pairs = fields[1] as [string, string][];
    writer.setAttributes(
      fields[0] as number,
      pairs.map(([key]) => key),
      pairs.map(([, value]) => value),
    );
  } else {
    const method = (name as string).replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
    type Write = (...fields: unknown[]) => void;
    const ofModule = (moduleOps as unknown as Record<string, Write>)[method];
    if (name === 'set_playback') moduleOps.setPlayback(writer, fields[0] as number, fields.slice(1) as number[]);
    else if (ofModule) ofModule(writer, ...fields);
    else (writer as unknown as Record<string, Write>)[method]?.(...fields);
  }
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const unhex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe('the encoder writes exactly the bytes of the vectors', () => {
  it.each(cases.map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
    const writer = new FrameWriter();
    for (const op of vector.ops) write(writer, op);
    expect(writer.count).toBe(vector.ops.length);
    const { epoch, sequence, partial } = vector;
    const head: Head = { epoch, sequence, partial };
    if (!vector.deflated) {
      expect(hex(frame(head, writer.body()))).toBe(vector.hex);
      return;
    }
    // Deflate is free in how it packs: head and declared length are compared, and what comes out of the packing.
    const expected = unhex(vector.hex);
    const bytes = await deflatedFrame(head, writer.body());
    const start = 6 + uintLength(writer.body().length);
    expect(hex(bytes.subarray(0, start))).toBe(hex(expected.subarray(0, start)));
    expect(hex(await inflate(bytes.slice(start)))).toBe(hex(await inflate(expected.slice(start))));
  });

  it('every op that this side sends is in one of them', () => {
    const written = new Set(cases.flatMap((vector) => vector.ops.map(([name]) => pascal(name as string))));
    for (const name of FOREIGN) written.add(pascal(name as string));
    expect(written).toEqual(new Set(Object.keys(Op)));
  });
});

const uintLength = (number: number): number => (number < 128 ? 1 : 1 + uintLength(Math.floor(number / 128)));

describe('texts', () => {
  it('a lone surrogate becomes the replacement character and never melts with its neighbour', () => {
    const writer = new FrameWriter();
    writer.setText(1, '\ud83d');
    writer.setText(2, '\ude00');
    const text = new TextDecoder().decode(writer.body());
    expect(text).toContain('\ufffd\ufffd');
  });

  it('a page that repeats itself endlessly is sent plain rather than refused as a bomb', async () => {
    const writer = new FrameWriter();
    writer.setText(1, 'a'.repeat(1_000_000));
    const bytes = await deflatedFrame({ epoch: 1, sequence: 1 }, writer.body());
    expect(bytes[2]).toBe(0);
  });
});
