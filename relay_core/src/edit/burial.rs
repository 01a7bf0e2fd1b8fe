//! Nodes that leave the page, and what has to be known of them afterwards.

use super::Edit;
use super::undo::{Place, Undo, set_gone};
use crate::atoms::Atom;
use crate::error::Refused;
use crate::node_id::ViewId;
use crate::op::{NodeNumber, Text};
use crate::tree::{Kind, Slot, Touch, Version};

/// A node that viewers may have and that has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Burial {
    pub(crate) view_id: ViewId,
    pub(crate) created: Version,
    pub(crate) placed: Version,
    /// The document it was in.
    pub(crate) document: ViewId,
    /// Of a document: the frame element it was inside.
    pub(crate) frame: Option<ViewId>,
    /// Whether it was itself taken away; else it was below one that was.
    pub(crate) is_top: bool,
    /// Whether it stood right behind the one that was taken away before it: whoever has both where they were has them side
    /// by side, for what came or moved in between goes elsewhere first.
    pub(crate) follows: bool,
}

impl Edit<'_> {
    pub(super) fn remove(&mut self, node: NodeNumber, count: u32) -> Result<(), Refused> {
        let run = self.run(node, count)?;
        // No browser can take a shadow root from its element: without this, one could be replaced, and be there twice on the
        // way of a viewer that is behind.
        let is_shadow = self.tree.kind(run[0]).is_shadow();
        let parent = self.tree.composed_parent(run[0]).filter(|_| !is_shadow);
        let parent = parent.ok_or(Refused::WrongKind(node))?;
        for n in run {
            self.leave(n);
        }
        self.children_changed(parent);
        Ok(())
    }

    /// `count` consecutive siblings, at least one.
    pub(super) fn run(&mut self, node: NodeNumber, count: u32) -> Result<Vec<Slot>, Refused> {
        if count == 0 {
            return Err(Refused::Field("count"));
        }
        let first = self.find(node)?;
        let mut run = vec![first];
        while run.len() < count as usize {
            self.step(1)?;
            let last = run[run.len() - 1];
            let next = self.tree.next_sibling(last);
            run.push(next.ok_or(Refused::Position(node))?);
        }
        Ok(run)
    }

    /// Takes a node that has a parent or host out of the page.
    pub(super) fn leave(&mut self, n: Slot) {
        let Some(from) = Place::of(self.tree, n) else {
            return;
        };
        self.left(n, from.parent);
        let follows = self.next_leaver == Some(n);
        let is_noted = self.bury(n, follows);
        // Behind one that no viewer has comes what stood behind the one before it.
        self.next_leaver = (follows || is_noted)
            .then(|| self.tree.next_sibling(n))
            .flatten();
        self.journal.push(Undo::Left { n, from });
        self.tree.unlink(n);
        self.gone_nodes += set_gone(self.tree, n, true);
        self.gone.push(n);
    }

    /// Notes that a node leaves its place, where it still is.
    pub(super) fn left(&mut self, n: Slot, parent: Slot) {
        let is_sure = self.tree.node(n).changed < self.version;
        let mut attributes = self.tree.attribute_records(n).iter();
        let class = attributes.find(|attribute| attribute.name == Atom::CLASS);
        let class = class.map_or_else(Text::default, |class| class.value.clone());
        self.outcome.touches.push(Touch::Removed {
            node: n,
            parent,
            next: self.tree.next_sibling(n),
            class: is_sure.then_some(class),
        });
    }

    /// Notes what viewers may have of a subtree that goes out of their sight: its top, and whatever was moved into it, which
    /// a viewer that is behind has elsewhere. Documents inside go with their frame element. Says whether the top is noted.
    pub(super) fn bury(&mut self, top: Slot, follows: bool) -> bool {
        if self.tree.node(top).unseen {
            return false;
        }
        let Some(above) = self.tree.composed_parent(top) else {
            return false;
        };
        let document = self.tree.view_id(self.tree.owner_document(above));
        let mut at = Some(top);
        while let Some(n) = at {
            let node = self.tree.node(n);
            let is_top = n == top;
            let is_document = self.tree.kind(n) == Kind::Document;
            if node.unseen || (is_document && !is_top) {
                at = self.tree.following(n, top);
                continue;
            }
            if node.created < self.version && (is_top || node.placed > node.created) {
                self.outcome.burials.push(Burial {
                    view_id: node.view_id,
                    created: node.created,
                    placed: node.placed,
                    document,
                    frame: is_document.then(|| self.tree.view_id(above)),
                    is_top,
                    follows: is_top && follows,
                });
            }
            // What was in a document never left it.
            at = if is_document {
                None
            } else {
                self.below(n, top)
            };
        }
        self.tree.node(top).created < self.version
    }
}
