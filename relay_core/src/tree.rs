//! The arena that holds a page: documents, elements, texts and shadow roots, linked by slots.
//!
//! Knows structure and properties and when each changed; knows nothing of frames, masks' meaning or audiences. All walks are
//! iterative.

mod change;
mod constructed;
mod node;
mod touch;

use std::collections::BTreeMap;

use crate::allow::known;
use crate::atoms::{Atom, Atoms};
use crate::node_id::{NodeIndex, ViewId, VisitorId};
use crate::op::{Playback, Text};

pub(crate) use constructed::numbers;
pub(crate) use node::{
    Attribute, Constructed, Content, Dated, Extra, NewNode, Node, Screen, Sheet, SourceMask, Tile,
    TilePlace, Version,
};
pub use node::{DocumentInfo, Kind};
use node::{NO_DOCUMENT, NONE};
pub use touch::Touch;

/// A place in the arena. Reused after its node has left, so never kept across an applied frame: viewers know `ViewId`s,
/// and [`Tree::id`] tells two nodes in the same place apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// One page with all its frames' documents.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    free: Vec<u32>,
    pub(crate) atoms: Atoms,
    pub(crate) index: NodeIndex,
    root: Option<Slot>,
    documents: Vec<Slot>,
    pub(crate) screen: Screen,
    held: usize,
    /// Of these, bytes of lists of adopted sheets.
    adopted_held: usize,
    /// Sheets that script has constructed, by the visitor's numbers.
    constructed: BTreeMap<u32, Constructed>,
    /// Roots that have adopted some; those that left or no longer do are still among them for a while.
    adopters: Vec<Slot>,
    /// When a sheet or a list of adopted ones last changed.
    pub(crate) sheets_changed: Version,
    /// How often a node has been looked at, so that tests can say what work is.
    #[cfg(test)]
    pub(crate) looks: std::cell::Cell<usize>,
}

fn link(slot: u32) -> Option<Slot> {
    (slot != NONE).then_some(Slot(slot))
}

fn raw(slot: Option<Slot>) -> u32 {
    slot.map_or(NONE, |slot| slot.0)
}

impl Tree {
    /// The page's document.
    #[must_use]
    pub fn root(&self) -> Option<Slot> {
        self.root
    }

    /// What a node is.
    #[must_use]
    pub fn kind(&self, n: Slot) -> Kind {
        self.node(n).kind
    }

    /// The number the visitor gave it, never given twice until the page's document is replaced.
    #[must_use]
    pub fn id(&self, n: Slot) -> VisitorId {
        self.node(n).id
    }

    /// The number viewers know it by, never given twice in a session.
    #[must_use]
    pub fn view_id(&self, n: Slot) -> ViewId {
        self.node(n).view_id
    }

    /// The node it is a child of; none for documents and shadow roots.
    #[must_use]
    pub fn parent(&self, n: Slot) -> Option<Slot> {
        let node = self.node(n);
        if node.kind.is_attached() {
            return None;
        }
        link(node.parent)
    }

    /// Of a shadow root: its element; of a frame's document: the frame element.
    #[must_use]
    pub fn host(&self, n: Slot) -> Option<Slot> {
        let node = self.node(n);
        if node.kind.is_attached() {
            return link(node.parent);
        }
        None
    }

    /// Parent, else host: the chain along which masks are inherited.
    #[must_use]
    pub fn composed_parent(&self, n: Slot) -> Option<Slot> {
        link(self.node(n).parent)
    }

    /// The first of its children, which are never shadow roots or documents.
    #[must_use]
    pub fn first_child(&self, n: Slot) -> Option<Slot> {
        link(self.node(n).first)
    }

    /// The last of its children.
    #[must_use]
    pub fn last_child(&self, n: Slot) -> Option<Slot> {
        link(self.node(n).last)
    }

    /// The child of the same parent after it.
    #[must_use]
    pub fn next_sibling(&self, n: Slot) -> Option<Slot> {
        link(self.node(n).next)
    }

    /// The child of the same parent before it.
    #[must_use]
    pub fn prev_sibling(&self, n: Slot) -> Option<Slot> {
        link(self.node(n).prev)
    }

    /// The shadow root of an element.
    #[must_use]
    pub fn shadow_root(&self, n: Slot) -> Option<Slot> {
        self.extra(n).and_then(|extra| extra.shadow)
    }

    /// The document inside a frame element.
    #[must_use]
    pub fn content_document(&self, n: Slot) -> Option<Slot> {
        self.extra(n).and_then(|extra| extra.document)
    }

    /// The nearest document above, through shadow hosts; itself for a document.
    #[must_use]
    pub fn owner_document(&self, n: Slot) -> Slot {
        let mut at = n;
        while self.kind(at) != Kind::Document {
            match self.composed_parent(at) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }

    /// Of an element, of `names::namespace`.
    #[must_use]
    pub fn namespace(&self, n: Slot) -> u32 {
        u32::from(self.node(n).namespace)
    }

    /// The qualified name of an element; empty for other nodes.
    #[must_use]
    pub fn tag(&self, n: Slot) -> &str {
        let node = self.node(n);
        if node.kind == Kind::Element {
            return self.atoms.name(node.tag);
        }
        ""
    }

    /// The tag's atom; only of use for an element.
    #[must_use]
    pub fn tag_atom(&self, n: Slot) -> Atom {
        self.node(n).tag
    }

    /// The atom under which this page files a name, if any node may have it.
    #[must_use]
    pub fn atom(&self, name: &str) -> Option<Atom> {
        self.atoms.find(name)
    }

    /// An attribute by its qualified name, exactly as given.
    #[must_use]
    pub fn attribute(&self, n: Slot, name: &str) -> Option<&str> {
        self.attributes(n)
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    /// The value of an attribute whose atom is known.
    pub(crate) fn attribute_value(&self, n: Slot, name: Atom) -> Option<&str> {
        let records = self.attribute_records(n);
        let record = records.iter().find(|record| record.name == name)?;
        Some(&record.value)
    }

    /// All attributes: qualified name and value.
    pub fn attributes(&self, n: Slot) -> impl Iterator<Item = (&str, &str)> {
        self.attribute_records(n)
            .iter()
            .map(|attribute| (self.atoms.name(attribute.name), &*attribute.value))
    }

    /// The data of a text node; empty for other nodes.
    #[must_use]
    pub fn text(&self, n: Slot) -> &str {
        match &self.node(n).content {
            Content::Text(text) => text,
            Content::Nothing | Content::Attributes(_) => "",
        }
    }

    /// The data of a text node as it is held.
    pub(crate) fn text_data(&self, n: Slot) -> Option<&Text> {
        match &self.node(n).content {
            Content::Text(text) => Some(text),
            Content::Nothing | Content::Attributes(_) => None,
        }
    }

    /// The value property of a control, if the visitor has sent one.
    #[must_use]
    pub fn value(&self, n: Slot) -> Option<&str> {
        self.extra(n).and_then(|extra| extra.value.is.as_deref())
    }

    /// Bits of `names::state`.
    #[must_use]
    pub fn state(&self, n: Slot) -> u32 {
        self.extra(n).map_or(0, |extra| extra.state.is)
    }

    /// Base address and source text as `set_sheet` gave them.
    #[must_use]
    pub fn sheet(&self, n: Slot) -> Option<(&str, &str)> {
        let sheet = self.extra(n)?.sheet.is.as_ref()?;
        Some((&sheet.base, &sheet.text))
    }

    /// Level, label, width and height of the mask that `set_mask` put on this very node.
    #[must_use]
    pub fn source_mask(&self, n: Slot) -> Option<(u32, &str, u32, u32)> {
        let mask = self.extra(n)?.mask.is.as_ref()?;
        Some((mask.level, &mask.label, mask.width, mask.height))
    }

    /// Why what this element shows cannot be shared, of `names::placeholder`.
    #[must_use]
    pub fn placeholder(&self, n: Slot) -> Option<u32> {
        self.extra(n).and_then(|extra| extra.placeholder.is)
    }

    /// What the visitor has told of what a canvas or video shows: column, row and base64 of each tile.
    pub fn tiles(&self, n: Slot) -> impl Iterator<Item = ((u32, u32), &str)> {
        let tiles = self.extra(n).into_iter().flat_map(|extra| &extra.tiles);
        tiles.map(|(place, tile)| (*place, &*tile.picture))
    }

    /// The animations that run on an element, as CSS.
    #[must_use]
    pub fn animation(&self, n: Slot) -> &str {
        let animation = self.extra(n).and_then(|extra| extra.animation.is.as_ref());
        animation.map_or("", Text::as_str)
    }

    /// What time it is for animations, in ms, if the visitor has said so.
    #[must_use]
    pub fn clock(&self) -> Option<u32> {
        self.screen.clock.is
    }

    /// How far a video or audio has been played, if the visitor has said so.
    #[must_use]
    pub fn playback(&self, n: Slot) -> Option<Playback> {
        self.extra(n).and_then(|extra| extra.playback.is)
    }

    /// What the visitor's browser answers to media features, bits of `names::media`, if it has said so.
    #[must_use]
    pub fn media(&self) -> Option<u32> {
        self.screen.media
    }

    /// The innermost element that the pointer hovers, and the one that it presses.
    #[must_use]
    pub fn hover(&self) -> (Option<Slot>, Option<Slot>) {
        self.screen.hover.is
    }

    /// Elements that came to the top of a top layer, in that order; each once.
    pub fn lifted(&self) -> impl Iterator<Item = Slot> {
        self.screen.lifted.iter().map(|(n, _)| *n)
    }

    /// Scroll offsets, left and top.
    #[must_use]
    pub fn scroll(&self, n: Slot) -> (i32, i32) {
        self.extra(n).map_or((0, 0), |extra| extra.scroll.is)
    }

    /// What only a document has; all empty for another node.
    #[must_use]
    pub fn document(&self, n: Slot) -> &DocumentInfo {
        self.extra(n)
            .and_then(|extra| extra.info.as_deref())
            .unwrap_or(&NO_DOCUMENT)
    }

    /// The focused element.
    #[must_use]
    pub fn focus(&self) -> Option<Slot> {
        self.screen.focus.is
    }

    /// The pointer in CSS px of the viewport, and 1 while it is pressed.
    #[must_use]
    pub fn pointer(&self) -> Option<(i32, i32, u32)> {
        self.screen.pointer.is
    }

    /// Width and height in CSS px, device pixel ratio in thousandths.
    #[must_use]
    pub fn viewport(&self) -> Option<(u32, u32, u32)> {
        self.screen.viewport.is
    }

    /// Whether no viewer is shown this node, being inside an element whose content is not shown.
    #[must_use]
    pub fn is_unseen(&self, n: Slot) -> bool {
        self.node(n).unseen
    }

    /// Upper bound of the slots in use, for side tables.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.nodes.len()
    }

    /// Nodes that the page has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    /// Whether there is no page.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of text held by nodes, as `limits.held_text` counts them.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held
    }

    /// Bytes of the lists of adopted sheets.
    pub(crate) fn adopted_held(&self) -> usize {
        self.adopted_held
    }

    /// The documents of the page, its own included.
    #[must_use]
    pub fn documents(&self) -> &[Slot] {
        &self.documents
    }

    /// Whether an attribute of a node names an address: whatever does as CSS does has a parenthesis.
    pub(crate) fn names_address(&self, n: Slot) -> bool {
        self.attribute_records(n).iter().any(|record| {
            known::address(record.name, self.atoms.name(record.name)) || record.value.contains('(')
        })
    }

    /// Preorder of the composed tree from `n` down: content document, shadow root, then the children.
    pub fn walk(&self, n: Slot) -> impl Iterator<Item = Slot> {
        let mut next = Some(n);
        std::iter::from_fn(move || {
            let at = next?;
            next = self.first_below(at).or_else(|| self.following(at, n));
            Some(at)
        })
    }

    /// Where a preorder walk goes on from `at` without what is below it; `None` when `top` is done.
    pub(crate) fn following(&self, at: Slot, top: Slot) -> Option<Slot> {
        let mut at = at;
        while at != top {
            if let Some(next) = self.beside(at) {
                return Some(next);
            }
            at = self.composed_parent(at)?;
        }
        None
    }

    /// What comes first below a node in preorder.
    pub(crate) fn first_below(&self, n: Slot) -> Option<Slot> {
        let attached = self
            .extra(n)
            .and_then(|extra| extra.document.or(extra.shadow));
        attached.or_else(|| self.first_child(n))
    }

    /// What comes after a node and all below it among what is below the same node in preorder.
    pub(crate) fn beside(&self, n: Slot) -> Option<Slot> {
        let node = self.node(n);
        let host = link(node.parent);
        match node.kind {
            Kind::Document => {
                host.and_then(|host| self.shadow_root(host).or_else(|| self.first_child(host)))
            }
            Kind::ShadowOpen | Kind::ShadowClosed => host.and_then(|host| self.first_child(host)),
            Kind::Element | Kind::Text => link(node.next),
        }
    }

    pub(crate) fn node(&self, n: Slot) -> &Node {
        #[cfg(test)]
        self.looks.set(self.looks.get() + 1);
        &self.nodes[n.0 as usize]
    }

    pub(crate) fn extra(&self, n: Slot) -> Option<&Extra> {
        self.node(n).extra.as_deref()
    }

    /// Bytes of its text or attributes.
    pub(crate) fn content_held(&self, n: Slot) -> usize {
        self.node(n).content.held()
    }

    pub(crate) fn attribute_records(&self, n: Slot) -> &[Attribute] {
        match &self.node(n).content {
            Content::Attributes(attributes) => attributes,
            Content::Nothing | Content::Text(_) => &[],
        }
    }
}
