// Changes that no observer and no event tells of: properties set by script, shadow roots attached, rules inserted, addresses
// pushed. The browser's functions are replaced by proxies that do the same and then say so; `release` puts the originals back.
// A page that looks at a proxy sees a native function; one that has kept the original goes past the hook, which is why
// fields.ts and sheets.ts also read again by themselves.

import { apply, defineProperty, getDescriptor, NativeProxy } from './native';

type Note = (self: object, result: unknown) => void;

interface Hook {
  name: string;
  original: PropertyDescriptor;
  hooked: PropertyDescriptor;
}

export class Hooks {
  // A node keeps the functions of the frame that it was made in when it goes to another document, so hooks outlive frames;
  // but they keep no frame alive: each hangs on what it is installed on.
  private hooks = new WeakMap<object, Hook[]>();
  private holders: WeakRef<object>[] = [];

  /** Tells of each call of a method, after it. */
  method(holder: object, name: string, note: Note): void {
    const original = getDescriptor(holder, name);
    if (!original?.configurable || typeof original.value !== 'function') return;
    this.install(holder, name, original, { ...original, value: noted(original.value, note) });
  }

  /** Tells of each setting of a property. */
  setter(holder: object, name: string, note: Note): void {
    const original = getDescriptor(holder, name);
    if (!original?.configurable || !original.set) return;
    this.install(holder, name, original, { ...original, set: noted(original.set, note) as (value: unknown) => void });
  }

  /** Tells of each reading of a property. */
  getter(holder: object, name: string, note: Note): void {
    const original = getDescriptor(holder, name);
    if (!original?.configurable || !original.get) return;
    this.install(holder, name, original, { ...original, get: noted(original.get, note) as () => unknown });
  }

  /** Puts back what nobody has replaced since. */
  release(): void {
    for (const reference of this.holders) {
      const holder = reference.deref();
      for (const hook of (holder && this.hooks.get(holder)) ?? []) putBack(holder as object, hook);
    }
    this.hooks = new WeakMap();
    this.holders = [];
  }

  private install(holder: object, name: string, original: PropertyDescriptor, hooked: PropertyDescriptor): void {
    let hooks = this.hooks.get(holder);
    if (hooks?.some((hook) => hook.name === name)) return;
    try {
      defineProperty(holder, name, hooked);
    } catch {
      // A page may have frozen its prototypes: what the hook would tell is found by reading again.
      return;
    }
    if (!hooks) {
      hooks = [];
      this.hooks.set(holder, hooks);
      this.holders.push(new WeakRef(holder));
    }
    hooks.push({ name, original, hooked });
  }
}

function putBack(holder: object, { name, original, hooked }: Hook): void {
  const now = getDescriptor(holder, name);
  if (now?.value === hooked.value && now?.set === hooked.set && now?.get === hooked.get)
    defineProperty(holder, name, original);
}

function noted(original: (...args: never[]) => unknown, note: Note): (...args: never[]) => unknown {
  return new NativeProxy(original, {
    apply(target, self, args) {
      const result = apply(target, self, args);
      try {
        note(self as object, result);
      } catch {
        // Nothing of ours may reach the page.
      }
      return result;
    },
  });
}
