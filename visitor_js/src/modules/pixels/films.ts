// What videos show and how far videos and audio have been played. Looked at from time to time, as canvases are; the frame that a video
// shows is drawn into a canvas of ours, so that the page's element is never touched. What is masked is not read at all.

import type { Draft } from '../../draft';
import { Limit, PlaceholderCode, PlaybackCode } from '../../names.gen';
import type { Known } from '../../node_ids';
import { core } from '../given';
import { setPlayback, setTile } from '../ops';
import type { Allowance } from './allowance';
import { canvasFunctions } from './canvas';
import { isInView, type Page, pause } from './look';
import { playerFunctions } from './player';
import { newCanvas } from './sheet';

/** Between two looks at a video, and at one that shows a stream. */
const LOOK_MS = 200;
const STREAM_MS = 500;
/** So often is told how far something has been played that goes on as it did. */
const TOLD_MS = 1000;
/** Of what moves; what stands still is sent again without loss, if that is not too much. */
const ROUGH = 0.7;
/** Pictures are as large as the video is shown, up to this. */
const WIDEST = 1280;
/** No picture has been sent, and not yet that there is none: until then it is a placeholder. */
const NEVER = '-';
/** Places in the fields of `set_playback`. */
const [TIME, BITS, WIDTH, HEIGHT] = [0, 3, 4, 5];

interface Film {
  known: Known;
  at: number;
  playback: number[];
  /** As it was sent, and when. */
  told: string;
  toldAt: number;
  ready: string | null;
  /** The picture as it was sent last. */
  shown: string;
  /** What that was a picture of; of what moves nothing. */
  still: string;
  /** It shows what may not be read: the relay is still to be told, or has been. */
  lost: 'to tell' | 'told' | null;
}

export class Films {
  private readonly films = new Map<Node, Film>();
  private readonly player = playerFunctions();
  private readonly canvas = canvasFunctions();
  private frame = newCanvas(0, 0);
  private page: Page | null = null;
  private running = false;

  constructor(private readonly allowance: Allowance) {}

  follow(known: Known, page: Page): void {
    this.page = page;
    const told = { told: '', toldAt: 0, shown: NEVER, still: '', ready: null, lost: null };
    this.films.set(known.node, { known, at: 0, playback: [], ...told });
    if (!this.running) void this.run();
  }

  stop(): void {
    this.films.clear();
  }

  /** Writes what is ready. */
  flush(draft: Draft): void {
    for (const film of this.films.values()) {
      const { known, ready, playback } = film;
      film.ready = null;
      if (!this.page?.isPlain(known)) continue;
      if (playback.length > 0 && isNews(film)) {
        film.told = keyOf(playback);
        film.toldAt = core.now();
        setPlayback(draft.writer, known.id, playback);
      }
      if (film.lost === 'to tell') draft.writer.setPlaceholder(known.id, PlaceholderCode.Media);
      else if (ready !== null && film.lost === null) setTile(draft.writer, known.id, 0, 0, ready);
      if (film.lost) film.lost = 'told';
    }
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.films.size > 0) {
      for (const film of [...this.films.values()]) {
        if (film.known.id === 0) this.films.delete(film.known.node);
        else if (film.at <= core.now() && (this.page?.modules.watched ?? 0) > 0) await this.look(film);
      }
      await pause(LOOK_MS);
    }
    this.running = false;
  }

  private async look(film: Film): Promise<void> {
    const { known } = film;
    if (!this.page?.isPlain(known)) return;
    const element = known.node as HTMLVideoElement;
    film.playback = this.player.playback(element);
    film.at = core.now() + (((film.playback[BITS] as number) & PlaybackCode.Live) > 0 ? STREAM_MS : LOOK_MS);
    if (core.localName(element) === 'video') await this.lookAtPicture(film, element);
    if (film.ready !== null || film.lost === 'to tell' || isNews(film)) this.page.schedule();
  }

  private async lookAtPicture(film: Film, video: HTMLVideoElement): Promise<void> {
    // A stream shows nothing before it has been played, a poster stands until then.
    const isLive = ((film.playback[BITS] as number) & PlaybackCode.Live) > 0;
    const waits = this.player.isFresh(video) && (isLive || core.getAttribute(video, 'poster'));
    if (!this.player.hasPicture(video) || waits) {
      if (film.shown) film.ready = film.shown = film.still = '';
      return;
    }
    const moves = ((film.playback[BITS] as number) & (PlaybackCode.Paused | PlaybackCode.Ended)) === 0;
    const still = moves ? '' : `${film.playback[TIME]} ${film.playback[WIDTH]} ${film.playback[HEIGHT]}`;
    if ((still && still === film.still) || film.ready !== null || !isInView(video) || !this.allowance.isOpen) return;
    try {
      await this.draw(film, video, still);
      if (film.lost) film.shown = '';
      film.lost = null;
    } catch {
      // It is another site's: nobody may read it. The page may give it another source.
      if (!film.lost) film.lost = 'to tell';
      film.still = still;
      this.frame = newCanvas(0, 0);
    }
  }

  private async draw(film: Film, video: HTMLVideoElement, still: string): Promise<void> {
    const [width, height] = sizeOf(video, film.playback[WIDTH] as number, film.playback[HEIGHT] as number);
    if (width === 0 || height === 0) return;
    this.frame.width = width;
    this.frame.height = height;
    this.canvas.drawScaled(this.canvas.readable(this.frame), video, 0, 0, width, height);
    let picture = await this.canvas.picture(this.frame, still ? 1 : ROUGH);
    if (picture.length > Limit.Picture && still) picture = await this.canvas.picture(this.frame, ROUGH);
    film.still = still;
    if (picture === film.shown || picture.length > Limit.Picture) return;
    this.allowance.take(picture.length);
    film.shown = film.ready = picture;
  }
}

function keyOf(playback: number[]): string {
  const isStill = ((playback[BITS] as number) & (PlaybackCode.Paused | PlaybackCode.Ended)) > 0;
  return (isStill ? playback : playback.slice(TIME + 1)).join(' ');
}

/** Whether there is more to tell than that time goes on, or that it has gone on for long enough. */
function isNews({ playback, told, toldAt }: Film): boolean {
  const key = keyOf(playback);
  return key !== told || (key.split(' ').length < playback.length && core.now() - toldAt >= TOLD_MS);
}

/** As large as it is shown, but no larger than it is. */
function sizeOf(video: HTMLVideoElement, width: number, height: number): [number, number] {
  const box = core.boxOf(video);
  const ratio = video.ownerDocument.defaultView?.devicePixelRatio ?? 1;
  const share = Math.min(1, Math.max(box.width / width, box.height / height) * ratio, WIDEST / Math.max(width, height));
  return Number.isFinite(share) ? [Math.round(width * share), Math.round(height * share)] : [0, 0];
}
