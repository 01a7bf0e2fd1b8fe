//! Selectors as they are matched: compounds from left to right, made of what the crate `selectors` has parsed.

use super::Fault;
use super::grammar::{Name, Names};
use super::pseudo_class::PseudoClass;
use selectors::attr::{
    AttrSelectorOperator, NamespaceConstraint, ParsedAttrSelectorOperation, ParsedCaseSensitivity,
};
use selectors::parser::{
    AnPlusB, Combinator, Component, NthSelectorData, RelativeSelector, Selector,
};
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
    Root,
    Empty,
    Is(Vec<Complex>),
    Not(Vec<Complex>),
    Has(Vec<Relative>),
    Nth(Nth),
    /// The host of the shadow tree that the compounds to the right are in, and what it has to be.
    Host(Option<Complex>),
}

#[derive(Clone)]
pub(super) struct Attribute {
    pub(super) name: Name,
    pub(super) lower: Name,
    /// `*|name`
    pub(super) any_namespace: bool,
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

/// What has to be found from an element: compounds of which the first has a join to it.
#[derive(Clone, Debug)]
pub(super) struct Relative {
    pub(super) compounds: Vec<Compound>,
}

type Lowered<T> = Result<T, Refusal>;

/// Why a parsed selector cannot be matched.
pub(super) struct Refusal(&'static str);

const HOST_STANDS_FIRST: Refusal =
    Refusal(":host must stand by itself at the left end, before what is in its shadow tree");
const UNKNOWN: Refusal = Refusal("this part of the selector is not known");

impl Refusal {
    /// With the place, as far as it can be told.
    pub(super) fn into_fault(self, text: &str) -> Fault {
        let at = text.to_ascii_lowercase().find(":host").unwrap_or(0);
        Fault::new(1 + text[..at].chars().count() as u32, self.0)
    }
}

impl Complex {
    /// Nesting has a limit, so this may recur.
    pub(super) fn lower(selector: &Selector<Names>) -> Lowered<Self> {
        let compounds = compounds(selector.iter_raw_parse_order_from(0))?;
        let is_host = |simple: &Simple| matches!(simple, Simple::Host(_));
        let last = compounds.len().saturating_sub(1);
        for (index, compound) in compounds.iter().enumerate() {
            if !compound.simples.iter().any(is_host) {
                continue;
            }
            let inward = compounds
                .get(1)
                .is_some_and(|next| matches!(next.join, Join::Child | Join::Descendant));
            if index != 0 || last == 0 || !inward || !compound.simples.iter().all(is_host) {
                return Err(HOST_STANDS_FIRST);
            }
        }
        Ok(Self { compounds })
    }

    pub(super) fn subject(&self) -> &[Simple] {
        self.compounds
            .last()
            .map_or(&[], |compound| &compound.simples)
    }
}

fn compounds<'a>(components: impl Iterator<Item = &'a Component<Names>>) -> Lowered<Vec<Compound>> {
    let mut all = vec![Compound {
        join: Join::None,
        simples: Vec::new(),
    }];
    for component in components {
        if let Component::Combinator(combinator) = component {
            let join = match combinator {
                Combinator::Child => Join::Child,
                Combinator::Descendant => Join::Descendant,
                Combinator::NextSibling => Join::Next,
                Combinator::LaterSibling => Join::Later,
                _ => return Err(UNKNOWN),
            };
            all.push(Compound {
                join,
                simples: Vec::new(),
            });
        } else if let Some(compound) = all.last_mut() {
            lower_simple(component, &mut compound.simples)?;
        }
    }
    Ok(all)
}

fn list(selectors: &[Selector<Names>]) -> Lowered<Vec<Complex>> {
    let list = selectors
        .iter()
        .map(Complex::lower)
        .collect::<Lowered<Vec<_>>>()?;
    // There the subject is the element outside, which `:host` never is.
    let has_host = |complex: &Complex| {
        complex
            .compounds
            .iter()
            .flat_map(|c| &c.simples)
            .any(|s| matches!(s, Simple::Host(_)))
    };
    if list.iter().any(has_host) {
        Err(HOST_STANDS_FIRST)
    } else {
        Ok(list)
    }
}

fn lower_simple(component: &Component<Names>, simples: &mut Vec<Simple>) -> Lowered<()> {
    let simple = match component {
        Component::LocalName(name) => Simple::Tag {
            name: name.name.clone(),
            lower: name.lower_name.clone(),
        },
        Component::ExplicitUniversalType | Component::ExplicitAnyNamespace => Simple::Any,
        Component::ExplicitNoNamespace => Simple::NoNamespace,
        Component::ID(id) => Simple::Id(id.clone()),
        Component::Class(class) => Simple::Class(class.clone()),
        Component::AttributeInNoNamespaceExists { .. }
        | Component::AttributeInNoNamespace { .. }
        | Component::AttributeOther(_) => Simple::Attribute(Box::new(attribute(component)?)),
        Component::NonTSPseudoClass(class) => Simple::State(class.clone()),
        // Without a scope of its own, `:scope` is the root.
        Component::Root | Component::Scope => Simple::Root,
        Component::Empty => Simple::Empty,
        Component::Is(inner) | Component::Where(inner) => Simple::Is(list(inner.slice())?),
        Component::Negation(inner) => Simple::Not(list(inner.slice())?),
        Component::Has(inner) => Simple::Has(inner.iter().map(relative).collect::<Lowered<_>>()?),
        Component::Nth(data) => {
            nth(data, Vec::new(), simples);
            return Ok(());
        }
        Component::NthOf(data) => {
            nth(data.nth_data(), list(data.selectors())?, simples);
            return Ok(());
        }
        Component::Host(inner) => Simple::Host(inner.as_ref().map(Complex::lower).transpose()?),
        _ => return Err(UNKNOWN),
    };
    simples.push(simple);
    Ok(())
}

fn attribute(component: &Component<Names>) -> Lowered<Attribute> {
    let attribute = match component {
        Component::AttributeInNoNamespaceExists {
            local_name,
            local_name_lower,
        } => Attribute {
            name: local_name.clone(),
            lower: local_name_lower.clone(),
            any_namespace: false,
            value: None,
        },
        Component::AttributeInNoNamespace {
            local_name,
            operator,
            value,
            case_sensitivity,
        } => Attribute {
            name: local_name.clone(),
            lower: local_name.clone(),
            any_namespace: false,
            value: Some((*operator, *case_sensitivity, value.clone())),
        },
        Component::AttributeOther(other) => Attribute {
            name: other.local_name.clone(),
            lower: other.local_name_lower.clone(),
            any_namespace: matches!(other.namespace(), Some(NamespaceConstraint::Any)),
            value: match &other.operation {
                ParsedAttrSelectorOperation::Exists => None,
                ParsedAttrSelectorOperation::WithValue {
                    operator,
                    case_sensitivity,
                    value,
                } => Some((*operator, *case_sensitivity, value.clone())),
            },
        },
        _ => return Err(UNKNOWN),
    };
    Ok(attribute)
}

/// `:only-child` is the first and the last.
fn nth(data: &NthSelectorData, of: Vec<Complex>, simples: &mut Vec<Simple>) {
    let (of_type, formula) = (data.ty.is_of_type(), data.an_plus_b);
    if data.ty.is_only() {
        for from_end in [false, true] {
            simples.push(Simple::Nth(Nth {
                of_type,
                from_end,
                formula: AnPlusB(0, 1),
                of: Vec::new(),
            }));
        }
        return;
    }
    simples.push(Simple::Nth(Nth {
        of_type,
        from_end: data.ty.is_from_end(),
        formula,
        of,
    }));
}

fn relative(selector: &RelativeSelector<Names>) -> Lowered<Relative> {
    let components = selector.selector.iter_raw_parse_order_from(0);
    let mut compounds =
        compounds(components.filter(|c| !matches!(c, Component::RelativeSelectorAnchor)))?;
    // The first is the anchor, of which nothing more is asked.
    compounds.remove(0);
    let is_host = |compound: &Compound| {
        compound
            .simples
            .iter()
            .any(|s| matches!(s, Simple::Host(_)))
    };
    if compounds.iter().any(is_host) {
        Err(HOST_STANDS_FIRST)
    } else {
        Ok(Relative { compounds })
    }
}
