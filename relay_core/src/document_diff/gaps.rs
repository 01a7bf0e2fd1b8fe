//! What stands between two children that stay: paired in order, by likeness.

use std::collections::VecDeque;

use foldhash::{HashMap, HashMapExt};

use super::alignment::best_in_order;
use super::children::is_blank;
use super::matching::Matching;
use crate::atoms::Atom;
use crate::tree::{Kind, Slot};

/// Gaps of at most so many pairs are paired by the greatest likeness in sum, larger ones by the next that is alike.
const CELLS: usize = 4096;

/// Likeness of equal subtrees.
const EQUAL: u32 = 16;
/// Of elements of one tag and class.
const SAME_CLASS: u32 = 6;
/// Of texts, neither or both blank.
const TEXTS: u32 = 3;
/// Of elements of one tag.
const SAME_TAG: u32 = 2;

/// Places in the lists of children, and these lists.
type Gap<'g> = (&'g [usize], &'g [Slot]);

/// Pairs of places, in order in both.
pub(super) fn fill(matching: &Matching<'_>, old: Gap<'_>, new: Gap<'_>) -> Vec<(usize, usize)> {
    let (mut olds, mut news) = (old.0, new.0);
    let mut pairs = Vec::new();
    let equal = |o: Option<&usize>, n: Option<&usize>| {
        let (o, n) = (o.map(|o| &old.1[*o]), n.map(|n| &new.1[*n]));
        matching.can_be_equal(o, n)
    };
    while equal(olds.first(), news.first()) {
        pairs.push((olds[0], news[0]));
        (olds, news) = (&olds[1..], &news[1..]);
    }
    while equal(olds.last(), news.last()) {
        let (o, n) = (olds.len() - 1, news.len() - 1);
        pairs.push((olds[o], news[n]));
        (olds, news) = (&olds[..o], &news[..n]);
    }
    if olds.is_empty() || news.is_empty() {
        return pairs;
    }
    if olds.len() * news.len() <= CELLS {
        let likeness = |o: usize, n: usize| likeness(matching, old.1[olds[o]], new.1[news[n]]);
        let best = best_in_order((olds.len(), news.len()), likeness);
        pairs.extend(best.into_iter().map(|(o, n)| (olds[o], news[n])));
    } else {
        pairs.extend(next_alike(matching, (olds, old.1), (news, new.1)));
    }
    pairs
}

fn likeness(matching: &Matching<'_>, old: Slot, new: Slot) -> u32 {
    let sides = matching.sides;
    if !sides.may_pair(old, new) {
        return 0;
    }
    if matching.are_equal(old, new) {
        return EQUAL;
    }
    match sides.new.kind(new) {
        Kind::Text => {
            let same = is_blank(sides.old, old) == is_blank(sides.new, new);
            if same { TEXTS } else { 0 }
        }
        Kind::Element => {
            let value = |name| {
                let was = sides.old.attribute_value(old, name);
                (was, sides.new.attribute_value(new, name))
            };
            let (was, is) = value(Atom::ID);
            if was != is {
                return 0;
            }
            let (was, is) = value(Atom::CLASS);
            if was == is { SAME_CLASS } else { SAME_TAG }
        }
        Kind::Document | Kind::ShadowOpen | Kind::ShadowClosed => 0,
    }
}

/// Each new one with the next old one that is equal, or else looks the same from outside, after the pair before.
fn next_alike(matching: &Matching<'_>, old: Gap<'_>, new: Gap<'_>) -> Vec<(usize, usize)> {
    let sides = matching.sides;
    let mut alike: HashMap<u64, VecDeque<usize>> = HashMap::with_capacity(old.0.len());
    for (at, &place) in old.0.iter().enumerate() {
        let n = old.1[place];
        let look = matching.look(sides.old, n);
        alike.entry(look).or_default().push_back(at);
    }
    let mut pairs = Vec::new();
    let mut from = 0;
    for &place in new.0 {
        let n = new.1[place];
        let look = matching.look(sides.new, n);
        let Some(places) = alike.get_mut(&look) else {
            continue;
        };
        while places.front().is_some_and(|at| *at < from) {
            places.pop_front();
        }
        let found = places.front().copied();
        if let Some(at) = found.filter(|at| sides.may_pair(old.1[old.0[*at]], n)) {
            pairs.push((old.0[at], place));
            from = at + 1;
        }
    }
    pairs
}
