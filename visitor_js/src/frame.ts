// Writes the ops of one frame as docs/protocol.md says, byte for byte as the vectors have them. Knows nothing of the page.

import { DICTIONARY, FlagCode, Limit, MessageCode, NodeCode, Op, PROTOCOL_VERSION } from './names.gen';
import { Column } from './wire';

/** Bodies from here on are deflated: below, the time is worth more than the bytes. */
export const DEFLATE_FROM = 8192;
const SURROGATE = /[\ud800-\udfff]/;
const PAIR_OR_LONE_SURROGATE = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;

const dictionary = new Map(DICTIONARY.map((name, index) => [name, index]));
const encoder = new TextEncoder();

/** Text without lone surrogates: two of them from neighbours in the string table would otherwise melt into one character. */
function wellFormed(text: string): string {
  if (!SURROGATE.test(text)) return text;
  return text.replace(PAIR_OR_LONE_SURROGATE, (found) => (found.length === 2 ? found : '\ufffd'));
}

export class FrameWriter {
  /** Number of ops so far. */
  count = 0;
  private kinds = new Column();
  private nodes = new Column();
  readonly nums = new Column();
  private refs = new Column();
  private shapeOf = new Column();
  private steps = new Column();
  private ids = new Column();
  private names = new Map<string, number>();
  private shapes = new Map<string, number>();
  private shapeTable = new Column();
  private strings = new Map<string, number>();
  private lengths = new Column();
  private texts: string[] = [];
  private textUnits = 0;
  private lastNode = 0;
  private lastId = 0;
  private inserted = 0;
  private depth = -1;

  /** Roughly the bytes of the body so far. */
  get size(): number {
    return this.textUnits + this.refs.length + this.nodes.length + this.nums.length + this.shapeOf.length * 3;
  }

  /** Whether a name may still be used: a frame's table of names has a limit. */
  takes(name: string): boolean {
    return dictionary.has(name) || this.names.has(name) || this.names.size < Limit.Names;
  }

  document(
    node: number,
    frame: number,
    address: string,
    base: string,
    title: string,
    doctype: string,
    quirks: number,
  ): void {
    this.op(Op.Document, node);
    this.node(frame);
    this.string(address);
    this.string(base);
    this.string(title);
    this.string(doctype);
    this.nums.uint(quirks);
  }

  beginInsert(parent: number, after: number): void {
    this.op(Op.Insert, parent);
    this.node(after);
    this.inserted = 0;
    this.depth = -1;
  }

  /** An element of the running insert; `depth` 0 for its top nodes. */
  element(id: number, depth: number, namespace: number, tag: string, names: string[], values: string[]): void {
    this.subtreeNode(id, depth, NodeCode.FirstShape + this.shape(namespace, tag, names));
    for (const value of values) this.string(value);
  }

  text(id: number, depth: number, data: string): void {
    this.subtreeNode(id, depth, NodeCode.Text);
    this.string(data);
  }

  shadow(id: number, depth: number, closed = false): void {
    this.subtreeNode(id, depth, closed ? NodeCode.ShadowClosed : NodeCode.ShadowOpen);
  }

  endInsert(): void {
    this.nums.uint(this.inserted);
  }

  move(node: number, count: number, parent: number, after: number): void {
    this.op(Op.Move, node);
    this.nums.uint(count);
    this.node(parent);
    this.node(after);
  }

  remove(node: number, count: number): void {
    this.op(Op.Remove, node);
    this.nums.uint(count);
  }

  setText(node: number, text: string): void {
    this.op(Op.SetText, node);
    this.string(text);
  }

  setAttribute(node: number, name: string, value: string): void {
    this.op(Op.SetAttribute, node);
    this.name(name);
    this.string(value);
  }

  removeAttribute(node: number, name: string): void {
    this.op(Op.RemoveAttribute, node);
    this.name(name);
  }

  setAttributes(node: number, names: string[], values: string[]): void {
    this.op(Op.SetAttributes, node);
    this.nums.uint(names.length);
    for (let i = 0; i < names.length; i++) {
      this.name(names[i] as string);
      this.string(values[i] as string);
    }
  }

  setValue(node: number, value: string): void {
    this.op(Op.SetValue, node);
    this.string(value);
  }

  setState(node: number, bits: number): void {
    this.op(Op.SetState, node);
    this.nums.uint(bits);
  }

  setScroll(node: number, left: number, top: number): void {
    this.op(Op.SetScroll, node);
    this.nums.int(left);
    this.nums.int(top);
  }

  setSheet(node: number, base: string, text: string): void {
    this.op(Op.SetSheet, node);
    this.string(base);
    this.string(text);
  }

  setMask(node: number, level: number, label: string, width: number, height: number): void {
    this.op(Op.SetMask, node);
    this.nums.uint(level);
    this.string(label);
    this.nums.uint(width);
    this.nums.uint(height);
  }

  setPlaceholder(node: number, reason: number): void {
    this.op(Op.SetPlaceholder, node);
    this.nums.uint(reason);
  }

  lift(node: number): void {
    this.op(Op.Lift, node);
  }

  setMedia(features: number): void {
    this.op(Op.SetMedia);
    this.nums.uint(features);
  }

  setViewport(width: number, height: number, ratio: number): void {
    this.op(Op.SetViewport);
    this.nums.uint(width);
    this.nums.uint(height);
    this.nums.uint(ratio);
  }

  setTitle(node: number, title: string): void {
    this.op(Op.SetTitle, node);
    this.string(title);
  }

  setAddress(node: number, address: string, base: string): void {
    this.op(Op.SetAddress, node);
    this.string(address);
    this.string(base);
  }

  /** The body: the four tables. */
  body(): Uint8Array<ArrayBuffer> {
    const body = new Column();
    const names = [...this.names.keys()].map((name) => encoder.encode(name));
    body.uint(names.length);
    for (const name of names) body.uint(name.length);
    for (const name of names) body.append(name);
    body.uint(this.shapes.size);
    body.append(this.shapeTable.view());
    const text = encoder.encode(this.texts.join(''));
    body.uint(this.texts.length);
    body.append(this.lengths.view());
    body.uint(text.length);
    body.append(text);
    this.columns(body);
    return body.view();
  }

  private columns(body: Column): void {
    const columns = [this.kinds, this.nodes, this.nums, this.refs, this.shapeOf, this.steps, this.ids];
    body.uint(this.count);
    for (const column of columns) body.uint(column.length);
    for (const column of columns) body.append(column.view());
  }

  op(code: number, node?: number): void {
    this.count++;
    this.kinds.uint(code);
    if (node !== undefined) this.node(node);
  }

  node(id: number): void {
    this.nodes.int(id - this.lastNode);
    this.lastNode = id;
  }

  private nameNumber(name: string): number {
    const known = dictionary.get(name) ?? this.names.get(name);
    if (known !== undefined) return known;
    const number = dictionary.size + this.names.size;
    this.names.set(name, number);
    return number;
  }

  private name(name: string): void {
    this.refs.uint(this.nameNumber(name));
  }

  string(text: string): void {
    const known = this.strings.get(text);
    if (known !== undefined) {
      this.refs.uint(known);
      return;
    }
    this.strings.set(text, this.strings.size + 1);
    this.texts.push(wellFormed(text));
    this.lengths.uint(text.length);
    this.textUnits += text.length;
    this.refs.uint(0);
  }

  private shape(namespace: number, tag: string, names: string[]): number {
    // No tag and no attribute has a NUL in its name: neither the parser nor the DOM's methods allow it.
    const key = names.length === 0 ? `${namespace}${tag}` : `${namespace}${tag}\0${names.join('\0')}`;
    const known = this.shapes.get(key);
    if (known !== undefined) return known;
    this.shapeTable.uint(namespace);
    this.shapeTable.uint(this.nameNumber(tag));
    this.shapeTable.uint(names.length);
    for (const name of names) this.shapeTable.uint(this.nameNumber(name));
    this.shapes.set(key, this.shapes.size);
    return this.shapes.size - 1;
  }

  private subtreeNode(id: number, depth: number, code: number): void {
    this.inserted++;
    this.steps.uint(depth === this.depth + 1 ? 0 : 1 + this.depth - depth);
    this.depth = depth;
    this.ids.int(id - this.lastId - 1);
    this.lastId = id;
    this.shapeOf.uint(code);
  }
}

export interface Head {
  epoch: number;
  sequence: number;
  partial?: boolean;
}

/** The bytes of a frame: its head and its body. */
export function frame(head: Head, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = headed(head, 0);
  bytes.append(body);
  return bytes.view();
}

/** The same, with its body deflated, where the browser can and where it is not so repetitive that the relay would take it for a bomb. */
export async function deflatedFrame(head: Head, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof CompressionStream === 'undefined') return frame(head, body);
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  if (packed.length * (Limit.InflateRatio - 1) < body.length || packed.length >= body.length) return frame(head, body);
  const bytes = headed(head, FlagCode.Deflated);
  bytes.uint(body.length);
  bytes.append(packed);
  return bytes.view();
}

function headed(head: Head, flags: number): Column {
  const bytes = new Column();
  bytes.uint(MessageCode.VisitorFrame);
  bytes.uint(PROTOCOL_VERSION);
  bytes.uint(flags | (head.partial ? FlagCode.Partial : 0));
  bytes.uint(head.epoch);
  bytes.uint(head.sequence);
  bytes.uint(0);
  return bytes;
}
