// How far a change of the page can reach through a selector: which elements may match or no longer match after it.
// Read from the selector's text with a bias to "further": a match that is looked for in vain costs time, one that is not
// looked for costs a secret.

export const Reach = {
  /** The changed element and what is below it. */
  Subtree: 0,
  /** The same for all children of its parent: sibling combinators, `:nth-child()`, `:empty`, … */
  Siblings: 1,
  /** Anywhere in the document or shadow root: `:has()`. */
  Root: 2,
  /** It may change without any change of the tree: `:checked`, `:focus`, and all that is not known here. */
  Always: 3,
} as const;

const PLAIN_PSEUDO = new Set(['is', 'where', 'not', 'root', 'matches', '-webkit-any']);
const SIBLING_PSEUDO = /^(nth-|first-|last-|only-|empty$)/;

/** Classes that neither look out of the tree nor offer a choice between several selectors. */
const ONE_TREE_PSEUDO =
  /^(has|root|empty|checked|disabled|enabled|required|optional|focus|hover|active|(nth|first|last|only)-.*)$/i;

export class SelectorReach {
  readonly reach: number;
  /** A text that becomes empty or is so no more can change a match. */
  readonly texts: boolean;
  /** Brackets and quotes are closed in the text itself and not only by its end: it may stand in a list. */
  readonly closed: boolean;
  /** A simple selector without which nothing can match: `.card` for `li:has(.card)`. Empty when there is none. */
  readonly needs: string;
  private readonly text: string;
  private readonly escaped: boolean;

  constructor(selector: string) {
    this.escaped = selector.includes('\\');
    this.text = selector.toLowerCase();
    const bare = this.text.replace(/\\[^]/g, '_').replace(/"[^"]*"|'[^']*'/g, '""');
    this.needs = this.escaped ? '' : needed(selector);
    this.texts = bare.includes(':empty');
    this.closed = !/["']/.test(bare.replace(/""/g, '')) && !bare.includes('/*') && balanced(bare);
    this.reach = Math.max(pseudoReach(bare), /[+~](?!=)/.test(bare) ? Reach.Siblings : Reach.Subtree);
  }

  /** Whether a change of this attribute, or from `old` to `value` where both are known, can change a match. */
  mentions(attribute: string, old: string, value: string): boolean {
    if (this.escaped || this.reach === Reach.Always) return true;
    const name = attribute.toLowerCase();
    const local = name.slice(name.indexOf(':') + 1);
    if (name === 'class' && !this.text.includes('class')) return this.mentionsClass(old, value);
    if (name === 'id' && !this.text.includes('['))
      return this.mentionsWord(`#${old}`) || this.mentionsWord(`#${value}`);
    return this.text.includes(local);
  }

  private mentionsClass(old: string, value: string): boolean {
    const before = new Set(words(old));
    const after = new Set(words(value));
    for (const word of before) if (!after.has(word) && this.mentionsWord(`.${word}`)) return true;
    for (const word of after) if (!before.has(word) && this.mentionsWord(`.${word}`)) return true;
    return false;
  }

  private mentionsWord(word: string): boolean {
    return this.text.includes(word.toLowerCase());
  }
}

/** The last class or id of a selector all of whose parts have to be in one tree. */
function needed(selector: string): string {
  const bare = selector.replace(/"[^"]*"|'[^']*'/g, '').replace(/\[[^\]]*\]/g, '');
  for (const [, name = ''] of bare.matchAll(/:([a-z-]+)/gi)) if (!ONE_TREE_PSEUDO.test(name)) return '';
  return bare.includes(',') ? '' : ([...bare.matchAll(/[.#][a-z_-][\w-]*/gi)].at(-1)?.[0] ?? '');
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function balanced(bare: string): boolean {
  let depth = 0;
  for (const character of bare) {
    if (character === '(' || character === '[') depth++;
    else if ((character === ')' || character === ']') && --depth < 0) return false;
  }
  return depth === 0;
}

function pseudoReach(bare: string): number {
  let reach: number = Reach.Subtree;
  for (const [, name = ''] of bare.matchAll(/:([a-z-]+)/g)) {
    if (PLAIN_PSEUDO.has(name)) continue;
    if (SIBLING_PSEUDO.test(name)) reach = Math.max(reach, Reach.Siblings);
    else reach = Math.max(reach, name === 'has' ? Reach.Root : Reach.Always);
  }
  return reach;
}
