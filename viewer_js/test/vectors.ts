// The vectors that every codec runs (tests/vectors/frame.json), and a decoded frame in the words they use.

import frames from '../../tests/vectors/frame.json';
import { FlagCode, MessageCode, NamespaceCode, NodeCode, Op } from '../src/names.gen';
import type { AnyOp, Frame, Run, TreeNode } from '../src/stage/ops';

export interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly error?: string;
  readonly message?: string;
  readonly epoch?: number;
  readonly sequence?: number;
  readonly base?: number;
  readonly deflated?: boolean;
  readonly ops?: readonly unknown[];
}

export const vectors = frames as unknown as readonly Vector[];

export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function isDeflated(bytes: Uint8Array): boolean {
  return ((bytes[2] ?? 0) & FlagCode.Deflated) !== 0;
}

const snake = (name: string) => name.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

function nameOf(codes: Record<string, number>, code: number): string {
  return snake(Object.keys(codes).find((name) => codes[name] === code) ?? 'unknown');
}

/** `{message, epoch, sequence, base, ops}` as a vector has them. */
export function described(frame: Frame): object {
  const { epoch, sequence, base } = frame;
  return { message: nameOf(MessageCode, frame.message), epoch, sequence, base, ops: frame.ops.map(describedOp) };
}

function describedOp(op: AnyOp): unknown[] {
  const { op: code, ...fields } = op;
  return [nameOf(Op, code), ...Object.entries(fields).map(([name, value]) => describedField(name, value))];
}

function describedField(name: string, value: unknown): unknown {
  if (name === 'nodes') return (value as readonly TreeNode[]).map(describedNode);
  if (name === 'runs') return (value as readonly Run[]).map(({ after, nodes }) => [after, nodes]);
  return value;
}

function describedNode({ id, depth, code, shape, values }: TreeNode): object {
  if (code === NodeCode.Text) return { id, depth, text: values[0] };
  if (shape === null) return { id, depth, shadow: code === NodeCode.ShadowOpen ? 'open' : 'closed' };
  const attributes = shape.attributes.map((name, index) => [name, values[index]]);
  return { id, depth, ns: nameOf(NamespaceCode, shape.namespace), tag: shape.tag, attributes };
}
