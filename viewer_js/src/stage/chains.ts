// What the visitor's pointer hovers and presses and what has the focus, with all that this counts for above it: style sheets come
// with attributes in place of `:hover` and its like, and here they are set. The agent's own pointer never does that.

import {
  type Assigned,
  controlOf,
  getAssignedSlot,
  getParent,
  hasAttribute,
  removeAttribute,
  setAttribute,
} from './natives';

const PREFIX = 'data-cobrowse-';

/** One state with the elements that have it. */
class Chain {
  private held = new Set<Element>();

  constructor(private readonly name: string) {}

  hold(elements: Iterable<Element>): void {
    const now = new Set(elements);
    for (const element of this.held) if (!now.has(element)) removeAttribute(element, this.name);
    for (const element of now) if (!hasAttribute(element, this.name)) setAttribute(element, this.name, '');
    this.held = now;
  }
}

export class Chains {
  private readonly hovered = new Chain(`${PREFIX}hover`);
  private readonly active = new Chain(`${PREFIX}active`);
  private readonly focused = new Chain(`${PREFIX}focus`);
  private readonly within = new Chain(`${PREFIX}focus-within`);

  constructor(private readonly hostOf: (root: Node) => Element | undefined) {}

  hover(element: Element | null, active: Element | null): void {
    this.hovered.hold(withControls(this.upwards(element)));
    this.active.hold(withControls(this.upwards(active)));
  }

  focus(element: Element | null): void {
    this.focused.hold(element === null ? [] : [element]);
    this.within.hold(this.upwards(element));
  }

  /** An element and all above it in the flat tree: slots before parents, hosts above shadow roots. */
  private *upwards(element: Element | null): Generator<Element, void, void> {
    for (let node: Node | null = element; node !== null; node = this.above(node))
      if (node instanceof Element) yield node;
  }

  private above(node: Node): Node | null {
    const slot = node instanceof Element ? getAssignedSlot(node as Assigned) : null;
    return slot ?? this.hostOf(node) ?? getParent(node);
  }
}

/** The control that a label is of is hovered and pressed with it. */
function* withControls(elements: Iterable<Element>): Generator<Element, void, void> {
  for (const element of elements) {
    yield element;
    const control = element instanceof HTMLLabelElement ? controlOf(element) : null;
    if (control !== null) yield control;
  }
}
