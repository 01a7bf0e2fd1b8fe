//! A frame as JSON, in the form of `tests/vectors`, for tests and tools.

use std::fmt::Write;

use crate::frame::{Direction, Frame};
use crate::names::OpCode;
use crate::op::{Op, Run, Shape, Subtree, Text, What};

const NAMESPACES: [&str; 4] = ["html", "svg", "mathml", "other"];

/// `{"message", "epoch", "sequence", "base", "deflated", "partial", "ops"}`, each op an array of its name and its fields in wire order.
#[must_use]
pub fn json(frame: &Frame) -> String {
    let message = match frame.head.direction {
        Direction::Visitor => "visitor_frame",
        Direction::Viewer => "viewer_frame",
    };
    let head = &frame.head;
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write!(
        out,
        r#"{{"message":"{message}","epoch":{},"sequence":{},"base":{},"deflated":{},"partial":{},"ops":["#,
        head.epoch, head.sequence, head.base, frame.deflated, head.partial
    );
    let mut writer = Writer {
        out,
        shapes: &frame.shapes,
    };
    for (index, op) in frame.ops.iter().enumerate() {
        writer.out.push_str(if index == 0 { "[" } else { ",[" });
        writer.op(op);
        writer.out.push(']');
    }
    writer.out.push_str("]}");
    writer.out
}

struct Writer<'a> {
    out: String,
    shapes: &'a [Shape],
}

impl Writer<'_> {
    fn op(&mut self, op: &Op) {
        match op {
            Op::Document(new) => {
                self.name(OpCode::Document);
                self.numbers(&[new.node, new.frame]);
                self.texts(&[&new.address, &new.base, &new.title, &new.doctype]);
                self.numbers(&[new.quirks]);
            }
            Op::Insert {
                parent,
                after,
                nodes,
            } => {
                self.name(OpCode::Insert);
                self.numbers(&[*parent, *after]);
                self.subtree(nodes);
            }
            Op::Move {
                node,
                count,
                parent,
                after,
            } => {
                self.name(OpCode::Move);
                self.numbers(&[*node, *count, *parent, *after]);
            }
            Op::Remove { node, count } => {
                self.name(OpCode::Remove);
                self.numbers(&[*node, *count]);
            }
            Op::SetText { node, text } => self.texts_of(OpCode::SetText, *node, &[text]),
            Op::SetAttribute { node, name, value } => {
                self.texts_of(OpCode::SetAttribute, *node, &[name, value]);
            }
            Op::RemoveAttribute { node, name } => {
                self.texts_of(OpCode::RemoveAttribute, *node, &[name]);
            }
            Op::SetAttributes { node, attributes } => {
                self.name(OpCode::SetAttributes);
                self.numbers(&[*node]);
                self.out.push(',');
                let pairs = attributes.iter().map(|(name, value)| (name, value));
                self.pairs(pairs);
            }
            Op::SetValue { node, value } => self.texts_of(OpCode::SetValue, *node, &[value]),
            Op::SetState { node, bits } => {
                self.name(OpCode::SetState);
                self.numbers(&[*node, *bits]);
            }
            Op::SetScroll { node, left, top } => {
                self.name(OpCode::SetScroll);
                self.numbers(&[*node]);
                self.numbers(&[*left, *top]);
            }
            Op::SetSheet { node, base, text } => {
                self.texts_of(OpCode::SetSheet, *node, &[base, text]);
            }
            Op::SetMask {
                node,
                level,
                label,
                width,
                height,
            } => {
                self.name(OpCode::SetMask);
                self.numbers(&[*node, *level]);
                self.texts(&[label]);
                self.numbers(&[*width, *height]);
            }
            Op::SetPlaceholder { node, reason } => {
                self.name(OpCode::SetPlaceholder);
                self.numbers(&[*node, *reason]);
            }
            Op::SetFocus { node } => {
                self.name(OpCode::SetFocus);
                self.numbers(&[*node]);
            }
            Op::SetPointer { x, y, down } => {
                self.name(OpCode::SetPointer);
                self.numbers(&[*x, *y]);
                self.numbers(&[*down]);
            }
            Op::SetViewport {
                width,
                height,
                ratio,
            } => {
                self.name(OpCode::SetViewport);
                self.numbers(&[*width, *height, *ratio]);
            }
            Op::SetTitle { node, title } => self.texts_of(OpCode::SetTitle, *node, &[title]),
            Op::SetAddress {
                node,
                address,
                base,
            } => self.texts_of(OpCode::SetAddress, *node, &[address, base]),
            Op::SetTile {
                node,
                column,
                row,
                picture,
            } => {
                self.name(OpCode::SetTile);
                self.numbers(&[*node, *column, *row]);
                self.texts(&[picture]);
            }
            Op::Lift { node } => {
                self.name(OpCode::Lift);
                self.numbers(&[*node]);
            }
            Op::SetSelection {
                node,
                offset,
                end,
                end_offset,
            } => {
                self.name(OpCode::SetSelection);
                self.numbers(&[*node, *offset, *end, *end_offset]);
            }
            Op::SetAnimation { node, text } => self.texts_of(OpCode::SetAnimation, *node, &[text]),
            Op::SetClock { time } => {
                self.name(OpCode::SetClock);
                self.numbers(&[*time]);
            }
            Op::SetPlayback { node, playback } => {
                self.name(OpCode::SetPlayback);
                self.numbers(&[*node]);
                self.numbers(&playback.numbers());
            }
            Op::SetHover { node, active } => {
                self.name(OpCode::SetHover);
                self.numbers(&[*node, *active]);
            }
            Op::SetMedia { features } => {
                self.name(OpCode::SetMedia);
                self.numbers(&[*features]);
            }
            Op::SetConstructed { sheet, base, text } => {
                self.texts_of(OpCode::SetConstructed, *sheet, &[base, text]);
            }
            Op::SetAdopted { node, sheets } => self.texts_of(OpCode::SetAdopted, *node, &[sheets]),
            Op::Arrange { parent, runs } => {
                self.name(OpCode::Arrange);
                self.numbers(&[*parent]);
                self.runs(runs);
            }
            Op::Verify { node, scope, hash } => {
                self.name(OpCode::Verify);
                self.numbers(&[*node, *scope, *hash]);
            }
        }
    }

    fn runs(&mut self, runs: &[Run]) {
        self.out.push_str(",[");
        for (index, run) in runs.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(self.out, "{comma}[{},{:?}]", run.after, run.nodes);
        }
        self.out.push(']');
    }

    fn name(&mut self, code: OpCode) {
        self.text(code.name());
    }

    fn texts_of(&mut self, code: OpCode, node: u32, texts: &[&Text]) {
        self.name(code);
        self.numbers(&[node]);
        self.texts(texts);
    }

    fn numbers<N: std::fmt::Display>(&mut self, numbers: &[N]) {
        for number in numbers {
            let _ = write!(self.out, ",{number}");
        }
    }

    fn texts(&mut self, texts: &[&Text]) {
        for text in texts {
            self.out.push(',');
            self.text(text);
        }
    }

    fn subtree(&mut self, subtree: &Subtree) {
        let mut values = subtree.values.iter();
        self.out.push_str(",[");
        for (index, node) in subtree.nodes.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(
                self.out,
                r#"{comma}{{"id":{},"depth":{}"#,
                node.id, node.depth
            );
            match node.what {
                What::Text => {
                    self.out.push_str(r#","text":"#);
                    self.text(values.next().map_or("", AsRef::as_ref));
                }
                What::ShadowOpen => self.out.push_str(r#","shadow":"open""#),
                What::ShadowClosed => self.out.push_str(r#","shadow":"closed""#),
                What::Element(shape) => {
                    let shape = &self.shapes[shape];
                    let namespace = NAMESPACES.get(shape.namespace as usize).unwrap_or(&"other");
                    let _ = write!(self.out, r#","ns":"{namespace}","tag":"#);
                    self.text(&shape.tag);
                    self.out.push_str(r#","attributes":"#);
                    self.pairs(shape.attributes.iter().zip(values.by_ref()));
                }
            }
            self.out.push('}');
        }
        self.out.push(']');
    }

    fn pairs<'t>(&mut self, pairs: impl Iterator<Item = (&'t Text, &'t Text)>) {
        self.out.push('[');
        for (index, (name, value)) in pairs.enumerate() {
            self.out.push_str(if index == 0 { "[" } else { ",[" });
            self.text(name);
            self.out.push(',');
            self.text(value);
            self.out.push(']');
        }
        self.out.push(']');
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '"' | '\\' => {
                    self.out.push('\\');
                    self.out.push(character);
                }
                control if control < ' ' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(control));
                }
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }
}
