// What this browser answers to media features, so that the agent's, which is another, can show what the visitor sees.

import type { Draft } from './draft';
import { listen, matchMediaOf, mediaMatches, unlisten } from './native';

/** In the order of the bits of `MediaCode`. */
const QUERIES =
  'prefers-color-scheme:dark prefers-reduced-motion:reduce prefers-reduced-transparency:reduce prefers-reduced-data:reduce prefers-contrast:more prefers-contrast:less forced-colors:active inverted-colors:inverted hover:hover any-hover:hover pointer:fine pointer:coarse any-pointer:fine any-pointer:coarse';

export class Media {
  private readonly lists: MediaQueryList[];
  private sent = -1;

  constructor(
    private readonly draft: Draft,
    private readonly onChange: () => void,
  ) {
    this.lists = QUERIES.split(' ').map((feature) => matchMediaOf(`(${feature})`));
    for (const list of this.lists) listen(list, 'change', this.onChange);
  }

  restart(): void {
    this.sent = -1;
  }

  stop(): void {
    for (const list of this.lists) unlisten(list, 'change', this.onChange);
  }

  flush(): void {
    const bits = this.lists.reduce((all, list, index) => all | (Number(mediaMatches(list)) << index), 0);
    if (bits === this.sent) return;
    this.sent = bits;
    this.draft.writer.setMedia(bits);
  }
}
