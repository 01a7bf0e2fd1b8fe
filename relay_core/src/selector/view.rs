//! What matching asks of a page as a whole, found once: controls and their forms, and where the focus is.

use super::forms::Forms;
use super::slots::Slots;
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::FxHashSet;
use std::cell::OnceCell;

/// What an element sees of the page.
pub(super) struct View<'a> {
    pub(super) tree: &'a Tree,
    /// All elements that belong to forms, if they are known.
    pub(super) controls: Option<&'a FxHashSet<Slot>>,
    forms: OnceCell<Forms>,
    focused: OnceCell<FxHashSet<Slot>>,
    pub(super) slots: Slots,
}

impl<'a> View<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        Self {
            tree,
            controls: None,
            forms: OnceCell::new(),
            focused: OnceCell::new(),
            slots: Slots::default(),
        }
    }

    pub(super) fn forms(&self) -> &Forms {
        self.forms.get_or_init(|| match self.controls {
            Some(controls) => Forms::of_controls(self.tree, controls),
            None => Forms::of(self.tree),
        })
    }

    /// What a node is in as the page is shown: its slot, if it is shown in one. None for a document.
    pub(super) fn shown_in(&self, n: Slot) -> Option<Slot> {
        let slot = self.slots.of(self.tree, n);
        let around = slot.or_else(|| self.tree.composed_parent(n));
        around.filter(|_| self.tree.kind(n) != Kind::Document)
    }

    /// The focused element and all that it is in as the page is shown: across slots, shadow roots and frames.
    pub(super) fn focused(&self) -> &FxHashSet<Slot> {
        self.focused
            .get_or_init(|| around_focus(self.tree, &self.slots))
    }
}

/// See `View::focused`.
pub(crate) fn focused(tree: &Tree) -> FxHashSet<Slot> {
    around_focus(tree, &Slots::default())
}

fn around_focus(tree: &Tree, slots: &Slots) -> FxHashSet<Slot> {
    let mut found = FxHashSet::default();
    let mut open: Vec<Slot> = tree.focus().into_iter().collect();
    while let Some(n) = open.pop() {
        if found.insert(n) {
            open.extend(tree.composed_parent(n));
            open.extend(slots.of(tree, n));
        }
    }
    found
}
