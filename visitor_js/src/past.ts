// Where nodes stood before they were removed. Records come late, when the page has changed again; what was secret by the
// place it had must stay so whatever happened to that place since.

import { composedParent } from './mask';

/** For each record, the chain of its target upwards in the tree as it was then; empty for records without removals. */
export function chainsThen(records: MutationRecord[]): Node[][] {
  const chains: Node[][] = [];
  // Walking back in time: what a node's parent was, where it is another one now.
  const parents = new Map<Node, Node | null>();
  let last: Node | null = null;
  let chain: Node[] = [];
  for (let i = records.length - 1; i >= 0; i--) {
    const { type, target, addedNodes, removedNodes } = records[i] as MutationRecord;
    if (type !== 'childList') continue;
    for (let k = 0; k < addedNodes.length; k++) parents.set(addedNodes[k] as Node, null);
    for (let k = 0; k < removedNodes.length; k++) parents.set(removedNodes[k] as Node, target);
    if (!removedNodes.length) continue;
    // A node's own children are never above it: the chain of the same target is the same.
    if (target !== last) chain = chainOf(target, parents);
    last = target;
    chains[i] = chain;
  }
  return chains;
}

function chainOf(target: Node, parents: Map<Node, Node | null>): Node[] {
  const chain: Node[] = [];
  for (let at: Node | null = target; at; ) {
    chain.push(at);
    const then: Node | null | undefined = parents.get(at);
    at = then === undefined ? composedParent(at) : then;
  }
  return chain;
}
