//! The allow tables: which elements and attributes may reach an agent's browser, by namespace.
//!
//! The tables are data of the specification (`names.rs`); this file only asks them. Unknown means no.

pub mod known;

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::names;

/// A table as a set. Its own names are fixed, so the hash needs no key: what is asked cannot make it slow.
type Names = LazyLock<FxHashSet<&'static str>>;

static VOID: Names = LazyLock::new(|| set(names::ALLOW_VOID));
static HTML: Names = LazyLock::new(|| set(names::ALLOW_HTML));
static BOXED: Names = LazyLock::new(|| set(names::ALLOW_BOXED));
static SVG: Names = LazyLock::new(|| set(names::ALLOW_SVG));
static MATHML: Names = LazyLock::new(|| set(names::ALLOW_MATHML));
static GLOBAL: Names = LazyLock::new(|| set(names::ALLOW_GLOBAL));
static SVG_ATTRIBUTES: Names = LazyLock::new(|| set(names::ALLOW_SVG_ATTRIBUTES));
static MATHML_ATTRIBUTES: Names = LazyLock::new(|| set(names::ALLOW_MATHML_ATTRIBUTES));
static LAYOUT: Names = LazyLock::new(|| set(names::ALLOW_LAYOUT));
static NATIVE_HYPHENATED: Names = LazyLock::new(|| set(names::ALLOW_NATIVE_HYPHENATED));
static NEVER_ASIDE: Names = LazyLock::new(|| set(names::ALLOW_NEVER_ASIDE));
static PER_ELEMENT: LazyLock<FxHashMap<&'static str, &'static [&'static str]>> =
    LazyLock::new(|| names::ALLOW_PER_ELEMENT.iter().copied().collect());

fn set(table: &[&'static str]) -> FxHashSet<&'static str> {
    table.iter().copied().collect()
}

/// What an element becomes in the projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Itself.
    AsIs,
    /// An element of a name that no browser knows: itself, with the attributes that every element may have.
    Custom,
    /// An empty, hidden element that keeps the place.
    Void,
    /// A box with a label, without content.
    Box,
    /// A `span` with its content.
    Span,
}

/// Names with a hyphen that are not custom elements (HTML, "valid custom element name").
const NOT_CUSTOM: &[&str] = &[
    "annotation-xml",
    "color-profile",
    "font-face",
    "font-face-format",
    "font-face-name",
    "font-face-src",
    "font-face-uri",
    "missing-glyph",
];

/// Tags of ours and attributes that the stage sets: never taken from a page.
const OURS: &str = "cobrowse-";
const STAGE_ATTRIBUTES: &str = "data-cobrowse-";
/// Before the name of an attribute of the page that may not stand at the viewer, where style sheets find it instead.
pub const ASIDE: &str = "data-page-";

/// What an element may be shown as.
pub fn element(namespace: u32, tag: &str) -> Shown {
    // What runs or is no content is so under any prefix.
    let local = tag.rsplit(':').next().unwrap_or(tag);
    if VOID.contains(local) {
        return Shown::Void;
    }
    match namespace {
        names::namespace::HTML => html_element(tag),
        names::namespace::SVG if SVG.contains(tag) => Shown::AsIs,
        names::namespace::MATHML if MATHML.contains(tag) => Shown::AsIs,
        _ => Shown::Span,
    }
}

fn html_element(tag: &str) -> Shown {
    if HTML.contains(tag) {
        Shown::AsIs
    } else if BOXED.contains(tag) {
        Shown::Box
    } else if is_custom(tag) {
        Shown::Custom
    } else {
        Shown::Span
    }
}

fn is_custom(tag: &str) -> bool {
    tag.starts_with(|first: char| first.is_ascii_lowercase())
        && tag.contains('-')
        && is_name(tag)
        && !tag.contains(':')
        && !tag.contains(|c: char| c.is_ascii_uppercase())
        && !tag.starts_with(OURS)
        && !NOT_CUSTOM.contains(&tag)
}

/// Whether what is in an element of this name is projected: its children, its shadow root, its document.
pub fn holds_content(namespace: u32, tag: &str) -> bool {
    let is_style = tag == "style" && namespace != names::namespace::MATHML;
    !is_style && !matches!(element(namespace, tag), Shown::Void | Shown::Box)
}

/// Whether an attribute of this name may be shown on an element that is shown in this way. Says nothing of its value.
/// `style` is among them: its value goes through the CSS rewriter.
pub fn attribute(namespace: u32, tag: &str, shown: Shown, name: &str) -> bool {
    if !may_be_named(name) || shown == Shown::Void {
        return false;
    }
    if is_everywhere(name) {
        return true;
    }
    if shown != Shown::AsIs {
        return false;
    }
    match namespace {
        names::namespace::HTML => html_attribute(tag, name),
        names::namespace::SVG => SVG_ATTRIBUTES.contains(name),
        names::namespace::MATHML => MATHML_ATTRIBUTES.contains(name),
        _ => false,
    }
}

fn may_be_named(name: &str) -> bool {
    is_name(name)
        && !is_handler(name)
        && !name.starts_with(STAGE_ATTRIBUTES)
        && !name.starts_with(ASIDE)
}

/// Whether an attribute of this name may be shown on whatever element has it.
pub fn is_everywhere(name: &str) -> bool {
    name == "style" || GLOBAL.contains(name) || has_global_prefix(name) || is_custom_attribute(name)
}

/// Names that frameworks make up, on which style sheets depend (`_ngcontent-…`, `col-id`): no browser acts on them.
fn is_custom_attribute(name: &str) -> bool {
    name.contains('-')
        && !name.contains(|c: char| c == ':' || c.is_ascii_uppercase())
        && !NATIVE_HYPHENATED.contains(name)
}

/// Whether an attribute that may not be shown under its name is shown behind `ASIDE`: what it says matters to style sheets alone.
pub fn aside(shown: Shown, name: &str) -> bool {
    shown != Shown::Void
        && may_be_named(name)
        && ASIDE.len() + name.len() <= names::limit::NAME_LENGTH
        && !name.contains(|c: char| c == ':' || c.is_ascii_uppercase())
        && !NEVER_ASIDE.contains(name)
}

/// Whether a masked element still carries an attribute that is allowed otherwise.
pub fn layout(name: &str) -> bool {
    LAYOUT.contains(name)
}

fn html_attribute(tag: &str, name: &str) -> bool {
    PER_ELEMENT
        .get(tag)
        .is_some_and(|names| names.contains(&name))
}

fn has_global_prefix(name: &str) -> bool {
    names::ALLOW_GLOBAL_PREFIXES
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Event handlers in any case; `data-on…` and `aria-on…` are none.
fn is_handler(name: &str) -> bool {
    name.as_bytes()
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"on"))
}

/// `[A-Za-z_][-A-Za-z0-9_.:]{0,63}`: the names that may be made at the agent.
pub fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let first = bytes
        .first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    first && bytes.len() <= names::limit::NAME_LENGTH && bytes.iter().all(|b| is_name_byte(*b))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':')
}

/// Whether a text is white space alone, as `\s` of the browsers' scripts has it: such texts stay as they are in masked places.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        matches!(c, '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}')
            || matches!(
                c,
                '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::namespace::{HTML, MATHML, OTHER, SVG};

    #[test]
    fn elements() {
        let cases = [
            (HTML, "div", Shown::AsIs),
            (HTML, "iframe", Shown::AsIs),
            (HTML, "script", Shown::Void),
            (SVG, "script", Shown::Void),
            (OTHER, "script", Shown::Void),
            (SVG, "handler", Shown::Void),
            (HTML, "SCRIPT", Shown::Span),
            (HTML, "ScRiPt", Shown::Span),
            (HTML, "h:script", Shown::Void),
            (HTML, "h:div", Shown::Span),
            (HTML, "object", Shown::Box),
            (HTML, "frameset", Shown::Box),
            (HTML, "marquee", Shown::Span),
            (HTML, "my-widget", Shown::Custom),
            (HTML, "my-Widget", Shown::Span),
            (HTML, "cobrowse-box", Shown::Span),
            (HTML, "annotation-xml", Shown::Span),
            (HTML, "a-b><img", Shown::Span),
            (HTML, "circle", Shown::Span),
            (SVG, "circle", Shown::AsIs),
            (SVG, "animate", Shown::Span),
            (SVG, "set", Shown::Span),
            (SVG, "a", Shown::AsIs),
            (SVG, "iframe", Shown::Span),
            (SVG, "foreignObject", Shown::AsIs),
            (MATHML, "mrow", Shown::AsIs),
            (MATHML, "maction", Shown::Span),
            (MATHML, "annotation-xml", Shown::Span),
            (OTHER, "div", Shown::Span),
        ];
        for (namespace, tag, shown) in cases {
            assert_eq!(element(namespace, tag), shown, "{namespace} {tag}");
        }
    }

    #[test]
    fn content() {
        assert!(
            holds_content(HTML, "div") && holds_content(HTML, "x-y") && holds_content(SVG, "a")
        );
        assert!(holds_content(HTML, "iframe") && holds_content(HTML, "title"));
        assert!(!holds_content(HTML, "script") && !holds_content(HTML, "object"));
        assert!(!holds_content(HTML, "style") && !holds_content(SVG, "style"));
        assert!(!holds_content(HTML, "template") && !holds_content(SVG, "script"));
    }

    #[test]
    fn attributes() {
        let allowed = |ns, tag, name| attribute(ns, tag, element(ns, tag), name);
        for (ns, tag, name) in [
            (HTML, "div", "class"),
            (HTML, "div", "data-on"),
            (HTML, "div", "aria-label"),
            (HTML, "div", "style"),
            (HTML, "img", "srcset"),
            (HTML, "a", "href"),
            (HTML, "x-y", "id"),
            (SVG, "path", "d"),
            (SVG, "use", "xlink:href"),
            (MATHML, "mi", "mathvariant"),
        ] {
            assert!(allowed(ns, tag, name), "{tag} {name}");
        }
        for (ns, tag, name) in [
            (HTML, "div", "onclick"),
            (HTML, "div", "ONCLICK"),
            (HTML, "div", "onanythingatall"),
            (HTML, "div", "href"),
            (HTML, "div", "data-cobrowse-mask"),
            (HTML, "div", "data-\u{e9}"),
            (HTML, "div", "data-x y"),
            (HTML, "div", "CLASS"),
            (HTML, "script", "class"),
            (HTML, "iframe", "srcdoc"),
            (HTML, "iframe", "src"),
            (HTML, "iframe", "name"),
            (HTML, "form", "action"),
            (HTML, "a", "target"),
            (HTML, "a", "download"),
            (HTML, "x-y", "href"),
            (HTML, "object", "data"),
            (HTML, "td", "background"),
            (SVG, "use", "onbegin"),
            (SVG, "svg", "xmlns:xlink"),
            (SVG, "circle", "src"),
            (MATHML, "mi", "href"),
            (MATHML, "math", "xlink:href"),
            (OTHER, "x", "href"),
        ] {
            assert!(!allowed(ns, tag, name), "{tag} {name}");
        }
    }

    #[test]
    fn names_and_blanks() {
        assert!(is_name("a") && is_name("_x") && is_name("xlink:href") && is_name(&"a".repeat(64)));
        assert!(
            !is_name("") && !is_name("1a") && !is_name("-a") && !is_name("a b") && !is_name("é")
        );
        assert!(!is_name(&"a".repeat(65)));
        assert!(is_blank("") && is_blank(" \t\r\n\u{a0}\u{feff}"));
        assert!(!is_blank("\u{200b}") && !is_blank(" x "));
    }
}
