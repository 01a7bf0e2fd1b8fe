//! The two trees side by side, and which of their nodes may be one for viewers.

use super::Pairs;
use crate::atoms::Atom;
use crate::mask::Marks;
use crate::names::DICTIONARY;
use crate::projection::told_mask;
use crate::tree::{Kind, Slot, Tree};

/// One audience's masks of both documents.
pub(crate) struct Sight<'a> {
    pub(crate) was: &'a Marks,
    pub(crate) is: &'a Marks,
}

pub(super) struct Sides<'a> {
    pub(super) old: &'a Tree,
    pub(super) new: &'a Tree,
    sights: &'a [Sight<'a>],
    /// What the new page calls the names that the old one has added; another number than any where it has none.
    renamed: Vec<Atom>,
}

impl<'a> Sides<'a> {
    pub(super) fn new(old: &'a Tree, new: &'a Tree, sights: &'a [Sight<'a>]) -> Self {
        let own = DICTIONARY.len()..old.atoms.count();
        let renamed = own.map(|number| {
            let name = old.atoms.name(Atom(number as u32));
            let unknown = Atom(u32::MAX - number as u32);
            new.atoms.find(name).unwrap_or(unknown)
        });
        Self {
            old,
            new,
            sights,
            renamed: renamed.collect(),
        }
    }

    /// The new page's atom for one of the old page.
    pub(super) fn renamed(&self, atom: Atom) -> Atom {
        let own = (atom.0 as usize).checked_sub(DICTIONARY.len());
        own.map_or(atom, |own| self.renamed[own])
    }

    /// Whether a viewer that has the old node can be brought to have the new one.
    pub(super) fn may_pair(&self, old: Slot, new: Slot) -> bool {
        let (was, is) = (self.old.node(old), self.new.node(new));
        let kind = self.old.kind(old);
        if was.unseen || is.unseen || kind != self.new.kind(new) {
            return false;
        }
        let fits = match kind {
            Kind::Element => self.fit_as_elements(old, new),
            Kind::Document => self.fit_as_documents(old, new),
            Kind::Text | Kind::ShadowOpen | Kind::ShadowClosed => true,
        };
        fits && self.sights.iter().all(|sight| !sight.falls(self, old, new))
    }

    fn fit_as_documents(&self, old: Slot, new: Slot) -> bool {
        let (was, is) = (self.old.document(old), self.new.document(new));
        was.quirks == is.quirks && was.doctype == is.doctype
    }

    fn fit_as_elements(&self, old: Slot, new: Slot) -> bool {
        let tag = self.new.tag_atom(new);
        if self.renamed(self.old.tag_atom(old)) != tag
            || self.old.namespace(old) != self.new.namespace(new)
        {
            return false;
        }
        let Some(was) = self.old.extra(old) else {
            return tag != Atom::INPUT || self.is_same_control(old, new);
        };
        let kind = |tree: &Tree, root: Option<Slot>| root.map(|root| tree.kind(root));
        let shadow = was.shadow.is_none()
            || kind(self.old, was.shadow) == kind(self.new, self.new.shadow_root(new));
        // What has been told of these cannot be taken back.
        let value = was.value.is.is_none() || self.new.value(new).is_some();
        let placeholder = was.placeholder.is.is_none() || self.new.placeholder(new).is_some();
        let drawing = was.tiles.is_empty();
        let control = tag != Atom::INPUT || self.is_same_control(old, new);
        shadow && value && placeholder && drawing && control
    }

    /// An input of another type has another value, or none.
    fn is_same_control(&self, old: Slot, new: Slot) -> bool {
        self.old.attribute(old, "type") == self.new.attribute(new, "type")
    }
}

impl Sight<'_> {
    /// Whether the audience is to be shown more of the new node than of the old one, or had been told of a mask that is none now.
    fn falls(&self, sides: &Sides<'_>, old: Slot, new: Slot) -> bool {
        let level = self.was.level(old);
        if level == 0 {
            return false;
        }
        self.is.level(new) < level
            || (told_mask(sides.old, self.was, old).is_some()
                && told_mask(sides.new, self.is, new).is_none())
    }

    /// New nodes that are shown otherwise than the old ones were, whatever they hold.
    pub(super) fn risen(&self, sides: &Sides<'_>, pairs: &Pairs) -> Vec<Slot> {
        let pairs = pairs.iter();
        let risen = pairs.filter(|(old, new)| self.rises(sides, *old, *new));
        risen.map(|(_, new)| new).collect()
    }

    fn rises(&self, sides: &Sides<'_>, old: Slot, new: Slot) -> bool {
        if self.was.is_secret(old) != self.is.is_secret(new) {
            return true;
        }
        let (was, is) = (self.was.level(old), self.is.level(new));
        is > was
            || (is > 0 && told_mask(sides.old, self.was, old) != told_mask(sides.new, self.is, new))
    }
}
