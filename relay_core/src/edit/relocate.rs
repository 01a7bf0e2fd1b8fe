//! Nodes that move: where they may go, and what they take on there.

use super::Edit;
use super::undo::{Place, Undo, set_depth};
use crate::error::Refused;
use crate::limits::within;
use crate::names::mask;
use crate::node_id::ViewId;
use crate::op::{NodeNumber, Run};
use crate::tree::{Kind, Slot, Touch};

impl Edit<'_> {
    pub(super) fn relocate(
        &mut self,
        node: NodeNumber,
        count: u32,
        parent: NodeNumber,
        after: NodeNumber,
    ) -> Result<(), Refused> {
        let run = self.run(node, count)?;
        let first = run[0];
        if self.tree.kind(first).is_attached() {
            return Err(Refused::WrongKind(node));
        }
        let number = parent;
        let parent = self.find(parent)?;
        let mut after = self.place(parent, number, after)?;
        if after.is_some_and(|after| run.contains(&after)) {
            return Err(Refused::Position(number));
        }
        let kind = self.tree.kind(parent);
        let has_text = || run.iter().any(|n| self.tree.kind(*n) == Kind::Text);
        if kind == Kind::Text || (kind == Kind::Document && has_text()) {
            return Err(Refused::WrongKind(number));
        }
        let from = self.tree.parent(first);
        if from != Some(parent) {
            self.check_way(&run, parent, node)?;
        }
        for n in run {
            if u32::from(self.tree.node(parent).masked) >= mask::HIDE {
                self.outcome.alarms += 1;
                self.leave(n);
            } else {
                self.place_again(n, parent, after)?;
                after = Some(n);
            }
        }
        if let Some(from) = from {
            self.children_changed(from);
        }
        self.children_changed(parent);
        Ok(())
    }

    pub(super) fn arrange(&mut self, parent: NodeNumber, runs: &[Run]) -> Result<(), Refused> {
        self.find(parent)?;
        for run in runs {
            let mut after = run.after;
            for &node in &run.nodes {
                self.relocate(node, 1, parent, after)?;
                // Below a mask that drops its content it has left.
                if self.find(node).is_ok() {
                    after = node;
                }
            }
        }
        Ok(())
    }

    /// That `parent` is in the same document as a run of siblings, and not inside one of them.
    fn check_way(&mut self, run: &[Slot], parent: Slot, number: NodeNumber) -> Result<(), Refused> {
        let from = self.tree.composed_parent(run[0]);
        let mut document = None;
        let mut at = Some(parent);
        while let Some(n) = at {
            self.step(1)?;
            if self.tree.parent(n).is_some()
                && self.tree.composed_parent(n) == from
                && run.contains(&n)
            {
                return Err(Refused::Cycle(number));
            }
            if document.is_none() && self.tree.kind(n) == Kind::Document {
                document = Some(n);
            }
            at = self.tree.composed_parent(n);
        }
        self.step(usize::from(self.tree.node(run[0]).depth))?;
        if document != Some(self.tree.owner_document(run[0])) {
            return Err(Refused::Position(number));
        }
        Ok(())
    }

    fn place_again(&mut self, n: Slot, parent: Slot, after: Option<Slot>) -> Result<(), Refused> {
        let Some(from) = Place::of(self.tree, n) else {
            return Ok(());
        };
        self.left(n, from.parent);
        let node = self.tree.node(n);
        self.journal.push(Undo::Moved {
            n,
            from,
            placed: node.placed,
            depth: node.depth,
        });
        let is_new = node.born == self.version;
        self.next_leaver = None;
        self.tree.unlink(n);
        self.tree.link(n, parent, after);
        self.tree.node_mut(n).placed = self.version;
        self.deepen(n, parent)?;
        self.review(n)?;
        let level = self.tree.node(parent).masked;
        if level > self.tree.node(n).masked {
            self.mask_below(n, level, true)?;
        }
        self.outcome.dirty.push(n);
        self.outcome.touches.push(if is_new {
            Touch::Inserted(n)
        } else {
            Touch::Moved(n)
        });
        Ok(())
    }

    fn deepen(&mut self, top: Slot, parent: Slot) -> Result<(), Refused> {
        let before = self.tree.node(top).depth;
        let after = self.tree.node(parent).depth + 1;
        if before == after {
            return Ok(());
        }
        let mut deepest = before;
        let mut at = Some(top);
        while let Some(n) = at {
            self.step(1)?;
            deepest = deepest.max(self.tree.node(n).depth);
            at = self.below(n, top);
        }
        let deepest = usize::from(deepest) + usize::from(after) - usize::from(before);
        within(deepest, self.deepest(), "depth")?;
        set_depth(self.tree, top, after);
        Ok(())
    }

    /// After a move: whether the nodes of a subtree are ones that viewers have.
    fn review(&mut self, top: Slot) -> Result<(), Refused> {
        let unseen = self.is_unseen_below(self.tree.composed_parent(top));
        if self.tree.node(top).unseen == unseen {
            return Ok(());
        }
        if unseen {
            self.bury(top, false);
        }
        let mut at = Some(top);
        while let Some(n) = at {
            self.step(1)?;
            let unseen = self.is_unseen_below(self.tree.composed_parent(n));
            if self.tree.node(n).unseen != unseen {
                self.turn(n, unseen)?;
            }
            at = self.below(n, top);
        }
        Ok(())
    }

    /// Makes a node seen or unseen; one that comes into sight is a new one for viewers.
    fn turn(&mut self, n: Slot, unseen: bool) -> Result<(), Refused> {
        let node = self.tree.node(n);
        self.journal.push(Undo::Seen {
            n,
            unseen: node.unseen,
            view_id: node.view_id,
            created: node.created,
            placed: node.placed,
        });
        let view_id = if unseen { ViewId(0) } else { self.next_view()? };
        let version = self.version;
        let node = self.tree.node_mut(n);
        node.unseen = unseen;
        node.view_id = view_id;
        node.created = version;
        node.placed = version;
        Ok(())
    }
}
