//! What stands before a `{`: selectors that ask for what only the visitor's browser knows, and media features that only it can answer.
//!
//! Whether a text is a selector or a declaration shows at its end: what could have to be replaced is marked on the way and replaced
//! in the output when `{` comes, or left when a declaration has ended. Attributes take the place of pseudo-classes, with the same
//! specificity; the stage sets them (docs/protocol.md, "Visitor and viewer").

use std::borrow::Cow;
use std::ops::Range;

use super::tokens::{Kind, Token};
use crate::allow::{self, Shown};

/// Pseudo-classes by name, sorted, and what the stage has in their place.
const PSEUDO_CLASSES: &[(&str, &str)] = &[
    ("-moz-any-link", LINK),
    ("-moz-focusring", "[data-cobrowse-focus-visible]"),
    ("-webkit-any-link", LINK),
    ("-webkit-autofill", "[data-cobrowse-autofill]"),
    ("-webkit-full-screen", "[data-cobrowse-fullscreen]"),
    ("active", "[data-cobrowse-active]"),
    ("any-link", LINK),
    ("autofill", "[data-cobrowse-autofill]"),
    ("defined", ":not([data-cobrowse-undefined])"),
    ("focus", "[data-cobrowse-focus]"),
    ("focus-visible", "[data-cobrowse-focus-visible]"),
    ("focus-within", "[data-cobrowse-focus-within]"),
    ("fullscreen", "[data-cobrowse-fullscreen]"),
    ("hover", "[data-cobrowse-hover]"),
    (
        "indeterminate",
        ":is([data-cobrowse-indeterminate],:where(progress):not([value]))",
    ),
    ("link", LINK),
    ("target", "[data-cobrowse-target]"),
    ("user-invalid", "[data-cobrowse-user-invalid]"),
    ("user-valid", "[data-cobrowse-user-valid]"),
    // Where somebody has been is for nobody to see.
    ("visited", ":not(*)"),
];
const LINK: &str = ":where(a,area)[data-href]";

/// Elements that have another name at the viewer, sorted.
const TYPES: &[(&str, &str)] = &[
    ("applet", "cobrowse-box"),
    ("embed", "cobrowse-box"),
    ("marquee", "span"),
    ("object", "cobrowse-box"),
];

/// The longest name of the two tables.
const LONGEST_NAME: usize = 19;

/// What a statement is, as far as it has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Statement {
    /// Nothing of it yet.
    #[default]
    Begins,
    /// A rule with selectors, or a declaration.
    Style,
    /// `@media`.
    Media,
    /// Another at-rule.
    Other,
}

/// The tokens just before, as far as they give the next one its meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Before {
    /// A compound selector may begin here.
    #[default]
    Gap,
    Colon,
    Colons,
    /// `[`
    Bracket,
    /// Something of the same compound.
    Within,
}

/// A part of the output to be replaced.
#[derive(Debug)]
pub(super) struct Mark {
    pub at: usize,
    pub len: usize,
    pub with: Cow<'static, str>,
}

#[derive(Debug, Default)]
pub(super) struct Prelude {
    pub statement: Statement,
    pub marks: Vec<Mark>,
    before: Before,
    /// How many blocks were open at a pseudo-element: behind it in its compound no attribute may stand.
    pseudo_element: Option<usize>,
}

/// A part of the text that may have to be replaced.
pub(super) struct Found {
    pub span: Range<usize>,
    pub with: Cow<'static, str>,
}

impl Prelude {
    /// The statement has ended, or another one begins inside it.
    pub(super) fn restart(&mut self) {
        self.statement = Statement::Begins;
        self.marks.clear();
        self.before = Before::Gap;
        self.pseudo_element = None;
    }

    /// Takes one token of a statement, before which so many blocks are open.
    pub(super) fn take(&mut self, text: &str, token: &Token, depth: usize) -> Option<Found> {
        if matches!(token.kind, Kind::Space | Kind::Comment) {
            self.gap(depth);
            return None;
        }
        let name = &text[token.name.clone()];
        if self.statement == Statement::Begins {
            self.statement = begun(&token.kind, name);
        }
        if self.statement != Statement::Style {
            return None;
        }
        let before = std::mem::replace(&mut self.before, Before::Within);
        match token.kind {
            Kind::Colon if before == Before::Colon => self.before = Before::Colons,
            Kind::Colon => self.before = Before::Colon,
            Kind::Open(b'[') => self.before = Before::Bracket,
            Kind::Function if before == Before::Colons => {
                self.pseudo_element = Some(depth);
                self.before = Before::Gap;
            }
            Kind::Function | Kind::Open(_) => self.before = Before::Gap,
            Kind::Other if !is_joint(&text[token.start..token.end]) => self.gap(depth),
            Kind::Ident => return self.name(text, token, before, depth),
            _ => {}
        }
        None
    }

    fn name(&mut self, text: &str, token: &Token, before: Before, depth: usize) -> Option<Found> {
        let name = &text[token.name.clone()];
        let found = |start: usize, with: &'static str| Found {
            span: start..token.end,
            with: with.into(),
        };
        match before {
            Before::Colons => {
                self.pseudo_element = Some(depth);
                None
            }
            Before::Colon if self.pseudo_element == Some(depth) => None,
            Before::Colon => Some(found(token.start - 1, look_up(PSEUDO_CLASSES, name)?)),
            Before::Gap => Some(found(token.start, look_up(TYPES, name)?)),
            Before::Bracket => attribute(text, token),
            Before::Within => None,
        }
    }

    fn gap(&mut self, depth: usize) {
        self.before = Before::Gap;
        if self.pseudo_element == Some(depth) {
            self.pseudo_element = None;
        }
    }
}

/// Behind these a name is not an element's.
fn is_joint(text: &str) -> bool {
    matches!(text, "." | "|")
}

/// An attribute selector for what the viewer has under another name: links, and inputs that would send something there.
fn attribute(text: &str, token: &Token) -> Option<Found> {
    let name = &text[token.name.clone()];
    let rest = &text[token.end..];
    let end = closing(rest)?;
    let condition = rest[..end].trim();
    let with: Cow<'static, str> = match name.to_ascii_lowercase().as_str() {
        "href" => link(condition)?,
        "type" => input_type(condition.strip_prefix('=')?)?,
        name => aside(name, condition)?.into(),
    };
    let span = token.start - 1..token.end + end + 1;
    Some(Found { span, with })
}

/// Where the bracket is closed, behind strings and escapes. Not beyond where no attribute selector can go on: each byte is looked
/// at for one bracket only, however many are never closed.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' | b'\'' if quote == Some(byte) => quote = None,
            b'"' | b'\'' if quote.is_none() => quote = Some(byte),
            b']' if quote.is_none() => return Some(at),
            b'[' | b'{' | b'}' | b';' if quote.is_none() => return None,
            b'\n' if quote.is_some() => return None,
            _ => {}
        }
    }
    None
}

/// Viewers have the whole address of a page, without query: what it ends in or holds can be asked, not what it begins with.
fn link(condition: &str) -> Option<Cow<'static, str>> {
    let is_known = condition.is_empty() || condition.starts_with(['$', '*']);
    is_known.then(|| format!(":is([href{condition}],[data-href{condition}])").into())
}

/// What elements may have under its own name and under another one (`allow::ASIDE`).
fn aside(name: &str, condition: &str) -> Option<String> {
    let is_other_namespace = condition.starts_with('|') && !condition.starts_with("|=");
    if is_other_namespace || allow::is_everywhere(name) || !allow::aside(Shown::AsIs, name) {
        return None;
    }
    Some(format!(
        ":is([{name}{condition}],[{}{name}{condition}])",
        allow::ASIDE
    ))
}

fn input_type(value: &str) -> Option<Cow<'static, str>> {
    let value = value.trim().to_ascii_lowercase();
    let value = value.strip_suffix(" i").unwrap_or(&value).trim_end();
    let value = value.trim_matches(['"', '\'']);
    match value {
        "submit" | "reset" | "image" | "password" => {
            Some(format!(":is([type={value}],[data-cobrowse-type={value}])").into())
        }
        "button" | "text" => {
            Some(format!(":where(:not([data-cobrowse-type]))[type={value}]").into())
        }
        _ => None,
    }
}

fn begun(kind: &Kind, name: &str) -> Statement {
    match kind {
        Kind::AtKeyword if name.eq_ignore_ascii_case("media") => Statement::Media,
        Kind::AtKeyword if name.eq_ignore_ascii_case("scope") => Statement::Style,
        Kind::AtKeyword => Statement::Other,
        _ => Statement::Style,
    }
}

/// Whether a type, or a pseudo-class (`of_class`), has another name at the viewer.
pub(super) fn is_renamed(name: &str, of_class: bool) -> bool {
    let table = if of_class { PSEUDO_CLASSES } else { TYPES };
    look_up(table, name).is_some()
}

fn look_up(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let at = table.binary_search_by(|(own, _)| (*own).cmp(&name)).ok()?;
    Some(table[at].1)
}
