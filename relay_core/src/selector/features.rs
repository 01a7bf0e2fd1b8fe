//! What a selector's match can depend on, and under which feature of an element it is worth trying.

use super::complex::{Complex, Compound, Join, Simple};
use super::pseudo_class::PseudoClass;

/// What in a page can change the match of selectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent facts, not a state
pub(crate) struct Features {
    /// What changes at an element reaches what is in it.
    pub ancestors: bool,
    /// `+` and `~`, and `of S`: what changes at an element reaches its siblings.
    pub siblings: bool,
    /// The place among siblings.
    pub position: bool,
    /// `:empty`
    pub emptiness: bool,
    /// `:has()`
    pub has: bool,
    /// `::slotted()`, and what is inherited through slots: what changes in a shadow tree reaches the children of its host.
    pub slotted: bool,
    /// `:host` itself: an element matches once it has a shadow tree.
    pub host: bool,
    /// `:dir()`: texts and values can set the direction of elements around them.
    pub direction: bool,
    /// State bits.
    pub state: bool,
    /// State of other controls of the form.
    pub form: bool,
    /// The value of a control.
    pub value: bool,
    /// Where the focus is.
    pub focus: bool,
    /// Compounds in all, nested ones included.
    pub compounds: usize,
}

impl Features {
    /// Nesting has a limit, so this may recur.
    pub(crate) fn add(&mut self, selector: &Complex) {
        self.add_compounds(&selector.compounds);
    }

    fn add_compounds(&mut self, compounds: &[Compound]) {
        for compound in compounds {
            self.compounds += 1;
            self.siblings |= matches!(compound.join, Join::Next | Join::Later);
            self.ancestors |= matches!(
                compound.join,
                Join::Child | Join::Descendant | Join::Slotted | Join::Part
            );
            self.slotted |= compound.join == Join::Slotted;
            for simple in &compound.simples {
                self.see(simple);
            }
        }
    }

    fn add_list(&mut self, list: &[Complex]) {
        for selector in list {
            self.add(selector);
        }
    }

    fn see(&mut self, simple: &Simple) {
        match simple {
            Simple::Is(list) | Simple::Not(list) => self.add_list(list),
            Simple::Nth(nth) => {
                self.position = true;
                self.siblings |= !nth.of.is_empty();
                self.add_list(&nth.of);
            }
            Simple::Has(list) => {
                self.has = true;
                for relative in list {
                    self.add_compounds(&relative.compounds);
                }
            }
            Simple::Host(inner) => {
                self.ancestors = true;
                self.host = true;
                if let Some(inner) = inner {
                    self.add(inner);
                }
            }
            Simple::HostContext(around) => {
                self.ancestors = true;
                self.host = true;
                self.slotted = true;
                self.add(&around.inner);
            }
            Simple::Empty => self.emptiness = true,
            Simple::State(class) | Simple::Surely(class) => self.see_state(class),
            Simple::Any
            | Simple::Tag { .. }
            | Simple::NoNamespace
            | Simple::Id(_)
            | Simple::Class(_)
            | Simple::Attribute(_)
            | Simple::Part(_)
            | Simple::Root => {}
        }
    }

    fn see_state(&mut self, class: &PseudoClass) {
        match class {
            PseudoClass::Checked
            | PseudoClass::Modal
            | PseudoClass::Open
            | PseudoClass::PopoverOpen => {
                self.state = true;
            }
            PseudoClass::Indeterminate | PseudoClass::Default => {
                self.state = true;
                self.form = true;
            }
            // The first legend of a fieldset is not disabled with it.
            PseudoClass::Disabled | PseudoClass::Enabled => {
                self.position = true;
                self.ancestors = true;
            }
            PseudoClass::ReadOnly | PseudoClass::ReadWrite => {
                self.position = true;
                self.ancestors = true;
                self.slotted = true;
            }
            PseudoClass::Lang(_) | PseudoClass::HostContext(_) => self.ancestors = true,
            // Where text can be put in the focus is always visible.
            PseudoClass::FocusVisible => {
                self.focus = true;
                self.position = true;
                self.ancestors = true;
                self.slotted = true;
            }
            PseudoClass::Focus | PseudoClass::FocusWithin => self.focus = true,
            // A disabled control is not checked.
            PseudoClass::InRange | PseudoClass::OutOfRange => {
                self.value = true;
                self.position = true;
                self.ancestors = true;
            }
            PseudoClass::Dir(_) => {
                self.direction = true;
                self.ancestors = true;
            }
            PseudoClass::PlaceholderShown => self.value = true,
            PseudoClass::Defined
            | PseudoClass::Link
            | PseudoClass::Optional
            | PseudoClass::Required => {}
        }
    }
}

/// A feature that an element must have for a selector to match it; ids and classes in lower case, as quirks mode compares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Id(String),
    Class(String),
    Attribute(String),
    Tag(String),
    Any,
}

impl Key {
    /// Keys of the compound that is to match the element itself.
    pub(crate) fn of(selector: &Complex) -> Vec<Self> {
        Self::all_of(selector.subject())
    }

    /// The rarest feature of a compound, or one of each alternative of an `:is()` in it.
    pub(super) fn all_of(simples: &[Simple]) -> Vec<Self> {
        let own = simples.iter().map(Self::of_simple);
        let own = vec![own.max_by_key(Self::rank).unwrap_or(Self::Any)];
        let alternatives = simples.iter().filter_map(|simple| match simple {
            Simple::Is(list) => Some(list.iter().flat_map(|one| Self::all_of(one.subject()))),
            _ => None,
        });
        let all = alternatives.map(Iterator::collect).chain([own]);
        all.max_by_key(|keys: &Vec<Self>| keys.iter().map(Self::rank).min())
            .unwrap_or_default()
    }

    /// What an element that matches must have above it: one key of each list.
    pub(crate) fn above(selector: &Complex) -> Vec<Vec<Self>> {
        let leads_elsewhere = |compound: &Compound| {
            !matches!(
                compound.join,
                Join::None | Join::Child | Join::Descendant | Join::Next | Join::Later
            )
        };
        if selector.compounds.iter().any(leads_elsewhere) {
            return Vec::new();
        }
        let joins = selector.compounds.iter().skip(1);
        let pairs = selector.compounds.iter().zip(joins);
        let above = pairs.filter(|(_, next)| matches!(next.join, Join::Child | Join::Descendant));
        let simples = above.flat_map(|(compound, _)| &compound.simples);
        let keys = simples.map(|simple| Self::all_of(std::slice::from_ref(simple)));
        let cannot_be_told = |key: &Self| matches!(key, Self::Any | Self::Attribute(_));
        keys.filter(|keys| !keys.iter().any(cannot_be_told))
            .collect()
    }

    fn of_simple(simple: &Simple) -> Self {
        match simple {
            Simple::Id(id) => Self::Id(id.as_str().to_ascii_lowercase()),
            Simple::Class(class) => Self::Class(class.as_str().to_ascii_lowercase()),
            Simple::Attribute(attribute)
                if !attribute.any_namespace && attribute.name == attribute.lower =>
            {
                Self::Attribute(attribute.name.as_str().into())
            }
            Simple::Part(_) => Self::Attribute("part".into()),
            Simple::Host(Some(inner)) => match &Self::of(inner)[..] {
                [key] => key.clone(),
                _ => Self::Any,
            },
            Simple::Tag { name, lower } if name == lower => Self::Tag(name.as_str().into()),
            _ => Self::Any,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Any => 0,
            Self::Tag(_) => 1,
            Self::Attribute(_) => 2,
            Self::Class(_) => 3,
            Self::Id(_) => 4,
        }
    }
}
