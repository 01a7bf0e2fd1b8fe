//! Looks for rules that hold for elements of one tree, as long as it stays the same.

use super::filing::{Bits, Filing, bit_of};
use super::plan::{List, NO_LIST, Plan};
use crate::atoms::Atom;
use crate::names;
use crate::selector::Pass;
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Finds the lists of a plan that an element leads to.
pub(super) struct Lists<'a> {
    plan: &'a Plan,
    tree: &'a Tree,
    filing: &'a Filing,
    /// What class attributes lead to, by their value, which many elements have alike.
    classes: FxHashMap<&'a str, OfClasses>,
    found: Vec<u32>,
}

#[derive(Default)]
struct OfClasses {
    lists: Vec<u32>,
    bits: Bits,
}

impl<'a> Lists<'a> {
    pub(super) fn new(plan: &'a Plan, tree: &'a Tree, filing: &'a Filing) -> Self {
        Self {
            plan,
            tree,
            filing,
            classes: FxHashMap::default(),
            found: Vec::new(),
        }
    }

    /// Finds the lists of an element, and the bits of what it has.
    fn find(&mut self, n: Slot) -> Bits {
        self.found.clear();
        let (tags, mut bits) = self.filing.tag(self.tree.tag_atom(n));
        self.found
            .extend(tags.iter().filter(|list| **list != NO_LIST));
        let tree = self.tree;
        for attribute in tree.attribute_records(n) {
            let list = self.filing.attribute(attribute.name);
            if list != NO_LIST {
                self.found.push(list);
            }
            if attribute.name == Atom::CLASS {
                bits |= self.find_classes(&attribute.value);
            } else if attribute.name == Atom::ID {
                let id = lower(&attribute.value);
                bits |= bit_of(1, &id);
                self.found.push(self.plan.id(&id));
            }
        }
        bits
    }

    fn find_classes(&mut self, value: &'a str) -> Bits {
        let plan = self.plan;
        let known = self.classes.entry(value);
        let known = known.or_insert_with(|| of_classes(plan, value));
        self.found.extend(&known.lists);
        known.bits
    }

    /// The lists of an element, that of all elements first, and the bits of what it has.
    pub(super) fn of(&mut self, n: Slot) -> (impl Iterator<Item = &'a List> + use<'a, '_>, Bits) {
        let bits = self.find(n);
        let plan = self.plan;
        let found = self.found.iter().filter(|list| **list != NO_LIST);
        let lists = found.map(move |number| plan.list(*number));
        (std::iter::once(plan.any()).chain(lists), bits)
    }
}

fn of_classes(plan: &Plan, value: &str) -> OfClasses {
    let mut of = OfClasses::default();
    for class in lower(value).split_ascii_whitespace() {
        of.bits |= bit_of(2, class);
        let list = plan.class(class);
        if list != NO_LIST {
            of.lists.push(list);
        }
    }
    of
}

pub(super) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        text.to_ascii_lowercase().into()
    } else {
        text.into()
    }
}

pub(super) struct Search<'a> {
    plan: &'a Plan,
    tree: &'a Tree,
    pub(super) pass: Pass<'a>,
    lists: Lists<'a>,
}

/// An element to find a rule for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) n: Slot,
    pub(super) quirks: bool,
    /// Only higher levels are of use.
    pub(super) level: u8,
    /// What is above it, at most.
    pub(super) above: Bits,
}

impl<'a> Search<'a> {
    pub(super) fn new(plan: &'a Plan, tree: &'a Tree, filing: &'a Filing, pass: Pass<'a>) -> Self {
        Self {
            plan,
            tree,
            pass,
            lists: Lists::new(plan, tree, filing),
        }
    }

    /// The number of the rule's selector that gives an element the highest level, the first of them, and the bits of what it has.
    pub(super) fn best(&mut self, wanted: Wanted) -> (Option<u32>, Bits) {
        let is_free = u32::from(wanted.level) < names::mask::BLOCK;
        if self.tree.kind(wanted.n) != Kind::Element {
            return (None, 0);
        }
        let (lists, bits) = self.lists.of(wanted.n);
        let mut best = None;
        let mut level = wanted.level;
        for number in lists.filter(|_| is_free).flat_map(|list| &list.selectors) {
            let filed = self.plan.filed(*number);
            let is_better = filed.level > level
                || (filed.level == level && best.is_some_and(|best| *number < best));
            if is_better
                && filed.may_be_below(wanted.above)
                && self.pass.matches(&filed.selector, wanted.n, wanted.quirks)
            {
                level = filed.level;
                best = Some(*number);
            }
        }
        (best, bits)
    }

    /// The bits of all that is above a node.
    pub(super) fn above(&mut self, n: Slot) -> Bits {
        let tree = self.tree;
        let above = std::iter::successors(tree.composed_parent(n), |n| tree.composed_parent(*n));
        above
            .filter(|n| tree.kind(*n) == Kind::Element)
            .fold(0, |bits, n| bits | self.lists.find(n))
    }

    /// Level and label of a selector that gives an element a level above `level`.
    pub(super) fn attempt(
        &mut self,
        n: Slot,
        number: u32,
        quirks: bool,
        level: u8,
    ) -> Option<(u8, &'a Arc<str>)> {
        let filed = self.plan.filed(number);
        (filed.level > level && self.pass.matches(&filed.selector, n, quirks))
            .then_some((filed.level, &filed.label))
    }

    pub(super) fn level_and_label(&self, number: u32) -> (u8, &'a Arc<str>) {
        let filed = self.plan.filed(number);
        (filed.level, &filed.label)
    }
}
