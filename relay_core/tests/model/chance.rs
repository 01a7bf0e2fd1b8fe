//! Chance from a seed, the same on every machine (splitmix64), or from bytes that somebody chose.

use std::collections::VecDeque;

#[derive(Clone, Debug)]
pub struct Chance(u64, VecDeque<u8>);

impl Chance {
    pub fn new(seed: u64) -> Self {
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
        Self(state, VecDeque::new())
    }

    /// Each draw is one of these bytes; when they are used up it goes on as from a seed.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(bytes.len() as u64, bytes.iter().copied().collect())
    }

    /// How many draws are still given.
    pub fn given(&self) -> usize {
        self.1.len()
    }

    pub fn next(&mut self) -> u64 {
        if let Some(byte) = self.1.pop_front() {
            return byte.into();
        }
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0, below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// From 0, below `end`.
    pub fn int(&mut self, end: u32) -> i32 {
        (self.next() % u64::from(end.max(1))) as i32
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}
