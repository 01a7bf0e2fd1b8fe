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
export const ALLOW_LAYOUT = "align border cellpadding cellspacing class cols colspan controls cx cy d dir exportparts height hidden id multiple open part points popover preserveAspectRatio r rows rowspan rx ry size slot span style transform type valign viewBox width x x1 x2 y y1 y2".split(' ');
export const ALLOW_LAYOUT_PROPERTIES = "align-content align-items align-self aspect-ratio backface-visibility background background-color block-size border border-block border-block-color border-block-end border-block-end-color border-block-end-style border-block-end-width border-block-start border-block-start-color border-block-start-style border-block-start-width border-block-style border-block-width border-bottom border-bottom-color border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width border-collapse border-color border-end-end-radius border-end-start-radius border-inline border-inline-color border-inline-end border-inline-end-color border-inline-end-style border-inline-end-width border-inline-start border-inline-start-color border-inline-start-style border-inline-start-width border-inline-style border-inline-width border-left border-left-color border-left-style border-left-width border-radius border-right border-right-color border-right-style border-right-width border-spacing border-start-end-radius border-start-start-radius border-style border-top border-top-color border-top-left-radius border-top-right-radius border-top-style border-top-width border-width bottom box-shadow box-sizing caption-side clear color color-scheme column-gap column-width direction display empty-cells fill flex flex-basis flex-direction flex-flow flex-grow flex-shrink flex-wrap float font-size font-style font-weight gap grid-auto-columns grid-auto-flow grid-auto-rows grid-column-gap grid-gap grid-row-gap grid-template-columns grid-template-rows height hyphens inline-size inset inset-block inset-block-end inset-block-start inset-inline inset-inline-end inset-inline-start justify-content justify-items justify-self left letter-spacing line-height margin margin-block margin-block-end margin-block-start margin-bottom margin-inline margin-inline-end margin-inline-start margin-left margin-right margin-top max-block-size max-height max-inline-size max-width min-block-size min-height min-inline-size min-width object-fit object-position opacity outline outline-color outline-offset outline-style outline-width overflow overflow-block overflow-inline overflow-wrap overflow-x overflow-y padding padding-block padding-block-end padding-block-start padding-bottom padding-inline padding-inline-end padding-inline-start padding-left padding-right padding-top perspective perspective-origin place-content place-items place-self position right rotate row-gap scale stroke stroke-width table-layout text-align text-align-last text-decoration text-decoration-color text-decoration-line text-decoration-style text-decoration-thickness text-indent text-orientation text-overflow text-transform text-underline-offset top transform transform-box transform-origin transform-style translate unicode-bidi vertical-align visibility white-space white-space-collapse width word-break word-spacing word-wrap writing-mode".split(' ');
export const BUILTIN_SELECTORS = ["input[type=password i]", "input[type=hidden i]", "[autocomplete~=current-password i]", "[autocomplete~=new-password i]", "[autocomplete~=one-time-code i]", "[autocomplete~=cc-name i]", "[autocomplete~=cc-given-name i]", "[autocomplete~=cc-additional-name i]", "[autocomplete~=cc-family-name i]", "[autocomplete~=cc-number i]", "[autocomplete~=cc-exp i]", "[autocomplete~=cc-exp-month i]", "[autocomplete~=cc-exp-year i]", "[autocomplete~=cc-csc i]", "[autocomplete~=cc-type i]", "[glance_masked]", ".glance_masked"];
export interface MaskRecord { selector: string; action: string; label: string }
export interface AgentRecord { username: string; partnerid: number; partneruserid: string; name: string; title: string; agentrole: string }
export interface AssetRecord { id: string; url: string }
export interface SpotRecord { node: number; scope: number }
export interface VisitorRecord { visitorid: string; name: string; email: string; phone: string }
export type FromVisitor =
  | { type: 'start'; protocol: number; groupid: number; site: string; key?: string; visitorid?: string; name?: string; email?: string; phone?: string; address?: string }
  | { type: 'resume'; protocol: number; ssnid: string; secret: string; epoch: number; sequence: number }
  | { type: 'stop'; reason: string }
;
export type ToVisitor =
  | { type: 'started'; ssnid: string; key: string; secret: string; masks: MaskRecord[]; assets: string; grace: number; waiting: number }
  | { type: 'resumed'; ssnid: string; key: string; epoch: number; sequence: number; masks: MaskRecord[]; assets: string; grace: number; agents: AgentRecord[]; waiting: number }
  | { type: 'ack'; epoch: number; sequence: number; version: number }
  | { type: 'resync'; reason: string }
  | { type: 'masks'; masks: MaskRecord[] }
  | { type: 'agents'; count: number; agentlist: AgentRecord[] }
  | { type: 'want'; assets: AssetRecord[] }
  | { type: 'verify' }
  | { type: 'drift'; spots: SpotRecord[] }
  | { type: 'watched'; looking: number }
  | { type: 'ended'; reason: string }
  | { type: 'error'; code: string; msg: string }
;
