//! What has been masked on a page stays so while the visitor is on it, however often the page is sent.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

mod model;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::chance::Chance;
use relay_core::encoder::Encoder;
use relay_core::frame::{Direction, Head};
use relay_core::limits::Limits;
use relay_core::mask::{Plan, Rule};
use relay_core::replica::Replica;
use relay_core::selector::Selector;

const STEPS: usize = 30;
const CLASSES: &[&str] = &["", "a", "s", "a s"];
const ADDRESSES: &[&str] = &["https://shop.example/", "https://shop.example/list#2"];

/// A row: an element with a text that no other has, below a group.
#[derive(Clone)]
struct Row {
    id: u32,
    class: &'static str,
    text: String,
}

#[derive(Clone)]
struct Group {
    id: u32,
    class: &'static str,
    rows: Vec<Row>,
}

/// A visitor's page of groups of rows, and what its two audiences have been shown as masked.
struct Play {
    chance: Chance,
    replica: Replica,
    audiences: Vec<u32>,
    groups: Vec<Group>,
    next: u32,
    texts: usize,
    epoch: u64,
    sequence: u64,
    /// More of the page is to come.
    partial: bool,
    /// The visitor has gone to another page.
    is_next: bool,
    masked: Vec<BTreeSet<String>>,
}

fn plan(is_private: bool, selector: &str) -> Arc<Plan> {
    let rule = Rule {
        selector: selector.into(),
        action: 1,
        label: String::new(),
    };
    let mut plan = Plan::compile(&[rule]).expect("a rule");
    if is_private {
        plan.make_private(&[Selector::parse(".a").expect("a selector")]);
    }
    Arc::new(plan)
}

impl Play {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut replica = Replica::new(Limits::default(), b"key", "/a");
        let plans = [plan(false, ".s"), plan(chance.once_in(2), ".s > p")];
        let audiences = plans.map(|plan| replica.add_audience(plan).expect("an audience"));
        let mut play = Self {
            chance,
            replica,
            audiences: audiences.to_vec(),
            groups: Vec::new(),
            next: 0,
            texts: 0,
            epoch: 0,
            sequence: 0,
            partial: false,
            is_next: false,
            masked: vec![BTreeSet::new(), BTreeSet::new()],
        };
        for _ in 0..4 {
            play.grow();
        }
        play.send_page();
        play
    }

    fn row(&mut self) -> Row {
        self.texts += 1;
        Row {
            id: 0,
            class: self.chance.pick(CLASSES),
            text: format!("text{}.", self.texts),
        }
    }

    /// A group more, or a row more in one.
    fn grow(&mut self) {
        let row = self.row();
        if self.groups.len() < 3 || self.chance.once_in(4) {
            let class = self.chance.pick(CLASSES);
            let at = self.chance.below(self.groups.len() + 1);
            let rows = vec![row];
            self.groups.insert(at, Group { id: 0, class, rows });
        } else {
            let group = self.chance.below(self.groups.len());
            let at = self.chance.below(self.groups[group].rows.len() + 1);
            self.groups[group].rows.insert(at, row);
        }
    }

    /// The whole page under new numbers, as it is or with more in it than the relay knows of.
    fn send_page(&mut self) {
        if self.chance.once_in(3) {
            self.grow();
        }
        (self.epoch, self.sequence, self.next) = (self.epoch + 1, 0, 2);
        self.groups.iter_mut().for_each(|group| group.id = 0);
        let mut encoder = Encoder::default();
        let address = self.chance.pick(ADDRESSES);
        encoder.document(1, 0, [address, "", "", "html"], 0);
        let mut nodes = encoder.begin_insert(1, 0);
        nodes.element(2, 0, 0, "body", &[("id", "top")]);
        let whole = self.groups.len();
        let first = if self.chance.once_in(3) {
            self.chance.below(whole + 1)
        } else {
            whole
        };
        self.partial = first < whole;
        let mut after = 0;
        for group in &mut self.groups[..first] {
            after = self.next + 1;
            group.id = self.next + 1;
            nodes.element(group.id, 1, 0, "div", &[("class", group.class)]);
            self.next = group.id;
            for row in &mut group.rows {
                row.id = self.next + 1;
                nodes.element(row.id, 2, 0, "p", &[("class", row.class)]);
                nodes.text(row.id + 1, 3, &row.text);
                self.next = row.id + 1;
            }
        }
        nodes.end();
        self.apply(encoder);
        while self.partial {
            let sent = self.groups.iter().take_while(|group| group.id > 0).count();
            self.meanwhile();
            self.partial = sent + 1 < whole;
            self.send_group(sent, after);
            after = self.groups[sent].id;
        }
    }

    /// A group of a page of which a part has been sent.
    fn send_group(&mut self, at: usize, after: u32) {
        let mut encoder = Encoder::default();
        let mut nodes = encoder.begin_insert(2, after);
        let group = &mut self.groups[at];
        group.id = self.next + 1;
        nodes.element(group.id, 0, 0, "div", &[("class", group.class)]);
        self.next = group.id;
        for row in &mut group.rows {
            row.id = self.next + 1;
            nodes.element(row.id, 1, 0, "p", &[("class", row.class)]);
            nodes.text(row.id + 1, 2, &row.text);
            self.next = row.id + 1;
        }
        nodes.end();
        self.apply(encoder);
    }

    /// What may come between two parts of a page: time, somebody with a role of their own, other rules.
    fn meanwhile(&mut self) {
        match self.chance.below(4) {
            0 => self.replica.show(),
            1 => {
                let rules = plan(false, self.chance.pick(&[".s", ".a", "div"]));
                let number = self.replica.add_audience(rules).expect("an audience");
                self.replica.drop_audience(number);
            }
            2 => {
                // The same rules anew: what is masked by them is what was.
                let rules = plan(false, ".s");
                self.replica
                    .set_plan(self.audiences[0], rules)
                    .expect("the audience");
            }
            _ => {}
        }
        // What viewers see while a page is coming is of before or of now, and bares nothing.
        for (audience, masked) in self.audiences.iter().zip(&self.masked) {
            let html = self.replica.html(*audience).expect("the audience");
            let bared: Vec<_> = masked
                .iter()
                .filter(|text| html.contains(text.as_str()))
                .collect();
            assert!(bared.is_empty() || self.is_next, "{bared:?} in {html}");
        }
    }

    /// Gives a group or row another class.
    fn change(&mut self) {
        let class = self.chance.pick(CLASSES);
        let group = self.chance.below(self.groups.len());
        let group = &mut self.groups[group];
        let row = self.chance.below(group.rows.len() + 1);
        let id = if let Some(row) = group.rows.get_mut(row) {
            row.class = class;
            row.id
        } else {
            group.class = class;
            group.id
        };
        let mut encoder = Encoder::default();
        encoder.set_attribute(id, "class", class);
        self.apply(encoder);
    }

    fn apply(&mut self, encoder: Encoder) {
        self.sequence += 1;
        let head = Head {
            direction: Direction::Visitor,
            epoch: self.epoch,
            sequence: self.sequence,
            base: 0,
            partial: self.partial,
        };
        let frame = encoder.finish(&head, usize::MAX);
        self.replica.apply(&frame).expect("a right frame");
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let rows = self.groups.iter().flat_map(|group| &group.rows);
        rows.map(|row| row.text.as_str())
    }

    /// Whatever was masked is, and is remembered.
    fn check(&mut self, what: &str) {
        for (at, audience) in self.audiences.iter().enumerate() {
            let html = self.replica.html(*audience).expect("the audience");
            let hidden = self.texts().filter(|text| !html.contains(text));
            let hidden: BTreeSet<String> = hidden.map(str::to_owned).collect();
            let bared: Vec<_> = self.masked[at].difference(&hidden).collect();
            assert!(bared.is_empty(), "{what}: {bared:?} in {html}");
            self.masked[at] = hidden;
        }
    }

    /// The next page, alike as it may be, is masked as if it were the first.
    fn go_on(&mut self, what: &str) {
        self.replica.next_view();
        self.is_next = true;
        self.send_page();
        self.is_next = false;
        self.masked.iter_mut().for_each(BTreeSet::clear);
        self.check(what);
        let under = |group: &Group, row: &Row| {
            let has = |class: &str| class.contains('s');
            has(group.class) || has(row.class)
        };
        let rows = |group: &Group| {
            let masked = group.rows.iter().filter(|row| under(group, row));
            masked.map(|row| row.text.clone()).collect::<Vec<_>>()
        };
        let expected: BTreeSet<String> = self.groups.iter().flat_map(rows).collect();
        assert_eq!(self.masked[0], expected, "{what}");
    }
}

#[test]
fn what_was_masked_stays_so_when_the_page_is_sent_again() {
    for seed in 0..300 {
        let mut play = Play::new(seed);
        for step in 0..STEPS {
            let what = format!("seed {seed}, step {step}");
            match play.chance.below(8) {
                0 => play.go_on(&what),
                1 | 2 => play.send_page(),
                _ => play.change(),
            }
            play.check(&what);
        }
    }
}

#[test]
fn a_role_that_comes_later_is_shown_no_more_than_one_with_the_same_plan() {
    let mut play = Play::new(7);
    let of_both = plan(false, ".s");
    let first = play.replica.add_audience(Arc::clone(&of_both)).unwrap();
    for _ in 0..STEPS {
        play.change();
    }
    let second = play.replica.add_audience(of_both).unwrap();
    assert_eq!(play.replica.html(first), play.replica.html(second));
    let version = play.replica.version();
    play.change();
    let (one, other) = (
        play.replica.delta(first, version),
        play.replica.delta(second, version),
    );
    assert_eq!(one, other);
}

#[test]
fn roles_with_the_same_plan_are_parted_by_rules_of_their_own() {
    let mut play = Play::new(7);
    let of_both = plan(false, ".unknown");
    let [first, second] = [0, 1].map(|_| play.replica.add_audience(Arc::clone(&of_both)).unwrap());
    let version = play.replica.set_plan(second, plan(false, "p")).unwrap();
    assert_ne!(play.replica.html(first), play.replica.html(second));
    play.change();
    let deltas = [first, second].map(|audience| play.replica.delta(audience, version - 1).unwrap());
    assert_ne!(deltas[0], deltas[1]);
    let again = plan(false, "div");
    play.replica.set_plan(first, Arc::clone(&again)).unwrap();
    play.replica.set_plan(second, again).unwrap();
    assert_eq!(play.replica.html(first), play.replica.html(second));
}
