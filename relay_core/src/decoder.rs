//! Reads the body of a frame: four tables, then ops from seven columns. Knows no tree.

use std::sync::LazyLock;

use crate::error::Refused;
use crate::limits::{Limits, within};
use crate::names::{DICTIONARY, OpCode, namespace, node};
use crate::node_id::MAX_NODE;
use crate::op::{
    NewDocument, NodeNumber, Op, Playback, Run, Shape, Subtree, SubtreeNode, Text, What,
};
use crate::wire::Reader;

static DICTIONARY_TEXTS: LazyLock<Vec<Text>> =
    LazyLock::new(|| DICTIONARY.iter().map(|name| Text::from(*name)).collect());

/// Columns of the ops table.
const COLUMNS: usize = 7;

/// Reads a body that is in full there.
pub(crate) fn decode(body: &[u8], limits: &Limits) -> Result<(Vec<Shape>, Vec<Op>), Refused> {
    let mut reader = Reader::new(body);
    let names = Names::read(&mut reader, limits)?;
    let shapes = read_shapes(&mut reader, &names, limits)?;
    let mut strings = Strings::read(&mut reader, limits)?;
    let count = reader.uint()? as usize;
    within(count, limits.ops, "ops")?;
    let mut lengths = [0; COLUMNS];
    for length in &mut lengths {
        *length = reader.uint()? as usize;
    }
    let mut taken: [&[u8]; COLUMNS] = [&[]; COLUMNS];
    for (column, length) in taken.iter_mut().zip(lengths) {
        *column = reader.take(length)?;
    }
    reader.end()?;
    let [kinds, nodes, nums, refs, codes, steps, ids] = taken.map(Reader::new);
    strings.find_common(refs.clone());
    let columns = Columns {
        kinds,
        nodes,
        nums,
        refs,
        codes,
        steps,
        ids,
    };
    let mut decoder = Decoder {
        limits,
        names,
        shapes: &shapes,
        strings,
        columns,
        last_node: 0,
        last_id: 0,
        nodes: 0,
    };
    let ops = decoder.ops(count)?;
    Ok((shapes, ops))
}

/// The dictionary and what the frame adds to it.
struct Names {
    own: Vec<Text>,
}

impl Names {
    fn read(reader: &mut Reader<'_>, limits: &Limits) -> Result<Self, Refused> {
        let count = reader.count(1)?;
        within(count, limits.names, "names")?;
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push(reader.uint()? as usize);
        }
        let mut own = Vec::with_capacity(count);
        for length in lengths {
            within(length, limits.name_length, "name_length")?;
            if length == 0 {
                return Err(Refused::Field("name"));
            }
            own.push(clean(utf8(reader.take(length)?)?));
        }
        Ok(Self { own })
    }

    fn get(&self, number: u32) -> Result<Text, Refused> {
        let number = number as usize;
        DICTIONARY_TEXTS
            .get(number)
            .or_else(|| self.own.get(number - DICTIONARY.len()))
            .cloned()
            .ok_or(Refused::Reference)
    }

    fn len(&self) -> usize {
        DICTIONARY.len() + self.own.len()
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Refused> {
    std::str::from_utf8(bytes).map_err(|_| Refused::Utf8)
}

/// NUL cannot be in a DOM's text and is what parsers replace: U+FFFD for it.
fn clean(text: &str) -> Text {
    if memchr::memchr(0, text.as_bytes()).is_none() {
        return text.into();
    }
    text.replace('\0', "\u{fffd}").into()
}

fn read_shapes(
    reader: &mut Reader<'_>,
    names: &Names,
    limits: &Limits,
) -> Result<Vec<Shape>, Refused> {
    let count = reader.count(3)?;
    within(count, limits.shapes, "shapes")?;
    let mut shapes = Vec::with_capacity(count);
    // For each name, the shape that had it last: an attribute may be in a shape once.
    let mut last_use = vec![0; names.len()];
    let mut uses = 0;
    for number in 1..=count {
        let space = reader.uint()?;
        if space > namespace::OTHER {
            return Err(Refused::Field("namespace"));
        }
        let tag = names.get(reader.uint()?)?;
        let length = reader.count(1)?;
        within(length, limits.attributes, "attributes")?;
        uses += length;
        within(uses, limits.values, "values")?;
        let mut attributes = Vec::with_capacity(length);
        for _ in 0..length {
            let name = reader.uint()?;
            attributes.push(names.get(name)?);
            if std::mem::replace(&mut last_use[name as usize], number) == number {
                return Err(Refused::Field("attributes"));
            }
        }
        shapes.push(Shape {
            namespace: space,
            tag,
            attributes,
        });
    }
    Ok(shapes)
}

/// The strings of the frame in order of first use.
struct Strings {
    texts: Vec<Text>,
    /// Which of them may be referred to again when they have been used: others are given away.
    common: Vec<bool>,
    used: usize,
    uses: usize,
}

impl Strings {
    fn read(reader: &mut Reader<'_>, limits: &Limits) -> Result<Self, Refused> {
        let count = reader.count(1)?;
        within(count, limits.values, "values")?;
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push(reader.uint()?);
        }
        let bytes = reader.uint()? as usize;
        let mut left = utf8(reader.take(bytes)?)?;
        let mut texts = Vec::with_capacity(count);
        for length in lengths {
            let (text, rest) = split_utf16(left, length)?;
            texts.push(clean(text));
            left = rest;
        }
        if !left.is_empty() {
            return Err(Refused::Trailing);
        }
        Ok(Self {
            common: vec![false; texts.len()],
            texts,
            used: 0,
            uses: 0,
        })
    }

    /// Finds what a column of references can refer to. Names stand in it too: some count as common that are not.
    fn find_common(&mut self, mut refs: Reader<'_>) {
        // Where the column is wrong is found when it is read.
        while let Ok(reference) = refs.uint() {
            let known = (reference as usize).checked_sub(1);
            if let Some(common) = known.and_then(|known| self.common.get_mut(known)) {
                *common = true;
            }
        }
    }

    fn get(&mut self, reference: u32, limits: &Limits) -> Result<Text, Refused> {
        self.uses += 1;
        within(self.uses, limits.values, "values")?;
        let index = match reference as usize {
            0 => {
                self.used += 1;
                self.used - 1
            }
            known if known <= self.used => known - 1,
            _ => return Err(Refused::Reference),
        };
        let text = self.texts.get_mut(index).ok_or(Refused::Reference)?;
        Ok(if self.common[index] {
            text.clone()
        } else {
            std::mem::take(text)
        })
    }
}

/// The first `units` UTF-16 units of a text, and the rest.
fn split_utf16(text: &str, units: u32) -> Result<(&str, &str), Refused> {
    let units = units as usize;
    // As many bytes as units is right for ASCII, and never too few for anything else.
    if let Some(head) = text.as_bytes().get(..units)
        && head.is_ascii()
    {
        return Ok(text.split_at(units));
    }
    let mut counted = 0;
    for (at, character) in text.char_indices() {
        if counted >= units {
            break;
        }
        counted += character.len_utf16();
        if counted == units {
            return Ok(text.split_at(at + character.len_utf8()));
        }
    }
    Err(if counted < units {
        Refused::Truncated
    } else {
        Refused::Utf8
    })
}

struct Columns<'a> {
    kinds: Reader<'a>,
    nodes: Reader<'a>,
    nums: Reader<'a>,
    refs: Reader<'a>,
    codes: Reader<'a>,
    steps: Reader<'a>,
    ids: Reader<'a>,
}

struct Decoder<'a> {
    limits: &'a Limits,
    names: Names,
    shapes: &'a [Shape],
    strings: Strings,
    columns: Columns<'a>,
    last_node: NodeNumber,
    last_id: NodeNumber,
    nodes: usize,
}

impl Decoder<'_> {
    fn ops(&mut self, count: usize) -> Result<Vec<Op>, Refused> {
        if count > self.columns.kinds.left() {
            return Err(Refused::Truncated);
        }
        let mut ops = Vec::with_capacity(count);
        for _ in 0..count {
            ops.push(self.op()?);
        }
        let columns = &self.columns;
        for column in [
            &columns.kinds,
            &columns.nodes,
            &columns.nums,
            &columns.refs,
            &columns.codes,
            &columns.steps,
            &columns.ids,
        ] {
            column.end()?;
        }
        if self.strings.used != self.strings.texts.len() {
            return Err(Refused::Reference);
        }
        Ok(ops)
    }

    fn op(&mut self) -> Result<Op, Refused> {
        let code = self.columns.kinds.uint()?;
        let code = OpCode::from_wire(code).ok_or(Refused::Op(code))?;
        Ok(match code {
            OpCode::Document => Op::Document(Box::new(NewDocument {
                node: self.node()?,
                frame: self.node()?,
                address: self.string()?,
                base: self.string()?,
                title: self.string()?,
                doctype: self.string()?,
                quirks: self.uint()?,
            })),
            OpCode::Insert => Op::Insert {
                parent: self.node()?,
                after: self.node()?,
                nodes: self.subtree()?,
            },
            OpCode::Move => Op::Move {
                node: self.node()?,
                count: self.uint()?,
                parent: self.node()?,
                after: self.node()?,
            },
            OpCode::Remove => Op::Remove {
                node: self.node()?,
                count: self.uint()?,
            },
            OpCode::SetText => Op::SetText {
                node: self.node()?,
                text: self.string()?,
            },
            OpCode::SetAttribute => Op::SetAttribute {
                node: self.node()?,
                name: self.name()?,
                value: self.string()?,
            },
            OpCode::RemoveAttribute => Op::RemoveAttribute {
                node: self.node()?,
                name: self.name()?,
            },
            OpCode::SetAttributes => Op::SetAttributes {
                node: self.node()?,
                attributes: self.pairs()?,
            },
            OpCode::SetValue => Op::SetValue {
                node: self.node()?,
                value: self.string()?,
            },
            OpCode::SetState => Op::SetState {
                node: self.node()?,
                bits: self.uint()?,
            },
            OpCode::SetScroll => Op::SetScroll {
                node: self.node()?,
                left: self.int()?,
                top: self.int()?,
            },
            OpCode::SetSheet => Op::SetSheet {
                node: self.node()?,
                base: self.string()?,
                text: self.string()?,
            },
            OpCode::SetMask => Op::SetMask {
                node: self.node()?,
                level: self.uint()?,
                label: self.string()?,
                width: self.uint()?,
                height: self.uint()?,
            },
            OpCode::SetPlaceholder => Op::SetPlaceholder {
                node: self.node()?,
                reason: self.uint()?,
            },
            OpCode::SetFocus => Op::SetFocus { node: self.node()? },
            OpCode::SetPointer => Op::SetPointer {
                x: self.int()?,
                y: self.int()?,
                down: self.uint()?,
            },
            OpCode::SetViewport => Op::SetViewport {
                width: self.uint()?,
                height: self.uint()?,
                ratio: self.uint()?,
            },
            OpCode::SetTitle => Op::SetTitle {
                node: self.node()?,
                title: self.string()?,
            },
            OpCode::SetAddress => Op::SetAddress {
                node: self.node()?,
                address: self.string()?,
                base: self.string()?,
            },
            OpCode::SetTile => Op::SetTile {
                node: self.node()?,
                column: self.uint()?,
                row: self.uint()?,
                picture: self.string()?,
            },
            OpCode::Lift => Op::Lift { node: self.node()? },
            OpCode::SetSelection => Op::SetSelection {
                node: self.node()?,
                offset: self.uint()?,
                end: self.node()?,
                end_offset: self.uint()?,
            },
            OpCode::SetAnimation => Op::SetAnimation {
                node: self.node()?,
                text: self.string()?,
            },
            OpCode::SetClock => Op::SetClock { time: self.uint()? },
            OpCode::SetPlayback => Op::SetPlayback {
                node: self.node()?,
                playback: self.playback()?,
            },
            OpCode::SetHover => Op::SetHover {
                node: self.node()?,
                active: self.node()?,
            },
            OpCode::SetMedia => Op::SetMedia {
                features: self.uint()?,
            },
            OpCode::SetConstructed => Op::SetConstructed {
                sheet: self.uint()?,
                base: self.string()?,
                text: self.string()?,
            },
            OpCode::SetAdopted => Op::SetAdopted {
                node: self.node()?,
                sheets: self.string()?,
            },
            OpCode::Arrange => Op::Arrange {
                parent: self.node()?,
                runs: self.runs()?,
            },
            OpCode::Verify => Op::Verify {
                node: self.node()?,
                scope: self.uint()?,
                hash: self.uint()?,
            },
        })
    }

    fn playback(&mut self) -> Result<Playback, Refused> {
        Ok(Playback {
            time: self.uint()?,
            duration: self.uint()?,
            rate: self.uint()?,
            bits: self.uint()?,
            width: self.uint()?,
            height: self.uint()?,
        })
    }

    fn node(&mut self) -> Result<NodeNumber, Refused> {
        let difference = self.columns.nodes.int()?;
        self.last_node = advance(self.last_node, i64::from(difference))?;
        Ok(self.last_node)
    }

    fn uint(&mut self) -> Result<u32, Refused> {
        self.columns.nums.uint()
    }

    fn int(&mut self) -> Result<i32, Refused> {
        self.columns.nums.int()
    }

    fn name(&mut self) -> Result<Text, Refused> {
        self.names.get(self.columns.refs.uint()?)
    }

    fn string(&mut self) -> Result<Text, Refused> {
        let reference = self.columns.refs.uint()?;
        self.strings.get(reference, self.limits)
    }

    fn pairs(&mut self) -> Result<Vec<(Text, Text)>, Refused> {
        let count = self.uint()? as usize;
        within(count, self.limits.attributes, "attributes")?;
        if count > self.columns.refs.left() / 2 {
            return Err(Refused::Truncated);
        }
        let mut pairs = Vec::with_capacity(count);
        for _ in 0..count {
            pairs.push((self.name()?, self.string()?));
        }
        Ok(pairs)
    }

    /// The lengths of the runs, what each comes after, all nodes by rising number, and then for each node in its final place
    /// which of these it is, as the difference from the one before it less one.
    fn runs(&mut self) -> Result<Vec<Run>, Refused> {
        let count = self.uint()? as usize;
        let mut lengths = Vec::with_capacity(self.fits(count)?);
        let mut total = 0;
        for _ in 0..count {
            let length = self.uint()? as usize;
            if length == 0 {
                return Err(Refused::Field("count"));
            }
            total = self.fits(total + length)?;
            lengths.push(length);
        }
        self.nodes += total;
        within(self.nodes, self.limits.nodes, "nodes")?;
        let mut afters = Vec::with_capacity(count);
        for _ in 0..count {
            afters.push(self.node()?);
        }
        let mut left = Vec::with_capacity(total);
        for _ in 0..total {
            let node = self.node()?;
            if left.last().is_some_and(|last| *last >= Some(node)) || node == 0 {
                return Err(Refused::Number);
            }
            left.push(Some(node));
        }
        let mut rank = -1;
        let mut runs = Vec::with_capacity(count);
        for (after, length) in afters.into_iter().zip(lengths) {
            let mut nodes = Vec::with_capacity(length);
            for _ in 0..length {
                rank += i64::from(self.int()?) + 1;
                let slot = usize::try_from(rank).ok().and_then(|at| left.get_mut(at));
                // Each of them once.
                nodes.push(slot.and_then(Option::take).ok_or(Refused::Reference)?);
            }
            runs.push(Run { after, nodes });
        }
        Ok(runs)
    }

    /// A count of nodes for which there is at least a byte each.
    fn fits(&self, count: usize) -> Result<usize, Refused> {
        if count > self.columns.nodes.left() {
            return Err(Refused::Truncated);
        }
        Ok(count)
    }

    fn subtree(&mut self) -> Result<Subtree, Refused> {
        let count = self.uint()? as usize;
        self.nodes += count;
        within(self.nodes, self.limits.nodes, "nodes")?;
        if count > self.columns.steps.left() {
            return Err(Refused::Truncated);
        }
        let mut subtree = Subtree {
            nodes: Vec::with_capacity(count),
            values: Vec::new(),
        };
        let mut depth = 0;
        for index in 0..count {
            depth = self.depth(index == 0, depth)?;
            let id = self.id()?;
            let what = self.what()?;
            let values = match what {
                What::Text => 1,
                What::ShadowOpen | What::ShadowClosed => 0,
                What::Element(shape) => self.shapes[shape].attributes.len(),
            };
            for _ in 0..values {
                let value = self.string()?;
                subtree.values.push(value);
            }
            subtree.nodes.push(SubtreeNode { id, depth, what });
        }
        Ok(subtree)
    }

    fn depth(&mut self, is_first: bool, before: u32) -> Result<u32, Refused> {
        let step = self.columns.steps.uint()?;
        let depth = match (is_first, step) {
            (true, 0) => 0,
            (true, _) => return Err(Refused::Step),
            (false, 0) => before + 1,
            (false, up) => before.checked_sub(up - 1).ok_or(Refused::Step)?,
        };
        within(depth as usize, self.limits.depth, "depth")?;
        Ok(depth)
    }

    fn id(&mut self) -> Result<NodeNumber, Refused> {
        let difference = self.columns.ids.int()?;
        self.last_id = advance(self.last_id, i64::from(difference) + 1)?;
        if self.last_id == 0 {
            return Err(Refused::Number);
        }
        Ok(self.last_id)
    }

    fn what(&mut self) -> Result<What, Refused> {
        Ok(match self.columns.codes.uint()? {
            node::TEXT => What::Text,
            node::SHADOW_OPEN => What::ShadowOpen,
            node::SHADOW_CLOSED => What::ShadowClosed,
            code => {
                let shape = (code - node::FIRST_SHAPE) as usize;
                if shape >= self.shapes.len() {
                    return Err(Refused::Reference);
                }
                What::Element(shape)
            }
        })
    }
}

fn advance(number: NodeNumber, difference: i64) -> Result<NodeNumber, Refused> {
    let sum = i64::from(number) + difference;
    u32::try_from(sum)
        .ok()
        .filter(|number| *number <= MAX_NODE)
        .ok_or(Refused::Number)
}
