//! Selectors as they are matched: compounds from left to right.

use super::anchors::Steps;
use super::grammar::Name;
use super::pseudo_class::PseudoClass;
use selectors::attr::{AttrSelectorOperator, ParsedCaseSensitivity};
use selectors::parser::AnPlusB;
use std::fmt;

/// Compounds joined by combinators.
#[derive(Clone, Debug)]
pub(crate) struct Complex {
    pub(super) compounds: Vec<Compound>,
}

/// What one element has to be, and how it stands to the one that the compound to the left is about.
#[derive(Clone, Debug)]
pub(super) struct Compound {
    pub(super) join: Join,
    pub(super) simples: Vec<Simple>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// The first compound.
    None,
    Child,
    Descendant,
    Next,
    Later,
    /// From a slot to what is shown in it.
    Slotted,
    /// From a host to the parts of its shadow tree.
    Part,
}

#[derive(Clone, Debug)]
pub(super) enum Simple {
    Any,
    /// Names in HTML elements are compared in lower case.
    Tag {
        name: Name,
        lower: Name,
    },
    /// `|a`
    NoNamespace,
    Id(Name),
    Class(Name),
    Attribute(Box<Attribute>),
    State(PseudoClass),
    /// The same where it may not hold too often: see `PseudoClass::is_bounded`.
    Surely(PseudoClass),
    Root,
    Empty,
    Is(Vec<Complex>),
    Not(Vec<Complex>),
    Has(Vec<Relative>),
    Nth(Nth),
    /// The host of the shadow tree that the compounds to the right are in, and what it has to be.
    Host(Option<Complex>),
    /// The same, or an element around the host.
    HostContext(Around),
    /// Names that an element is a part by.
    Part(Vec<Name>),
}

#[derive(Clone)]
pub(super) struct Attribute {
    pub(super) name: Name,
    pub(super) lower: Name,
    /// `*|name`
    pub(super) any_namespace: bool,
    /// Negated: a prefix may be part of the name, but is not taken for one.
    pub(super) narrow: bool,
    pub(super) value: Option<(AttrSelectorOperator, ParsedCaseSensitivity, Name)>,
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.name.as_str())
    }
}

/// A place among siblings.
#[derive(Clone, Debug)]
pub(super) struct Nth {
    pub(super) of_type: bool,
    pub(super) from_end: bool,
    pub(super) formula: AnPlusB,
    /// Only those count that match one of these, if there are any.
    pub(super) of: Vec<Complex>,
}

/// An element around a host.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub(super) inner: Complex,
    /// Negated: what is around it only in the tree, or only as the page is shown, does not count. Browsers differ.
    pub(super) narrow: bool,
}

/// What has to be found from an element: compounds of which the first has a join to it.
#[derive(Clone, Debug)]
pub(super) struct Relative {
    pub(super) compounds: Vec<Compound>,
    /// Where `anchors` keeps it, if it does.
    pub(super) number: Option<u32>,
}

impl Complex {
    /// Files what `:has()` asks for, also in nested selectors.
    pub(crate) fn file_relatives(&mut self, steps: &mut Steps) {
        for simple in self.compounds.iter_mut().flat_map(|c| &mut c.simples) {
            let nested = match simple {
                Simple::Is(list) | Simple::Not(list) => list,
                Simple::Nth(nth) => &mut nth.of,
                Simple::Has(relatives) => {
                    for relative in relatives {
                        relative.number = Some(steps.add(relative));
                    }
                    continue;
                }
                _ => continue,
            };
            for selector in nested {
                selector.file_relatives(steps);
            }
        }
    }

    pub(super) fn subject(&self) -> &[Simple] {
        self.compounds
            .last()
            .map_or(&[], |compound| &compound.simples)
    }

    /// Whether it can match a host as seen from its shadow tree.
    pub(super) fn can_be_host(&self) -> bool {
        matches!(&self.compounds[..], [compound] if compound.can_be_host())
    }

    /// Whether `:open` is asked of elements that are not known to be disclosures or dialogs; the subject may be known to be one.
    pub(super) fn asks_others_for_open(&self, known: bool) -> bool {
        let last = self.compounds.len() - 1;
        let mut compounds = self.compounds.iter().enumerate();
        compounds.any(|(index, compound)| compound.asks_others_for_open(known && index == last))
    }

    pub(super) fn must_be_host(&self) -> bool {
        matches!(&self.compounds[..], [compound] if compound.must_be_host())
    }

    pub(super) fn has_host(&self) -> bool {
        self.compounds.iter().any(Compound::has_host)
    }
}

impl Compound {
    /// Whether it says of a host only what can be said from its shadow tree.
    pub(super) fn can_be_host(&self) -> bool {
        self.simples.iter().any(|simple| match simple {
            Simple::Host(_) | Simple::HostContext(_) => true,
            Simple::Is(list) | Simple::Not(list) => list.iter().any(Complex::can_be_host),
            _ => false,
        }) && self.simples.iter().all(|simple| match simple {
            Simple::Host(_) | Simple::HostContext(_) | Simple::Has(_) => true,
            Simple::Is(list) => list.iter().any(Complex::can_be_host),
            Simple::Not(list) => list.iter().all(Complex::can_be_host),
            _ => false,
        })
    }

    /// Whether nothing but a host can match.
    pub(super) fn must_be_host(&self) -> bool {
        self.simples.iter().any(|simple| match simple {
            Simple::Host(_) | Simple::HostContext(_) => true,
            Simple::Is(list) => !list.is_empty() && list.iter().all(Complex::must_be_host),
            _ => false,
        })
    }

    fn asks_others_for_open(&self, known: bool) -> bool {
        let known = known || self.is_about(&["details", "dialog"]);
        self.simples.iter().any(|simple| match simple {
            Simple::State(PseudoClass::Open) => !known,
            Simple::Is(list) | Simple::Not(list) => list
                .iter()
                .any(|complex| complex.asks_others_for_open(known)),
            Simple::Nth(nth) => nth.of.iter().any(|of| of.asks_others_for_open(false)),
            Simple::Has(list) => {
                let mut found = list.iter().flat_map(|relative| &relative.compounds);
                found.any(|compound| compound.asks_others_for_open(false))
            }
            Simple::Host(Some(inner)) => inner.asks_others_for_open(false),
            Simple::HostContext(around) => around.inner.asks_others_for_open(false),
            _ => false,
        })
    }

    /// Whether it names one of these elements, or says that it is one of them.
    fn is_about(&self, tags: &[&str]) -> bool {
        self.simples.iter().any(|simple| match simple {
            Simple::Tag { lower, .. } => tags.contains(&lower.as_str()),
            Simple::Is(list) => list
                .iter()
                .all(|complex| complex.compounds.last().is_some_and(|c| c.is_about(tags))),
            _ => false,
        })
    }

    pub(super) fn has_host(&self) -> bool {
        self.simples.iter().any(|simple| match simple {
            Simple::Host(_) | Simple::HostContext(_) => true,
            Simple::Is(list) | Simple::Not(list) => list.iter().any(Complex::has_host),
            _ => false,
        })
    }
}
