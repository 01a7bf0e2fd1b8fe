// Whether the page's own script has a say in what is masked, and how long it may take. What it says, a module asks.

import type { Hook } from './modules/descriptor/main';
import type { MaskRecord } from './names.gen';
import { setTimer } from './native';

/** Longest that the module and the page's script may take together. */
const ANSWER_MS = 5000;

/** Instead of rules that cannot be had. */
export const WHOLE_PAGE: MaskRecord = { selector: '*', action: 'page', label: 'masked' };

export function pageHook(): Hook | undefined {
  const page = window as unknown as { GLANCE_COBROWSE?: { getMaskingDescriptor?: Hook } };
  return page.GLANCE_COBROWSE?.getMaskingDescriptor;
}

/** An answer of the page; rejects when there is none in time. */
export function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  const late = new Promise<never>((_, fail) => setTimer(() => fail(new Error('no answer')), ANSWER_MS));
  return Promise.race([answer, late]);
}
