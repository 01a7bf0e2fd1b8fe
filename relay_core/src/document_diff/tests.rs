//! How little is sent for documents that are alike; that it is right is for `tests/convergence.rs`.

use crate::op::Op;
use crate::table::Table;

const ROWS: usize = 10_000;

/// Opens a table with these rows after one with all in order: the bytes and ops by which a viewer of that is brought to this.
fn sent(rows: &[usize], keyed: bool) -> (usize, Vec<Op>) {
    let mut table = Table::with(0);
    table.open(&(0..ROWS).collect::<Vec<_>>(), keyed);
    let since = table.replica.version();
    table.open(rows, keyed);
    let (bytes, frame, _) = table.delta(since);
    assert_eq!(frame.head.base, since);
    (bytes, frame.ops)
}

/// All rows, shuffled by a multiplication that leaves none out.
fn shuffled() -> Vec<usize> {
    (0..ROWS).map(|at| at * 7919 % ROWS).collect()
}

#[test]
fn the_same_page_again_is_nothing() {
    assert_eq!(sent(&(0..ROWS).collect::<Vec<_>>(), false).1, []);
}

#[test]
fn a_row_put_first_is_one_op() {
    for keyed in [true, false] {
        let rows: Vec<usize> = [ROWS + 5].into_iter().chain(0..ROWS).collect();
        let (bytes, ops) = sent(&rows, keyed);
        assert!(matches!(ops[..], [Op::Insert { .. }]), "{ops:?}");
        assert!(bytes <= 200, "{bytes}");
    }
}

#[test]
fn rows_that_moved_are_one_op_and_no_other_moves() {
    let mut rows: Vec<usize> = (0..ROWS).collect();
    for at in 0..100 {
        let row = rows.remove(at * 97 + 13);
        rows.insert(at * 41 % (ROWS - 1), row);
    }
    for keyed in [true, false] {
        let (bytes, ops) = sent(&rows, keyed);
        let [Op::Arrange { runs, .. }] = &ops[..] else {
            panic!("{ops:?}");
        };
        let moved: usize = runs.iter().map(|run| run.nodes.len()).sum();
        assert!(moved <= 100, "{moved}");
        assert!(bytes <= 900, "{bytes}");
    }
}

#[test]
fn a_shuffle_and_a_reversal_are_one_op() {
    for keyed in [true, false] {
        let (bytes, ops) = sent(&shuffled(), keyed);
        assert!(matches!(ops[..], [Op::Arrange { .. }]));
        assert!(bytes <= 21_000, "{bytes}");
        let (bytes, ops) = sent(&(0..ROWS).rev().collect::<Vec<_>>(), keyed);
        assert!(matches!(ops[..], [Op::Arrange { .. }]));
        assert!(bytes <= 200, "{bytes}");
    }
}

#[test]
fn a_stranger_is_sent_whole() {
    let mut table = Table::with(200);
    let since = table.replica.version();
    table.open(&[], false);
    table.open(&(1000..1200).collect::<Vec<_>>(), false);
    let (_, frame, _) = table.delta(since);
    assert_eq!(frame.head.base, 0);
}
