//! Finding and mending what a viewer has otherwise than its version says, without the rest of the page (docs/protocol.md, "Drift").
//!
//! From a document's hash down: where it differs, those of its children are compared, until what is wrong is small. Everything
//! here is done only when asked for and costs what the nodes asked about cost.

use std::collections::{HashMap, HashSet};

use crate::delta::Delta;
use crate::digest::{ViewerSide, digest};
use crate::encoder::Encoder;
use crate::names::scope;
use crate::node_id::ViewId;
use crate::projection::Projector;
use crate::tree::{Kind, Slot, Tree};

/// Subtrees of at most so many nodes are sent again whole.
const SMALL: usize = 24;

/// What to do about a node that a viewer has otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Ask more closely.
    Compare(Slot),
    /// Its attributes or text, value and states.
    Refresh(Slot),
    /// It and all below it.
    Resend(Slot),
    /// The whole page.
    Restart,
}

/// The nodes of numbers that viewers know, each with what goes with it; found in one walk, for viewers keep no index here.
pub(crate) fn find<T: Copy>(tree: &Tree, wanted: &[(ViewId, T)]) -> Vec<(Slot, T)> {
    let wanted: HashMap<ViewId, T> = wanted.iter().copied().collect();
    let nodes = tree.root().into_iter().flat_map(|root| tree.walk(root));
    nodes
        .filter_map(|n| {
            Some((
                n,
                *wanted
                    .get(&tree.view_id(n))
                    .filter(|_| tree.view_id(n).0 != 0)?,
            ))
        })
        .collect()
}

/// What to do about a difference at a node.
pub(crate) fn remedy(tree: &Tree, n: Slot, of: u32) -> Remedy {
    match (of, tree.kind(n)) {
        (scope::CONTENT, Kind::Element | Kind::Text) => Remedy::Refresh(n),
        (scope::SUBTREE, Kind::Document) => Remedy::Compare(n),
        (scope::SUBTREE, _) if tree.walk(n).nth(SMALL).is_some() => Remedy::Compare(n),
        _ => resend(tree, n),
    }
}

/// A document inside a frame comes again with its frame element, the page's own with everything.
fn resend(tree: &Tree, n: Slot) -> Remedy {
    if tree.kind(n) != Kind::Document {
        return Remedy::Resend(n);
    }
    tree.host(n).map_or(Remedy::Restart, Remedy::Resend)
}

/// Asks the viewer for a comparison of every document.
pub(crate) fn ask_all(projector: &mut Projector<'_>, encoder: &mut Encoder) {
    for &document in projector.tree.documents() {
        ask(projector, encoder, document, scope::SUBTREE);
    }
}

/// Asks for a comparison of a node's own things, and of each of its subtrees.
pub(crate) fn ask_closely(projector: &mut Projector<'_>, encoder: &mut Encoder, n: Slot) {
    let tree = projector.tree;
    ask(projector, encoder, n, scope::CONTENT);
    ask(projector, encoder, n, scope::CHILDREN);
    let children = std::iter::successors(tree.first_child(n), |child| tree.next_sibling(*child));
    for below in tree.shadow_root(n).into_iter().chain(children) {
        ask(projector, encoder, below, scope::SUBTREE);
    }
}

fn ask(projector: &mut Projector<'_>, encoder: &mut Encoder, n: Slot, of: u32) {
    let view = projector.tree.view_id(n).0;
    if view == 0 {
        return;
    }
    if let Some(hash) = digest(&mut ViewerSide(projector), n, of) {
        encoder.verify(view, of, hash);
    }
}

impl Delta<'_> {
    /// Does what is to be done; `None`: the viewer has to start from nothing.
    pub(crate) fn mend(mut self, remedies: &[Remedy]) -> Option<Box<Encoder>> {
        let resent: HashSet<Slot> = remedies
            .iter()
            .filter_map(|remedy| match remedy {
                Remedy::Resend(n) => Some(*n),
                _ => None,
            })
            .collect();
        for remedy in remedies {
            if self.is_below(*remedy, &resent) {
                continue;
            }
            match *remedy {
                Remedy::Restart => return None,
                Remedy::Compare(n) => ask_closely(&mut self.projector, &mut self.encoder, n),
                Remedy::Refresh(n) => self.refresh(n, true),
                Remedy::Resend(n) => self.resend(n),
            }
        }
        self.lift();
        self.scroll();
        Some(self.encoder)
    }

    /// Whether a remedy comes with that of a node above.
    fn is_below(&self, remedy: Remedy, resent: &HashSet<Slot>) -> bool {
        let (Remedy::Compare(n) | Remedy::Refresh(n) | Remedy::Resend(n)) = remedy else {
            return false;
        };
        let mut above = std::iter::successors(self.tree.composed_parent(n), |n| {
            self.tree.composed_parent(*n)
        });
        above.any(|n| resent.contains(&n))
    }

    /// What comes under a number that the viewer has takes the place of that.
    fn resend(&mut self, n: Slot) {
        self.insert(&[n], self.tree.prev_sibling(n));
        // The viewer has lost these if they were in there.
        if let Some(focus) = self.projector.focus() {
            self.encoder.set_focus(self.tree.view_id(focus).0);
        }
        if self.projector.selection().is_some() {
            self.select();
        }
        let (hovered, active) = self.projector.hover();
        if hovered.is_some() || active.is_some() {
            let number = |n: Option<Slot>| n.map_or(0, |n| self.tree.view_id(n).0);
            self.encoder.set_hover(number(hovered), number(active));
        }
    }
}
