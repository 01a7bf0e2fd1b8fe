// Generated from relay/protocol/spec.toml by `make generate`. Do not edit.
//! Names and numbers of the wire protocol, and what may reach an agent's browser.

pub const PROTOCOL_VERSION: u8 = 1;

pub mod message {
    pub const VISITOR_FRAME: u32 = 1;
    pub const VIEWER_FRAME: u32 = 2;
    pub const PART: u32 = 3;
    pub const LAST: u32 = 4;
}

pub mod flag {
    pub const DEFLATED: u32 = 1;
    pub const PARTIAL: u32 = 2;
}

pub mod node {
    pub const TEXT: u32 = 0;
    pub const SHADOW_OPEN: u32 = 1;
    pub const SHADOW_CLOSED: u32 = 2;
    pub const FIRST_SHAPE: u32 = 3;
}

pub mod namespace {
    pub const HTML: u32 = 0;
    pub const SVG: u32 = 1;
    pub const MATHML: u32 = 2;
    pub const OTHER: u32 = 3;
}

pub mod quirks {
    pub const NONE: u32 = 0;
    pub const QUIRKS: u32 = 1;
    pub const LIMITED: u32 = 2;
}

pub mod state {
    pub const CHECKED: u32 = 1;
    pub const INDETERMINATE: u32 = 2;
    pub const SELECTED: u32 = 4;
    pub const MODAL: u32 = 8;
    pub const POPOVER: u32 = 16;
    pub const SHEET_DISABLED: u32 = 32;
    pub const FOCUS_VISIBLE: u32 = 64;
    pub const TARGET: u32 = 128;
    pub const UNDEFINED: u32 = 256;
    pub const USER_INVALID: u32 = 512;
    pub const USER_VALID: u32 = 1024;
    pub const AUTOFILL: u32 = 2048;
    pub const FULLSCREEN: u32 = 4096;
    pub const INVALID: u32 = 8192;
    pub const OPEN: u32 = 16384;
}

pub mod media {
    pub const DARK: u32 = 1;
    pub const REDUCED_MOTION: u32 = 2;
    pub const REDUCED_TRANSPARENCY: u32 = 4;
    pub const REDUCED_DATA: u32 = 8;
    pub const MORE_CONTRAST: u32 = 16;
    pub const LESS_CONTRAST: u32 = 32;
    pub const FORCED_COLORS: u32 = 64;
    pub const INVERTED_COLORS: u32 = 128;
    pub const HOVER: u32 = 256;
    pub const ANY_HOVER: u32 = 512;
    pub const POINTER_FINE: u32 = 1024;
    pub const POINTER_COARSE: u32 = 2048;
    pub const ANY_FINE: u32 = 4096;
    pub const ANY_COARSE: u32 = 8192;
}

pub mod playback {
    pub const PAUSED: u32 = 1;
    pub const MUTED: u32 = 2;
    pub const ENDED: u32 = 4;
    pub const WAITING: u32 = 8;
    pub const LIVE: u32 = 16;
}

pub mod mask {
    pub const PLAIN: u32 = 0;
    pub const TEXT: u32 = 1;
    pub const HIDE: u32 = 2;
    pub const BLOCK: u32 = 3;
}

pub mod placeholder {
    pub const CROSS_ORIGIN_FRAME: u32 = 1;
    pub const PLUGIN: u32 = 2;
    pub const CANVAS: u32 = 3;
    pub const MEDIA: u32 = 4;
    pub const UNDRAWN: u32 = 5;
}

pub mod scope {
    pub const CONTENT: u32 = 1;
    pub const CHILDREN: u32 = 2;
    pub const SUBTREE: u32 = 3;
}

/// Op codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum OpCode {
    /// A document starts: the page itself (frame 0; everything before it is gone) or the one inside a frame element.
    Document = 1,
    /// A run of new siblings with all below them, put after a sibling (0: first).
    Insert = 2,
    /// `count` consecutive siblings from `node` on, taken to another place in the same document.
    Move = 3,
    /// `count` consecutive siblings from `node` on leave, with all below them.
    Remove = 4,
    /// The data of a text node.
    SetText = 5,
    /// One attribute of an element, by qualified name.
    SetAttribute = 6,
    /// One attribute of an element goes.
    RemoveAttribute = 7,
    /// All attributes of an element; any other goes.
    SetAttributes = 8,
    /// The value property of an input, textarea or select.
    SetValue = 9,
    /// The state bits of an element, all of them.
    SetState = 10,
    /// Scroll offsets in CSS px; on a document node: of its viewport.
    SetScroll = 11,
    /// The source text of the style sheet that a link or style element owns, and the address its relative addresses are resolved against.
    SetSheet = 12,
    /// The element (or, to mask a page, the document) is masked from here on: its content is dropped as the level says. Width and height of its box in CSS px, 0 when unknown.
    SetMask = 13,
    /// What this element shows cannot be shared, and why.
    SetPlaceholder = 14,
    /// The focused element (0: none).
    SetFocus = 15,
    /// The visitor's pointer in CSS px of the viewport; `down` 1 while pressed.
    SetPointer = 16,
    /// The visitor's viewport in CSS px and device pixel ratio in thousandths.
    SetViewport = 17,
    /// The title of a document.
    SetTitle = 18,
    /// The address and base address of a document, after pushState or a new base.
    SetAddress = 19,
    /// Runs of nodes, wherever they are in the document, each put among the children of `parent` after a sibling (0: first): a move of many.
    Arrange = 20,
    /// What the sender has at a node hashes to this; changes nothing. A receiver that has something else says so.
    Verify = 21,
    /// What a canvas shows, as base64 of a PNG, WebP or JPEG: one square of `limit.tile` px of its bitmap. Of a video the whole of its frame, of any size, at 0 0. Empty: transparent.
    SetTile = 22,
    /// The element comes to the top of the top layer of its document, in which a state puts it: `modal`, `popover` or `fullscreen`.
    Lift = 23,
    /// What is selected, from its start to its end (0: nothing); the same for a caret. Offsets are in UTF-16 units of a text's data, or of the value of an input or textarea, which then is both.
    SetSelection = 24,
    /// How far a video or audio has been played: time and duration in ms (0: unknown), rate in thousandths, bits of [playback], and the size of a video's own picture in px (0: unknown).
    SetPlayback = 26,
    /// The animations that run on an element, as CSS (docs/protocol.md). Empty: none.
    SetAnimation = 27,
    /// What time it is for animations: what the timeline of the page's document says, in ms.
    SetClock = 28,
    /// The innermost element that the visitor's pointer hovers, and the one that is being pressed (0: none).
    SetHover = 30,
    /// What the visitor's browser answers to media features: bits of [media], all of them.
    SetMedia = 31,
    /// The source text of a sheet that script has constructed, by a number of the visitor's, and its base address. Empty when nobody adopts it any more.
    SetConstructed = 32,
    /// The constructed sheets that a document or shadow root adopts: their numbers in order, in decimal with a space between.
    SetAdopted = 33,
}

impl OpCode {
    /// The op of a wire number, if there is one.
    #[must_use]
    pub fn from_wire(code: u32) -> Option<Self> {
        match code {
            1 => Some(Self::Document),
            2 => Some(Self::Insert),
            3 => Some(Self::Move),
            4 => Some(Self::Remove),
            5 => Some(Self::SetText),
            6 => Some(Self::SetAttribute),
            7 => Some(Self::RemoveAttribute),
            8 => Some(Self::SetAttributes),
            9 => Some(Self::SetValue),
            10 => Some(Self::SetState),
            11 => Some(Self::SetScroll),
            12 => Some(Self::SetSheet),
            13 => Some(Self::SetMask),
            14 => Some(Self::SetPlaceholder),
            15 => Some(Self::SetFocus),
            16 => Some(Self::SetPointer),
            17 => Some(Self::SetViewport),
            18 => Some(Self::SetTitle),
            19 => Some(Self::SetAddress),
            20 => Some(Self::Arrange),
            21 => Some(Self::Verify),
            22 => Some(Self::SetTile),
            23 => Some(Self::Lift),
            24 => Some(Self::SetSelection),
            26 => Some(Self::SetPlayback),
            27 => Some(Self::SetAnimation),
            28 => Some(Self::SetClock),
            30 => Some(Self::SetHover),
            31 => Some(Self::SetMedia),
            32 => Some(Self::SetConstructed),
            33 => Some(Self::SetAdopted),
            _ => None,
        }
    }

    /// Its name in the specification.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Insert => "insert",
            Self::Move => "move",
            Self::Remove => "remove",
            Self::SetText => "set_text",
            Self::SetAttribute => "set_attribute",
            Self::RemoveAttribute => "remove_attribute",
            Self::SetAttributes => "set_attributes",
            Self::SetValue => "set_value",
            Self::SetState => "set_state",
            Self::SetScroll => "set_scroll",
            Self::SetSheet => "set_sheet",
            Self::SetMask => "set_mask",
            Self::SetPlaceholder => "set_placeholder",
            Self::SetFocus => "set_focus",
            Self::SetPointer => "set_pointer",
            Self::SetViewport => "set_viewport",
            Self::SetTitle => "set_title",
            Self::SetAddress => "set_address",
            Self::Arrange => "arrange",
            Self::Verify => "verify",
            Self::SetTile => "set_tile",
            Self::Lift => "lift",
            Self::SetSelection => "set_selection",
            Self::SetPlayback => "set_playback",
            Self::SetAnimation => "set_animation",
            Self::SetClock => "set_clock",
            Self::SetHover => "set_hover",
            Self::SetMedia => "set_media",
            Self::SetConstructed => "set_constructed",
            Self::SetAdopted => "set_adopted",
        }
    }
}

pub mod limit {
    pub const VISITOR_FRAME: usize = 1048576;
    pub const SNAPSHOT_FRAME: usize = 16777216;
    pub const PART: usize = 262144;
    pub const CONTROL_MESSAGE: usize = 16384;
    pub const VIEWER_MESSAGE: usize = 16384;
    pub const NODES: usize = 200000;
    pub const DEPTH: usize = 1000;
    pub const ATTRIBUTES: usize = 256;
    pub const ATTRIBUTE_VALUE: usize = 65536;
    pub const LONG_ATTRIBUTE_VALUE: usize = 262144;
    pub const TEXT: usize = 1048576;
    pub const SHEET_TEXT: usize = 5242880;
    pub const NAMES: usize = 4096;
    pub const SHAPES: usize = 65536;
    pub const OPS: usize = 400000;
    pub const VALUES: usize = 2000000;
    pub const STEPS: usize = 1000000;
    pub const NAME_LENGTH: usize = 64;
    pub const DOCUMENTS: usize = 50;
    pub const DOCUMENT_DEPTH: usize = 8;
    pub const AUDIENCES: usize = 16;
    pub const ATOMS: usize = 1000000;
    pub const HELD_TEXT: usize = 67108864;
    pub const INFLATED_FRAME: usize = 33554432;
    pub const INFLATE_RATIO: usize = 200;
    pub const SELECTOR: usize = 4096;
    pub const SELECTORS: usize = 2000;
    pub const CONSTRUCTED: usize = 10000;
    pub const ADOPTED: usize = 1000;
    pub const TILE: usize = 256;
    pub const TILE_PLACE: usize = 64;
    pub const TILES: usize = 1024;
    pub const TOP_LAYER: usize = 256;
    pub const PICTURE: usize = 524288;
    pub const PICTURES_A_SECOND: usize = 524288;
    pub const ANIMATION: usize = 65536;
    pub const ASSETS: usize = 20000;
    pub const TARGET_TEXT: usize = 16777216;
    pub const SHEET_RULES: usize = 50000;
    pub const ADOPTED_TEXT: usize = 1048576;
    pub const ADDRESS_TEXT: usize = 16777216;
    pub const REWRITTEN_TEXT: usize = 67108864;
    pub const DEFLATE_FROM: usize = 1400;
}

// Sorted, for binary search.
pub const ALLOW_HTML: &[&str] = &["a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote", "body", "br", "button", "canvas", "caption", "center", "cite", "code", "col", "colgroup", "data", "datalist", "dd", "del", "details", "dfn", "dialog", "dir", "div", "dl", "dt", "em", "fieldset", "figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup", "hr", "html", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "link", "main", "map", "mark", "menu", "meter", "nav", "nobr", "ol", "optgroup", "option", "output", "p", "picture", "pre", "progress", "q", "rp", "rt", "ruby", "s", "samp", "search", "section", "select", "slot", "small", "source", "span", "strike", "strong", "style", "sub", "summary", "sup", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "tt", "u", "ul", "var", "video", "wbr"];
pub const ALLOW_SVG: &[&str] = &["a", "circle", "clipPath", "defs", "desc", "ellipse", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting", "feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR", "feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight", "feSpecularLighting", "feSpotLight", "feTile", "feTurbulence", "filter", "foreignObject", "g", "image", "line", "linearGradient", "marker", "mask", "path", "pattern", "polygon", "polyline", "radialGradient", "rect", "stop", "style", "svg", "switch", "symbol", "text", "textPath", "title", "tspan", "use", "view"];
pub const ALLOW_MATHML: &[&str] = &["math", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover"];
pub const ALLOW_BOXED: &[&str] = &["applet", "embed", "fencedframe", "frame", "frameset", "object", "portal"];
pub const ALLOW_VOID: &[&str] = &["base", "discard", "handler", "listener", "meta", "noembed", "noframes", "noscript", "param", "plaintext", "script", "template", "track", "xmp"];
pub const ALLOW_GLOBAL: &[&str] = &["class", "dir", "exportparts", "hidden", "id", "inert", "lang", "part", "popover", "role", "slot", "title"];
pub const ALLOW_SVG_ATTRIBUTES: &[&str] = &["accent-height", "alignment-baseline", "amplitude", "azimuth", "baseFrequency", "baseline-shift", "bias", "clip", "clip-path", "clip-rule", "clipPathUnits", "color", "color-interpolation", "color-interpolation-filters", "cursor", "cx", "cy", "d", "diffuseConstant", "direction", "display", "divisor", "dominant-baseline", "dx", "dy", "edgeMode", "elevation", "exponent", "fill", "fill-opacity", "fill-rule", "filter", "filterUnits", "flood-color", "flood-opacity", "font-family", "font-size", "font-size-adjust", "font-stretch", "font-style", "font-variant", "font-weight", "fr", "fx", "fy", "gradientTransform", "gradientUnits", "height", "href", "image-rendering", "in", "in2", "intercept", "k1", "k2", "k3", "k4", "kernelMatrix", "kernelUnitLength", "lengthAdjust", "letter-spacing", "lighting-color", "limitingConeAngle", "marker-end", "marker-mid", "marker-start", "markerHeight", "markerUnits", "markerWidth", "mask", "mask-type", "maskContentUnits", "maskUnits", "mode", "numOctaves", "offset", "opacity", "operator", "order", "orient", "overflow", "paint-order", "pathLength", "patternContentUnits", "patternTransform", "patternUnits", "pointer-events", "points", "pointsAtX", "pointsAtY", "pointsAtZ", "preserveAlpha", "preserveAspectRatio", "primitiveUnits", "r", "radius", "refX", "refY", "result", "rotate", "rx", "ry", "scale", "seed", "shape-rendering", "side", "slope", "spacing", "specularConstant", "specularExponent", "spreadMethod", "startOffset", "stdDeviation", "stitchTiles", "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width", "surfaceScale", "systemLanguage", "tableValues", "targetX", "targetY", "text-anchor", "text-decoration", "text-overflow", "text-rendering", "textLength", "transform", "transform-origin", "type", "unicode-bidi", "values", "vector-effect", "version", "viewBox", "visibility", "white-space", "width", "word-spacing", "writing-mode", "x", "x1", "x2", "xChannelSelector", "xlink:href", "xml:lang", "xml:space", "y", "y1", "y2", "yChannelSelector", "z"];
pub const ALLOW_MATHML_ATTRIBUTES: &[&str] = &["accent", "accentunder", "columnspan", "depth", "dir", "display", "displaystyle", "fence", "form", "height", "linethickness", "lspace", "mathbackground", "mathcolor", "mathsize", "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowspan", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width"];
pub const ALLOW_LAYOUT: &[&str] = &["align", "border", "cellpadding", "cellspacing", "class", "cols", "colspan", "controls", "cx", "cy", "d", "dir", "exportparts", "height", "hidden", "id", "multiple", "open", "part", "points", "popover", "preserveAspectRatio", "r", "rows", "rowspan", "rx", "ry", "size", "slot", "span", "style", "transform", "type", "valign", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2"];
pub const ALLOW_NATIVE_HYPHENATED: &[&str] = &["accept-charset", "http-equiv"];
pub const ALLOW_NEVER_ASIDE: &[&str] = &["action", "allow", "archive", "background", "cite", "classid", "codebase", "content", "csp", "data", "formaction", "href", "icon", "integrity", "longdesc", "manifest", "nonce", "ping", "poster", "profile", "sandbox", "src", "srcdoc", "srcset", "xmlns"];
pub const ALLOW_LAYOUT_PROPERTIES: &[&str] = &["align-content", "align-items", "align-self", "aspect-ratio", "backface-visibility", "background", "background-color", "block-size", "border", "border-block", "border-block-color", "border-block-end", "border-block-end-color", "border-block-end-style", "border-block-end-width", "border-block-start", "border-block-start-color", "border-block-start-style", "border-block-start-width", "border-block-style", "border-block-width", "border-bottom", "border-bottom-color", "border-bottom-left-radius", "border-bottom-right-radius", "border-bottom-style", "border-bottom-width", "border-collapse", "border-color", "border-end-end-radius", "border-end-start-radius", "border-inline", "border-inline-color", "border-inline-end", "border-inline-end-color", "border-inline-end-style", "border-inline-end-width", "border-inline-start", "border-inline-start-color", "border-inline-start-style", "border-inline-start-width", "border-inline-style", "border-inline-width", "border-left", "border-left-color", "border-left-style", "border-left-width", "border-radius", "border-right", "border-right-color", "border-right-style", "border-right-width", "border-spacing", "border-start-end-radius", "border-start-start-radius", "border-style", "border-top", "border-top-color", "border-top-left-radius", "border-top-right-radius", "border-top-style", "border-top-width", "border-width", "bottom", "box-shadow", "box-sizing", "caption-side", "clear", "color", "color-scheme", "column-gap", "column-width", "direction", "display", "empty-cells", "fill", "flex", "flex-basis", "flex-direction", "flex-flow", "flex-grow", "flex-shrink", "flex-wrap", "float", "font-size", "font-style", "font-weight", "gap", "grid-auto-columns", "grid-auto-flow", "grid-auto-rows", "grid-column-gap", "grid-gap", "grid-row-gap", "grid-template-columns", "grid-template-rows", "height", "hyphens", "inline-size", "inset", "inset-block", "inset-block-end", "inset-block-start", "inset-inline", "inset-inline-end", "inset-inline-start", "justify-content", "justify-items", "justify-self", "left", "letter-spacing", "line-height", "margin", "margin-block", "margin-block-end", "margin-block-start", "margin-bottom", "margin-inline", "margin-inline-end", "margin-inline-start", "margin-left", "margin-right", "margin-top", "max-block-size", "max-height", "max-inline-size", "max-width", "min-block-size", "min-height", "min-inline-size", "min-width", "object-fit", "object-position", "opacity", "outline", "outline-color", "outline-offset", "outline-style", "outline-width", "overflow", "overflow-block", "overflow-inline", "overflow-wrap", "overflow-x", "overflow-y", "padding", "padding-block", "padding-block-end", "padding-block-start", "padding-bottom", "padding-inline", "padding-inline-end", "padding-inline-start", "padding-left", "padding-right", "padding-top", "perspective", "perspective-origin", "place-content", "place-items", "place-self", "position", "right", "rotate", "row-gap", "scale", "stroke", "stroke-width", "table-layout", "text-align", "text-align-last", "text-decoration", "text-decoration-color", "text-decoration-line", "text-decoration-style", "text-decoration-thickness", "text-indent", "text-orientation", "text-overflow", "text-transform", "text-underline-offset", "top", "transform", "transform-box", "transform-origin", "transform-style", "translate", "unicode-bidi", "vertical-align", "visibility", "white-space", "white-space-collapse", "width", "word-break", "word-spacing", "word-wrap", "writing-mode"];
pub const ALLOW_LAYOUT_KEYWORDS: &[&str] = &["-moz-available", "-moz-center", "-webkit-box", "-webkit-center", "-webkit-fill-available", "-webkit-inline-box", "-webkit-left", "-webkit-right", "absolute", "aliceblue", "all", "allow-keywords", "alternate", "always", "anchor-center", "antiquewhite", "anywhere", "aqua", "aquamarine", "auto", "auto-fill", "auto-fit", "azure", "balance", "baseline", "beige", "below", "bidi-override", "bisque", "black", "blanchedalmond", "blink", "block", "blue", "blueviolet", "bold", "bolder", "border-box", "both", "bottom", "break-all", "break-spaces", "break-word", "brown", "burlywood", "cadetblue", "capitalize", "center", "chartreuse", "chocolate", "clip", "collapse", "color", "column", "column-reverse", "contain", "content", "content-box", "contents", "coral", "cornflowerblue", "cornsilk", "cover", "crimson", "currentcolor", "cyan", "dark", "darkblue", "darkcyan", "darkgoldenrod", "darkgray", "darkgreen", "darkgrey", "darkkhaki", "darkmagenta", "darkolivegreen", "darkorange", "darkorchid", "darkred", "darksalmon", "darkseagreen", "darkslateblue", "darkslategray", "darkslategrey", "darkturquoise", "darkviolet", "dashed", "deeppink", "deepskyblue", "dense", "dimgray", "dimgrey", "discard", "dodgerblue", "dotted", "double", "each-line", "ellipsis", "embed", "end", "fill-box", "firebrick", "first", "fit-content", "fixed", "flat", "flex", "flex-end", "flex-start", "floralwhite", "flow", "flow-root", "forestgreen", "from-font", "fuchsia", "full-size-kana", "full-width", "gainsboro", "ghostwhite", "gold", "goldenrod", "gray", "green", "greenyellow", "grey", "grid", "groove", "hanging", "hidden", "hide", "honeydew", "hotpink", "important", "indianred", "indigo", "inherit", "initial", "inline", "inline-block", "inline-end", "inline-flex", "inline-grid", "inline-start", "inline-table", "inset", "inside", "invert", "isolate", "isolate-override", "italic", "ivory", "justify", "justify-all", "keep-all", "khaki", "large", "larger", "last", "lavender", "lavenderblush", "lawngreen", "left", "legacy", "lemonchiffon", "light", "lightblue", "lightcoral", "lightcyan", "lighter", "lightgoldenrodyellow", "lightgray", "lightgreen", "lightgrey", "lightpink", "lightsalmon", "lightseagreen", "lightskyblue", "lightslategray", "lightslategrey", "lightsteelblue", "lightyellow", "lime", "limegreen", "line-through", "linen", "list-item", "lowercase", "ltr", "magenta", "manual", "maroon", "match-parent", "max-content", "medium", "mediumaquamarine", "mediumblue", "mediumorchid", "mediumpurple", "mediumseagreen", "mediumslateblue", "mediumspringgreen", "mediumturquoise", "mediumvioletred", "middle", "midnightblue", "min-content", "mintcream", "mistyrose", "mixed", "moccasin", "navajowhite", "navy", "no-drop", "none", "normal", "nowrap", "oblique", "oldlace", "olive", "olivedrab", "only", "orange", "orangered", "orchid", "outset", "outside", "overlay", "overline", "padding-box", "palegoldenrod", "palegreen", "paleturquoise", "palevioletred", "papayawhip", "peachpuff", "peru", "pink", "plaintext", "plum", "powderblue", "pre", "pre-line", "pre-wrap", "preserve", "preserve-3d", "preserve-breaks", "preserve-spaces", "purple", "rebeccapurple", "red", "relative", "revert", "revert-layer", "ridge", "right", "rl-tb", "rosybrown", "row", "row-reverse", "royalblue", "rtl", "ruby", "run-in", "saddlebrown", "safe", "salmon", "sandybrown", "scale-down", "scroll", "seagreen", "seashell", "self-end", "self-start", "separate", "show", "sideways", "sideways-lr", "sideways-rl", "sienna", "silver", "skyblue", "slateblue", "slategray", "slategrey", "slice", "small", "smaller", "snow", "solid", "space-around", "space-between", "space-evenly", "springgreen", "stable", "start", "static", "steelblue", "sticky", "stretch", "stroke-box", "sub", "subgrid", "super", "table", "table-caption", "table-cell", "table-column", "table-column-group", "table-footer-group", "table-header-group", "table-row", "table-row-group", "tan", "tb-rl", "teal", "text-bottom", "text-top", "thick", "thin", "thistle", "tomato", "top", "transparent", "turquoise", "underline", "unsafe", "unset", "uppercase", "upright", "vertical-lr", "vertical-rl", "view-box", "violet", "visible", "wavy", "wheat", "white", "whitesmoke", "wrap", "wrap-reverse", "x", "x-large", "x-small", "xx-large", "xx-small", "xxx-large", "y", "yellow", "yellowgreen", "z"];
pub const ALLOW_GLOBAL_PREFIXES: &[&str] = &["aria-", "data-"];
pub const ALLOW_PER_ELEMENT: &[(&str, &[&str])] = &[
    ("a", &["href"]),
    ("area", &["alt", "coords", "href", "shape"]),
    ("audio", &["controls", "loop", "muted"]),
    ("bdo", &["dir"]),
    ("blockquote", &["cite"]),
    ("body", &["alink", "bgcolor", "leftmargin", "link", "marginheight", "marginwidth", "text", "topmargin", "vlink"]),
    ("br", &["clear"]),
    ("button", &["disabled", "type", "value"]),
    ("canvas", &["height", "width"]),
    ("caption", &["align"]),
    ("col", &["align", "bgcolor", "span", "valign", "width"]),
    ("colgroup", &["align", "span", "valign", "width"]),
    ("data", &["value"]),
    ("del", &["cite", "datetime"]),
    ("details", &["name", "open"]),
    ("dialog", &["open"]),
    ("dir", &["compact"]),
    ("div", &["align"]),
    ("dl", &["compact"]),
    ("fieldset", &["disabled"]),
    ("font", &["color", "face", "size"]),
    ("h1", &["align"]),
    ("h2", &["align"]),
    ("h3", &["align"]),
    ("h4", &["align"]),
    ("h5", &["align"]),
    ("h6", &["align"]),
    ("hr", &["align", "color", "noshade", "size", "width"]),
    ("iframe", &["align", "frameborder", "height", "scrolling", "width"]),
    ("img", &["align", "alt", "border", "height", "hspace", "ismap", "loading", "sizes", "src", "srcset", "usemap", "vspace", "width"]),
    ("input", &["alt", "checked", "disabled", "height", "list", "max", "maxlength", "min", "minlength", "multiple", "pattern", "placeholder", "readonly", "required", "size", "src", "step", "type", "value", "width"]),
    ("ins", &["cite", "datetime"]),
    ("label", &["for"]),
    ("legend", &["align"]),
    ("li", &["type", "value"]),
    ("link", &["disabled", "media", "rel", "type"]),
    ("map", &["name"]),
    ("menu", &["compact"]),
    ("meter", &["high", "low", "max", "min", "optimum", "value"]),
    ("ol", &["compact", "reversed", "start", "type"]),
    ("optgroup", &["disabled", "label"]),
    ("option", &["disabled", "label", "selected", "value"]),
    ("output", &["for"]),
    ("p", &["align"]),
    ("pre", &["width"]),
    ("progress", &["max", "value"]),
    ("q", &["cite"]),
    ("select", &["disabled", "multiple", "required", "size"]),
    ("slot", &["name"]),
    ("source", &["height", "media", "sizes", "srcset", "type", "width"]),
    ("style", &["media", "type"]),
    ("table", &["align", "bgcolor", "border", "cellpadding", "cellspacing", "frame", "height", "rules", "summary", "width"]),
    ("tbody", &["align", "valign"]),
    ("td", &["abbr", "align", "bgcolor", "colspan", "headers", "height", "nowrap", "rowspan", "valign", "width"]),
    ("textarea", &["cols", "disabled", "maxlength", "minlength", "placeholder", "readonly", "required", "rows", "wrap"]),
    ("tfoot", &["align", "valign"]),
    ("th", &["abbr", "align", "bgcolor", "colspan", "headers", "height", "nowrap", "rowspan", "scope", "valign", "width"]),
    ("thead", &["align", "valign"]),
    ("time", &["datetime"]),
    ("tr", &["align", "bgcolor", "height", "valign"]),
    ("ul", &["compact", "type"]),
    ("video", &["controls", "height", "loop", "muted", "poster", "width"]),
];

pub const BUILTIN_SELECTORS: &[&str] = &["input[type=password i]", "input[type=hidden i]", "[autocomplete~=current-password i]", "[autocomplete~=new-password i]", "[autocomplete~=one-time-code i]", "[autocomplete~=cc-name i]", "[autocomplete~=cc-given-name i]", "[autocomplete~=cc-additional-name i]", "[autocomplete~=cc-family-name i]", "[autocomplete~=cc-number i]", "[autocomplete~=cc-exp i]", "[autocomplete~=cc-exp-month i]", "[autocomplete~=cc-exp-year i]", "[autocomplete~=cc-csc i]", "[autocomplete~=cc-type i]", "[glance_masked]", ".glance_masked"];
pub const BULLETS: &str = "••••••";
/// Names that need not travel, by number.
pub const DICTIONARY: &[&str] = &["html", "head", "body", "div", "span", "p", "a", "img", "ul", "ol", "li", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col", "h1", "h2", "h3", "h4", "h5", "h6", "header", "footer", "main", "nav", "section", "article", "aside", "form", "fieldset", "legend", "label", "input", "button", "select", "option", "optgroup", "textarea", "datalist", "output", "progress", "meter", "script", "noscript", "style", "link", "meta", "title", "base", "template", "slot", "iframe", "canvas", "video", "audio", "source", "track", "picture", "figure", "figcaption", "map", "area", "strong", "em", "b", "i", "u", "s", "small", "big", "sub", "sup", "code", "pre", "kbd", "samp", "var", "mark", "del", "ins", "q", "blockquote", "cite", "abbr", "address", "time", "dl", "dt", "dd", "hr", "br", "wbr", "details", "summary", "dialog", "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "defs", "use", "symbol", "clipPath", "mask", "linearGradient", "radialGradient", "stop", "math", "mrow", "mi", "mo", "mn", "id", "class", "href", "src", "srcset", "sizes", "alt", "lang", "dir", "hidden", "role", "tabindex", "type", "name", "value", "placeholder", "for", "action", "method", "target", "rel", "checked", "selected", "disabled", "readonly", "required", "multiple", "min", "max", "step", "size", "maxlength", "autocomplete", "width", "height", "colspan", "rowspan", "charset", "content", "media", "loading", "decoding", "crossorigin", "integrity", "async", "defer", "aria-label", "aria-hidden", "aria-expanded", "aria-controls", "aria-labelledby", "aria-describedby", "aria-current", "aria-live", "data-id", "data-testid", "viewBox", "d", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "x", "y", "cx", "cy", "r", "rx", "ry", "x1", "y1", "x2", "y2", "points", "transform", "xmlns", "xlink:href", "opacity", "fill-rule", "clip-rule", "preserveAspectRatio"];
