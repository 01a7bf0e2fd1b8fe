//! The projection as HTML text, for tests, dumps and the search for what must not be in it. No viewer is ever sent this.

use crate::assets::Assets;
use crate::mask::Marks;
use crate::names::{BULLETS, namespace};
use crate::projection::Projector;
use crate::tree::{Kind, Slot, Tree};
use std::borrow::Cow;

/// Elements without an end tag.
const EMPTY: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
const LONGEST_EMPTY: usize = 6;

/// All of a page that the audience of `marks` may see. Shadow roots are `template` elements, the documents of frames follow their
/// element's start tag in a `template` too; sheets are the text of their elements, values and states are attributes `data-…`.
pub fn serialise(tree: &Tree, marks: &Marks, assets: &mut Assets) -> String {
    let mut writer = Writer {
        projector: Projector::new(tree, marks, assets),
        out: String::with_capacity(tree.held() + TAGS * tree.len()),
        ends: Vec::new(),
    };
    if let Some(root) = tree.root() {
        writer.run(root);
    }
    writer.out
}

/// Bytes that a node's tags take, as a guess.
const TAGS: usize = 8;

/// What closes a node.
#[derive(Clone, Copy)]
enum End<'a> {
    Nothing,
    Tag(&'a str),
}

struct Writer<'a> {
    projector: Projector<'a>,
    out: String,
    /// Of the nodes that are open.
    ends: Vec<End<'a>>,
}

impl<'a> Writer<'a> {
    fn run(&mut self, root: Slot) {
        let tree = self.projector.tree;
        let mut at = root;
        loop {
            let (end, is_open) = self.open(at);
            if is_open && let Some(below) = tree.first_below(at) {
                self.ends.push(end);
                at = below;
                continue;
            }
            self.close(end);
            loop {
                if at == root {
                    return;
                }
                if let Some(beside) = tree.beside(at) {
                    at = beside;
                    break;
                }
                let (Some(above), Some(end)) = (tree.composed_parent(at), self.ends.pop()) else {
                    return;
                };
                at = above;
                self.close(end);
            }
        }
    }

    /// Writes what comes before the nodes below; gives what closes the node, and whether the nodes below are written.
    fn open(&mut self, n: Slot) -> (End<'a>, bool) {
        match self.projector.tree.kind(n) {
            Kind::Text => {
                self.text(n);
                (End::Nothing, false)
            }
            Kind::Document => {
                if self.projector.tree.host(n).is_none() {
                    return (End::Nothing, true);
                }
                let address = self.projector.address(n).into_owned();
                self.template("data-document", &address)
            }
            Kind::ShadowOpen => self.template("shadowrootmode", "open"),
            Kind::ShadowClosed => self.template("shadowrootmode", "closed"),
            Kind::Element => self.element(n),
        }
    }

    fn text(&mut self, n: Slot) {
        match self.projector.text(n) {
            Cow::Borrowed(BULLETS) => self.out.push_str(BULLETS),
            text => escape(&text, &mut self.out),
        }
    }

    fn template(&mut self, name: &str, value: &str) -> (End<'a>, bool) {
        self.out.push_str("<template");
        write_attribute(name, value, &mut self.out);
        self.out.push('>');
        (End::Tag("template"), true)
    }

    fn element(&mut self, n: Slot) -> (End<'a>, bool) {
        let shown = self.projector.shown(n);
        let (namespace, tag) = self.projector.name(n, shown);
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in self.projector.shown_attributes(n, shown) {
            write_attribute(&name, &value, &mut self.out);
        }
        self.properties(n);
        self.out.push('>');
        let sheet = self.projector.sheet(n);
        // Text in a style element is no markup; only its end must not come early.
        let sheet = sheet.map(|sheet| sheet.replace("</", "<\\/"));
        if is_empty(namespace, tag) {
            if let Some(sheet) = sheet {
                self.out.extend(["<style>", &sheet, "</style>"]);
            }
            return (End::Nothing, false);
        }
        if let Some(sheet) = sheet {
            self.out.push_str(&sheet);
        }
        (End::Tag(tag), self.projector.holds_content(n))
    }

    fn properties(&mut self, n: Slot) {
        // Of what is not masked only few elements have any.
        let projector = &self.projector;
        if projector.tree.extra(n).is_none() && projector.marks.level(n) == 0 {
            return;
        }
        if let Some(value) = projector.value(n) {
            write_attribute("data-value", &value, &mut self.out);
        }
        let state = projector.state(n);
        if state != 0 {
            write_attribute("data-state", &state.to_string(), &mut self.out);
        }
        if let Some((level, label, ..)) = projector.mask(n) {
            write_attribute("data-mask", &level.to_string(), &mut self.out);
            write_attribute("data-label", label, &mut self.out);
        }
    }

    fn close(&mut self, end: End) {
        if let End::Tag(tag) = end {
            self.out.push_str("</");
            self.out.push_str(tag);
            self.out.push('>');
        }
    }
}

fn is_empty(namespace: u32, tag: &str) -> bool {
    namespace == namespace::HTML && tag.len() <= LONGEST_EMPTY && EMPTY.contains(&tag)
}

fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(value, out);
    out.push('"');
}

/// Which bytes begin a character that is escaped, or may.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    escaped[b'&' as usize] = true;
    escaped[b'<' as usize] = true;
    escaped[b'>' as usize] = true;
    escaped[b'"' as usize] = true;
    escaped[0xc2] = true;
    escaped
};

fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| ESCAPED[b as usize]) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match chars.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            Some('\u{a0}') => out.push_str("&nbsp;"),
            other => out.extend(other),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Plan;
    use crate::sketch::page;
    use std::sync::Arc;

    #[test]
    fn text_attributes_and_sheets_are_escaped_each_in_its_way() {
        let tree = page(
            "<p title='\"<&'>a<b>&amp;</b>\u{a0}</p><style !sheet=\"p{content:'</style>'}\"/>",
        );
        let mut marks = Marks::new(Arc::new(Plan::compile(&[]).expect("rules")));
        marks.rebuild(&tree);
        let out = serialise(&tree, &marks, &mut Assets::new(b"key", "/a", 1));
        let expected = r#"<p title="&quot;&lt;&amp;">a<b>&amp;amp;</b>&nbsp;</p><style>p{content:'<\/style>'}</style>"#;
        assert_eq!(out, expected);
    }

    #[test]
    fn no_page_is_no_text() {
        let marks = Marks::new(Arc::new(Plan::compile(&[]).expect("rules")));
        assert_eq!(
            serialise(&Tree::default(), &marks, &mut Assets::new(b"key", "/a", 1)),
            ""
        );
    }
}
