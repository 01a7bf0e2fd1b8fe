// What the page's own script wants masked: `GLANCE_COBROWSE.getMaskingDescriptor`, asked on each page and whenever other agents
// watch. If it gives no answer, the page is masked.

import type { AgentRecord, MaskRecord } from './names.gen';
import { setTimer } from './native';

/** Longest that the page's script may take. */
const ANSWER_MS = 5000;

type Descriptor = { maskpage?: boolean; maskedelements?: string[] };
type Agents = { count: number; agentlist: AgentRecord[] };
type Hook = (params: { agents: Agents }) => Promise<Descriptor>;

const WHOLE_PAGE: MaskRecord = { selector: '*', action: 'page', label: 'masked' };

function hook(): Hook | undefined {
  const page = window as unknown as { GLANCE_COBROWSE?: { getMaskingDescriptor?: Hook } };
  return page.GLANCE_COBROWSE?.getMaskingDescriptor;
}

export function hasPageMasks(): boolean {
  return hook() !== undefined;
}

/** The page's rules for these agents. `onError` is told why there are none; then the whole page is masked. */
export async function pageMasks(agentlist: AgentRecord[], onError: (error: unknown) => void): Promise<MaskRecord[]> {
  try {
    const late = new Promise<never>((_, fail) => setTimer(() => fail(new Error('no answer')), ANSWER_MS));
    const asked = hook()?.({ agents: { count: agentlist.length, agentlist } });
    const { maskpage, maskedelements } = await Promise.race([asked as Promise<Descriptor>, late]);
    const rules = (maskedelements ?? []).map((selector) => ({ selector: `${selector}`, action: 'text', label: '' }));
    return maskpage ? [...rules, WHOLE_PAGE] : rules;
  } catch (error) {
    onError(error);
    return [WHOLE_PAGE];
  }
}
