//! A set of slots, a bit for each.

use crate::tree::Slot;

#[derive(Clone, Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

fn place(n: Slot) -> (usize, u64) {
    (n.0 as usize / 64, 1 << (n.0 % 64))
}

impl Bits {
    pub(crate) fn has(&self, n: Slot) -> bool {
        let (word, bit) = place(n);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Puts a slot in or takes it out; says whether that changed anything.
    pub(crate) fn put(&mut self, n: Slot, is_in: bool) -> bool {
        if self.has(n) == is_in {
            return false;
        }
        let (word, bit) = place(n);
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] ^= bit;
        true
    }
}
