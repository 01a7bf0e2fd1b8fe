// Closed shadow roots, noted by the loader when they are made: nobody can ask for them later. Handed to the capture script alone.

export type ClosedRoots = WeakMap<Element, ShadowRoot>;

const PROTOTYPE = Element.prototype;
const ORIGINAL = Object.getOwnPropertyDescriptor(PROTOTYPE, 'attachShadow');
const currentScript = Object.getOwnPropertyDescriptor(Document.prototype, 'currentScript')?.get;

export class ClosedRootsHook {
  private readonly roots: ClosedRoots = new WeakMap();
  /** Kept apart from what a page may have made of WeakMap's methods since. */
  private readonly note = this.roots.set.bind(this.roots);
  private readonly hooked: unknown;

  constructor() {
    const { note } = this;
    if (!ORIGINAL?.configurable || typeof ORIGINAL.value !== 'function') return;
    this.hooked = new Proxy(ORIGINAL.value, {
      apply(target, self: Element, args: [ShadowRootInit]) {
        const root = Reflect.apply(target, self, args) as ShadowRoot;
        if (root.mode === 'closed') note(self, root);
        return root;
      },
    });
  }

  /** From now on roots are noted. */
  install(): void {
    const now = Object.getOwnPropertyDescriptor(PROTOTYPE, 'attachShadow');
    if (this.hooked && now?.configurable && now.value === ORIGINAL?.value)
      Object.defineProperty(PROTOTYPE, 'attachShadow', { ...ORIGINAL, value: this.hooked });
  }

  /** Puts the browser's own function back, unless the page has put another one there. */
  release(): void {
    const now = Object.getOwnPropertyDescriptor(PROTOTYPE, 'attachShadow');
    if (this.hooked && now?.value === this.hooked) Object.defineProperty(PROTOTYPE, 'attachShadow', ORIGINAL ?? {});
  }

  /** The roots, if it is this script that runs now; a page's script asks in vain. */
  give(script: HTMLScriptElement): ClosedRoots | null {
    return currentScript?.call(document) === script ? this.roots : null;
  }
}
