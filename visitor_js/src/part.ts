// What the modules that take part in a capture have in common: each is brought when there is first something for it to tell, and from
// then on is asked as the parts that were there from the start.

import type { Draft } from './draft';
import type { Fields } from './fields';
import type { Masks } from './mask';
import type { Known, NodeIds } from './node_ids';
import type { Observe } from './observe';

export interface Part {
  /** Writes what has changed. */
  flush(): void;
  /** The relay knows nothing any more. */
  restart(): void;
  /** A node that was `followed` is gone. */
  forget(known: Known): void;
  stop(): void;
}

/** What a part may use of the capture. */
export interface Page {
  readonly document: Document;
  readonly ids: NodeIds;
  readonly masks: Masks;
  readonly draft: Draft;
  readonly fields: Fields;
  readonly observe: Observe;
  readonly modules: { readonly watched: number };
  /** Masked boxes that the relay has been told of, with width and height as it knows them. */
  readonly boxed: [known: Known, width: number, height: number][];
  /** Whether what a node shows may be read. */
  isPlain(known: Known): boolean;
  schedule(): void;
}
