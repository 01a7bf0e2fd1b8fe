//! How much the core does, counted for the whole process: plain numbers, nothing of any one page. Costs an addition or two a call.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// Values up to 2^39: nine minutes in nanoseconds.
const BUCKETS: usize = 40;

/// How often values of each size came. Bucket `k` counts those below 2^k and not below 2^(k−1); bucket 0 counts zeros.
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    sum: AtomicU64,
}

impl Histogram {
    const fn new() -> Self {
        Self {
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
            sum: AtomicU64::new(0),
        }
    }

    /// Counts a value.
    pub fn observe(&self, value: u64) {
        let bits = (u64::BITS - value.leading_zeros()) as usize;
        self.buckets[bits.min(BUCKETS - 1)].fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    /// Counts the nanoseconds since.
    pub fn observe_since(&self, start: Instant) {
        self.observe(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }

    /// The count of each bucket, and the sum of all values.
    #[must_use]
    pub fn read(&self) -> (Vec<u64>, u64) {
        let counts = self.buckets.iter().map(|count| count.load(Relaxed));
        (counts.collect(), self.sum.load(Relaxed))
    }
}

/// Nanoseconds to apply a visitor frame, refused ones included.
pub static APPLY_NANOSECONDS: Histogram = Histogram::new();
/// Bytes of visitor frames.
pub static FRAME_BYTES: Histogram = Histogram::new();
/// Ops of visitor frames that were applied.
pub static FRAME_OPERATIONS: Histogram = Histogram::new();
/// Nanoseconds to project, encode and deflate a viewer frame.
pub static DELTA_NANOSECONDS: Histogram = Histogram::new();
/// Bytes of viewer frames.
pub static DELTA_BYTES: Histogram = Histogram::new();

/// All of them by name.
pub static ALL: [(&str, &Histogram); 5] = [
    ("apply_nanoseconds", &APPLY_NANOSECONDS),
    ("frame_bytes", &FRAME_BYTES),
    ("frame_operations", &FRAME_OPERATIONS),
    ("delta_nanoseconds", &DELTA_NANOSECONDS),
    ("delta_bytes", &DELTA_BYTES),
];

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn a_value_is_counted_by_its_size() {
        let histogram = Histogram::new();
        for value in [0, 1, 2, 3, 4, 1023, 1024, u64::MAX] {
            histogram.observe(value);
        }
        let (counts, _) = histogram.read();
        assert_eq!(counts[..4], [1, 1, 2, 1]);
        assert_eq!((counts[10], counts[11], counts[39]), (1, 1, 1));
        assert_eq!(counts.iter().sum::<u64>(), 8);
    }
}
