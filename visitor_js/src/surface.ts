// `window.GLANCE` as pages see it, from the moment the loader has run: calls made before the capture script is there are kept
// and made then. Loader and capture script find the same object here.

import type { Noted } from './noted';

export type Listener = (event: Record<string, unknown>) => void;
export type Api = Record<string, (...args: never[]) => unknown>;

interface Call {
  name: string;
  args: unknown[];
  resolve: (value: unknown) => void;
}

/** What loader and capture script share; kept under a symbol, so that no page trips over it. */
export interface Shared {
  calls: Call[];
  listeners: Map<string, Set<Listener>>;
  /** Set by the loader: fetches the capture script. */
  load?: () => void;
  /** Set by the loader: gives the capture script, while it starts, what it has noted. */
  noted?: () => Noted | null;
}

export interface Surface {
  visitor: Record<PropertyKey, unknown>;
  ui: Record<PropertyKey, unknown>;
  shared: Shared;
}

const SHARED = Symbol.for('cobrowse-relay');

/** The public objects, made if they are not there. */
export function surface(version: string): Surface {
  const page = window as unknown as Record<string, Record<PropertyKey, unknown>>;
  page.GLANCE ??= {};
  const glance = page.GLANCE;
  glance.VERSION ??= version;
  glance.PATCH ??= '0';
  glance.Cobrowse ??= {};
  const cobrowse = glance.Cobrowse as Record<string, Record<PropertyKey, unknown>>;
  cobrowse.Visitor ??= { loaded: false };
  cobrowse.VisitorUI ??= { loaded: false };
  const visitor = cobrowse.Visitor;
  if (!visitor[SHARED]) {
    const shared: Shared = { calls: [], listeners: new Map() };
    Object.defineProperty(visitor, SHARED, { value: shared });
  }
  return { visitor, ui: cobrowse.VisitorUI, shared: visitor[SHARED] as Shared };
}

export function addListener(shared: Shared, name: string, listener: Listener): void {
  let listeners = shared.listeners.get(name);
  if (!listeners) {
    listeners = new Set();
    shared.listeners.set(name, listeners);
  }
  listeners.add(listener);
}

export function removeListener(shared: Shared, name: string, listener: Listener): void {
  shared.listeners.get(name)?.delete(listener);
}

/** Tells the page; what its listeners throw is theirs and goes to the console as any uncaught error does. */
export function emit(shared: Shared, name: string, event: Record<string, unknown> = {}): void {
  for (const listener of [...(shared.listeners.get(name) ?? [])]) {
    try {
      listener(event);
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  }
}
