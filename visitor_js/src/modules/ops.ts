// Writes the ops that only modules write, as docs/protocol.md says; each module holds those that it needs.

import type { FrameWriter } from '../frame';
import { Op } from '../names.gen';

export function setFocus(writer: FrameWriter, node: number): void {
  writer.op(Op.SetFocus, node);
}

export function setHover(writer: FrameWriter, node: number, active: number): void {
  writer.op(Op.SetHover, node);
  writer.node(active);
}

export function setPointer(writer: FrameWriter, x: number, y: number, down: number): void {
  writer.op(Op.SetPointer);
  writer.nums.int(x);
  writer.nums.int(y);
  writer.nums.uint(down);
}

export function setTile(writer: FrameWriter, node: number, column: number, row: number, picture: string): void {
  writer.op(Op.SetTile, node);
  writer.nums.uint(column);
  writer.nums.uint(row);
  writer.string(picture);
}

export function setConstructed(writer: FrameWriter, sheet: number, base: string, text: string): void {
  writer.op(Op.SetConstructed);
  writer.nums.uint(sheet);
  writer.string(base);
  writer.string(text);
}

export function setAdopted(writer: FrameWriter, node: number, sheets: string): void {
  writer.op(Op.SetAdopted, node);
  writer.string(sheets);
}
