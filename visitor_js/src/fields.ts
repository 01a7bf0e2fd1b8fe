// Properties that a form control, option, dialog or popover has beside its attributes. Events and the page's own setters say
// which may have changed; since a framework can set a value past both, some of all others are read again with each flush.

import type { Draft } from './draft';
import { emittedState, emittedValue, impliedValue, isUndefined } from './emit';
import type { Masks } from './mask';
import { MaskCode, StateCode } from './names.gen';
import {
  chosenOptions,
  closest,
  hasAttribute,
  isConnected,
  isSelected,
  localName,
  selectOptions,
  whenDefined,
} from './native';
import type { Known, NodeIds } from './node_ids';

/** Controls that are read again with every flush, in turn. */
const REREAD = 256;
const FIELDS = new Set(['input', 'textarea', 'select', 'option', 'dialog']);

const LAYER = StateCode.Modal | StateCode.Popover | StateCode.Fullscreen;

interface Sent {
  value: string | null;
  bits: number;
}

export class Fields {
  private sent = new Map<Known, Sent>();
  private inTurn: Known[] = [];
  private turn = 0;
  private dirty = new Set<Known>();
  private all = false;
  /** What came to the top of the top layer, in that order; it may have left it since. */
  private readonly layer = new Set<Node>();
  private lifted = new Set<Node>();

  constructor(
    private readonly ids: NodeIds,
    private readonly masks: Masks,
    private readonly draft: Draft,
    private readonly onChange: () => void,
  ) {}

  arrive(known: Known): void {
    const element = known.node as Element;
    if (FIELDS.has(localName(element)) || hasAttribute(element, 'popover')) this.follow(known);
    else if (isUndefined(element)) this.awaitDefinition(known);
  }

  /** An element that has, or may have, a state beside its attributes. */
  follow(known: Known): void {
    const element = known.node as Element;
    if (this.sent.has(known)) {
      this.dirty.add(known);
      return;
    }
    known.followed = true;
    this.sent.set(known, { value: impliedValue(element, known.level), bits: impliedState(element) });
    this.inTurn.push(known);
    this.send(known);
  }

  private awaitDefinition(known: Known): void {
    this.follow(known);
    whenDefined(localName(known.node as Element)).then(
      () => {
        if (known.id) this.dirty.add(known);
        this.onChange();
      },
      () => undefined,
    );
  }

  forget(known: Known): void {
    if (!this.sent.delete(known)) return;
    this.dirty.delete(known);
  }

  /** The element may have other properties now. */
  touch(node: Node): void {
    const known = this.ids.get(node);
    if (known && this.sent.has(known)) this.dirty.add(known);
  }

  restart(): void {
    this.lifted = new Set(this.layer);
  }

  /** Comes to the top of the top layer, or leaves it. */
  lift(node: Node): void {
    for (const other of this.layer) if (!isConnected(other)) this.layer.delete(other);
    this.layer.delete(node);
    this.layer.add(node);
    this.lifted.delete(node);
    this.lifted.add(node);
  }

  touchAll(): void {
    this.all = true;
  }

  flush(): void {
    if (this.all) for (const known of this.sent.keys()) this.dirty.add(known);
    this.all = false;
    this.takeTurn();
    for (const node of this.lifted) this.sendLift(node);
    for (const known of this.dirty) {
      this.send(known);
      this.sendOptions(known);
    }
    this.dirty.clear();
  }

  private sendLift(node: Node): void {
    const known = this.ids.get(node);
    // What is not sent yet will be.
    if (known || !isConnected(node)) this.lifted.delete(node);
    if (!known || known.level >= MaskCode.Hide) return;
    this.follow(known);
    this.send(known);
    if (emittedState(node as Element, known.level) & LAYER) this.draft.writer.lift(known.id);
    else this.layer.delete(node);
  }

  private takeTurn(): void {
    if (this.turn >= this.inTurn.length) {
      this.inTurn = this.inTurn.filter((known) => known.id !== 0);
      this.turn = 0;
    }
    const end = Math.min(this.turn + REREAD, this.inTurn.length);
    for (; this.turn < end; this.turn++) {
      const known = this.inTurn[this.turn] as Known;
      if (known.id) this.send(known);
    }
  }

  private sendOptions(known: Known): void {
    if (localName(known.node as Element) !== 'select') return;
    for (const option of selectOptions(known.node as Element)) {
      const entry = this.ids.get(option);
      if (entry && this.sent.has(entry)) this.send(entry);
    }
  }

  private send(known: Known): void {
    const sent = this.sent.get(known) as Sent;
    const element = known.node as Element;
    const secret = known.level === MaskCode.Plain && this.choosesSecret(element);
    const value = secret ? sent.value && '' : emittedValue(element, known.level);
    if (value !== null && value !== sent.value) {
      sent.value = value;
      this.draft.writer.setValue(known.id, value);
    }
    const bits = secret ? 0 : emittedState(element, known.level);
    if (bits !== sent.bits) {
      sent.bits = bits;
      this.draft.writer.setState(known.id, bits);
    }
  }

  /** Whether what is chosen in a select, or with an option in its select, is masked: then nothing of the choice is told. */
  private choosesSecret(element: Element): boolean {
    const select = /^(select|option)$/.test(localName(element)) && closest(element, 'select');
    if (!select || (select !== element && !isSelected(element))) return false;
    return [...chosenOptions(select)].some((option) => this.masks.effective(option) > MaskCode.Plain);
  }
}

/** −1 where an attribute sets a state of its own at the other end, so that the real one is always said. */
function impliedState(element: Element): number {
  return hasAttribute(element, 'checked') || hasAttribute(element, 'selected') ? -1 : 0;
}
