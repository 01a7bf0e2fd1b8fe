// The module of the session's own surface: bar, border, terms.

import type { Core } from '../../core';
import { give } from '../given';
import { UiSurface } from './surface';
import { askTerms } from './terms';
import { Widget, type WidgetState } from './widget';

export type { Widget, WidgetState } from './widget';

export class Ui {
  private readonly surface = new UiSurface();

  showWidget(state: WidgetState, onEnd: () => void): Widget {
    return new Widget(this.surface, state, onEnd);
  }

  /** Asks for the visitor's yes; closing the question is a no. */
  askTerms(termsUrl: string): Promise<boolean> {
    return askTerms(this.surface, termsUrl);
  }
}

export function open(core: Core): Ui {
  give(core);
  return new Ui();
}
