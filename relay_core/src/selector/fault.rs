//! Why and where a selector is refused.

use super::grammar::Grammar;
use cssparser::{BasicParseErrorKind, ParseErrorKind};
use selectors::parser::SelectorParseErrorKind;
use std::fmt;

pub(super) type ParseError = cssparser::ParseError<SelectorParseErrorKind>;

/// A selector that cannot be honoured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where in the selector, in characters from 1.
    pub column: u32,
    /// Why, as a person may read it.
    pub message: String,
}

impl Fault {
    pub(super) fn new(column: u32, message: impl Into<String>) -> Self {
        Self {
            column,
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.message)
    }
}

/// Why a selector that can be read cannot be matched, and the text at which that is.
pub(super) struct Refusal {
    pub(super) at: &'static str,
    pub(super) why: &'static str,
}

pub(super) const HOST_STANDS_FIRST: Refusal = Refusal {
    at: ":host",
    why: ":host can only stand at the left end, alone or before what is in its shadow tree: nothing else matches it",
};
pub(super) const HOST_HAS_NO_FEATURES: Refusal = Refusal {
    at: ":host",
    why: "inside its shadow tree a host has no name, class or state: write :host(.class), not :host.class",
};
pub(super) const UNKNOWN: Refusal = Refusal {
    at: "",
    why: "this part of the selector is not known",
};
pub(super) const OPEN_OF_OTHERS: Refusal = Refusal {
    at: ":open",
    why: "the relay does not see whether pickers of selects and inputs are open: write details:open or dialog:open",
};
pub(super) const NOT_EXACT: &str =
    "the relay knows this only roughly, which is not enough where elements are counted (of …)";

impl Refusal {
    pub(super) fn into_fault(self, text: &str) -> Fault {
        let at = text.to_ascii_lowercase().find(self.at).unwrap_or(0);
        Fault::new(column(text, at), self.why)
    }
}

/// Ways to go on from a part of a selector, one of which is right after any part of a right one. Open brackets close by themselves.
const CONTINUATIONS: &[&str] = &[
    "", "a", "*", " a", "=a", "1", " 1", ":root", "root", "not(a)", "part(a)", "(a)", "(1)", "|a",
    "]", ")", ")a",
];

/// The fault behind a parser's error, which has no place: the first token after which no selector goes on.
pub(super) fn locate(grammar: &Grammar, text: &str, error: &ParseError) -> Fault {
    if let Some((at, message)) = grammar.refusal() {
        return Fault::new(column(text, at), message);
    }
    let ends: Vec<usize> = crate::css::token_ends(text).collect();
    let sound = ends.partition_point(|end| goes_on(&text[..*end]));
    if sound == ends.len() {
        return Fault::new(
            column(text, text.len()),
            format!("the selector ends too early: {}", reason(error)),
        );
    }
    let start = if sound == 0 { 0 } else { ends[sound - 1] };
    Fault::new(column(text, start), reason(error))
}

fn goes_on(start: &str) -> bool {
    CONTINUATIONS.iter().any(|rest| {
        let text = [start, rest].concat();
        super::parse(&Grammar::new(&text), &text).is_ok()
    })
}

fn column(text: &str, at: usize) -> u32 {
    1 + text
        .char_indices()
        .take_while(|(index, _)| *index < at)
        .count() as u32
}

fn reason(error: &ParseError) -> &'static str {
    use SelectorParseErrorKind as Kind;
    match &error.kind {
        ParseErrorKind::Basic(BasicParseErrorKind::EndOfInput) => "something is missing at the end",
        ParseErrorKind::Basic(BasicParseErrorKind::TooManyNestedBlocks) => {
            "brackets are nested too deeply"
        }
        ParseErrorKind::Basic(_) => "this cannot stand here",
        ParseErrorKind::Custom(kind) => match kind {
            Kind::EmptySelector => "a selector is missing",
            Kind::DanglingCombinator => "a selector is missing after the combinator",
            Kind::ExpectedNamespace => "namespace prefixes are not known; use *| or |",
            Kind::NoQualifiedNameInAttributeSelector
            | Kind::InvalidQualNameInAttr
            | Kind::ExpectedBarInAttr => "an attribute's name is missing",
            Kind::UnexpectedTokenInAttributeSelector => {
                "this is no operator of an attribute selector"
            }
            Kind::BadValueInAttr => "an attribute's value must be a name or in quotes",
            Kind::ClassNeedsIdent => "a class name is missing",
            Kind::PseudoElementExpectedColon
            | Kind::PseudoElementExpectedIdent
            | Kind::NoIdentForPseudo => "the name of a pseudo-class is missing",
            Kind::InvalidState => "this cannot stand at this place in a selector",
            _ => "this is no selector",
        },
    }
}
