//! Changes to the arena. Checks nothing: callers have made sure that the change is possible.

use super::node::{
    ATTRIBUTE_BYTES, Attribute, Content, Extra, NONE, NewNode, Node, Tile, TilePlace, held_extra,
    held_tile,
};
use super::{Kind, Slot, Tree, link, raw};
use crate::atoms::Atom;
use crate::node_id::ViewId;

impl Tree {
    pub(crate) fn node_mut(&mut self, n: Slot) -> &mut Node {
        &mut self.nodes[n.0 as usize]
    }

    fn extra_mut(&mut self, n: Slot) -> &mut Extra {
        self.node_mut(n).extra.get_or_insert_default()
    }

    pub(crate) fn set_root(&mut self, root: Option<Slot>) {
        self.root = root;
    }

    /// Makes room for so many more nodes.
    pub(crate) fn reserve(&mut self, nodes: usize) {
        let free = self.free.len() + self.nodes.capacity() - self.nodes.len();
        if nodes > free {
            self.grow(nodes - self.free.len());
        }
    }

    /// Doubling would leave up to half of a large page's memory unused: an eighth more is still linear in all.
    fn grow(&mut self, nodes: usize) {
        let step = self.nodes.len() / 8 + 64;
        self.nodes.reserve_exact(nodes.max(step));
    }

    /// A node that is linked to nothing yet.
    pub(crate) fn create(&mut self, new: NewNode) -> Slot {
        self.held += new.content.held();
        let is_document = new.kind == Kind::Document;
        let node = Node {
            id: new.id,
            view_id: ViewId(0),
            parent: NONE,
            first: NONE,
            last: NONE,
            next: NONE,
            prev: NONE,
            created: new.version,
            placed: new.version,
            changed: new.version,
            born: new.version,
            tag: new.tag,
            depth: 0,
            kind: new.kind,
            namespace: new.namespace,
            masked: 0,
            holds_content: new.holds_content,
            unseen: false,
            gone: false,
            content: new.content,
            extra: None,
        };
        let slot = self.fill(node);
        self.index.add(new.id, slot);
        if is_document {
            self.documents.push(slot);
        }
        slot
    }

    fn fill(&mut self, node: Node) -> Slot {
        if let Some(slot) = self.free.pop() {
            self.nodes[slot as usize] = node;
            return Slot(slot);
        }
        if self.nodes.len() == self.nodes.capacity() {
            self.grow(1);
        }
        self.nodes.push(node);
        Slot((self.nodes.len() - 1) as u32)
    }

    /// Makes a linked-out subtree's slots free again. `forget` also gives their numbers free, as if never used.
    pub(crate) fn discard(&mut self, top: Slot, forget: bool) {
        let slots: Vec<Slot> = self.walk(top).collect();
        for n in slots {
            self.held -= self.held_by(n);
            self.adopted_held -= self.adopted(n).len();
            let node = self.node_mut(n);
            node.gone = true;
            node.content = Content::Nothing;
            node.extra = None;
            let (id, kind) = (node.id, node.kind);
            if kind == Kind::Document {
                self.documents.retain(|document| *document != n);
            }
            self.index.drop(id, forget);
            self.free.push(n.0);
        }
    }

    fn held_by(&self, n: Slot) -> usize {
        self.node(n).content.held() + self.extra(n).map_or(0, held_extra)
    }

    /// Puts a node among the children of `parent`, after one of them or first.
    pub(crate) fn link(&mut self, n: Slot, parent: Slot, after: Option<Slot>) {
        let next = match after {
            Some(after) => self.node(after).next,
            None => self.node(parent).first,
        };
        let node = self.node_mut(n);
        node.parent = parent.0;
        node.prev = raw(after);
        node.next = next;
        match after {
            Some(after) => self.node_mut(after).next = n.0,
            None => self.node_mut(parent).first = n.0,
        }
        match link(next) {
            Some(next) => self.node_mut(next).prev = n.0,
            None => self.node_mut(parent).last = n.0,
        }
    }

    /// Hangs a shadow root or a document beside the children of its host.
    pub(crate) fn attach(&mut self, n: Slot, host: Slot) {
        self.node_mut(n).parent = host.0;
        let kind = self.kind(n);
        let extra = self.extra_mut(host);
        if kind == Kind::Document {
            extra.document = Some(n);
        } else {
            extra.shadow = Some(n);
        }
    }

    /// Takes a node with all below it out of its place.
    pub(crate) fn unlink(&mut self, n: Slot) {
        let node = self.node(n);
        let (kind, parent, prev, next) = (node.kind, link(node.parent), node.prev, node.next);
        let node = self.node_mut(n);
        (node.parent, node.prev, node.next) = (NONE, NONE, NONE);
        let Some(parent) = parent else { return };
        if kind == Kind::Document {
            self.extra_mut(parent).document = None;
            return;
        }
        if kind.is_shadow() {
            self.extra_mut(parent).shadow = None;
            return;
        }
        match link(prev) {
            Some(prev) => self.node_mut(prev).next = next,
            None => self.node_mut(parent).first = next,
        }
        match link(next) {
            Some(next) => self.node_mut(next).prev = prev,
            None => self.node_mut(parent).last = prev,
        }
    }

    /// Replaces text or attributes and gives back what was there.
    pub(crate) fn replace_content(&mut self, n: Slot, content: Content) -> Content {
        self.held += content.held();
        let old = std::mem::replace(&mut self.node_mut(n).content, content);
        self.held -= old.held();
        old
    }

    /// Where among a node's attributes one is.
    pub(crate) fn attribute_index(&self, n: Slot, name: Atom) -> Option<usize> {
        let mut records = self.attribute_records(n).iter();
        records.position(|attribute| attribute.name == name)
    }

    /// Puts an attribute at a place among the others.
    pub(crate) fn insert_attribute(&mut self, n: Slot, index: usize, attribute: Attribute) {
        self.held += attribute.value.len() + ATTRIBUTE_BYTES;
        match &mut self.node_mut(n).content {
            Content::Attributes(attributes) => attributes.insert(index, attribute),
            content => *content = Content::Attributes(vec![attribute]),
        }
    }

    /// Puts an attribute in the place of another and gives that back.
    pub(crate) fn exchange_attribute(
        &mut self,
        n: Slot,
        index: usize,
        attribute: Attribute,
    ) -> Option<Attribute> {
        let Content::Attributes(attributes) = &mut self.node_mut(n).content else {
            return None;
        };
        let length = attribute.value.len();
        let was = std::mem::replace(&mut attributes[index], attribute);
        self.held = self.held + length - was.value.len();
        Some(was)
    }

    /// Takes an attribute from its place.
    pub(crate) fn take_attribute(&mut self, n: Slot, index: usize) -> Option<Attribute> {
        let Content::Attributes(attributes) = &mut self.node_mut(n).content else {
            return None;
        };
        let attribute = attributes.remove(index);
        self.held -= attribute.value.len() + ATTRIBUTE_BYTES;
        Some(attribute)
    }

    /// The attributes of a node, to say when they changed.
    pub(crate) fn attribute_records_mut(&mut self, n: Slot) -> &mut [Attribute] {
        match &mut self.node_mut(n).content {
            Content::Attributes(attributes) => attributes,
            Content::Nothing | Content::Text(_) => &mut [],
        }
    }

    /// Puts a tile of a canvas in a place, or takes it away, and gives back what was there.
    pub(crate) fn replace_tile(
        &mut self,
        n: Slot,
        at: TilePlace,
        tile: Option<Tile>,
    ) -> Option<Tile> {
        self.held += tile.as_ref().map_or(0, held_tile);
        let tiles = &mut self.extra_mut(n).tiles;
        let old = match tile {
            Some(tile) => tiles.insert(at, tile),
            None => tiles.remove(&at),
        };
        self.held -= old.as_ref().map_or(0, held_tile);
        old
    }

    /// Changes rare properties by `change`, keeping count of their text.
    pub(crate) fn change_extra<T>(&mut self, n: Slot, change: impl FnOnce(&mut Extra) -> T) -> T {
        let extra = self.node_mut(n).extra.get_or_insert_default();
        let before = (held_extra(extra), extra.adopted_held());
        let result = change(extra);
        let after = (held_extra(extra), extra.adopted_held());
        self.held = self.held + after.0 - before.0;
        self.adopted_held = self.adopted_held + after.1 - before.1;
        result
    }
}
