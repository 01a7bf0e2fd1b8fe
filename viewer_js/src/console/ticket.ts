// Asks for the single-use ticket that the socket is joined with. The login cookie never goes to the socket.

import type { TicketAnswer } from './link';

const TIMEOUT_MS = 10_000;
/** No login, or one that does not count here: signing in again mends both. */
const NOT_SIGNED_IN = new Set([401, 403]);

/** 'again' for whatever may pass: no network, a relay that restarts, one that is busy. `ssnid` once it is known: another
 * session may have the same key meanwhile. `agent` is what the page was opened with, as JSON: the relay writes it down. */
export async function askTicket(
  address: string,
  sessionKey: string,
  ssnid: string,
  agent: string,
): Promise<TicketAnswer> {
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ sessionkey: sessionKey, agent: JSON.parse(agent), ...(ssnid ? { ssnid } : {}) }),
      credentials: 'same-origin',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await read(answer);
  } catch {
    return 'again';
  }
}

async function read(answer: Response): Promise<TicketAnswer> {
  if (answer.type === 'opaqueredirect' || NOT_SIGNED_IN.has(answer.status)) return { refused: 'login' };
  if (answer.status === 404) return { refused: 'nosession' };
  if (!answer.ok) return 'again';
  const { ticket } = (await answer.json()) as { ticket?: unknown };
  return typeof ticket === 'string' ? { ticket } : 'again';
}
