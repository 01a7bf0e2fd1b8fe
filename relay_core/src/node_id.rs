//! The two kinds of node numbers, and which of the visitor's are in use or were.

use std::collections::{BTreeMap, HashMap};

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
    /// Numbers come from the page, so the hash is keyed.
    live: HashMap<VisitorId, Slot>,
    spent: Ranges,
}

impl NodeIndex {
    /// The node of a number.
    #[must_use]
    pub fn find(&self, id: VisitorId) -> Option<Slot> {
        self.live.get(&id).copied()
    }

    /// Whether a node has, or had, this number.
    #[must_use]
    pub fn is_used(&self, id: VisitorId) -> bool {
        self.live.contains_key(&id) || self.spent.contains(id.0)
    }

    /// Takes a number into use.
    pub fn add(&mut self, id: VisitorId, slot: Slot) {
        self.live.insert(id, slot);
    }

    /// Takes a number out of use; for good, or with `forget` as if it had never been in use.
    pub fn drop(&mut self, id: VisitorId, forget: bool) {
        self.live.remove(&id);
        if !forget {
            self.spent.insert(id.0);
        }
    }

    /// How many separate runs of numbers it has to remember as spent: what it costs beside the live nodes.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.spent.ends.len()
    }
}

/// A set of numbers as runs, small when they come in order.
#[derive(Debug, Default)]
struct Ranges {
    /// Start of each run to its last number.
    ends: BTreeMap<u32, u32>,
}

impl Ranges {
    fn contains(&self, number: u32) -> bool {
        self.run_at(number).is_some_and(|(_, end)| end >= number)
    }

    fn run_at(&self, number: u32) -> Option<(u32, u32)> {
        let run = self.ends.range(..=number).next_back();
        run.map(|(&start, &end)| (start, end))
    }

    fn insert(&mut self, number: u32) {
        let before = self.run_at(number);
        if before.is_some_and(|(_, end)| end >= number) {
            return;
        }
        let start = match before {
            Some((start, end)) if end + 1 == number => start,
            _ => number,
        };
        let end = self.ends.remove(&(number + 1)).unwrap_or(number);
        self.ends.insert(start, end);
    }
}

#[cfg(test)]
mod tests {
    use super::Ranges;

    #[test]
    fn runs_merge_on_both_sides() {
        let mut ranges = Ranges::default();
        for number in [5, 1, 3, 2, 4, 9] {
            ranges.insert(number);
        }
        assert_eq!(
            ranges.ends.into_iter().collect::<Vec<_>>(),
            [(1, 5), (9, 9)]
        );
    }

    #[test]
    fn contains_what_was_inserted_and_nothing_else() {
        let mut ranges = Ranges::default();
        for number in [7, 8, 2, 2] {
            ranges.insert(number);
        }
        let held: Vec<u32> = (0..12).filter(|number| ranges.contains(*number)).collect();
        assert_eq!(held, [2, 7, 8]);
    }
}
