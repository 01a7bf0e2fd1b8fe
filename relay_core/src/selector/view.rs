//! What matching asks of a page as a whole, found once: controls and their forms, and where the focus is.

use super::forms::Forms;
use super::slots::Slots;
use crate::tree::{Slot, Tree};
use rustc_hash::FxHashSet;
use std::cell::OnceCell;

/// What an element sees of the page.
pub(super) struct View<'a> {
    pub(super) tree: &'a Tree,
    forms: OnceCell<Forms>,
    focused: OnceCell<FxHashSet<Slot>>,
    pub(super) slots: Slots,
}

impl<'a> View<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        Self {
            tree,
            forms: OnceCell::new(),
            focused: OnceCell::new(),
            slots: Slots::default(),
        }
    }

    pub(super) fn forms(&self) -> &Forms {
        self.forms.get_or_init(|| Forms::of(self.tree))
    }

    /// The focused element and all that it is in as the page is shown: across slots, shadow roots and frames.
    pub(super) fn focused(&self) -> &FxHashSet<Slot> {
        self.focused.get_or_init(|| {
            let mut found = FxHashSet::default();
            let mut open: Vec<Slot> = self.tree.focus().into_iter().collect();
            while let Some(n) = open.pop() {
                if found.insert(n) {
                    open.extend(self.tree.composed_parent(n));
                    open.extend(self.slots.of(self.tree, n));
                }
            }
            found
        })
    }
}
