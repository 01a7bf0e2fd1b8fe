//! Places of elements among all their siblings and among those of their type: numbered a parent at a time, when first asked for.

use super::bits::Bits;
use super::complex::Nth;
use super::pass::{NEAR, Pass};
use super::traces::Place;
use crate::tree::{Kind, Slot, Tree};
use rustc_hash::FxHashMap;
use selectors::parser::AnPlusB;

/// Places that hold until the children of a parent change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places([Numbers; 4]);

#[derive(Clone, Debug, Default)]
struct Numbers {
    numbered: Bits,
    places: Vec<i32>,
}

impl Places {
    /// The children of a node, if it has any, are others, or in another order.
    pub(crate) fn forget(&mut self, parent: Slot) {
        for numbers in &mut self.0 {
            numbers.numbered.put(parent, false);
        }
    }

    /// The place of an element from 1, and how many siblings had to be numbered for that.
    pub(super) fn of(&mut self, tree: &Tree, nth: &Nth, n: Slot) -> (i32, usize) {
        let Some(parent) = tree.parent(n) else {
            return (1, 0);
        };
        let numbers = &mut self.0[usize::from(nth.of_type) * 2 + usize::from(nth.from_end)];
        let mut looked_at = 0;
        if numbers.numbered.put(parent, true) {
            numbers.places.resize(tree.slots(), 0);
            looked_at = number(tree, nth, parent, &mut numbers.places);
        }
        (numbers.places[n.0 as usize], looked_at)
    }
}

fn number(tree: &Tree, nth: &Nth, parent: Slot, places: &mut [i32]) -> usize {
    let mut looked_at = 0;
    let mut all = 0;
    let mut of_type: FxHashMap<_, i32> = FxHashMap::default();
    let mut at = nth.first(tree, parent);
    while let Some(n) = at {
        at = nth.next(tree, n);
        looked_at += 1;
        if tree.kind(n) != Kind::Element {
            continue;
        }
        let count = if nth.of_type {
            of_type
                .entry((tree.tag_atom(n), tree.namespace(n)))
                .or_default()
        } else {
            &mut all
        };
        *count += 1;
        places[n.0 as usize] = *count;
    }
    looked_at
}

impl Nth {
    /// Any place.
    pub(super) fn any() -> Self {
        Self {
            of_type: false,
            from_end: false,
            formula: AnPlusB(1, 0),
            of: Vec::new(),
        }
    }

    /// Whether it names one place, near the first.
    pub(super) fn is_near(&self) -> bool {
        self.formula.0 == 0 && self.formula.1 <= NEAR
    }

    /// The child from which is counted.
    pub(super) fn first(&self, tree: &Tree, parent: Slot) -> Option<Slot> {
        if self.from_end {
            tree.last_child(parent)
        } else {
            tree.first_child(parent)
        }
    }

    /// The child counted after `n`.
    pub(super) fn next(&self, tree: &Tree, n: Slot) -> Option<Slot> {
        if self.from_end {
            tree.prev_sibling(n)
        } else {
            tree.next_sibling(n)
        }
    }

    /// The child counted before `n`.
    pub(super) fn previous(&self, tree: &Tree, n: Slot) -> Option<Slot> {
        if self.from_end {
            tree.next_sibling(n)
        } else {
            tree.prev_sibling(n)
        }
    }
}

impl Place {
    /// Children of a parent that may have come to the place, or left it, when at most `slack` of them came, went or count otherwise;
    /// and how many children were looked at for them.
    pub(crate) fn near<'a>(
        &'a self,
        tree: &Tree,
        pass: &mut Pass<'a>,
        (parent, quirks): (Slot, bool),
        slack: i32,
    ) -> (Vec<Slot>, usize) {
        let nth = &self.nth;
        let (least, most) = if nth.is_near() && !nth.of_type {
            let wanted = nth.formula.1;
            (wanted.saturating_sub(slack), wanted.saturating_add(slack))
        } else {
            (0, i32::MAX)
        };
        let mut near = Vec::new();
        let mut looked_at = 0;
        let mut place = 0;
        let mut at = nth.first(tree, parent);
        while let Some(n) = at
            && place < most
        {
            looked_at += 1;
            at = nth.next(tree, n);
            let counts = tree.kind(n) == Kind::Element
                && (nth.of.is_empty() || pass.matches_any(&nth.of, n, quirks));
            place += i32::from(counts);
            if counts && place >= least {
                near.push(n);
            }
        }
        (near, looked_at)
    }
}
