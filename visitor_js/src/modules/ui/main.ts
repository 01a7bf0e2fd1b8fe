// The module of the session's own surface: bar, border, terms, notice.

import type { Core } from '../../core';
import type { Tag } from '../../tag';
import { give } from '../given';
import { Notice } from './notice';
import { UiSurface } from './surface';
import { askTerms, type Terms, termsOf } from './terms';
import { Widget, type WidgetState } from './widget';

export type { Widget, WidgetState } from './widget';

export class Ui {
  private readonly surface = new UiSurface();
  private readonly notice = new Notice(this.surface);

  showWidget(state: WidgetState, onEnd: () => void): Widget {
    this.notice.hide();
    return new Widget(this.surface, state, onEnd);
  }

  /** Tells why the session is over, for who did not end it. */
  notify(reason: string): void {
    this.notice.show(reason);
  }

  /** What the question says and links to. */
  terms(tag: Tag): Promise<Terms> {
    return termsOf(tag);
  }

  /** Asks for the visitor's yes; closing the question is a no. */
  askTerms(terms: Terms): Promise<boolean> {
    return askTerms(this.surface, terms);
  }
}

export function open(core: Core): Ui {
  give(core);
  return new Ui();
}
