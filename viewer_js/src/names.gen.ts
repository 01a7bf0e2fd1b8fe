// Generated from relay/protocol/spec.toml by `make generate`. Do not edit.
export const PROTOCOL_VERSION = 1;
export const MessageCode = {
  VisitorFrame: 1,
  ViewerFrame: 2,
  Part: 3,
  Last: 4,
} as const;
export const FlagCode = {
  Deflated: 1,
  Partial: 2,
} as const;
export const NodeCode = {
  Text: 0,
  ShadowOpen: 1,
  ShadowClosed: 2,
  FirstShape: 3,
} as const;
export const NamespaceCode = {
  Html: 0,
  Svg: 1,
  Mathml: 2,
  Other: 3,
} as const;
export const QuirksCode = {
  None: 0,
  Quirks: 1,
  Limited: 2,
} as const;
export const StateCode = {
  Checked: 1,
  Indeterminate: 2,
  Selected: 4,
  Modal: 8,
  Popover: 16,
  SheetDisabled: 32,
  FocusVisible: 64,
  Target: 128,
  Undefined: 256,
  UserInvalid: 512,
  UserValid: 1024,
  Autofill: 2048,
  Fullscreen: 4096,
  Invalid: 8192,
  Open: 16384,
} as const;
export const MediaCode = {
  Dark: 1,
  ReducedMotion: 2,
  ReducedTransparency: 4,
  ReducedData: 8,
  MoreContrast: 16,
  LessContrast: 32,
  ForcedColors: 64,
  InvertedColors: 128,
  Hover: 256,
  AnyHover: 512,
  PointerFine: 1024,
  PointerCoarse: 2048,
  AnyFine: 4096,
  AnyCoarse: 8192,
} as const;
export const PlaybackCode = {
  Paused: 1,
  Muted: 2,
  Ended: 4,
  Waiting: 8,
  Live: 16,
} as const;
export const MaskCode = {
  Plain: 0,
  Text: 1,
  Hide: 2,
  Block: 3,
} as const;
export const PlaceholderCode = {
  CrossOriginFrame: 1,
  Plugin: 2,
  Canvas: 3,
  Media: 4,
  Undrawn: 5,
} as const;
export const ScopeCode = {
  Content: 1,
  Children: 2,
  Subtree: 3,
} as const;
export const Op = {
  Document: 1,
  Insert: 2,
  Move: 3,
  Remove: 4,
  SetText: 5,
  SetAttribute: 6,
  RemoveAttribute: 7,
  SetAttributes: 8,
  SetValue: 9,
  SetState: 10,
  SetScroll: 11,
  SetSheet: 12,
  SetMask: 13,
  SetPlaceholder: 14,
  SetFocus: 15,
  SetPointer: 16,
  SetViewport: 17,
  SetTitle: 18,
  SetAddress: 19,
  Arrange: 20,
  Verify: 21,
  SetTile: 22,
  Lift: 23,
  SetSelection: 24,
  SetPlayback: 26,
  SetAnimation: 27,
  SetClock: 28,
  SetHover: 30,
  SetMedia: 31,
  SetConstructed: 32,
  SetAdopted: 33,
} as const;
export const Close = {
  GoingAway: 4001,
  TooSlow: 4008,
  Unresponsive: 4009,
  Replaced: 4400,
  Malformed: 4401,
  Denied: 4403,
  Ended: 4404,
  TooLarge: 4413,
  Late: 4414,
  Version: 4426,
} as const;
export const Limit = {
  VisitorFrame: 1048576,
  SnapshotFrame: 16777216,
  Part: 262144,
  ControlMessage: 16384,
  ViewerMessage: 16384,
  Nodes: 200000,
  Depth: 1000,
  Attributes: 256,
  AttributeValue: 65536,
  LongAttributeValue: 262144,
  Text: 1048576,
  SheetText: 5242880,
  Names: 4096,
  Shapes: 65536,
  Ops: 400000,
  Values: 2000000,
  Steps: 1000000,
  NameLength: 64,
  Documents: 50,
  DocumentDepth: 8,
  Audiences: 16,
  Atoms: 1000000,
  HeldText: 67108864,
  InflatedFrame: 33554432,
  InflateRatio: 200,
  Selector: 4096,
  Selectors: 2000,
  Constructed: 10000,
  Adopted: 1000,
  Tile: 256,
  TilePlace: 64,
  Tiles: 1024,
  TopLayer: 256,
  Picture: 524288,
  PicturesASecond: 524288,
  Animation: 65536,
  Assets: 20000,
  TargetText: 16777216,
  SheetRules: 50000,
  AdoptedText: 1048576,
  AddressText: 16777216,
  RewrittenText: 67108864,
  DeflateFrom: 1400,
} as const;
export const BULLETS = "••••••";
export const DICTIONARY = "html head body div span p a img ul ol li table thead tbody tfoot tr td th caption colgroup col h1 h2 h3 h4 h5 h6 header footer main nav section article aside form fieldset legend label input button select option optgroup textarea datalist output progress meter script noscript style link meta title base template slot iframe canvas video audio source track picture figure figcaption map area strong em b i u s small big sub sup code pre kbd samp var mark del ins q blockquote cite abbr address time dl dt dd hr br wbr details summary dialog svg g path rect circle ellipse line polyline polygon text tspan defs use symbol clipPath mask linearGradient radialGradient stop math mrow mi mo mn id class href src srcset sizes alt lang dir hidden role tabindex type name value placeholder for action method target rel checked selected disabled readonly required multiple min max step size maxlength autocomplete width height colspan rowspan charset content media loading decoding crossorigin integrity async defer aria-label aria-hidden aria-expanded aria-controls aria-labelledby aria-describedby aria-current aria-live data-id data-testid viewBox d fill stroke stroke-width stroke-linecap stroke-linejoin x y cx cy r rx ry x1 y1 x2 y2 points transform xmlns xlink:href opacity fill-rule clip-rule preserveAspectRatio".split(' ');
export const ALLOW_HTML = "a abbr acronym address area article aside audio b bdi bdo big blockquote body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark menu meter nav nobr ol optgroup option output p picture pre progress q rp rt ruby s samp search section select slot small source span strike strong style sub summary sup table tbody td textarea tfoot th thead time title tr tt u ul var video wbr".split(' ');
export const ALLOW_SVG = "a circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter foreignObject g image line linearGradient marker mask path pattern polygon polyline radialGradient rect stop style svg switch symbol text textPath title tspan use view".split(' ');
export const ALLOW_MATHML = "math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover".split(' ');
export const ALLOW_BOXED = "applet embed fencedframe frame frameset object portal".split(' ');
export const ALLOW_VOID = "base discard handler listener meta noembed noframes noscript param plaintext script template track xmp".split(' ');
export const ALLOW_GLOBAL = "class dir exportparts hidden id inert lang part popover role slot title".split(' ');
export const ALLOW_GLOBAL_PREFIXES = "aria- data-".split(' ');
export const ALLOW_NATIVE_HYPHENATED = "accept-charset http-equiv".split(' ');
export const ALLOW_SVG_ATTRIBUTES = "accent-height alignment-baseline amplitude azimuth baseFrequency baseline-shift bias clip clip-path clip-rule clipPathUnits color color-interpolation color-interpolation-filters cursor cx cy d diffuseConstant direction display divisor dominant-baseline dx dy edgeMode elevation exponent fill fill-opacity fill-rule filter filterUnits flood-color flood-opacity font-family font-size font-size-adjust font-stretch font-style font-variant font-weight fr fx fy gradientTransform gradientUnits height href image-rendering in in2 intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength lengthAdjust letter-spacing lighting-color limitingConeAngle marker-end marker-mid marker-start markerHeight markerUnits markerWidth mask mask-type maskContentUnits maskUnits mode numOctaves offset opacity operator order orient overflow paint-order pathLength patternContentUnits patternTransform patternUnits pointer-events points pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits r radius refX refY result rotate rx ry scale seed shape-rendering side slope spacing specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width surfaceScale systemLanguage tableValues targetX targetY text-anchor text-decoration text-overflow text-rendering textLength transform transform-origin type unicode-bidi values vector-effect version viewBox visibility white-space width word-spacing writing-mode x x1 x2 xChannelSelector xlink:href xml:lang xml:space y y1 y2 yChannelSelector z".split(' ');
export const ALLOW_MATHML_ATTRIBUTES = "accent accentunder columnspan depth dir display displaystyle fence form height linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowspan rspace scriptlevel separator stretchy symmetric voffset width".split(' ');
export const ALLOW_LAYOUT = "align border cellpadding cellspacing class cols colspan controls cx cy d dir exportparts height hidden id multiple open part points popover preserveAspectRatio r rows rowspan rx ry size slot span style transform type valign viewBox width x x1 x2 y y1 y2".split(' ');
export const ALLOW_PER_ELEMENT: Record<string, string> = {
  a: "href",
  area: "alt coords href shape",
  audio: "controls loop muted",
  bdo: "dir",
  blockquote: "cite",
  body: "alink bgcolor leftmargin link marginheight marginwidth text topmargin vlink",
  br: "clear",
  button: "disabled type value",
  canvas: "height width",
  caption: "align",
  col: "align bgcolor span valign width",
  colgroup: "align span valign width",
  data: "value",
  del: "cite datetime",
  details: "name open",
  dialog: "open",
  dir: "compact",
  div: "align",
  dl: "compact",
  fieldset: "disabled",
  font: "color face size",
  h1: "align",
  h2: "align",
  h3: "align",
  h4: "align",
  h5: "align",
  h6: "align",
  hr: "align color noshade size width",
  iframe: "align frameborder height scrolling width",
  img: "align alt border height hspace ismap loading sizes src srcset usemap vspace width",
  input: "alt checked disabled height list max maxlength min minlength multiple pattern placeholder readonly required size src step type value width",
  ins: "cite datetime",
  label: "for",
  legend: "align",
  li: "type value",
  link: "disabled media rel type",
  map: "name",
  menu: "compact",
  meter: "high low max min optimum value",
  ol: "compact reversed start type",
  optgroup: "disabled label",
  option: "disabled label selected value",
  output: "for",
  p: "align",
  pre: "width",
  progress: "max value",
  q: "cite",
  select: "disabled multiple required size",
  slot: "name",
  source: "height media sizes srcset type width",
  style: "media type",
  table: "align bgcolor border cellpadding cellspacing frame height rules summary width",
  tbody: "align valign",
  td: "abbr align bgcolor colspan headers height nowrap rowspan valign width",
  textarea: "cols disabled maxlength minlength placeholder readonly required rows wrap",
  tfoot: "align valign",
  th: "abbr align bgcolor colspan headers height nowrap rowspan scope valign width",
  thead: "align valign",
  time: "datetime",
  tr: "align bgcolor height valign",
  ul: "compact type",
  video: "controls height loop muted poster width",
};
export interface MaskRecord { selector: string; action: string; label: string }
export interface AgentRecord { username: string; partnerid: number; partneruserid: string; name: string; title: string; agentrole: string }
export interface AssetRecord { id: string; url: string }
export interface SpotRecord { node: number; scope: number }
export interface VisitorRecord { visitorid: string; name: string; email: string; phone: string }
export type FromViewer =
  | { type: 'join'; protocol: number; ticket: string; incarnation?: string; version?: number }
  | { type: 'ack'; version: number }
  | { type: 'drift'; version: number; spots: SpotRecord[] }
  | { type: 'look'; visible: number }
  | { type: 'end' }
;
export type ToViewer =
  | { type: 'joined'; key: string; ssnid: string; incarnation: string; state: string; visitor: VisitorRecord; agents: AgentRecord[] }
  | { type: 'state'; state: string }
  | { type: 'agents'; count: number; agentlist: AgentRecord[] }
  | { type: 'ended'; reason: string }
  | { type: 'error'; code: string; msg: string }
;
