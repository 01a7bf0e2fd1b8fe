// Where the stage lies in the console: at the visitor's size, scaled to fit or at its own size.

export type Zoom = 'fit' | 'actual';

/** A window too small for any page still shows a speck of it. */
const SMALLEST = 0.05;
/** Room left around the page when it fits. */
const MARGIN = 25;

export class Canvas {
  private width = 0;
  private height = 0;
  private zoom: Zoom = 'fit';
  scale = 1;

  /** `area` scrolls; `sheet` takes the room the scaled page needs; `surface` is the page's own size, scaled. */
  constructor(
    private readonly area: HTMLElement,
    private readonly sheet: HTMLElement,
    private readonly surface: HTMLElement,
    private readonly changed: (width: number, height: number, scale: number) => void,
  ) {
    new ResizeObserver(() => this.lay()).observe(area);
  }

  setSize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.lay();
  }

  setZoom(zoom: Zoom): void {
    this.zoom = zoom;
    this.lay();
  }

  private lay(): void {
    if (this.width === 0 || this.height === 0) return;
    this.scale = this.zoom === 'actual' ? 1 : this.fitting();
    this.surface.style.width = `${this.width}px`;
    this.surface.style.height = `${this.height}px`;
    this.surface.style.transform = `scale(${this.scale})`;
    this.sheet.style.width = `${Math.floor(this.width * this.scale)}px`;
    this.sheet.style.height = `${Math.floor(this.height * this.scale)}px`;
    this.changed(this.width, this.height, this.scale);
  }

  /** Never larger than life: a phone's page is not blown up to a screen's width. */
  private fitting(): number {
    const frame = (this.sheet.parentElement?.offsetHeight ?? 0) - this.sheet.offsetHeight;
    const width = (this.area.clientWidth - 2 * MARGIN) / this.width;
    const height = (this.area.clientHeight - 2 * MARGIN - frame) / this.height;
    return Math.max(SMALLEST, Math.min(1, width, height));
  }

  /** A point of the screen in CSS px of the visitor's viewport. */
  pagePoint(x: number, y: number): readonly [number, number] {
    const box = this.surface.getBoundingClientRect();
    return [(x - box.left) / this.scale, (y - box.top) / this.scale];
  }
}
