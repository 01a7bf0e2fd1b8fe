//! Ops and frames as a visitor would write them, from plain numbers.

use relay_core::encoder::Encoder;
use relay_core::frame::{Direction, Head};
use relay_core::op::{NewDocument, Op, Shape, Subtree, SubtreeNode, What};

pub const DIV: What = What::Element(0);
pub const INPUT: What = What::Element(1);
pub const FRAME: What = What::Element(2);
pub const CANVAS: What = What::Element(3);
pub const VIDEO: What = What::Element(4);

pub fn shapes() -> Vec<Shape> {
    let shape = |tag: &str, attributes: &[&str]| Shape {
        namespace: 0,
        tag: tag.into(),
        attributes: attributes.iter().map(|name| (*name).into()).collect(),
    };
    let tags = ["div", "input", "iframe", "canvas", "video"];
    tags.map(|tag| shape(tag, &[])).to_vec()
}

pub fn head(epoch: u64, sequence: u64) -> Head {
    Head {
        direction: Direction::Visitor,
        epoch,
        sequence,
        base: 0,
        partial: false,
    }
}

pub fn frame(head: Head, ops: &[Op], deflate_from: usize) -> Vec<u8> {
    let mut encoder = Encoder::default();
    for op in ops {
        encoder.op(op, &shapes());
    }
    encoder.finish(&head, deflate_from)
}

pub fn document(node: u32, frame: u32) -> Op {
    Op::Document(Box::new(NewDocument {
        node,
        frame,
        address: "https://shop.example/".into(),
        base: "".into(),
        title: "".into(),
        doctype: "html".into(),
        quirks: 0,
    }))
}

pub fn insert(parent: u32, after: u32, nodes: &[(u32, u32, What)]) -> Op {
    let texts = nodes.iter().filter(|node| node.2 == What::Text);
    Op::Insert {
        parent,
        after,
        nodes: Subtree {
            values: texts.map(|_| "text".into()).collect(),
            nodes: nodes
                .iter()
                .map(|(id, depth, what)| SubtreeNode {
                    id: *id,
                    depth: *depth,
                    what: *what,
                })
                .collect(),
        },
    }
}

pub fn relocate(node: u32, count: u32, parent: u32, after: u32) -> Op {
    Op::Move {
        node,
        count,
        parent,
        after,
    }
}
