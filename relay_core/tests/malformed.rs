//! Frames that cannot be applied are refused with their kind and leave everything as it was.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

mod model;

use std::sync::Arc;

use model::chance::Chance;
use model::visitor::Visitor;
use relay_core::encoder::Encoder;
use relay_core::frame::{Direction, Head};
use relay_core::limits::Limits;
use relay_core::mask::Plan;
use relay_core::names::limit;
use relay_core::op::{NewDocument, Op, Shape, Subtree, SubtreeNode, What};
use relay_core::replica::Replica;

const DIV: What = What::Element(0);
const INPUT: What = What::Element(1);
const FRAME: What = What::Element(2);

fn shapes() -> Vec<Shape> {
    let shape = |tag: &str, attributes: &[&str]| Shape {
        namespace: 0,
        tag: tag.into(),
        attributes: attributes.iter().map(|name| (*name).into()).collect(),
    };
    vec![shape("div", &[]), shape("input", &[]), shape("iframe", &[])]
}

fn head(epoch: u64, sequence: u64) -> Head {
    Head {
        direction: Direction::Visitor,
        epoch,
        sequence,
        base: 0,
    }
}

fn frame(head: Head, ops: &[Op], deflate_from: usize) -> Vec<u8> {
    let mut encoder = Encoder::default();
    for op in ops {
        encoder.op(op, &shapes());
    }
    encoder.finish(&head, deflate_from)
}

fn document(node: u32, frame: u32) -> Op {
    Op::Document(Box::new(NewDocument {
        node,
        frame,
        address: "https://shop.example/".into(),
        base: "".into(),
        title: "".into(),
        doctype: "html".into(),
        quirks: 0,
    }))
}

fn insert(parent: u32, after: u32, nodes: &[(u32, u32, What)]) -> Op {
    let texts = nodes.iter().filter(|node| node.2 == What::Text);
    Op::Insert {
        parent,
        after,
        nodes: Subtree {
            values: texts.map(|_| "text".into()).collect(),
            nodes: nodes
                .iter()
                .map(|(id, depth, what)| SubtreeNode {
                    id: *id,
                    depth: *depth,
                    what: *what,
                })
                .collect(),
        },
    }
}

fn relocate(node: u32, count: u32, parent: u32, after: u32) -> Op {
    Op::Move {
        node,
        count,
        parent,
        after,
    }
}

/// A document 1 with 2 > (3 > (4 text, 5 input, 6), 7 > 8 text, 9 > shadow 10 > 11, 12 frame > document 13 > 14).
fn page() -> Vec<Op> {
    let nodes = [
        (2, 0, DIV),
        (3, 1, DIV),
        (4, 2, What::Text),
        (5, 2, INPUT),
        (6, 2, DIV),
        (7, 1, DIV),
        (8, 2, What::Text),
        (9, 1, DIV),
        (10, 2, What::ShadowOpen),
        (11, 3, DIV),
        (12, 1, FRAME),
    ];
    let inner = insert(13, 0, &[(14, 0, DIV)]);
    vec![
        document(1, 0),
        insert(1, 0, &nodes),
        document(13, 12),
        inner,
    ]
}

fn plan() -> Arc<Plan> {
    Arc::new(Plan::compile(&[]).expect("no rules are right"))
}

struct Relay {
    replica: Replica,
    audience: u32,
}

impl Relay {
    fn new(limits: Limits) -> Self {
        let mut replica = Replica::new(limits, b"key", "https://relay.example/a");
        let audience = replica.add_audience(plan()).expect("an audience");
        Self { replica, audience }
    }

    fn with_page() -> Self {
        let mut relay = Self::new(Limits::default());
        relay.send(&frame(head(1, 1), &page(), usize::MAX));
        relay
    }

    fn send(&mut self, frame: &[u8]) {
        self.replica.apply(frame).expect("a right frame");
    }

    fn state(&mut self) -> Vec<Vec<u8>> {
        let mut state = vec![self.replica.html(self.audience).unwrap().into_bytes()];
        for since in 0..=self.replica.version() {
            state.push(self.replica.delta(self.audience, since).unwrap());
        }
        let (tree, replica) = (self.replica.tree(), &self.replica);
        let counts = [tree.len(), tree.held(), tree.documents().len()];
        let order = [replica.version(), replica.epoch(), replica.sequence()];
        state.push(format!("{counts:?} {order:?}").into_bytes());
        state
    }

    /// Says the kind it is refused with; fails if it changes anything, or is not refused.
    fn refuse(&mut self, frame: &[u8]) -> &'static str {
        let before = self.state();
        let refused = self.replica.apply(frame).expect_err("a wrong frame");
        assert!(self.state() == before, "{refused} left something");
        refused.kind()
    }
}

fn constructed(sheet: u32, source: &str) -> Op {
    Op::SetConstructed {
        sheet,
        base: "".into(),
        text: source.into(),
    }
}

fn adopted(node: u32, sheets: &str) -> Op {
    Op::SetAdopted {
        node,
        sheets: sheets.into(),
    }
}

#[test]
fn ops_that_cannot_be_done() {
    let text = |text: &str| -> Arc<str> { text.into() };
    let cases: Vec<(&str, Vec<Op>)> = vec![
        ("unknown_node", vec![insert(99, 0, &[(20, 0, DIV)])]),
        ("unknown_node", vec![insert(2, 99, &[(20, 0, DIV)])]),
        ("unknown_node", vec![relocate(99, 1, 2, 0)]),
        ("unknown_node", vec![relocate(3, 1, 99, 0)]),
        ("unknown_node", vec![Op::Remove { node: 99, count: 1 }]),
        ("unknown_node", vec![Op::Remove { node: 0, count: 1 }]),
        ("unknown_node", vec![Op::SetFocus { node: 99 }]),
        (
            "unknown_node",
            vec![
                Op::Remove { node: 3, count: 1 },
                Op::SetText {
                    node: 4,
                    text: text("x"),
                },
            ],
        ),
        ("duplicate_node", vec![insert(2, 0, &[(3, 0, DIV)])]),
        (
            "duplicate_node",
            vec![insert(2, 0, &[(20, 0, DIV), (20, 0, DIV)])],
        ),
        (
            "duplicate_node",
            vec![
                Op::Remove { node: 3, count: 1 },
                insert(2, 0, &[(3, 0, DIV)]),
            ],
        ),
        ("duplicate_node", vec![document(5, 12)]),
        (
            "duplicate_node",
            vec![insert(9, 0, &[(20, 0, What::ShadowOpen)])],
        ),
        (
            "duplicate_node",
            vec![insert(
                2,
                0,
                &[
                    (20, 0, DIV),
                    (21, 1, What::ShadowOpen),
                    (22, 1, What::ShadowOpen),
                ],
            )],
        ),
        ("wrong_kind", vec![insert(4, 0, &[(20, 0, DIV)])]),
        (
            "wrong_kind",
            vec![insert(2, 0, &[(20, 0, What::Text), (21, 1, DIV)])],
        ),
        ("wrong_kind", vec![insert(1, 0, &[(20, 0, What::Text)])]),
        (
            "wrong_kind",
            vec![insert(10, 0, &[(20, 0, What::ShadowOpen)])],
        ),
        ("wrong_kind", vec![relocate(10, 1, 2, 0)]),
        ("wrong_kind", vec![relocate(13, 1, 2, 0)]),
        ("wrong_kind", vec![relocate(3, 1, 8, 0)]),
        ("wrong_kind", vec![relocate(8, 1, 1, 0)]),
        ("wrong_kind", vec![Op::Remove { node: 1, count: 1 }]),
        (
            "wrong_kind",
            vec![Op::SetText {
                node: 3,
                text: text("x"),
            }],
        ),
        (
            "wrong_kind",
            vec![Op::SetValue {
                node: 4,
                value: text("x"),
            }],
        ),
        ("wrong_kind", vec![Op::SetState { node: 1, bits: 1 }]),
        (
            "wrong_kind",
            vec![Op::SetScroll {
                node: 4,
                left: 0,
                top: 0,
            }],
        ),
        (
            "wrong_kind",
            vec![Op::SetTitle {
                node: 3,
                title: text("x"),
            }],
        ),
        ("wrong_kind", vec![Op::SetFocus { node: 8 }]),
        ("wrong_kind", vec![document(20, 4)]),
        ("cycle", vec![relocate(2, 1, 3, 0)]),
        ("cycle", vec![relocate(3, 1, 3, 0)]),
        ("cycle", vec![relocate(9, 1, 11, 0)]),
        ("cycle", vec![relocate(3, 3, 7, 0)]),
        ("position", vec![insert(2, 5, &[(20, 0, DIV)])]),
        ("position", vec![insert(9, 10, &[(20, 0, DIV)])]),
        ("position", vec![insert(12, 13, &[(20, 0, DIV)])]),
        (
            "position",
            vec![insert(6, 0, &[(20, 0, What::ShadowOpen), (21, 0, DIV)])],
        ),
        ("position", vec![relocate(3, 1, 2, 3)]),
        ("position", vec![relocate(3, 1, 2, 5)]),
        ("position", vec![relocate(3, 9, 9, 0)]),
        ("position", vec![relocate(14, 1, 2, 0)]),
        ("position", vec![relocate(3, 1, 14, 0)]),
        ("position", vec![Op::Remove { node: 7, count: 5 }]),
        ("position", vec![Op::Remove { node: 10, count: 2 }]),
        ("field", vec![Op::Remove { node: 7, count: 0 }]),
        ("field", vec![relocate(3, 0, 9, 0)]),
        (
            "field",
            vec![Op::SetState {
                node: 5,
                bits: 16384,
            }],
        ),
        ("field", vec![Op::SetMedia { features: 16384 }]),
        ("field", vec![constructed(0, "a{}")]),
        ("field", vec![adopted(1, "1  2")]),
        ("field", vec![adopted(1, "01")]),
        ("field", vec![adopted(1, "1,2")]),
        ("wrong_kind", vec![adopted(5, "1")]),
        ("wrong_kind", vec![Op::SetHover { node: 8, active: 0 }]),
        (
            "unknown_node",
            vec![Op::SetHover {
                node: 0,
                active: 99,
            }],
        ),
        ("field", vec![Op::SetPlaceholder { node: 5, reason: 5 }]),
        ("field", vec![Op::SetPlaceholder { node: 5, reason: 0 }]),
        (
            "field",
            vec![Op::SetPointer {
                x: 0,
                y: 0,
                down: 2,
            }],
        ),
        (
            "field",
            vec![Op::SetMask {
                node: 5,
                level: 4,
                label: text(""),
                width: 0,
                height: 0,
            }],
        ),
        (
            "field",
            vec![Op::SetAttributes {
                node: 5,
                attributes: vec![(text("id"), text("")), (text("id"), text(""))],
            }],
        ),
        ("epoch", vec![Op::SetFocus { node: 0 }, document(30, 0)]),
    ];
    let mut relay = Relay::with_page();
    for (kind, ops) in cases {
        let got = relay.refuse(&frame(head(1, 2), &ops, usize::MAX));
        assert_eq!(got, kind, "{ops:?}");
    }
}

#[test]
fn a_fault_in_the_last_op_undoes_all_before() {
    let text = |text: &str| -> Arc<str> { text.into() };
    let good = vec![
        Op::SetAttribute {
            node: 3,
            name: text("class"),
            value: text("a"),
        },
        Op::SetAttribute {
            node: 3,
            name: text("class"),
            value: text("b"),
        },
        Op::SetAttribute {
            node: 3,
            name: text("id"),
            value: text("c"),
        },
        Op::RemoveAttribute {
            node: 3,
            name: text("class"),
        },
        Op::SetAttributes {
            node: 3,
            attributes: vec![(text("title"), text("d"))],
        },
        Op::SetText {
            node: 4,
            text: text("other"),
        },
        Op::SetValue {
            node: 5,
            value: text("typed"),
        },
        Op::SetState { node: 5, bits: 1 },
        Op::SetScroll {
            node: 1,
            left: 0,
            top: 7,
        },
        Op::SetPlaceholder { node: 6, reason: 3 },
        Op::SetFocus { node: 5 },
        Op::SetPointer {
            x: 1,
            y: 2,
            down: 1,
        },
        Op::SetViewport {
            width: 3,
            height: 4,
            ratio: 1000,
        },
        Op::SetTitle {
            node: 1,
            title: text("Cart"),
        },
        Op::SetAddress {
            node: 1,
            address: text("https://a.example/"),
            base: text("https://b.example/"),
        },
        insert(
            11,
            0,
            &[
                (20, 0, DIV),
                (21, 1, What::ShadowOpen),
                (22, 2, What::Text),
                (23, 0, DIV),
            ],
        ),
        relocate(3, 2, 20, 0),
        relocate(9, 1, 2, 0),
        Op::SetMask {
            node: 7,
            level: 2,
            label: text("x"),
            width: 1,
            height: 1,
        },
        Op::SetMask {
            node: 20,
            level: 1,
            label: text(""),
            width: 0,
            height: 0,
        },
        document(30, 12),
        insert(30, 0, &[(31, 0, DIV)]),
        Op::Remove { node: 20, count: 2 },
        Op::Remove { node: 12, count: 1 },
    ];
    let fault = Op::SetText {
        node: 99,
        text: text("x"),
    };
    let mut relay = Relay::with_page();
    relay.send(&frame(head(1, 2), &[Op::SetFocus { node: 6 }], usize::MAX));
    for end in 0..=good.len() {
        let mut ops = good[..end].to_vec();
        ops.push(fault.clone());
        let got = relay.refuse(&frame(head(1, 3), &ops, usize::MAX));
        assert_eq!(got, "unknown_node", "after {end} ops");
    }
    relay.send(&frame(head(1, 3), &good, usize::MAX));
}

#[test]
fn a_page_that_is_refused_leaves_the_old_one() {
    let mut relay = Relay::with_page();
    let mut ops = page();
    ops.push(Op::SetFocus { node: 99 });
    assert_eq!(
        relay.refuse(&frame(head(2, 1), &ops, usize::MAX)),
        "unknown_node"
    );
    relay.send(&frame(head(1, 2), &[Op::SetFocus { node: 5 }], usize::MAX));
    relay.send(&frame(head(2, 1), &page(), usize::MAX));
}

#[test]
fn frames_out_of_order() {
    let mut relay = Relay::new(Limits::default());
    let nothing = |epoch, sequence| frame(head(epoch, sequence), &[], usize::MAX);
    let page = |epoch, sequence| frame(head(epoch, sequence), &page(), usize::MAX);
    assert_eq!(relay.refuse(&nothing(0, 1)), "epoch");
    assert_eq!(relay.refuse(&nothing(1, 1)), "epoch");
    assert_eq!(relay.refuse(&page(0, 1)), "epoch");
    assert_eq!(relay.refuse(&page(1, 2)), "sequence");
    relay.send(&page(1, 1));
    relay.send(&nothing(1, 2));
    assert_eq!(relay.refuse(&nothing(1, 2)), "sequence");
    assert_eq!(relay.refuse(&nothing(1, 4)), "sequence");
    assert_eq!(relay.refuse(&nothing(2, 1)), "epoch");
    assert_eq!(relay.refuse(&page(1, 3)), "epoch");
    relay.send(&page(7, 1));
    assert_eq!(relay.refuse(&nothing(1, 3)), "epoch");
    relay.send(&nothing(7, 2));
}

#[test]
fn a_viewers_frame_from_a_visitor() {
    let mut relay = Relay::with_page();
    let viewer = Head {
        direction: Direction::Viewer,
        ..head(1, 2)
    };
    assert_eq!(relay.refuse(&frame(viewer, &[], usize::MAX)), "message");
    let based = Head {
        base: 1,
        ..head(1, 2)
    };
    assert_eq!(relay.refuse(&frame(based, &[], usize::MAX)), "field");
}

#[test]
fn what_is_over_a_limit() {
    let long = "x".repeat(limit::TEXT + 1);
    let label = "x".repeat(limit::ATTRIBUTE_VALUE + 1);
    let name = "x".repeat(limit::NAME_LENGTH + 1);
    let pairs = |count: usize| -> Vec<(Arc<str>, Arc<str>)> {
        let names = (0..count).map(|number| format!("data-{number}"));
        names.map(|name| (name.into(), "".into())).collect()
    };
    let cases = vec![
        Op::SetText {
            node: 4,
            text: long.as_str().into(),
        },
        Op::SetValue {
            node: 5,
            value: long.as_str().into(),
        },
        Op::SetAttribute {
            node: 5,
            name: "id".into(),
            value: label.as_str().into(),
        },
        Op::SetAttribute {
            node: 5,
            name: name.as_str().into(),
            value: "".into(),
        },
        Op::SetAttributes {
            node: 5,
            attributes: pairs(limit::ATTRIBUTES + 1),
        },
        Op::SetTitle {
            node: 1,
            title: label.as_str().into(),
        },
        Op::SetMask {
            node: 5,
            level: 1,
            label: label.as_str().into(),
            width: 0,
            height: 0,
        },
    ];
    let mut relay = Relay::with_page();
    for op in cases {
        assert_eq!(relay.refuse(&frame(head(1, 2), &[op], usize::MAX)), "limit");
    }
    let style = Op::SetAttribute {
        node: 5,
        name: "style".into(),
        value: label.as_str().into(),
    };
    relay.send(&frame(head(1, 2), &[style], usize::MAX));
}

#[test]
fn each_structural_limit() {
    let run = |count: u32| -> Op {
        let nodes: Vec<_> = (0..count).map(|index| (100 + index, 0, DIV)).collect();
        insert(2, 0, &nodes)
    };
    let documents = |count: u32| -> Vec<Op> {
        let mut ops = Vec::new();
        for index in 0..count {
            ops.push(insert(2, 0, &[(100 + 2 * index, 0, FRAME)]));
            ops.push(document(101 + 2 * index, 100 + 2 * index));
        }
        ops
    };
    let nested = |count: u32| -> Vec<Op> {
        let mut ops = Vec::new();
        for index in 0..count {
            let parent = if index == 0 { 2 } else { 99 + 2 * index };
            ops.push(insert(parent, 0, &[(100 + 2 * index, 0, FRAME)]));
            ops.push(document(101 + 2 * index, 100 + 2 * index));
        }
        ops
    };
    let focus = |count: usize| vec![Op::SetFocus { node: 0 }; count];
    let cases: Vec<(&str, usize, Vec<Op>, Vec<Op>)> = vec![
        ("nodes", 20, vec![run(6)], vec![run(7)]),
        ("ops", 5, focus(5), focus(6)),
        (
            "constructed",
            1,
            vec![constructed(1, "a{}"), constructed(1, "b{}")],
            vec![constructed(1, "a{}"), constructed(2, "a{}")],
        ),
        (
            "adopted",
            2,
            vec![adopted(1, "1 2")],
            vec![adopted(1, "1 2 3")],
        ),
        ("documents", 4, documents(2), documents(3)),
        ("document_depth", 3, nested(2), nested(3)),
        (
            "held_text",
            400,
            vec![],
            vec![Op::SetText {
                node: 4,
                text: "x".repeat(401).into(),
            }],
        ),
    ];
    for (name, number, within, beyond) in cases {
        let mut limits = Limits::default();
        assert!(limits.set(name, number));
        let mut relay = Relay::new(limits);
        relay.send(&frame(head(1, 1), &page(), usize::MAX));
        let got = relay.refuse(&frame(head(1, 2), &beyond, usize::MAX));
        assert_eq!(got, "limit", "{name}");
        relay.send(&frame(head(1, 2), &within, usize::MAX));
    }
}

#[test]
fn a_body_that_inflates_too_far() {
    let mut limits = Limits::default();
    let text = Op::SetText {
        node: 4,
        text: "x".repeat(100_000).into(),
    };
    let deflated = frame(head(1, 2), &[text], 0);
    assert!(deflated.len() < 400, "{}", deflated.len());
    let mut relay = Relay::with_page();
    assert_eq!(relay.refuse(&deflated), "limit");
    assert!(limits.set("inflate_ratio", 100_000));
    let mut relay = Relay::new(limits.clone());
    relay.send(&frame(head(1, 1), &page(), usize::MAX));
    relay.send(&deflated);
    assert!(limits.set("inflated_frame", 50_000));
    let mut relay = Relay::new(limits);
    relay.send(&frame(head(1, 1), &page(), usize::MAX));
    assert_eq!(relay.refuse(&deflated), "limit");
}

/// A chain of `depth` elements below node 2, which is at depth 1.
fn chain(first: u32, depth: u32) -> Vec<(u32, u32, What)> {
    (0..depth)
        .map(|index| (first + index, index, DIV))
        .collect()
}

#[test]
fn depth_at_the_limit_and_beyond() {
    let most = limit::DEPTH as u32;
    let mut relay = Relay::with_page();
    let beyond = insert(2, 0, &chain(100, most));
    assert_eq!(
        relay.refuse(&frame(head(1, 2), &[beyond], usize::MAX)),
        "limit"
    );
    relay.send(&frame(
        head(1, 2),
        &[insert(2, 0, &chain(100, most - 1))],
        usize::MAX,
    ));
    let below = insert(100 + most - 2, 0, &[(5000, 0, DIV)]);
    assert_eq!(
        relay.refuse(&frame(head(1, 3), &[below], usize::MAX)),
        "limit"
    );
    let deeper = relocate(100, 1, 3, 0);
    assert_eq!(
        relay.refuse(&frame(head(1, 3), &[deeper], usize::MAX)),
        "limit"
    );
    let remove = Op::Remove {
        node: 100,
        count: 1,
    };
    relay.send(&frame(head(1, 3), &[remove], usize::MAX));
    assert_eq!(relay.replica.tree().len(), 14);
}

/// Whatever recursed would overflow the stack of a test thread here.
#[test]
fn nothing_recurses() {
    let mut limits = Limits::default();
    let depth = u32::from(u16::MAX) - 8;
    assert!(limits.set("depth", depth as usize + 4));
    let mut relay = Relay::new(limits);
    relay.send(&frame(head(1, 1), &page(), usize::MAX));
    let ops = [
        insert(2, 0, &chain(100, depth)),
        relocate(100, 1, 7, 0),
        relocate(100, 1, 2, 0),
    ];
    relay.send(&frame(head(1, 2), &ops, usize::MAX));
    assert!(relay.replica.delta(relay.audience, 1).unwrap().len() > 100);
    let label: Arc<str> = "".into();
    let mask = Op::SetMask {
        node: 100,
        level: 1,
        label,
        width: 0,
        height: 0,
    };
    let fault = Op::SetFocus { node: 99 };
    assert_eq!(
        relay.refuse(&frame(head(1, 3), &[mask, fault], usize::MAX)),
        "unknown_node"
    );
    assert!(relay.replica.html(relay.audience).unwrap().len() > 1000);
    relay.send(&frame(
        head(1, 3),
        &[Op::Remove { node: 2, count: 1 }],
        usize::MAX,
    ));
}

#[test]
fn work_is_bounded() {
    let mut limits = Limits::default();
    assert!(limits.set("steps", 10_000));
    let mut relay = Relay::new(limits);
    relay.send(&frame(head(1, 1), &page(), usize::MAX));
    let run: Vec<_> = (0..1000).map(|index| (101 + index, 1, DIV)).collect();
    let mut nodes = vec![(100, 0, DIV)];
    nodes.extend(run);
    relay.send(&frame(head(1, 2), &[insert(2, 0, &nodes)], usize::MAX));
    let there_and_back = [relocate(100, 1, 7, 0), relocate(100, 1, 2, 0)];
    let ops: Vec<Op> = there_and_back.iter().cycle().take(20).cloned().collect();
    assert_eq!(relay.refuse(&frame(head(1, 3), &ops, usize::MAX)), "limit");
    relay.send(&frame(head(1, 3), &there_and_back, usize::MAX));
}

/// Frames of a random visitor; the last one is what is damaged.
fn frames(seed: u64) -> (Chance, Vec<Vec<u8>>) {
    let mut chance = Chance::new(seed);
    let mut visitor = Visitor::new();
    visitor.open_page(&mut chance, 20);
    let mut frames = vec![visitor.frame(None)];
    for _ in 0..2 {
        visitor.change_page(&mut chance, 6);
        frames.push(visitor.frame(None));
    }
    (chance, frames)
}

fn relay_with(frames: &[Vec<u8>]) -> Relay {
    let mut relay = Relay::new(Limits::default());
    for frame in frames {
        relay.send(frame);
    }
    relay
}

#[test]
fn cut_anywhere() {
    for seed in 0..60 {
        let (_, frames) = frames(seed);
        let (last, before) = frames.split_last().unwrap();
        let mut relay = relay_with(before);
        let state = relay.state();
        for length in 0..last.len() {
            let cut = relay.replica.apply(&last[..length]);
            assert!(cut.is_err(), "seed {seed} cut at {length}");
        }
        assert!(relay.state() == state, "seed {seed}");
        relay.send(last);
    }
}

#[test]
fn any_bit_flipped() {
    for seed in 0..60 {
        let (_, frames) = frames(seed);
        let (last, before) = frames.split_last().unwrap();
        let mut relay = relay_with(before);
        let state = relay.state();
        for bit in 0..8 * last.len() {
            let mut damaged = last.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            match relay.replica.apply(&damaged) {
                Ok(_) => relay = relay_with(before),
                Err(refused) => {
                    assert!(relay.state() == state, "seed {seed}, bit {bit}: {refused}");
                }
            }
        }
    }
}

#[test]
fn anything_at_all() {
    for seed in 0..300 {
        let (mut chance, frames) = frames(seed);
        let (last, before) = frames.split_last().unwrap();
        let mut relay = relay_with(before);
        for _ in 0..100 {
            let mut damaged = last.clone();
            for _ in 0..=chance.below(8) {
                let at = chance.below(damaged.len());
                match chance.below(3) {
                    0 => damaged[at] = chance.below(256) as u8,
                    1 => damaged.insert(at, chance.below(256) as u8),
                    _ => drop(damaged.remove(at)),
                }
            }
            let state = relay.state();
            match relay.replica.apply(&damaged) {
                Ok(_) => relay = relay_with(before),
                Err(refused) => assert!(relay.state() == state, "seed {seed}: {refused}"),
            }
        }
    }
}
