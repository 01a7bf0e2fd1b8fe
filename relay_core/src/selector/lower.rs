//! From what the crate `selectors` has parsed to what is matched; refuses what can be read but not matched.

use super::complex::{Around, Attribute, Complex, Compound, Join, Nth, Relative, Simple};
use super::fault::{
    HOST_HAS_NO_FEATURES, HOST_STANDS_FIRST, NOT_EXACT, OPEN_OF_OTHERS, Refusal, UNKNOWN,
};
use super::grammar::Names;
use super::pseudo_class::PseudoClass;
use selectors::attr::{NamespaceConstraint, ParsedAttrSelectorOperation};
use selectors::parser::{
    AnPlusB, Combinator, Component, NthSelectorData, RelativeSelector, Selector,
};

type Lowered<T> = Result<T, Refusal>;

/// What is asked of a part of a selector that the relay can only know roughly: a mask may reach too far and never too short.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    /// To hold wherever it may.
    Wide,
    /// To hold only where it surely does: it is negated.
    Narrow,
    /// Neither will do: it counts.
    Exact,
}

impl Sense {
    fn negated(self) -> Self {
        match self {
            Self::Wide => Self::Narrow,
            Self::Narrow => Self::Wide,
            Self::Exact => Self::Exact,
        }
    }
}

impl Complex {
    /// Nesting has a limit, so this may recur.
    pub(super) fn lower(selector: &Selector<Names>) -> Lowered<Self> {
        let complex = Self::lower_as(Sense::Wide, selector)?;
        if complex.asks_others_for_open(false) {
            return Err(OPEN_OF_OTHERS);
        }
        Ok(complex)
    }

    fn lower_as(sense: Sense, selector: &Selector<Names>) -> Lowered<Self> {
        let compounds = compounds(sense, selector.iter_raw_parse_order_from(0))?;
        for (index, compound) in compounds.iter().enumerate() {
            if compound.must_be_host() {
                let join = compounds.get(index + 1).map(|next| next.join);
                let inward = matches!(
                    join,
                    None | Some(Join::Child | Join::Descendant | Join::Part)
                );
                if index != 0 || !inward {
                    return Err(HOST_STANDS_FIRST);
                }
                if !compound.can_be_host() {
                    return Err(HOST_HAS_NO_FEATURES);
                }
            }
        }
        Ok(Self { compounds })
    }
}

fn compounds<'a>(
    sense: Sense,
    components: impl Iterator<Item = &'a Component<Names>>,
) -> Lowered<Vec<Compound>> {
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
                Combinator::SlotAssignment => Join::Slotted,
                Combinator::Part => Join::Part,
                Combinator::PseudoElement => return Err(UNKNOWN),
            };
            all.push(Compound {
                join,
                simples: Vec::new(),
            });
        } else if let Some(compound) = all.last_mut() {
            lower_simple(sense, component, &mut compound.simples)?;
        }
    }
    Ok(all)
}

fn list(sense: Sense, selectors: &[Selector<Names>]) -> Lowered<Vec<Complex>> {
    selectors
        .iter()
        .map(|selector| Complex::lower_as(sense, selector))
        .collect()
}

/// A selector about an element where no host is in sight.
fn without_host(sense: Sense, selector: &Selector<Names>) -> Lowered<Complex> {
    let complex = Complex::lower_as(sense, selector)?;
    if complex.has_host() {
        Err(HOST_STANDS_FIRST)
    } else {
        Ok(complex)
    }
}

fn lower_simple(
    sense: Sense,
    component: &Component<Names>,
    simples: &mut Vec<Simple>,
) -> Lowered<()> {
    let simple = match component {
        Component::LocalName(name) => Simple::Tag {
            name: name.name.clone(),
            lower: name.lower_name.clone(),
        },
        Component::ExplicitUniversalType | Component::ExplicitAnyNamespace => Simple::Any,
        Component::ExplicitNoNamespace => no_namespace(sense)?,
        Component::ID(id) => Simple::Id(id.clone()),
        Component::Class(class) => Simple::Class(class.clone()),
        Component::AttributeInNoNamespaceExists { .. }
        | Component::AttributeInNoNamespace { .. }
        | Component::AttributeOther(_) => Simple::Attribute(Box::new(attribute(sense, component)?)),
        Component::NonTSPseudoClass(class) => state(sense, class)?,
        // Without a scope of its own, `:scope` is the root.
        Component::Root | Component::Scope => Simple::Root,
        Component::Empty => Simple::Empty,
        Component::Is(inner) | Component::Where(inner) => Simple::Is(list(sense, inner.slice())?),
        Component::Negation(inner) => Simple::Not(list(sense.negated(), inner.slice())?),
        Component::Has(inner) => {
            let list = inner.iter().map(|selector| relative(sense, selector));
            Simple::Has(list.collect::<Lowered<_>>()?)
        }
        Component::Nth(data) => {
            nth(data, Vec::new(), simples);
            return Ok(());
        }
        Component::NthOf(data) => {
            let of = data.selectors().iter();
            let of = of.map(|selector| without_host(Sense::Exact, selector));
            nth(data.nth_data(), of.collect::<Lowered<_>>()?, simples);
            return Ok(());
        }
        Component::Host(inner) => Simple::Host(
            inner
                .as_ref()
                .map(|inner| without_host(sense, inner))
                .transpose()?,
        ),
        Component::Slotted(inner) => {
            let inner = without_host(sense, inner)?;
            simples.extend(inner.compounds.into_iter().flat_map(|c| c.simples));
            return Ok(());
        }
        Component::Part(names) => Simple::Part(names.to_vec()),
        _ => return Err(UNKNOWN),
    };
    simples.push(simple);
    Ok(())
}

fn state(sense: Sense, class: &PseudoClass) -> Lowered<Simple> {
    if let PseudoClass::HostContext(inner) = class {
        return Ok(Simple::HostContext(Around {
            inner: without_host(sense, inner)?,
            narrow: sense == Sense::Narrow,
        }));
    }
    match sense {
        Sense::Narrow if class.is_bounded() => Ok(Simple::Surely(class.clone())),
        Sense::Exact if class.is_guessed() => Err(Refusal {
            at: class.name(),
            why: NOT_EXACT,
        }),
        _ => Ok(Simple::State(class.clone())),
    }
}

/// The relay does not know the namespace of elements outside of HTML, SVG and `MathML`.
fn no_namespace(sense: Sense) -> Lowered<Simple> {
    match sense {
        Sense::Wide => Ok(Simple::NoNamespace),
        Sense::Narrow => Ok(Simple::Is(Vec::new())),
        Sense::Exact => Err(Refusal {
            at: "|",
            why: NOT_EXACT,
        }),
    }
}

fn attribute(sense: Sense, component: &Component<Names>) -> Lowered<Attribute> {
    let narrow = sense == Sense::Narrow;
    let attribute = match component {
        Component::AttributeInNoNamespaceExists {
            local_name,
            local_name_lower,
        } => Attribute {
            name: local_name.clone(),
            lower: local_name_lower.clone(),
            any_namespace: false,
            narrow,
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
            narrow,
            value: Some((*operator, *case_sensitivity, value.clone())),
        },
        Component::AttributeOther(other) => Attribute {
            name: other.local_name.clone(),
            lower: other.local_name_lower.clone(),
            any_namespace: matches!(other.namespace(), Some(NamespaceConstraint::Any)),
            narrow,
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

fn relative(sense: Sense, selector: &RelativeSelector<Names>) -> Lowered<Relative> {
    let components = selector.selector.iter_raw_parse_order_from(0);
    let mut compounds = compounds(
        sense,
        components.filter(|c| !matches!(c, Component::RelativeSelectorAnchor)),
    )?;
    // The first is the anchor, of which nothing more is asked.
    compounds.remove(0);
    if compounds.iter().any(Compound::has_host) {
        Err(HOST_STANDS_FIRST)
    } else {
        Ok(Relative {
            compounds,
            number: None,
        })
    }
}
