//! What a viewer has come to have otherwise than the replica says is found by comparing hashes, and mended by little.
//!
//! `DRIFT_SEED` runs the case of that seed.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

mod model;

use std::sync::Arc;

use model::chance::Chance;
use model::visitor::Visitor;
use model::{Page, Viewer};
use relay_core::digest::Digest;
use relay_core::frame::Frame;
use relay_core::limits::Limits;
use relay_core::mask::{Plan, Rule};
use relay_core::names::{node, scope};
use relay_core::node_id::ViewId;
use relay_core::op::{NodeNumber, Op};
use relay_core::replica::Replica;
use relay_core::tree::Kind;

const CASES: u64 = 1500;
/// Deeper pages than these cases have need more.
const ROUNDS: usize = 40;

/// The hash a stage would have of its document.
fn digest(page: &Page, n: NodeNumber, of: u32) -> u32 {
    match of {
        scope::CONTENT => content(page, n),
        scope::CHILDREN => {
            let own = &page.nodes[&n];
            let mut digest = Digest::default();
            digest.number(own.shadow);
            for child in &own.children {
                digest.number(*child);
            }
            digest.value()
        }
        _ => {
            let mut digest = Digest::default();
            subtree(page, n, 0, &mut digest);
            digest.value()
        }
    }
}

fn subtree(page: &Page, n: NodeNumber, above: NodeNumber, digest: &mut Digest) {
    digest.number(n);
    digest.number(above);
    digest.number(content(page, n));
    let own = &page.nodes[&n];
    for child in [own.shadow]
        .iter()
        .filter(|n| **n != 0)
        .chain(&own.children)
    {
        subtree(page, *child, n, digest);
    }
}

fn content(page: &Page, n: NodeNumber) -> u32 {
    let own = &page.nodes[&n];
    let mut digest = Digest::default();
    match own.kind.expect("a kind") {
        Kind::Document => {}
        Kind::Text => {
            digest.number(node::TEXT + 1);
            digest.text(&own.text);
        }
        Kind::ShadowOpen => digest.number(node::SHADOW_OPEN + 1),
        Kind::ShadowClosed => digest.number(node::SHADOW_CLOSED + 1),
        Kind::Element => {
            digest.number(node::FIRST_SHAPE + 1);
            digest.number(own.namespace);
            digest.text(&own.tag);
            let boxed = own.mask.as_ref().is_some_and(|mask| mask.0 >= 2);
            let mut sum = 0_u32;
            for (name, value) in &own.attributes {
                if boxed && name == "style" {
                    continue;
                }
                let mut attribute = Digest::default();
                attribute.text(name);
                attribute.text(value);
                sum = sum.wrapping_add(attribute.value());
            }
            digest.number(sum);
        }
    }
    digest.value()
}

struct Case {
    chance: Chance,
    replica: Replica,
    audience: u32,
    viewer: Viewer,
}

impl Case {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut replica = Replica::new(Limits::default(), b"key", "https://relay.example/a");
        let rule = |selector: &str, action| Rule {
            selector: selector.to_owned(),
            action,
            label: String::new(),
        };
        let plan = Plan::compile(&[rule(".secret", 1), rule("#a", 2)]).expect("a plan");
        let audience = replica.add_audience(Arc::new(plan)).expect("an audience");
        let mut visitor = Visitor::new();
        let size = 10 + chance.below(60);
        visitor.open_page(&mut chance, size);
        replica.apply(&visitor.frame(None)).expect("a page");
        for _ in 0..chance.below(4) {
            visitor.change_page(&mut chance, 6);
            replica.apply(&visitor.frame(None)).expect("a change");
        }
        let mut case = Self {
            chance,
            replica,
            audience,
            viewer: Viewer::default(),
        };
        let whole = case.replica.delta(audience, 0).expect("a snapshot");
        case.take(&whole).expect("it can be applied");
        case
    }

    /// Applies a frame; what it says to be otherwise than the viewer has it.
    fn take(&mut self, bytes: &[u8]) -> Result<Vec<(ViewId, u32)>, String> {
        let frame = Frame::decode(bytes, &Limits::default()).expect("a frame");
        self.viewer.apply(&frame)?;
        let mut wrong = Vec::new();
        for op in &frame.ops {
            if let Op::Verify { node, scope, hash } = op
                && (!self.viewer.page.nodes.contains_key(node)
                    || digest(&self.viewer.page, *node, *scope) != *hash)
            {
                wrong.push((ViewId(*node), *scope));
            }
        }
        Ok(wrong)
    }

    fn doubt(&mut self) -> Vec<(ViewId, u32)> {
        let doubt = self.replica.doubt(self.audience).expect("a doubt");
        self.take(&doubt).expect("it can be applied")
    }

    /// Compares and mends until all is right; the bytes it took.
    fn heal(&mut self) -> Result<usize, String> {
        let mut wrong = self.doubt();
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            if wrong.is_empty() {
                wrong = self.doubt();
                if wrong.is_empty() {
                    return Ok(bytes);
                }
            }
            let repair = self.replica.mend(self.audience, &wrong);
            let repair = repair.expect("an audience").ok_or("nothing to do")?;
            bytes += repair.frame.len();
            wrong = self.take(&repair.frame)?;
        }
        Err("still wrong".to_owned())
    }

    fn check(&mut self) -> Result<(), String> {
        let viewer = &self.viewer;
        let looked = self
            .replica
            .project(self.audience, |projector| viewer.check(projector));
        looked.expect("an audience")
    }

    /// Something happens to the viewer's page that no op has done.
    fn spoil(&mut self) {
        let all: Vec<NodeNumber> = self.viewer.page.nodes.keys().copied().collect();
        let n = self.chance.pick(&all);
        let own = self.viewer.page.nodes.get_mut(&n).expect("there");
        match self.chance.below(4) {
            0 if own.kind == Some(Kind::Text) => own.text.push('!'),
            0 if own.kind == Some(Kind::Element) => {
                own.attributes.insert("title".into(), "spoilt".into());
            }
            1 => {
                own.attributes.pop_first();
            }
            2 if own.children.len() > 1 => own.children.rotate_left(1),
            _ if !own.is_attached() => self.misplace(n),
            _ => {}
        }
    }

    fn misplace(&mut self, n: NodeNumber) {
        let page = &mut self.viewer.page;
        let document = page.document_of(n);
        let from = page.nodes[&n].parent;
        let mut parents: Vec<NodeNumber> = page.nodes.keys().copied().collect();
        parents.retain(|to| {
            page.nodes[to].kind == Some(Kind::Element)
                && page.document_of(*to) == document
                && !page.is_inside(*to, n)
                && *to != from
        });
        if !parents.is_empty() {
            let to = self.chance.pick(&parents);
            let left = page.nodes.get_mut(&from).expect("there");
            left.children.retain(|child| *child != n);
            page.nodes.get_mut(&to).expect("there").children.push(n);
            page.nodes.get_mut(&n).expect("there").parent = to;
        }
    }
}

#[test]
fn who_has_it_right_has_nothing_to_say() {
    for seed in 0..CASES {
        let mut case = Case::new(seed);
        let wrong = case.doubt();
        assert_eq!(wrong, [], "DRIFT_SEED={seed}");
    }
}

#[test]
fn faults_are_found_and_mended() {
    let given: Option<u64> = std::env::var("DRIFT_SEED")
        .ok()
        .and_then(|s| s.parse().ok());
    let mut mended = 0;
    for seed in given.map_or(0..CASES, |seed| seed..seed + 1) {
        let mut case = Case::new(seed);
        let faults = 1 + case.chance.below(3);
        for _ in 0..faults {
            case.spoil();
        }
        let bytes = case.heal();
        let bytes = bytes.unwrap_or_else(|error| panic!("DRIFT_SEED={seed}: {error}"));
        case.check()
            .unwrap_or_else(|error| panic!("DRIFT_SEED={seed}: {error}"));
        mended += usize::from(bytes > 0);
    }
    assert!(given.is_some() || mended > 1000, "{mended}");
}
