//! A visitor whose page changes at random: writes frames whose ops can be done.

use std::collections::BTreeMap;

use relay_core::encoder::Encoder;
use relay_core::frame::{Direction, Head};
use relay_core::names::{BULLETS, mask};
use relay_core::op::{
    NewDocument, NodeNumber, Op, Playback, Run, Shape, Subtree, SubtreeNode, Text, What,
};
use relay_core::tree::Kind;

use super::chance::Chance;
use super::{Node, Page};

const TAGS: &[(u32, &str)] = &[
    (0, "div"),
    (0, "div"),
    (0, "p"),
    (0, "span"),
    (0, "ul"),
    (0, "input"),
    (0, "textarea"),
    (0, "select"),
    (0, "option"),
    (0, "optgroup"),
    (0, "slot"),
    (0, "slot"),
    (0, "style"),
    (0, "link"),
    (0, "title"),
    (0, "script"),
    (0, "template"),
    (0, "object"),
    (0, "iframe"),
    (0, "iframe"),
    (0, "a"),
    (0, "img"),
    (0, "canvas"),
    (0, "video"),
    (0, "x-card"),
    (0, "x-card"),
    (0, "blink"),
    (1, "svg"),
    (1, "use"),
    (1, "style"),
    (2, "mi"),
    (3, "odd"),
];
const NAMES: &[&str] = &[
    "id",
    "class",
    "class",
    "class",
    "title",
    "href",
    "data-href",
    "src",
    "srcset",
    "style",
    "type",
    "rel",
    "data-x",
    "onclick",
    "value",
    "placeholder",
    "colspan",
    "autocomplete",
    "xlink:href",
    "slot",
    "name",
];
const VALUES: &[&str] = &[
    "",
    "a",
    "b",
    "a b",
    "secret",
    "cover",
    "https://shop.example/x?q=1#f",
    "../img/y.png",
    "javascript:alert(1)",
    "#frag",
    "password",
    "checkbox",
    "file",
    "stylesheet",
    "color: red; background: url(z.png)",
    "cc-number",
    "7",
];
const TEXTS: &[&str] = &[
    "",
    " ",
    "hello",
    "4111",
    "p { color: red }",
    BULLETS,
    "ünï 😀",
];
const SHEETS: &[&str] = &[
    "",
    "p { background: url(a.png) }",
    "@import 'b.css';",
    "@media (prefers-color-scheme: dark) { a:hover { color: red } }",
];

pub struct Visitor {
    pub page: Page,
    pub epoch: u64,
    pub sequence: u64,
    /// Frames say that there is more of the page.
    pub partial: bool,
    next: NodeNumber,
    shapes: Vec<Shape>,
    ops: Vec<Op>,
}

fn text(of: &str) -> Text {
    of.into()
}

impl Visitor {
    pub fn new() -> Self {
        Self {
            page: Page::default(),
            epoch: 0,
            sequence: 0,
            partial: false,
            next: 1,
            shapes: Vec::new(),
            ops: Vec::new(),
        }
    }

    /// The bytes of the ops so far, as the next frame. With `extra`, that op after them.
    pub fn frame(&mut self, extra: Option<&Op>) -> Vec<u8> {
        let head = Head {
            direction: Direction::Visitor,
            epoch: self.epoch,
            sequence: self.sequence,
            base: 0,
            partial: self.partial,
        };
        let mut encoder = Encoder::default();
        for op in self.ops.iter().chain(extra) {
            encoder.op(op, &self.shapes);
        }
        encoder.finish(&head, usize::MAX)
    }

    /// Starts another page.
    pub fn open_page(&mut self, chance: &mut Chance, size: usize) {
        self.begin();
        self.epoch += 1;
        self.sequence = 1;
        if chance.once_in(2) {
            // Numbers begin anew with a page.
            self.next = 1;
            self.page.used.clear();
        }
        let node = self.number(chance);
        self.start_document(chance, node, 0);
        self.insert_below(chance, node, size);
        if chance.once_in(2) {
            self.apply(Op::SetViewport {
                width: 800,
                height: 600,
                ratio: 1000,
            });
        }
    }

    /// Starts a page that is the one there is, under other numbers, with up to `most` changes.
    pub fn open_alike(&mut self, chance: &mut Chance, most: usize) {
        let last = std::mem::take(&mut self.page);
        self.begin();
        self.epoch += 1;
        self.sequence = 1;
        self.page.used.clone_from(&last.used);
        if chance.once_in(2) {
            self.next = 1;
            self.page.used.clear();
        }
        let mut ids = BTreeMap::new();
        let mut documents = vec![(last.root, 0)];
        while let Some((document, frame)) = documents.pop() {
            self.copy_document(chance, &last, (document, frame), &mut ids);
            for n in last.below(document) {
                let inner = last.nodes[&n].document;
                if inner != 0 && ids.contains_key(&n) {
                    documents.push((inner, ids[&n]));
                }
            }
        }
        for (n, copy) in &ids {
            // Not all that a page has had is sent with the next.
            if !chance.once_in(12) {
                self.copy_properties(&last.nodes[n], *copy);
            }
        }
        self.copy_screen(chance, &last, &ids);
        for _ in 0..chance.below(most + 1) {
            self.change(chance);
        }
    }

    fn copy_document(
        &mut self,
        chance: &mut Chance,
        last: &Page,
        (document, frame): (NodeNumber, NodeNumber),
        ids: &mut BTreeMap<NodeNumber, NodeNumber>,
    ) {
        let node = self.number(chance);
        ids.insert(document, node);
        let info = &last.nodes[&document];
        let elsewhere = chance.once_in(3);
        let base = if elsewhere {
            "https://shop.example/"
        } else {
            ""
        };
        self.apply(Op::Document(Box::new(NewDocument {
            node,
            frame,
            address: text(if elsewhere {
                "https://shop.example/next?q"
            } else {
                &info.address
            }),
            base: text(base),
            title: text(&info.title),
            doctype: text(&info.doctype),
            quirks: info.quirks,
        })));
        let mut subtree = Subtree::default();
        let mut open: Vec<(NodeNumber, u32)> = Vec::new();
        open.extend(info.children.iter().rev().map(|n| (*n, 0)));
        while let Some((n, depth)) = open.pop() {
            let own = &last.nodes[&n];
            let id = self.number(chance);
            ids.insert(n, id);
            let what = match own.kind {
                Some(Kind::Text) => {
                    subtree.values.push(text(&own.text));
                    What::Text
                }
                Some(Kind::ShadowOpen) => What::ShadowOpen,
                Some(Kind::ShadowClosed) => What::ShadowClosed,
                _ => {
                    let values = own.attributes.values();
                    subtree.values.extend(values.map(|value| text(value)));
                    let names = own.attributes.keys().map(|name| text(name)).collect();
                    self.file(own.namespace, &own.tag, names)
                }
            };
            subtree.nodes.push(SubtreeNode { id, depth, what });
            open.extend(own.children.iter().rev().map(|n| (*n, depth + 1)));
            open.extend((own.shadow != 0).then_some((own.shadow, depth + 1)));
        }
        if !subtree.nodes.is_empty() {
            self.apply(Op::Insert {
                parent: node,
                after: 0,
                nodes: subtree,
            });
        }
    }

    fn copy_properties(&mut self, own: &Node, node: NodeNumber) {
        if let Some(value) = &own.value {
            let value = text(value);
            self.apply(Op::SetValue { node, value });
        }
        if own.state != 0 {
            let bits = own.state;
            self.apply(Op::SetState { node, bits });
        }
        if own.scroll != (0, 0) {
            let (left, top) = own.scroll;
            self.apply(Op::SetScroll { node, left, top });
        }
        if !own.sheet.is_empty() {
            let (base, text) = (text(""), text(&own.sheet));
            self.apply(Op::SetSheet { node, base, text });
        }
        if let Some(reason) = own.placeholder {
            self.apply(Op::SetPlaceholder { node, reason });
        }
        if !own.adopted.is_empty() {
            let sheets = text(&own.adopted);
            self.apply(Op::SetAdopted { node, sheets });
        }
        if let Some((level, label, width, height)) = own.mask.clone() {
            let label = text(&label);
            self.apply(Op::SetMask {
                node,
                level,
                label,
                width,
                height,
            });
        }
    }

    fn copy_screen(
        &mut self,
        chance: &mut Chance,
        last: &Page,
        ids: &BTreeMap<NodeNumber, NodeNumber>,
    ) {
        for (sheet, source) in &last.constructed {
            if !chance.once_in(3) {
                let (base, text) = (text(""), text(source));
                self.apply(Op::SetConstructed {
                    sheet: *sheet,
                    base,
                    text,
                });
            }
        }
        let copy = |n: &NodeNumber| ids.get(n).copied().unwrap_or(0);
        if chance.once_in(2) {
            let node = copy(&last.focus);
            self.apply(Op::SetFocus { node });
            let (node, active) = (copy(&last.hover.0), copy(&last.hover.1));
            self.apply(Op::SetHover { node, active });
        }
        if let Some(features) = last.media.filter(|_| !chance.once_in(4)) {
            self.apply(Op::SetMedia { features });
        }
        if let Some((width, height, ratio)) = last.viewport.filter(|_| chance.once_in(2)) {
            self.apply(Op::SetViewport {
                width,
                height,
                ratio,
            });
        }
    }

    /// Some changes to the page there is.
    pub fn change_page(&mut self, chance: &mut Chance, most: usize) {
        self.begin();
        self.sequence += 1;
        for _ in 0..=chance.below(most) {
            self.change(chance);
        }
    }

    fn begin(&mut self) {
        self.ops.clear();
        self.shapes.clear();
    }

    fn apply(&mut self, op: Op) {
        self.page
            .apply(&op, &self.shapes)
            .unwrap_or_else(|error| panic!("the visitor itself: {error} in {op:?}"));
        if let Op::SetMask { node, level, .. } = &op
            && *level >= mask::HIDE
        {
            self.page.empty(*node);
        }
        self.ops.push(op);
    }

    fn number(&mut self, chance: &mut Chance) -> NodeNumber {
        // Gaps happen: nodes that came and went unseen.
        self.next += u32::from(chance.once_in(8));
        self.next += 1;
        self.next - 1
    }

    fn all(&self, is_one: impl Fn(&Node) -> bool) -> Vec<NodeNumber> {
        let nodes = self.page.nodes.iter();
        nodes
            .filter(|(_, node)| is_one(node))
            .map(|(n, _)| *n)
            .collect()
    }

    fn one(&self, chance: &mut Chance, is_one: impl Fn(&Node) -> bool) -> Option<NodeNumber> {
        let all = self.all(is_one);
        (!all.is_empty()).then(|| chance.pick(&all))
    }

    fn is_emptied(node: &Node) -> bool {
        node.mask.as_ref().is_some_and(|mask| mask.0 >= mask::HIDE)
    }

    fn can_hold(node: &Node) -> bool {
        node.kind != Some(Kind::Text) && !Self::is_emptied(node)
    }

    fn change(&mut self, chance: &mut Chance) {
        let is_element = |node: &Node| node.kind == Some(Kind::Element);
        match chance.below(24) {
            0..=3 => {
                if let Some(parent) = self.one(chance, Self::can_hold) {
                    let size = 1 + chance.below(5);
                    self.insert_below(chance, parent, size);
                }
            }
            4..=8 => self.relocate(chance),
            9 => self.arrange(chance),
            10 => self.remove(chance),
            11 | 12 => {
                if let Some(node) = self.one(chance, |node| node.kind == Some(Kind::Text)) {
                    let text = text(chance.pick(TEXTS));
                    self.apply(Op::SetText { node, text });
                }
            }
            13..=17 => {
                if let Some(node) = self.one(chance, is_element) {
                    self.change_attributes(chance, node);
                }
            }
            18 => {
                if let Some(node) = self.one(chance, is_element) {
                    let value = text(chance.pick(TEXTS));
                    self.apply(Op::SetValue { node, value });
                }
            }
            19 => {
                if let Some(node) = self.one(chance, is_element) {
                    let bits = chance.below(32768) as u32;
                    self.apply(Op::SetState { node, bits });
                }
            }
            20 => {
                let scrolls = |node: &Node| is_element(node) || node.kind == Some(Kind::Document);
                if let Some(node) = self.one(chance, scrolls) {
                    let (left, top) = (-chance.int(2), chance.int(3));
                    self.apply(Op::SetScroll { node, left, top });
                }
            }
            21 => self.change_sheet(chance),
            22 => self.change_mask(chance),
            _ => self.change_rarely(chance),
        }
    }

    fn change_attributes(&mut self, chance: &mut Chance, node: NodeNumber) {
        let name = text(chance.pick(NAMES));
        match chance.below(4) {
            0 => self.apply(Op::RemoveAttribute { node, name }),
            1 => {
                let attributes = Self::attributes(chance);
                self.apply(Op::SetAttributes { node, attributes });
            }
            _ => {
                let value = text(chance.pick(VALUES));
                self.apply(Op::SetAttribute { node, name, value });
            }
        }
    }

    fn attributes(chance: &mut Chance) -> Vec<(Text, Text)> {
        let mut attributes: Vec<(Text, Text)> = Vec::new();
        for _ in 0..chance.below(4) {
            let name = chance.pick(NAMES);
            if attributes.iter().all(|(own, _)| **own != *name) {
                attributes.push((text(name), text(chance.pick(VALUES))));
            }
        }
        attributes
    }

    fn change_sheet(&mut self, chance: &mut Chance) {
        let owns = |node: &Node| node.tag == "style" || node.tag == "link";
        if let Some(node) = self.one(chance, owns) {
            let base = text(chance.pick(&["", "https://cdn.example/css/"]));
            let text = text(chance.pick(SHEETS));
            self.apply(Op::SetSheet { node, base, text });
        }
    }

    fn change_mask(&mut self, chance: &mut Chance) {
        let can = |node: &Node| matches!(node.kind, Some(Kind::Element | Kind::Document));
        let Some(node) = self.one(chance, can) else {
            return;
        };
        let is_document = self.page.nodes[&node].kind == Some(Kind::Document);
        if is_document && !chance.once_in(4) {
            return;
        }
        let before = self.page.nodes[&node]
            .mask
            .as_ref()
            .map_or(0, |mask| mask.0);
        let level = before.max(chance.pick(&[1, 1, 1, 2, 3]));
        let size = chance.below(3) as u32;
        self.apply(Op::SetMask {
            node,
            level,
            label: text(chance.pick(&["", "Account"])),
            width: size,
            height: size,
        });
    }

    fn change_rarely(&mut self, chance: &mut Chance) {
        let is_element = |node: &Node| node.kind == Some(Kind::Element);
        let is_document = |node: &Node| node.kind == Some(Kind::Document);
        match chance.below(16) {
            0 => {
                let node = self.one(chance, is_element).unwrap_or(0);
                self.apply(Op::SetFocus { node });
            }
            6 => {
                let node = self.one(chance, is_element).unwrap_or(0);
                let active = self.one(chance, is_element).unwrap_or(0);
                self.apply(Op::SetHover { node, active });
            }
            7 => self.apply(Op::SetMedia {
                features: chance.below(4) as u32,
            }),
            8 => {
                let sheet = 1 + chance.below(3) as u32;
                let base = text(chance.pick(&["", "https://cdn.example/css/"]));
                let text = text(chance.pick(SHEETS));
                self.apply(Op::SetConstructed { sheet, base, text });
            }
            13 => {
                let is_text = |node: &Node| node.kind == Some(Kind::Text);
                let start = self.one(chance, is_text).unwrap_or(0);
                let end = self.one(chance, is_element).filter(|_| start != 0);
                self.apply(Op::SetSelection {
                    node: start,
                    offset: chance.below(3) as u32,
                    end: end.unwrap_or(start),
                    end_offset: 1,
                });
            }
            14 => {
                if let Some(node) = self.one(chance, is_element) {
                    let texts = ["", "i { --time: 1 }", "i { animation: k 1s; --time: 2 }"];
                    let text = text(chance.pick(&texts));
                    self.apply(Op::SetAnimation { node, text });
                }
            }
            15 => self.apply(Op::SetClock {
                time: chance.below(9) as u32,
            }),
            11 | 12 => {
                if let Some(node) = self.one(chance, is_element) {
                    self.apply(Op::Lift { node });
                }
            }
            9 => {
                if let Some(node) = self.one(chance, Node::is_attached) {
                    let sheets = text(chance.pick(&["", "1", "2 1", "3 3 1 7"]));
                    self.apply(Op::SetAdopted { node, sheets });
                }
            }
            1 => self.apply(Op::SetPointer {
                x: chance.int(9),
                y: -1,
                down: chance.below(2) as u32,
            }),
            2 => {
                if let Some(node) = self.one(chance, is_document) {
                    let title = text(chance.pick(TEXTS));
                    self.apply(Op::SetTitle { node, title });
                }
            }
            3 => {
                if let Some(node) = self.one(chance, is_document) {
                    let base =
                        chance.pick(&["", "https://shop.example/", "https://other.example/d/"]);
                    let address = chance.pick(&["https://shop.example/a?b", "about:blank"]);
                    self.apply(Op::SetAddress {
                        node,
                        address: text(address),
                        base: text(base),
                    });
                }
            }
            4 => {
                let frames = |node: &Node| node.tag == "iframe" && !Self::is_emptied(node);
                let documents = self.all(is_document).len();
                if let Some(frame) = self.one(chance, frames).filter(|_| documents < 8) {
                    let node = self.number(chance);
                    self.start_document(chance, node, frame);
                    let size = 1 + chance.below(4);
                    self.insert_below(chance, node, size);
                }
            }
            5 => {
                let draws =
                    |node: &Node| ["canvas", "video"].contains(&&*node.tag) && node.namespace == 0;
                if let Some(node) = self.one(chance, draws) {
                    if self.page.nodes[&node].tag == "video" && chance.once_in(2) {
                        return self.play(chance, node);
                    }
                    let places = if self.page.nodes[&node].tag == "canvas" {
                        2
                    } else {
                        1
                    };
                    let (column, row) = (chance.below(places) as u32, chance.below(places) as u32);
                    let picture = text(chance.pick(&["", "iVBORw0KGgo=", "UklGRgAA"]));
                    self.apply(Op::SetTile {
                        node,
                        column,
                        row,
                        picture,
                    });
                }
            }
            _ => {
                if let Some(node) = self.one(chance, is_element) {
                    let reason = 1 + chance.below(4) as u32;
                    self.apply(Op::SetPlaceholder { node, reason });
                }
            }
        }
    }

    fn play(&mut self, chance: &mut Chance, node: NodeNumber) {
        let playback = Playback {
            time: chance.below(3) as u32,
            bits: chance.below(32) as u32,
            ..Playback::default()
        };
        self.apply(Op::SetPlayback { node, playback });
    }

    fn start_document(&mut self, chance: &mut Chance, node: NodeNumber, frame: NodeNumber) {
        self.apply(Op::Document(Box::new(NewDocument {
            node,
            frame,
            address: text("https://shop.example/page?token=1"),
            base: text(chance.pick(&["", "https://shop.example/"])),
            title: text("Shop"),
            doctype: text("html"),
            quirks: chance.below(3) as u32,
        })));
    }

    fn remove(&mut self, chance: &mut Chance) {
        let root = self.page.root;
        let can = |node: &Node| {
            node.parent != 0 && (!node.is_attached() || node.kind == Some(Kind::Document))
        };
        let Some(node) = self.one(chance, can).filter(|n| *n != root) else {
            return;
        };
        if self.page.nodes[&node].parent == root && !chance.once_in(4) {
            return;
        }
        let count = if chance.once_in(3) { 2 } else { 1 };
        let count = if self.page.run(node, count).is_ok() {
            count
        } else {
            1
        };
        self.apply(Op::Remove { node, count });
    }

    fn relocate(&mut self, chance: &mut Chance) {
        let Some(node) = self.one(chance, |node| !node.is_attached()) else {
            return;
        };
        let count = 1 + chance.below(3) as u32;
        let Ok(run) = self.page.run(node, count) else {
            return;
        };
        let document = self.page.document_of(node);
        let has_text = run
            .iter()
            .any(|n| self.page.nodes[n].kind == Some(Kind::Text));
        let parents: Vec<NodeNumber> = self
            .all(Self::can_hold)
            .into_iter()
            .filter(|parent| {
                let is_inside = run.iter().any(|n| self.page.is_inside(*parent, *n));
                let is_document = self.page.nodes[parent].kind == Some(Kind::Document);
                let is_misplaced = is_document && has_text;
                !is_inside && !is_misplaced && self.page.document_of(*parent) == document
            })
            .collect();
        if parents.is_empty() {
            return;
        }
        let parent = chance.pick(&parents);
        let mut places = self.page.nodes[&parent].children.clone();
        places.retain(|place| !run.contains(place));
        places.push(0);
        self.apply(Op::Move {
            node,
            count,
            parent,
            after: chance.pick(&places),
        });
    }

    /// Some children of one parent in another order.
    fn arrange(&mut self, chance: &mut Chance) {
        let Some(parent) = self.one(chance, |node| node.children.len() > 2) else {
            return;
        };
        let mut children = self.page.nodes[&parent].children.clone();
        for last in (1..children.len()).rev() {
            children.swap(last, chance.below(last + 1));
        }
        let runs = if chance.once_in(2) {
            vec![Run {
                after: children.pop().unwrap_or(0),
                nodes: children,
            }]
        } else {
            let mut runs = Vec::new();
            while let (Some(after), Some(node)) = (children.pop(), children.pop()) {
                runs.push(Run {
                    after,
                    nodes: vec![node],
                });
            }
            runs
        };
        self.apply(Op::Arrange { parent, runs });
    }

    /// Inserts about `size` nodes.
    fn insert_below(&mut self, chance: &mut Chance, parent: NodeNumber, size: usize) {
        let host = &self.page.nodes[&parent];
        let is_document = host.kind == Some(Kind::Document);
        let can_host = host.kind == Some(Kind::Element) && host.shadow == 0;
        let mut places = host.children.clone();
        places.push(0);
        let mut after = chance.pick(&places);
        let mut subtree = Subtree::default();
        let mut depths: Vec<(u32, bool)> = Vec::new();
        let is_root = can_host && chance.once_in(6);
        if is_root {
            after = 0;
        }
        let mut hosts_used: Vec<u32> = Vec::new();
        for index in 0..size {
            let depth = match depths.last() {
                None => 0,
                Some((last, can_hold)) => {
                    let deepest = if *can_hold { last + 1 } else { *last };
                    let highest = u32::from(is_root);
                    highest.max(deepest.saturating_sub(chance.below(3) as u32))
                }
            };
            let id = self.number(chance);
            let is_top_of_document = is_document && depth == 0;
            hosts_used.retain(|used| *used < depth);
            let above_is_element =
                index > 0 && depths.last().is_some_and(|(last, _)| *last + 1 == depth);
            let is_shadow = (index == 0 && is_root)
                || (above_is_element
                    && subtree
                        .nodes
                        .last()
                        .is_some_and(|node| matches!(node.what, What::Element(_)))
                    && chance.once_in(8));
            let what = if is_shadow {
                if chance.once_in(2) {
                    What::ShadowOpen
                } else {
                    What::ShadowClosed
                }
            } else if !is_top_of_document && chance.once_in(3) {
                subtree.values.push(text(chance.pick(TEXTS)));
                What::Text
            } else {
                self.shape(
                    chance,
                    &mut subtree,
                    is_top_of_document,
                    depth == 1 && is_document,
                )
            };
            depths.push((depth, what != What::Text));
            subtree.nodes.push(SubtreeNode { id, depth, what });
        }
        self.apply(Op::Insert {
            parent,
            after,
            nodes: subtree,
        });
    }

    fn shape(
        &mut self,
        chance: &mut Chance,
        subtree: &mut Subtree,
        is_html: bool,
        is_head: bool,
    ) -> What {
        let (namespace, tag) = match (is_html, is_head && chance.once_in(2)) {
            (true, _) => (0, "html"),
            (_, true) => (0, "head"),
            _ => chance.pick(TAGS),
        };
        let pairs = Self::attributes(chance);
        let (attributes, values): (Vec<Text>, Vec<Text>) = pairs.into_iter().unzip();
        subtree.values.extend(values);
        self.file(namespace, tag, attributes)
    }

    fn file(&mut self, namespace: u32, tag: &str, attributes: Vec<Text>) -> What {
        let shape = Shape {
            namespace,
            tag: text(tag),
            attributes,
        };
        let known = self.shapes.iter().position(|known| *known == shape);
        What::Element(known.unwrap_or_else(|| {
            self.shapes.push(shape);
            self.shapes.len() - 1
        }))
    }
}
