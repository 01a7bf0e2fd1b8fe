//! Masks of slots: the children of a shadow host are shown inside its slots, so they take the levels of these as their own.
//!
//! A child takes the highest level of all slots of its name in the shadow tree, though only the first of them shows it: which one is
//! first changes. What it has taken it keeps, like any level.

use super::{Extent, Marks, Search};
use crate::names::namespace;
use crate::tree::{Kind, Slot, Touch, Tree};
use rustc_hash::FxHashMap;

/// The host of the shadow tree that a node is in.
pub(super) fn host(tree: &Tree, n: Slot) -> Option<Slot> {
    let mut at = n;
    while let Some(parent) = tree.parent(at) {
        at = parent;
    }
    tree.host(at).filter(|_| tree.kind(at).is_shadow())
}

fn children(tree: &Tree, n: Slot) -> impl Iterator<Item = Slot> {
    std::iter::successors(tree.first_child(n), |child| tree.next_sibling(*child))
}

fn is_slot(tree: &Tree, n: Slot) -> bool {
    tree.tag(n) == "slot" && tree.namespace(n) == namespace::HTML
}

/// The next node of a shadow tree, without what is inside the shadow roots and documents of its elements.
fn following(tree: &Tree, n: Slot, top: Slot) -> Option<Slot> {
    if let Some(child) = tree.first_child(n) {
        return Some(child);
    }
    let mut at = n;
    while at != top {
        if let Some(next) = tree.next_sibling(at) {
            return Some(next);
        }
        at = tree.parent(at)?;
    }
    None
}

impl Marks {
    /// Hosts whose children may be shown in other slots after a change.
    pub(super) fn find_hosts(&mut self, tree: &Tree, touch: &Touch) {
        let (Touch::Inserted(n) | Touch::Moved(n) | Touch::Attribute { node: n, .. }) = *touch
        else {
            return;
        };
        if let Some(parent) = tree.parent(n).filter(|n| tree.shadow_root(*n).is_some()) {
            self.found.hosts.insert(parent);
        }
        if is_slot(tree, n) {
            self.found.hosts.extend(host(tree, n));
        }
    }

    /// Until no slot has risen any more: one may itself be shown in another.
    pub(super) fn spread_into_slots(
        &mut self,
        tree: &Tree,
        search: &mut Search,
        risen: &mut Vec<Slot>,
    ) {
        while !self.found.hosts.is_empty() {
            for host in std::mem::take(&mut self.found.hosts) {
                self.spread(tree, host, search, risen);
            }
        }
    }

    fn spread(&mut self, tree: &Tree, host: Slot, search: &mut Search, risen: &mut Vec<Slot>) {
        let slots = self.masked_slots(tree, host);
        if slots.is_empty() {
            return;
        }
        for child in children(tree, host) {
            let name = tree.attribute(child, "slot").unwrap_or("");
            let Some(slot) = slots.get(name) else {
                continue;
            };
            let level = self.base(*slot);
            if level > self.base(child) {
                let origin = Slot(self.nodes[slot.0 as usize].origin);
                let label = self.labels.get(&origin).cloned();
                self.raise(child, level, label);
                self.refresh_subtree(tree, child, Extent::Levels, search, risen);
            }
        }
    }

    /// Of the slots of a host's shadow tree, by name, those of the highest level above 0.
    fn masked_slots<'a>(&self, tree: &'a Tree, host: Slot) -> FxHashMap<&'a str, Slot> {
        let mut slots = FxHashMap::default();
        let Some(root) = tree.shadow_root(host) else {
            return slots;
        };
        let all = std::iter::successors(Some(root), |n| following(tree, *n, root));
        for n in all.filter(|n| self.base(*n) > 0) {
            if tree.kind(n) == Kind::Element && is_slot(tree, n) {
                let best = slots
                    .entry(tree.attribute(n, "name").unwrap_or(""))
                    .or_insert(n);
                if self.base(n) > self.base(*best) {
                    *best = n;
                }
            }
        }
        slots
    }
}
