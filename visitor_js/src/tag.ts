// The tag as the site has it in its page: which group, which servers, which options. Shared by loader and capture script.

/** Settings of the tag; addresses are origins without a slash at the end. */
export interface Tag {
  groupid: number;
  groupids: number[];
  site: string;
  /** Origin of the socket and of all services. */
  server: string;
  /** Where the loader came from, for the script that it brings. */
  scripts: string;
  visitorid: string;
  name: string;
  email: string;
  phone: string;
  cookieDomain: string;
  cookieType: string;
  customUi: boolean;
  termsUrl: string;
  inputEvents: Record<string, string>;
}

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Reads the tag; null when no group is named in it. */
export function readTag(document: Document): Tag | null {
  const carrier = document.getElementById('glance-cobrowse') ?? document.getElementById('cobrowsescript');
  const groupid = number(attribute(carrier, 'groupid'));
  if (!groupid) return null;
  const script = new URL(scriptAddress(document), document.baseURI);
  const own = (name: string) => attribute(carrier, name);
  return {
    groupid,
    groupids: [groupid, ...own('additionalgroupids').split(',').map(number).filter(Boolean)],
    site: own('site') || 'production',
    server: server(own('ws'), script),
    scripts: scripts(own('scriptserver'), script),
    visitorid: own('visitorid'),
    name: own('name'),
    email: own('email'),
    phone: own('phone'),
    cookieDomain: own('cookiedomain'),
    cookieType: own('cookietype') || 'normal',
    customUi: own('ui') === 'custom',
    termsUrl: own('termsurl'),
    inputEvents: hotKeys(own('inputevents')),
  };
}

function attribute(carrier: Element | null, name: string): string {
  return carrier?.getAttribute(`data-${name}`)?.trim() ?? '';
}

function number(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : 0;
}

/** The loader's own address: while it runs, the browser says which script that is; later the tag does. */
function scriptAddress(document: Document): string {
  const current = document.currentScript as HTMLScriptElement | null;
  for (const script of [
    document.getElementById('cobrowsescript'),
    document.getElementById('glance-cobrowse'),
    current,
  ]) {
    const address = script?.getAttribute('src');
    if (address) return address;
  }
  return document.baseURI;
}

/** Encrypted, except where page and script are on the visitor's own machine or the script itself came without. */
function server(host: string, script: URL): string {
  if (!host) return script.origin;
  const bare = host.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '');
  const plain = script.protocol === 'http:' && (LOCAL.test(bare) || bare === script.host || LOCAL.test(script.host));
  return `${plain ? 'http' : 'https'}://${bare}`;
}

function scripts(scriptServer: string, script: URL): string {
  if (!scriptServer) return script.origin;
  const address = /^https?:\/\//i.test(scriptServer)
    ? scriptServer
    : `${script.protocol}//${scriptServer.replace(/^\/\//, '')}`;
  return address.replace(/\/+$/, '');
}

function hotKeys(json: string): Record<string, string> {
  try {
    return json ? (JSON.parse(json) as Record<string, string>) : {};
  } catch {
    return {};
  }
}
