// Addresses that leave the page carry neither query nor fragment: both are where tokens, names and search words live.

const SCRIPT = /^[\s\0-\x20]*(j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|v\s*b\s*s\s*c\s*r\s*i\s*p\s*t|data)\s*:/i;

/** The text of a link without query and fragment, as relative as it was; null for a script or a document in a link. */
export function linkAddress(raw: string): string | null {
  if (SCRIPT.test(raw)) return null;
  const end = raw.search(/[?#]/);
  return end < 0 ? raw : raw.slice(0, end);
}

/** A document's address without query and fragment; of an address that is itself the content, the scheme. */
export function documentAddress(address: string): string {
  const end = address.search(/[?#]/);
  const plain = end < 0 ? address : address.slice(0, end);
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(plain)?.[0] ?? '';
  return /^(data|blob|javascript|filesystem):$/i.test(scheme) ? scheme : plain;
}

/** What is left of a document's address when the page is masked. */
export function originOf(address: string): string {
  return /^https?:\/\/[^/?#]*/i.exec(address)?.[0].concat('/') ?? '';
}

/** An address made absolute; empty when it is none. */
export function resolve(address: string, base: string): string {
  try {
    return new URL(address, base).href;
  } catch {
    return '';
  }
}

export function hasImport(sheet: string): boolean {
  return /@import/i.test(sheet);
}
