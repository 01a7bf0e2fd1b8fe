//! What of one viewer frame has been written anew, and how much more may be: each text and each address is rewritten once, however many
//! nodes hold it, and what a page may make a frame grow by has an end.
//!
//! A visitor sends a string once and uses it in as many ops as it likes. Without this a frame of the visitor's could cost every viewer
//! frame its length times its ops. It lives as long as one look at the page (`projection`) and keeps nothing beyond.

use foldhash::HashMap;
use hashbrown::Equivalent;

use crate::assets::Rewritten;
use crate::limits::Limits;
use crate::op::Text;
use crate::url::{Base, Use};

/// What counts of each address beside its length: finding and reading it takes time however short it is.
const ADDRESS_BYTES: usize = 64;
/// Shorter texts are rewritten as quickly as they are found.
const SHORT: usize = 256;

/// The rewriting for one viewer frame.
#[derive(Default)]
pub(crate) struct Rewrites {
    bases: HashMap<Text, Base>,
    last: (Text, Option<Base>),
    texts: HashMap<(usize, Text), Text>,
    addresses: hashbrown::HashMap<Place<Box<str>>, Rewritten, foldhash::fast::RandomState>,
    address_text: usize,
    rewritten_text: usize,
    /// How many further addresses may be looked at.
    unknown: usize,
    /// Bytes read and written, and `ADDRESS_BYTES` for each address looked at, so that tests can say what work is.
    #[cfg(test)]
    pub(crate) work: usize,
}

/// An address as it stands in a page, and where.
#[derive(PartialEq, Eq, Hash)]
struct Place<T> {
    base: usize,
    of: Use,
    text: T,
}

impl Equivalent<Place<Box<str>>> for Place<&str> {
    fn equivalent(&self, other: &Place<Box<str>>) -> bool {
        (self.base, self.of, self.text) == (other.base, other.of, &*other.text)
    }
}

impl Rewrites {
    /// With nothing rewritten yet.
    pub(crate) fn begin(&mut self, limits: &Limits) {
        self.end();
        self.address_text = limits.address_text;
        self.rewritten_text = limits.rewritten_text;
        self.unknown = limits.assets;
    }

    /// Keeps nothing.
    pub(crate) fn end(&mut self) {
        let was = std::mem::take(self);
        #[cfg(test)]
        {
            self.work = was.work;
        }
        drop(was);
    }

    /// The base of a document or sheet, parsed once.
    pub(crate) fn base(&mut self, address: &Text) -> Base {
        // Mostly the very same text as the last time.
        let is_last =
            address.as_ptr() == self.last.0.as_ptr() && address.len() == self.last.0.len();
        if let Some(base) = self.last.1.as_ref().filter(|_| is_last) {
            return base.clone();
        }
        let known = self.bases.get(address).cloned();
        let base = known.unwrap_or_else(|| {
            let base = Base::new(address);
            self.bases.insert(address.clone(), base.clone());
            base
        });
        self.last = (address.clone(), Some(base.clone()));
        base
    }

    /// What a text has been rewritten to against a base; nothing for one that has not been, or is short.
    pub(crate) fn text(&mut self, text: &Text, base: &Base) -> Option<Text> {
        if text.len() < SHORT {
            return None;
        }
        let known = self.texts.get(&(base.number(), text.clone()))?.clone();
        self.pay_for_text(0, known.len()).then_some(known)
    }

    /// Whether texts may still be rewritten.
    pub(crate) fn may_rewrite(&self) -> bool {
        self.rewritten_text > 0
    }

    /// Takes up what a text has been rewritten to; false when there is too much of it.
    pub(crate) fn take_text(&mut self, text: &Text, base: &Base, shown: &str) -> bool {
        if !self.pay_for_text(text.len(), shown.len()) {
            return false;
        }
        if text.len() >= SHORT {
            self.texts
                .insert((base.number(), text.clone()), shown.into());
        }
        true
    }

    #[cfg_attr(not(test), allow(unused_variables))]
    fn pay_for_text(&mut self, read: usize, written: usize) -> bool {
        #[cfg(test)]
        {
            self.work += read + written;
        }
        let left = self.rewritten_text.checked_sub(written);
        self.rewritten_text = left.unwrap_or(0);
        left.is_some()
    }

    /// What stands for an address; `look` finds out what that is.
    pub(crate) fn address(
        &mut self,
        (base, text, of): (&Base, &str, Use),
        look: impl FnOnce() -> Rewritten,
    ) -> Rewritten {
        if !self.may_address() {
            return Rewritten::Nothing;
        }
        let base = base.number();
        let shown = match self.addresses.get(&Place { base, of, text }) {
            Some(known) => known.clone(),
            None if self.unknown == 0 => return Rewritten::Nothing,
            None => {
                self.unknown -= 1;
                let shown = look();
                self.pay_for_address(text.len());
                let text = text.into();
                self.addresses
                    .insert(Place { base, of, text }, shown.clone());
                shown
            }
        };
        match &shown {
            Rewritten::Address(address) if !self.pay_for_address(address.len()) => {
                Rewritten::Nothing
            }
            _ => shown,
        }
    }

    /// Whether addresses may still be looked at.
    pub(crate) fn may_address(&self) -> bool {
        self.address_text > 0
    }

    /// Whether an address may still be put into the frame: takes the bytes it has.
    pub(crate) fn pay_for_address(&mut self, length: usize) -> bool {
        #[cfg(test)]
        {
            self.work += ADDRESS_BYTES + length;
        }
        let left = self.address_text.checked_sub(ADDRESS_BYTES + length);
        self.address_text = left.unwrap_or(0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::assets::Assets;
    use crate::mask::{Marks, Plan};
    use crate::projection::Projector;
    use crate::sketch::page;
    use crate::tree::{Kind, Tree};

    /// What looking at all elements of a page costs, and how many bytes of attributes and sheets that gives.
    fn work(tree: &Tree) -> (usize, usize) {
        let mut marks = Marks::new(Arc::new(Plan::default()));
        marks.rebuild(tree);
        let mut assets = Assets::new(b"key", "https://relay.example/a/s", 20_000);
        let mut projector = Projector::new(tree, &marks, &mut assets);
        let mut shown = 0;
        let root = tree.root().expect("a page");
        for n in tree.walk(root).filter(|n| tree.kind(*n) == Kind::Element) {
            let attributes = projector.element(n).attributes;
            shown += attributes
                .iter()
                .map(|(_, value)| value.len())
                .sum::<usize>();
            shown += projector.sheet(n).map_or(0, |sheet| sheet.len());
        }
        drop(projector);
        (assets.rewrites.work, shown)
    }

    fn styles(count: usize, style: &str) -> Tree {
        page(&format!("<p style='{style}'/>").repeat(count))
    }

    #[test]
    fn a_text_is_rewritten_once_for_all_nodes_that_hold_it() {
        let style = "background:url(a);".repeat(2_000);
        let (one, shown) = work(&styles(1, &style));
        assert!(one > style.len() && shown > style.len());
        let (many, shown_by_all) = work(&styles(50, &style));
        assert_eq!(shown_by_all, 50 * shown);
        // What is left for each is to write it.
        assert_eq!(many, one + 49 * shown);
    }

    #[test]
    fn an_address_is_looked_at_once_and_few_fill_a_frame() {
        let distinct = |from: usize, count: usize| -> String {
            let numbers = from..from + count;
            let addresses: Vec<_> = numbers.map(|number| format!("a:url({number})")).collect();
            addresses.concat()
        };
        let (same, _) = work(&styles(1, &"a:url(10000)".repeat(10_000)));
        let (others, _) = work(&styles(1, &distinct(10_000, 10_000)));
        assert!(others > same + 9_000 * super::ADDRESS_BYTES);
        // However many more there are.
        let (few, shown_few) = work(&styles(1, &distinct(100_000, 20_000)));
        let (all, shown_all) = work(&styles(1, &distinct(100_000, 22_000)));
        let longer = distinct(120_000, 2_000).replace("url(", "url(about:inv");
        assert!(all - few <= 3 * longer.len() && shown_all - shown_few <= longer.len());
    }

    /// Links against a long base address are longer than what the visitor sends of them.
    #[test]
    fn a_frame_has_an_end_whatever_its_addresses_grow_to() {
        let directory = "d".repeat(8_000);
        let links = |count: usize| {
            let links: Vec<_> = (0..count).map(|link| format!("<a href={link}/>")).collect();
            let text = links.concat();
            crate::sketch::page_in(&format!("!base=https://shop.example/{directory}/x"), &text)
        };
        let (work, shown) = work(&links(5_000));
        let limit = crate::names::limit::ADDRESS_TEXT;
        assert!(shown <= limit && work <= 2 * limit, "{shown} {work}");
        assert!(shown > limit / 2, "{shown} {work}");
    }
}
