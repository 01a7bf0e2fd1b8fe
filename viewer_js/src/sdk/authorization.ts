// `GLANCE.Authorization`: tokens for the relay's services, asked for and kept by a page of an agent's desk.

const SERVICE = '/services/AuthorizationService.svc/rest/authorize';
/** In local storage, so that the desk's other pages on this host have it too. */
const STORED = 'cobrowse_relay_token';
const TIMEOUT_MS = 20_000;
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Of the documented call. `onfail` gets a documented reason, and what the service said. */
export interface Authorize {
  webserver?: string;
  service?: string;
  groupid?: string | number;
  duration?: string | number;
  site?: string;
  credentials?: Record<string, string | number>;
  onsuccess?: (answer: Answer) => void;
  onfail?: (reason: 'authorization' | 'connection', said?: Answer) => void;
}

/** What the service answers, as far as it is looked at here. */
export interface Answer {
  authToken?: string | null;
  message?: string;
  error?: string;
}

/** `own` is the address that this script came from. */
export class Authorization {
  private token = '';

  constructor(
    private readonly page: Document,
    private readonly own: string,
  ) {}

  /** Asks for a token and keeps it. Does not throw. */
  async authorize(params: Authorize): Promise<void> {
    let said: Answer;
    try {
      said = await this.ask(params);
    } catch {
      params.onfail?.('connection');
      return;
    }
    if (typeof said.authToken !== 'string') {
      params.onfail?.('authorization', said);
      return;
    }
    this.setToken(said.authToken);
    params.onsuccess?.(said);
  }

  /** Keeps a token that the desk's server got; an empty one is forgotten. */
  setToken(token: string): void {
    this.token = token;
    try {
      if (!window.isSecureContext || token === '') localStorage.removeItem(STORED);
      else localStorage.setItem(STORED, token);
    } catch {
      // Storage may be forbidden: the token is good for this page then.
    }
  }

  /** The token to show to a service: the tag's, this page's, or a kept one, while it is good; else ''. */
  getToken(): string {
    return [this.attribute('authtoken'), this.token, this.stored()].find(isGood) ?? '';
  }

  private async ask({
    webserver,
    credentials = {},
    groupid,
    onsuccess: _,
    onfail: __,
    ...rest
  }: Authorize): Promise<Answer> {
    const group = String(groupid ?? '') || this.attribute('groupid') || String(credentials.partnerid ?? '');
    const address = new URL(SERVICE, this.server(webserver));
    // In the address: the browser asks, before it sends anything, whether this page may.
    if (group !== '') address.searchParams.set('groupid', group);
    if (rest.site) address.searchParams.set('site', rest.site);
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...rest, ...(group !== '' && { groupid: group }), credentials }),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.status >= 500) throw new Error('the service cannot answer');
    return (await answer.json()) as Answer;
  }

  private server(named: string | undefined): string {
    const host = (named || this.attribute('ws')).replace(/\/+$/, '');
    if (host === '' || /^https?:\/\//i.test(host)) return host || this.own;
    return `${LOCAL.test(host) && this.own.startsWith('http:') ? 'http' : 'https'}://${host}`;
  }

  /** An attribute of the cobrowse tag: of the meta or the script element. */
  private attribute(name: string): string {
    const tag = this.page.getElementById('glance-cobrowse') ?? this.page.getElementById('cobrowsescript');
    return tag?.getAttribute(`data-${name}`)?.trim() ?? '';
  }

  private stored(): string {
    try {
      return (window.isSecureContext && localStorage.getItem(STORED)) || '';
    } catch {
      return '';
    }
  }
}

/** Whether a token's term is not over. The signature is the relay's to look at. */
function isGood(token: string): boolean {
  try {
    const [, content = ''] = token.split('.');
    const { exp } = JSON.parse(atob(content.replace(/-/g, '+').replace(/_/g, '/'))) as { exp?: unknown };
    return typeof exp === 'number' && exp * 1000 > Date.now();
  } catch {
    return false;
  }
}
