//! Sheets that script has constructed and roots have adopted.

use super::node::Constructed;
use super::{Slot, Tree, Version};

impl Tree {
    /// How many constructed sheets the page has.
    #[must_use]
    pub fn constructed_sheets(&self) -> usize {
        self.constructed.len()
    }

    /// Their numbers.
    pub(crate) fn constructed_numbers(&self) -> impl Iterator<Item = u32> {
        self.constructed.keys().copied()
    }

    /// A constructed sheet: base address, source text, and when it last changed.
    pub(crate) fn constructed(&self, sheet: u32) -> Option<&Constructed> {
        self.constructed.get(&sheet)
    }

    /// Puts a sheet under its number, or takes it away; gives back what was there.
    pub(crate) fn replace_constructed(
        &mut self,
        sheet: u32,
        new: Option<Constructed>,
    ) -> Option<Constructed> {
        self.held += new.as_ref().map_or(0, Constructed::held);
        let was = match new {
            Some(new) => self.constructed.insert(sheet, new),
            None => self.constructed.remove(&sheet),
        };
        self.held -= was.as_ref().map_or(0, Constructed::held);
        was
    }

    /// All constructed sheets by number, to say when they changed.
    pub(crate) fn constructed_mut(&mut self) -> impl Iterator<Item = (u32, &mut Constructed)> {
        let sheets = self.constructed.iter_mut();
        sheets.map(|(number, sheet)| (*number, sheet))
    }

    /// All constructed sheets are to be seen anew.
    pub(crate) fn review_constructed(&mut self, version: Version) {
        for sheet in self.constructed.values_mut() {
            sheet.changed = version;
        }
        self.sheets_changed = version;
    }

    /// The list of sheets that a document or shadow root adopts; empty without one.
    #[must_use]
    pub fn adopted(&self, n: Slot) -> &str {
        let adopted = self.extra(n).and_then(|extra| extra.adopted.is.as_deref());
        adopted.unwrap_or_default()
    }

    /// A root has adopted sheets. Those that do so no more are sorted out when they are half of all.
    pub(crate) fn note_adopter(&mut self, n: Slot) {
        if self.adopters.len() == self.adopters.capacity() {
            let adopters = std::mem::take(&mut self.adopters);
            self.adopters = self.adopting(adopters);
            self.adopters.reserve(self.adopters.len() + 1);
        }
        self.adopters.push(n);
    }

    /// The roots that adopt sheets.
    pub(crate) fn adopters(&self) -> Vec<Slot> {
        self.adopting(self.adopters.clone())
    }

    fn adopting(&self, mut slots: Vec<Slot>) -> Vec<Slot> {
        slots.retain(|n| !self.node(*n).gone && !self.adopted(*n).is_empty());
        slots.sort_unstable();
        slots.dedup();
        slots
    }
}

impl Constructed {
    pub(super) fn held(&self) -> usize {
        self.base.len() + self.text.len()
    }
}

/// The numbers in a list of adopted sheets.
pub(crate) fn numbers(list: &str) -> impl Iterator<Item = u32> {
    list.split(' ').filter_map(|number| number.parse().ok())
}
