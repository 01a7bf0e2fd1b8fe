// What the browser's records of some ticks come to: which nodes may have another place, which attributes and texts may have
// another content, and what the masks have to look at again. Keeps no order and no values: both are read when the batch is made.

import { Changes, type Masks } from './mask';
import { MaskCode } from './names.gen';
import { firstChild, localName, nextSibling, nodeType, parentNode, shadowRootOf } from './native';
import { chainsThen } from './past';
import { SUPPRESS } from './snapshot';

export class Dirt {
  /** Nodes that were added or removed somewhere. */
  touched = new Set<Node>();
  /** Names of changed attributes with the value before the first change; the name `*` stands for all. */
  attributes = new Map<Element, Map<string, string | null>>();
  texts = new Set<Node>();
  changes = new Map<Node, Changes>();

  constructor(
    private readonly masks: Masks,
    /** The content of a style element or text area, read elsewhere as a whole, has changed. */
    private readonly onContent: (owner: Element) => void,
  ) {}

  get empty(): boolean {
    return this.touched.size === 0 && this.attributes.size === 0 && this.texts.size === 0 && this.changes.size === 0;
  }

  add(root: Node, records: MutationRecord[]): void {
    if (!records.length) return;
    const changes = this.changesOf(root);
    const level = this.masks.highest([root]);
    for (const record of records) {
      if (record.type === 'childList') this.addChildren(record, changes, level);
      else if (record.type === 'attributes') this.addAttribute(record, changes);
      else this.addText(record.target, changes);
    }
    this.keepSecrets(records);
  }

  /** The changes for the masks, taken out: they are looked at before anything is sent, whatever the budget. */
  takeChanges(): Map<Node, Changes> {
    const { changes } = this;
    this.changes = new Map();
    return changes;
  }

  private changesOf(root: Node): Changes {
    let changes = this.changes.get(root);
    if (!changes) {
      changes = new Changes();
      this.changes.set(root, changes);
    }
    return changes;
  }

  /** What was under a mask takes it along, wherever it turns up again. */
  private keepSecrets(records: MutationRecord[]): void {
    const chains = chainsThen(records);
    const { masks } = this;
    masks.check(chains.flat());
    for (let i = 0; masks.any && i < records.length; i++) {
      const level = masks.highest(chains[i] ?? []);
      const { removedNodes } = records[i] as MutationRecord;
      for (let k = 0; k < removedNodes.length; k++) {
        masks.raise(removedNodes[k] as Node, level);
        this.keepBelow(removedNodes[k] as Node, level);
      }
      this.keepTexts(records[i] as MutationRecord);
    }
  }

  /** A part may be taken out of what has been removed when no record tells of it any more. */
  keepBelow(top: Node, level: number): void {
    const { masks } = this;
    const rest: [Node, number][] = [[top, level]];
    for (let next = rest.pop(); next; next = rest.pop()) {
      const [node] = next;
      const own = Math.max(next[1], masks.highest([node]));
      masks.keep(node, own);
      const root = nodeType(node) === Node.ELEMENT_NODE && shadowRootOf(node as Element);
      for (const parent of [node, root])
        for (let child = parent && firstChild(parent); child; child = nextSibling(child)) rest.push([child, own]);
    }
  }

  /** A masked text outside of masked elements, split or joined with its neighbours, masks them: they have its content now. */
  private keepTexts({ addedNodes, removedNodes, previousSibling, nextSibling }: MutationRecord): void {
    const row = [previousSibling, ...addedNodes, ...removedNodes, nextSibling].filter(isText);
    const level = this.masks.highest(row);
    if (level > 0) for (const text of row) this.masks.raise(text, level);
  }

  private addChildren(record: MutationRecord, changes: Changes, level: number): void {
    const { target, addedNodes, removedNodes } = record;
    for (let i = 0; i < removedNodes.length; i++) {
      this.touched.add(removedNodes[i] as Node);
    }
    for (let i = 0; i < addedNodes.length; i++) {
      const node = addedNodes[i] as Node;
      this.touched.add(node);
      changes.added.add(node);
      // Of a hidden root: what was in it once is masked wherever it goes, also when the root is no more.
      if (level >= MaskCode.Hide) this.keepBelow(node, level);
    }
    changes.parents.add(target);
    this.content(target);
  }

  private addAttribute(record: MutationRecord, changes: Changes): void {
    const element = record.target as Element;
    const name = record.attributeNamespace ? '*' : (record.attributeName as string);
    let names = this.attributes.get(element);
    if (!names) {
      names = new Map();
      this.attributes.set(element, names);
    }
    if (!names.has(name)) names.set(name, record.oldValue);
    let changed = changes.attributes.get(element);
    if (!changed) {
      changed = new Map();
      changes.attributes.set(element, changed);
    }
    const local = record.attributeName as string;
    if (!changed.has(local)) changed.set(local, record.oldValue);
    if (name === SUPPRESS) this.touched.add(element);
    this.masks.checkThen(element, local, record.oldValue);
    if (name === 'type' && /^password$/i.test(record.oldValue ?? '')) this.masks.raise(element, MaskCode.Text);
  }

  private addText(text: Node, changes: Changes): void {
    this.texts.add(text);
    const parent = parentNode(text);
    if (!parent) return;
    changes.texts.add(parent);
    this.content(parent);
  }

  private content(node: Node): void {
    if (nodeType(node) !== Node.ELEMENT_NODE) return;
    const tag = localName(node as Element);
    if (tag === 'style' || tag === 'textarea') this.onContent(node as Element);
  }
}

function isText(node: Node | null): node is Text {
  return node !== null && nodeType(node) === Node.TEXT_NODE;
}
