use crate::limits::Limits;
use crate::op::{NodeNumber, Op};
use crate::table::{BODY, Table, arranged, row, text};

/// Ten rows of a hundred thousand, whatever is done to them: neither a list of the others nor a look at them.
#[test]
fn what_few_rows_do_costs_what_few_rows_cost() {
    let mut table = Table::with(100_000);
    let start = table.replica.version();
    let change = |table: &mut Table, what: usize| {
        let at = 40_000 + 1000 * what;
        match what {
            0 => table.insert(at, 10),
            1 => table.send(&[Op::Remove {
                node: row(at),
                count: 10,
            }]),
            2 => table.send(&[Op::Move {
                node: row(at),
                count: 10,
                parent: BODY,
                after: row(7),
            }]),
            3 => table.send(&[arranged(
                row(at - 1),
                (at..at + 10).rev().map(row).collect(),
            )]),
            _ => {
                let texts = (at..at + 10).map(|at| Op::SetText {
                    node: text(at),
                    text: "other".into(),
                });
                table.send(&texts.collect::<Vec<_>>());
            }
        }
    };
    let mut before = start;
    for (what, (most_bytes, most_ops)) in [(160, 1), (60, 1), (60, 1), (60, 1), (100, 10)]
        .into_iter()
        .enumerate()
    {
        change(&mut table, what);
        let (bytes, frame, looks) = table.delta(before);
        assert!(bytes <= most_bytes, "{what}: {bytes} bytes");
        assert_eq!(frame.ops.len(), most_ops, "{what}");
        assert!(looks < 1500, "{what}: {looks} looks");
        before = table.replica.version();
    }
    let (bytes, frame, looks) = table.delta(start);
    assert!(bytes < 400, "{bytes} bytes for all of it");
    assert_eq!(
        frame.ops.len(),
        1 + 1 + 1 + 1 + 10 - 1,
        "two moves are one op"
    );
    assert!(looks < 5000, "{looks} looks for all of it");
}

/// Less than 15 kB cannot tell them all apart: ld(10,000!) is 118,458 bits.
#[test]
fn a_shuffle_is_one_op() {
    let mut table = Table::with(10_000);
    let mut order: Vec<NodeNumber> = (0..10_000).map(row).collect();
    let mut seed = 1_u64;
    for last in (1..order.len()).rev() {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        order.swap(last, (seed >> 33) as usize % (last + 1));
    }
    let before = table.replica.version();
    table.send(&[arranged(0, order)]);
    let (bytes, frame, _) = table.delta(before);
    assert_eq!(frame.ops.len(), 1);
    assert!(bytes <= 21_000, "{bytes} bytes");
}

#[test]
fn rows_turned_round_are_one_small_op() {
    let mut table = Table::with(10_000);
    let before = table.replica.version();
    table.send(&[arranged(0, (0..10_000).rev().map(row).collect())]);
    let (bytes, frame, _) = table.delta(before);
    assert_eq!(frame.ops.len(), 1);
    assert!(bytes <= 200, "{bytes} bytes");
}

/// However they left.
#[test]
fn neighbours_that_leave_are_one_op() {
    let remove = |index: usize| Op::Remove {
        node: row(index),
        count: 1,
    };
    let mut table = Table::with(10_000);
    let before = table.replica.version();
    table.send(&(2000..4000).map(remove).collect::<Vec<_>>());
    table.send(&[Op::Remove {
        node: row(5000),
        count: 4000,
    }]);
    let (bytes, frame, _) = table.delta(before);
    assert_eq!(
        frame.ops,
        [(2000, 2000), (5000, 4000)].map(|(at, count)| Op::Remove {
            node: table_view(row(at)),
            count,
        })
    );
    assert!(bytes < 40, "{bytes} bytes");
}

/// Viewers' numbers of a first page are given in the order of its nodes.
fn table_view(node: NodeNumber) -> NodeNumber {
    node - row(0) + BODY + 1
}

/// What left is remembered for viewers that have it, not for ever: with nobody behind, a session of changes holds nothing.
#[test]
fn what_left_is_forgotten_when_nobody_can_have_it() {
    let mut table = Table::new(Limits::default());
    table.open(&(0..50).collect::<Vec<_>>(), false);
    for _ in 0..2000 {
        table.insert(0, 3);
        let new = table.replica.tree().len() as NodeNumber;
        assert!(new < 300);
        let first = table.last_inserted(3);
        table.send(&[Op::Remove {
            node: first,
            count: 3,
        }]);
        assert!(table.replica.remembered() < 100);
        table.replica.release(table.replica.version());
    }
    assert_eq!(table.replica.remembered(), 0);
}

/// And when nobody says what may be forgotten, it is bounded all the same: viewers that are further behind start over.
#[test]
fn what_left_is_bounded_when_nobody_forgets() {
    let limits = Limits {
        nodes: 400,
        ..Limits::default()
    };
    let mut table = Table::new(limits);
    table.open(&(0..50).collect::<Vec<_>>(), false);
    let before = table.replica.version();
    for _ in 0..2000 {
        table.insert(0, 3);
        let first = table.last_inserted(3);
        table.send(&[Op::Remove {
            node: first,
            count: 3,
        }]);
    }
    assert!(table.replica.remembered() < 3000);
    assert_eq!(table.delta(before).1.head.base, 0);
}

/// A viewer that never acknowledges holds its version for ever: what is kept for it is bounded by the page, whatever happens to it,
/// be it moves, texts, attributes or nodes that come and go.
#[test]
fn a_viewer_that_never_acknowledges_costs_no_more_than_the_page() {
    const ROWS: usize = 300;
    let mut table = Table::new(Limits {
        nodes: 4000,
        ..Limits::default()
    });
    table.open(&(0..ROWS).collect::<Vec<_>>(), false);
    let held = table.replica.version();
    table.replica.release(held);
    let mut most = 0;
    for step in 0..6000 {
        let at = step * 7 % ROWS;
        match step % 4 {
            0 => table.insert(0, 3),
            1 => {
                let first = table.last_inserted(3);
                table.send(&[Op::Remove {
                    node: first,
                    count: 3,
                }]);
            }
            2 => table.send(&[Op::Move {
                node: row(at),
                count: 1,
                parent: BODY,
                after: row((at + 1) % ROWS),
            }]),
            _ => table.send(&[Op::SetText {
                node: text(at),
                text: format!("step {step}").as_str().into(),
            }]),
        }
        table.replica.release(held);
        most = most.max(table.replica.remembered());
    }
    let nodes = 4000;
    assert!(most < 4 * nodes, "{most} notes");
    assert!(table.replica.tree().len() < nodes);
}
