//! The two kinds of node numbers, and which of the visitor's are in use or were.

use std::collections::BTreeMap;

use foldhash::HashMap;

use crate::tree::Slot;

/// A node's number as the visitor gave it: unique from one `document` of the page to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VisitorId(pub u32);

/// A node's number as viewers know it: unique in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewId(pub u32);

/// Highest node number on the wire.
pub const MAX_NODE: u32 = i32::MAX as u32;

/// Finds nodes by the visitor's numbers and knows which numbers have been used.
#[derive(Debug, Default)]
pub struct NodeIndex {
    /// By number: visitors give them in order, so that there are few holes. [`NONE`] where no node is.
    near: Vec<u32>,
    /// Those that are too far out. Numbers come from the page, so the hash is keyed.
    far: HashMap<VisitorId, Slot>,
    live: usize,
    spent: Ranges,
    /// No number above it has been used: most that come are new, and known to be so by this alone.
    highest: u32,
}

const NONE: u32 = u32::MAX;

/// Numbers below this are always near.
const SMALL: usize = 1024;

/// Of numbers held near, at least one in so many is in use when the table grows.
const HOLES: usize = 4;

impl NodeIndex {
    /// The node of a number.
    #[must_use]
    pub fn find(&self, id: VisitorId) -> Option<Slot> {
        match self.near.get(id.0 as usize) {
            Some(&slot) => (slot != NONE).then_some(Slot(slot)),
            None => self.far.get(&id).copied(),
        }
    }

    /// Whether a node has, or had, this number.
    #[must_use]
    pub fn is_used(&self, id: VisitorId) -> bool {
        id.0 <= self.highest && (self.find(id).is_some() || self.spent.contains(id.0))
    }

    /// Takes a number into use.
    pub fn add(&mut self, id: VisitorId, slot: Slot) {
        self.live += 1;
        self.highest = self.highest.max(id.0);
        let number = id.0 as usize;
        if number >= self.near.len() && number < SMALL + HOLES * self.live {
            self.stretch(number);
        }
        match self.near.get_mut(number) {
            Some(near) => *near = slot.0,
            None => drop(self.far.insert(id, slot)),
        }
    }

    /// Takes a number out of use; for good, or with `forget` as if it had never been in use.
    pub fn drop(&mut self, id: VisitorId, forget: bool) {
        self.live -= 1;
        match self.near.get_mut(id.0 as usize) {
            Some(near) => *near = NONE,
            None => drop(self.far.remove(&id)),
        }
        if !forget {
            self.spent.insert(id.0);
        }
    }

    /// Holds numbers up to this one, and an eighth more, near.
    fn stretch(&mut self, number: usize) {
        let length = number + number / 8 + 1;
        self.near.reserve_exact(length - self.near.len());
        self.near.resize(length, NONE);
        let near = &mut self.near;
        self.far.retain(|id, slot| {
            let place = near.get_mut(id.0 as usize);
            place.map(|near| *near = slot.0).is_none()
        });
    }

    /// How many separate runs of numbers it has to remember as spent: what it costs beside the live nodes.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.spent.len()
    }
}

/// A set of numbers as runs, small when they come in order.
#[derive(Debug, Default)]
struct Ranges {
    /// Start of each run to its last number.
    ends: BTreeMap<u32, u32>,
    /// The run that grew last, start and last number, not among the others: nodes leave in the order of their numbers.
    growing: Option<(u32, u32)>,
}

impl Ranges {
    fn contains(&self, number: u32) -> bool {
        let is_in = |(start, end): (u32, u32)| (start..=end).contains(&number);
        self.growing.is_some_and(is_in) || self.run_at(number).is_some_and(is_in)
    }

    /// How many runs there are; two that touch may count as two.
    fn len(&self) -> usize {
        self.ends.len() + usize::from(self.growing.is_some())
    }

    fn run_at(&self, number: u32) -> Option<(u32, u32)> {
        let run = self.ends.range(..=number).next_back();
        run.map(|(&start, &end)| (start, end))
    }

    fn insert(&mut self, number: u32) {
        self.growing = Some(match self.growing {
            Some((start, end)) if (start..=end).contains(&number) => return,
            Some((start, end)) if number == end + 1 => (start, number),
            Some((start, end)) if number + 1 == start => (number, end),
            Some(run) => {
                self.settle(run);
                (number, number)
            }
            None => (number, number),
        });
    }

    /// Puts a run among the others, as one with those that it touches or holds.
    fn settle(&mut self, (mut start, mut end): (u32, u32)) {
        while let Some((from, to)) = self.run_at(end.saturating_add(1)) {
            if to.saturating_add(1) < start {
                break;
            }
            self.ends.remove(&from);
            (start, end) = (start.min(from), end.max(to));
        }
        self.ends.insert(start, end);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Ranges;

    proptest! {
        #[test]
        fn runs_hold_what_was_inserted_and_are_few(numbers in prop::collection::vec(0_u32..40, 0..60)) {
            let mut ranges = Ranges::default();
            let mut held = BTreeSet::new();
            for number in numbers {
                ranges.insert(number);
                held.insert(number);
                for asked in 0..42 {
                    prop_assert_eq!(ranges.contains(asked), held.contains(&asked));
                }
            }
            if let Some(run) = ranges.growing.take() {
                ranges.settle(run);
            }
            let starts = held.iter().filter(|number| **number == 0 || !held.contains(&(**number - 1)));
            prop_assert_eq!(ranges.len(), starts.count());
        }
    }
}
