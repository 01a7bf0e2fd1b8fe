// The capture of visitor_js by itself, asked which level it gives each node of a page that is built here from an outline
// (tests/outline.py, whose numbers these are). Nodes below a hidden one, which are never sent, have the level of that one.
import { Capture } from '../../visitor_js/src/capture';
import { type Mark, Masks } from '../../visitor_js/src/mask';
import { Modules } from '../../visitor_js/src/modules';
import type { Known, NodeIds } from '../../visitor_js/src/node_ids';

type Outline = string | [string, ...(Outline | Record<string, string>)[]];

const SVG = new Set(['svg', 'g', 'text', 'circle']);
const numbers = new Map<number, Node>();
let last = 1;
const later: (() => void)[] = [];

function numbered<Made extends Node>(node: Made): Made {
  numbers.set(++last, node);
  return node;
}

function build(outline: Outline, parent: Node): void {
  if (typeof outline === 'string') parent.appendChild(numbered(document.createTextNode(outline)));
  else if (outline[0] === '#shadow') {
    const root = numbered((parent as Element).attachShadow({ mode: 'open' }));
    for (const child of outline.slice(1)) build(child as Outline, root);
  } else if (outline[0] === '#document') {
    const inner = numbered((parent as HTMLIFrameElement).contentDocument as Document);
    inner.removeChild(inner.documentElement);
    for (const child of outline.slice(1)) build(child as Outline, inner);
  } else buildElement(outline, parent);
}

function buildElement([tag, given, ...children]: [string, ...unknown[]], parent: Node): void {
  const namespace = SVG.has(tag) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml';
  const element = numbered(document.createElementNS(namespace, tag));
  for (const [name, value] of Object.entries(given as Record<string, string>)) {
    if (name.startsWith('.')) later.push(() => Object.assign(element, { [name.slice(1)]: value }));
    else element.setAttribute(name, value);
  }
  parent.appendChild(element);
  for (const child of children) build(child as Outline, element);
}

async function levels(page: Outline[], rules: [string, string, string?][], address: string): Promise<object> {
  history.replaceState(null, '', address);
  document.removeChild(document.documentElement);
  numbers.clear();
  numbers.set(1, document);
  last = 1;
  for (const node of page) build(node, document);
  for (const set of later.splice(0)) set();
  const masks = new Masks();
  masks.setRules(rules.map(([selector, action, label = '']) => ({ selector, action, label })));
  let failed: unknown = null;
  const line = { free: true, send: () => undefined };
  const capture = new Capture(document, masks, line, new Modules([]), (error) => {
    failed = error;
  });
  capture.start();
  await capture.drain();
  const { ids } = capture as unknown as { ids: NodeIds };
  const found: Record<number, number> = {};
  for (const [number, node] of numbers) {
    // What is only not shown, is no level of a document: it has no text of its own.
    const round = node.nodeType === Node.DOCUMENT_NODE ? Math.floor : Math.ceil;
    const level = round(levelOf(node, ids, masks));
    if (level > 0) found[number] = level;
  }
  capture.stop();
  if (failed) throw failed;
  return found;
}

function levelOf(node: Node, ids: NodeIds, masks: Masks): number {
  let inner: Mark | undefined;
  for (let at: Node | null = node; at; at = above(at)) {
    const known: Known | undefined = ids.get(at);
    if (known) return Math.max(known.level, at === node ? 0 : (inner?.level ?? 0));
    const mark = masks.own(at);
    if (mark && mark.level > (inner?.level ?? 0)) inner = mark;
  }
  return 0;
}

function above(node: Node): Node | null {
  return node.parentNode ?? (node as ShadowRoot).host ?? (node as Document).defaultView?.frameElement ?? null;
}

(globalThis as unknown as { maskLevels: typeof levels }).maskLevels = levels;
