// What nobody can ask for later, noted by the loader when a page makes it: closed shadow roots, and the drawing contexts of WebGL. Handed
// to the capture script alone.

type Made = ShadowRoot | RenderingContext | null;
export type Noted = WeakMap<Element, Made>;

const currentScript = Object.getOwnPropertyDescriptor(Document.prototype, 'currentScript')?.get;

/** One method, and which of what it makes is noted. */
class Hook {
  private readonly original: PropertyDescriptor | undefined;
  private readonly hooked: unknown;

  constructor(
    private readonly holder: object,
    private readonly name: string,
    note: (element: Element, made: Made) => void,
  ) {
    const original = Object.getOwnPropertyDescriptor(holder, name);
    if (!original?.configurable || typeof original.value !== 'function') return;
    this.original = original;
    this.hooked = new Proxy(original.value, {
      apply(target, self: Element, args) {
        const made = Reflect.apply(target, self, args) as Made;
        note(self, made);
        return made;
      },
    });
  }

  /** Puts ours in the place of the browser's own function or back, unless the page has put another one there. */
  put(ours: boolean): void {
    const { holder, name, original, hooked } = this;
    const now = Object.getOwnPropertyDescriptor(holder, name);
    if (hooked && now?.configurable && now.value === (ours ? original?.value : hooked))
      Object.defineProperty(holder, name, { ...original, value: ours ? hooked : original?.value });
  }
}

export class NotedHooks {
  private readonly noted: Noted = new WeakMap();
  private readonly hooks: Hook[];

  constructor() {
    // Kept apart from what a page may have made of WeakMap's methods since.
    const keep = this.noted.set.bind(this.noted);
    this.hooks = [
      new Hook(Element.prototype, 'attachShadow', (host, root) => {
        if ((root as ShadowRoot).mode === 'closed') keep(host, root);
      }),
      new Hook(HTMLCanvasElement.prototype, 'getContext', (canvas, context) => {
        if (context && 'drawArrays' in context) keep(canvas, context);
      }),
    ];
  }

  /** From now on what is made is noted, or not any more. */
  put(ours: boolean): void {
    for (const hook of this.hooks) hook.put(ours);
  }

  /** What was noted, if it is this script that runs now; a page's script asks in vain. */
  give(script: HTMLScriptElement): Noted | null {
    return currentScript?.call(document) === script ? this.noted : null;
  }
}
