//! Two lists of children: which are the same, and which of those can stay where they are.
//!
//! Equal ends first; then subtrees that are equal to one only, and what has a key; a longest run of these that is in order stays, and
//! what is left between two that stay is matched in order by likeness. What is equal to something anywhere moves.

use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt};

use super::alignment::longest_increasing;
use super::gaps;
use super::matching::Matching;
use crate::allow;
use crate::tree::{Kind, Slot, Tree};

/// A pair of children.
#[derive(Clone, Copy)]
pub(super) struct Mates {
    pub(super) old: Slot,
    pub(super) new: Slot,
    pub(super) stays: bool,
}

/// The children that are still to be matched.
pub(super) struct Lists<'m, 'a> {
    matching: &'m Matching<'a>,
    old: Vec<Slot>,
    new: Vec<Slot>,
    /// By place in `new`: the place in `old`, and whether it stays.
    mates: Vec<Option<(usize, bool)>>,
    taken: Vec<bool>,
    found: Vec<Mates>,
}

/// Who has a name: the place of the only one on either side.
#[derive(Default)]
struct Bearers {
    old: Only,
    new: Only,
}

#[derive(Clone, Copy, Default)]
enum Only {
    #[default]
    None,
    One(usize),
    Several,
}

impl Only {
    fn add(&mut self, at: usize) {
        *self = match self {
            Self::None => Self::One(at),
            Self::One(_) | Self::Several => Self::Several,
        };
    }
}

/// Pairs the children of two nodes that are a pair.
pub(super) fn align(matching: &Matching<'_>, old: Slot, new: Slot) -> Vec<Mates> {
    let mut lists = Lists::new(matching, old, new);
    if !lists.old.is_empty() && !lists.new.is_empty() {
        lists.match_names(|_, hash, _| Some(hash));
        lists.match_names(|tree, _, n| matching.key(tree, n));
        lists.choose_stays();
        lists.fill_gaps();
        lists.match_anywhere();
    }
    lists.finish()
}

impl<'m, 'a> Lists<'m, 'a> {
    /// Without the ends that are equal.
    fn new(matching: &'m Matching<'a>, old: Slot, new: Slot) -> Self {
        let sides = matching.sides;
        let mut before: VecDeque<Slot> = children(sides.old, old).collect();
        let mut after: VecDeque<Slot> = children(sides.new, new).collect();
        before.retain(|n| matching.pairs.new_of(*n).is_none());
        after.retain(|n| matching.pairs.old_of(*n).is_none());
        let mut found = Vec::new();
        let mut add = |old: Option<Slot>, new: Option<Slot>| {
            let pair = old.zip(new);
            found.extend(pair.map(|(old, new)| Mates {
                old,
                new,
                stays: true,
            }));
        };
        while matching.can_be_equal(before.front(), after.front()) {
            add(before.pop_front(), after.pop_front());
        }
        while matching.can_be_equal(before.back(), after.back()) {
            add(before.pop_back(), after.pop_back());
        }
        Self {
            matching,
            mates: vec![None; after.len()],
            taken: vec![false; before.len()],
            old: before.into(),
            new: after.into(),
            found,
        }
    }

    fn finish(mut self) -> Vec<Mates> {
        for (mate, new) in self.mates.into_iter().zip(self.new) {
            self.found.extend(mate.map(|(old, stays)| Mates {
                old: self.old[old],
                new,
                stays,
            }));
        }
        self.found
    }

    fn take(&mut self, old: usize, new: usize, stays: bool) {
        self.taken[old] = true;
        self.mates[new] = Some((old, stays));
    }

    /// Pairs those that alone have a name on either side, given by `name` from tree, hash and node.
    fn match_names(&mut self, name: impl Fn(&Tree, u64, Slot) -> Option<u64>) {
        let Matching {
            sides, old, new, ..
        } = self.matching;
        let mut bearers: HashMap<u64, Bearers> = HashMap::with_capacity(self.old.len());
        for (at, &n) in self.old.iter().enumerate() {
            let free = (!self.taken[at]).then(|| name(sides.old, old[n.0 as usize], n));
            if let Some(name) = free.flatten() {
                bearers.entry(name).or_default().old.add(at);
            }
        }
        for (at, &n) in self.new.iter().enumerate() {
            let free = self.mates[at].is_none();
            let name = free.then(|| name(sides.new, new[n.0 as usize], n));
            if let Some(bearers) = name.flatten().and_then(|name| bearers.get_mut(&name)) {
                bearers.new.add(at);
            }
        }
        for bearers in bearers.into_values() {
            if let (Only::One(old), Only::One(new)) = (bearers.old, bearers.new)
                && sides.may_pair(self.old[old], self.new[new])
            {
                self.take(old, new, false);
            }
        }
    }

    fn choose_stays(&mut self) {
        let mates: Vec<&mut (usize, bool)> = self.mates.iter_mut().flatten().collect();
        let places: Vec<usize> = mates.iter().map(|mate| mate.0).collect();
        let stays = longest_increasing(&places);
        for (mate, stays) in mates.into_iter().zip(stays) {
            mate.1 = stays;
        }
    }

    /// What stands between two that stay, on either side.
    fn fill_gaps(&mut self) {
        let (mut old_from, mut new_from) = (0, 0);
        let stays = self.mates.iter().enumerate().filter_map(|(new, mate)| {
            let (old, stays) = (*mate)?;
            stays.then_some((old, new))
        });
        let end = (self.old.len(), self.new.len());
        let ends: Vec<(usize, usize)> = stays.chain([end]).collect();
        for (old_to, new_to) in ends {
            let olds: Vec<usize> = (old_from..old_to).filter(|at| !self.taken[*at]).collect();
            let news = new_from..new_to;
            let news: Vec<usize> = news.filter(|at| self.mates[*at].is_none()).collect();
            for (old, new) in gaps::fill(self.matching, (&olds, &self.old), (&news, &self.new)) {
                self.take(old, new, true);
            }
            (old_from, new_from) = (old_to + 1, new_to + 1);
        }
    }

    /// Equal ones that are not in order. Blanks are sent as fast as they are moved.
    fn match_anywhere(&mut self) {
        let Matching {
            sides, old, new, ..
        } = self.matching;
        let mut places: HashMap<u64, VecDeque<usize>> = HashMap::new();
        for (at, &n) in self.old.iter().enumerate() {
            if !self.taken[at] && !is_blank(sides.old, n) {
                places.entry(old[n.0 as usize]).or_default().push_back(at);
            }
        }
        if places.is_empty() {
            return;
        }
        for at in 0..self.new.len() {
            let n = self.new[at];
            let free = self.mates[at].is_none();
            let place = places.get_mut(&new[n.0 as usize]).filter(|_| free);
            let place = place.and_then(VecDeque::pop_front);
            if let Some(place) = place.filter(|place| sides.may_pair(self.old[*place], n)) {
                self.take(place, at, false);
            }
        }
    }
}

pub(super) fn is_blank(tree: &Tree, n: Slot) -> bool {
    tree.kind(n) == Kind::Text && allow::is_blank(tree.text(n))
}

fn children(tree: &Tree, n: Slot) -> impl Iterator<Item = Slot> {
    let all = std::iter::successors(tree.first_child(n), |child| tree.next_sibling(*child));
    all.filter(|child| !tree.is_unseen(*child))
}
