// A video's picture with the bar of its controls, and the bar alone, as SVG in a data address. Drawn from numbers: nothing that a page
// wrote is in them.

import { PlaybackCode } from '../names.gen';
import type { SetPlaybackOp } from './ops';

export interface Shown {
  playback: SetPlaybackOp | null;
  /** Base64 of the frame; empty: none. */
  picture: string;
}

/** Beginnings of base64 by the type that it is of. */
const TYPES: readonly (readonly [string, string])[] = [
  ['UklGR', 'webp'],
  ['/9j/', 'jpeg'],
  ['', 'png'],
];
const SVG = 'http://www.w3.org/2000/svg';
const BAR_HEIGHT = 32;
const MARGIN = 12;
const FONT = '12px system-ui, sans-serif';
const PLAY = 'M0 0 10 6 0 12z';
const PAUSE = 'M0 0h3.5v12H0zM6.5 0H10v12H6.5z';
const AGAIN = 'M5 1a5 5 0 1 0 5 5H8.5A3.5 3.5 0 1 1 5 2.5V5l4-3.5L5-1.5z';
const SPEAKER = 'M0 4h3l4-4v12l-4-4H0z';
const CROSS = 'M9 3.5l5 5m0-5l-5 5';

/**
 * As large as the video is by itself, so that a box without a size of its own gets the visitor's. The bar, if any, is for a box of
 * `width` by `height`, into which a browser scales the whole.
 */
export function svgOf(shown: Shown, hasBar: boolean, width: number, height: number): string {
  const { picture, playback } = shown;
  const type = TYPES.find(([start]) => picture.startsWith(start))?.[1] ?? 'png';
  const isKnown = playback !== null && playback.width > 0 && playback.height > 0;
  const [wide, high] = isKnown ? [playback.width, playback.height] : [width, height];
  const scale = Math.min(width / wide, height / high) || 1;
  const bar = hasBar && playback ? barOf(playback, wide * scale, BAR_HEIGHT) : '';
  const placed =
    bar && `<g transform="translate(0 ${high}) scale(${1 / scale}) translate(0 ${-BAR_HEIGHT})">${bar}</g>`;
  const image = `<image width="100%" height="100%" preserveAspectRatio="none" href="data:image/${type};base64,`;
  const start = encodeURIComponent(`<svg xmlns="${SVG}" width="${wide}" height="${high}">`);
  // Base64 needs no escaping in an address.
  const shownPicture = picture && `${encodeURIComponent(image)}${picture}${encodeURIComponent('"/>')}`;
  return `data:image/svg+xml,${start}${shownPicture}${encodeURIComponent(`${placed}</svg>`)}`;
}

/** The bar alone, for what has no picture. */
export function barAlone(playback: SetPlaybackOp, width: number, height: number): string {
  const svg = `<svg xmlns="${SVG}" width="${width}" height="${height}">${barOf(playback, width, height)}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function barOf(playback: SetPlaybackOp, width: number, height: number): string {
  const { time, duration, bits } = playback;
  const has = (bit: number) => (bits & bit) !== 0;
  const icon = has(PlaybackCode.Ended) ? AGAIN : has(PlaybackCode.Paused) ? PLAY : PAUSE;
  const end = has(PlaybackCode.Live) || duration === 0 ? '' : ` / ${clock(duration)}`;
  const share = duration === 0 ? 0 : Math.min(time / duration, 1);
  const muted = has(PlaybackCode.Muted) ? `<path d="${CROSS}" stroke="#fff" stroke-width="1.5"/>` : '';
  const room = Math.max(width - 2 * MARGIN, 0);
  const line = (length: number, opacity: number) =>
    `<rect x="${MARGIN}" y="24" width="${length}" height="3" rx="1.5" fill="#fff" fill-opacity="${opacity}"/>`;
  return [
    `<rect width="${width}" height="${height}" fill="#000" fill-opacity=".6"/><g transform="translate(0 ${(height - BAR_HEIGHT) / 2})">`,
    `<path transform="translate(${MARGIN} 6)" d="${icon}" fill="#fff"/>`,
    `<text x="34" y="17" fill="#fff" style="font:${FONT}">${clock(time)}${end}${has(PlaybackCode.Waiting) ? ' …' : ''}</text>`,
    `<g transform="translate(${width - 30} 6)"><path d="${SPEAKER}" fill="#fff"/>${muted}</g>`,
    `${line(room, 0.35)}${line(share * room, 1)}</g>`,
  ].join('');
}

/** 61500 ms as 1:01. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
