// The viewer page: builds the parts and joins them. The settings are on the body, for nothing is inline here.

import { Canvas } from './canvas';
import { guardFocus } from './focus_guard';
import { Link } from './link';
import { Panel } from './panel';
import { VisitorPointer, watchGlass } from './pointer';
import { StageHost } from './stage_host';
import { askTicket } from './ticket';

function setting(name: string): string {
  return document.body.dataset[name] ?? '';
}

function socketAddress(): string {
  const address = new URL(setting('socketUrl'), location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  return address.href;
}

function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}

function start(): void {
  const assets = setting('assetOrigin') || location.origin;
  const pointer = new VisitorPointer(byId('pointer'));
  const canvas = new Canvas(byId('area'), byId('sheet'), byId('surface'), (width, height, scale) => {
    panel.setPage(width, height, scale);
    pointer.setScale(scale);
  });
  const stage = new StageHost(byId('surface'), setting('stageUrl'), assets, {
    rendered: (version) => {
      panel.setVersion(version);
      link.acknowledge(version);
    },
    viewport: (width, height) => canvas.setSize(width, height),
    pointer: (x, y, down) => pointer.put(x, y, down),
    drifted: (node, scope) => {
      panel.countDrift();
      link.drifted(node, scope);
    },
    emptied: () => {
      panel.setVersion(0);
      link.rejoin();
    },
    failed: () => panel.setBroken(true),
  });
  const link: Link = new Link(
    {
      ticket: (ssnid) => askTicket(setting('ticketUrl'), setting('sessionKey'), ssnid, setting('agentDetails')),
      open: () => new WebSocket(socketAddress()),
      random: Math.random,
    },
    {
      state: (state, reason) => {
        if (state === 'ended' || state === 'denied') stage.stop();
        if (state !== 'live') pointer.hide();
        panel.setState(state, reason);
      },
      visitor: (visitor) => panel.setVisitor(visitor),
      agents: (agents) => panel.setAgents(agents),
      frame: (bytes) => stage.show(bytes),
      version: () => stage.settled(),
    },
  );
  const panel: Panel = new Panel({
    zoom: (zoom) => canvas.setZoom(zoom),
    end: () => link.end(),
    retry: () => {
      panel.setBroken(false);
      panel.setVersion(0);
      stage.start();
      link.rejoin();
    },
  });
  watchGlass(byId('glass'), canvas, (at) => stage.hover(at));
  guardFocus((element) => element instanceof HTMLIFrameElement);
  window.addEventListener('online', () => link.hurry());
  const look = () => link.look(!document.hidden);
  document.addEventListener('visibilitychange', look);
  look();
  panel.setState('connecting', '');
  stage.start();
  link.connect();
}

start();
