// What canvases show: pictures of their squares, decoded and drawn in the order in which they came. A canvas that gets
// another size loses what was drawn, as in the visitor's page, so the pictures are kept.

import { Limit } from '../names.gen';
import { PLACEHOLDER_ATTRIBUTE } from './look';
import { clearRect, decodeImage, drawImage, getCanvasContext, removeAttribute } from './natives';
import type { SetTileOp } from './ops';
import { refuse } from './refusal';

/** The longest that a frame waits for its pictures. */
const DECODING_MS = 500;
const SIZE = Limit.Tile;

interface Tile {
  readonly column: number;
  readonly row: number;
  image: ImageBitmap | null;
}

export class Drawings {
  private readonly tiles = new WeakMap<Element, Map<number, Tile>>();
  private coming: Promise<void>[] = [];

  set(element: Element, { column, row, picture }: SetTileOp): void {
    if (!(element instanceof HTMLCanvasElement)) refuse('wrong_kind');
    if (Math.max(column, row) >= Limit.TilePlace) refuse('field');
    removeAttribute(element, PLACEHOLDER_ATTRIBUTE);
    const tiles = this.tiles.get(element) ?? new Map<number, Tile>();
    this.tiles.set(element, tiles);
    const place = row * Limit.TilePlace + column;
    const tile: Tile = { column, row, image: null };
    const before = tiles.get(place);
    tiles.set(place, tile);
    if (picture === '') draw(element, tile);
    else this.coming.push(this.decode(element, tile, picture, before?.image ?? null, () => tiles.get(place) === tile));
  }

  /** Until it is decoded, the picture before stands. */
  private async decode(
    canvas: HTMLCanvasElement,
    tile: Tile,
    picture: string,
    before: ImageBitmap | null,
    isLatest: () => boolean,
  ): Promise<void> {
    tile.image = before;
    try {
      const bytes = Uint8Array.from(atob(picture), (digit) => digit.charCodeAt(0));
      const image = await decodeImage(new Blob([bytes]));
      if (!isLatest()) return;
      tile.image = image;
      draw(canvas, tile);
    } catch {
      // A picture that is none leaves what was there.
    }
  }

  /** The element may have lost what was drawn. */
  redraw(element: Element): void {
    if (!(element instanceof HTMLCanvasElement)) return;
    for (const tile of this.tiles.get(element)?.values() ?? []) draw(element, tile);
  }

  drop(element: Element): void {
    const tiles = this.tiles.get(element);
    if (tiles === undefined) return;
    this.tiles.delete(element);
    for (const tile of tiles.values()) draw(element as HTMLCanvasElement, { ...tile, image: null });
    tiles.clear();
  }

  async settle(): Promise<void> {
    const coming = this.coming;
    this.coming = [];
    if (coming.length === 0) return;
    const late = new Promise((resolve) => setTimeout(resolve, DECODING_MS));
    await Promise.race([Promise.all(coming), late]);
  }
}

function draw(canvas: HTMLCanvasElement, { column, row, image }: Tile): void {
  const context = getCanvasContext(canvas, '2d') as CanvasRenderingContext2D | null;
  if (context === null) return;
  clearRect(context, column * SIZE, row * SIZE, SIZE, SIZE);
  if (image !== null) drawImage(context, image, column * SIZE, row * SIZE);
}
