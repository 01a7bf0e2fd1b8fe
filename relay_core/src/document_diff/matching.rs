//! From the documents down: pairs of nodes, then of their children, until all that is left differs.

use std::hash::BuildHasher;

use foldhash::HashMap;
use foldhash::fast::RandomState;

use super::Pairs;
use super::children::{align, is_blank};
use super::hash::{self, Hashes};
use super::sides::Sides;
use crate::atoms::Atom;
use crate::tree::{Kind, Slot, Tree};

/// Attributes that name an element among its siblings. They only guide: nothing is lost when two have the same.
const KEYS: &[&str] = &["id", "data-key", "data-id", "name", "href", "src"];

pub(super) struct Matching<'a> {
    pub(super) sides: &'a Sides<'a>,
    pub(super) old: Hashes,
    pub(super) new: Hashes,
    pub(super) pairs: Pairs,
    state: RandomState,
    /// Pairs whose children are still to be matched.
    open: Vec<(Slot, Slot)>,
}

impl<'a> Matching<'a> {
    pub(super) fn new(sides: &'a Sides<'a>) -> Self {
        Self {
            sides,
            old: Hashes::new(),
            new: Hashes::new(),
            pairs: Pairs::new(sides.old, sides.new),
            state: RandomState::default(),
            open: Vec::new(),
        }
    }

    /// Matches the trees below these documents, if the documents themselves can be one.
    pub(super) fn run(mut self, was: Slot, is: Slot) -> Option<Pairs> {
        let sides = self.sides;
        if !sides.may_pair(was, is) {
            return None;
        }
        self.old = hash::subtrees(sides.old, was, &self.state, |atom| sides.renamed(atom));
        self.new = hash::subtrees(sides.new, is, &self.state, |atom| atom);
        self.pair(was, is);
        self.settle();
        self.match_elsewhere(was, is);
        Some(self.pairs)
    }

    fn settle(&mut self) {
        while let Some((old, new)) = self.open.pop() {
            self.match_attached(old, new);
            for mates in align(self, old, new) {
                self.pair(mates.old, mates.new);
                if !mates.stays {
                    self.pairs.moved.insert(mates.new);
                }
            }
        }
    }

    pub(super) fn are_equal(&self, old: Slot, new: Slot) -> bool {
        self.old[old.0 as usize] == self.new[new.0 as usize]
    }

    /// Whether these are equal and can be one.
    pub(super) fn can_be_equal(&self, old: Option<&Slot>, new: Option<&Slot>) -> bool {
        let equal = old
            .zip(new)
            .filter(|(old, new)| self.are_equal(**old, **new));
        equal.is_some_and(|(old, new)| self.sides.may_pair(*old, *new))
    }

    /// Makes two nodes one, with all below them if they are equal.
    fn pair(&mut self, old: Slot, new: Slot) {
        if self.are_equal(old, new) {
            self.pair_below(old, new);
        } else {
            self.pairs.add(old, new);
            self.open.push((old, new));
        }
    }

    /// Two subtrees that are equal, node by node.
    fn pair_below(&mut self, old: Slot, new: Slot) {
        let (was, is) = (self.sides.old, self.sides.new);
        let mut open = vec![(old, new)];
        while let Some((old, new)) = open.pop() {
            self.pairs.add(old, new);
            let (mut before, mut after) = (was.first_below(old), is.first_below(new));
            while let (Some(old), Some(new)) = (before, after) {
                if self.pairs.is_free(old, new) && self.sides.may_pair(old, new) {
                    open.push((old, new));
                }
                (before, after) = (was.beside(old), is.beside(new));
            }
        }
    }

    /// Shadow roots and documents of frames go with their hosts.
    fn match_attached(&mut self, old: Slot, new: Slot) {
        let (was, is) = (self.sides.old, self.sides.new);
        let attached = [
            (was.shadow_root(old), is.shadow_root(new)),
            (was.content_document(old), is.content_document(new)),
        ];
        for (old, new) in attached {
            if let (Some(old), Some(new)) = (old, new)
                && self.pairs.is_free(old, new)
                && self.sides.may_pair(old, new)
            {
                self.pair(old, new);
            }
        }
    }

    /// What has come below another parent: equal subtrees first, then elements of the same id.
    fn match_elsewhere(&mut self, was: Slot, is: Slot) {
        let mut equal: HashMap<u64, Option<Slot>> = HashMap::default();
        let mut named: HashMap<u64, Option<Slot>> = HashMap::default();
        for n in left_over(self.sides.old, was) {
            if self.pairs.new_of(n).is_none() {
                let hash = self.old[n.0 as usize];
                note(&mut equal, hash, n);
                if let Some(id) = self.id(self.sides.old, n) {
                    note(&mut named, id, n);
                }
            }
        }
        if equal.is_empty() {
            return;
        }
        let news: Vec<Slot> = left_over(self.sides.new, is).collect();
        for &new in &news {
            let found = equal.get(&self.new[new.0 as usize]).copied().flatten();
            self.pair_elsewhere(found, new);
        }
        for &new in &news {
            let id = self.id(self.sides.new, new);
            let found = id.and_then(|id| named.get(&id).copied().flatten());
            self.pair_elsewhere(found, new);
            self.settle();
        }
    }

    fn pair_elsewhere(&mut self, old: Option<Slot>, new: Slot) {
        let sides = self.sides;
        let Some(old) = old.filter(|old| self.pairs.is_free(*old, new)) else {
            return;
        };
        let (from, to) = (sides.old.owner_document(old), sides.new.owner_document(new));
        if self.pairs.new_of(from) == Some(to) && sides.may_pair(old, new) {
            self.pair(old, new);
            self.pairs.moved.insert(new);
        }
    }

    fn id(&self, tree: &Tree, n: Slot) -> Option<u64> {
        let id = tree.attribute_value(n, Atom::ID)?;
        (!id.is_empty()).then(|| self.state.hash_one(id))
    }

    /// What names an element of either tree among its siblings.
    pub(super) fn key(&self, tree: &Tree, n: Slot) -> Option<u64> {
        let records = tree.attribute_records(n).iter();
        let keys = records.filter_map(|record| {
            let name = tree.atoms.name(record.name);
            let rank = KEYS.iter().position(|key| *key == name)?;
            (!record.value.is_empty()).then_some((rank, &*record.value))
        });
        let named = keys.min_by_key(|(rank, _)| *rank)?;
        Some(self.state.hash_one((tree.tag(n), named)))
    }

    /// What a node of either tree looks like from outside.
    pub(super) fn look(&self, tree: &Tree, n: Slot) -> u64 {
        let names = [Atom::ID, Atom::CLASS].map(|name| tree.attribute_value(n, name));
        let what = (tree.kind(n) as u8, tree.namespace(n), tree.tag(n));
        self.state.hash_one((what, names, is_blank(tree, n)))
    }
}

/// Elements with something in them; text alone is sent as fast as it is moved.
fn left_over(tree: &Tree, root: Slot) -> impl Iterator<Item = Slot> {
    let holds = |n: &Slot| tree.kind(*n) == Kind::Element && tree.first_child(*n).is_some();
    tree.walk(root)
        .filter(move |n| !tree.is_unseen(*n) && holds(n))
}

/// Notes the one node of a hash, or that there are several.
fn note(nodes: &mut HashMap<u64, Option<Slot>>, hash: u64, n: Slot) {
    nodes
        .entry(hash)
        .and_modify(|only| *only = None)
        .or_insert(Some(n));
}
