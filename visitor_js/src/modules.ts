// Brings the modules of the capture script: what only some pages need, each a script of its own, fetched when it is needed. By
// `import()`, so that a module is handed to us without a global that the page could have set. An import map of the page can still
// put another module in its place, for it maps absolute addresses, too: against scripts of the site this is no protection.

import { CORE, type Core } from './core';
import type { open as openAssets } from './modules/assets/main';
import type { open as openBoxes } from './modules/boxes/main';
import type { open as openDescriptor } from './modules/descriptor/main';
import type { open as openDrift } from './modules/drift/main';
import type { open as openMotion } from './modules/motion/main';
import type { open as openPixels } from './modules/pixels/main';
import type { open as openSheets } from './modules/sheets/main';
import type { open as openSight } from './modules/sight/main';
import type { open as openUi } from './modules/ui/main';

declare const VERSION: string;
/** By module, the digest of its content: another build's module would not fit this one. */
declare const MODULES: Record<keyof Openers, string>;

interface Openers {
  assets: typeof openAssets;
  pixels: typeof openPixels;
  drift: typeof openDrift;
  sheets: typeof openSheets;
  boxes: typeof openBoxes;
  descriptor: typeof openDescriptor;
  sight: typeof openSight;
  motion: typeof openMotion;
  ui: typeof openUi;
}
type Opened<Name extends keyof Openers> = ReturnType<Openers[Name]>;

export class Modules {
  private readonly brought = new Map<string, Promise<unknown>>();
  private failures = 0;
  /** How many have the page before their eyes: without any, what is for eyes alone is left out. */
  watched = 0;

  /** `hosts`: where the scripts are, in the order in which to ask. */
  constructor(private readonly hosts: string[]) {}

  /** A module, opened once. Rejects when it cannot be had; the next call tries again. */
  bring<Name extends keyof Openers>(name: Name): Promise<Opened<Name>> {
    const known = this.brought.get(name) as Promise<Opened<Name>> | undefined;
    if (known) return known;
    const coming = this.load(name);
    this.brought.set(name, coming);
    coming.catch(() => {
      this.failures++;
      this.brought.delete(name);
    });
    return coming;
  }

  private async load<Name extends keyof Openers>(name: Name): Promise<Opened<Name>> {
    // Browsers may remember that a script could not be had, by its address.
    const again = this.failures ? `?${this.failures}` : '';
    const path = `/cobrowse/js/CobrowseVisitor_${VERSION}M-${name}-${MODULES[name]}.js${again}`;
    for (let i = 0; ; i++) {
      try {
        const { open } = (await import(this.hosts[i] + path)) as { open: (core: Core) => Opened<Name> };
        return open(CORE);
      } catch (error) {
        if (i + 1 >= this.hosts.length) throw error;
      }
    }
  }
}

/** For those who can do without a module. */
export function ignored(): void {}
