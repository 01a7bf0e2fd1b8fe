// May these bytes outlive the session, for other visitors of the same site? Only what its own response says that a shared cache may
// keep (RFC 9111, section 3; requirements 4.8), and says it: what was behind a login, behind an address that nobody can guess, in a
// private network, or made by the page, is this visitor's alone.

/** `own`: asked for with the site's cookies; a time to live alone does not say then that it is for all. */
export function isShared(answer: Response, own: boolean): boolean {
  if (!/^https?:/.test(answer.url) || varies(answer)) return false;
  const control = answer.headers.get('cache-control')?.toLowerCase() ?? '';
  if (/\b(private|no-store|no-cache|max-age=0*(?!\d))/.test(control)) return false;
  return (own ? /\b(public|immutable|s-maxage=0*[1-9])/ : /\b(public|immutable|(s-maxage|max-age)=0*[1-9])/).test(
    control,
  );
}

function varies(answer: Response): boolean {
  const names = answer.headers.get('vary')?.toLowerCase().split(',') ?? [];
  return names.some((name) => !['accept-encoding', 'origin', ''].includes(name.trim()));
}

/**
 * In base64, as Repr-Digest has it; empty where the browser does not hash (pages without TLS). A page that has put its own in the
 * place of the browser's gets other pictures shown in its own session, which it could have as well by showing them.
 */
export async function sha256(bytes: Blob): Promise<string> {
  if (!crypto.subtle) return '';
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()));
  return btoa(String.fromCharCode(...digest));
}
