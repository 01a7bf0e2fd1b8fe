// The functions of canvases, as the page has them when this module comes: later than the capture script's own. A page that has
// changed them changes but what is seen of its own drawings, and only pages that draw pay for having them.

import { core } from '../given';

type Context = CanvasRenderingContext2D;
type Native = (...args: unknown[]) => unknown;
type Box = [x: number, y: number, width: number, height: number];

/** Calls with exactly the arguments given: how many there are says which function is meant. */
function call<Self, Args extends unknown[], Value>(prototype: object, name: string) {
  const method = (prototype as Record<string, Native>)[name] as Native;
  return (self: Self, ...args: Args): Value => core.apply(method, self, args) as Value;
}

const attributes = [window.WebGLRenderingContext, window.WebGL2RenderingContext]
  .filter(Boolean)
  .map(({ prototype }) => [prototype, prototype.getContextAttributes] as const);

function attributesOf(context: WebGLRenderingContext): WebGLContextAttributes | null {
  const own = attributes.find(([prototype]) => Object.prototype.isPrototypeOf.call(prototype, context));
  return own ? (core.apply(own[1], context, []) as WebGLContextAttributes | null) : null;
}

/** Taken when the module is opened. */
export function canvasFunctions() {
  const [canvas, drawn] = [HTMLCanvasElement.prototype, CanvasRenderingContext2D.prototype];
  const toBlob = call<HTMLCanvasElement, [BlobCallback, string, number], void>(canvas, 'toBlob');
  const getContext = call<HTMLCanvasElement, [string, object?], Context>(canvas, 'getContext');
  return {
    /** Of a canvas of ours. */
    context: (canvas: HTMLCanvasElement): Context => getContext(canvas, '2d'),
    /** Of one that is read often. */
    readable: (canvas: HTMLCanvasElement): Context => getContext(canvas, '2d', { willReadFrequently: true }),
    /** In base64; without loss with a quality of 1, where the browser can. Throws when the canvas may not be read. */
    picture: (canvas: HTMLCanvasElement, quality: number): Promise<string> =>
      new Promise((resolve, reject) => {
        try {
          toBlob(canvas, (blob) => resolve(blob ? base64(blob) : ''), 'image/webp', quality);
        } catch (error) {
          reject(error);
        }
      }),
    drawScaled: call<Context, [CanvasImageSource, ...Box], void>(drawn, 'drawImage'),
    drawImage: call<Context, [CanvasImageSource, number, number], void>(drawn, 'drawImage'),
    clearRect: call<Context, Box, void>(drawn, 'clearRect'),
    imageData: call<Context, Box, ImageData>(drawn, 'getImageData'),
    /** Whether what a canvas has shown may be gone from its drawing buffer: it is WebGL's, and the page has not asked to keep it. */
    forgets: (canvas: Element): boolean => {
      const context = core.notedOf(canvas) as WebGLRenderingContext | undefined;
      return context !== undefined && !attributesOf(context)?.preserveDrawingBuffer;
    },
  };
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => resolve('');
    reader.readAsDataURL(blob);
  });
}
