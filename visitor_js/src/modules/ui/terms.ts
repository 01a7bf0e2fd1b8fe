// The question before a session: what the agent will see, and the visitor's yes or no.

import type { Tag } from '../../tag';
import { core } from '../given';
import { button, element, type UiSurface } from './surface';

const TEXTS = {
  title: 'Share this page with an agent?',
  text: 'The agent will see the pages of this website that you have open here, and your pointer. Passwords, card numbers and what this website marks as private stay hidden. You can end the session at any time.',
  link: 'Terms and conditions',
  accept: 'Accept',
  decline: 'Decline',
};

/** The dialog does not wait longer for what the relay says; then it has its usual text. */
const WAIT_MS = 2000;

export interface Terms {
  readonly url: string;
  readonly text: string;
}

/** The site's own link and text, by the tag or else by the relay. */
export async function termsOf(tag: Tag): Promise<Terms> {
  const said = await settings(tag);
  return { url: tag.termsUrl || String(said.termsUrl ?? ''), text: String(said.termsText || TEXTS.text) };
}

async function settings({ server, groupid, site }: Tag): Promise<{ termsUrl?: unknown; termsText?: unknown }> {
  try {
    const address = `${server}/cobrowse/visitor.json?group=${groupid}&site=${encodeURIComponent(site)}`;
    const answer = await core.request(address, {
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(WAIT_MS),
    });
    return answer.ok ? await answer.json() : {};
  } catch {
    return {};
  }
}

/** Asks; resolves to the visitor's choice. Closing the question is a no. */
export function askTerms(surface: UiSurface, terms: Terms): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = element('dialog', 'terms') as HTMLDialogElement;
    const close = (accepted: boolean) => {
      surface.remove(dialog);
      resolve(accepted);
    };
    const title = element('h2', '', TEXTS.title);
    title.id = 'glance_terms_title';
    dialog.id = 'glance_terms';
    dialog.setAttribute('aria-labelledby', title.id);
    const choice = element('div', 'choice');
    choice.append(
      button('glance_decline', 'decline', TEXTS.decline, () => close(false)),
      button('glance_accept', 'accept', TEXTS.accept, () => close(true)),
    );
    dialog.append(title, paragraph(terms), choice);
    dialog.oncancel = () => close(false);
    surface.add(dialog);
    dialog.showModal();
  });
}

function paragraph(terms: Terms): HTMLElement {
  const text = element('p', '', terms.text);
  if (!/^https?:\/\//i.test(terms.url)) return text;
  const link = element('a', '', TEXTS.link) as HTMLAnchorElement;
  link.id = 'glance_terms_link2';
  link.href = terms.url;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  text.append(' ', link);
  return text;
}
