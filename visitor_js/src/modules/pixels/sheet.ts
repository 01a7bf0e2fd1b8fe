// Copies of canvases, cut into squares: which of them differ from what was sent, and each as a picture. Knows no page and no time.

import { Limit } from '../../names.gen';
import { core } from '../given';
import { canvasFunctions } from './canvas';

/** What is known of one canvas. A square's place is its row times `Limit.TilePlace` and its column. */
export interface Drawing {
  hashes: Map<number, number>;
  /** Squares sent with loss. */
  rough: Set<number>;
  ready: [column: number, row: number, picture: string][];
  /** As it was when a script had drawn, for canvases that forget. */
  kept: HTMLCanvasElement | null;
  /** That was after the last look. */
  fresh?: boolean;
  /** It had changed at the last look. */
  lively: boolean;
  /** It cannot be read any more. */
  lost: boolean;
  /** A copy of what a script is drawing will be made. */
  drew?: boolean;
  /** Between two drawings it may be empty, so that only such copies count. */
  forgets?: boolean;
  /** The relay is still to be told that nothing can be seen before the next drawing. */
  waits?: boolean;
}

const SIZE = Limit.Tile;

export class Sheet {
  readonly canvas = canvasFunctions();
  private square = newCanvas(SIZE, SIZE);

  /** What a canvas shows now, to be read; null when it is too large. */
  copy(canvas: HTMLCanvasElement): HTMLCanvasElement | null {
    return this.draw(canvas, null, this.canvas.readable);
  }

  /** The same where the graphics processor has it, in `into` if that has its size: little work, done for each frame that a page draws. */
  keep(canvas: HTMLCanvasElement, into: HTMLCanvasElement | null): HTMLCanvasElement | null {
    return this.draw(canvas, into, this.canvas.context);
  }

  private draw(
    canvas: HTMLCanvasElement,
    into: HTMLCanvasElement | null,
    open: (canvas: HTMLCanvasElement) => CanvasRenderingContext2D,
  ): HTMLCanvasElement | null {
    const { width, height } = canvas;
    const [columns, rows] = [Math.ceil(width / SIZE), Math.ceil(height / SIZE)];
    if (Math.max(columns, rows) > Limit.TilePlace || columns * rows > Limit.Tiles || columns * rows === 0) return null;
    const fits = into && into.width === width && into.height === height;
    const copy = fits ? into : newCanvas(width, height);
    const context = open(copy);
    this.canvas.clearRect(context, 0, 0, width, height);
    this.canvas.drawImage(context, canvas, 0, 0);
    return copy;
  }

  /** The places of all squares; what has been sent of a larger canvas is taken back. */
  places(copy: HTMLCanvasElement, { hashes, ready }: Drawing): number[] {
    const places: number[] = [];
    for (let row = 0; row * SIZE < copy.height; row++)
      for (let column = 0; column * SIZE < copy.width; column++) places.push(row * Limit.TilePlace + column);
    for (const place of [...hashes.keys()].filter((place) => !places.includes(place))) {
      hashes.delete(place);
      ready.push([place % Limit.TilePlace, Math.floor(place / Limit.TilePlace), '']);
    }
    return places;
  }

  /** Draws one square; null when it is what was sent. Throws when the canvas may not be read. */
  compare(
    copy: HTMLCanvasElement,
    place: number,
    { hashes, rough }: Drawing,
  ): { changed: boolean; blank: boolean } | null {
    const context = this.canvas.readable(this.square);
    this.canvas.clearRect(context, 0, 0, SIZE, SIZE);
    this.canvas.drawImage(
      context,
      copy,
      -(place % Limit.TilePlace) * SIZE,
      -Math.floor(place / Limit.TilePlace) * SIZE,
    );
    const hash = hashOf(new Uint32Array(this.canvas.imageData(context, 0, 0, SIZE, SIZE).data.buffer));
    const changed = hashes.get(place) !== hash;
    if (!changed && !rough.delete(place)) return null;
    hashes.set(place, hash);
    return { changed, blank: hash === 0 };
  }

  /** The square that was compared last, in base64. */
  picture(quality: number): Promise<string> {
    return this.canvas.picture(this.square, quality);
  }

  /** A canvas that has seen what may not be read gives nothing any more. */
  renew(): void {
    this.square = newCanvas(SIZE, SIZE);
  }
}

export function newCanvas(width: number, height: number): HTMLCanvasElement {
  const canvas = core.createElement(document, 'canvas') as HTMLCanvasElement;
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** 0 for nothing but transparent pixels. */
function hashOf(pixels: Uint32Array): number {
  let hash = 0x811c9dc5;
  let any = 0;
  for (let index = 0; index < pixels.length; index++) {
    const pixel = pixels[index] as number;
    any |= pixel;
    hash = Math.imul(hash ^ pixel, 0x01000193);
    hash ^= hash >>> 15;
  }
  return any === 0 ? 0 : hash | 1;
}
