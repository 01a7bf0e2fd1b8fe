// Bytes to a frame, as docs/protocol.md, "Frame", lays it out. Reads only: what a node is and whether an op fits is apply.ts's.

import { DICTIONARY, FlagCode, Limit, MessageCode, NamespaceCode, NodeCode, Op, PROTOCOL_VERSION } from '../names.gen';
import { inflate } from './inflate';
import type { AnyOp, Frame, InsertOp, Run, Shape, TreeNode } from './ops';
import { refuse } from './refusal';
import { Reader } from './wire';

const ID_MAX = 2 ** 31 - 1;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The frame in `bytes`, or a Refusal. Asynchronous only for deflated bodies. */
export async function decodeFrame(bytes: Uint8Array<ArrayBuffer>): Promise<Frame> {
  const reader = new Reader(bytes);
  const message = reader.byte();
  if (message !== MessageCode.VisitorFrame && message !== MessageCode.ViewerFrame) refuse('message');
  if (reader.byte() !== PROTOCOL_VERSION) refuse('version');
  const flags = reader.byte();
  const partial = message === MessageCode.VisitorFrame ? FlagCode.Partial : 0;
  if ((flags & ~(FlagCode.Deflated | partial)) !== 0) refuse('flags');
  const epoch = reader.uint(Number.MAX_SAFE_INTEGER);
  const sequence = reader.uint(Number.MAX_SAFE_INTEGER);
  const base = reader.uint(Number.MAX_SAFE_INTEGER);
  if (message === MessageCode.VisitorFrame && base !== 0) refuse('field');
  const ops = decodeBody((flags & FlagCode.Deflated) === 0 ? reader.rest() : await inflatedBody(reader));
  return { message, epoch, sequence, base, ops };
}

async function inflatedBody(reader: Reader): Promise<Uint8Array<ArrayBuffer>> {
  const length = reader.uint();
  return inflate(reader.rest(), length);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return refuse('utf8');
  }
}

function decodeBody(bytes: Uint8Array<ArrayBuffer>): AnyOp[] {
  const reader = new Reader(bytes);
  const names = readNames(reader);
  const shapes = readShapes(reader, names);
  const strings = readStrings(reader);
  const ops = new OpReader(reader, names, shapes, strings).all();
  reader.end();
  return ops;
}

function readNames(reader: Reader): string[] {
  const lengths = readUints(reader, reader.count(Limit.Names));
  return DICTIONARY.concat(lengths.map((length) => readName(reader, length)));
}

function readName(reader: Reader, length: number): string {
  if (length > Limit.NameLength) refuse('limit');
  if (length === 0) refuse('field');
  return decodeText(reader.take(length));
}

function readUints(reader: Reader, count: number): number[] {
  const numbers: number[] = [];
  for (let index = 0; index < count; index += 1) numbers.push(reader.uint());
  return numbers;
}

/** The shortest shape is three bytes: namespace, tag, no attributes. */
const SHAPE_BYTES = 3;

function readShapes(reader: Reader, names: readonly string[]): Shape[] {
  const shapes: Shape[] = [];
  const count = reader.count(Limit.Shapes, SHAPE_BYTES);
  for (let index = 0; index < count; index += 1) {
    const namespace = reader.uint();
    if (namespace > NamespaceCode.Other) refuse('field');
    const tag = nameAt(names, reader.uint());
    const attributes = readUints(reader, reader.count(Limit.Attributes)).map((name) => nameAt(names, name));
    if (new Set(attributes).size !== attributes.length) refuse('field');
    shapes.push({ namespace, tag, attributes });
  }
  return shapes;
}

function nameAt(names: readonly string[], index: number): string {
  return names[index] ?? refuse('reference');
}

/** All strings are one run of UTF-8, decoded once and cut by their lengths in UTF-16 units. */
function readStrings(reader: Reader): string[] {
  const lengths = readUints(reader, reader.count(Limit.Values));
  const run = decodeText(reader.take(reader.uint()));
  const strings: string[] = [];
  let at = 0;
  for (const length of lengths) {
    if (at + length > run.length) refuse('truncated');
    if (splitsPair(run, at + length)) refuse('utf8');
    strings.push(run.slice(at, at + length));
    at += length;
  }
  if (at !== run.length) refuse('trailing');
  return strings;
}

function splitsPair(text: string, at: number): boolean {
  const next = text.charCodeAt(at);
  return next >= 0xdc00 && next <= 0xdfff;
}

/** The ops table: seven columns, each read to its end, each op taking from them what its fields need. */
class OpReader {
  private readonly count: number;
  private readonly kinds: Reader;
  private readonly nodes: Reader;
  private readonly nums: Reader;
  private readonly refs: Reader;
  private readonly codes: Reader;
  private readonly steps: Reader;
  private readonly ids: Reader;
  private lastNode = 0;
  private lastId = 0;
  private fresh = 0;
  private uses = 0;
  private inserted = 0;

  constructor(
    reader: Reader,
    private readonly names: readonly string[],
    private readonly shapes: readonly Shape[],
    private readonly strings: readonly string[],
  ) {
    this.count = reader.count(Limit.Ops);
    const lengths = readUints(reader, 7);
    const columns = lengths.map((length) => new Reader(reader.take(length)));
    [this.kinds, this.nodes, this.nums, this.refs, this.codes, this.steps, this.ids] = columns as [
      Reader,
      Reader,
      Reader,
      Reader,
      Reader,
      Reader,
      Reader,
    ];
  }

  all(): AnyOp[] {
    const ops: AnyOp[] = [];
    for (let index = 0; index < this.count; index += 1) ops.push(this.op(this.kinds.uint()));
    for (const column of [this.kinds, this.nodes, this.nums, this.refs, this.codes, this.steps, this.ids]) column.end();
    if (this.fresh !== this.strings.length) refuse('reference');
    return ops;
  }

  /** Fields in wire order: object literals are evaluated from left to right. */
  private op(op: number): AnyOp {
    switch (op) {
      case Op.Document:
        return {
          op,
          node: this.node(),
          frame: this.node(),
          address: this.string(),
          base: this.string(),
          title: this.string(),
          doctype: this.string(),
          quirks: this.nums.uint(),
        };
      case Op.Insert:
        return { op, parent: this.node(), after: this.node(), nodes: this.subtree() };
      case Op.Move:
        return { op, node: this.node(), count: this.nums.uint(), parent: this.node(), after: this.node() };
      case Op.Remove:
        return { op, node: this.node(), count: this.nums.uint() };
      case Op.SetText:
        return { op, node: this.node(), text: this.string() };
      case Op.SetAttribute:
        return { op, node: this.node(), name: this.name(), value: this.string() };
      case Op.RemoveAttribute:
        return { op, node: this.node(), name: this.name() };
      case Op.SetAttributes:
        return { op, node: this.node(), attributes: this.pairs() };
      case Op.SetValue:
        return { op, node: this.node(), value: this.string() };
      case Op.SetState:
        return { op, node: this.node(), bits: this.nums.uint() };
      case Op.SetScroll:
        return { op, node: this.node(), left: this.nums.int(), top: this.nums.int() };
      case Op.SetSheet:
        return { op, node: this.node(), base: this.string(), text: this.string() };
      case Op.SetMask:
        return {
          op,
          node: this.node(),
          level: this.nums.uint(),
          label: this.string(),
          width: this.nums.uint(),
          height: this.nums.uint(),
        };
      case Op.SetPlaceholder:
        return { op, node: this.node(), reason: this.nums.uint() };
      case Op.SetFocus:
        return { op, node: this.node() };
      case Op.SetPointer:
        return { op, x: this.nums.int(), y: this.nums.int(), down: this.nums.uint() };
      case Op.SetViewport:
        return { op, width: this.nums.uint(), height: this.nums.uint(), ratio: this.nums.uint() };
      case Op.SetTitle:
        return { op, node: this.node(), title: this.string() };
      case Op.SetAddress:
        return { op, node: this.node(), address: this.string(), base: this.string() };
      case Op.SetTile:
        return { op, node: this.node(), column: this.nums.uint(), row: this.nums.uint(), picture: this.string() };
      case Op.Lift:
        return { op, node: this.node() };
      case Op.SetSelection:
        return { op, node: this.node(), offset: this.nums.uint(), end: this.node(), endOffset: this.nums.uint() };
      case Op.SetAnimation:
        return { op, node: this.node(), text: this.string() };
      case Op.SetClock:
        return { op, time: this.nums.uint() };
      case Op.SetPlayback:
        return {
          op,
          node: this.node(),
          time: this.nums.uint(),
          duration: this.nums.uint(),
          rate: this.nums.uint(),
          bits: this.nums.uint(),
          width: this.nums.uint(),
          height: this.nums.uint(),
        };
      case Op.SetHover:
        return { op, node: this.node(), active: this.node() };
      case Op.SetMedia:
        return { op, features: this.nums.uint() };
      case Op.SetConstructed:
        return { op, sheet: this.nums.uint(), base: this.string(), text: this.string() };
      case Op.SetAdopted:
        return { op, node: this.node(), sheets: this.string() };
      case Op.Arrange:
        return { op, parent: this.node(), runs: this.runs() };
      case Op.Verify:
        return { op, node: this.node(), scope: this.nums.uint(), hash: this.nums.uint() };
      default:
        return refuse('op');
    }
  }

  private node(): number {
    const node = this.lastNode + this.nodes.int();
    if (node < 0 || node > ID_MAX) refuse('number');
    this.lastNode = node;
    return node;
  }

  private name(): string {
    return nameAt(this.names, this.refs.uint());
  }

  private string(): string {
    const reference = this.refs.uint();
    this.uses += 1;
    if (this.uses > Limit.Values) refuse('limit');
    if (reference > this.fresh) refuse('reference');
    if (reference > 0) return this.strings[reference - 1] ?? refuse('reference');
    this.fresh += 1;
    return this.strings[this.fresh - 1] ?? refuse('reference');
  }

  private pairs(): [string, string][] {
    const count = this.nums.uint();
    if (count > Limit.Attributes) refuse('limit');
    const pairs: [string, string][] = [];
    for (let index = 0; index < count; index += 1) pairs.push([this.name(), this.string()]);
    return pairs;
  }

  /** Lengths, what each run comes after, all nodes by rising number, then for each node in its final place which of these it is. */
  private runs(): Run[] {
    const lengths = this.lengths();
    const total = lengths.reduce((sum, length) => sum + length, 0);
    this.inserted += total;
    if (this.inserted > Limit.Nodes) refuse('limit');
    const afters = lengths.map(() => this.node());
    const rising = this.rising(total);
    let rank = -1;
    return lengths.map((length, index) => {
      const nodes: number[] = [];
      for (let taken = 0; taken < length; taken += 1) {
        rank += 1 + this.nums.int();
        nodes.push(rising[rank] || refuse('reference'));
        rising[rank] = 0;
      }
      return { after: afters[index] as number, nodes };
    });
  }

  private lengths(): number[] {
    const count = this.nums.uint();
    if (count > this.nodes.left) refuse('truncated');
    let total = 0;
    return Array.from({ length: count }, () => {
      const length = this.nums.uint();
      if (length === 0) refuse('field');
      total += length;
      if (total > this.nodes.left) refuse('truncated');
      return length;
    });
  }

  private rising(count: number): number[] {
    let last = 0;
    return Array.from({ length: count }, () => {
      const node = this.node();
      if (node <= last) refuse('number');
      last = node;
      return node;
    });
  }

  private subtree(): InsertOp['nodes'] {
    const count = this.nums.uint();
    this.inserted += count;
    if (this.inserted > Limit.Nodes) refuse('limit');
    if (count > this.steps.left) refuse('truncated');
    const nodes: TreeNode[] = [];
    let depth = -1;
    for (let index = 0; index < count; index += 1) {
      depth = this.depth(depth);
      nodes.push(this.treeNode(depth));
    }
    return nodes;
  }

  private depth(before: number): number {
    const depth = before + 1 - this.steps.uint();
    if (depth < 0) refuse('step');
    return depth > Limit.Depth ? refuse('limit') : depth;
  }

  private treeNode(depth: number): TreeNode {
    const id = this.lastId + 1 + this.ids.int();
    if (id < 1 || id > ID_MAX) refuse('number');
    this.lastId = id;
    const code = this.codes.uint();
    if (code === NodeCode.Text) return { id, depth, code, shape: null, values: [this.string()] };
    if (code < NodeCode.FirstShape) return { id, depth, code, shape: null, values: [] };
    const shape = this.shapes[code - NodeCode.FirstShape] ?? refuse('reference');
    return { id, depth, code: NodeCode.FirstShape, shape, values: shape.attributes.map(() => this.string()) };
  }
}
