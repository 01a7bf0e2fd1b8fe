// The script that customers put into every page: small, and idle until a session starts or goes on. Offers the whole API at
// once; what needs the capture script fetches it and waits. Never throws into the page.

import { ContinuationStore } from './continuation';
import { NotedHooks } from './noted';
import { addListener, emit, type Listener, removeListener, type Surface, surface } from './surface';
import { readTag, type Tag } from './tag';

declare const VERSION: string;

const STUBS = ['startSession', 'stopSession', 'endSession', 'showTerms', 'synced', 'setUIReady'];
const UI_STUBS = ['showTerms', 'showButton', 'toggleButton'];
const ACTIONS = new Set(['startSession', 'stopSession', 'showTerms', 'showButton', 'toggleButton']);
const BUTTON = '[data-glancebutton],[glance_button]';

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const noted = new NotedHooks();
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/** Pages that require trusted types allow us by this policy's name. */
function trusted(url: string): string {
  const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  policy ??= types?.createPolicy('cobrowse-relay', { createScriptURL: (text) => text });
  return policy ? policy.createScriptURL(url) : url;
}

function bring(tag: Tag, public_: Surface): void {
  const { shared } = public_;
  const url = `${tag.scripts}/cobrowse/js/CobrowseVisitor_${VERSION}M.js`;
  const failed = () => {
    shared.load = () => bring(tag, public_);
    emit(shared, 'error', { code: 'SCRIPT_NOT_LOADED', msg: 'A script could not be loaded.', params: { script: url } });
  };
  shared.load = undefined;
  try {
    const script = document.createElement('script');
    script.src = trusted(url);
    shared.noted = () => noted.give(script);
    script.referrerPolicy = 'no-referrer';
    script.onerror = () => {
      script.remove();
      failed();
    };
    (document.head ?? document.documentElement).append(script);
  } catch {
    failed();
  }
}

function stub(holder: Record<PropertyKey, unknown>, names: string[], { shared }: Surface): void {
  for (const name of names) {
    if (holder[name]) continue;
    holder[name] = (...args: unknown[]) =>
      // A promise for those who await it; a click handler that ignores it sees nothing.
      new Promise((resolve) => {
        shared.calls.push({ name, args, resolve });
        shared.load?.();
      });
  }
}

function offer({ visitor, ui, shared }: Surface, store: ContinuationStore): void {
  visitor.addEventListener ??= (name: string, listener: Listener) => addListener(shared, name, listener);
  visitor.removeEventListener ??= (name: string, listener: Listener) => removeListener(shared, name, listener);
  visitor.inSession ??= () => store.read() !== null;
  visitor.getKey ??= () => store.read()?.key ?? '';
  visitor.getSessionState ??= () => ({ inSession: store.read() !== null, key: store.read()?.key ?? '' });
  stub(visitor, STUBS, { visitor, ui, shared });
  stub(ui, UI_STUBS, { visitor, ui, shared });
}

type Called = Partial<Pick<Surface, 'visitor' | 'ui'>>;
type Calls = Record<PropertyKey, unknown>;

function run({ visitor, ui }: Called, action: string): void {
  if (!ACTIONS.has(action)) return;
  const call = (visitor?.[action] ?? ui?.[action]) as (() => unknown) | undefined;
  call?.();
}

/** The page around this one, when it is of the same site and has a tag of its own: its session shows this page too. */
function outerPage(): Window | null {
  try {
    const { top } = window;
    return top && top !== window && readTag(top.document) ? top : null;
  } catch {
    return null;
  }
}

/** Calls made in here are made out there: a session of this page's own would take the other's place. */
function defer(tag: Tag, outer: Window): void {
  const glance = () => (outer as { GLANCE?: { Cobrowse?: Record<string, Calls> } }).GLANCE;
  Object.defineProperty(window, 'GLANCE', { configurable: true, get: glance });
  listen(tag, () => {
    const cobrowse = glance()?.Cobrowse;
    return { visitor: cobrowse?.Visitor, ui: cobrowse?.VisitorUI };
  });
}

function listen(tag: Tag, called: () => Called): void {
  document.addEventListener('click', (event) => onClick(called(), event), true);
  document.addEventListener('keydown', (event) => onKey(called(), tag, event), true);
}

function onClick(called: Called, event: Event): void {
  const [target] = event.composedPath();
  const button = target instanceof Element ? target.closest(BUTTON) : null;
  if (!button) return;
  const action = button.getAttribute('data-glancebutton') ?? button.getAttribute('glance_button') ?? '';
  // A link that starts a session must not take the visitor to the top of the page.
  if (/^(#|javascript:.*)?$/i.test(button.getAttribute('href') ?? 'none')) event.preventDefault();
  run(called, action);
}

function onKey(called: Called, tag: Tag, event: KeyboardEvent): void {
  for (const modifier of ['ctrl', 'shift', 'alt'] as const) {
    const action = event[`${modifier}Key`] && tag.inputEvents[`${modifier}-${event.keyCode}`];
    if (action) run(called, action);
  }
}

function start(): void {
  const tag = readTag(document);
  if (!tag) {
    console.error('data-groupid missing');
    return;
  }
  const outer = outerPage();
  if (outer) {
    defer(tag, outer);
    return;
  }
  const public_ = surface(VERSION);
  const store = new ContinuationStore(tag);
  if (public_.visitor.loaded || public_.visitor.startSession) return;
  public_.shared.load = () => bring(tag, public_);
  addListener(public_.shared, 'sessionstarting', () => noted.put(true));
  addListener(public_.shared, 'sessionend', () => noted.put(false));
  noted.put(true);
  offer(public_, store);
  listen(tag, () => public_);
  if (store.read()) public_.shared.load();
}

try {
  start();
} catch (error) {
  console.error('cobrowse', error);
}
