// Which nodes are masked, and how much. The rules' selectors are matched by the browser; a mark once set stays until the
// document ends, also on a node that leaves the page and comes back. Says nothing about what a masked node may still show
// (emit.ts) and sends nothing.

import { documentAddress } from './address';
import { BUILTIN_SELECTORS, MaskCode, type MaskRecord } from './names.gen';
import {
  addressOf,
  appendChild,
  assignedNodes,
  assignedSlot,
  getAttribute,
  hostOf,
  localName,
  matches,
  nodeType,
  parentNode,
  queryAll,
  queryFirst,
  setAttribute,
  viewOf,
} from './native';
import { Reach, SelectorReach } from './selector_reach';

/** More changed places than this are looked through by one query over the whole root. */
const MAX_SCOPES = 1000;
/** Label of a page that is masked because a rule cannot be read. */
const PAGE_LABEL = 'masked';

export interface Mark {
  level: number;
  label: string;
}

interface Page {
  pattern: RegExp;
  label: string;
}

interface Rule extends Mark {
  selector: string;
  reach: SelectorReach;
  /** Roots in which nothing can match, as what the selector needs was not in them. Most rules are such on most pages. */
  dead: WeakSet<Node>;
}

/** What changed below one root since the marks were last right. */
export class Changes {
  added = new Set<Node>();
  /** Parents of added and removed children. */
  parents = new Set<Node>();
  /** Parents of changed texts. */
  texts = new Set<Node>();
  /** Changed attributes by local name, each with the value before the first change. */
  attributes = new Map<Element, Map<string, string | null>>();
}

/** Level of what is masked only because nothing shows it: more than plain, less than what a rule gives. Marks never have it. */
export const PRIVATE = 0.5;
const LEVELS: Record<string, number> = {
  show: MaskCode.Plain,
  text: MaskCode.Text,
  hide: MaskCode.Hide,
  block: MaskCode.Block,
};
const inert = document.implementation.createHTMLDocument();
const builtin = rule(BUILTIN_SELECTORS.join(','), MaskCode.Text, '');

function rule(selector: string, level: number, label: string): Rule {
  return { selector, level, label, reach: new SelectorReach(selector), dead: new WeakSet() };
}

export class Masks {
  /** A rule that this browser cannot read: the whole page is masked instead. */
  onError: (selector: string) => void = () => undefined;
  /** Something is masked. */
  any = false;
  /** The page as a whole. */
  page: Mark | null = null;
  /** All is masked but what a rule shows. */
  hidesAll = false;
  private pages: Page[] = [];
  /** Elements that a rule shows. Counts for those that are still to be sent. */
  private shown = new WeakSet<Node>();
  private rules: Rule[] = [builtin];
  /** Rules that reach no further than what is below a change, and the list of all their selectors. */
  private local: Rule[] = [];
  private localList = '';
  private marks = new WeakMap<Node, Mark>();
  private raised: Node[] = [];

  /** The rules from now on. Marks of earlier ones stay; `sweep` each root afterwards. */
  setRules(records: MaskRecord[]): void {
    this.rules = [builtin];
    this.pages = [];
    this.hidesAll = false;
    for (const { selector, action, label } of records) {
      const level = LEVELS[action] ?? MaskCode.Hide;
      if (action === 'private') this.hidesAll = true;
      else if (action === 'page') this.pages.push({ pattern: patternOf(selector), label });
      else if (level === MaskCode.Plain && !this.hidesAll) continue;
      else if (compiles(selector)) this.rules.push(rule(selector, level, label));
      else this.maskPage(selector);
    }
    this.local = this.rules.filter(({ reach }) => reach.reach === Reach.Subtree && reach.closed);
    this.localList = this.local.map(({ selector }) => selector).join(',');
  }

  own(node: Node): Mark | undefined {
    return this.marks.get(node);
  }

  /** The highest level along the tree as it is shown: the node, the slots it stands in, ancestors, hosts and frame elements. */
  effective(node: Node): number {
    if (!this.any && !this.hidesAll) return MaskCode.Plain;
    let level = 0;
    let least = this.hidesAll ? PRIVATE : 0;
    for (let at: Node | null = node; at; at = shownParent(at)) {
      level = Math.max(level, this.marks.get(at)?.level ?? 0);
      if (this.shown.has(at)) least = 0;
    }
    return Math.max(level, least);
  }

  /** The level of a node that comes below a parent of this level. */
  below(parent: number, node: Node): number {
    const inherited = parent === PRIVATE && this.isShown(node) ? MaskCode.Plain : parent;
    return Math.max(inherited, this.marks.get(node)?.level ?? 0);
  }

  /** Masks a document whose address falls under a page mask, for as long as it is there. */
  lookAt(root: Node): void {
    if (this.pages.length === 0 || nodeType(root) !== Node.DOCUMENT_NODE) return;
    const address = documentAddress(addressOf(root as Document));
    for (const { pattern, label } of this.pages) if (pattern.test(address)) this.raise(root, MaskCode.Hide, label);
  }

  /** Without its sheets a page has no layout. */
  private isShown(node: Node): boolean {
    return (
      this.shown.has(node) ||
      (nodeType(node) === Node.ELEMENT_NODE && /^(style|link)$/.test(localName(node as Element)))
    );
  }

  /** Matches nodes as they are now: changes that the rules have not been told of may have made secrets of them. */
  check(nodes: Node[]): void {
    for (const node of new Set(nodes))
      if (nodeType(node) === Node.ELEMENT_NODE && !this.marks.has(node))
        for (const rule of this.rules) if (rule.level && matches(node as Element, rule.selector)) this.mark(node, rule);
  }

  /** Matches an element as it was with an earlier value of an attribute: what was put in then is secret. */
  checkThen(element: Element, name: string, old: string | null): void {
    if (!old || name === 'style') return;
    let then: Element | undefined;
    for (const rule of this.rules) {
      if (!rule.level || rule.reach.reach === Reach.Always || !rule.reach.mentions(name, old, '')) continue;
      then ??= copyWith(element, name, old);
      if (matches(then, rule.selector)) this.mark(element, rule);
    }
  }

  /** The highest level of these nodes' own. */
  highest(nodes: Node[]): number {
    let level = 0;
    for (const node of nodes) level = Math.max(level, this.marks.get(node)?.level ?? 0);
    return level;
  }

  /** The topmost masked element at or above a node. */
  outermost(node: Node): Element | null {
    let found: Element | null = null;
    for (let at: Node | null = node; at; at = composedParent(at)) {
      if (this.marks.has(at) && nodeType(at) === Node.ELEMENT_NODE) found = at as Element;
    }
    return found;
  }

  /** Masks a node from here on; nothing happens if it is masked as much already. */
  raise(node: Node, level: number, label = ''): void {
    if (!this.keep(node, level, label)) return;
    this.raised.push(node);
  }

  /** The same without telling: the caller knows. */
  keep(node: Node, level: number, label = ''): boolean {
    const mark = this.marks.get(node);
    if (level < MaskCode.Text || (mark && mark.level >= level)) return false;
    this.marks.set(node, { level, label });
    this.any = true;
    return true;
  }

  /** The nodes whose own level has risen since the last call. */
  takeRaised(): Node[] {
    const raised = this.raised;
    this.raised = [];
    return raised;
  }

  /** Matches every rule on a whole document or shadow root. */
  sweep(root: Node): void {
    const sweeping = this.sweeping(root);
    while (!sweeping.next().done);
  }

  /** The same in steps, one for each rule. */
  *sweeping(root: Node): Generator<void> {
    for (const rule of this.rules) {
      this.matchRoot(rule, root);
      yield;
    }
    this.spreadToSlots(root);
  }

  /** Brings the marks of a root up to date after changes in it. */
  review(root: Node, changes: Changes | undefined): void {
    if (changes) this.reviewLocal(root, changes);
    for (const rule of this.rules) {
      if (rule.dead.has(root) && !revives(rule, root, changes)) continue;
      if (rule.reach.reach === Reach.Always) this.matchRoot(rule, root);
      else if (changes && !this.local.includes(rule)) this.reviewRule(rule, root, changes);
    }
    if (changes) this.reviewSlots(root, changes);
  }

  private maskPage(selector: string): void {
    this.page = { level: MaskCode.Hide, label: PAGE_LABEL };
    this.onError(selector);
  }

  /** All rules without relations to the sides at once: most changed places match none of them. */
  private reviewLocal(root: Node, changes: Changes): void {
    const scopes = outermostOf(subtreeScopes(this.local, changes));
    if (scopes.size > MAX_SCOPES) for (const rule of this.local) this.matchRoot(rule, root);
    else for (const scope of scopes) this.matchLocal(scope as Element);
  }

  private matchLocal(scope: Element): void {
    if (matches(scope, this.localList)) this.markLocal(scope);
    for (const element of queryAll(scope, this.localList)) this.markLocal(element);
  }

  private markLocal(element: Element): void {
    for (const rule of this.local) if (matches(element, rule.selector)) this.mark(element, rule);
  }

  private reviewRule(rule: Rule, root: Node, changes: Changes): void {
    const { reach } = rule.reach;
    const scopes = reach === Reach.Subtree ? subtreeScopes([rule], changes) : siblingScopes(rule, changes);
    if (!scopes.size) return;
    if (reach === Reach.Root || scopes.size > MAX_SCOPES) this.matchRoot(rule, root);
    else for (const scope of outermostOf(scopes)) this.match(rule, scope);
  }

  private matchRoot(rule: Rule, root: Node): void {
    const { needs } = rule.reach;
    if (needs !== '' && queryFirst(root, needs) === null) rule.dead.add(root);
    else this.match(rule, root);
  }

  private match(rule: Rule, scope: Node): void {
    if (nodeType(scope) === Node.ELEMENT_NODE && matches(scope as Element, rule.selector)) this.mark(scope, rule);
    for (const element of queryAll(scope, rule.selector)) this.mark(element, rule);
  }

  private mark(node: Node, rule: Rule): void {
    if (rule.level) this.raise(node, rule.level, rule.label);
    else this.shown.add(node);
  }

  /** What is shown in a masked slot is masked, although it stands elsewhere in the tree. */
  private spreadToSlots(root: Node): void {
    if (!this.any || nodeType(root) !== Node.DOCUMENT_FRAGMENT_NODE) return;
    for (const slot of queryAll(root, 'slot')) this.spread(slot);
  }

  /** Also to the slots in what is shown there, which show what stands further out. */
  private spread(slot: Element): void {
    const level = this.effective(slot);
    if (!level) return;
    for (const node of assignedNodes(slot)) {
      this.raise(node, level);
      if (nodeType(node) === Node.ELEMENT_NODE) for (const inner of queryAll(node, 'slot')) this.spread(inner);
    }
  }

  private reviewSlots(root: Node, changes: Changes): void {
    for (const node of changes.added) this.reviewSlotted(node);
    for (const [element, names] of changes.attributes) if (names.has('slot')) this.reviewSlotted(element);
    this.spreadToSlots(root);
  }

  private reviewSlotted(node: Node): void {
    const slot = assignedSlot(node);
    if (slot) this.raise(node, this.effective(slot));
  }
}

/** A copy of an element below copies of its ancestors, in a document where nothing loads or runs, with this attribute. */
function copyWith(element: Element, name: string, value: string): Element {
  const copies: Element[] = [];
  for (let at: Node | null = element; at && nodeType(at) === Node.ELEMENT_NODE; at = parentNode(at)) {
    const copy = inert.importNode(at as Element);
    const below = copies.at(-1);
    if (below) appendChild(copy, below);
    copies.push(copy);
  }
  const [copy] = copies as [Element];
  setAttribute(copy, name, value);
  return copy;
}

/** Of an address pattern, in which `*` stands for any characters. */
function patternOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[^*\w]/g, '\\$&').replace(/\*/g, '.*')}$`);
}

function compiles(selector: string): boolean {
  try {
    queryAll(document.createDocumentFragment(), selector);
    // A pseudo-element never matches: a rule that names one would silently mask nothing.
    return !/::/.test(selector.replace(/\\[^]|"[^"]*"|'[^']*'/g, ''));
  } catch {
    return false;
  }
}

function subtreeScopes(rules: Rule[], changes: Changes): Set<Node> {
  const scopes = new Set<Node>();
  for (const node of changes.added) if (nodeType(node) === Node.ELEMENT_NODE) scopes.add(node);
  for (const [element, names] of changes.attributes) {
    if (rules.some((rule) => mentionsAny(rule, element, names))) scopes.add(element);
  }
  return scopes;
}

function siblingScopes(rule: Rule, changes: Changes): Set<Node> {
  const scopes = new Set<Node>();
  for (const parent of changes.parents) scopes.add(treeParent(parent));
  if (rule.reach.texts) for (const parent of changes.texts) scopes.add(treeParent(parent));
  for (const [element, names] of changes.attributes) {
    if (mentionsAny(rule, element, names)) scopes.add(treeParent(element));
  }
  return scopes;
}

function mentionsAny(rule: Rule, element: Element, names: Map<string, string | null>): boolean {
  for (const [name, old] of names) {
    if (rule.reach.mentions(name, old ?? '', getAttribute(element, name) ?? '')) return true;
  }
  return false;
}

/** The places that are not below another one. */
function outermostOf(scopes: Set<Node>): Set<Node> {
  if (scopes.size < 2) return scopes;
  const outermost = new Set<Node>();
  for (const scope of scopes) {
    let up = parentNode(scope);
    while (up && !scopes.has(up)) up = parentNode(up);
    if (!up) outermost.add(scope);
  }
  return outermost;
}

/** Whether changes have brought what a rule needs into a root that had nothing of it. */
function revives({ reach: { needs }, dead }: Rule, root: Node, changes: Changes | undefined): boolean {
  if (!changes) return false;
  const has = (node: Node) =>
    nodeType(node) === Node.ELEMENT_NODE && (matches(node as Element, needs) || queryFirst(node, needs) !== null);
  let found = false;
  for (const node of changes.added) found ||= has(node);
  for (const [element, names] of changes.attributes)
    found ||= (names.has('class') || names.has('id')) && matches(element, needs);
  if (found) dead.delete(root);
  return found;
}

function treeParent(node: Node): Node {
  return parentNode(node) ?? node;
}

/** The parent as the page is shown: of what stands in a slot, the slot. Its way up leads past the host as well. */
function shownParent(node: Node): Node | null {
  return assignedSlot(node) ?? composedParent(node);
}

export function composedParent(node: Node): Node | null {
  const parent = parentNode(node);
  if (parent) return parent;
  switch (nodeType(node)) {
    case Node.DOCUMENT_FRAGMENT_NODE:
      return 'host' in node ? hostOf(node) : null;
    case Node.DOCUMENT_NODE:
      return viewOf(node as Document)?.frameElement ?? null;
    default:
      return null;
  }
}
