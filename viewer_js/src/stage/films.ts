// What videos show and how far videos and audio have been played: a picture of the visitor's frame as the poster, with a bar drawn into it
// where the page asks for controls. Loads nothing and plays nothing: no element here ever gets a source.

import { PlaybackCode } from '../names.gen';
import { PLACEHOLDER_ATTRIBUTE } from './look';
import { animate, createElementNS, getAttribute, hasAttribute, page, removeAttribute, setAttribute } from './natives';
import type { SetPlaybackOp, SetTileOp } from './ops';
import { barAlone, type Shown, svgOf } from './player';
import { refuse } from './refusal';

const KNOWN_BITS = Object.values(PlaybackCode).reduce((all, bit) => all | bit, 0);
/** On an element whose bar is drawn here, so that the agent's browser draws none. */
const PLAYED_ATTRIBUTE = 'data-cobrowse-played';
const XHTML = 'http://www.w3.org/1999/xhtml';

interface Film extends Shown {
  /** The page's own poster, and the one that stands here in its place. */
  poster: string | null;
  ours: string | null;
  bar: Animation | null;
}

export class Films {
  private readonly films = new WeakMap<Element, Film>();
  private readonly changed = new Set<Element>();

  setPlayback(element: Element, op: SetPlaybackOp): void {
    if (!(element instanceof HTMLMediaElement)) refuse('wrong_kind');
    if ((op.bits & ~KNOWN_BITS) !== 0) refuse('field');
    // Of a masked one nothing is told, and nothing is what it says.
    this.of(element).playback = op.rate === 0 && op.width === 0 && op.bits === 0 && op.time === 0 ? null : op;
    this.changed.add(element);
  }

  setPicture(element: HTMLVideoElement, { column, row, picture }: SetTileOp): void {
    if (column !== 0 || row !== 0) refuse('field');
    removeAttribute(element, PLACEHOLDER_ATTRIBUTE);
    this.of(element).picture = picture;
    this.changed.add(element);
  }

  /** Why nothing is shown is shown instead. */
  drop(element: Element): void {
    const film = this.films.get(element);
    if (film === undefined) return;
    film.picture = '';
    this.changed.add(element);
  }

  /** The page may have given another poster, or controls. */
  attributesSet(element: Element): void {
    const film = this.films.get(element);
    if (film === undefined) return;
    const poster = getAttribute(element, 'poster');
    if (poster !== film.ours) film.poster = poster;
    this.changed.add(element);
  }

  /** The value of an attribute as the page has it; null: it has none of this name. */
  own(element: Element, name: string): string | null {
    const film = name === 'poster' ? this.films.get(element) : undefined;
    return film === undefined || film.ours === null ? getAttribute(element, name) : film.poster;
  }

  /** Shows what has changed, once it is decoded. */
  async settle(): Promise<void> {
    const changed = [...this.changed];
    this.changed.clear();
    await Promise.all(changed.map((element) => this.show(element, this.of(element))));
  }

  private of(element: Element): Film {
    const known = this.films.get(element);
    if (known !== undefined) return known;
    const poster = getAttribute(element, 'poster');
    const film: Film = { playback: null, picture: '', poster, ours: null, bar: null };
    this.films.set(element, film);
    return film;
  }

  private async show(element: Element, film: Film): Promise<void> {
    const hasBar = hasAttribute(element, 'controls') && film.playback !== null;
    if (element instanceof HTMLVideoElement) await this.showPicture(element, film, hasBar);
    else this.showBar(element, film, hasBar);
  }

  private async showPicture(video: HTMLVideoElement, film: Film, hasBar: boolean): Promise<void> {
    const { picture, playback } = film;
    // Without a picture, and without a poster, it has its size all the same.
    const isSized = film.poster === null && (playback?.width ?? 0) > 0;
    const ours = picture === '' && !isSized ? null : svgOf(film, hasBar, ...sizeOf(video));
    if (ours !== null) await decoded(ours);
    // Another one may have come meanwhile.
    if (film.picture !== picture || film.playback !== playback) return;
    film.ours = ours;
    const poster = ours ?? film.poster;
    if (poster === null) removeAttribute(video, 'poster');
    else setAttribute(video, 'poster', poster);
    mark(video, ours !== null);
  }

  /** As the look of an animation without end: an audio element shows no poster, and none of its attributes changes. */
  private showBar(audio: Element, film: Film, hasBar: boolean): void {
    film.bar?.cancel();
    film.bar = null;
    mark(audio, hasBar);
    if (film.playback === null || !hasBar) return;
    const look = {
      backgroundImage: `url("${barAlone(film.playback, ...sizeOf(audio))}")`,
      backgroundSize: '100% 100%',
    };
    film.bar = animate(audio, [look, look], { duration: 1, fill: 'forwards' });
  }
}

function sizeOf(element: Element): [width: number, height: number] {
  return [element.clientWidth, element.clientHeight];
}

function mark(element: Element, isDrawn: boolean): void {
  if (isDrawn) setAttribute(element, PLAYED_ATTRIBUTE, '');
  else removeAttribute(element, PLAYED_ATTRIBUTE);
}

/** A poster that is not decoded would leave the element empty for a moment. */
async function decoded(address: string): Promise<void> {
  const image = createElementNS(page, XHTML, 'img') as HTMLImageElement;
  image.src = address;
  try {
    await image.decode();
  } catch {
    // A picture that is none shows nothing.
  }
}
