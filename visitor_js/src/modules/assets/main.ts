// The module that brings the relay the bytes of images and fonts that only this browser can get: behind the visitor's login, in a private
// network, or made by the page itself (`blob:`). Fetched as the page would, never with more rights.

import type { Core } from '../../core';
import { type AssetRecord, Limit } from '../../names.gen';
import { core, give } from '../given';
import { isShared, sha256 } from './shared';

/** At once; the page's own loading comes first. */
const PARALLEL = 4;
const MAX_BYTES = 10 << 20;
/** From here on it is worth a question whether the relay has the bytes already. */
const OFFER_BYTES = 512;

/** The answer to an offer of bytes that need not be sent. Others are no errors: browsers write those into the page's console. */
const HERE = 204;

/** Where one session's assets go. */
export interface Destination {
  /** Address of the session's assets, without a slash at the end. */
  readonly address: string;
  readonly credentials: string;
  over: boolean;
}

class Assets {
  private queue: AssetRecord[] = [];
  private asked = new Set<string>();
  private running = 0;

  constructor(readonly destination: Destination) {}

  want(assets: AssetRecord[]): void {
    for (const asset of assets) {
      if (this.asked.has(asset.id) || this.asked.size >= Limit.Assets) continue;
      this.asked.add(asset.id);
      this.queue.push(asset);
    }
    while (this.running < PARALLEL && this.queue.length > 0) void this.next();
  }

  private async next(): Promise<void> {
    const asset = this.queue.shift();
    if (!asset || this.destination.over) return;
    this.running++;
    try {
      await this.bring(asset);
    } catch {
      // What cannot be had stays missing at the agent; it may be asked for again.
      this.asked.delete(asset.id);
    }
    this.running--;
    if (this.queue.length > 0) await this.next();
  }

  private async bring({ id, url }: AssetRecord): Promise<void> {
    const found = await read(url).catch(() => null);
    // Without bytes the relay learns that nothing will come, and keeps no agent waiting.
    if (!found) await this.send('DELETE', id);
    else if (!(await this.isThere(id, found)))
      await this.send('PUT', `${id}${found.shared ? '?shared' : ''}`, found.bytes);
  }

  /** Whether the relay has the bytes from an earlier session of the site: then nothing has to be brought. */
  private async isThere(id: string, { bytes, shared }: Found): Promise<boolean> {
    const digest = shared && bytes.size >= OFFER_BYTES ? await sha256(bytes) : '';
    return digest !== '' && (await this.send('POST', id, null, bytes.type, digest)).status === HERE;
  }

  private send(
    method: string,
    id: string,
    body: Blob | null = null,
    type = body?.type,
    digest = '',
  ): Promise<Response> {
    const { address, credentials } = this.destination;
    return core.request(`${address}/${id}`, {
      method,
      body,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: {
        authorization: `Bearer ${credentials}`,
        'content-type': type || 'application/octet-stream',
        ...(digest && { 'repr-digest': `sha-256=:${digest}:` }),
      },
    });
  }
}

interface Found {
  readonly bytes: Blob;
  /** Anybody may have them. */
  readonly shared: boolean;
}

/** The bytes of an asset; null when there are none to be had, or too many. */
async function read(url: string): Promise<Found | null> {
  const address = new URL(url, document.baseURI);
  const own = address.origin === location.origin || address.protocol === 'blob:' || address.protocol === 'data:';
  const answer = await core.request(address.href, {
    credentials: own ? 'same-origin' : 'omit',
    referrerPolicy: 'no-referrer',
  });
  if (!answer.ok || Number(answer.headers.get('content-length')) > MAX_BYTES) return null;
  const bytes = await answer.blob();
  return bytes.size > 0 && bytes.size <= MAX_BYTES ? { bytes, shared: isShared(answer, own) } : null;
}

/** Brings assets to the destination of the session at hand; each is asked for once in it. */
export class AssetBringer {
  private assets: Assets | null = null;

  want(destination: Destination, assets: AssetRecord[]): void {
    if (this.assets?.destination !== destination) this.assets = new Assets(destination);
    this.assets.want(assets);
  }
}

export function open(given: Core): AssetBringer {
  give(given);
  return new AssetBringer();
}
