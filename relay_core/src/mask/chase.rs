//! From what a frame did to the elements whose match it can have changed, and the selectors to try on them.
//!
//! Only for selectors that are traced (`selector::traces`). What `:has()` holds for is brought up to date on the way.

use super::Mark;
use super::filing::{Filing, has_key};
use super::plan::{Look, Plan, Target};
use super::search::{Lists, lower};
use crate::atoms::Atom;
use crate::names;
use crate::op::Text;
use crate::selector::{
    Anchors, BELOW, Feature, Former, Key, Pass, Places, Side, Turn, Way, following, previous,
};
use crate::tree::{Kind, Slot, Touch, Tree};
use rustc_hash::{FxHashMap, FxHashSet};

/// A change that is being chased.
pub(super) struct Chase<'a> {
    plan: &'a Plan,
    tree: &'a Tree,
    filing: &'a Filing,
    nodes: &'a [Mark],
    pass: Pass<'a>,
    anchors: Anchors,
    tries: Vec<(Slot, u32)>,
    /// How many more elements may be looked at before it is less work to match the whole page.
    left: usize,
    /// How many places among siblings the change can shift at most.
    slack: i32,
    found: Vec<(Way, Target)>,
    /// Children that came, and texts that are others.
    fresh: FxHashSet<Slot>,
    /// Whether the page's documents are in quirks mode, if they agree.
    quirks: Option<bool>,
}

/// A place among the children of a node where one came or went.
struct Spot<'t> {
    parent: Slot,
    next: Option<Slot>,
    came: Option<Slot>,
    is_element: bool,
    touch: &'t Touch,
}

fn is_quirky(tree: &Tree, document: Slot) -> bool {
    tree.document(document).quirks == names::quirks::QUIRKS
}

/// What all documents of a page agree on.
fn common_quirks(tree: &Tree) -> Option<bool> {
    let mut all = tree.documents().iter().map(|n| is_quirky(tree, *n));
    let first = all.next().unwrap_or(false);
    all.all(|other| other == first).then_some(first)
}

fn is_there(tree: &Tree, n: Slot) -> bool {
    !tree.node(n).gone
}

impl<'a> Chase<'a> {
    pub(super) fn new(
        (plan, tree, filing): (&'a Plan, &'a Tree, &'a Filing),
        nodes: &'a [Mark],
        anchors: Anchors,
        pass: Pass<'a>,
    ) -> Self {
        Self {
            plan,
            tree,
            filing,
            nodes,
            pass,
            anchors,
            tries: Vec::new(),
            left: 1000 + 2 * tree.len(),
            slack: 1,
            found: Vec::new(),
            fresh: FxHashSet::default(),
            quirks: common_quirks(tree),
        }
    }

    /// Finds for the whole page where `:has()` holds.
    pub(super) fn build(mut self, page: Slot) -> Anchors {
        if !self.anchors.is_empty() {
            let all: Vec<Slot> = self.tree.walk(page).collect();
            self.settle_all(&all);
        }
        self.anchors
    }

    /// Follows a change with these topmost new or moved subtrees. False if it is too much.
    pub(super) fn run(&mut self, touches: &[Touch], tops: &[Slot]) -> bool {
        self.slack = i32::try_from(touches.len()).unwrap_or(i32::MAX);
        self.fresh = touches
            .iter()
            .filter_map(|touch| match touch {
                Touch::Inserted(n) | Touch::Moved(n) | Touch::Text(n) => Some(*n),
                _ => None,
            })
            .collect();
        self.anchors.note(true);
        let spots = self.spots(touches);
        if !self.anchors.is_empty() {
            self.detach(touches);
            self.attach(tops);
            for spot in spots.iter().filter(|spot| spot.is_element) {
                self.see_before(spot);
            }
        }
        self.settle();
        for touch in touches {
            if self.left == 0 {
                return false;
            }
            self.touch(touch);
            self.settle();
        }
        self.structure(&spots);
        self.settle();
        self.left > 0
    }

    /// These elements are not what they were to a feature.
    pub(super) fn turned(
        &mut self,
        feature: &Feature,
        elements: impl Iterator<Item = Slot>,
    ) -> bool {
        let looks = self.plan.traced.by(feature);
        for n in elements.filter(|_| !looks.is_empty()) {
            self.look(n, looks, Turn::Either);
        }
        self.settle();
        self.left > 0
    }

    /// Gives back what is kept, and the selectors to try, each on an element.
    pub(super) fn finish(mut self) -> (Anchors, Places, Vec<(Slot, u32)>) {
        self.anchors.note(false);
        (self.anchors, self.pass.into_places(), self.tries)
    }

    fn is_known(&self, n: Slot) -> bool {
        self.nodes[n.0 as usize].id == self.tree.id(n).0
    }

    fn quirks(&self, n: Slot) -> bool {
        self.quirks
            .unwrap_or_else(|| is_quirky(self.tree, self.tree.owner_document(n)))
    }

    /// Where among the children that are there now nodes came or went.
    fn spots<'t>(&self, touches: &'t [Touch]) -> Vec<Spot<'t>> {
        let tree = self.tree;
        let mut later: FxHashMap<Slot, Option<Slot>> = FxHashMap::default();
        let mut spots = Vec::new();
        for touch in touches.iter().rev() {
            match touch {
                Touch::Removed {
                    node, parent, next, ..
                } => {
                    let next = next.and_then(|next| match later.get(&next) {
                        Some(after) => *after,
                        None => Some(next),
                    });
                    later.insert(*node, next);
                    let next = next.filter(|next| tree.parent(*next) == Some(*parent));
                    if is_there(tree, *parent) {
                        spots.push(Spot {
                            parent: *parent,
                            next,
                            came: None,
                            is_element: tree.kind(*node) == Kind::Element,
                            touch,
                        });
                    }
                }
                Touch::Inserted(n) | Touch::Moved(n) => {
                    if let Some(parent) = tree.parent(*n) {
                        spots.push(Spot {
                            parent,
                            next: tree.next_sibling(*n),
                            came: Some(*n),
                            is_element: tree.kind(*n) == Kind::Element,
                            touch,
                        });
                    }
                }
                _ => {}
            }
        }
        spots
    }

    fn detach(&mut self, touches: &[Touch]) {
        let mut former = Former::default();
        let mut order = Vec::new();
        for touch in touches {
            if let Touch::Removed { node, parent, .. } = touch
                && self.is_known(*node)
                && !former.contains_key(node)
            {
                former.insert(*node, Some(*parent));
                order.push(*node);
            }
        }
        for n in order {
            self.anchors.detach(self.tree, n, &mut former);
        }
    }

    fn attach(&mut self, tops: &[Slot]) {
        let tree = self.tree;
        let subtrees: Vec<Vec<Slot>> = tops.iter().map(|n| tree.walk(*n).collect()).collect();
        for n in subtrees.iter().flatten() {
            self.anchors.clear(*n);
            self.spend();
        }
        for subtree in subtrees {
            if tree.kind(subtree[0]) == Kind::Element {
                self.anchors.see_next(tree, subtree[0]);
            }
            self.settle_all(&subtree);
        }
    }

    /// Judges new elements, given in preorder, the last first: what supports them comes after them.
    fn settle_all(&mut self, subtree: &[Slot]) {
        let mut lists = Lists::new(self.plan, self.tree, self.filing);
        let mut steps: Vec<u32> = Vec::new();
        for n in subtree.iter().rev() {
            if self.tree.kind(*n) == Kind::Element {
                steps.clear();
                steps.extend(lists.of(*n).0.flat_map(|list| &list.steps));
                // The steps of one selector support each other from right to left.
                steps.sort_unstable_by_key(|step| std::cmp::Reverse(*step));
                steps.dedup();
                for step in &steps {
                    self.judge(*step as usize, *n);
                }
            }
        }
    }

    fn see_before(&mut self, spot: &Spot) {
        let tree = self.tree;
        let before = match (spot.came, spot.next) {
            (Some(n), _) | (None, Some(n)) => previous(tree, n),
            (None, None) => tree.last_child(spot.parent).and_then(|last| {
                if tree.kind(last) == Kind::Element {
                    Some(last)
                } else {
                    previous(tree, last)
                }
            }),
        };
        if let Some(before) = before {
            self.anchors.see_next(tree, before);
        }
    }

    /// Judges what the support that has come or gone can have changed.
    fn settle(&mut self) {
        while let Some((number, n)) = self.anchors.take_turned() {
            if !is_there(self.tree, n) || self.left == 0 {
                continue;
            }
            let step = &self.plan.steps.all[number];
            if let Some(outer) = step.outer {
                self.judge(outer, n);
                continue;
            }
            let turn = if self.anchors.is_supported(number, n) {
                Turn::Come
            } else {
                Turn::Go
            };
            let looks = self.plan.traced.by(&Feature::Has(step.relative));
            self.look(n, looks, turn);
        }
    }

    fn judge(&mut self, number: usize, n: Slot) {
        let step = &self.plan.steps.all[number];
        let quirks = self.quirks(n);
        let fits = step
            .inner
            .is_none_or(|inner| self.anchors.is_supported(inner, n))
            && self.pass.matches_step(step, n, quirks);
        self.anchors.set(self.tree, number, n, fits);
    }

    fn touch(&mut self, touch: &Touch) {
        let traced = &self.plan.traced;
        match touch {
            Touch::Attribute { node, name, was } => self.attribute(*node, *name, was.as_ref()),
            Touch::State(n) => self.look(*n, traced.by(&Feature::State), Turn::Either),
            Touch::Value(n) => self.look(*n, traced.by(&Feature::Value), Turn::Either),
            Touch::Text(n) => {
                if let Some(parent) = self.tree.parent(*n) {
                    let beside = [self.tree.prev_sibling(*n), self.tree.next_sibling(*n)];
                    self.content(parent, beside);
                }
            }
            _ => {}
        }
    }

    fn attribute(&mut self, n: Slot, name: Atom, was: Option<&Text>) {
        let traced = &self.plan.traced;
        if let Some(looks) = traced.attributes.get(self.tree.atoms.name(name)) {
            self.look(n, looks, Turn::Either);
        }
        self.look(n, traced.by(&Feature::AnyAttribute), Turn::Either);
        if name != Atom::CLASS && name != Atom::ID {
            return;
        }
        let is = lower(self.tree.attribute_value(n, name).unwrap_or(""));
        let was = lower(was.map_or("", |was| was));
        if name == Atom::ID {
            self.named(n, &traced.ids, &was, Turn::Go);
            self.named(n, &traced.ids, &is, Turn::Come);
            return;
        }
        for class in without(&was, &is) {
            self.named(n, &traced.classes, class, Turn::Go);
        }
        for class in without(&is, &was) {
            self.named(n, &traced.classes, class, Turn::Come);
        }
    }

    fn named(&mut self, n: Slot, looks: &'a FxHashMap<String, Vec<Look>>, name: &str, turn: Turn) {
        if let Some(looks) = looks.get(name) {
            self.look(n, looks, turn);
        }
    }

    /// The content of an element is another between two of its children. Whether it has any is not, if one of these has been there
    /// all the time.
    fn content(&mut self, n: Slot, beside: [Option<Slot>; 2]) {
        let tree = self.tree;
        let looks = self.plan.traced.by(&Feature::Content);
        let holds = |n: Slot| tree.kind(n) == Kind::Element || !tree.text(n).is_empty();
        let mut stays = beside.into_iter().flatten();
        if !looks.is_empty() && !stays.any(|n| holds(n) && !self.fresh.contains(&n)) {
            self.look(n, looks, Turn::Either);
        }
        self.texts(n);
    }

    fn texts(&mut self, n: Slot) {
        if self.tree.tag(n) == "textarea" {
            self.look(n, self.plan.traced.by(&Feature::Texts), Turn::Either);
        }
    }

    /// Children of these nodes came or went.
    fn structure(&mut self, spots: &[Spot]) {
        let traced = &self.plan.traced;
        let mut parents = FxHashSet::default();
        let mut seen = FxHashSet::default();
        for spot in spots {
            let before = match spot.came.or(spot.next) {
                Some(n) => self.tree.prev_sibling(n),
                None => self.tree.last_child(spot.parent),
            };
            self.content(spot.parent, [before, spot.next]);
            if !spot.is_element {
                continue;
            }
            self.beside(spot);
            for number in 0..traced.places.len() {
                if self.counts(spot, &traced.places[number].1.counted)
                    && seen.insert((spot.parent, number))
                {
                    self.place(number, spot.parent);
                }
            }
            if !parents.insert(spot.parent) {
                continue;
            }
            if self.tree.tag(spot.parent) == "fieldset" {
                self.look(spot.parent, traced.by(&Feature::Legends), Turn::Either);
            }
        }
    }

    /// Whether what came or went can have one of these keys.
    fn counts(&self, spot: &Spot, keys: &[Key]) -> bool {
        if let Some(came) = spot.came {
            return has_key(self.tree, keys, came);
        }
        let Touch::Removed { node, class, .. } = spot.touch else {
            return true;
        };
        keys.iter().any(|key| match key {
            Key::Class(wanted) => class.as_ref().is_none_or(|class| {
                let mut classes = class.split_ascii_whitespace();
                classes.any(|class| class.eq_ignore_ascii_case(wanted))
            }),
            Key::Tag(_) => has_key(self.tree, std::slice::from_ref(key), *node),
            Key::Id(_) | Key::Attribute(_) | Key::Any => true,
        })
    }

    fn beside(&mut self, spot: &Spot) {
        let did = match (spot.came, spot.touch) {
            (None, _) => Turn::Go,
            (Some(_), Touch::Moved(_)) => Turn::Either,
            (Some(_), _) => Turn::Come,
        };
        let plan = self.plan;
        for (target, beside) in &plan.traced.besides {
            let is_known = spot
                .came
                .is_none_or(|came| has_key(self.tree, &beside.keys, came));
            if !is_known || !self.is_wanted(*target, beside.turn, did) {
                continue;
            }
            let mut count = match beside.way.side {
                Side::Next(count) => usize::from(count),
                _ => usize::MAX,
            };
            let is_element = |n: &Slot| self.tree.kind(*n) == Kind::Element;
            let first = spot.next.filter(is_element);
            let mut at = first.or_else(|| spot.next.and_then(|next| following(self.tree, next)));
            while let Some(n) = at
                && count > 0
                && self.left > 0
            {
                self.see_from(n, beside.way.down, &[(beside.way, *target)]);
                at = following(self.tree, n);
                count -= 1;
            }
        }
    }

    fn place(&mut self, number: usize, parent: Slot) {
        let plan = self.plan;
        let (target, place) = &plan.traced.places[number];
        if self.left == 0 || !self.is_wanted(*target, Turn::Either, Turn::Either) {
            return;
        }
        let quirks = self.quirks(parent);
        let of = (parent, quirks);
        let (near, looked_at) = place.near(self.tree, &mut self.pass, of, self.slack);
        self.left = self.left.saturating_sub(looked_at);
        let way = Way {
            side: Side::Own,
            down: place.down,
        };
        for n in near {
            self.spend();
            if has_key(self.tree, &place.keys, n) {
                self.see_from(n, place.down, &[(way, *target)]);
            }
        }
    }

    fn is_wanted(&self, target: Target, turn: Turn, did: Turn) -> bool {
        let decides = matches!(target, Target::Step(_)) || turn.fits(did);
        decides && self.filing.is_live(target)
    }

    /// Looks at all that some feature of an element can decide about.
    fn look(&mut self, n: Slot, looks: &[Look], did: Turn) {
        let mut found = std::mem::take(&mut self.found);
        for look in looks {
            if self.is_wanted(look.target, look.turn, did) && has_key(self.tree, &look.keys, n) {
                found.push((look.way, look.target));
            }
        }
        found.sort_unstable();
        for same in found.chunk_by(|a, b| a.0 == b.0) {
            self.spread(n, same[0].0, same);
        }
        found.clear();
        self.found = found;
    }

    fn spread(&mut self, n: Slot, way: Way, targets: &[(Way, Target)]) {
        if way.side == Side::Own {
            return self.see_from(n, way.down, targets);
        }
        let tree = self.tree;
        let Some(parent) = tree.parent(n).filter(|_| self.left > 0) else {
            return;
        };
        let sibling = |n: Option<Slot>| n.and_then(|n| following(tree, n));
        let siblings: Vec<Slot> = match way.side {
            Side::Next(count) => std::iter::successors(following(tree, n), |n| sibling(Some(*n)))
                .take(count.into())
                .collect(),
            Side::Later => {
                std::iter::successors(following(tree, n), |n| sibling(Some(*n))).collect()
            }
            Side::At(number) => {
                let plan = self.plan;
                let (_, place) = &plan.traced.places[number as usize];
                let quirks = self.quirks(parent);
                let of = (parent, quirks);
                let (mut near, looked_at) = place.near(tree, &mut self.pass, of, self.slack);
                // For each change among the siblings anew.
                self.left = self.left.saturating_sub(looked_at);
                near.push(n);
                near.retain(|n| has_key(tree, &place.keys, *n));
                near
            }
            Side::Own | Side::All => {
                std::iter::successors(tree.first_child(parent), |n| tree.next_sibling(*n)).collect()
            }
        };
        for n in siblings {
            self.spend();
            self.see_from(n, way.down, targets);
        }
    }

    /// Looks at an element, or at those so many levels below it.
    fn see_from(&mut self, n: Slot, down: u8, targets: &[(Way, Target)]) {
        let tree = self.tree;
        match down {
            0 => self.see(n, targets),
            BELOW => {
                for n in tree.walk(n).skip(1) {
                    if self.left == 0 {
                        return;
                    }
                    self.see(n, targets);
                }
            }
            down => {
                let mut open = vec![(tree.first_child(n), down)];
                while let Some((at, down)) = open.pop() {
                    let Some(n) = at.filter(|_| self.left > 0) else {
                        continue;
                    };
                    open.push((tree.next_sibling(n), down));
                    if down > 1 {
                        open.push((tree.first_child(n), down - 1));
                    }
                    self.see(n, targets);
                }
            }
        }
    }

    fn see(&mut self, n: Slot, targets: &[(Way, Target)]) {
        self.spend();
        if self.tree.kind(n) != Kind::Element {
            return;
        }
        for (_, target) in targets {
            if !self.filing.may_match(self.tree, *target, n) {
                continue;
            }
            match target {
                Target::Step(step) => self.judge(*step as usize, n),
                Target::Selector(number) => {
                    let mark = &self.nodes[n.0 as usize];
                    let level = mark.own.max(mark.level);
                    if !self.is_known(n) || self.plan.filed(*number).level > level {
                        self.tries.push((n, *number));
                    }
                }
            }
        }
    }

    fn spend(&mut self) {
        self.left = self.left.saturating_sub(1);
    }
}

/// Texts up to this many bytes hold few enough words to compare each with each.
const FEW_WORDS: usize = 256;

/// The words of one text that another has not.
fn without<'t>(text: &'t str, other: &str) -> Vec<&'t str> {
    let words = text.split_ascii_whitespace();
    let others = || other.split_ascii_whitespace();
    if text.len().max(other.len()) <= FEW_WORDS {
        return words
            .filter(|word| others().all(|other| other != *word))
            .collect();
    }
    let others: FxHashSet<&str> = others().collect();
    words.filter(|word| !others.contains(word)).collect()
}
