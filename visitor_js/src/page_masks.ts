// Whether the page's own script has a say in what is masked. What it says, a module asks.

import type { Hook } from './modules/descriptor/main';
import type { MaskRecord } from './names.gen';

/** Instead of rules that cannot be had. */
export const WHOLE_PAGE: MaskRecord = { selector: '*', action: 'page', label: 'masked' };

export function pageHook(): Hook | undefined {
  const page = window as unknown as { GLANCE_COBROWSE?: { getMaskingDescriptor?: Hook } };
  return page.GLANCE_COBROWSE?.getMaskingDescriptor;
}
