// One case per op: the tree of a page, in this document. Fetches nothing, parses nothing, knows no credentials.

import { MaskCode, Op, QuirksCode } from '../names.gen';
import { Adopted, listed } from './adopted';
import { HTML } from './allow';
import { Builder } from './build';
import { Chains } from './chains';
import { Digests } from './digest';
import { Drawings } from './drawings';
import { States, setValue } from './fields';
import { Films } from './films';
import { LAYERS } from './look';
import { Marks } from './marks';
import { Masks } from './masks';
import { Motions } from './motion';
import { appendChild, createElementNS, movesInPlace, page, setData, setTextContent } from './natives';
import type { Nests } from './nests';
import type {
  AnyOp,
  ArrangeOp,
  DocumentOp,
  InsertOp,
  MoveOp,
  RemoveOp,
  SetAttributesOp,
  SetClockOp,
  SetConstructedOp,
  SetFocusOp,
  SetHoverOp,
  SetMaskOp,
  SetMediaOp,
  SetPointerOp,
  SetSelectionOp,
  SetSheetOp,
  SetTileOp,
  SetViewportOp,
  VerifyOp,
} from './ops';
import { Places, twice } from './places';
import { refuse } from './refusal';
import { Scrolls } from './scroll';
import { Selected } from './selected';
import type { Work } from './slice';
import { Tip } from './tip';
import type { Viewport } from './viewport';

/** Ops on a node of this document. */
type NodeOp = Exclude<
  AnyOp,
  | InsertOp
  | ArrangeOp
  | DocumentOp
  | SetFocusOp
  | SetHoverOp
  | SetMediaOp
  | SetSelectionOp
  | SetClockOp
  | SetConstructedOp
  | SetPointerOp
  | SetViewportOp
>;

/** The relay will ask again. */
const DRIFTS_TOLD = 32;

/** The document at hand is laid out in another mode than this stage. */
export class OtherMode extends Error {
  constructor(readonly quirks: number) {
    super('other mode');
  }
}

export class Page {
  readonly marks = new Marks();
  private readonly places = new Places();
  private readonly states = new States();
  private readonly masks = new Masks(this.places);
  private readonly films = new Films();
  private readonly motions = new Motions();
  private readonly selected = new Selected();
  private readonly tip = new Tip((root) => this.places.hostOf(root));
  private readonly drawings = new Drawings();
  private readonly scrolls = new Scrolls();
  private readonly chains = new Chains((root) => this.places.hostOf(root));
  private readonly adopted: Adopted;
  private readonly builder: Builder;
  private readonly digests: Digests;
  private readonly doubts: VerifyOp[] = [];
  private gone: number[] = [];

  constructor(
    private readonly nests: Nests,
    private readonly viewport: Viewport,
    /** The mode this stage is laid out in, a code of QuirksCode. */
    private readonly quirks: number,
    assets: string,
    look: CSSStyleSheet | null,
  ) {
    this.adopted = new Adopted(look);
    this.builder = new Builder(this.places, assets, look);
    this.digests = new Digests(this.places, this.builder, this.films);
    this.scrolls.watch();
  }

  /** Nodes that have left since this was asked last. */
  takeGone(): number[] {
    const gone = this.gone;
    this.gone = [];
    return gone;
  }

  /** The last size of the viewport that `ops` tell: asked for first, so that content is never laid out for another. */
  prepare(ops: readonly AnyOp[]): void {
    for (let index = ops.length - 1; index >= 0; index -= 1) {
      const op = ops[index] as AnyOp;
      if (op.op !== Op.SetViewport) continue;
      this.viewport.set(op.width, op.height);
      return;
    }
  }

  /**
   * Applies ops in order; stops between two nodes or ops wherever it is not asked to go on. Where they mend what is otherwise
   * than it should be, new nodes take the place of what has their numbers, wherever that is.
   */
  *apply(ops: readonly AnyOp[], mends: boolean): Work {
    this.places.evict = mends ? (old) => this.evict(old) : twice;
    this.nests.mends = mends;
    for (const op of ops) {
      if (op.op === Op.Insert) yield* this.insert(op);
      else this.one(op);
      yield;
    }
  }

  /** What can be done only when all ops of a frame are: in the document, in the layout, in the nested stages. */
  async settle(): Promise<void> {
    this.places.showRoot();
    this.masks.settle();
    this.states.settle();
    const nested = this.nests.flush();
    await this.viewport.settled();
    await Promise.all([this.drawings.settle(), this.films.settle()]);
    this.scrolls.restore();
    this.motions.settle();
    this.selected.settle();
    this.states.draw();
    await nested;
  }

  /** Ops that concern the page as a whole, or one document of it. */
  private one(op: Exclude<AnyOp, InsertOp>): void {
    switch (op.op) {
      case Op.SetPointer:
        this.setPointer(op);
        break;
      case Op.SetViewport:
        // Done by `prepare`.
        break;
      case Op.SetFocus:
        this.setFocus(op);
        break;
      case Op.SetHover:
        this.setHover(op);
        break;
      case Op.SetSelection:
        this.setSelection(op);
        break;
      case Op.SetClock:
        this.motions.setClock(op.time);
        this.nests.broadcast(op);
        break;
      case Op.SetMedia:
        // In the sheets already.
        break;
      case Op.SetConstructed:
        this.adopted.set(op.sheet, op.text);
        this.nests.constructed(op);
        break;
      case Op.Document:
        this.document(op);
        break;
      case Op.Arrange:
        if (!this.nests.forward(op.parent, op)) this.arrange(op);
        break;
      default:
        this.prepareNest(op);
        if (!this.nests.forward(op.node, op)) this.onNode(op);
    }
  }

  private onNode(op: NodeOp): void {
    switch (op.op) {
      case Op.Move:
        this.move(op);
        break;
      case Op.Remove:
        this.remove(op);
        break;
      case Op.SetText:
        setData(this.text(op.node), op.text);
        break;
      case Op.SetAttribute:
        this.builder.setAttribute(this.places.element(op.node), op.name, op.value);
        this.attributesSet(op.node);
        break;
      case Op.RemoveAttribute:
        this.builder.removeAttribute(this.places.element(op.node), op.name);
        this.attributesSet(op.node);
        break;
      case Op.SetAttributes:
        this.setAttributes(op);
        break;
      case Op.SetValue:
        setValue(this.places.element(op.node), op.value);
        break;
      case Op.SetState:
        this.states.set(this.places.element(op.node), op.bits);
        break;
      case Op.Lift:
        this.states.lift(this.places.element(op.node));
        break;
      case Op.SetScroll:
        this.scrolls.set(op.node, this.places.node(op.node), op.left, op.top);
        break;
      case Op.SetSheet:
        this.setSheet(op);
        break;
      case Op.SetAdopted:
        this.adopted.adopt(this.places.node(op.node), listed(op.sheets));
        break;
      case Op.SetMask:
        this.setMask(op);
        break;
      case Op.SetPlaceholder:
        this.masks.setPlaceholder(this.places.element(op.node), op.reason);
        this.drawings.drop(this.places.element(op.node));
        this.films.drop(this.places.element(op.node));
        break;
      case Op.SetTile:
        this.setTile(op);
        break;
      case Op.SetAnimation:
        this.motions.set(this.places.element(op.node), op.text);
        break;
      case Op.SetPlayback:
        this.films.setPlayback(this.places.element(op.node), op);
        break;
      case Op.SetTitle:
      case Op.SetAddress:
        this.expectDocument(op.node);
        break;
      case Op.Verify:
        this.verify(op);
        break;
      default:
        op satisfies never;
    }
  }

  private text(id: number): CharacterData {
    const node = this.places.node(id);
    return node instanceof CharacterData ? node : refuse('wrong_kind');
  }

  /** A stage shows no title and no address: both are the relay's to give to the console. */
  private expectDocument(id: number): void {
    if (this.places.node(id) !== page) refuse('wrong_kind');
  }

  private document(op: DocumentOp): void {
    if (op.quirks > QuirksCode.Limited) refuse('field');
    if (op.frame !== 0) {
      if (!this.nests.forward(op.frame, op)) this.nests.open(this.places.element(op.frame), op);
      return;
    }
    if (op.quirks !== this.quirks) throw new OtherMode(op.quirks);
    this.clear();
    this.scrolls.restart(op.node);
    this.places.add(op.node, page);
  }

  /** What is shown stays until the frame has settled. */
  private clear(): void {
    this.gone.push(...this.places.clear());
    this.nests.clear();
    this.scrolls.clear();
    this.masks.clear();
    this.chains.hover(null, null);
    this.tip.hover(null);
    this.chains.focus(null);
    this.motions.clear();
    this.selected.set(null);
    this.adopted.clear();
  }

  private *insert(op: InsertOp): Work {
    if (this.nests.forward(op.parent, op)) return;
    const parent = this.places.node(op.parent);
    if (parent instanceof CharacterData) refuse('wrong_kind');
    const after = this.after(op.after);
    const tops = yield* this.builder.run(op.nodes, parent);
    this.places.insert(parent, after, tops);
  }

  private after(id: number): Node | null {
    return id === 0 ? null : this.places.node(id);
  }

  private move(op: MoveOp): void {
    this.relocate(op.parent, op.after, this.places.run(this.places.node(op.node), op.count));
  }

  private arrange(op: ArrangeOp): void {
    for (const run of op.runs) {
      const nodes = run.nodes.map((id) => this.places.node(id));
      if (nodes.some((node) => this.places.parentOf(node) === null)) refuse('wrong_kind');
      this.relocate(op.parent, run.after, nodes);
    }
  }

  private relocate(parentId: number, after: number, nodes: readonly Node[]): void {
    const parent = this.places.node(parentId);
    if (parent instanceof CharacterData) refuse('wrong_kind');
    this.places.move(parent, this.after(after), nodes);
    if (!movesInPlace) this.renew(nodes);
  }

  /** A browser that moves by taking out and putting in again forgets what dialogs and sheets were. */
  private renew(nodes: readonly Node[]): void {
    for (const top of nodes) {
      for (const node of this.places.below(top)) if (node instanceof Element) this.states.renew(node);
    }
  }

  private remove(op: RemoveOp): void {
    const first = this.places.node(op.node);
    if (first === page) this.clear();
    else if (this.places.hostOf(first) !== undefined) this.removeShadow(first);
    else this.removeRun(this.places.run(first, op.count));
  }

  private removeRun(nodes: readonly Node[]): void {
    for (const node of nodes) this.forget(node);
    this.places.take(nodes);
  }

  private evict(old: Node): void {
    this.forget(old);
    if (this.places.hostOf(old) === undefined) this.places.take([old]);
  }

  /** A shadow root cannot be taken from its host again; one with a bare slot shows what none would. */
  private removeShadow(root: Node): void {
    this.forget(root);
    setTextContent(root, '');
    appendChild(root, createElementNS(page, HTML, 'slot'));
  }

  private forget(top: Node): void {
    this.places.forget(top, (id, node) => {
      this.gone.push(id);
      this.scrolls.forget(id);
      this.motions.forget(node);
      if (node instanceof HTMLIFrameElement) this.nests.drop(node);
    });
  }

  private setAttributes(op: SetAttributesOp): void {
    const element = this.places.element(op.node);
    this.builder.clearAttributes(element);
    for (const [name, value] of op.attributes) this.builder.setAttribute(element, name, value);
    this.attributesSet(op.node);
  }

  private attributesSet(id: number): void {
    const element = this.places.element(id);
    this.masks.restore(element);
    this.drawings.redraw(element);
    this.films.attributesSet(element);
    if (isStyle(element)) this.states.renew(element);
    this.states.reopen(element);
  }

  private setTile(op: SetTileOp): void {
    const element = this.places.element(op.node);
    if (element instanceof HTMLVideoElement) this.films.setPicture(element, op);
    else this.drawings.set(element, op);
  }

  private setSheet(op: SetSheetOp): void {
    const element = this.places.element(op.node);
    if (!isStyle(element)) refuse('wrong_kind');
    setTextContent(element, op.text && LAYERS + op.text);
    this.states.renew(element);
  }

  private setMask(op: SetMaskOp): void {
    const node = this.places.node(op.node);
    this.masks.set(node, op);
    if (node instanceof HTMLIFrameElement && op.level >= MaskCode.Hide) this.nests.close(node);
  }

  /** Looked at when the frame has settled: dialogs and boxes are then what they are to be. */
  private verify(op: VerifyOp): void {
    this.doubts.push(op);
  }

  /** Calls `differs` for what a `verify` of the last frame finds otherwise here; not for all, when it is much. */
  *compare(differs: (node: number, scope: number) => void): Work {
    let found = 0;
    for (const { node, scope, hash } of this.doubts.splice(0)) {
      const here = this.places.has(node) && (yield* this.digests.of(this.places.node(node), scope));
      if (here === hash) continue;
      differs(node, scope);
      found += 1;
      if (found === DRIFTS_TOLD) return;
    }
  }

  private setPointer(op: SetPointerOp): void {
    if (op.down > 1) refuse('field');
    this.viewport.pointer(op.x, op.y, op.down);
    this.tip.point(op.x, op.y, op.down);
  }

  /** One element in all nested pages has the focus. */
  private setFocus(op: SetFocusOp): void {
    this.nests.broadcast({ op: Op.SetFocus, node: 0 });
    const nested = op.node !== 0 && this.nests.forward(op.node, op);
    this.chains.focus(this.inside(nested ? 0 : op.node) ?? this.nests.frameOf(op.node));
  }

  /** What is selected is in one document of all nested pages. */
  private setSelection(op: SetSelectionOp): void {
    const { node, end } = op;
    this.nests.broadcast({ op: Op.SetSelection, node: 0, offset: 0, end: 0, endOffset: 0 });
    const nested = node !== 0 && this.nests.forward(node, op);
    const known = [node, end].every((id) => id !== 0 && !this.nests.has(id) && this.places.has(id));
    if (nested || !known) this.selected.set(null);
    else this.selected.set([this.places.node(node), op.offset, this.places.node(end), op.endOffset]);
  }

  private setHover(op: SetHoverOp): void {
    const { node, active } = op;
    this.nests.broadcast({ op: Op.SetHover, node: 0, active: 0 });
    for (const id of new Set([node, active])) {
      const own = { op: Op.SetHover, node: node === id ? node : 0, active: active === id ? active : 0 };
      if (id !== 0) this.nests.forward(id, own);
    }
    this.tip.hover(this.inside(node));
    this.chains.hover(this.inside(node) ?? this.nests.frameOf(node), this.inside(active) ?? this.nests.frameOf(active));
  }

  /** The element with an id, if it is one of this document's. A repair may name one before it comes again. */
  private inside(id: number): Element | null {
    const elsewhere = id === 0 || this.nests.has(id) || (this.nests.mends && !this.places.has(id));
    return elsewhere ? null : this.places.element(id);
  }

  /** A nested page gets the sheets before it is told to adopt them. */
  private prepareNest(op: AnyOp): void {
    if (op.op !== Op.SetAdopted || !this.nests.has(op.node)) return;
    for (const sheet of listed(op.sheets)) this.nests.teach(op.node, sheet, this.adopted.text(sheet));
  }
}

function isStyle(element: Element): boolean {
  return element instanceof HTMLStyleElement || element instanceof SVGStyleElement;
}
