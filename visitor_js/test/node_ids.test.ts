import { describe, expect, it } from 'vitest';
import { depthOf, documentOf, type Known, NodeIds, subtree } from '../src/node_ids';

// The mirror asks nothing of the nodes it is about.
const node = () => ({}) as Node;

function children(parent: Known): number[] {
  const ids: number[] = [];
  for (let child = parent.first; child; child = child.next) ids.push(child.id);
  return ids;
}

function page() {
  const ids = new NodeIds();
  const top = ids.document(node(), null, 0);
  const make = (parent: Known, after: Known | null) => ids.child(node(), parent, after, 0);
  const a = make(top, null);
  const b = make(top, a);
  const c = make(top, b);
  return { ids, top, make, a, b, c };
}

describe('the mirror of what the relay knows', () => {
  it('keeps the order of children through moves', () => {
    const { ids, top, a, b, c } = page();
    ids.move(c, top, null);
    expect(children(top)).toEqual([c.id, a.id, b.id]);
    ids.move(a, b, null);
    expect([children(top), children(b)]).toEqual([[c.id, b.id], [a.id]]);
    expect([top.last, b.last, depthOf(a)]).toEqual([b, a, 2]);
  });

  it('forgets a node with all below it, shadow roots and frames too, and tells of what is followed', () => {
    const { ids, top, make, a, b } = page();
    const below = make(b, null);
    const shadow = ids.shadowRoot(node(), below, 0);
    const inner = ids.document(node(), a, 0);
    const told: number[] = [];
    ids.onForget = ({ id }) => {
      told.push(id);
    };
    expect([...subtree(b)]).toEqual([b, below, shadow]);
    expect([documentOf(shadow), documentOf(inner)]).toEqual([top, inner]);
    ids.forget(b);
    expect(told).toEqual([6]);
    expect([b.id, below.id, shadow.id, ids.get(below.node)]).toEqual([0, 0, 0, undefined]);
    ids.forgetBelow(a);
    expect([a.inner, inner.id, ids.count]).toEqual([null, 0, 3]);
  });

  it('never gives a number twice in an epoch, and starts again with the next', () => {
    const { ids, top, make, c } = page();
    ids.forget(c);
    expect(make(top, null).id).toBe(5);
    ids.restart();
    expect(ids.document(node(), null, 0).id).toBe(1);
  });
});
