//! A naive page: maps and lists, every op applied strictly. It stands for the visitor's DOM and for a viewer's stage.
#![allow(dead_code, clippy::panic, clippy::expect_used, clippy::unwrap_used)]

pub mod chance;
pub mod ops;
pub mod visitor;

use std::collections::{BTreeMap, HashSet};

use relay_core::frame::Frame;
use relay_core::op::{NodeNumber, Op, Shape, Subtree, What};
use relay_core::projection::Projector;
use relay_core::tree::{Kind, Slot};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub kind: Option<Kind>,
    pub parent: NodeNumber,
    pub children: Vec<NodeNumber>,
    pub shadow: NodeNumber,
    pub document: NodeNumber,
    pub namespace: u32,
    pub tag: String,
    pub attributes: BTreeMap<String, String>,
    pub text: String,
    pub value: Option<String>,
    pub state: u32,
    pub scroll: (i32, i32),
    pub sheet: String,
    pub mask: Option<(u32, String, u32, u32)>,
    pub placeholder: Option<u32>,
    pub tiles: BTreeMap<(u32, u32), String>,
    pub playback: [u32; 6],
    pub animation: String,
    pub adopted: String,
    pub address: String,
    pub title: String,
    pub doctype: String,
    pub quirks: u32,
}

impl Node {
    pub fn is_attached(&self) -> bool {
        self.kind.is_some_and(Kind::is_attached)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Page {
    pub nodes: BTreeMap<NodeNumber, Node>,
    pub used: HashSet<NodeNumber>,
    /// New nodes take the place of what has their numbers.
    pub mends: bool,
    pub root: NodeNumber,
    pub focus: NodeNumber,
    pub pointer: Option<(i32, i32, u32)>,
    pub viewport: Option<(u32, u32, u32)>,
    pub hover: (NodeNumber, NodeNumber),
    pub selection: [(NodeNumber, u32); 2],
    pub clock: Option<u32>,
    pub media: Option<u32>,
    pub constructed: BTreeMap<u32, String>,
    pub lifted: Vec<NodeNumber>,
}

type Check = Result<(), String>;

fn demand(holds: bool, what: &str) -> Check {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

impl Page {
    pub fn apply(&mut self, op: &Op, shapes: &[Shape]) -> Check {
        match op {
            Op::Document(new) => {
                if new.frame == 0 {
                    let used = std::mem::take(&mut self.used);
                    *self = Self {
                        used,
                        root: new.node,
                        ..Self::default()
                    };
                } else {
                    let old = self.get(new.frame)?.document;
                    if old != 0 {
                        self.drop_subtree(old);
                    }
                    self.get_mut(new.frame)?.document = new.node;
                }
                self.add(
                    new.node,
                    Node {
                        kind: Some(Kind::Document),
                        parent: new.frame,
                        address: new.address.to_string(),
                        title: new.title.to_string(),
                        doctype: new.doctype.to_string(),
                        quirks: new.quirks,
                        ..Node::default()
                    },
                )
            }
            Op::Insert {
                parent,
                after,
                nodes,
            } => self.insert(*parent, *after, nodes, shapes),
            Op::Move {
                node,
                count,
                parent,
                after,
            } => self.relocate(*node, *count, *parent, *after),
            Op::Remove { node, count } => {
                for n in self.run(*node, *count)? {
                    self.unlink(n);
                    self.drop_subtree(n);
                }
                Ok(())
            }
            Op::SetText { node, text } => {
                let node = self.get_mut(*node)?;
                demand(node.kind == Some(Kind::Text), "text of no text")?;
                node.text = text.to_string();
                Ok(())
            }
            Op::SetAttribute { node, name, value } => {
                let attributes = &mut self.element(*node)?.attributes;
                attributes.insert(name.to_string(), value.to_string());
                Ok(())
            }
            Op::RemoveAttribute { node, name } => {
                self.element(*node)?.attributes.remove(&**name);
                Ok(())
            }
            Op::SetAttributes { node, attributes } => {
                let pairs = attributes.iter();
                self.element(*node)?.attributes = pairs
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .collect();
                Ok(())
            }
            Op::SetValue { node, value } => {
                self.element(*node)?.value = Some(value.to_string());
                Ok(())
            }
            Op::SetState { node, bits } => {
                self.element(*node)?.state = *bits;
                Ok(())
            }
            Op::SetScroll { node, left, top } => {
                self.get_mut(*node)?.scroll = (*left, *top);
                Ok(())
            }
            Op::SetSheet { node, text, .. } => {
                let node = self.element(*node)?;
                let owns = matches!(&*node.tag, "style" | "link");
                demand(owns, "a sheet of no owner")?;
                node.sheet = text.to_string();
                Ok(())
            }
            Op::SetMask {
                node,
                level,
                label,
                width,
                height,
            } => {
                let node = self.get_mut(*node)?;
                let before = node.mask.as_ref().map_or(0, |mask| mask.0);
                demand(*level >= before, "a mask that falls")?;
                node.mask = Some((*level, label.to_string(), *width, *height));
                Ok(())
            }
            Op::SetPlaceholder { node, reason } => {
                let node = self.element(*node)?;
                node.placeholder = Some(*reason);
                node.tiles.clear();
                Ok(())
            }
            Op::SetTile {
                node,
                column,
                row,
                picture,
            } => {
                let node = self.element(*node)?;
                demand(["canvas", "video"].contains(&&*node.tag), "draws nothing")?;
                node.placeholder = None;
                node.tiles.insert((*column, *row), picture.to_string());
                Ok(())
            }
            Op::SetSelection {
                node,
                offset,
                end,
                end_offset,
            } => {
                let ends = [(*node, *offset), (*end, *end_offset)];
                let ends = ends.map(|(n, offset)| (self.known(n), offset));
                self.selection = if ends.iter().any(|(n, _)| *n == 0) {
                    [(0, 0); 2]
                } else {
                    ends
                };
                Ok(())
            }
            Op::SetAnimation { node, text } => {
                self.element(*node)?;
                self.get_mut(*node)?.animation = text.to_string();
                Ok(())
            }
            Op::SetClock { time } => {
                self.clock = Some(*time);
                Ok(())
            }
            Op::SetPlayback { node, playback } => {
                let node = self.element(*node)?;
                demand(["audio", "video"].contains(&&*node.tag), "plays nothing")?;
                node.playback = playback.numbers();
                Ok(())
            }
            Op::SetFocus { node } => {
                let node = self.known(*node);
                if node != 0 {
                    self.element(node)?;
                }
                self.focus = node;
                Ok(())
            }
            Op::SetPointer { x, y, down } => {
                self.pointer = Some((*x, *y, *down));
                Ok(())
            }
            Op::SetViewport {
                width,
                height,
                ratio,
            } => {
                self.viewport = Some((*width, *height, *ratio));
                Ok(())
            }
            Op::SetTitle { node, title } => {
                self.get_mut(*node)?.title = title.to_string();
                Ok(())
            }
            Op::SetAddress { node, address, .. } => {
                self.get_mut(*node)?.address = address.to_string();
                Ok(())
            }
            Op::Lift { node } => {
                self.element(*node)?;
                self.lifted.retain(|other| other != node);
                self.lifted.push(*node);
                Ok(())
            }
            Op::SetHover { node, active } => {
                let (node, active) = (self.known(*node), self.known(*active));
                for n in [node, active] {
                    demand(n == 0 || self.element(n).is_ok(), "hovers no element")?;
                }
                self.hover = (node, active);
                Ok(())
            }
            Op::SetMedia { features } => {
                self.media = Some(*features);
                Ok(())
            }
            Op::SetConstructed { sheet, text, .. } => {
                self.constructed.insert(*sheet, text.to_string());
                Ok(())
            }
            Op::SetAdopted { node, sheets } => {
                let node = self.get_mut(*node)?;
                demand(node.is_attached(), "no root")?;
                node.adopted = sheets.to_string();
                Ok(())
            }
            Op::Arrange { parent, runs } => {
                for run in runs {
                    let mut after = run.after;
                    for n in &run.nodes {
                        self.relocate(*n, 1, *parent, after)?;
                        after = *n;
                    }
                }
                Ok(())
            }
            Op::Verify { .. } => Ok(()),
        }
    }

    pub fn get(&self, n: NodeNumber) -> Result<&Node, String> {
        self.nodes.get(&n).ok_or(format!("no node {n}"))
    }

    fn get_mut(&mut self, n: NodeNumber) -> Result<&mut Node, String> {
        self.nodes.get_mut(&n).ok_or(format!("no node {n}"))
    }

    fn element(&mut self, n: NodeNumber) -> Result<&mut Node, String> {
        let node = self.get_mut(n)?;
        demand(node.kind == Some(Kind::Element), "not an element")?;
        Ok(node)
    }

    /// What is lost may be named before it comes again.
    fn known(&self, n: NodeNumber) -> NodeNumber {
        if self.mends && !self.nodes.contains_key(&n) {
            return 0;
        }
        n
    }

    fn add(&mut self, n: NodeNumber, node: Node) -> Check {
        if self.mends && self.nodes.contains_key(&n) {
            self.unlink(n);
            self.drop_subtree(n);
        }
        demand(
            n != 0 && (self.used.insert(n) || self.mends),
            "a number used twice",
        )?;
        self.nodes.insert(n, node);
        Ok(())
    }

    fn insert(
        &mut self,
        parent: NodeNumber,
        after: NodeNumber,
        subtree: &Subtree,
        shapes: &[Shape],
    ) -> Check {
        let mut values = subtree.values.iter();
        let mut path: Vec<NodeNumber> = Vec::new();
        let mut after = after;
        for new in &subtree.nodes {
            path.truncate(new.depth as usize);
            let above = path.last().copied().unwrap_or(parent);
            let mut node = Node {
                parent: above,
                ..Node::default()
            };
            match new.what {
                What::Text => {
                    node.kind = Some(Kind::Text);
                    node.text = values.next().ok_or("no value")?.to_string();
                }
                What::ShadowOpen => node.kind = Some(Kind::ShadowOpen),
                What::ShadowClosed => node.kind = Some(Kind::ShadowClosed),
                What::Element(shape) => {
                    let shape = &shapes[shape];
                    node.kind = Some(Kind::Element);
                    node.namespace = shape.namespace;
                    node.tag = shape.tag.to_string();
                    for name in &shape.attributes {
                        let value = values.next().ok_or("no value")?;
                        node.attributes.insert(name.to_string(), value.to_string());
                    }
                }
            }
            let is_attached = node.is_attached();
            self.add(new.id, node)?;
            if is_attached {
                demand(self.get(above)?.shadow == 0, "two shadow roots")?;
                demand(new.depth > 0 || after == 0, "a shadow root after something")?;
                self.get_mut(above)?.shadow = new.id;
            } else if new.depth == 0 {
                self.link(new.id, parent, after)?;
                after = new.id;
            } else {
                let last = self.get(above)?.children.last().copied().unwrap_or(0);
                self.link(new.id, above, last)?;
            }
            path.push(new.id);
        }
        Ok(())
    }

    fn link(&mut self, n: NodeNumber, parent: NodeNumber, after: NodeNumber) -> Check {
        self.get_mut(n)?.parent = parent;
        let above = self.get_mut(parent)?;
        demand(above.kind != Some(Kind::Text), "a child of a text")?;
        let at = match after {
            0 => 0,
            after => {
                let children = &above.children;
                let at = children.iter().position(|child| *child == after);
                at.ok_or("after no child of this parent")? + 1
            }
        };
        above.children.insert(at, n);
        Ok(())
    }

    pub fn run(&self, n: NodeNumber, count: u32) -> Result<Vec<NodeNumber>, String> {
        let node = self.get(n)?;
        if node.is_attached() {
            demand(count == 1 && node.parent != 0, "a run of roots")?;
            return Ok(vec![n]);
        }
        let siblings = &self.get(node.parent)?.children;
        let start = siblings
            .iter()
            .position(|child| *child == n)
            .expect("linked");
        let run = siblings.get(start..start + count as usize);
        Ok(run.ok_or("a run too long")?.to_vec())
    }

    fn relocate(
        &mut self,
        n: NodeNumber,
        count: u32,
        parent: NodeNumber,
        after: NodeNumber,
    ) -> Check {
        let run = self.run(n, count)?;
        demand(!self.get(n)?.is_attached(), "a root that moves")?;
        demand(!run.contains(&after), "after itself")?;
        demand(
            self.document_of(n) == self.document_of(parent),
            "to another document",
        )?;
        let mut after = after;
        for n in run {
            demand(!self.is_inside(parent, n), "a cycle")?;
            self.unlink(n);
            self.link(n, parent, after)?;
            after = n;
        }
        Ok(())
    }

    pub fn is_inside(&self, n: NodeNumber, top: NodeNumber) -> bool {
        let mut at = n;
        while at != 0 && at != top {
            at = self.nodes.get(&at).map_or(0, |node| node.parent);
        }
        at != 0
    }

    /// All in a node's own document that is below it.
    pub fn below(&self, top: NodeNumber) -> Vec<NodeNumber> {
        let mut found = Vec::new();
        let mut open = vec![top];
        while let Some(n) = open.pop() {
            let node = &self.nodes[&n];
            open.extend(&node.children);
            open.extend((node.shadow != 0).then_some(node.shadow));
            found.push(n);
        }
        found
    }

    pub fn document_of(&self, n: NodeNumber) -> NodeNumber {
        let mut at = n;
        while let Some(node) = self.nodes.get(&at) {
            if node.kind == Some(Kind::Document) {
                return at;
            }
            at = node.parent;
        }
        0
    }

    fn unlink(&mut self, n: NodeNumber) {
        let parent = self.nodes[&n].parent;
        if let Some(parent) = self.nodes.get_mut(&parent) {
            parent.children.retain(|child| *child != n);
            if parent.shadow == n {
                parent.shadow = 0;
            }
            if parent.document == n {
                parent.document = 0;
            }
        }
    }

    /// Takes away everything below a node.
    pub fn empty(&mut self, n: NodeNumber) {
        let node = &self.nodes[&n];
        let mut below = node.children.clone();
        below.extend([node.shadow, node.document].iter().filter(|n| **n != 0));
        for n in below {
            self.unlink(n);
            self.drop_subtree(n);
        }
    }

    fn drop_subtree(&mut self, top: NodeNumber) {
        let mut stack = vec![top];
        while let Some(n) = stack.pop() {
            if let Some(node) = self.nodes.remove(&n) {
                stack.extend(node.children);
                stack.extend([node.shadow, node.document].iter().filter(|n| **n != 0));
            }
            self.lifted.retain(|other| *other != n);
            if self.selection.iter().any(|(end, _)| *end == n) {
                self.selection = [(0, 0); 2];
            }
            if self.focus == n {
                self.focus = 0;
            }
            if self.hover.0 == n {
                self.hover.0 = 0;
            }
            if self.hover.1 == n {
                self.hover.1 = 0;
            }
        }
    }
}

/// A viewer: a page and the version it has.
#[derive(Clone, Debug, Default)]
pub struct Viewer {
    pub page: Page,
    pub version: u64,
}

impl Viewer {
    pub fn apply(&mut self, frame: &Frame) -> Check {
        let head = &frame.head;
        if head.base == 0 {
            self.page = Page::default();
        } else {
            demand(head.base == self.version, "a base that the viewer has not")?;
        }
        self.page.mends = head.base == head.sequence;
        for op in &frame.ops {
            let applied = self.page.apply(op, &frame.shapes);
            applied.map_err(|error| format!("{error} in {op:?}"))?;
        }
        self.version = head.sequence;
        Ok(())
    }

    /// Compares with the projection, walked from the tree.
    pub fn check(&self, mut projector: Projector<'_>) -> Check {
        let tree = projector.tree;
        let mut counted = 0;
        let mut stack = Vec::new();
        if let Some(root) = tree.root() {
            demand(self.page.root == tree.view_id(root).0, "another page")?;
            stack.push(root);
        }
        while let Some(n) = stack.pop() {
            counted += 1;
            let own = self.page.get(tree.view_id(n).0)?;
            Self::check_node(&mut projector, n, own)
                .map_err(|error| format!("{error} at {own:?}"))?;
            let kind = tree.kind(n);
            if kind == Kind::Element && !projector.element(n).content {
                demand(
                    own.children.is_empty() && own.shadow == 0 && own.document == 0,
                    "content that is not shown",
                )?;
                continue;
            }
            for sheet in own
                .adopted
                .split(' ')
                .filter_map(|sheet| sheet.parse().ok())
            {
                let text = self.page.constructed.get(&sheet);
                let text = text.map(String::as_str).unwrap_or_default();
                demand(
                    text == projector.constructed(sheet),
                    "another constructed sheet",
                )?;
            }
            let first = tree.first_child(n);
            let children: Vec<Slot> =
                std::iter::successors(first, |child| tree.next_sibling(*child)).collect();
            let views = children.iter().map(|child| tree.view_id(*child).0);
            if !views.eq(own.children.iter().copied()) {
                return Err(format!("other children of {own:?}"));
            }
            let attached = [tree.shadow_root(n), tree.content_document(n)];
            let views = attached.map(|n| n.map_or(0, |n| tree.view_id(n).0));
            demand(views == [own.shadow, own.document], "other roots")?;
            stack.extend(children);
            stack.extend(attached.into_iter().flatten());
        }
        demand(
            counted == self.page.nodes.len(),
            "nodes that are not on the page",
        )?;
        let end = |(n, offset): (Slot, u32)| (tree.view_id(n).0, offset);
        let selection = projector
            .selection()
            .map_or([(0, 0); 2], |(from, to)| [end(from), end(to)]);
        demand(self.page.selection == selection, "another selection")?;
        demand(self.page.clock == tree.clock(), "another clock")?;
        let focus = projector.focus().map_or(0, |n| tree.view_id(n).0);
        demand(self.page.focus == focus, "another focus")?;
        let (hovered, active) = projector.hover();
        let hover = [hovered, active].map(|n| n.map_or(0, |n| tree.view_id(n).0));
        demand(self.page.hover == hover.into(), "another hover")?;
        let lifted: Vec<NodeNumber> = (tree.lifted().filter(|n| projector.is_layered(*n)))
            .map(|n| tree.view_id(n).0)
            .collect();
        let is_layered = |n: &NodeNumber| lifted.contains(n);
        let own: Vec<NodeNumber> = self
            .page
            .lifted
            .iter()
            .copied()
            .filter(is_layered)
            .collect();
        demand(own == lifted, "another order of the top layer")?;
        demand(self.page.pointer == tree.pointer(), "another pointer")?;
        demand(self.page.viewport == tree.viewport(), "another viewport")
    }

    fn check_node(projector: &mut Projector<'_>, n: Slot, own: &Node) -> Check {
        let tree = projector.tree;
        demand(own.kind == Some(tree.kind(n)), "another kind")?;
        match tree.kind(n) {
            Kind::Text => demand(*own.text == *projector.text(n), "another text")?,
            Kind::Element => {
                let shown = projector.element(n);
                demand(own.tag == shown.tag, "another tag")?;
                demand(own.namespace == shown.namespace, "another namespace")?;
                demand(
                    own.attributes.len() == shown.attributes.len(),
                    "other attributes",
                )?;
                for (name, value) in &shown.attributes {
                    let same = own.attributes.get(&**name).map(String::as_str) == Some(&**value);
                    demand(same, "another attribute")?;
                }
                // An empty value says that what was shown no longer is.
                let can_lose = tree.value(n).is_some() || projector.marks.level(n) > 0;
                let lost = can_lose && own.value.as_deref() == Some("");
                let value = projector.value(n);
                let same = own.value.as_deref() == value.as_deref();
                demand(same || (value.is_none() && lost), "another value")?;
                demand(own.state == projector.state(n), "another state")?;
                let mut told = tree.tiles(n).peekable();
                let hidden = told.peek().is_some() && !projector.shows_drawing(n);
                let drawn = told.peek().is_some() && !hidden;
                let tiles = own.tiles.iter();
                let tiles = tiles.map(|(place, picture)| (*place, &**picture));
                let same = if hidden {
                    own.tiles.is_empty()
                } else {
                    told.eq(tiles)
                };
                demand(same, "another drawing")?;
                demand(
                    drawn || hidden || own.placeholder == tree.placeholder(n),
                    "another placeholder",
                )?;
                let playback = projector.playback(n).numbers();
                demand(own.playback == playback, "another playback")?;
                demand(own.animation == projector.animation(n), "other animations")?;
                let sheet = projector.sheet(n).unwrap_or_default();
                demand(own.sheet == sheet, "another sheet")?;
            }
            Kind::Document => {
                demand(own.title == projector.title(n), "another title")?;
                demand(own.address == projector.address(n), "another address")?;
                demand(own.quirks == tree.document(n).quirks, "another mode")?;
                demand(*own.doctype == *tree.document(n).doctype, "another doctype")?;
            }
            Kind::ShadowOpen | Kind::ShadowClosed => {}
        }
        demand(own.adopted == projector.adopted(n), "other adopted sheets")?;
        demand(own.scroll == projector.scroll(n), "another scroll")?;
        // A mask that no longer begins here may stay where viewers have it.
        if let Some((level, label, width, height)) = projector.mask(n) {
            let mask = Some((level, label.to_owned(), width, height));
            demand(own.mask == mask, "another mask")?;
        }
        Ok(())
    }
}
