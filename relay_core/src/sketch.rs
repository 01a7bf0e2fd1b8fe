//! Pages for tests, written like HTML: `<p id=a class="x y">text<br/></p>`.
//!
//! `svg:`, `math:` and `other:` before a tag are namespaces; `<#open>` and `<#closed>` are shadow roots, `<#document>` is the document of
//! a frame. Names with `!` are properties: `!state=1 !value=x !mask=2 !label=x !box=10 !sheet=text !sheetbase=… !focus`, of a document
//! `!address !base !title !quirks`.

use crate::names::namespace;
use crate::node_id::VisitorId;
use crate::op::Text;
use crate::tree::{Attribute, Content, DocumentInfo, Kind, NewNode, Sheet, Slot, SourceMask, Tree};

/// A page in the making.
#[derive(Default)]
pub(crate) struct Sketch {
    pub(crate) tree: Tree,
    last_id: u32,
}

/// The page of a text.
pub(crate) fn page(text: &str) -> Tree {
    page_in("", text)
}

/// The page of a text whose document has these properties.
pub(crate) fn page_in(properties: &str, text: &str) -> Tree {
    let mut sketch = Sketch::default();
    let root = sketch.node(Kind::Document, 0, "", Content::Nothing);
    sketch.tree.set_root(Some(root));
    for (name, value) in attributes(properties) {
        sketch.property(root, &name, &value);
    }
    sketch.fill(root, text);
    sketch.tree
}

/// The element with this id.
pub(crate) fn find(tree: &Tree, id: &str) -> Slot {
    let root = tree.root().expect("a page");
    tree.walk(root)
        .find(|n| tree.attribute(*n, "id") == Some(id))
        .unwrap_or_else(|| panic!("no {id}"))
}

impl Sketch {
    pub(crate) fn node(&mut self, kind: Kind, namespace: u32, tag: &str, content: Content) -> Slot {
        self.last_id += 1;
        let tag = self.tree.atoms.intern(tag);
        let id = VisitorId(self.last_id);
        let n = self.tree.create(NewNode {
            id,
            kind,
            namespace: namespace as u8,
            tag,
            content,
            version: 1,
            holds_content: true,
        });
        if kind == Kind::Document {
            let info = DocumentInfo {
                base: "https://shop.example/".into(),
                ..DocumentInfo::default()
            };
            self.tree
                .change_extra(n, |extra| extra.info = Some(Box::new(info)));
        }
        n
    }

    pub(crate) fn attribute(&mut self, name: &str, value: &str) -> Attribute {
        Attribute {
            name: self.tree.atoms.intern(name),
            changed: 1,
            value: value.into(),
        }
    }

    pub(crate) fn text(&mut self, text: &str) -> Slot {
        self.node(Kind::Text, 0, "", Content::Text(text.into()))
    }

    /// Appends what a text describes.
    pub(crate) fn fill(&mut self, top: Slot, text: &str) {
        let mut open = vec![top];
        let mut rest = text;
        while !rest.is_empty() {
            let Some(tag) = rest.strip_prefix('<') else {
                let end = rest.find('<').unwrap_or(rest.len());
                let text = self.text(&rest[..end]);
                self.append(text, open[open.len() - 1]);
                rest = &rest[end..];
                continue;
            };
            let end = tag_end(tag);
            let (inside, after) = (&tag[..end], &tag[end + 1..]);
            rest = after;
            if inside.starts_with('/') {
                open.pop();
                assert!(!open.is_empty(), "not balanced: {text}");
                continue;
            }
            let element = self.open(inside.trim_end_matches('/'), open[open.len() - 1]);
            if !inside.ends_with('/') {
                open.push(element);
            }
        }
        assert_eq!(open.len(), 1, "not balanced: {text}");
    }

    pub(crate) fn append(&mut self, n: Slot, parent: Slot) {
        let last = self.tree.last_child(parent);
        self.tree.link(n, parent, last);
    }

    fn open(&mut self, inside: &str, parent: Slot) -> Slot {
        let (tag, rest) = inside.split_once(' ').unwrap_or((inside, ""));
        let special = match tag {
            "#open" => Some(Kind::ShadowOpen),
            "#closed" => Some(Kind::ShadowClosed),
            "#document" => Some(Kind::Document),
            _ => None,
        };
        let n = if let Some(kind) = special {
            let n = self.node(kind, 0, "", Content::Nothing);
            self.tree.attach(n, parent);
            n
        } else {
            let (namespace, tag) = namespaced(tag);
            let records = attributes(rest)
                .into_iter()
                .filter(|(name, _)| !name.starts_with('!'));
            let records: Vec<_> = records
                .map(|(name, value)| self.attribute(&name, &value))
                .collect();
            let n = self.node(Kind::Element, namespace, tag, Content::Attributes(records));
            self.append(n, parent);
            n
        };
        for (name, value) in attributes(rest) {
            self.property(n, &name, &value);
        }
        n
    }

    pub(crate) fn property(&mut self, n: Slot, name: &str, value: &str) {
        if name == "!focus" {
            self.tree.screen.focus.is = Some(n);
            return;
        }
        let number: u32 = value.parse().unwrap_or(0);
        let text: Text = value.into();
        self.tree.change_extra(n, |extra| {
            let mut mask = extra.mask.is.clone().unwrap_or(SourceMask {
                level: 0,
                label: "".into(),
                width: 0,
                height: 0,
            });
            match name {
                "!state" => (extra.state.is, extra.state.changed) = (number, 1),
                "!value" => extra.value.is = Some(text),
                "!scroll" => extra.scroll.is = (number.cast_signed(), number.cast_signed()),
                "!sheet" => {
                    extra.sheet.is = Some(Sheet {
                        base: "".into(),
                        text,
                    });
                }
                "!sheetbase" => {
                    let sheet = extra.sheet.is.take();
                    extra.sheet.is = sheet.map(|sheet| Sheet {
                        base: text,
                        ..sheet
                    });
                }
                "!mask" => mask.level = number,
                "!label" => mask.label = text,
                "!box" => (mask.width, mask.height) = (number, number),
                _ => {}
            }
            if mask.level > 0 {
                extra.mask.is = Some(mask);
            }
            if let Some(info) = &mut extra.info {
                match name {
                    "!address" => info.address = value.into(),
                    "!base" => info.base = value.into(),
                    "!title" => info.title = value.into(),
                    "!quirks" => info.quirks = number,
                    _ => {}
                }
            }
        });
    }
}

fn namespaced(tag: &str) -> (u32, &str) {
    match tag.split_once(':') {
        Some(("svg", tag)) => (namespace::SVG, tag),
        Some(("math", tag)) => (namespace::MATHML, tag),
        Some(("other", tag)) => (namespace::OTHER, tag),
        _ => (namespace::HTML, tag),
    }
}

/// Where a tag ends; quotes may hold `>`.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    panic!("unclosed tag: {tag}")
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (close, start) = quote.map_or((' ', 0), |quote| (quote, 1));
            let end = after[start..]
                .find(close)
                .map_or(after.len(), |end| end + start);
            value = &after[start..end];
            rest = after.get(end + start..).unwrap_or("");
        }
        found.push((name, value.to_owned()));
        rest = rest.trim_start();
    }
    found
}

/// Numbers that look random and come again with the same seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
