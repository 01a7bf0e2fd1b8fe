// What the visitor sees of a running session: a border around the page, and a bar with the session's code, its state and the
// button that ends it.

import { draggable } from './drag';
import { button, element, type UiSurface } from './surface';

const TEXTS = {
  waiting: 'Waiting for your agent',
  code: 'Your session code',
  watching: (names: string) => `${names} can see this page`,
  agent: 'Your agent',
  reconnecting: 'Reconnecting…',
  show: 'Show code',
  end: 'End session',
};

export interface WidgetState {
  key: string;
  /** The visitor is known to the agent by an id: there is no code to read out. */
  identified: boolean;
  agents: string[];
  reconnecting: boolean;
}

export class Widget {
  private readonly frame = element('div', 'frame');
  private readonly bar = element('div', 'bar');
  private readonly text = element('span', 'text');
  private readonly code = element('span', 'code');
  private readonly show: HTMLButtonElement;
  private shown = false;

  constructor(
    private readonly surface: UiSurface,
    private state: WidgetState,
    onEnd: () => void,
  ) {
    this.frame.id = 'glance_border';
    this.frame.setAttribute('aria-hidden', 'true');
    this.bar.id = 'glance_cobrowse_btn';
    this.bar.setAttribute('role', 'region');
    this.bar.setAttribute('aria-label', 'Screen sharing');
    this.text.setAttribute('role', 'status');
    this.text.setAttribute('aria-live', 'polite');
    this.code.id = 'glance_ssn_key';
    this.code.setAttribute('aria-live', 'polite');
    const dot = element('span', 'dot');
    dot.setAttribute('aria-hidden', 'true');
    this.show = button('glance_show_btn', 'show', TEXTS.show, () => this.showCode());
    this.bar.append(dot, this.text, this.code, this.show, button('glance_stop_btn', 'end', TEXTS.end, onEnd));
    draggable(this.bar);
    surface.add(this.frame);
    surface.add(this.bar);
    this.draw();
  }

  update(change: Partial<WidgetState>): void {
    this.state = { ...this.state, ...change };
    this.draw();
  }

  remove(): void {
    this.surface.remove(this.frame);
    this.surface.remove(this.bar);
  }

  private showCode(): void {
    this.shown = true;
    this.draw();
  }

  private draw(): void {
    const { key, identified, agents, reconnecting } = this.state;
    const waiting = agents.length === 0 || reconnecting;
    this.frame.classList.toggle('waiting', waiting);
    this.bar.classList.toggle('waiting', waiting);
    const codeShown = this.shown && waiting && !reconnecting;
    this.say(codeShown ? TEXTS.code : this.status());
    this.code.hidden = !codeShown;
    this.code.textContent = codeShown ? key : '';
    this.show.hidden = identified || this.shown || !waiting || reconnecting;
  }

  private status(): string {
    const { agents, reconnecting } = this.state;
    if (reconnecting) return TEXTS.reconnecting;
    if (agents.length === 0) return TEXTS.waiting;
    return TEXTS.watching(agents.map((name) => name || TEXTS.agent).join(', '));
  }

  /** Screen readers repeat a text that is set again, also when it is the same. */
  private say(text: string): void {
    if (this.text.textContent !== text) this.text.textContent = text;
  }
}
