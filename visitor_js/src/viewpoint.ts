// The size of the visitor's viewport: in the first frame of a page, so that nothing is laid out for another.

import type { Draft } from './draft';
import { viewOf } from './native';

export class Viewpoint {
  private sent = '';

  constructor(
    private readonly draft: Draft,
    private readonly document: Document,
  ) {}

  restart(): void {
    this.sent = '';
  }

  flush(): void {
    const view = viewOf(this.document);
    if (!view) return;
    const { innerWidth, innerHeight, devicePixelRatio } = view;
    const viewport = `${innerWidth} ${innerHeight} ${devicePixelRatio}`;
    if (viewport === this.sent) return;
    this.sent = viewport;
    this.draft.writer.setViewport(innerWidth, innerHeight, Math.round(devicePixelRatio * 1000));
  }
}
