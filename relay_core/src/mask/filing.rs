//! A plan's selectors as one page can ask for them: by the numbers that its names have.
//!
//! A page's elements lead to lists of the plan by number alone. A selector that needs a name which the page does not have is in no list
//! that is ever looked at, and costs nothing.

use super::plan::{NO_LIST, Plan, Target};
use crate::atoms::Atom;
use crate::selector::Key;
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// One bit of 128 for a feature that an element may have to have above it.
pub(super) type Bits = u128;

/// The bit of a key; of names, as they are compared in quirks mode.
pub(super) fn bit(key: &Key) -> Bits {
    match key {
        Key::Id(id) => bit_of(1, id),
        Key::Class(class) => bit_of(2, class),
        Key::Tag(tag) => bit_of(3, tag),
        Key::Attribute(_) | Key::Any => 0,
    }
}

pub(super) fn bit_of(kind: u8, name: &str) -> Bits {
    let mut hasher = FxHasher::default();
    (kind, name).hash(&mut hasher);
    1 << (hasher.finish() >> 57)
}

/// What of the page a target's key stands for.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// Only matching tells.
    Unsure,
    /// Nothing.
    Nothing,
    Tag(Atom),
    Attribute(Atom),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Filing {
    /// Lists by atom; a tag with a prefix has a second, by its name without.
    tags: Vec<[u32; 2]>,
    tag_bits: Vec<Bits>,
    attributes: Vec<u32>,
    selectors: Vec<Wanted>,
    steps: Vec<Wanted>,
}

impl Filing {
    /// Takes up the names that the page has by now.
    pub(super) fn follow(&mut self, plan: &Plan, tree: &Tree) {
        let known = self.tags.len();
        if known == tree.atoms.count() {
            return;
        }
        for number in known..tree.atoms.count() {
            let name = tree.atoms.name(Atom(number as u32));
            let local = name.rsplit(':').next().unwrap_or(name);
            let second = if local == name {
                NO_LIST
            } else {
                plan.tag(local)
            };
            self.tags.push([plan.tag(name), second]);
            self.tag_bits.push(bit_of(3, name) | bit_of(3, local));
            self.attributes.push(plan.attribute(name));
        }
        let wanted = |target| wanted(plan.keys(target), tree);
        self.selectors = plan.selectors().map(wanted).collect();
        self.steps = plan.steps().map(wanted).collect();
    }

    pub(super) fn tag(&self, tag: Atom) -> ([u32; 2], Bits) {
        let at = tag.0 as usize;
        (self.tags[at], self.tag_bits[at])
    }

    pub(super) fn attribute(&self, name: Atom) -> u32 {
        self.attributes[name.0 as usize]
    }

    fn wanted(&self, target: Target) -> Wanted {
        match target {
            Target::Selector(number) => self.selectors[number as usize],
            Target::Step(number) => self.steps[number as usize],
        }
    }

    /// Whether an element of this page can match at all.
    pub(super) fn is_live(&self, target: Target) -> bool {
        !matches!(self.wanted(target), Wanted::Nothing)
    }

    /// Whether an element has the feature that a target is filed under, or may have had it, as far as that is quickly told.
    pub(super) fn may_match(&self, tree: &Tree, target: Target, n: Slot) -> bool {
        match self.wanted(target) {
            Wanted::Unsure => true,
            Wanted::Nothing => false,
            Wanted::Tag(tag) => tree.tag_atom(n) == tag,
            // An element without the attribute may have fitted a step before.
            Wanted::Attribute(name) => {
                matches!(target, Target::Step(_)) || tree.attribute_index(n, name).is_some()
            }
        }
    }
}

fn wanted(keys: &[Key], tree: &Tree) -> Wanted {
    match keys {
        [Key::Attribute(name)] => tree.atom(name).map_or(Wanted::Nothing, Wanted::Attribute),
        // A name may also be that of a tag without its prefix.
        [Key::Tag(name)] if !tree.atoms.has_prefixes() => {
            tree.atom(name).map_or(Wanted::Nothing, Wanted::Tag)
        }
        _ => Wanted::Unsure,
    }
}

/// Whether an element may have one of these keys.
pub(super) fn has_key(tree: &Tree, keys: &[Key], n: Slot) -> bool {
    tree.kind(n) == Kind::Element
        && keys.iter().any(|key| match key {
            Key::Any => true,
            Key::Id(id) => tree
                .attribute_value(n, Atom::ID)
                .is_some_and(|own| own.eq_ignore_ascii_case(id)),
            Key::Class(class) => tree.attribute_value(n, Atom::CLASS).is_some_and(|own| {
                own.split_ascii_whitespace()
                    .any(|own| own.eq_ignore_ascii_case(class))
            }),
            Key::Attribute(name) => tree.attribute(n, name).is_some(),
            Key::Tag(name) => tree.tag(n).rsplit(':').next() == Some(name) || tree.tag(n) == name,
        })
}
