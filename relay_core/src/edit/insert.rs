//! Nodes that come into the page: subtrees and documents.

use std::rc::Rc;

use super::Edit;
use super::undo::Undo;
use crate::allow;
use crate::atoms::{Atom, Atoms};
use crate::error::Refused;
use crate::limits::within;
use crate::names::{mask, quirks};
use crate::node_id::{ViewId, VisitorId};
use crate::op::{NewDocument, NodeNumber, Shape, Subtree, SubtreeNode, Text, What};
use crate::tree::{Content, DocumentInfo, Kind, NewNode, Slot, Touch};

/// An element's shape with its names found in the page's table.
pub(super) struct FiledShape {
    namespace: u8,
    tag: Atom,
    attributes: Vec<Atom>,
    holds_content: bool,
}

impl FiledShape {
    pub(super) fn new(shape: &Shape, atoms: &mut Atoms) -> Self {
        let tag = atoms.intern(&shape.tag);
        let attributes = shape.attributes.iter();
        Self {
            namespace: shape.namespace as u8,
            tag,
            attributes: attributes.map(|name| atoms.intern(name)).collect(),
            holds_content: allow::holds_content(shape.namespace, &shape.tag),
        }
    }
}

impl Edit<'_> {
    pub(super) fn document(&mut self, new: &NewDocument) -> Result<(), Refused> {
        if new.quirks > quirks::LIMITED {
            return Err(Refused::Field("quirks"));
        }
        for text in [&new.address, &new.base, &new.title, &new.doctype] {
            self.short(text)?;
        }
        let host = if new.frame == 0 {
            None
        } else {
            Some(self.frame_element(new.frame)?)
        };
        if host.is_none() && self.tree.root().is_some() {
            return Err(Refused::Position(new.node));
        }
        self.check_new(new.node, host)?;
        if let Some(host) = host {
            if u32::from(self.tree.node(host).masked) >= mask::HIDE {
                self.outcome.alarms += 1;
                return Ok(());
            }
            if let Some(old) = self.tree.content_document(host) {
                self.leave(old);
            }
        }
        let n = self.create_plain(new.node, Kind::Document, Content::Nothing);
        let info = DocumentInfo {
            address: new.address.clone(),
            base: new.base.clone(),
            title: new.title.clone(),
            doctype: new.doctype.clone(),
            quirks: new.quirks,
            titled: self.version,
            addressed: self.version,
        };
        self.tree
            .change_extra(n, |extra| extra.info = Some(Box::new(info)));
        match host {
            Some(host) => self.tree.attach(n, host),
            None => self.tree.set_root(Some(n)),
        }
        self.journal.push(Undo::Made(n));
        self.outcome.dirty.push(n);
        self.outcome.touches.push(Touch::Document(n));
        self.settle(n, host)?;
        within(self.live_documents(), self.limits.documents, "documents")?;
        // A frame may not replace them without end: those replaced are among them until it is done.
        let most = 2 * self.limits.documents;
        within(self.tree.documents().len(), most, "documents")
    }

    fn frame_element(&mut self, frame: NodeNumber) -> Result<Slot, Refused> {
        let host = self.element(frame)?;
        let mut depth = 1;
        let mut at = Some(host);
        while let Some(n) = at {
            self.step(1)?;
            depth += usize::from(self.tree.kind(n) == Kind::Document);
            at = self.tree.composed_parent(n);
        }
        within(depth, self.limits.document_depth, "document_depth")?;
        Ok(host)
    }

    fn live_documents(&self) -> usize {
        let documents = self.tree.documents().iter();
        documents.filter(|n| !self.tree.node(**n).gone).count()
    }

    pub(super) fn insert(
        &mut self,
        parent: NodeNumber,
        after: NodeNumber,
        subtree: Subtree,
    ) -> Result<(), Refused> {
        let number = parent;
        let parent = self.find(parent)?;
        let after = self.place(parent, number, after)?;
        let mut tops = subtree.nodes.iter().filter(|node| node.depth == 0);
        let is_run = tops.clone().nth(1).is_some();
        if tops.any(is_shadow) && (is_run || after.is_some()) {
            return Err(Refused::Position(number));
        }
        if u32::from(self.tree.node(parent).masked) >= mask::HIDE {
            self.outcome.alarms += 1;
            return Ok(());
        }
        self.tree.reserve(subtree.nodes.len());
        let mut values = subtree.values.into_iter();
        let mut path: Vec<Slot> = Vec::new();
        let mut previous = after;
        for node in &subtree.nodes {
            path.truncate(node.depth as usize);
            let above = path.last().copied().unwrap_or(parent);
            let n = self.make(node, above, &mut values)?;
            if self.tree.kind(n).is_attached() {
                self.tree.attach(n, above);
            } else if node.depth == 0 {
                self.tree.link(n, parent, previous);
                previous = Some(n);
            } else {
                let last = self.tree.last_child(above);
                self.tree.link(n, above, last);
            }
            if node.depth == 0 {
                self.journal.push(Undo::Made(n));
                self.outcome.dirty.push(n);
                self.outcome.touches.push(Touch::Inserted(n));
            }
            self.settle(n, Some(above))?;
            path.push(n);
        }
        self.children_changed(parent);
        Ok(())
    }

    /// A node of a subtree, to be linked below `above`.
    fn make(
        &mut self,
        node: &SubtreeNode,
        above: Slot,
        values: &mut impl Iterator<Item = Text>,
    ) -> Result<Slot, Refused> {
        self.check_new(node.id, Some(above))?;
        self.check_parent(above, node)?;
        let masked = self.tree.node(above).masked;
        Ok(match node.what {
            What::ShadowOpen => self.create_plain(node.id, Kind::ShadowOpen, Content::Nothing),
            What::ShadowClosed => self.create_plain(node.id, Kind::ShadowClosed, Content::Nothing),
            What::Text => {
                let text = values.next().ok_or(Refused::Reference)?;
                within(text.len(), self.limits.text, "text")?;
                let text = self.admit_text(masked, text);
                self.create_plain(node.id, Kind::Text, Content::Text(text))
            }
            What::Element(shape) => self.make_element(node.id, shape, masked, values)?,
        })
    }

    fn make_element(
        &mut self,
        number: NodeNumber,
        shape: usize,
        masked: u8,
        values: &mut impl Iterator<Item = Text>,
    ) -> Result<Slot, Refused> {
        let shape = self.file(shape)?;
        let mut attributes = Vec::with_capacity(shape.attributes.len());
        for name in &shape.attributes {
            let value = values.next().ok_or(Refused::Reference)?;
            self.check_attribute(*name, &value)?;
            if self.admit_attribute(masked, *name) {
                attributes.push(self.dated_attribute(*name, value));
            }
        }
        let content = Content::Attributes(attributes);
        Ok(self.tree.create(NewNode {
            id: VisitorId(number),
            kind: Kind::Element,
            namespace: shape.namespace,
            tag: shape.tag,
            content,
            holds_content: shape.holds_content,
            version: self.version,
        }))
    }

    fn check_parent(&self, above: Slot, node: &SubtreeNode) -> Result<(), Refused> {
        let kind = self.tree.kind(above);
        if is_shadow(node) {
            if kind != Kind::Element {
                return Err(Refused::WrongKind(node.id));
            }
            if self.tree.shadow_root(above).is_some() {
                return Err(Refused::DuplicateNode(node.id));
            }
            return Ok(());
        }
        let is_text = node.what == What::Text;
        if kind == Kind::Text || (kind == Kind::Document && is_text) {
            return Err(Refused::WrongKind(node.id));
        }
        Ok(())
    }

    fn file(&mut self, index: usize) -> Result<Rc<FiledShape>, Refused> {
        let filed = self.filed.get_mut(index).ok_or(Refused::Reference)?;
        let shape = filed.get_or_insert_with(|| {
            Rc::new(FiledShape::new(&self.shapes[index], &mut self.tree.atoms))
        });
        Ok(Rc::clone(shape))
    }

    /// A node that is no element.
    fn create_plain(&mut self, number: NodeNumber, kind: Kind, content: Content) -> Slot {
        self.tree.create(NewNode {
            id: VisitorId(number),
            kind,
            namespace: 0,
            tag: Atom(0),
            content,
            holds_content: true,
            version: self.version,
        })
    }

    fn check_new(&self, number: NodeNumber, above: Option<Slot>) -> Result<(), Refused> {
        if number == 0 {
            return Err(Refused::Number);
        }
        let index = &self.tree.index;
        if index.is_used(VisitorId(number)) {
            return Err(Refused::DuplicateNode(number));
        }
        within(index.runs(), self.limits.atoms, "atoms")?;
        let live = self.tree.len() - self.gone_nodes;
        within(live + 1, self.limits.nodes, "nodes")?;
        // A frame may not make room for itself without end either.
        within(self.tree.len() + 1, 2 * self.limits.nodes, "nodes")?;
        let depth = above.map_or(0, |above| usize::from(self.tree.node(above).depth) + 1);
        within(depth, self.deepest(), "depth")
    }

    pub(super) fn deepest(&self) -> usize {
        self.limits.depth.min(usize::from(u16::MAX))
    }

    /// What a new node has from where it is.
    fn settle(&mut self, n: Slot, above: Option<Slot>) -> Result<(), Refused> {
        let unseen = self.is_unseen_below(above);
        let (depth, masked) = above.map_or((0, 0), |above| {
            let above = self.tree.node(above);
            (above.depth + 1, above.masked)
        });
        let view_id = if unseen { ViewId(0) } else { self.next_view()? };
        let node = self.tree.node_mut(n);
        node.depth = depth;
        node.masked = masked;
        node.unseen = unseen;
        node.view_id = view_id;
        Ok(())
    }
}

fn is_shadow(node: &SubtreeNode) -> bool {
    matches!(node.what, What::ShadowOpen | What::ShadowClosed)
}
