//! One frame's changes to a tree: each op is checked and done, or the edit is taken back as a whole.
//!
//! What changes is noted for masks (`touches`) and for viewers (`dirty`, `burials`). Knows no audience and no rule but what a
//! source mask demands (`erase`) and which elements show no content at all.

mod adopted;
mod burial;
mod cards;
mod erase;
mod insert;
mod property;
mod relocate;
mod screen;
mod tile;
mod undo;

use std::rc::Rc;

use rustc_hash::FxHashSet;

use crate::atoms::Atom;
use crate::digest::{VisitorSide, digest};
use crate::error::Refused;
use crate::frame::Frame;
use crate::limits::{Limits, within};
use crate::names::scope;
use crate::node_id::{MAX_NODE, ViewId, VisitorId};
use crate::op::{NodeNumber, Op, Shape, Text};
use crate::tree::{
    Attribute, Content, Dated, DocumentInfo, Extra, Kind, Screen, Slot, Touch, Tree, Version,
};

pub(crate) use burial::Burial;
pub(crate) use erase::SECRET_STATES;
use insert::FiledShape;
pub(crate) use property::DECIDING;
pub(crate) use tile::undrawn;
use undo::Undo;

/// Bytes that are hashed, or of an op's strings looked at, for the price of one node; a frame may use one string in each of its ops.
pub(crate) const BYTES_A_STEP: usize = 64;
/// Nodes above a changed one that are looked at for the price of one: they are the same for most changes of a frame.
const ANCESTORS_A_STEP: usize = 8;

/// Up to this many, touches that say the same are looked at twice rather than sought.
pub(crate) const FEW_TOUCHES: usize = 64;

/// What an edit did.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) touches: Vec<Touch>,
    /// Nodes with stamps of this version.
    pub(crate) dirty: Vec<Slot>,
    pub(crate) burials: Vec<Burial>,
    pub(crate) alarms: u32,
    /// Card numbers that no mask had hidden.
    pub(crate) cards: u32,
    /// Nodes that are not what a `verify` said, with its scope.
    pub(crate) drifted: Vec<(VisitorId, u32)>,
    /// The last view id given.
    pub(crate) last_view: u32,
}

/// Does the ops of a frame to a tree, with view ids from `last_view` on; all or none of them.
pub(crate) fn edit(
    tree: &mut Tree,
    limits: &Limits,
    frame: Frame,
    (version, last_view): (Version, u32),
) -> Result<Outcome, Refused> {
    let mut edit = Edit::new(tree, limits, &frame.shapes, version, last_view);
    let done = frame.ops.into_iter().try_for_each(|op| edit.apply(op));
    match done.and_then(|()| edit.hide_cards()) {
        Ok(()) => Ok(edit.commit()),
        Err(refused) => {
            edit.rollback();
            Err(refused)
        }
    }
}

/// An edit under way; `commit` or `rollback` ends it.
pub(crate) struct Edit<'r> {
    pub(crate) tree: &'r mut Tree,
    pub(crate) limits: &'r Limits,
    pub(crate) version: Version,
    pub(crate) outcome: Outcome,
    shapes: &'r [Shape],
    filed: Vec<Option<Rc<FiledShape>>>,
    journal: Vec<Undo>,
    screen: Screen,
    /// Names that the page had added before.
    names: usize,
    /// When constructed sheets had last changed before.
    sheets_changed: Version,
    gone: Vec<Slot>,
    /// What stood behind the last one that left, unless something has moved since.
    next_leaver: Option<Slot>,
    gone_nodes: usize,
    steps: usize,
    /// Documents with another base address.
    rebased: Vec<Slot>,
    /// The visitor's browser answers media features otherwise than before.
    reviewed: bool,
}

impl<'r> Edit<'r> {
    pub(crate) fn new(
        tree: &'r mut Tree,
        limits: &'r Limits,
        shapes: &'r [Shape],
        version: Version,
        last_view: u32,
    ) -> Self {
        Self {
            screen: tree.screen.clone(),
            names: tree.atoms.len(),
            sheets_changed: tree.sheets_changed,
            tree,
            limits,
            version,
            outcome: Outcome {
                last_view,
                ..Outcome::default()
            },
            shapes,
            filed: shapes.iter().map(|_| None).collect(),
            journal: Vec::new(),
            gone: Vec::new(),
            next_leaver: None,
            gone_nodes: 0,
            steps: 0,
            rebased: Vec::new(),
            reviewed: false,
        }
    }

    /// Does one op. After an error only `rollback` is allowed.
    pub(crate) fn apply(&mut self, op: Op) -> Result<(), Refused> {
        self.step(op.text_pieces(BYTES_A_STEP))?;
        let before = self.outcome.touches.len();
        self.act(op)?;
        self.pay_for_touches(before)?;
        within(self.tree.held(), self.limits.held_text, "held_text")?;
        within(self.tree.atoms.len(), self.limits.atoms, "atoms")
    }

    fn act(&mut self, op: Op) -> Result<(), Refused> {
        match op {
            Op::Document(new) => self.document(&new)?,
            Op::Insert {
                parent,
                after,
                nodes,
            } => self.insert(parent, after, nodes)?,
            Op::Move {
                node,
                count,
                parent,
                after,
            } => self.relocate(node, count, parent, after)?,
            Op::Remove { node, count } => self.remove(node, count)?,
            Op::SetText { node, text } => self.set_text(node, &text)?,
            Op::SetAttribute { node, name, value } => self.set_attribute(node, &name, &value)?,
            Op::RemoveAttribute { node, name } => self.remove_attribute(node, &name)?,
            Op::SetAttributes { node, attributes } => self.set_attributes(node, &attributes)?,
            Op::SetValue { node, value } => self.set_value(node, &value)?,
            Op::SetState { node, bits } => self.set_state(node, bits)?,
            Op::SetScroll { node, left, top } => self.set_scroll(node, (left, top))?,
            Op::SetSheet { node, base, text } => self.set_sheet(node, &base, &text)?,
            Op::SetMask {
                node,
                level,
                label,
                width,
                height,
            } => self.set_mask(node, level, &label, (width, height))?,
            Op::SetPlaceholder { node, reason } => self.set_placeholder(node, reason)?,
            Op::SetFocus { node } => self.set_focus(node)?,
            Op::SetPointer { x, y, down } => self.set_pointer((x, y, down))?,
            Op::SetViewport {
                width,
                height,
                ratio,
            } => self.set_viewport((width, height, ratio)),
            Op::SetTitle { node, title } => self.set_title(node, &title)?,
            Op::SetAddress {
                node,
                address,
                base,
            } => self.set_address(node, &address, &base)?,
            Op::SetTile {
                node,
                column,
                row,
                picture,
            } => self.set_tile(node, (column, row), &picture)?,
            Op::Lift { node } => self.lift(node)?,
            Op::SetSelection {
                node,
                offset,
                end,
                end_offset,
            } => self.set_selection((node, offset), (end, end_offset))?,
            Op::SetAnimation { node, text } => self.set_animation(node, &text)?,
            Op::SetClock { time } => self.tree.screen.clock = self.dated(Some(time)),
            Op::SetPlayback { node, playback } => self.set_playback(node, playback)?,
            Op::SetHover { node, active } => self.set_hover(node, active)?,
            Op::SetMedia { features } => self.set_media(features)?,
            Op::SetConstructed { sheet, base, text } => {
                self.set_constructed(sheet, &base, &text)?;
            }
            Op::SetAdopted { node, sheets } => self.set_adopted(node, &sheets)?,
            Op::Arrange { parent, runs } => self.arrange(parent, &runs)?,
            Op::Verify { node, scope, hash } => self.verify(node, scope, hash)?,
        }
        Ok(())
    }

    /// Whoever follows a touch may look at all that is above it.
    fn pay_for_touches(&mut self, from: usize) -> Result<(), Refused> {
        let touches = self.outcome.touches[from..].iter();
        let places = touches.filter_map(Touch::place);
        let above = places.map(|n| usize::from(self.tree.node(n).depth) / ANCESTORS_A_STEP);
        self.step(above.sum())
    }

    /// Makes the changes final.
    pub(crate) fn commit(mut self) -> Outcome {
        self.let_go();
        if self.reviewed {
            self.renew_sheets();
        }
        for document in std::mem::take(&mut self.rebased) {
            if !self.tree.node(document).gone {
                self.rebase(document);
            }
        }
        let tree = &self.tree;
        let outcome = &mut self.outcome;
        outcome.dirty.retain(|n| !tree.node(*n).gone);
        outcome.dirty.sort_unstable();
        outcome.dirty.dedup();
        outcome.touches.retain(|touch| is_there(tree, touch));
        if outcome.touches.len() > FEW_TOUCHES {
            let mut seen = FxHashSet::default();
            let touches = &mut outcome.touches;
            touches.retain(|touch| is_of_order(touch) || seen.insert(touch.clone()));
        }
        for top in self.gone {
            self.tree.discard(top, false);
        }
        self.outcome
    }

    /// Takes all changes back.
    pub(crate) fn rollback(mut self) {
        while let Some(undo) = self.journal.pop() {
            undo.take_back(self.tree);
        }
        self.tree.screen = self.screen;
        self.tree.atoms.truncate(self.names);
        self.tree.sheets_changed = self.sheets_changed;
    }
}

/// Parts of ops.
impl Edit<'_> {
    fn replace_content(&mut self, n: Slot, content: Content) {
        let content = self.tree.replace_content(n, content);
        self.journal.push(Undo::Content {
            n,
            content,
            changed: self.tree.node(n).changed,
        });
        self.changed(n);
    }

    /// Changes rare properties.
    fn alter(&mut self, n: Slot, change: impl FnOnce(&mut Extra)) {
        let extra = self.tree.extra(n).cloned().unwrap_or_default();
        self.journal.push(Undo::Extra {
            n,
            extra: Box::new(extra),
            changed: self.tree.node(n).changed,
        });
        self.tree.change_extra(n, change);
        self.changed(n);
    }

    fn alter_info(&mut self, n: Slot, change: impl FnOnce(&mut DocumentInfo)) {
        self.alter(n, |extra| change(extra.info.get_or_insert_default()));
    }

    fn raise(&mut self, n: Slot, level: u8) {
        let node = self.tree.node_mut(n);
        let was = std::mem::replace(&mut node.masked, level);
        self.journal.push(Undo::Masked { n, level: was });
    }

    fn changed(&mut self, n: Slot) {
        self.tree.node_mut(n).changed = self.version;
        self.outcome.dirty.push(n);
    }

    fn dated<T>(&self, is: T) -> Dated<T> {
        Dated {
            is,
            changed: self.version,
        }
    }

    fn dated_attribute(&self, name: Atom, value: Text) -> Attribute {
        Attribute {
            name,
            changed: self.version,
            value,
        }
    }

    fn is_unseen_below(&self, above: Option<Slot>) -> bool {
        above.is_some_and(|above| {
            let above = self.tree.node(above);
            above.unseen || !above.holds_content
        })
    }

    fn next_view(&mut self) -> Result<ViewId, Refused> {
        within(
            self.outcome.last_view as usize + 1,
            MAX_NODE as usize,
            "nodes",
        )?;
        self.outcome.last_view += 1;
        Ok(ViewId(self.outcome.last_view))
    }

    fn find(&self, number: NodeNumber) -> Result<Slot, Refused> {
        let found = self.tree.index.find(VisitorId(number));
        found
            .filter(|n| !self.tree.node(*n).gone)
            .ok_or(Refused::UnknownNode(number))
    }

    fn element(&self, number: NodeNumber) -> Result<Slot, Refused> {
        self.of_kind(number, Kind::Element)
    }

    fn document_node(&self, number: NodeNumber) -> Result<Slot, Refused> {
        self.of_kind(number, Kind::Document)
    }

    fn of_kind(&self, number: NodeNumber, kind: Kind) -> Result<Slot, Refused> {
        let n = self.find(number)?;
        if self.tree.kind(n) != kind {
            return Err(Refused::WrongKind(number));
        }
        Ok(n)
    }

    /// A place among the children of `parent`.
    fn place(
        &self,
        parent: Slot,
        number: NodeNumber,
        after: NodeNumber,
    ) -> Result<Option<Slot>, Refused> {
        if after == 0 {
            return Ok(None);
        }
        let after = self.find(after)?;
        if self.tree.parent(after) != Some(parent) {
            return Err(Refused::Position(number));
        }
        Ok(Some(after))
    }

    fn check_attribute(&self, name: Atom, value: &str) -> Result<(), Refused> {
        let is_long = matches!(self.tree.atoms.name(name), "style" | "srcset");
        if is_long {
            let limit = self.limits.long_attribute_value;
            return within(value.len(), limit, "long_attribute_value");
        }
        within(value.len(), self.limits.attribute_value, "attribute_value")
    }

    fn short(&self, text: &str) -> Result<(), Refused> {
        within(text.len(), self.limits.attribute_value, "attribute_value")
    }

    /// Compares what is here with what the visitor has. Looking costs no more than the frame may.
    fn verify(&mut self, node: NodeNumber, scope: u32, hash: u32) -> Result<(), Refused> {
        let n = self.find(node)?;
        self.step(self.hashed(n, scope))?;
        let own = digest(&mut VisitorSide(self.tree), n, scope).ok_or(Refused::Field("scope"))?;
        if own != hash {
            self.outcome.drifted.push((VisitorId(node), scope));
        }
        Ok(())
    }

    /// What a hash costs: its nodes, and of each the content by pieces that take as long as a node.
    fn hashed(&self, n: Slot, scope: u32) -> usize {
        let tree = &*self.tree;
        let cost = |n: Slot| 1 + tree.content_held(n) / BYTES_A_STEP;
        match scope {
            scope::SUBTREE => tree.walk(n).map(cost).sum(),
            scope::CHILDREN => {
                std::iter::successors(tree.first_child(n), |n| tree.next_sibling(*n)).count()
            }
            _ => cost(n),
        }
    }

    /// Pays for looking at nodes.
    fn step(&mut self, nodes: usize) -> Result<(), Refused> {
        self.steps += nodes;
        within(self.steps, self.limits.steps, "steps")
    }

    /// The next node in preorder of a subtree.
    fn below(&self, n: Slot, top: Slot) -> Option<Slot> {
        self.tree
            .first_below(n)
            .or_else(|| self.tree.following(n, top))
    }
}

/// Whether a touch says something about the order of nodes, where the same can come again and mean something else.
fn is_of_order(touch: &Touch) -> bool {
    matches!(
        touch,
        Touch::Inserted(_) | Touch::Moved(_) | Touch::Removed { .. }
    )
}

fn is_there(tree: &Tree, touch: &Touch) -> bool {
    let may_be_gone = matches!(touch, Touch::Removed { .. });
    may_be_gone || touch.place().is_none_or(|n| !tree.node(n).gone)
}
