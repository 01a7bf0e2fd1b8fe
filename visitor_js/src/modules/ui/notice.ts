// The last word on a session that the visitor did not end: why it is over, for some seconds or until it is put away.

import { core } from '../given';
import { button, element, type UiSurface } from './surface';

/** By the reason of `sessionend`; the visitor's own end needs no word. */
const TEXTS: Record<string, string> = {
  agent: 'Sharing has ended.',
  timeout: 'Nobody joined in time. Sharing has ended.',
  error: 'The connection was lost. Sharing has ended.',
};
const CLOSE = 'Close';
const SHOWN_MS = 15_000;

export class Notice {
  private shown: HTMLElement | null = null;

  constructor(private readonly surface: UiSurface) {}

  show(reason: string): void {
    const words = TEXTS[reason];
    if (!words) return;
    this.hide();
    const bar = element('div', 'bar notice');
    bar.id = 'glance_notice';
    const text = element('span', 'text');
    text.setAttribute('role', 'status');
    bar.append(
      text,
      button('glance_notice_btn', 'show', CLOSE, () => this.hide()),
    );
    this.shown = bar;
    this.surface.add(bar);
    // Screen readers tell what changes in a status, not what it comes with.
    core.setTimer(() => {
      text.textContent = words;
    }, 0);
    core.setTimer(() => {
      if (this.shown === bar) this.hide();
    }, SHOWN_MS);
  }

  hide(): void {
    if (this.shown) this.surface.remove(this.shown);
    this.shown = null;
  }
}
