//! Selects that have chosen what is masked: their value would say it, and so would which of the other options are selected.

use super::Marks;
use crate::names::{namespace, state};
use crate::tree::{Slot, Touch, Tree};

fn is_html(tree: &Tree, n: Slot, tag: &str) -> bool {
    tree.tag(n) == tag && tree.namespace(n) == namespace::HTML
}

/// The select that a node belongs to or is.
pub(super) fn select(tree: &Tree, n: Slot) -> Option<Slot> {
    std::iter::successors(Some(n), |n| tree.parent(*n)).find(|n| is_html(tree, *n, "select"))
}

/// The options of a select.
fn options(tree: &Tree, select: Slot) -> Vec<Slot> {
    let mut options = Vec::new();
    let mut open: Vec<Slot> = tree.first_child(select).into_iter().collect();
    while let Some(n) = open.pop() {
        open.extend(tree.next_sibling(n));
        if is_html(tree, n, "option") {
            options.push(n);
        }
        if !is_html(tree, n, "select") {
            open.extend(tree.first_child(n));
        }
    }
    options
}

impl Marks {
    /// Selects whose options are others after a change, or in other states.
    pub(super) fn find_selects(&mut self, tree: &Tree, touch: &Touch) {
        let n = match *touch {
            Touch::State(n) if is_html(tree, n, "option") => n,
            Touch::Inserted(n) | Touch::Moved(n) | Touch::Removed { parent: n, .. }
                if !tree.node(n).gone =>
            {
                n
            }
            _ => return,
        };
        self.found.selects.extend(select(tree, n));
    }

    pub(super) fn judge_choices(&mut self, tree: &Tree) {
        for select in std::mem::take(&mut self.found.selects) {
            let options = options(tree, select);
            let secret = self.is_choice_secret(tree, &options);
            self.set_secret(select, secret);
            for option in options {
                self.set_secret(option, secret);
            }
        }
    }

    /// A masked option may be the chosen one without a state that says so: the source of its mask has taken the state away.
    fn is_choice_secret(&self, tree: &Tree, options: &[Slot]) -> bool {
        let is_selected = |n: &Slot| tree.state(*n) & state::SELECTED != 0;
        let is_masked = |n: &Slot| self.level(*n) > 0;
        let mut chosen = options.iter().copied().filter(is_selected).peekable();
        if chosen.peek().is_none() {
            return options.iter().any(is_masked);
        }
        chosen.any(|n| is_masked(&n))
    }
}
