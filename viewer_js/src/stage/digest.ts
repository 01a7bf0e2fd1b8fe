// Hashes of what really stands in this document (docs/protocol.md, "Drift"), as relay_core/src/digest.rs computes them of its tree.

import { MaskCode, NodeCode, ScopeCode } from '../names.gen';
import type { Builder } from './build';
import type { Films } from './films';
import { Digest } from './hash';
import { MASK_ATTRIBUTE, MASK_WORDS } from './look';
import { getAttribute, getData, page } from './natives';
import type { Places } from './places';
import { refuse } from './refusal';

/** Masks that give their element a size by its style. */
const BOXED = new Set([MASK_WORDS[MaskCode.Hide], MASK_WORDS[MaskCode.Block]]);
/** Nodes hashed between two chances to stop. */
const NODES_PER_STEP = 64;

export class Digests {
  constructor(
    private readonly places: Places,
    private readonly builder: Builder,
    private readonly films: Films,
  ) {}

  /** The hash of a node in a scope of ScopeCode. */
  *of(node: Node, scope: number): Generator<void, number, void> {
    if (scope === ScopeCode.Content) return this.content(node);
    if (scope === ScopeCode.Children) return this.children(node);
    if (scope === ScopeCode.Subtree) return yield* this.subtree(node);
    return refuse('field');
  }

  private *subtree(top: Node): Generator<void, number, void> {
    const digest = new Digest();
    let seen = 0;
    for (const [node, above] of this.preorder(top)) {
      digest.number(this.places.idOf(node));
      digest.number(above === null ? 0 : this.places.idOf(above));
      digest.number(this.content(node));
      seen += 1;
      if (seen % NODES_PER_STEP === 0) yield;
    }
    return digest.value;
  }

  /** Every node with the one it is below. */
  private *preorder(top: Node): Generator<readonly [Node, Node | null], void, void> {
    const open: (readonly [Node, Node | null])[] = [[top, null]];
    for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
      yield entry;
      const [node] = entry;
      const below = [...this.places.childrenOf(node)];
      const shadow = this.shadowOf(node);
      if (shadow !== undefined) below.unshift(shadow);
      for (const child of below.reverse()) open.push([child, node]);
    }
  }

  private shadowOf(node: Node): Node | undefined {
    const shadow = node instanceof Element ? this.places.shadowOf(node) : undefined;
    return shadow !== undefined && this.places.isHeld(shadow) ? shadow : undefined;
  }

  private children(node: Node): number {
    const digest = new Digest();
    const shadow = this.shadowOf(node);
    digest.number(shadow === undefined ? 0 : this.places.idOf(shadow));
    for (const child of this.places.childrenOf(node)) digest.number(this.places.idOf(child));
    return digest.value;
  }

  private content(node: Node): number {
    const digest = new Digest();
    if (node instanceof Element) this.element(node, digest);
    else if (node instanceof CharacterData) {
      digest.number(NodeCode.Text + 1);
      digest.text(getData(node));
    } else if (node !== page) {
      digest.number((this.places.isClosed(node) ? NodeCode.ShadowClosed : NodeCode.ShadowOpen) + 1);
    }
    return digest.value;
  }

  private element(element: Element, digest: Digest): void {
    const [namespace, tag] = this.builder.nameOf(element);
    digest.number(NodeCode.FirstShape + 1);
    digest.number(namespace);
    digest.text(tag);
    let sum = 0;
    const boxed = BOXED.has(getAttribute(element, MASK_ATTRIBUTE) ?? '');
    for (const name of this.builder.ownAttributes(element)) {
      const value = this.films.own(element, name);
      if (value === null || (boxed && name === 'style')) continue;
      const attribute = new Digest();
      attribute.text(name);
      attribute.text(value);
      sum = (sum + attribute.value) | 0;
    }
    digest.number(sum);
  }
}
