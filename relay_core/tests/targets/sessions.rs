//! Frames in a row, applied by the replica and by the naive page.

use std::sync::Arc;

use relay_core::frame::Frame;
use relay_core::limits::Limits;
use relay_core::mask::{Plan, Rule};
use relay_core::replica::Replica;

use super::seeds;
use crate::model::Viewer;
use crate::model::chance::Chance;
use crate::model::visitor::Visitor;

/// Selectors of all kinds that depend on more than the element itself.
pub const SELECTORS: &[&str] = &[
    ".secret",
    ".a > .b",
    ".a ~ .b",
    "div:has(> .b)",
    ":has(+ .a) p",
    ":nth-child(2 of .a)",
    "p:empty",
    "input:checked",
    "slot",
    "[data-x] + *",
    ":not(:has(.b))",
    "option:nth-last-child(2)",
    ":is(.a, .b):only-child",
    "title",
];

fn plan(number: usize) -> Arc<Plan> {
    let some = SELECTORS
        .iter()
        .enumerate()
        .filter(|(at, _)| number >> (at % 8) & 1 == 1);
    let rules: Vec<Rule> = some
        .map(|(at, selector)| Rule {
            selector: (*selector).to_owned(),
            action: 1 + at as u32 % 3,
            label: String::new(),
        })
        .collect();
    Arc::new(Plan::compile(&rules).expect("the rules are right"))
}

struct Seat {
    replica: Replica,
    audience: u32,
    viewer: Viewer,
}

impl Seat {
    fn new(rules: usize) -> Self {
        let mut replica = Replica::new(Limits::default(), b"key", "https://relay.example/a");
        let audience = replica.add_audience(plan(rules)).expect("an audience");
        Self {
            replica,
            audience,
            viewer: Viewer::default(),
        }
    }

    /// The naive viewer takes what there is to take, and has the projection then.
    fn follow(&mut self) {
        let delta = self
            .replica
            .delta(self.audience, self.viewer.version)
            .expect("a delta");
        let frame = Frame::decode(&delta, &Limits::default()).expect("a frame of our own");
        self.viewer.apply(&frame).expect("ops that can be done");
        let viewer = &self.viewer;
        let checked = self
            .replica
            .project(self.audience, |projector| viewer.check(projector));
        checked
            .expect("the audience is there")
            .expect("the projection");
    }

    /// Nothing is less masked than if the page had been marked just now.
    fn compare_with_scratch(&mut self, rules: usize) {
        let fresh = self.replica.add_audience(plan(rules)).expect("an audience");
        let [kept, scratch] = [self.audience, fresh].map(|audience| {
            let levels = self.replica.project(audience, |projector| {
                let tree = projector.tree;
                let all = tree.root().into_iter().flat_map(|root| tree.walk(root));
                all.map(|n| (tree.id(n).0, projector.marks.level(n)))
                    .collect::<Vec<_>>()
            });
            levels.expect("the audience is there")
        });
        self.replica.drop_audience(fresh);
        for (kept, scratch) in kept.iter().zip(&scratch) {
            assert!(
                kept.1 >= scratch.1,
                "node {} has level {}, from scratch {}",
                kept.0,
                kept.1,
                scratch.1
            );
        }
    }
}

/// Any frames: what is refused changes nothing, what is applied reaches the viewer.
pub fn session(data: &[u8]) {
    let [rules, data @ ..] = data else { return };
    let mut seat = Seat::new(usize::from(*rules));
    for frame in seeds::split(data).take(8) {
        let before = (
            seat.replica.version(),
            seat.replica.tree().len(),
            seat.replica.tree().held(),
        );
        if seat.replica.apply(frame).is_ok() {
            seat.follow();
        } else {
            let tree = seat.replica.tree();
            assert_eq!((seat.replica.version(), tree.len(), tree.held()), before);
        }
    }
    let html = seat
        .replica
        .html(seat.audience)
        .expect("the audience is there");
    assert!(!html.contains('\0'));
}

/// A visitor whose every choice is one of the bytes: the replica has the nodes that the naive page has.
pub fn visitor(data: &[u8]) {
    let [rules, data @ ..] = data else { return };
    let mut chance = Chance::of_bytes(data);
    let mut seat = Seat::new(usize::from(*rules));
    let mut visitor = Visitor::new();
    visitor.open_page(&mut chance, 12);
    for _ in 0..12 {
        seat.replica
            .apply(&visitor.frame(None))
            .expect("a right frame");
        let tree = seat.replica.tree();
        assert_eq!(tree.len(), visitor.page.nodes.len());
        for n in tree.root().into_iter().flat_map(|root| tree.walk(root)) {
            let own = visitor.page.get(tree.id(n).0).expect("the node is there");
            assert_eq!(
                tree.composed_parent(n).map_or(0, |n| tree.id(n).0),
                own.parent
            );
        }
        seat.follow();
        if chance.given() == 0 {
            break;
        }
        visitor.change_page(&mut chance, 6);
    }
}

/// The same visitor; what is looked at is only whether masks that are kept up miss anything.
pub fn masks(data: &[u8]) {
    let [rules, data @ ..] = data else { return };
    let mut chance = Chance::of_bytes(data);
    let mut seat = Seat::new(usize::from(*rules));
    let mut visitor = Visitor::new();
    visitor.open_page(&mut chance, 20);
    for _ in 0..20 {
        seat.replica
            .apply(&visitor.frame(None))
            .expect("a right frame");
        seat.compare_with_scratch(usize::from(*rules));
        if chance.given() == 0 {
            break;
        }
        visitor.change_page(&mut chance, 4);
    }
}
