// The module of what visitors do with the page before their eyes: where their pointer and their focus are.

import type { Core } from '../../core';
import type { Known } from '../../node_ids';
import type { Page, Part } from '../../part';
import { give } from '../given';
import { Focus } from './focus';
import { Hovering } from './hovering';
import { Pointer } from './pointer';

export class Sight implements Part {
  private readonly focus: Focus;
  private readonly hovering: Hovering;
  private readonly pointer: Pointer;

  constructor(page: Page) {
    this.focus = new Focus(page);
    this.hovering = new Hovering(page);
    this.pointer = new Pointer(page);
  }

  /** Something happened at a node, by event name. */
  hear(type: string, target: Node, event: Event): void {
    if (type.startsWith('focus')) this.focus.touch();
    else if (!type.startsWith('pointer')) this.focus.touchTarget();
    else {
      this.hovering.point(event as PointerEvent, target);
      if (type !== 'pointerout') this.pointer.point(event as PointerEvent, target);
    }
  }

  restart(): void {
    for (const part of [this.focus, this.hovering, this.pointer]) part.restart();
  }

  forget(known: Known): void {
    this.focus.forget(known);
    this.hovering.forget(known);
  }

  flush(): void {
    for (const part of [this.focus, this.hovering, this.pointer]) part.flush();
  }

  stop(): void {}
}

export function open(given: Core): (page: Page) => Sight {
  give(given);
  return (page) => new Sight(page);
}
