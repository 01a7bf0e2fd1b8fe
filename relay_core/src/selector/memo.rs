//! What one pass has found out about elements and parts of selectors.

use crate::tree::Slot;
use rustc_hash::FxHashMap;

/// A part of a selector, by its address: selectors outlive the pass.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Part(usize);

impl Part {
    pub(super) fn of<T>(part: &T) -> Self {
        Self(std::ptr::from_ref(part).addr())
    }
}

/// Answers for parts and elements.
#[derive(Default)]
pub(super) struct Memo {
    /// How many slots to make bits for; 0 for lists.
    slots: usize,
    lists: FxHashMap<(Part, Slot), bool>,
    bits: FxHashMap<Part, Vec<u8>>,
}

impl Memo {
    pub(super) fn dense(slots: usize) -> Self {
        Self {
            slots,
            ..Self::default()
        }
    }

    pub(super) fn get(&self, part: Part, n: Slot) -> Option<bool> {
        if self.slots == 0 {
            return self.lists.get(&(part, n)).copied();
        }
        let known = self.bits.get(&part)?[n.0 as usize / 4] >> (n.0 % 4 * 2);
        (known & 1 != 0).then_some(known & 2 != 0)
    }

    pub(super) fn put(&mut self, part: Part, n: Slot, is: bool) {
        if self.slots == 0 {
            self.lists.insert((part, n), is);
            return;
        }
        let bytes = self.slots / 4 + 1;
        let bits = self.bits.entry(part).or_insert_with(|| vec![0; bytes]);
        bits[n.0 as usize / 4] |= (1 | u8::from(is) << 1) << (n.0 % 4 * 2);
    }
}
