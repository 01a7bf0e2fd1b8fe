// The module of what visitors do with the page before their eyes: where their pointer and their focus are and what they have selected.

import type { Core } from '../../core';
import type { Known } from '../../node_ids';
import type { Page, Part } from '../../part';
import { give } from '../given';
import { Focus } from './focus';
import { Hovering } from './hovering';
import { Pointer } from './pointer';
import { Selected } from './selection';

export class Sight implements Part {
  private readonly focus: Focus;
  private readonly hovering: Hovering;
  private readonly pointer: Pointer;
  private readonly selected: Selected;

  constructor(page: Page) {
    this.focus = new Focus(page);
    this.hovering = new Hovering(page);
    this.pointer = new Pointer(page);
    this.selected = new Selected(page);
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
    for (const part of [this.focus, this.hovering, this.pointer, this.selected]) part.restart();
  }

  forget(known: Known): void {
    this.focus.forget(known);
    this.hovering.forget(known);
    this.selected.forget(known.id);
  }

  flush(): void {
    for (const part of [this.focus, this.hovering, this.pointer, this.selected]) part.flush();
  }

  stop(): void {
    this.selected.stop();
  }
}

export function open(given: Core): (page: Page) => Sight {
  give(given);
  return (page) => new Sight(page);
}
