//! What was masked on a page stays so when the visitor's browser sends the same page once more.

use super::{Extent, Marks, topmost};
use crate::tree::{Kind, Slot, Tree};

impl Marks {
    /// Takes over what `was` has masked of nodes that were others before: `old_of` says which.
    pub(crate) fn carry(&mut self, tree: &Tree, was: &Self, old_of: impl Fn(Slot) -> Option<Slot>) {
        let Some(page) = tree.root() else { return };
        // By slot, the level that what is below inherits.
        let mut levels = vec![0; tree.slots()];
        let mut raised = Vec::new();
        let mut secret = Vec::new();
        for n in tree.walk(page) {
            let above = tree.composed_parent(n);
            let inherited = above.map_or(0, |above| levels[above.0 as usize]);
            let own = self.base(n).max(inherited);
            levels[n.0 as usize] = own;
            let Some(old) = old_of(n) else { continue };
            if was.base(old) > own {
                levels[n.0 as usize] = was.base(old);
                self.raise(n, was.base(old), was.label_of(old));
                raised.push(n);
            }
            let bares = self.reveal.carry(&was.reveal, old, n) && self.level(n) == 0;
            raised.extend(bares.then_some(n));
            let is_titled = tree.kind(n) == Kind::Document && was.is_secret(old);
            secret.extend(is_titled.then_some(n));
        }
        let tops = topmost(tree, raised).into_iter();
        let roots: Vec<_> = tops.map(|n| (n, Extent::Levels)).collect();
        self.refresh(tree, &roots, Vec::new());
        for document in secret {
            self.set_secret(document, true);
        }
    }
}
