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

/** `playback`: time, duration, rate, bits, width and height. */
export function setPlayback(writer: FrameWriter, node: number, playback: number[]): void {
  writer.op(Op.SetPlayback, node);
  for (const number of playback) writer.nums.uint(number);
}

export function setSelection(writer: FrameWriter, node: number, offset: number, end: number, endOffset: number): void {
  writer.op(Op.SetSelection, node);
  writer.nums.uint(offset);
  writer.node(end);
  writer.nums.uint(endOffset);
}

export function setAnimation(writer: FrameWriter, node: number, text: string): void {
  writer.op(Op.SetAnimation, node);
  writer.string(text);
}

export function setClock(writer: FrameWriter, time: number): void {
  writer.op(Op.SetClock);
  writer.nums.uint(time);
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
