// What this browser answers to media features, so that the agent's, which is another, can show what the visitor sees.

import type { Draft } from './draft';
import { MediaCode } from './names.gen';
import { listen, matchMediaOf, mediaMatches, unlisten } from './native';

const QUERIES: [feature: string, bit: number][] = [
  ['prefers-color-scheme:dark', MediaCode.Dark],
  ['prefers-reduced-motion:reduce', MediaCode.ReducedMotion],
  ['prefers-reduced-transparency:reduce', MediaCode.ReducedTransparency],
  ['prefers-reduced-data:reduce', MediaCode.ReducedData],
  ['prefers-contrast:more', MediaCode.MoreContrast],
  ['prefers-contrast:less', MediaCode.LessContrast],
  ['forced-colors:active', MediaCode.ForcedColors],
  ['inverted-colors:inverted', MediaCode.InvertedColors],
  ['hover:hover', MediaCode.Hover],
  ['any-hover:hover', MediaCode.AnyHover],
  ['pointer:fine', MediaCode.PointerFine],
  ['pointer:coarse', MediaCode.PointerCoarse],
  ['any-pointer:fine', MediaCode.AnyFine],
  ['any-pointer:coarse', MediaCode.AnyCoarse],
];

export class Media {
  private readonly lists: [MediaQueryList, number][];
  private sent = -1;

  constructor(
    private readonly draft: Draft,
    private readonly onChange: () => void,
  ) {
    this.lists = QUERIES.map(([feature, bit]) => [matchMediaOf(`(${feature})`), bit]);
    for (const [list] of this.lists) listen(list, 'change', this.onChange);
  }

  restart(): void {
    this.sent = -1;
  }

  stop(): void {
    for (const [list] of this.lists) unlisten(list, 'change', this.onChange);
  }

  flush(): void {
    let bits = 0;
    for (const [list, bit] of this.lists) if (mediaMatches(list)) bits |= bit;
    if (bits === this.sent) return;
    this.sent = bits;
    this.draft.writer.setMedia(bits);
  }
}
