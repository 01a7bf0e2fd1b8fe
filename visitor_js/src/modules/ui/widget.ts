// What the visitor sees of a running session: a border around the page, and a bar with the session's code, its state and the
// button that ends it.

import type { AgentRecord } from '../../names.gen';
import { draggable } from './drag';
import { Expiry } from './expiry';
import { button, element, type UiSurface } from './surface';

const TEXTS = {
  waiting: 'Waiting for your agent',
  code: 'Your session code',
  watching: (names: string) => `${names} can see this page`,
  agent: 'Your agent',
  reconnecting: 'Reconnecting…',
  show: 'Show code',
  left: 'Time left to join',
  end: 'End session',
};

export interface WidgetState {
  key: string;
  /** The visitor is known to the agent by an id: there is no code to read out. */
  identified: boolean;
  agents: AgentRecord[];
  reconnecting?: boolean;
  /** Seconds from now until a session that nobody has joined is over; 0 once somebody has. */
  waiting: number;
}

/** Numbers are read out in threes, from the end. */
const GROUPS = /(?=(?:\d{3})+$)/;
const GROUPED = /^\d{5,}$/;

export class Widget {
  private readonly frame = element('div', 'frame');
  private readonly bar = element('div', 'bar');
  private readonly text = element('span', 'text');
  private readonly code = element('span', 'code');
  private readonly timer = element('span', 'timer');
  private readonly show: HTMLButtonElement;
  private readonly expiry: Expiry;
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
    this.timer.setAttribute('role', 'timer');
    this.timer.setAttribute('aria-label', TEXTS.left);
    const dot = element('span', 'dot');
    dot.setAttribute('aria-hidden', 'true');
    this.show = button('glance_show_btn', 'show', TEXTS.show, () => this.showCode());
    this.bar.append(
      dot,
      this.text,
      this.timer,
      this.code,
      this.show,
      button('glance_stop_btn', 'end', TEXTS.end, onEnd),
    );
    draggable(this.bar);
    surface.add(this.frame);
    surface.add(this.bar);
    this.expiry = new Expiry(this.timer, state.waiting);
    this.draw();
  }

  update(change: Partial<WidgetState>): void {
    this.state = { ...this.state, ...change };
    this.draw();
  }

  remove(): void {
    this.expiry.stop();
    this.surface.remove(this.frame);
    this.surface.remove(this.bar);
  }

  private showCode(): void {
    this.shown = true;
    this.draw();
  }

  private draw(): void {
    const { key, identified, agents, reconnecting = false } = this.state;
    const waiting = agents.length === 0 || reconnecting;
    if (agents.length > 0) this.expiry.stop();
    this.frame.classList.toggle('waiting', waiting);
    this.bar.classList.toggle('waiting', waiting);
    const codeShown = this.shown && waiting && !reconnecting;
    this.say(codeShown ? TEXTS.code : this.status());
    this.code.hidden = !codeShown;
    if (this.code.textContent !== (codeShown ? key : '')) this.code.replaceChildren(...(codeShown ? grouped(key) : []));
    this.show.hidden = identified || this.shown || !waiting || reconnecting;
  }

  private status(): string {
    const { agents, reconnecting } = this.state;
    if (reconnecting) return TEXTS.reconnecting;
    if (agents.length === 0) return TEXTS.waiting;
    // An agent with the page in two windows is one person.
    const persons = new Map(agents.map(({ username, name }) => [username, name || TEXTS.agent]));
    return TEXTS.watching([...persons.values()].join(', '));
  }

  /** Screen readers repeat a text that is set again, also when it is the same. */
  private say(text: string): void {
    if (this.text.textContent !== text) this.text.textContent = text;
  }
}

/** The key, with room between its groups that is no part of it. */
function grouped(key: string): HTMLElement[] {
  return (GROUPED.test(key) ? key.split(GROUPS) : [key]).map((part) => element('span', 'group', part));
}
