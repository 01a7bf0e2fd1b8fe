// The module of what the page's own script wants masked: `GLANCE_COBROWSE.getMaskingDescriptor`. Whoever asks masks the page when there
// is no answer, and when this module cannot be had.

import type { Core } from '../../core';
import type { AgentRecord, MaskRecord } from '../../names.gen';
import { core, give } from '../given';

/** Longest that the page's script may take. */
const ANSWER_MS = 5000;

type Descriptor = { maskpage?: boolean; maskedelements?: string[] };
type Agents = { count: number; agentlist: AgentRecord[] };
export type Hook = (params: { agents: Agents }) => Promise<Descriptor>;

/** The page's rules for these agents, and `whole` if all of it is masked. Rejects when its script gives none. */
export async function pageMasks(hook: Hook, agentlist: AgentRecord[], whole: MaskRecord): Promise<MaskRecord[]> {
  const late = new Promise<never>((_, fail) => core.setTimer(() => fail(new Error('no answer')), ANSWER_MS));
  const asked = hook({ agents: { count: agentlist.length, agentlist } });
  const { maskpage, maskedelements } = await Promise.race([asked, late]);
  const rules = (maskedelements ?? []).map((selector) => ({ selector: `${selector}`, action: 'text', label: '' }));
  return maskpage ? [...rules, whole] : rules;
}

export function open(given: Core): typeof pageMasks {
  give(given);
  return pageMasks;
}
