//! A page with a long table, and a visitor who changes it, for tests of what large pages cost.

use crate::encoder::Encoder;
use crate::frame::{Direction, Frame, Head};
use crate::limits::Limits;
use crate::mask::Plan;
use crate::op::{NewDocument, NodeNumber, Op, Run};
use crate::replica::Replica;
use std::sync::Arc;

/// The `tbody`.
pub(crate) const BODY: NodeNumber = 5;
const FIRST: NodeNumber = 10;
/// Numbers from one row to the next: the row, two cells with a text each.
const STEP: NodeNumber = 5;

/// A row's number.
pub(crate) fn row(index: usize) -> NodeNumber {
    FIRST + STEP * index as NodeNumber
}

/// The number of the text of a row's first cell.
pub(crate) fn text(index: usize) -> NodeNumber {
    row(index) + 2
}

/// The relay's and the visitor's side of one session.
pub(crate) struct Table {
    pub(crate) replica: Replica,
    pub(crate) audience: u32,
    epoch: u64,
    sequence: u64,
    next: NodeNumber,
}

impl Table {
    pub(crate) fn new(limits: Limits) -> Self {
        let mut replica = Replica::new(limits, b"key", "https://relay.example/a");
        let plan = Plan::compile(&[]).expect("no rules");
        let audience = replica.add_audience(Arc::new(plan)).expect("an audience");
        Self {
            replica,
            audience,
            epoch: 0,
            sequence: 0,
            next: 1,
        }
    }

    /// A page whose table has these rows, named by their first cell's text.
    pub(crate) fn with(rows: usize) -> Self {
        let mut table = Self::new(Limits {
            nodes: 1_000_000,
            ops: 400_000,
            ..Limits::default()
        });
        table.open(&(0..rows).collect::<Vec<_>>(), true);
        table
    }

    /// Another page with these rows in this order; `keyed`: each with an id.
    pub(crate) fn open(&mut self, rows: &[usize], keyed: bool) {
        self.epoch += 1;
        self.sequence = 0;
        let mut encoder = Encoder::default();
        encoder.op(
            &Op::Document(Box::new(NewDocument {
                node: 1,
                frame: 0,
                address: "https://shop.example/list".into(),
                base: "".into(),
                title: "List".into(),
                doctype: "html".into(),
                quirks: 0,
            })),
            &[],
        );
        let none: &[(&str, &str)] = &[];
        let mut nodes = encoder.begin_insert(1, 0);
        for (id, tag) in [(2, "html"), (3, "body"), (4, "table"), (BODY, "tbody")] {
            nodes.element(id, id - 2, 0, tag, none);
        }
        for (at, name) in rows.iter().enumerate() {
            let key = format!("row-{name}");
            let keys = [("id", key.as_str())];
            let id = row(at);
            nodes.element(id, 4, 0, "tr", if keyed { &keys } else { none });
            nodes.element(id + 1, 5, 0, "td", none);
            nodes.text(id + 2, 6, &format!("Row {name}"));
            nodes.element(id + 3, 5, 0, "td", &[("class", "price")]);
            nodes.text(id + 4, 6, &format!("{}.{:02}", name % 97, name % 100));
        }
        nodes.end();
        self.next = row(rows.len());
        self.apply(encoder);
    }

    pub(crate) fn send(&mut self, ops: &[Op]) {
        let mut encoder = Encoder::default();
        for op in ops {
            encoder.op(op, &[]);
        }
        self.apply(encoder);
    }

    /// New rows after one.
    pub(crate) fn insert(&mut self, after: usize, count: usize) {
        let mut encoder = Encoder::default();
        let none: &[(&str, &str)] = &[];
        let mut nodes = encoder.begin_insert(BODY, row(after));
        for _ in 0..count {
            nodes.element(self.next, 0, 0, "tr", none);
            nodes.element(self.next + 1, 1, 0, "td", none);
            nodes.text(self.next + 2, 2, "new");
            self.next += 3;
        }
        nodes.end();
        self.apply(encoder);
    }

    /// The first of the rows that the last `insert` brought.
    pub(crate) fn last_inserted(&self, count: usize) -> NodeNumber {
        self.next - 3 * count as NodeNumber
    }

    fn apply(&mut self, encoder: Encoder) {
        self.sequence += 1;
        let head = Head {
            direction: Direction::Visitor,
            epoch: self.epoch,
            sequence: self.sequence,
            base: 0,
            partial: false,
        };
        let frame = encoder.finish(&head, usize::MAX);
        self.replica.apply(&frame).expect("it can be applied");
    }

    /// The bytes, the frame and how often it looked at a node for it.
    pub(crate) fn delta(&mut self, since: u64) -> (usize, Frame, usize) {
        self.replica.tree().looks.set(0);
        let bytes = self.replica.delta(self.audience, since).expect("a delta");
        let looks = self.replica.tree().looks.get();
        let limits = Limits {
            inflate_ratio: usize::MAX,
            nodes: usize::MAX,
            ..Limits::default()
        };
        let frame = Frame::decode(&bytes, &limits).expect("a frame");
        (bytes.len(), frame, looks)
    }
}

/// One run of nodes put after a row.
pub(crate) fn arranged(after: NodeNumber, nodes: Vec<NodeNumber>) -> Op {
    Op::Arrange {
        parent: BODY,
        runs: vec![Run { after, nodes }],
    }
}
