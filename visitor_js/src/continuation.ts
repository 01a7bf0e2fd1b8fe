// What lets a session go on over page changes and reloads: its id and secret, kept where the tag says.

import type { Tag } from './tag';

export interface Continuation {
  ssnid: string;
  secret: string;
  key: string;
  groupid: number;
  /** The agent knows the visitor by an id. */
  identified: boolean;
}

const NAME = 'cobrowse_relay';
/** As the interface defines it: a form or image named `cookie` stands in the way of `document.cookie`. */
const COOKIE = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie') as PropertyDescriptor;
const IP_OR_SINGLE_LABEL = /^(\d+\.){3}\d+$|^\[|^[^.]+$/;

export class ContinuationStore {
  private readonly useCookie: boolean;
  private readonly useStorage: boolean;

  constructor(private readonly tag: Tag) {
    this.useCookie = tag.cookieType !== 'ls';
    this.useStorage = tag.cookieType === 'ls' || tag.cookieType === 'dual';
  }

  read(): Continuation | null {
    return parse((this.useCookie && readCookie(NAME)) || (this.useStorage && readStorage()) || '');
  }

  /** False when the browser keeps none of it: the session would end with the page. */
  write(state: Continuation): boolean {
    const { ssnid, secret, key, groupid, identified } = state;
    const text = encodeURIComponent([ssnid, secret, key, groupid, identified ? 1 : 0].join(' '));
    if (this.useStorage) writeStorage(text);
    if (this.useCookie) this.writeCookie(text);
    return this.read() !== null;
  }

  clear(): void {
    if (this.useStorage) writeStorage('');
    if (!this.useCookie) return;
    for (const domain of ['', ...this.domains()]) setCookie('', domain, this.secure, '; max-age=0');
  }

  private get secure(): boolean {
    return this.tag.cookieType === 'secure';
  }

  /** The widest domain that the browser takes: it knows which ones are public. */
  private writeCookie(text: string): void {
    for (const domain of [...this.domains(), '']) {
      setCookie(text, domain, this.secure, '');
      if (readCookie(NAME) === text) return;
    }
  }

  private domains(): string[] {
    if (this.tag.cookieDomain) return [this.tag.cookieDomain];
    const host = location.hostname;
    if (IP_OR_SINGLE_LABEL.test(host)) return [];
    const labels = host.split('.');
    return labels.slice(0, -1).map((_, index) => labels.slice(labels.length - 2 - index).join('.'));
  }
}

function setCookie(text: string, domain: string, secure: boolean, extra: string): void {
  const options = `path=/; samesite=lax${domain && `; domain=${domain}`}${secure ? '; secure' : ''}${extra}`;
  COOKIE.set?.call(document, `${NAME}=${text}; ${options}`);
}

function readCookie(name: string): string {
  const cookies = COOKIE.get?.call(document) as string;
  for (const pair of cookies.split('; ')) if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  return '';
}

function readStorage(): string {
  try {
    return localStorage.getItem(NAME) ?? '';
  } catch {
    return '';
  }
}

function writeStorage(text: string): void {
  try {
    if (text) localStorage.setItem(NAME, text);
    else localStorage.removeItem(NAME);
  } catch {
    // Storage may be forbidden or full; `write` reports it.
  }
}

function parse(text: string): Continuation | null {
  try {
    const [ssnid = '', secret = '', key = '', groupid = '', identified] = decodeURIComponent(text).split(' ');
    return ssnid && secret && /^\d+$/.test(groupid)
      ? { ssnid, secret, key, groupid: Number(groupid), identified: identified === '1' }
      : null;
  } catch {
    return null;
  }
}
