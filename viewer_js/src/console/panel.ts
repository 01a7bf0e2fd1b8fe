// The console's own elements: toolbar, people, state, screens, the end dialog. Shows what it is told; decides nothing about the
// session. Everything from outside becomes text by textContent.

import type { AgentRecord, VisitorRecord } from '../names.gen';
import type { Zoom } from './canvas';
import type { LinkState, Reason } from './link';
import { bannerWords, chipWords, initials, screenWords, visitorName } from './words';

export interface PanelEvents {
  zoom(zoom: Zoom): void;
  end(): void;
  /** Show the page again after it could not be shown. */
  retry(): void;
}

function part<Type extends HTMLElement>(id: string): Type {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element as Type;
}

export class Panel {
  private readonly root = document.documentElement;
  private readonly chip = part('state-chip');
  private readonly spoken = part('spoken');
  private readonly banner = part('banner');
  private readonly screen = part('screen');
  private readonly dialog = part<HTMLDialogElement>('end-dialog');
  private readonly endButton = part<HTMLButtonElement>('end');
  private state: LinkState = 'connecting';
  private reason: Reason = '';
  private broken = false;
  /** This agent has asked for the end. */
  private endedHere = false;
  /** There is a page to be seen. */
  private shown = false;

  constructor(private readonly events: PanelEvents) {
    for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-zoom]')) {
      button.addEventListener('click', () => this.setZoom(button.dataset.zoom === 'actual' ? 'actual' : 'fit'));
    }
    this.endButton.addEventListener('click', () => this.dialog.showModal());
    this.dialog.addEventListener('close', () => {
      this.endedHere = this.dialog.returnValue === 'end';
      if (this.endedHere) this.events.end();
      this.dialog.returnValue = '';
    });
    closeWhenLeft(part<HTMLDetailsElement>('people'));
    part('retry').addEventListener('click', () => this.events.retry());
  }

  private setZoom(zoom: Zoom): void {
    for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-zoom]')) {
      button.setAttribute('aria-pressed', String(button.dataset.zoom === zoom));
    }
    this.events.zoom(zoom);
  }

  setState(state: LinkState, reason: Reason): void {
    this.state = state;
    this.reason = reason;
    this.show();
  }

  /** The page itself cannot be shown, whatever the connection is. */
  setBroken(broken: boolean): void {
    this.broken = broken;
    this.show();
  }

  private show(): void {
    const { state, reason } = this;
    this.root.dataset.state = state;
    this.root.toggleAttribute('data-broken', this.broken);
    this.chip.textContent = chipWords(state, reason);
    this.spoken.textContent = this.broken ? 'This page cannot be shown.' : chipWords(state, reason);
    this.banner.hidden = state !== 'reconnecting' || this.broken;
    part('banner-text').textContent = bannerWords(reason);
    this.showScreen();
    this.endButton.disabled = state === 'ended' || state === 'denied';
    if (this.endButton.disabled && this.dialog.open) this.dialog.close();
  }

  private showScreen(): void {
    const over = this.state === 'ended' || this.state === 'denied';
    const broken = this.broken && !over;
    const words = broken
      ? {
          heading: 'This page cannot be shown',
          text: 'It did not answer. The session goes on; the visitor notices nothing.',
        }
      : screenWords(this.state, this.endedHere && this.reason === 'agent' ? 'self' : this.reason, this.shown);
    this.screen.hidden = words === null;
    part('screen-heading').textContent = words?.heading ?? '';
    part('screen-text').textContent = words?.text ?? '';
    this.screen.dataset.look = broken ? 'broken' : this.state;
    part('screen-code').hidden = this.state !== 'waiting' || broken;
    part('retry').hidden = !broken;
    part('screen-join').hidden = !over || this.reason === 'login';
    part('screen-login').hidden = this.reason !== 'login';
  }

  setVisitor(visitor: VisitorRecord): void {
    const name = visitorName(visitor);
    part('visitor-name').textContent = name;
    part('visitor-avatar').textContent = initials(name);
    part('visitor-detail').textContent = [visitor.email, visitor.phone]
      .filter((text) => text && text !== name)
      .join(' · ');
    document.title = `${name} – Cobrowse Relay`;
  }

  setAgents(agents: readonly AgentRecord[]): void {
    const list = part('agents');
    list.replaceChildren(...agents.map(agentItem));
    part('agents-count').textContent = String(agents.length);
  }

  setPage(width: number, height: number, scale: number): void {
    part('page-size').textContent = `${width} × ${height}`;
    part('page-scale').textContent = `${Math.round(scale * 100)} %`;
  }

  /** Something in the stage was not as the relay had it and is made so; of interest to whoever looks closely. */
  countDrift(): void {
    const { dataset } = this.root;
    dataset.drifts = String(Number(dataset.drifts ?? 0) + 1);
    console.debug(`Part of the page differed from the relay's copy; it is sent again (${dataset.drifts}).`);
  }

  /** What the stage shows; 0: nothing. */
  setVersion(version: number): void {
    this.root.dataset.version = String(version);
    if (this.shown === version > 0) return;
    this.shown = version > 0;
    this.show();
  }
}

/** A menu that goes away by Escape, and by a click or focus elsewhere. */
function closeWhenLeft(menu: HTMLDetailsElement): void {
  const leave = ({ target }: Event) => {
    if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  };
  document.addEventListener('pointerdown', leave);
  document.addEventListener('focusin', leave);
  menu.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') menu.open = false;
  });
}

function agentItem(agent: AgentRecord): HTMLElement {
  const name = agent.name || agent.username;
  const item = document.createElement('li');
  const avatar = document.createElement('span');
  avatar.className = 'avatar';
  avatar.setAttribute('aria-hidden', 'true');
  avatar.textContent = initials(name);
  const label = document.createElement('span');
  label.className = 'person';
  label.textContent = name;
  item.append(avatar, label);
  if (agent.title) {
    const title = document.createElement('span');
    title.className = 'muted';
    title.textContent = agent.title;
    item.append(title);
  }
  return item;
}
