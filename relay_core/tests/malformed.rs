//! Frames that cannot be applied are refused with their kind and leave everything as it was.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

mod model;

use std::sync::Arc;

use model::chance::Chance;
use model::ops::{CANVAS, DIV, FRAME, INPUT, VIDEO, document, frame, head, insert, relocate};
use model::visitor::Visitor;
use relay_core::frame::{Direction, Head};
use relay_core::limits::Limits;
use relay_core::mask::Plan;
use relay_core::op::{Op, Playback, Text, What};
use relay_core::replica::Replica;

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
        (15, 1, CANVAS),
        (16, 1, VIDEO),
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

fn selection(node: u32, end: u32) -> Op {
    Op::SetSelection {
        node,
        offset: 0,
        end,
        end_offset: 0,
    }
}

fn tile(node: u32, column: u32, picture: &str) -> Op {
    Op::SetTile {
        node,
        column,
        row: 0,
        picture: picture.into(),
    }
}

#[test]
fn ops_that_cannot_be_done() {
    let text = |text: &str| -> Text { text.into() };
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
        ("wrong_kind", vec![Op::Remove { node: 10, count: 1 }]),
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
        ("position", vec![Op::Remove { node: 7, count: 6 }]),
        ("position", vec![Op::Remove { node: 10, count: 2 }]),
        ("field", vec![Op::Remove { node: 7, count: 0 }]),
        ("field", vec![relocate(3, 0, 9, 0)]),
        (
            "field",
            vec![Op::SetState {
                node: 5,
                bits: 32768,
            }],
        ),
        ("field", vec![Op::SetMedia { features: 16384 }]),
        ("field", vec![constructed(0, "a{}")]),
        ("field", vec![adopted(1, "1  2")]),
        ("field", vec![adopted(1, "01")]),
        ("field", vec![adopted(1, "1,2")]),
        ("wrong_kind", vec![adopted(5, "1")]),
        ("wrong_kind", vec![Op::SetHover { node: 8, active: 0 }]),
        ("wrong_kind", vec![Op::Lift { node: 8 }]),
        (
            "unknown_node",
            vec![Op::SetHover {
                node: 0,
                active: 99,
            }],
        ),
        ("field", vec![Op::SetPlaceholder { node: 5, reason: 6 }]),
        ("field", vec![Op::SetPlaceholder { node: 5, reason: 0 }]),
        ("wrong_kind", vec![tile(5, 0, "")]),
        ("field", vec![tile(15, 64, "")]),
        ("field", vec![tile(16, 1, "")]),
        ("unknown_node", vec![selection(4, 99)]),
        ("wrong_kind", vec![selection(1, 4)]),
        (
            "wrong_kind",
            vec![Op::SetAnimation {
                node: 4,
                text: text(""),
            }],
        ),
        (
            "wrong_kind",
            vec![Op::SetPlayback {
                node: 15,
                playback: Playback::default(),
            }],
        ),
        (
            "field",
            vec![Op::SetPlayback {
                node: 16,
                playback: Playback {
                    bits: 32,
                    ..Playback::default()
                },
            }],
        ),
        ("field", vec![tile(15, 0, "PHN2Zz48")]),
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
    let text = |text: &str| -> Text { text.into() };
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
        tile(15, 0, "/9j/"),
        tile(15, 0, ""),
        tile(15, 1, "/9j/AA=="),
        Op::SetPlaceholder {
            node: 15,
            reason: 3,
        },
        tile(15, 1, "/9j/"),
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

/// A chain of `depth` elements below node 2, which is at depth 1.
fn chain(first: u32, depth: u32) -> Vec<(u32, u32, What)> {
    (0..depth)
        .map(|index| (first + index, index, DIV))
        .collect()
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
    let label: Text = "".into();
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
