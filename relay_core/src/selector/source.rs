//! Which selectors of a list the visitor's browser can be asked, and how: it looks for masks by `querySelectorAll` in every root.

use super::Selector;
use super::complex::{Complex, Compound, Join, Simple};
use super::pseudo_class::PseudoClass;
use cssparser::Parser;
use selectors::attr::ParsedCaseSensitivity;

/// A selector list in two: what browsers apply like the relay, and what the relay alone does. Either may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// For visitors' browsers and the relay.
    pub browser: String,
    /// For the relay alone.
    pub relay: String,
}

impl Selector {
    /// Parts the list from whose `text` this was parsed.
    #[must_use]
    pub fn source(&self, text: &str) -> Source {
        let mut source = Source::default();
        for (complex, text) in self.complex.iter().zip(list(text)) {
            if is_for_browsers(complex) {
                push(&mut source.browser, &without_scope(text));
            } else {
                push(&mut source.relay, text);
            }
        }
        source
    }
}

fn push(list: &mut String, text: &str) {
    if !list.is_empty() {
        list.push_str(", ");
    }
    list.push_str(text);
}

/// The selectors of a list that has been parsed, as they are written.
fn list(text: &str) -> Vec<&str> {
    let mut input = Parser::new(text);
    let parts = input.parse_comma_separated(
        |input: &mut Parser| -> Result<_, super::fault::ParseError> {
            let start = input.position();
            while input.next().is_ok() {}
            Ok(input.slice_from(start).trim())
        },
    );
    parts.unwrap_or_default()
}

/// `:scope` would be the element that is asked about.
fn without_scope(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut start, mut after_colon) = (0, false);
    for end in crate::css::token_ends(text) {
        let token = &text[start..end];
        let is_scope = after_colon && token.eq_ignore_ascii_case("scope");
        out.push_str(if is_scope { "root" } else { token });
        (start, after_colon) = (end, token == ":");
    }
    out
}

/// Nesting has a limit, so this may recur.
fn is_for_browsers(complex: &Complex) -> bool {
    !complex.can_be_host() && complex.compounds.iter().all(is_compound_for_browsers)
}

fn is_compound_for_browsers(compound: &Compound) -> bool {
    let is_host = compound.can_be_host();
    !matches!(compound.join, Join::Slotted | Join::Part)
        && compound.simples.iter().all(|simple| match simple {
            Simple::Is(list) | Simple::Not(list) => list
                .iter()
                .all(|complex| complex.compounds.iter().all(is_compound_for_browsers)),
            Simple::Nth(nth) => nth.of.iter().all(is_for_browsers),
            Simple::Has(list) => {
                !is_host
                    && list
                        .iter()
                        .all(|relative| relative.compounds.iter().all(is_compound_for_browsers))
            }
            Simple::Host(inner) => inner.as_ref().is_none_or(|inner| {
                is_for_browsers(inner)
                    && !inner
                        .subject()
                        .iter()
                        .any(|simple| matches!(simple, Simple::Has(_)))
            }),
            // Chromium does not know the flag.
            Simple::Attribute(attribute) => !matches!(
                attribute.value,
                Some((_, ParsedCaseSensitivity::ExplicitCaseSensitive, _))
            ),
            Simple::State(PseudoClass::Lang(ranges))
            | Simple::Surely(PseudoClass::Lang(ranges)) => ranges.are_plain,
            Simple::HostContext(_) | Simple::Part(_) => false,
            _ => true,
        })
}
