// What the console says in words: a heading and a sentence for each state and reason. Knows no elements.

import type { LinkState, Reason } from './link';

export interface Words {
  readonly heading: string;
  readonly text: string;
}

const STATE_WORDS: Record<LinkState, string> = {
  connecting: 'Connecting',
  waiting: 'Waiting for visitor',
  live: 'Live',
  reconnecting: 'Reconnecting',
  ended: 'Ended',
  denied: 'Not connected',
};

/** What the chip says. */
export function chipWords(state: LinkState, reason: Reason): string {
  return state === 'live' && reason === 'behind' ? 'Catching up' : STATE_WORDS[state];
}

const ENDED: Record<string, string> = {
  agent: 'An agent ended the session.',
  self: 'You ended the session.',
  visitor: 'The visitor ended the session.',
  timeout: 'Nobody joined in time.',
  error: 'The visitor’s connection was lost and did not come back.',
};

const DENIED: Record<string, Words> = {
  nosession: {
    heading: 'No session with this code',
    text: 'The code may be mistyped, or the session is over. Ask the visitor to read it out again.',
  },
  login: { heading: 'Please sign in again', text: 'You have been signed out. Sign in to go on with this session.' },
  full: {
    heading: 'This session is full',
    text: 'As many as may watch it are here. Try again when somebody has left.',
  },
  version: { heading: 'A newer version is here', text: 'The relay has been updated. Reload this page to go on.' },
  replaced: { heading: 'Opened elsewhere', text: 'This session was taken over by another window.' },
};

/** For the screen that covers the page; null when the page, if there is one `shown`, is to be seen. */
export function screenWords(state: LinkState, reason: Reason, shown: boolean): Words | null {
  switch (state) {
    case 'connecting':
      return { heading: 'Connecting…', text: 'Joining the session.' };
    case 'waiting':
      return { heading: 'Waiting for the visitor', text: 'Their page appears here as soon as they are connected.' };
    case 'live':
      return shown ? null : { heading: 'Loading the page…', text: 'It appears in a moment.' };
    case 'ended':
      return { heading: 'Session ended', text: ENDED[reason] ?? 'The session is over. Nothing more is shared.' };
    case 'denied':
      return (
        DENIED[reason] ?? { heading: 'This session cannot be opened', text: 'You may not have the right to see it.' }
      );
    default:
      return null;
  }
}

/** For the banner above a page that stands still. */
export function bannerWords(reason: Reason): string {
  return reason === 'link'
    ? 'Connection lost. Reconnecting…'
    : 'The visitor is away for a moment. This is their last view.';
}

/** How a visitor is called when they have given less than a name. */
export function visitorName(visitor: { name: string; email: string; visitorid: string }): string {
  return visitor.name || visitor.email || visitor.visitorid || 'Visitor';
}

/** Up to two letters for an avatar. */
export function initials(name: string): string {
  const words = name.split(/[\s.@_-]+/u).filter((word) => word !== '');
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase() || '?';
}
