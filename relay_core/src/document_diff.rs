//! The next document of a visitor, matched into the last one, so that viewers are sent only what differs.
//!
//! Each node of the new tree that is matched takes over what viewers know of the old one: its view id and when each part of it last
//! changed. From there on a delta is what it always is. Matching only guides: whatever is taken over is compared first, so that what
//! viewers end with never depends on it. A node is not matched where a viewer would have to be told less of a mask, or what no op can
//! take back.
//!
//! Linear in the nodes, but for sorting moves; nothing of it outlives the frame.

mod adopt;
mod alignment;
mod burial;
mod children;
mod environment;
mod gaps;
mod hash;
mod matching;
mod sides;

use rustc_hash::FxHashSet;

use crate::assets::Assets;
use crate::edit::Burial;
use crate::tree::{Slot, Tree, Version};

use environment::Addresses;
use matching::Matching;
use sides::Sides;
pub(crate) use sides::Sight;

/// Documents that have less than this part of the new one's nodes in common are strangers: a whole page says it as shortly.
const STRANGERS: usize = 4;

/// Which nodes of the new tree are which of the old one.
pub(crate) struct Pairs {
    /// By slot of the old tree.
    new: Vec<Option<Slot>>,
    /// By slot of the new tree.
    old: Vec<Option<Slot>>,
    /// New ones that do not stand where the old ones stood.
    moved: FxHashSet<Slot>,
    count: usize,
}

/// What has been found out about two documents.
pub(crate) struct Comparison {
    pub(crate) pairs: Pairs,
    addresses: Addresses,
}

/// Where versions and view ids stand.
pub(crate) struct Ends {
    /// The version that viewers may have.
    pub(crate) shown: Version,
    /// That of the new page.
    pub(crate) version: Version,
    /// The last view id given to the old page.
    pub(crate) last_view: u32,
}

/// What the new tree's history has to know.
#[derive(Default)]
pub(crate) struct Adopted {
    /// New nodes with stamps of this version.
    pub(crate) dirty: Vec<Slot>,
    pub(crate) burials: Vec<Burial>,
    /// By audience: nodes that are shown less of, or again more.
    pub(crate) risen: Vec<Vec<Slot>>,
    /// The last view id given.
    pub(crate) last_view: u32,
}

/// Matches the new document into the old one; none if viewers are better sent all of it. `sights` are the audiences' masks, `assets`
/// still those of the old page.
pub(crate) fn compare(
    old: &Tree,
    new: &Tree,
    sights: &[Sight<'_>],
    assets: &mut Assets,
) -> Option<Comparison> {
    let (was, is) = (old.root()?, new.root()?);
    let sides = Sides::new(old, new, sights);
    let pairs = Matching::new(&sides).run(was, is)?;
    if pairs.count * STRANGERS < new.len() {
        return None;
    }
    let addresses = Addresses::before(&sides, &pairs, assets);
    Some(Comparison { pairs, addresses })
}

/// Which nodes are the same, whatever viewers may be told of them.
pub(crate) fn same_nodes(old: &Tree, new: &Tree) -> Option<Pairs> {
    let (was, is) = (old.root()?, new.root()?);
    Matching::new(&Sides::new(old, new, &[])).run(was, is)
}

impl Comparison {
    /// Lets the new tree take over what viewers know. `assets` are the new page's by now.
    pub(crate) fn adopt(
        self,
        (old, new): (&Tree, &mut Tree),
        sights: &[Sight<'_>],
        assets: &mut Assets,
        ends: &Ends,
    ) -> (Pairs, Adopted) {
        let pairs = self.pairs;
        let sides = Sides::new(old, new, sights);
        let readdressed = self.addresses.after(&sides, &pairs, assets);
        let risen = sights.iter().map(|sight| sight.risen(&sides, &pairs));
        let risen = risen.collect();
        let burials = burial::burials(old, &pairs);
        let mut adopted = Adopted {
            burials,
            risen,
            last_view: ends.last_view,
            ..Adopted::default()
        };
        adopt::adopt((old, new), &pairs, &readdressed, ends, &mut adopted);
        (pairs, adopted)
    }
}

impl Pairs {
    fn new(old: &Tree, new: &Tree) -> Self {
        Self {
            new: vec![None; old.slots()],
            old: vec![None; new.slots()],
            moved: FxHashSet::default(),
            count: 0,
        }
    }

    /// The new node that an old one has become.
    pub(crate) fn new_of(&self, old: Slot) -> Option<Slot> {
        self.new.get(old.0 as usize).copied().flatten()
    }

    /// The old node that a new one has been.
    pub(crate) fn old_of(&self, new: Slot) -> Option<Slot> {
        self.old.get(new.0 as usize).copied().flatten()
    }

    fn add(&mut self, old: Slot, new: Slot) {
        self.new[old.0 as usize] = Some(new);
        self.old[new.0 as usize] = Some(old);
        self.count += 1;
    }

    fn is_free(&self, old: Slot, new: Slot) -> bool {
        self.new_of(old).is_none() && self.old_of(new).is_none()
    }

    fn iter(&self) -> impl Iterator<Item = (Slot, Slot)> {
        let new = self.old.iter().zip(0_u32..);
        new.filter_map(|(old, new)| old.map(|old| (old, Slot(new))))
    }
}

#[cfg(test)]
mod tests;
