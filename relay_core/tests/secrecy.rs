//! What a rule masks is not told by what stands beside it, to a viewer that follows the page.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

mod model;

use std::sync::Arc;

use model::Viewer;
use relay_core::encoder::Encoder;
use relay_core::frame::{Direction, Frame, Head};
use relay_core::limits::Limits;
use relay_core::mask::{Plan, Rule};
use relay_core::names::state;
use relay_core::op::{NewDocument, Op, Shape, Subtree, SubtreeNode, Text, What};
use relay_core::replica::Replica;

const SELECT: u32 = 2;
const SECRET_OPTION: u32 = 3;
const PUBLIC_OPTION: u32 = 4;

/// A page with its only viewer, who has always caught up.
struct Watch {
    replica: Replica,
    audience: u32,
    epoch: u64,
    sequence: u64,
    viewer: Viewer,
}

fn text(of: &str) -> Text {
    of.into()
}

fn plan(selector: &str) -> Arc<Plan> {
    let rule = Rule {
        selector: selector.into(),
        action: 1,
        label: String::new(),
    };
    Arc::new(Plan::compile(&[rule]).expect("a rule"))
}

/// Document 1 > select 2 > options 3 of class `s` and 4, the last selected; image 5.
fn page() -> Vec<Op> {
    let element = |id, depth, shape| SubtreeNode {
        id,
        depth,
        what: What::Element(shape),
    };
    let nodes = vec![
        element(SELECT, 0, 0),
        element(SECRET_OPTION, 1, 1),
        element(PUBLIC_OPTION, 1, 1),
        element(5, 0, 2),
    ];
    let values = ["s", "gold", "", "plain", "https://shop.example/i.png"];
    vec![
        Op::Document(Box::new(NewDocument {
            node: 1,
            frame: 0,
            address: text("https://shop.example/"),
            base: text(""),
            title: text("Shop"),
            doctype: text("html"),
            quirks: 0,
        })),
        Op::Insert {
            parent: 1,
            after: 0,
            nodes: Subtree {
                nodes,
                values: values.map(text).to_vec(),
            },
        },
        value("plain"),
        selected(PUBLIC_OPTION, true),
    ]
}

fn value(value: &str) -> Op {
    Op::SetValue {
        node: SELECT,
        value: text(value),
    }
}

fn selected(node: u32, is: bool) -> Op {
    let bits = if is { state::SELECTED } else { 0 };
    Op::SetState { node, bits }
}

impl Watch {
    fn new(selector: &str) -> Self {
        let mut replica = Replica::new(Limits::default(), b"key", "/a");
        let audience = replica.add_audience(plan(selector)).expect("an audience");
        let mut watch = Self {
            replica,
            audience,
            epoch: 0,
            sequence: 0,
            viewer: Viewer::default(),
        };
        watch.open_page();
        watch
    }

    fn open_page(&mut self) {
        self.epoch += 1;
        self.sequence = 0;
        self.send(&page());
    }

    fn send(&mut self, ops: &[Op]) {
        self.sequence += 1;
        let shape = |tag: &str, attributes: &[&str]| Shape {
            namespace: 0,
            tag: text(tag),
            attributes: attributes.iter().map(|name| text(name)).collect(),
        };
        let shapes = [
            shape("select", &[]),
            shape("option", &["class", "value"]),
            shape("img", &["src"]),
        ];
        let mut encoder = Encoder::default();
        for op in ops {
            encoder.op(op, &shapes);
        }
        let head = Head {
            direction: Direction::Visitor,
            epoch: self.epoch,
            sequence: self.sequence,
            base: 0,
            partial: false,
        };
        let frame = encoder.finish(&head, usize::MAX);
        self.replica.apply(&frame).expect("a right frame");
        self.follow();
    }

    fn follow(&mut self) {
        let delta = self.replica.delta(self.audience, self.viewer.version);
        let frame = Frame::decode(&delta.expect("a delta"), &Limits::default());
        let applied = self.viewer.apply(&frame.expect("a right frame"));
        applied.expect("ops that can be done");
        let viewer = &self.viewer;
        let checked = self
            .replica
            .project(self.audience, |projector| viewer.check(projector));
        checked.expect("the audience").expect("the projection");
    }

    /// What the viewer has: the select's value, and which options are selected.
    fn choice(&self) -> (Option<&str>, Vec<bool>) {
        let nodes = || self.viewer.page.nodes.values();
        let select = nodes().find(|node| node.tag == "select").expect("a select");
        let options = select.children.iter().map(|n| &self.viewer.page.nodes[n]);
        let selected = options.map(|option| option.state & state::SELECTED != 0);
        (select.value.as_deref(), selected.collect())
    }

    fn image(&self) -> String {
        let mut nodes = self.viewer.page.nodes.values();
        let image = nodes.find(|node| node.tag == "img").expect("an image");
        image.attributes["src"].clone()
    }
}

#[test]
fn a_choice_is_hidden_while_it_is_masked() {
    let mut watch = Watch::new(".s");
    assert_eq!(watch.choice(), (Some("plain"), vec![false, true]));
    let choose = |secret| {
        [
            value(if secret { "gold" } else { "plain" }),
            selected(SECRET_OPTION, secret),
            selected(PUBLIC_OPTION, !secret),
        ]
    };
    watch.send(&choose(true));
    assert_eq!(watch.choice(), (Some(""), vec![false, false]));
    watch.send(&choose(false));
    assert_eq!(watch.choice(), (Some("plain"), vec![false, true]));
    // A select with several chosen: the others say nothing beside the masked one.
    watch.send(&[selected(SECRET_OPTION, true)]);
    assert_eq!(watch.choice(), (Some(""), vec![false, false]));
}

#[test]
fn a_choice_is_taken_back_when_it_becomes_masked() {
    let mut watch = Watch::new(".other");
    watch.send(&[Op::SetAttribute {
        node: PUBLIC_OPTION,
        name: text("class"),
        value: text("other"),
    }]);
    assert_eq!(watch.choice(), (Some(""), vec![false, false]));
    let mut watch = Watch::new(".other");
    let before = watch.viewer.version;
    let version = watch
        .replica
        .set_plan(watch.audience, plan("option[value=plain]"));
    assert_eq!(version.expect("the audience"), before + 1);
    watch.follow();
    assert_eq!(watch.choice(), (Some(""), vec![false, false]));
}

#[test]
fn addresses_of_the_page_before_still_work() {
    let mut watch = Watch::new(".s");
    let image = watch.image();
    let id = image.strip_prefix("/a/").expect("an asset").to_owned();
    let is_known = |watch: &Watch| watch.replica.asset(&id).is_some();
    watch.sequence = 0;
    let empty = [page().remove(0)];
    watch.epoch += 1;
    watch.send(&empty);
    assert!(is_known(&watch));
    watch.epoch += 1;
    watch.sequence = 0;
    watch.send(&empty);
    assert!(!is_known(&watch));
    watch.open_page();
    assert!(is_known(&watch) && watch.image() == image);
}
