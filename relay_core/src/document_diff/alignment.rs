//! Which of a sequence's items can stay where they are.

/// A longest increasing run among numbers: true for those that are in it. O(n log n).
pub(super) fn longest_increasing(numbers: &[usize]) -> Vec<bool> {
    // For each length of run: the item that ends the one with the smallest end.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (at, &number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < number);
        before.push(length.checked_sub(1).map(|last| ends[last]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut stays = vec![false; numbers.len()];
    let mut at = ends.last().copied();
    while let Some(item) = at {
        stays[item] = true;
        at = before[item];
    }
    stays
}

/// The pairs of two short sequences, in order in both, whose likeness is greatest in sum. O(n·m): for bounded sequences.
pub(super) fn best_in_order(
    (olds, news): (usize, usize),
    likeness: impl Fn(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    let width = news + 1;
    // At (o, n): the greatest sum of the items from these on.
    let mut sums = vec![0_u32; (olds + 1) * width];
    let mut alike = vec![0_u32; olds * news];
    for o in (0..olds).rev() {
        for n in (0..news).rev() {
            let own = likeness(o, n);
            alike[o * news + n] = own;
            let skip = sums[(o + 1) * width + n].max(sums[o * width + n + 1]);
            let take = if own > 0 {
                own + sums[(o + 1) * width + n + 1]
            } else {
                0
            };
            sums[o * width + n] = skip.max(take);
        }
    }
    let mut pairs = Vec::new();
    let (mut o, mut n) = (0, 0);
    while o < olds && n < news {
        let own = alike[o * news + n];
        if own > 0 && sums[o * width + n] == own + sums[(o + 1) * width + n + 1] {
            pairs.push((o, n));
            (o, n) = (o + 1, n + 1);
        } else if sums[o * width + n] == sums[(o + 1) * width + n] {
            o += 1;
        } else {
            n += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{best_in_order, longest_increasing};

    fn longest_by_trying(numbers: &[usize]) -> usize {
        let mut best = vec![0_usize; numbers.len()];
        for at in 0..numbers.len() {
            let before = (0..at).filter(|before| numbers[*before] < numbers[at]);
            best[at] = 1 + before.map(|before| best[before]).max().unwrap_or(0);
        }
        best.into_iter().max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn the_run_increases_and_none_is_longer(numbers in prop::collection::vec(0_usize..40, 0..40)) {
            let stays = longest_increasing(&numbers);
            let run: Vec<usize> = numbers.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(n, _)| *n).collect();
            prop_assert!(run.windows(2).all(|two| two[0] < two[1]));
            prop_assert_eq!(run.len(), longest_by_trying(&numbers));
        }

        #[test]
        fn pairs_are_in_order_and_alike(olds in prop::collection::vec(0_u32..4, 0..12), news in prop::collection::vec(0_u32..4, 0..12)) {
            let likeness = |o: usize, n: usize| u32::from(olds[o] == news[n]) * (1 + olds[o]);
            let pairs = best_in_order((olds.len(), news.len()), likeness);
            prop_assert!(pairs.iter().all(|(o, n)| olds[*o] == news[*n]));
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
        }
    }

    #[test]
    fn one_that_went_elsewhere_is_the_only_one_to_move() {
        assert_eq!(longest_increasing(&[1, 2, 0, 3]), [true, true, false, true]);
        assert_eq!(longest_increasing(&[]), []);
    }
}
