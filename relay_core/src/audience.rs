//! Those who may see the same, by number. Audiences that have had the same plan all along see the same and are one here, under
//! several numbers: most sites have the same rules for all roles.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::history::Log;
use crate::mask::{Marks, Plan};
use crate::tree::{Slot, Tree, Version};

/// An audience's number in its session.
pub type AudienceNumber = u32;

/// Larger frames are made anew for each number rather than kept.
const KEPT_FRAME: usize = 64 * 1024;

/// What an audience sees of the page.
#[derive(Clone)]
pub(crate) struct Audience {
    pub(crate) marks: Marks,
    /// Nodes whose level has risen, or that say more or less of masked ones than before.
    pub(crate) risen: Log,
    sent: Option<Sent>,
}

/// The last frame, for the other numbers.
#[derive(Clone)]
struct Sent {
    from: Version,
    to: Version,
    frame: Vec<u8>,
}

impl Audience {
    fn new(marks: Marks) -> Self {
        Self {
            marks,
            risen: Log::default(),
            sent: None,
        }
    }

    /// Notes the nodes of subtrees that have become masked; nodes of this version are projected anew anyway.
    pub(crate) fn note(&mut self, tree: &Tree, version: Version, risen: &[Slot]) {
        let nodes = risen.iter().flat_map(|top| tree.walk(*top));
        let nodes = nodes.chain(self.marks.turned().iter().copied());
        let old = nodes.filter(|n| tree.node(*n).created < version);
        self.risen.add(version, old.collect::<Vec<_>>());
    }
}

/// The audiences of a session.
#[derive(Default)]
pub(crate) struct Audiences {
    /// Which of `all` each number means.
    numbers: BTreeMap<AudienceNumber, u32>,
    all: BTreeMap<u32, Audience>,
    last: u32,
}

impl Audiences {
    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(crate) fn get(&self, number: AudienceNumber) -> Option<&Audience> {
        self.all.get(self.numbers.get(&number)?)
    }

    /// The key of what a number means.
    pub(crate) fn key(&self, number: AudienceNumber) -> Option<u32> {
        self.numbers.get(&number).copied()
    }

    /// Each once, with a key of its own.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Audience)> {
        self.all.iter().map(|(key, audience)| (*key, audience))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Audience> {
        self.all.values()
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Audience> {
        self.all.values_mut()
    }

    /// A new number. What has been masked for the others with this plan is so for it.
    pub(crate) fn add(&mut self, plan: Arc<Plan>, tree: &Tree) -> AudienceNumber {
        self.last += 1;
        let mut all = self.all.iter();
        let same = all.find(|(_, audience)| audience.marks.has_plan(&plan));
        let key = same.map_or(self.last, |(key, _)| *key);
        self.all.entry(key).or_insert_with(|| {
            let mut marks = Marks::new(plan);
            marks.rebuild(tree);
            Audience::new(marks)
        });
        self.numbers.insert(self.last, key);
        self.last
    }

    /// That of a number, for this number alone.
    pub(crate) fn part(&mut self, number: AudienceNumber) -> Option<&mut Audience> {
        let key = *self.numbers.get(&number)?;
        if self.is_shared(key) {
            let own = self.all.get(&key)?.clone();
            self.last += 1;
            self.all.insert(self.last, own);
            self.numbers.insert(number, self.last);
        }
        self.all.get_mut(self.numbers.get(&number)?)
    }

    /// Makes that of a number one with another that sees the same by the same plan.
    pub(crate) fn join(&mut self, number: AudienceNumber) {
        let Some((key, own)) = self
            .numbers
            .get(&number)
            .and_then(|key| self.all.get_key_value(key))
        else {
            return;
        };
        let (key, mut all) = (*key, self.all.iter());
        let same =
            all.find(|(other, audience)| **other != key && audience.marks.is_same(&own.marks));
        let Some(same) = same.map(|(key, _)| *key) else {
            return;
        };
        let own = self.all.remove(&key);
        for means in self.numbers.values_mut().filter(|means| **means == key) {
            *means = same;
        }
        if let (Some(own), Some(same)) = (own, self.all.get_mut(&same)) {
            same.risen.merge(own.risen);
            same.sent = None;
        }
    }

    /// Gives the key when nobody is left that it means.
    pub(crate) fn remove(&mut self, number: AudienceNumber) -> Option<u32> {
        let key = self.numbers.remove(&number)?;
        let is_left = self.numbers.values().any(|other| *other == key);
        if !is_left {
            self.all.remove(&key);
        }
        (!is_left).then_some(key)
    }

    fn is_shared(&self, key: u32) -> bool {
        self.numbers
            .values()
            .filter(|other| **other == key)
            .nth(1)
            .is_some()
    }

    /// The frame that another number was sent from one version to another.
    pub(crate) fn sent(
        &self,
        number: AudienceNumber,
        (from, to): (Version, Version),
    ) -> Option<&[u8]> {
        let sent = self.get(number)?.sent.as_ref()?;
        (sent.from == from && sent.to == to).then_some(&*sent.frame)
    }

    /// Keeps a frame for the other numbers, if there are any.
    pub(crate) fn keep(
        &mut self,
        number: AudienceNumber,
        (from, to): (Version, Version),
        frame: &[u8],
    ) {
        let Some(key) = self
            .numbers
            .get(&number)
            .copied()
            .filter(|key| self.is_shared(*key))
        else {
            return;
        };
        if let Some(audience) = self.all.get_mut(&key).filter(|_| frame.len() <= KEPT_FRAME) {
            let frame = frame.to_vec();
            audience.sent = Some(Sent { from, to, frame });
        }
    }

    /// Forgets what happened up to a version, and the frames that were kept.
    pub(crate) fn forget(&mut self, version: Version) {
        for audience in self.all.values_mut() {
            audience.risen.forget(version);
            audience.sent = None;
        }
    }
}
