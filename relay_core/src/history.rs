//! What changed when, as far back as any viewer may ask: the nodes to look at and the ones that have left.
//!
//! Bounded: a node is noted once for all its changes when the notes outgrow the nodes, and what is too old is forgotten.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use crate::edit::Burial;
use crate::tree::{Slot, Version};

/// Notes that are kept whatever the number of nodes, so that small pages do not sort them all the time.
const SMALL: usize = 1024;

/// Slots in the order of their changes. A slot may hold another node by now: the node's own stamps say what is true.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<(Version, Slot)>,
    /// How many there were after the last compaction.
    distinct: usize,
}

impl Log {
    pub(crate) fn add(&mut self, version: Version, slots: impl IntoIterator<Item = Slot>) {
        self.entries.extend(slots.into_iter().map(|n| (version, n)));
        if self.entries.len() > 2 * self.distinct + SMALL {
            self.compact();
        }
    }

    /// The slots changed after a version, each once.
    pub(crate) fn since(&self, version: Version) -> Vec<Slot> {
        let start = self.entries.partition_point(|entry| entry.0 <= version);
        let mut slots: Vec<Slot> = self.entries.range(start..).map(|entry| entry.1).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    pub(crate) fn forget(&mut self, version: Version) {
        let end = self.entries.partition_point(|entry| entry.0 <= version);
        self.entries.drain(..end);
        self.distinct = self.distinct.min(self.entries.len());
    }

    /// Takes up the notes of another.
    pub(crate) fn merge(&mut self, other: Self) {
        self.distinct += other.distinct;
        self.entries.extend(other.entries);
        self.entries.make_contiguous().sort_unstable();
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Nodes have come to other slots, or to none.
    pub(crate) fn carry(&mut self, slot: impl Fn(Slot) -> Option<Slot>) {
        let entries = std::mem::take(&mut self.entries).into_iter();
        let entries = entries.filter_map(|(version, n)| Some((version, slot(n)?)));
        self.entries = entries.collect();
        self.distinct = self.distinct.min(self.entries.len());
    }

    /// Keeps the last note of each slot.
    fn compact(&mut self) {
        let mut seen = FxHashSet::default();
        let newest_first = self.entries.iter().rev();
        let kept: Vec<_> = newest_first.filter(|entry| seen.insert(entry.1)).collect();
        self.entries = kept.into_iter().rev().copied().collect();
        self.distinct = self.entries.len();
    }
}

/// The history of one page.
#[derive(Debug, Default)]
pub(crate) struct History {
    changes: Log,
    burials: VecDeque<(Version, Burial)>,
    /// What happened up to here may be forgotten.
    floor: Version,
}

impl History {
    pub(crate) fn add(
        &mut self,
        version: Version,
        changes: Vec<Slot>,
        burials: Vec<Burial>,
        most_burials: usize,
    ) {
        self.changes.add(version, changes);
        let burials = burials.into_iter().map(|burial| (version, burial));
        self.burials.extend(burials);
        if self.burials.len() > most_burials {
            let middle = self.burials[self.burials.len() / 2].0;
            self.forget(middle);
        }
    }

    /// Nodes changed after a version.
    pub(crate) fn changes(&self, since: Version) -> Vec<Slot> {
        self.changes.since(since)
    }

    /// Nodes that left after a version, in order.
    pub(crate) fn burials(&self, since: Version) -> impl Iterator<Item = &Burial> {
        let start = self.burials.partition_point(|entry| entry.0 <= since);
        self.burials.range(start..).map(|entry| &entry.1)
    }

    /// Whether all that happened after a version is known.
    pub(crate) fn reaches(&self, since: Version) -> bool {
        since >= self.floor
    }

    /// Nobody will ask what happened up to a version.
    pub(crate) fn forget(&mut self, version: Version) {
        self.floor = self.floor.max(version);
        self.changes.forget(version);
        let end = self.burials.partition_point(|entry| entry.0 <= version);
        self.burials.drain(..end);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.changes.len() + self.burials.len()
    }

    /// A page that has been matched into this one: its nodes are in other slots.
    pub(crate) fn carry(&mut self, slot: impl Fn(Slot) -> Option<Slot>) {
        self.changes.carry(slot);
    }

    /// A new page: its nodes are all newer than whatever a viewer has.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            floor: self.floor,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{Log, SMALL};
    use crate::tree::Slot;

    #[test]
    fn gives_what_changed_after_a_version_once() {
        let mut log = Log::default();
        log.add(1, [Slot(4), Slot(2)]);
        log.add(2, [Slot(4)]);
        log.add(3, [Slot(9), Slot(4)]);
        assert_eq!(log.since(1), [Slot(4), Slot(9)]);
        assert_eq!(log.since(3), []);
    }

    #[test]
    fn stays_small_when_the_same_nodes_change_for_ever() {
        let mut log = Log::default();
        for version in 1..100_000 {
            log.add(version, [Slot(version % 3)]);
        }
        assert!(log.entries.len() <= 2 * 3 + SMALL);
        assert_eq!(log.since(99_998), [Slot(0)]);
        assert_eq!(log.since(0), [Slot(0), Slot(1), Slot(2)]);
    }

    #[test]
    fn forgets_what_nobody_asks_for() {
        let mut log = Log::default();
        log.add(1, [Slot(1)]);
        log.add(2, [Slot(2)]);
        log.forget(1);
        assert_eq!(log.since(0), [Slot(2)]);
    }
}
