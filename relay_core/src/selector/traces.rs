//! What the match of a selector hangs on, exactly: from each feature it names the way to the elements that it can decide about.
//!
//! Selectors with parts whose ways are not known here are not traced; `features` says of them roughly what has to be matched again.

use super::complex::{Complex, Compound, Join, Nth, Simple};
use super::features::Key;
use super::pseudo_class::PseudoClass;

/// A thing that a change can change about an element.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Feature {
    /// In lower case, as quirks mode compares it.
    Class(String),
    /// In lower case.
    Id(String),
    /// By qualified name.
    Attribute(String),
    AnyAttribute,
    /// State bits.
    State,
    /// The value of a control.
    Value,
    /// Whether the focus is at it or in it.
    Focus,
    /// What other controls of its form are.
    Group,
    /// Whether it has content.
    Content,
    /// The texts of a text area.
    Texts,
    /// The children of a fieldset.
    Legends,
    /// Whether the relative selector of this number is found from it.
    Has(u32),
}

/// Which siblings of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    /// Itself alone.
    Own,
    /// So many after it.
    Next(u8),
    Later,
    All,
    /// Those at a place of the plan, by its number: see [`Place`].
    At(u32),
}

/// The elements to look at from one: siblings, and how far below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Way {
    pub(crate) side: Side,
    /// Levels below; 0 for the siblings themselves, `BELOW` for all.
    pub(crate) down: u8,
}

pub(crate) const BELOW: u8 = u8::MAX;
const HERE: Way = Way {
    side: Side::Own,
    down: 0,
};

/// What a feature has to do for a match to come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Come,
    Go,
    Either,
}

impl Turn {
    fn other(self) -> Self {
        match self {
            Self::Come => Self::Go,
            Self::Go => Self::Come,
            Self::Either => Self::Either,
        }
    }

    /// Whether something that did this can be what was to be done.
    pub(crate) fn fits(self, did: Self) -> bool {
        self == Self::Either || did == Self::Either || self == did
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) feature: Feature,
    pub(crate) way: Way,
    pub(crate) turn: Turn,
    /// What else an element must have for the feature to count. Each of these is traced itself, or never changes.
    pub(crate) keys: Vec<Key>,
}

/// A condition on the place among siblings.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(super) nth: Nth,
    /// What the element at the place must have besides.
    pub(crate) keys: Vec<Key>,
    /// What a sibling must have to count.
    pub(crate) counted: Vec<Key>,
    /// On from there.
    pub(crate) down: u8,
}

/// A condition on a sibling before.
#[derive(Clone, Debug)]
pub(crate) struct Beside {
    pub(crate) way: Way,
    /// What the sibling must have.
    pub(crate) keys: Vec<Key>,
    pub(crate) turn: Turn,
}

/// All that one selector hangs on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traces {
    pub(crate) features: Vec<Trace>,
    pub(crate) places: Vec<Place>,
    pub(crate) besides: Vec<Beside>,
}

impl Way {
    fn then(self, next: Self) -> Self {
        if self.down > 0 {
            // Siblings of what is below are below too.
            return Self {
                side: self.side,
                down: add(self.down, next.down),
            };
        }
        Self {
            side: self.side.then(next.side),
            down: next.down,
        }
    }

    fn of(join: Join) -> Option<Self> {
        let (side, down) = match join {
            Join::None => (Side::Own, 0),
            Join::Child => (Side::Own, 1),
            Join::Descendant => (Side::Own, BELOW),
            Join::Next => (Side::Next(1), 0),
            Join::Later => (Side::Later, 0),
            // Into other trees: see `features`.
            Join::Slotted | Join::Part => return None,
        };
        Some(Self { side, down })
    }
}

fn add(down: u8, more: u8) -> u8 {
    down.saturating_add(more)
}

impl Side {
    fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Own, side) | (side, Self::Own) => side,
            (Self::Next(a), Self::Next(b)) => a.checked_add(b).map_or(Self::Later, Self::Next),
            (Self::Next(_) | Self::Later, Self::Next(_) | Self::Later) => Self::Later,
            _ => Self::All,
        }
    }
}

impl Traces {
    /// Of a selector, if it can be traced. Places are numbered from `places`.
    pub(crate) fn of(selector: &Complex, places: usize) -> Option<Self> {
        let mut tracing = Tracing::new(places);
        tracing.chain(&selector.compounds, HERE, Turn::Come)?;
        Some(tracing.traces)
    }

    /// Of one compound, both for its coming to match and for its ceasing to.
    pub(super) fn of_compound(compound: &Compound, places: usize) -> Option<Self> {
        let mut tracing = Tracing::new(places);
        tracing.compound(&compound.simples, HERE, Turn::Either)?;
        Some(tracing.traces)
    }
}

struct Tracing {
    traces: Traces,
    places: usize,
}

/// Nesting has a limit, so this may recur.
impl Tracing {
    fn new(places: usize) -> Self {
        Self {
            traces: Traces::default(),
            places,
        }
    }

    fn chain(&mut self, compounds: &[Compound], out: Way, turn: Turn) -> Option<()> {
        let mut way = out;
        for (index, compound) in compounds.iter().enumerate().rev() {
            self.compound(&compound.simples, way, turn)?;
            let join = Way::of(compound.join)?;
            if let (Join::Next | Join::Later, Some(left)) =
                (compound.join, index.checked_sub(1).map(|i| &compounds[i]))
            {
                let keys = if compound.join == Join::Later {
                    Key::all_of(&left.simples)
                } else {
                    vec![Key::Any]
                };
                self.traces.besides.push(Beside {
                    way: join.then(way),
                    keys,
                    turn: if compound.join == Join::Later {
                        turn
                    } else {
                        Turn::Either
                    },
                });
            }
            way = join.then(way);
        }
        Some(())
    }

    fn compound(&mut self, simples: &[Simple], way: Way, turn: Turn) -> Option<()> {
        simples
            .iter()
            .try_for_each(|simple| self.simple(simple, simples, way, turn))
    }

    fn simple(&mut self, simple: &Simple, compound: &[Simple], way: Way, turn: Turn) -> Option<()> {
        match simple {
            Simple::Any | Simple::Tag { .. } | Simple::NoNamespace | Simple::Root => {}
            Simple::Id(id) => {
                self.add(Feature::Id(id.as_str().to_ascii_lowercase()), way, turn);
            }
            Simple::Class(class) => {
                let class = class.as_str().to_ascii_lowercase();
                self.add(Feature::Class(class), way, turn);
            }
            Simple::Attribute(attribute) if attribute.any_namespace => {
                self.add(Feature::AnyAttribute, way, Turn::Either);
            }
            Simple::Attribute(attribute) => {
                self.attribute(attribute.name.as_str(), way);
                if attribute.name != attribute.lower {
                    self.attribute(attribute.lower.as_str(), way);
                }
            }
            Simple::State(class) | Simple::Surely(class) => self.state(class, way)?,
            Simple::Empty => self.add(Feature::Content, way, Turn::Either),
            Simple::Is(list) => self.list(list, way, turn)?,
            Simple::Not(list) => self.list(list, way, turn.other())?,
            Simple::Nth(nth) => self.nth(nth, compound, way)?,
            Simple::Has(list) => {
                for relative in list {
                    self.traces.features.push(Trace {
                        feature: Feature::Has(relative.number?),
                        way,
                        turn,
                        keys: Key::all_of(compound),
                    });
                }
            }
            // Not traced: see `features`.
            Simple::Host(_) | Simple::HostContext(_) | Simple::Part(_) => return None,
        }
        Some(())
    }

    fn list(&mut self, list: &[Complex], way: Way, turn: Turn) -> Option<()> {
        list.iter()
            .try_for_each(|selector| self.chain(&selector.compounds, way, turn))
    }

    fn nth(&mut self, nth: &Nth, compound: &[Simple], way: Way) -> Option<()> {
        let all = Way {
            side: Side::All,
            down: 0,
        };
        if way.side != Side::Own {
            // Seen from a sibling: any of them may be another step away.
            self.traces.places.push(Place {
                nth: Nth::any(),
                keys: vec![Key::Any],
                counted: vec![Key::Any],
                down: way.down,
            });
            return self.list(&nth.of, all.then(way), Turn::Either);
        }
        let number = (self.places + self.traces.places.len()) as u32;
        let own_class = |selector: &Complex| match &selector.compounds[..] {
            [compound] => compound.simples.iter().all(Simple::is_plain),
            _ => false,
        };
        let counted = nth.of.iter().all(own_class);
        self.traces.places.push(Place {
            nth: if counted { nth.clone() } else { Nth::any() },
            counted: counted_keys(nth, compound),
            keys: Key::all_of(compound),
            down: way.down,
        });
        let at = Way {
            side: Side::At(number),
            down: 0,
        };
        self.list(&nth.of, at.then(way), Turn::Either)
    }

    fn add(&mut self, feature: Feature, way: Way, turn: Turn) {
        self.traces.features.push(Trace {
            feature,
            way,
            turn,
            keys: vec![Key::Any],
        });
    }

    fn attribute(&mut self, name: &str, way: Way) {
        self.add(Feature::Attribute(name.to_owned()), way, Turn::Either);
    }

    fn state(&mut self, class: &PseudoClass, way: Way) -> Option<()> {
        let below = HERE.then(Way {
            side: Side::Own,
            down: BELOW,
        });
        let (features, attributes, inherited): (&[Feature], &[&str], &[&str]) = match class {
            PseudoClass::Link => (&[], &["href", "xlink:href"], &[]),
            PseudoClass::Checked => (&[Feature::State], &["checked", "selected", "type"], &[]),
            PseudoClass::Modal | PseudoClass::PopoverOpen => (&[Feature::State], &[], &[]),
            PseudoClass::Default | PseudoClass::Indeterminate => (
                &[Feature::State, Feature::Group],
                &["checked", "selected", "type", "value"],
                &[],
            ),
            PseudoClass::Disabled | PseudoClass::Enabled => (&[], &["disabled"], &["disabled"]),
            PseudoClass::Lang(_) => (&[], &["lang", "xml:lang"], &["lang", "xml:lang"]),
            PseudoClass::Optional | PseudoClass::Required => (&[], &["required", "type"], &[]),
            PseudoClass::Defined => (&[], &["is"], &[]),
            PseudoClass::Open => (&[Feature::State], &["open"], &[]),
            PseudoClass::InRange | PseudoClass::OutOfRange => (
                &[Feature::Value],
                &["disabled", "max", "min", "readonly", "type", "value"],
                &["disabled"],
            ),
            PseudoClass::Focus | PseudoClass::FocusWithin => (&[Feature::Focus], &[], &[]),
            PseudoClass::PlaceholderShown => (
                &[Feature::Value, Feature::Texts],
                &["placeholder", "type", "value"],
                &[],
            ),
            // Inherited through slots: see `features`.
            PseudoClass::Dir(_)
            | PseudoClass::FocusVisible
            | PseudoClass::HostContext(_)
            | PseudoClass::ReadOnly
            | PseudoClass::ReadWrite => return None,
        };
        for feature in features {
            self.add(feature.clone(), way, Turn::Either);
        }
        for name in attributes {
            self.attribute(name, way);
        }
        for name in inherited {
            self.attribute(name, below.then(way));
        }
        if inherited.contains(&"disabled") {
            self.add(Feature::Legends, below.then(way), Turn::Either);
        }
        Some(())
    }
}

/// What siblings count for a place: those that match its list, or are of the type of the element itself.
fn counted_keys(nth: &Nth, compound: &[Simple]) -> Vec<Key> {
    if !nth.of.is_empty() {
        return nth.of.iter().flat_map(Key::of).collect();
    }
    let is_type = |simple: &&Simple| nth.of_type && matches!(simple, Simple::Tag { .. });
    let own = compound.iter().find(is_type);
    own.map_or_else(
        || vec![Key::Any],
        |tag| Key::all_of(std::slice::from_ref(tag)),
    )
}

impl Simple {
    /// Whether a change of an element's own attributes is all that changes it.
    fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::Any
                | Self::Tag { .. }
                | Self::NoNamespace
                | Self::Id(_)
                | Self::Class(_)
                | Self::Attribute(_)
        )
    }
}
