// What the browser's records of some ticks come to: which nodes may have another place, which attributes and texts may have
// another content, and what the masks have to look at again. Keeps no order and no values: both are read when the batch is made.

import { Changes, type Masks } from './mask';
import { MaskCode } from './names.gen';
import { localName, nodeType, parentNode } from './native';
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
    if (records.length === 0) return;
    const changes = this.changesOf(root);
    if (this.masks.any) this.keepSecrets(records);
    for (const record of records) {
      if (record.type === 'childList') this.addChildren(record, changes);
      else if (record.type === 'attributes') this.addAttribute(record, changes);
      else this.addText(record.target, changes);
    }
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
    for (let i = 0; i < records.length; i++) {
      const level = this.masks.highest(chains[i] ?? []);
      const { removedNodes } = records[i] as MutationRecord;
      for (let k = 0; level > 0 && k < removedNodes.length; k++) this.masks.raise(removedNodes[k] as Node, level);
    }
  }

  private addChildren(record: MutationRecord, changes: Changes): void {
    const { target, addedNodes, removedNodes } = record;
    for (let i = 0; i < removedNodes.length; i++) {
      this.touched.add(removedNodes[i] as Node);
    }
    for (let i = 0; i < addedNodes.length; i++) {
      const node = addedNodes[i] as Node;
      this.touched.add(node);
      changes.added.add(node);
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
