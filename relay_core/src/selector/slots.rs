//! Which slot a child of a shadow host is shown in (DOM, 4.2.2.3): the first of its name in the shadow tree.
//!
//! Hosts whose page assigns by hand are taken for others: frames do not tell them apart.

use super::forms::is_html;
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// The host of the shadow tree that a node is in.
pub(super) fn host_of(tree: &Tree, n: Slot) -> Option<Slot> {
    let top = std::iter::successors(Some(n), |n| tree.parent(*n)).last()?;
    tree.host(top).filter(|_| tree.kind(top).is_shadow())
}

/// What comes after a node of a tree in its order, trees inside of it left out.
pub(super) fn following(tree: &Tree, n: Slot, top: Slot) -> Option<Slot> {
    if let Some(child) = tree.first_child(n) {
        return Some(child);
    }
    after(tree, n, top)
}

/// The same without what is in the node.
pub(super) fn after(tree: &Tree, n: Slot, top: Slot) -> Option<Slot> {
    let mut at = n;
    while at != top {
        if let Some(next) = tree.next_sibling(at) {
            return Some(next);
        }
        at = tree.parent(at)?;
    }
    None
}

/// The elements of a shadow tree in their order.
pub(super) fn elements_of(tree: &Tree, host: Slot) -> Vec<Slot> {
    let Some(root) = tree.shadow_root(host) else {
        return Vec::new();
    };
    let all = std::iter::successors(Some(root), |n| following(tree, *n, root));
    all.filter(|n| tree.kind(*n) == Kind::Element).collect()
}

/// The slots of one shadow tree by name, and what they show of the host's children.
#[derive(Default)]
struct OfHost {
    by_name: FxHashMap<String, Slot>,
    shown: FxHashMap<Slot, Vec<Slot>>,
}

/// The slots of the shadow trees that were asked about.
#[derive(Default)]
pub(super) struct Slots(RefCell<FxHashMap<Slot, OfHost>>);

impl Slots {
    /// The slot that a node is shown in.
    pub(super) fn of(&self, tree: &Tree, n: Slot) -> Option<Slot> {
        let host = tree.parent(n)?;
        tree.shadow_root(host)?;
        let mut hosts = self.0.borrow_mut();
        let slots = hosts.entry(host).or_insert_with(|| of_host(tree, host));
        slots.by_name.get(slot_name(tree, n)).copied()
    }

    /// The children of the host that a slot shows.
    pub(super) fn shown(&self, tree: &Tree, slot: Slot) -> Vec<Slot> {
        let Some(host) = host_of(tree, slot) else {
            return Vec::new();
        };
        let mut hosts = self.0.borrow_mut();
        let slots = hosts.entry(host).or_insert_with(|| of_host(tree, host));
        slots.shown.get(&slot).cloned().unwrap_or_default()
    }
}

fn slot_name(tree: &Tree, n: Slot) -> &str {
    tree.attribute(n, "slot").unwrap_or("")
}

fn of_host(tree: &Tree, host: Slot) -> OfHost {
    let mut slots = OfHost::default();
    for n in elements_of(tree, host) {
        if is_html(tree, n, "slot") {
            let name = tree.attribute(n, "name").unwrap_or("");
            slots.by_name.entry(name.to_owned()).or_insert(n);
        }
    }
    let children = std::iter::successors(tree.first_child(host), |n| tree.next_sibling(*n));
    for child in children {
        if let Some(slot) = slots.by_name.get(slot_name(tree, child)) {
            slots.shown.entry(*slot).or_default().push(child);
        }
    }
    slots
}
