//! What viewers are shown of a node beside what it holds: addresses are resolved against the document's, sheets answer for the browser.
//!
//! Nodes that are matched are not sent again, so the assets that they load are given out for the new page here.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Pairs;
use super::sides::Sides;
use crate::assets::Assets;
use crate::atoms::Atom;
use crate::mask::{Marks, Plan};
use crate::projection::Projector;
use crate::tree::{Kind, Slot, Tree};

/// How old nodes that name addresses were shown to who is shown everything, by the new node's slot.
pub(super) struct Addresses {
    shown: FxHashMap<Slot, Shown>,
    marks: Marks,
    /// The visitor's browser answers media features otherwise.
    reviewed: bool,
}

/// New nodes that are shown otherwise though they hold the same.
#[derive(Default)]
pub(super) struct Readdressed {
    pub(super) attributes: FxHashSet<Slot>,
    pub(super) sheets: FxHashSet<Slot>,
    /// All sheets that script has constructed.
    pub(super) constructed: bool,
}

#[derive(PartialEq)]
struct Shown {
    attributes: Vec<(String, String)>,
    sheet: Option<String>,
}

impl Addresses {
    /// Looks at the old ones, where the new ones hold the same and their document is elsewhere or the browser another.
    pub(super) fn before(sides: &Sides<'_>, pairs: &Pairs, assets: &mut Assets) -> Self {
        let marks = Marks::new(Arc::new(Plan::default()));
        let mut shown = FxHashMap::default();
        let reviewed =
            (sides.old.media(), ratio(sides.old)) != (sides.new.media(), ratio(sides.new));
        let mut elsewhere = FxHashMap::default();
        let mut projector = Projector::new(sides.old, &marks, assets);
        for (old, new) in pairs.iter() {
            if !hangs_on_document(sides.new, new) {
                continue;
            }
            let document = sides.new.owner_document(new);
            let is_elsewhere = *elsewhere.entry(document).or_insert_with(|| {
                let was = pairs.old_of(document);
                was.is_none_or(|was| base(sides.old, was) != base(sides.new, document))
            });
            if reviewed || is_elsewhere {
                shown.insert(new, Shown::of(&mut projector, old));
            }
        }
        drop(projector);
        Self {
            shown,
            marks,
            reviewed,
        }
    }

    /// Looks at all new ones.
    pub(super) fn after(
        self,
        sides: &Sides<'_>,
        pairs: &Pairs,
        assets: &mut Assets,
    ) -> Readdressed {
        let mut readdressed = Readdressed {
            constructed: self.reviewed,
            ..Readdressed::default()
        };
        let mut projector = Projector::new(sides.new, &self.marks, assets);
        for (_, new) in pairs.iter() {
            if !hangs_on_document(sides.new, new) {
                continue;
            }
            let is = Shown::of(&mut projector, new);
            if let Some(was) = self.shown.get(&new) {
                if was.attributes != is.attributes {
                    readdressed.attributes.insert(new);
                }
                if was.sheet != is.sheet {
                    readdressed.sheets.insert(new);
                }
            }
        }
        for sheet in sides.new.constructed_numbers() {
            projector.constructed(sheet);
        }
        readdressed
    }
}

impl Shown {
    fn of(projector: &mut Projector<'_>, n: Slot) -> Self {
        let shown = projector.element(n);
        let attributes = shown.attributes.into_iter();
        Self {
            attributes: attributes
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
            sheet: projector.sheet(n),
        }
    }
}

/// Whether an element is shown by what stands outside of it.
fn hangs_on_document(tree: &Tree, n: Slot) -> bool {
    tree.kind(n) == Kind::Element
        && (matches!(tree.tag_atom(n), Atom::LINK | Atom::STYLE | Atom::SOURCE)
            || tree.names_address(n))
}

fn ratio(tree: &Tree) -> Option<u32> {
    tree.viewport().map(|(_, _, ratio)| ratio)
}

fn base(tree: &Tree, document: Slot) -> &str {
    let info = tree.document(document);
    if info.base.is_empty() {
        return &info.address;
    }
    &info.base
}
