//! Whatever happens to a page, every viewer that has caught up has exactly its projection, from whichever version it started.
//!
//! `CONVERGENCE_SEED` runs the case of that seed, `CONVERGENCE_CASES` so many from that or the first on.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

mod model;

use std::sync::Arc;

use model::Viewer;
use model::chance::Chance;
use model::visitor::Visitor;
use relay_core::frame::Frame;
use relay_core::limits::Limits;
use relay_core::mask::{Plan, Rule};
use relay_core::op::Op;
use relay_core::replica::{Change, Replica};

const CASES: u64 = 10_000;

const RULES: &[(&str, u32)] = &[
    (".secret", 1),
    (".cover", 3),
    ("#a", 2),
    ("p", 1),
    (".a > .b", 1),
    ("div:has(> .b)", 3),
    ("[data-x] ~ span", 1),
    ("ul:empty", 2),
    ("title", 1),
    ("input:checked", 1),
    ("div > :nth-child(2)", 1),
    ("iframe", 1),
    ("slot", 2),
    ("p slot", 1),
    ("option.b", 1),
    ("optgroup", 1),
];

fn plan(chance: &mut Chance) -> Arc<Plan> {
    let mut rules = Vec::new();
    for (selector, action) in RULES {
        if chance.once_in(5) {
            rules.push(Rule {
                selector: (*selector).to_owned(),
                action: *action,
                label: chance.pick(&["", "Hidden"]).to_owned(),
            });
        }
    }
    Arc::new(Plan::compile(&rules).expect("the rules are right"))
}

struct Case {
    chance: Chance,
    replica: Replica,
    visitor: Visitor,
    audience: u32,
    fast: Viewer,
    slow: Viewer,
    /// The fast viewer as it was at each version.
    past: Vec<Viewer>,
    /// Versions from here on have a history.
    oldest: u64,
}

impl Case {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut replica = Replica::new(Limits::default(), b"key", "https://relay.example/a");
        let audience = replica
            .add_audience(plan(&mut chance))
            .expect("an audience");
        Self {
            chance,
            replica,
            visitor: Visitor::new(),
            audience,
            fast: Viewer::default(),
            slow: Viewer::default(),
            past: Vec::new(),
            oldest: 0,
        }
    }

    fn run(&mut self) -> Result<(), String> {
        let size = 4 + self.chance.below(24);
        self.visitor.open_page(&mut self.chance, size);
        self.send()?;
        for _ in 0..3 + self.chance.below(8) {
            self.step()?;
        }
        for seat in std::mem::take(&mut self.past) {
            if seat.version >= self.oldest {
                let since = seat.version;
                self.catch_up(seat)
                    .map_err(|error| format!("from version {since}: {error}"))?;
            }
        }
        let late = self.replica.add_audience(plan(&mut self.chance));
        self.audience = late.expect("an audience");
        self.catch_up(Viewer::default()).map(drop)
    }

    fn step(&mut self) -> Result<(), String> {
        match self.chance.below(20) {
            0 => {
                let size = 2 + self.chance.below(12);
                self.visitor.open_page(&mut self.chance, size);
                self.send_page()?;
            }
            4..=7 => {
                self.visitor.open_alike(&mut self.chance, 5);
                self.send_page()?;
            }
            1 | 2 => {
                let plan = plan(&mut self.chance);
                let version = self.replica.set_plan(self.audience, plan);
                if version.expect("the audience is there") > self.fast.version {
                    self.follow()?;
                }
            }
            3 => {
                self.oldest = self.chance.pick(&[self.slow.version, self.fast.version]);
                self.replica.release(self.oldest);
            }
            _ => {
                self.visitor.change_page(&mut self.chance, 6);
                self.send()?;
            }
        }
        if self.chance.once_in(4) {
            let seat = std::mem::take(&mut self.slow);
            self.slow = self.catch_up(seat)?;
        }
        Ok(())
    }

    /// A page in one frame, or in several; viewers have the last one until the end, unless they are shown what there is.
    fn send_page(&mut self) -> Result<(), String> {
        if self.chance.once_in(2) {
            self.replica.next_view();
        }
        self.visitor.partial = self.chance.once_in(2);
        self.send()?;
        while self.visitor.partial {
            let before = self.state();
            if self.chance.once_in(8) {
                self.replica.show();
                // The last page sent once more may be held back until all of it is there.
                if self.state() != before {
                    self.check_structure()?;
                    self.follow()?;
                }
            }
            self.visitor.partial = !self.chance.once_in(3);
            self.visitor.change_page(&mut self.chance, 6);
            let change = self.send()?;
            if change.is_pending && self.state() != before {
                return Err("viewers see a page that is not there".to_owned());
            }
        }
        Ok(())
    }

    fn send(&mut self) -> Result<Change, String> {
        if self.chance.once_in(3) {
            self.send_refused()?;
        }
        self.send_plainly()
    }

    fn send_plainly(&mut self) -> Result<Change, String> {
        let frame = self.visitor.frame(None);
        let change = self.replica.apply(&frame);
        let change = change.map_err(|refused| format!("refused: {refused}"))?;
        if !change.is_pending {
            self.check_structure()?;
            self.follow()?;
        }
        Ok(change)
    }

    /// The same frame with a fault in its last op changes nothing, whatever it did before.
    fn send_refused(&mut self) -> Result<(), String> {
        let before = self.state();
        let fault = Op::SetFocus { node: 1_000_000 };
        let frame = self.visitor.frame(Some(&fault));
        match self.replica.apply(&frame) {
            Err(refused) if refused.kind() == "unknown_node" => {}
            other => return Err(format!("not refused: {other:?}")),
        }
        if self.state() == before {
            return Ok(());
        }
        Err("a refused frame left something".to_owned())
    }

    /// Everything that can be told from outside.
    fn state(&mut self) -> Vec<Vec<u8>> {
        let now = self.replica.version();
        let deltas = (0..=now).map(|since| self.replica.delta(self.audience, since));
        let mut state: Vec<Vec<u8>> = deltas.map(|delta| delta.expect("a delta")).collect();
        let tree = self.replica.tree();
        state.push(format!("{} {} {}", tree.len(), tree.held(), now).into_bytes());
        state
    }

    /// The replica's tree has the visitor's nodes, each at its place.
    fn check_structure(&self) -> Result<(), String> {
        let tree = self.replica.tree();
        let page = &self.visitor.page;
        if tree.len() != page.nodes.len() {
            return Err(format!("{} nodes of {}", tree.len(), page.nodes.len()));
        }
        for n in tree.root().into_iter().flat_map(|root| tree.walk(root)) {
            let own = page.get(tree.id(n).0)?;
            let id = |n: Option<_>| n.map_or(0, |n| tree.id(n).0);
            let last = own.children.last().copied().unwrap_or(0);
            let first = own.children.first().copied().unwrap_or(0);
            let links = [
                id(tree.composed_parent(n)),
                id(tree.first_child(n)),
                id(tree.last_child(n)),
                id(tree.shadow_root(n)),
                id(tree.content_document(n)),
            ];
            if links != [own.parent, first, last, own.shadow, own.document] {
                return Err(format!("{links:?} at {own:?}"));
            }
        }
        Ok(())
    }

    fn follow(&mut self) -> Result<(), String> {
        let seat = std::mem::take(&mut self.fast);
        self.fast = self.catch_up(seat)?;
        self.past.push(self.fast.clone());
        Ok(())
    }

    fn catch_up(&mut self, mut seat: Viewer) -> Result<Viewer, String> {
        let delta = self.replica.delta(self.audience, seat.version);
        let delta = delta.map_err(|misuse| misuse.to_string())?;
        let frame = Frame::decode(&delta, &Limits::default());
        let frame = frame.map_err(|refused| format!("cannot be read: {refused}"))?;
        if frame.head.base != 0 && frame.head.base != seat.version {
            return Err("another base".to_owned());
        }
        let applied = seat.apply(&frame);
        applied.map_err(|error| format!("{error}\nof {:#?}", frame.ops))?;
        let looked = self
            .replica
            .project(self.audience, |projector| seat.check(projector));
        looked
            .expect("the audience is there")
            .map_err(|error| format!("{error}\nafter {:#?}", frame.ops))?;
        if seat.version == self.replica.version() {
            return Ok(seat);
        }
        Err("not caught up".to_owned())
    }
}

/// Long enough for history to be compacted and for slots to be used again many times.
#[test]
fn a_long_session_stays_right() {
    let mut case = Case::new(7);
    case.visitor.open_page(&mut case.chance, 30);
    case.send().expect("a page");
    for step in 0..3000 {
        case.visitor.change_page(&mut case.chance, 6);
        let sent = case.send_plainly();
        sent.unwrap_or_else(|error| panic!("step {step}: {error}"));
        if step % 100 != 0 {
            case.past.pop();
            continue;
        }
        for seat in case.past.clone() {
            let since = seat.version;
            let caught_up = case.catch_up(seat);
            caught_up.unwrap_or_else(|error| panic!("step {step} from {since}: {error}"));
        }
    }
    assert!(case.past.len() > 20);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn every_viewer_has_the_projection() {
    let given = number("CONVERGENCE_SEED");
    let first = given.unwrap_or(0);
    let cases = number("CONVERGENCE_CASES").unwrap_or(if given.is_some() { 1 } else { CASES });
    for seed in first..first + cases {
        if let Err(error) = Case::new(seed).run() {
            panic!("CONVERGENCE_SEED={seed}: {error}");
        }
    }
}
