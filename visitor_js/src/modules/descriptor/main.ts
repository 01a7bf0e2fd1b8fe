// The module of what the page's own script wants masked: `GLANCE_COBROWSE.getMaskingDescriptor`. Whoever asks masks the page when there
// is no answer in time, and when this module cannot be had.

import type { AgentRecord, MaskRecord } from '../../names.gen';

type Descriptor = { maskpage?: boolean; maskedelements?: string[] };
type Agents = { count: number; agentlist: AgentRecord[] };
export type Hook = (params: { agents: Agents }) => Promise<Descriptor>;

/** The page's rules for these agents, and `whole` if all of it is masked. Rejects when its script gives none. */
export async function pageMasks(hook: Hook, agentlist: AgentRecord[], whole: MaskRecord): Promise<MaskRecord[]> {
  const { maskpage, maskedelements } = await hook({ agents: { count: agentlist.length, agentlist } });
  const rules = (maskedelements ?? []).map((selector) => ({ selector: `${selector}`, action: 'text', label: '' }));
  return maskpage ? [...rules, whole] : rules;
}

export function open(): typeof pageMasks {
  return pageMasks;
}
