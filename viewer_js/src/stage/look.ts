// How the stage's own things look: void elements, boxes, masks, placeholders, links without an address. One constructed sheet,
// adopted by the document and by every shadow root, so that nothing of it is in the mirrored tree.

import { MaskCode, PlaceholderCode } from '../names.gen';

export const MASK_ATTRIBUTE = 'data-cobrowse-mask';
export const LABEL_ATTRIBUTE = 'data-cobrowse-label';
export const PLACEHOLDER_ATTRIBUTE = 'data-cobrowse-placeholder';

/** Values of the mask attribute. */
export const MASK_WORDS: Record<number, string> = {
  [MaskCode.Text]: 'text',
  [MaskCode.Hide]: 'hide',
  [MaskCode.Block]: 'block',
};

/** Values of the placeholder attribute, and the reason in words. */
export const PLACEHOLDER_WORDS: Record<number, readonly [string, string]> = {
  [PlaceholderCode.CrossOriginFrame]: ['frame', 'Content from another site'],
  [PlaceholderCode.Plugin]: ['plugin', 'Plug-in content'],
  [PlaceholderCode.Canvas]: ['canvas', 'Drawing, not shared'],
  [PlaceholderCode.Media]: ['media', 'Video or audio, not shared'],
  [PlaceholderCode.Undrawn]: ['undrawn', 'Drawing, seen when it changes'],
};

const INK = '#4a5168';
const LINE = 'rgb(90 98 120 / .55)';
const HATCH =
  'repeating-linear-gradient(135deg, rgb(120 128 150 / .20) 0 6px, rgb(120 128 150 / .09) 6px 12px) #eceef3';
const FONT = '600 12px/1.35 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

function picture(width: number, height: number, content: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}

const LOCK_SHAPE = `<g fill="none" stroke="${INK}" stroke-width="1.6"><rect x="3" y="7" width="10" height="7.2" rx="1.6"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/></g>`;
const LOCK = picture(16, 16, LOCK_SHAPE);

const LOCK_HATCH = picture(
  28,
  28,
  `<path d="M-7 21 21-7M7 35 35 7" stroke="rgb(79,98,214)" stroke-opacity=".35" stroke-width="4"/><g transform="translate(7.5 6.5) scale(.8)">${LOCK_SHAPE}</g>`,
);

/** A custom property, because an animation cannot beat the !important of the tint it takes the place of. */
const MARKED = '--cobrowse-marked';

/** A page with a line through it: nothing private, only not to be had. */
const ABSENT_SHAPE = `<g fill="none" stroke="${INK}" stroke-width="1.6"><rect x="2" y="3" width="12" height="10" rx="1.6"/><path d="M2 6h12M1.500 15 14.500 1.500"/></g>`;

/** The least room in which a caption's beginning can be read; in less only its icon is shown. */
export const CAPTION_WIDTH = 64;
export const CAPTION_HEIGHT = 20;

/**
 * Words as a picture of the box's own size, which frames, canvases, images and media can have too: from the start on, with an
 * ellipsis where they end too late. The media query asks for the size of the picture, so of the box.
 */
function caption(words: string): string {
  const fits = `(min-width:${CAPTION_WIDTH}px) and (min-height:${CAPTION_HEIGHT}px)`;
  const style = `.caption{display:none}@media ${fits}{.caption{display:block}.alone{display:none}}`;
  const line = `margin:0;padding:2px 8px 2px 26px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:${INK};font:${FONT}`;
  // In an attribute of XML, where the font's own quotes would end it.
  const text = `<p class="caption" xmlns="http://www.w3.org/1999/xhtml" style='${line}'>${words}</p>`;
  const beside = `<svg class="caption" x="7" y="3" width="14" height="14" viewBox="0 0 16 16">${ABSENT_SHAPE}</svg>`;
  const alone = `<svg class="alone" x="0" y="0" width="100%" height="100%"><svg x="50%" y="50%" width="1" height="1" overflow="visible"><g transform="translate(-7 -7) scale(.875)">${ABSENT_SHAPE}</g></svg></svg>`;
  const content = `<style>${style}</style>${alone}${beside}<foreignObject width="100%" height="100%">${text}</foreignObject>`;
  return `url("data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%">${content}</svg>`)}")`;
}

const REPLACED = ':is(iframe, canvas, img, video, audio, input, textarea, select, meter, progress)';

/** A dashed box with fixed words. */
function absent(selector: string, words: string): string {
  return `
${selector} { background: ${caption(words)} 0 0 / 100% 100% no-repeat padding-box, ${HATCH} !important; outline: 1px dashed ${LINE} !important;
  outline-offset: -1px !important; border-radius: 3px; overflow: hidden !important; }`;
}

/** Words that only an attribute tells, in a box that has nothing else to show. */
function labelled(selector: string): string {
  return `
${selector} { overflow: hidden !important; }
${selector}:not(${REPLACED})::before { all: initial !important; content: attr(${LABEL_ATTRIBUTE}) !important; display: block !important;
  box-sizing: border-box !important; max-width: 100% !important; padding: 2px 8px 2px 26px !important; overflow: hidden !important;
  background: ${LOCK} 7px 3px / 14px no-repeat !important; color: ${INK} !important; font: ${FONT} !important;
  text-align: start !important; text-overflow: ellipsis !important; white-space: nowrap !important; }`;
}

const placeholders = Object.values(PLACEHOLDER_WORDS).map(([name, words]) =>
  absent(`[${PLACEHOLDER_ATTRIBUTE}="${name}"]`, words),
);

const HIDDEN = `[${MASK_ATTRIBUTE}="hide"]`;
const BLOCKED = `[${MASK_ATTRIBUTE}="block"]`;
const TEXT = `[${MASK_ATTRIBUTE}="text"]`;

/** Fields in which a browser shows its own small buttons, by the visitor's pointer and focus. */
const BUSY = 'input:enabled:read-write:is([data-cobrowse-hover], [data-cobrowse-focus])';

/** Begins every sheet of a page: the layer of the look comes before all of the page's own, so that these beat it. */
export const LAYERS = '@layer cobrowse;';

/** Everything a page may well decide itself is in the layer, which any rule of the page beats. */
export const LOOK = `
@layer cobrowse {
  :where([data-cobrowse-focus-visible]) { outline: auto 1px -webkit-focus-ring-color; }
  :where(a[data-href]) { color: #0000ee; text-decoration: underline; cursor: pointer; }
  :where(area[data-href]) { cursor: pointer; }
  :where([data-cobrowse-screen]) { padding: 0; border: 0; overflow: visible; background-color: transparent; color: inherit; }
  :where([data-cobrowse-fullscreen]) { object-fit: contain; }
  :where([data-cobrowse-fullscreen])::backdrop { background: black; }
  :where(${BUSY})::-webkit-search-cancel-button, :where(${BUSY})::-webkit-inner-spin-button { opacity: 1; }
  ::selection { background-color: Highlight; color: HighlightText; }
  cobrowse-box { display: inline-block; width: attr(width px, 300px); height: attr(height px, 150px); }
}
cobrowse-void { display: none !important; }
[data-cobrowse-played]::-webkit-media-controls { display: none !important; }
[data-cobrowse-fullscreen]:not(:root) { position: fixed !important; inset: 0 !important; box-sizing: border-box !important; width: 100% !important;
  height: 100% !important; min-width: 0 !important; max-width: none !important; min-height: 0 !important; max-height: none !important;
  margin: 0 !important; transform: none !important; }
:root:has([data-cobrowse-fullscreen]:not(:root)) { overflow: hidden !important; }
iframe[data-cobrowse-fullscreen] { border: 0 !important; padding: 0 !important; }
${absent('cobrowse-box', 'Plug-in content')}
${TEXT} { background-image: var(${MARKED}, linear-gradient(rgb(112 132 245 / .2), rgb(112 132 245 / .2))) !important; border-radius: 3px;
  -webkit-box-decoration-break: clone; box-decoration-break: clone; }
:is(html, body)${TEXT} { background-image: none !important; outline: 3px solid rgb(79 98 214 / .45) !important; outline-offset: -3px !important; }
${HIDDEN}, ${BLOCKED} { background: ${HATCH} !important; outline: 1px solid ${LINE} !important; outline-offset: -1px !important;
  border-radius: 3px; color: transparent !important; -webkit-text-fill-color: transparent !important; text-shadow: none !important; }
:is(${HIDDEN}, ${BLOCKED}) > * { visibility: hidden !important; }
:is(${HIDDEN}, ${BLOCKED})::after { visibility: hidden !important; }
${HIDDEN}::before { visibility: hidden !important; }
${labelled(`${BLOCKED}[${LABEL_ATTRIBUTE}]`)}
${BLOCKED}:not([${LABEL_ATTRIBUTE}])::before { visibility: hidden !important; }
${HIDDEN}:is(${REPLACED}), ${BLOCKED}:is(${REPLACED}), ${BLOCKED}:not([${LABEL_ATTRIBUTE}]) { background: ${LOCK} center / 16px no-repeat, ${HATCH} !important; }
${placeholders.join('')}
`;

/** Shown on the masked place under the agent's pointer; run as an animation, so that no attribute changes. */
export const HOVER_LOOK: Keyframe = { [MARKED]: LOCK_HATCH, outline: '2px solid #4f62d6', outlineOffset: '1px' };
