// A look that comes and goes without touching the tree: of the masked place under the agent's pointer.

import { HOVER_LOOK, MASK_ATTRIBUTE } from './look';
import { animate, getElementsFromPoint, getParent, hasAttribute, page } from './natives';

/** One element that has a look, by an animation without end; at most one at a time. */
class Mark {
  private at: Element | null = null;
  private shown: Animation | null = null;

  constructor(private readonly look: Keyframe) {}

  put(element: Element | null): void {
    if (element === this.at) return;
    this.shown?.cancel();
    this.at = element;
    this.shown = element === null ? null : animate(element, [this.look, this.look], { duration: 1, fill: 'forwards' });
  }
}

export class Marks {
  private readonly hover = new Mark(HOVER_LOOK);

  /** The agent's pointer, in px of this document; null: not here. */
  point(at: readonly [number, number] | null): void {
    this.hover.put(at === null ? null : maskedAt(at[0], at[1]));
  }
}

function maskedAt(x: number, y: number): Element | null {
  for (let node: Node | null = getElementsFromPoint(page, x, y)[0] ?? null; node !== null; node = getParent(node)) {
    if (node instanceof Element && hasAttribute(node, MASK_ATTRIBUTE)) return node;
  }
  return null;
}
