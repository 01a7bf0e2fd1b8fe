//! What of the grammar of selectors is accepted, and the types in which names of a selector are held.

use super::direction::Direction;
use super::pseudo_class::{PseudoClass, Ranges};
use cssparser::{Parser, ToCss, Token};
use precomputed_hash::PrecomputedHash;
use selectors::parser::{
    self, Component, ParseRelative, SelectorImpl, SelectorList, SelectorParseErrorKind,
};
use std::cell::RefCell;
use std::fmt::{self, Write};

type Refused = cssparser::ParseError<SelectorParseErrorKind>;

/// A name or value in a selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name(Box<str>);

impl Name {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl ToCss for Name {
    fn to_css<W: Write>(&self, dest: &mut W) -> fmt::Result {
        cssparser::serialize_identifier(&self.0, dest)
    }
}

/// Only asked for with ancestor filters, which are not in use: any constant is right.
impl PrecomputedHash for Name {
    fn precomputed_hash(&self) -> u32 {
        0
    }
}

/// A pseudo-element; there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PseudoElement {}

impl ToCss for PseudoElement {
    fn to_css<W: Write>(&self, _: &mut W) -> fmt::Result {
        match *self {}
    }
}

impl parser::PseudoElement for PseudoElement {}

/// The types of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names;

impl SelectorImpl for Names {
    type ExtraMatchingData<'a> = ();
    type AttrValue = Name;
    type Identifier = Name;
    type LocalName = Name;
    type NamespaceUrl = Name;
    type NamespacePrefix = Name;
    type BorrowedNamespaceUrl = Name;
    type BorrowedLocalName = Name;
    type NonTSPseudoClass = PseudoClass;
    type PseudoElement = PseudoElement;
}

/// Parses one selector text and remembers what it refused in it.
pub(super) struct Grammar<'i> {
    text: &'i str,
    refused: RefCell<Option<(usize, String)>>,
}

impl<'i> Grammar<'i> {
    pub(super) fn new(text: &'i str) -> Self {
        Self {
            text,
            refused: RefCell::new(None),
        }
    }

    /// Byte and reason of the pseudo-class or pseudo-element that was refused.
    pub(super) fn refusal(&self) -> Option<(usize, String)> {
        self.refused.borrow().clone()
    }

    fn refuse<T>(&self, name: &str, why: &str) -> Result<T, Refused> {
        *self.refused.borrow_mut() = Some((self.place(name), format!("{name} {why}")));
        Err(Refused::custom(
            SelectorParseErrorKind::UnsupportedPseudoClassOrElement,
        ))
    }

    /// One compound, as in `:host()`.
    fn host_context(&self, arguments: &mut Parser<'i>) -> Result<PseudoClass, Refused> {
        let list = SelectorList::parse_disallow_pseudo(self, arguments, ParseRelative::No)?;
        match list.slice() {
            [one] if !one.iter_raw_match_order().any(Component::is_combinator) => {
                Ok(PseudoClass::HostContext(one.clone()))
            }
            _ => self.refuse(
                "host-context",
                "takes one element's description, without combinators",
            ),
        }
    }

    /// Where a name stands. Without escapes the parser hands out parts of the text itself.
    fn place(&self, name: &str) -> usize {
        let within = (name.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        within
            .filter(|at| {
                self.text
                    .get(*at..)
                    .is_some_and(|rest| rest.starts_with(name))
            })
            .or_else(|| self.text.find(name))
            .or_else(|| self.text.find(":\\").map(|colon| colon + 1))
            .unwrap_or(0)
    }
}

const NO_ELEMENT: &str = "is a pseudo-element: only elements can be masked";

impl<'i> parser::Parser<'i> for Grammar<'i> {
    type Impl = Names;
    type Error = SelectorParseErrorKind;

    fn parse_slotted(&self) -> bool {
        true
    }

    fn parse_part(&self) -> bool {
        true
    }

    fn parse_nth_child_of(&self) -> bool {
        true
    }

    fn parse_is_and_where(&self) -> bool {
        true
    }

    fn parse_has(&self) -> bool {
        true
    }

    fn parse_host(&self) -> bool {
        true
    }

    /// An unknown alternative of `:is()` would be dropped silently.
    fn allow_forgiving_selectors(&self) -> bool {
        false
    }

    fn parse_non_ts_pseudo_class(&self, name: &str) -> Result<PseudoClass, Refused> {
        PseudoClass::named(name).or_else(|why| self.refuse(name, why))
    }

    fn parse_non_ts_functional_pseudo_class(
        &self,
        name: &str,
        arguments: &mut Parser<'i>,
        _after_part: bool,
    ) -> Result<PseudoClass, Refused> {
        match name.to_ascii_lowercase().as_str() {
            "lang" => {
                let mut are_plain = true;
                let list = arguments.parse_comma_separated(|input| {
                    let range: Box<str> = match input.next()? {
                        Token::Ident(name) => {
                            are_plain &= !name.contains('*');
                            name.as_ref().into()
                        }
                        Token::QuotedString(text) => {
                            are_plain = false;
                            text.as_ref().into()
                        }
                        _ => return Err(Refused::custom(SelectorParseErrorKind::InvalidState)),
                    };
                    Ok(range)
                })?;
                are_plain &= list.len() == 1;
                let list = list.into();
                Ok(PseudoClass::Lang(Ranges { list, are_plain }))
            }
            "dir" => {
                let direction = Direction::named(arguments.expect_ident()?);
                Ok(PseudoClass::Dir(direction))
            }
            "host-context" => self.host_context(arguments),
            _ => self.refuse(name, PseudoClass::why_not(name)),
        }
    }

    fn parse_pseudo_element(&self, name: &str) -> Result<PseudoElement, Refused> {
        self.refuse(name, NO_ELEMENT)
    }

    fn parse_functional_pseudo_element(
        &self,
        name: &str,
        _: &mut Parser<'i>,
    ) -> Result<PseudoElement, Refused> {
        self.refuse(name, NO_ELEMENT)
    }
}
