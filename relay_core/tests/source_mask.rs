//! What a mask set at the source erases stays erased, and what comes later is not let in (docs/protocol.md, "The tree").
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

use std::sync::Arc;

use relay_core::encoder::Encoder;
use relay_core::frame::{Direction, Head};
use relay_core::limits::Limits;
use relay_core::mask::Plan;
use relay_core::names::BULLETS;
use relay_core::node_id::VisitorId;
use relay_core::op::{NewDocument, Op, Shape, Subtree, SubtreeNode, Text, What};
use relay_core::replica::{Change, Replica};
use relay_core::tree::{Slot, Tree};

const SECRET: &str = "4111111111111112";

struct Relay {
    replica: Replica,
    audience: u32,
    sequence: u64,
}

fn text(of: &str) -> Text {
    of.into()
}

fn shapes() -> Vec<Shape> {
    let shape = |tag: &str, attributes: &[&str]| Shape {
        namespace: 0,
        tag: text(tag),
        attributes: attributes.iter().map(|name| text(name)).collect(),
    };
    vec![
        shape("div", &["class", "title"]),
        shape("input", &["type", "placeholder"]),
    ]
}

fn nodes(nodes: &[(u32, u32, What)], values: &[&str]) -> Subtree {
    Subtree {
        nodes: nodes
            .iter()
            .map(|(id, depth, what)| SubtreeNode {
                id: *id,
                depth: *depth,
                what: *what,
            })
            .collect(),
        values: values.iter().map(|value| text(value)).collect(),
    }
}

/// Document 1 > div 2 > (div 3 > (text 4, input 5, text 6 of white space), div 7).
fn page() -> Vec<Op> {
    let document = Op::Document(Box::new(NewDocument {
        node: 1,
        frame: 0,
        address: text("https://shop.example/"),
        base: text(""),
        title: text("Shop"),
        doctype: text("html"),
        quirks: 0,
    }));
    let content = nodes(
        &[
            (2, 0, What::Element(0)),
            (3, 1, What::Element(0)),
            (4, 2, What::Text),
            (5, 2, What::Element(1)),
            (6, 2, What::Text),
            (7, 1, What::Element(0)),
        ],
        &[
            "page", "", "box", SECRET, SECRET, "checkbox", SECRET, " \n", "other", "",
        ],
    );
    let insert = Op::Insert {
        parent: 1,
        after: 0,
        nodes: content,
    };
    let value = Op::SetValue {
        node: 5,
        value: text(SECRET),
    };
    let scroll = Op::SetScroll {
        node: 3,
        left: 0,
        top: 9,
    };
    vec![
        document,
        insert,
        value,
        Op::SetState {
            node: 5,
            bits: 1 + 8,
        },
        scroll,
    ]
}

fn mask(node: u32, level: u32) -> Op {
    Op::SetMask {
        node,
        level,
        label: text("Card"),
        width: 10,
        height: 20,
    }
}

fn insert(parent: u32) -> Op {
    Op::Insert {
        parent,
        after: 0,
        nodes: nodes(
            &[
                (20, 0, What::Element(0)),
                (21, 1, What::Text),
                (22, 1, What::Text),
            ],
            &["box", SECRET, SECRET, " "],
        ),
    }
}

impl Relay {
    fn new() -> Self {
        let mut replica = Replica::new(Limits::default(), b"key", "https://relay.example/a");
        let plan = Arc::new(Plan::compile(&[]).expect("no rules are right"));
        let audience = replica.add_audience(plan).expect("an audience");
        let mut relay = Self {
            replica,
            audience,
            sequence: 0,
        };
        relay.send(&page());
        relay
    }

    fn send(&mut self, ops: &[Op]) -> Change {
        self.sequence += 1;
        let mut encoder = Encoder::default();
        for op in ops {
            encoder.op(op, &shapes());
        }
        let head = Head {
            direction: Direction::Visitor,
            epoch: 1,
            sequence: self.sequence,
            base: 0,
            partial: false,
        };
        let frame = encoder.finish(&head, usize::MAX);
        self.replica.apply(&frame).expect("a right frame")
    }

    fn tree(&self) -> &Tree {
        self.replica.tree()
    }

    fn slot(&self, id: u32) -> Slot {
        let tree = self.tree();
        let root = tree.root().expect("a page");
        let found = tree.walk(root).find(|n| tree.id(*n) == VisitorId(id));
        found.unwrap_or_else(|| panic!("no node {id}"))
    }

    /// Nothing of the tree, nor of what any viewer is sent from now on, has the secret.
    fn assert_clean(&mut self) {
        let tree = self.replica.tree();
        let root = tree.root().expect("a page");
        for n in tree.walk(root) {
            let mut texts: Vec<&str> = vec![tree.text(n), tree.value(n).unwrap_or("")];
            texts.extend(tree.attributes(n).map(|(_, value)| value));
            assert!(texts.iter().all(|text| !text.contains(SECRET)), "{texts:?}");
        }
        let html = self.replica.html(self.audience).expect("an audience");
        assert!(!html.contains(SECRET));
        let version = self.replica.version();
        for since in 0..=version {
            let delta = self.replica.delta(self.audience, since).expect("a delta");
            let found = delta
                .windows(SECRET.len())
                .any(|bytes| bytes == SECRET.as_bytes());
            assert!(!found, "since {since}");
        }
    }
}

#[test]
fn text_level_erases_texts_values_states_and_attributes() {
    let mut relay = Relay::new();
    let change = relay.send(&[mask(3, 1)]);
    assert_eq!(change.alarms, 0);
    relay.assert_clean();
    let tree = relay.tree();
    assert_eq!(tree.text(relay.slot(4)), BULLETS);
    assert_eq!(tree.text(relay.slot(6)), " \n");
    assert_eq!(tree.value(relay.slot(5)), Some(BULLETS));
    assert_eq!(tree.state(relay.slot(5)), 8);
    assert_eq!(tree.scroll(relay.slot(3)), (0, 0));
    assert_eq!(tree.attribute(relay.slot(3), "class"), Some("box"));
    assert_eq!(tree.attribute(relay.slot(3), "title"), None);
    assert_eq!(tree.attribute(relay.slot(5), "type"), Some("checkbox"));
}

#[test]
fn hide_and_block_drop_all_below() {
    for level in [2, 3] {
        let mut relay = Relay::new();
        relay.send(&[mask(3, level)]);
        relay.assert_clean();
        assert_eq!(relay.tree().len(), 4);
        assert_eq!(relay.tree().first_child(relay.slot(3)), None);
    }
}

#[test]
fn what_comes_later_is_masked_and_counted() {
    let mut relay = Relay::new();
    relay.send(&[mask(3, 1)]);
    let inserted = relay.send(&[insert(3)]);
    assert_eq!(inserted.alarms, 2, "an attribute and a text");
    let ops = [
        Op::SetText {
            node: 4,
            text: text(SECRET),
        },
        Op::SetValue {
            node: 5,
            value: text(SECRET),
        },
        Op::SetState { node: 5, bits: 1 },
        Op::SetScroll {
            node: 3,
            left: 1,
            top: 1,
        },
        Op::SetAttribute {
            node: 3,
            name: text("title"),
            value: text(SECRET),
        },
        Op::SetAttributes {
            node: 5,
            attributes: vec![(text("placeholder"), text(SECRET))],
        },
    ];
    assert_eq!(relay.send(&ops).alarms, 6);
    relay.assert_clean();
    assert_eq!(relay.replica.counts().alarms, 8);
}

#[test]
fn what_comes_masked_is_no_alarm() {
    let mut relay = Relay::new();
    relay.send(&[mask(3, 1)]);
    let ops = [
        Op::SetText {
            node: 4,
            text: text(BULLETS),
        },
        Op::SetText {
            node: 6,
            text: text("\t"),
        },
        Op::SetValue {
            node: 5,
            value: text(BULLETS),
        },
        Op::SetState { node: 5, bits: 16 },
        Op::SetAttribute {
            node: 3,
            name: text("class"),
            value: text("wide"),
        },
    ];
    assert_eq!(relay.send(&ops).alarms, 0);
    assert_eq!(relay.tree().attribute(relay.slot(3), "class"), Some("wide"));
}

#[test]
fn what_is_moved_in_is_erased() {
    let mut relay = Relay::new();
    relay.send(&[mask(7, 1)]);
    let moved = Op::Move {
        node: 3,
        count: 1,
        parent: 7,
        after: 0,
    };
    assert_eq!(relay.send(&[moved]).alarms, 3, "element 3, text 4, input 5");
    relay.assert_clean();
    let back = Op::Move {
        node: 3,
        count: 1,
        parent: 2,
        after: 0,
    };
    relay.send(&[
        back,
        Op::SetText {
            node: 4,
            text: text(SECRET),
        },
    ]);
    relay.assert_clean();
}

#[test]
fn nothing_gets_below_what_is_hidden() {
    let mut relay = Relay::new();
    relay.send(&[mask(7, 2)]);
    assert_eq!(relay.send(&[insert(7)]).alarms, 1);
    assert_eq!(relay.tree().len(), 7);
    let moved = Op::Move {
        node: 3,
        count: 1,
        parent: 7,
        after: 0,
    };
    assert_eq!(relay.send(&[moved]).alarms, 1);
    assert_eq!(relay.tree().len(), 3);
    relay.assert_clean();
}

#[test]
fn a_level_never_falls() {
    let mut relay = Relay::new();
    relay.send(&[mask(3, 2)]);
    relay.send(&[mask(3, 1), mask(3, 0)]);
    let level = relay.tree().source_mask(relay.slot(3)).map(|mask| mask.0);
    assert_eq!(level, Some(2));
    assert_eq!(relay.send(&[insert(3)]).alarms, 1);
    relay.assert_clean();
}

#[test]
fn a_masked_page_has_no_content() {
    let mut relay = Relay::new();
    relay.send(&[mask(1, 3)]);
    assert_eq!(relay.tree().len(), 1);
    relay.assert_clean();
}

#[test]
fn nul_becomes_the_replacement_character() {
    let mut relay = Relay::new();
    relay.send(&[
        Op::SetText {
            node: 4,
            text: text("a\0b"),
        },
        Op::SetAttribute {
            node: 7,
            name: text("id"),
            value: text("\0"),
        },
    ]);
    assert_eq!(relay.tree().text(relay.slot(4)), "a\u{fffd}b");
    assert_eq!(
        relay.tree().attribute(relay.slot(7), "id"),
        Some("\u{fffd}")
    );
}
