// The question before a session: what the agent will see, and the visitor's yes or no.

import { button, element, type UiSurface } from './surface';

const TEXTS = {
  title: 'Share this page with an agent?',
  text: 'The agent will see the pages of this website that you have open here, and your pointer. Passwords, card numbers and other private fields stay hidden. You can end the session at any time.',
  link: 'Terms and conditions',
  accept: 'Accept',
  decline: 'Decline',
};

/** Asks; resolves to the visitor's choice. Closing the question is a no. */
export function askTerms(surface: UiSurface, termsUrl: string): Promise<boolean> {
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
    dialog.append(title, paragraph(termsUrl), choice);
    dialog.oncancel = () => close(false);
    surface.add(dialog);
    dialog.showModal();
  });
}

function paragraph(termsUrl: string): HTMLElement {
  const text = element('p', '', TEXTS.text);
  if (!/^https?:\/\//i.test(termsUrl)) return text;
  const link = element('a', '', TEXTS.link) as HTMLAnchorElement;
  link.id = 'glance_terms_link2';
  link.href = termsUrl;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  text.append(' ', link);
  return text;
}
