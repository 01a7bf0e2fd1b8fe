//! The projection as HTML text, for tests, dumps and the search for what must not be in it. No viewer is ever sent this.

use crate::assets::Assets;
use crate::mask::Marks;
use crate::names::namespace;
use crate::projection::Projector;
use crate::tree::{Kind, Slot, Tree};

/// Elements without an end tag.
const EMPTY: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// What is still to be written.
enum Step {
    Node(Slot),
    Text(String),
}

/// All of a page that the audience of `marks` may see. Shadow roots are `template` elements, the documents of frames follow their
/// element's start tag in a `template` too; sheets are the text of their elements, values and states are attributes `data-…`.
pub fn serialise(tree: &Tree, marks: &Marks, assets: &mut Assets) -> String {
    let mut writer = Writer {
        projector: Projector {
            tree,
            marks,
            assets,
        },
        out: String::new(),
        steps: Vec::new(),
    };
    writer.steps.extend(tree.root().map(Step::Node));
    writer.run();
    writer.out
}

struct Writer<'a> {
    projector: Projector<'a>,
    out: String,
    steps: Vec<Step>,
}

impl Writer<'_> {
    fn run(&mut self) {
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Text(text) => self.out.push_str(&text),
                Step::Node(n) => self.node(n),
            }
        }
    }

    fn node(&mut self, n: Slot) {
        match self.projector.tree.kind(n) {
            Kind::Text => {
                let text = self.projector.text(n);
                escape(&text, &mut self.out);
            }
            Kind::Document => self.document(n),
            Kind::ShadowOpen => self.template("shadowrootmode", "open", n),
            Kind::ShadowClosed => self.template("shadowrootmode", "closed", n),
            Kind::Element => self.element(n),
        }
    }

    fn document(&mut self, n: Slot) {
        let address = self.projector.address(n).into_owned();
        let is_page = self.projector.tree.host(n).is_none();
        if is_page {
            self.children(n);
        } else {
            self.template("data-document", &address, n);
        }
    }

    fn template(&mut self, name: &str, value: &str, n: Slot) {
        self.out.push_str("<template");
        self.write_attribute(name, value);
        self.out.push('>');
        self.steps.push(Step::Text("</template>".to_owned()));
        self.children(n);
    }

    fn element(&mut self, n: Slot) {
        let projected = self.projector.element(n);
        self.out.push('<');
        self.out.push_str(&projected.tag);
        for (name, value) in &projected.attributes {
            self.write_attribute(name, value);
        }
        self.properties(n);
        self.out.push('>');
        if projected.namespace == namespace::HTML && EMPTY.contains(&projected.tag.as_ref()) {
            return self.link_sheet(n);
        }
        self.steps.push(Step::Text(format!("</{}>", projected.tag)));
        self.own_sheet(n);
        if projected.content {
            self.children(n);
            self.steps
                .extend(self.projector.tree.shadow_root(n).map(Step::Node));
            self.steps
                .extend(self.projector.tree.content_document(n).map(Step::Node));
        }
    }

    fn properties(&mut self, n: Slot) {
        if let Some(value) = self.projector.value(n) {
            self.write_attribute("data-value", &value);
        }
        let state = self.projector.state(n);
        if state != 0 {
            self.write_attribute("data-state", &state.to_string());
        }
        if let Some((level, label, ..)) = self.projector.mask(n) {
            self.write_attribute("data-mask", &level.to_string());
            self.write_attribute("data-label", label);
        }
    }

    /// Text in a style element is no markup; only its end must not come early.
    fn own_sheet(&mut self, n: Slot) {
        if let Some(sheet) = self.projector.sheet(n) {
            self.out.push_str(&sheet.replace("</", "<\\/"));
        }
    }

    fn link_sheet(&mut self, n: Slot) {
        if let Some(sheet) = self.projector.sheet(n) {
            self.out.push_str("<style>");
            self.out.push_str(&sheet.replace("</", "<\\/"));
            self.out.push_str("</style>");
        }
    }

    fn children(&mut self, n: Slot) {
        let tree = self.projector.tree;
        let last = tree.last_child(n);
        self.steps
            .extend(std::iter::successors(last, |child| tree.prev_sibling(*child)).map(Step::Node));
    }

    fn write_attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(value, &mut self.out);
        self.out.push('"');
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            _ => out.push(c),
        }
    }
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
