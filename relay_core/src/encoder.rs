//! Writes the body of a frame, op by op, numbering names, shapes and strings in the order of their first use.

use std::cell::RefCell;
use std::hash::BuildHasher as _;
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::atoms::dictionary_number;
use crate::frame::{Head, seal};
use crate::names::{DICTIONARY, OpCode, node};
use crate::op::{NodeNumber, Op, Playback, Run, Shape, Subtree, What};
use crate::wire::Writer;

/// Pieces of bytes numbered in the order of their first use. They come from the page, so the hash is keyed.
#[derive(Debug, Default)]
struct Table {
    keys: RandomState,
    numbers: HashTable<u32>,
    /// Hash of each piece and where in `blob` it stands.
    places: Vec<(u64, Range<usize>)>,
    blob: Vec<u8>,
}

impl Table {
    fn len(&self) -> usize {
        self.places.len()
    }

    /// The number of a piece, and whether this is its first use.
    fn number(&mut self, piece: &[u8]) -> (u32, bool) {
        let hash = self.keys.hash_one(piece);
        let places = &self.places;
        let is_it = |number: &u32| {
            let (other, place) = &places[*number as usize];
            *other == hash && self.blob[place.clone()] == *piece
        };
        if let Some(number) = self.numbers.find(hash, is_it) {
            return (*number, false);
        }
        let number = places.len() as u32;
        let rehash = |number: &u32| places[*number as usize].0;
        self.numbers.insert_unique(hash, number, rehash);
        let start = self.blob.len();
        self.blob.extend_from_slice(piece);
        self.places.push((hash, start..self.blob.len()));
        (number, true)
    }

    fn clear(&mut self) {
        self.numbers.clear();
        self.places.clear();
        self.blob.clear();
    }

    /// Bytes that it takes up, whatever it holds.
    fn room(&self) -> usize {
        let places = self.places.capacity() * size_of::<(u64, Range<usize>)>();
        self.blob.capacity() + places + self.numbers.capacity() * size_of::<u32>()
    }
}

fn utf16_length(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(char::len_utf16).sum()
}

/// The columns of ops, in wire order.
#[derive(Debug, Default)]
struct Columns {
    kinds: Writer,
    nodes: Writer,
    nums: Writer,
    refs: Writer,
    codes: Writer,
    steps: Writer,
    ids: Writer,
}

impl Columns {
    fn all(&mut self) -> [&mut Writer; 7] {
        [
            &mut self.kinds,
            &mut self.nodes,
            &mut self.nums,
            &mut self.refs,
            &mut self.codes,
            &mut self.steps,
            &mut self.ids,
        ]
    }
}

/// A body being written.
#[derive(Debug, Default)]
pub struct Encoder {
    names: Table,
    name_lengths: Writer,
    strings: Table,
    string_lengths: Writer,
    shapes: Table,
    /// The shape that is being put together, and its names.
    shape: Writer,
    shape_names: Writer,
    count: usize,
    columns: Columns,
    last_node: NodeNumber,
    last_id: NodeNumber,
    body: Writer,
}

/// Rooms of up to so many bytes are kept for the next frame: those of all but snapshots and large changes.
const KEPT_BYTES: usize = 256 * 1024;

thread_local! {
    /// What the last frame was written in. Getting a dozen tables to size anew costs more than filling them for a small frame.
    static SPARE: RefCell<Option<Box<Encoder>>> = const { RefCell::new(None) };
}

impl Encoder {
    /// One with nothing in it and room for a usual frame.
    #[must_use]
    pub fn spare() -> Box<Self> {
        SPARE.take().unwrap_or_default()
    }

    /// The whole frame. The body is deflated from `deflate_from` bytes on.
    #[must_use]
    pub fn finish(mut self, head: &Head, deflate_from: usize) -> Vec<u8> {
        self.write(head, deflate_from)
    }

    /// The whole frame, of an encoder that was a spare one and becomes one again.
    #[must_use]
    pub fn finish_spare(mut self: Box<Self>, head: &Head, deflate_from: usize) -> Vec<u8> {
        let frame = self.write(head, deflate_from);
        if self.room() <= KEPT_BYTES {
            self.clear();
            SPARE.set(Some(self));
        }
        frame
    }

    fn write(&mut self, head: &Head, deflate_from: usize) -> Vec<u8> {
        let body = &mut self.body;
        body.length(self.names.len());
        body.put(self.name_lengths.bytes());
        body.put(&self.names.blob);
        body.length(self.shapes.len());
        body.put(&self.shapes.blob);
        body.length(self.strings.len());
        body.put(self.string_lengths.bytes());
        body.length(self.strings.blob.len());
        body.put(&self.strings.blob);
        body.length(self.count);
        let columns = self.columns.all();
        for column in &columns {
            body.length(column.bytes().len());
        }
        for column in &columns {
            body.put(column.bytes());
        }
        seal(head, body.bytes(), deflate_from)
    }

    fn writers(&mut self) -> impl Iterator<Item = &mut Writer> {
        let others = [
            &mut self.name_lengths,
            &mut self.string_lengths,
            &mut self.shape,
            &mut self.shape_names,
            &mut self.body,
        ];
        self.columns.all().into_iter().chain(others)
    }

    fn room(&mut self) -> usize {
        let tables = [&self.names, &self.strings, &self.shapes].map(Table::room);
        let writers = self.writers().map(|writer| writer.room());
        writers.sum::<usize>() + tables.iter().sum::<usize>()
    }

    fn clear(&mut self) {
        for table in [&mut self.names, &mut self.strings, &mut self.shapes] {
            table.clear();
        }
        self.writers().for_each(Writer::clear);
        (self.count, self.last_node, self.last_id) = (0, 0, 0);
    }

    /// How many ops there are so far.
    #[must_use]
    pub fn ops(&self) -> usize {
        self.count
    }

    /// Any op; subtrees refer to `shapes`.
    pub fn op(&mut self, op: &Op, shapes: &[Shape]) {
        match op {
            Op::Document(document) => self.document(
                document.node,
                document.frame,
                [
                    &document.address,
                    &document.base,
                    &document.title,
                    &document.doctype,
                ],
                document.quirks,
            ),
            Op::Insert {
                parent,
                after,
                nodes,
            } => self.insert(*parent, *after, nodes, shapes),
            Op::Move {
                node,
                count,
                parent,
                after,
            } => self.relocate(*node, *count, *parent, *after),
            Op::Remove { node, count } => self.remove(*node, *count),
            Op::SetText { node, text } => self.set_text(*node, text),
            Op::SetAttribute { node, name, value } => self.set_attribute(*node, name, value),
            Op::RemoveAttribute { node, name } => self.remove_attribute(*node, name),
            Op::SetAttributes { node, attributes } => self.set_attributes(*node, attributes),
            Op::SetValue { node, value } => self.set_value(*node, value),
            Op::SetState { node, bits } => self.set_state(*node, *bits),
            Op::SetScroll { node, left, top } => self.set_scroll(*node, *left, *top),
            Op::SetSheet { node, base, text } => self.set_sheet(*node, base, text),
            Op::SetMask {
                node,
                level,
                label,
                width,
                height,
            } => self.set_mask(*node, *level, label, *width, *height),
            Op::SetPlaceholder { node, reason } => self.set_placeholder(*node, *reason),
            Op::SetFocus { node } => self.set_focus(*node),
            Op::SetPointer { x, y, down } => self.set_pointer(*x, *y, *down),
            Op::SetViewport {
                width,
                height,
                ratio,
            } => self.set_viewport(*width, *height, *ratio),
            Op::SetTitle { node, title } => self.set_title(*node, title),
            Op::SetAddress {
                node,
                address,
                base,
            } => self.set_address(*node, address, base),
            Op::SetTile {
                node,
                column,
                row,
                picture,
            } => self.set_tile(*node, (*column, *row), picture),
            Op::Lift { node } => self.lift(*node),
            Op::SetSelection {
                node,
                offset,
                end,
                end_offset,
            } => self.set_selection((*node, *offset), (*end, *end_offset)),
            Op::SetAnimation { node, text } => self.set_animation(*node, text),
            Op::SetClock { time } => self.set_clock(*time),
            Op::SetPlayback { node, playback } => self.set_playback(*node, playback),
            Op::SetHover { node, active } => self.set_hover(*node, *active),
            Op::SetMedia { features } => self.set_media(*features),
            Op::SetConstructed { sheet, base, text } => self.set_constructed(*sheet, base, text),
            Op::SetAdopted { node, sheets } => self.set_adopted(*node, sheets),
            Op::Arrange { parent, runs } => self.arrange(*parent, runs),
            Op::Verify { node, scope, hash } => self.verify(*node, *scope, *hash),
        }
    }

    fn insert(&mut self, parent: NodeNumber, after: NodeNumber, nodes: &Subtree, shapes: &[Shape]) {
        let mut values = nodes.values.iter();
        let mut subtree = self.begin_insert(parent, after);
        for node in &nodes.nodes {
            match node.what {
                What::Text => {
                    let text = values.next().map_or("", AsRef::as_ref);
                    subtree.text(node.id, node.depth, text);
                }
                What::ShadowOpen => subtree.shadow(node.id, node.depth, true),
                What::ShadowClosed => subtree.shadow(node.id, node.depth, false),
                What::Element(shape) => {
                    let shape = &shapes[shape];
                    let names = shape.attributes.iter().map(AsRef::as_ref);
                    let pairs: Vec<(&str, &str)> =
                        names.zip(values.by_ref().map(AsRef::as_ref)).collect();
                    subtree.element(node.id, node.depth, shape.namespace, &shape.tag, &pairs);
                }
            }
        }
        subtree.end();
    }

    /// `texts`: address, base, title, doctype.
    pub fn document(&mut self, node: NodeNumber, frame: NodeNumber, texts: [&str; 4], quirks: u32) {
        self.begin(OpCode::Document);
        self.node(node);
        self.node(frame);
        for text in texts {
            self.string(text);
        }
        self.columns.nums.uint(quirks);
    }

    /// `insert`, whose nodes are then given to the result.
    pub fn begin_insert(&mut self, parent: NodeNumber, after: NodeNumber) -> SubtreeEncoder<'_> {
        self.begin(OpCode::Insert);
        self.node(parent);
        self.node(after);
        SubtreeEncoder {
            encoder: self,
            count: 0,
            depth: 0,
        }
    }

    /// `move`.
    pub fn relocate(
        &mut self,
        node: NodeNumber,
        count: u32,
        parent: NodeNumber,
        after: NodeNumber,
    ) {
        self.begin(OpCode::Move);
        self.node(node);
        self.columns.nums.uint(count);
        self.node(parent);
        self.node(after);
    }

    /// `remove`.
    pub fn remove(&mut self, node: NodeNumber, count: u32) {
        self.begin(OpCode::Remove);
        self.node(node);
        self.columns.nums.uint(count);
    }

    /// `set_text`.
    pub fn set_text(&mut self, node: NodeNumber, text: &str) {
        self.begin(OpCode::SetText);
        self.node(node);
        self.string(text);
    }

    /// `set_attribute`.
    pub fn set_attribute(&mut self, node: NodeNumber, name: &str, value: &str) {
        self.begin(OpCode::SetAttribute);
        self.node(node);
        self.name(name);
        self.string(value);
    }

    /// `remove_attribute`.
    pub fn remove_attribute(&mut self, node: NodeNumber, name: &str) {
        self.begin(OpCode::RemoveAttribute);
        self.node(node);
        self.name(name);
    }

    /// `set_attributes`.
    pub fn set_attributes<N, V>(&mut self, node: NodeNumber, attributes: &[(N, V)])
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        self.begin(OpCode::SetAttributes);
        self.node(node);
        self.columns.nums.length(attributes.len());
        for (name, value) in attributes {
            self.name(name.as_ref());
            self.string(value.as_ref());
        }
    }

    /// `set_value`.
    pub fn set_value(&mut self, node: NodeNumber, value: &str) {
        self.begin(OpCode::SetValue);
        self.node(node);
        self.string(value);
    }

    /// `set_state`.
    pub fn set_state(&mut self, node: NodeNumber, bits: u32) {
        self.begin(OpCode::SetState);
        self.node(node);
        self.columns.nums.uint(bits);
    }

    /// `set_scroll`.
    pub fn set_scroll(&mut self, node: NodeNumber, left: i32, top: i32) {
        self.begin(OpCode::SetScroll);
        self.node(node);
        self.columns.nums.int(left);
        self.columns.nums.int(top);
    }

    /// `set_sheet`.
    pub fn set_sheet(&mut self, node: NodeNumber, base: &str, text: &str) {
        self.begin(OpCode::SetSheet);
        self.node(node);
        self.string(base);
        self.string(text);
    }

    /// `set_mask`.
    pub fn set_mask(&mut self, node: NodeNumber, level: u32, label: &str, width: u32, height: u32) {
        self.begin(OpCode::SetMask);
        self.node(node);
        self.columns.nums.uint(level);
        self.string(label);
        self.columns.nums.uint(width);
        self.columns.nums.uint(height);
    }

    /// `set_placeholder`.
    pub fn set_placeholder(&mut self, node: NodeNumber, reason: u32) {
        self.begin(OpCode::SetPlaceholder);
        self.node(node);
        self.columns.nums.uint(reason);
    }

    /// `set_focus`.
    pub fn set_focus(&mut self, node: NodeNumber) {
        self.begin(OpCode::SetFocus);
        self.node(node);
    }

    /// `set_pointer`.
    pub fn set_pointer(&mut self, x: i32, y: i32, down: u32) {
        self.begin(OpCode::SetPointer);
        self.columns.nums.int(x);
        self.columns.nums.int(y);
        self.columns.nums.uint(down);
    }

    /// `set_viewport`.
    pub fn set_viewport(&mut self, width: u32, height: u32, ratio: u32) {
        self.begin(OpCode::SetViewport);
        self.columns.nums.uint(width);
        self.columns.nums.uint(height);
        self.columns.nums.uint(ratio);
    }

    /// `set_title`.
    pub fn set_title(&mut self, node: NodeNumber, title: &str) {
        self.begin(OpCode::SetTitle);
        self.node(node);
        self.string(title);
    }

    /// `set_address`.
    pub fn set_address(&mut self, node: NodeNumber, address: &str, base: &str) {
        self.begin(OpCode::SetAddress);
        self.node(node);
        self.string(address);
        self.string(base);
    }

    /// `set_tile`.
    pub fn set_tile(&mut self, node: NodeNumber, (column, row): (u32, u32), picture: &str) {
        self.begin(OpCode::SetTile);
        self.node(node);
        self.columns.nums.uint(column);
        self.columns.nums.uint(row);
        self.string(picture);
    }

    /// `lift`.
    pub fn lift(&mut self, node: NodeNumber) {
        self.begin(OpCode::Lift);
        self.node(node);
    }

    /// `set_selection`.
    pub fn set_selection(&mut self, start: (NodeNumber, u32), end: (NodeNumber, u32)) {
        self.begin(OpCode::SetSelection);
        for (node, offset) in [start, end] {
            self.node(node);
            self.columns.nums.uint(offset);
        }
    }

    /// `set_animation`.
    pub fn set_animation(&mut self, node: NodeNumber, text: &str) {
        self.begin(OpCode::SetAnimation);
        self.node(node);
        self.string(text);
    }

    /// `set_clock`.
    pub fn set_clock(&mut self, time: u32) {
        self.begin(OpCode::SetClock);
        self.columns.nums.uint(time);
    }

    /// `set_playback`.
    pub fn set_playback(&mut self, node: NodeNumber, playback: &Playback) {
        self.begin(OpCode::SetPlayback);
        self.node(node);
        for number in playback.numbers() {
            self.columns.nums.uint(number);
        }
    }

    /// `set_hover`.
    pub fn set_hover(&mut self, node: NodeNumber, active: NodeNumber) {
        self.begin(OpCode::SetHover);
        self.node(node);
        self.node(active);
    }

    /// `set_media`.
    pub fn set_media(&mut self, features: u32) {
        self.begin(OpCode::SetMedia);
        self.columns.nums.uint(features);
    }

    /// `set_constructed`.
    pub fn set_constructed(&mut self, sheet: u32, base: &str, text: &str) {
        self.begin(OpCode::SetConstructed);
        self.columns.nums.uint(sheet);
        self.string(base);
        self.string(text);
    }

    /// `set_adopted`.
    pub fn set_adopted(&mut self, node: NodeNumber, sheets: &str) {
        self.begin(OpCode::SetAdopted);
        self.node(node);
        self.string(sheets);
    }

    /// `arrange`.
    pub fn arrange(&mut self, parent: NodeNumber, runs: &[Run]) {
        self.begin(OpCode::Arrange);
        self.node(parent);
        self.columns.nums.length(runs.len());
        for run in runs {
            self.columns.nums.length(run.nodes.len());
        }
        for run in runs {
            self.node(run.after);
        }
        let nodes = runs.iter().flat_map(|run| &run.nodes);
        let mut order: Vec<(NodeNumber, usize)> = nodes.copied().zip(0..).collect();
        order.sort_unstable();
        let mut ranks = vec![0; order.len()];
        for (rank, (node, at)) in order.iter().enumerate() {
            self.node(*node);
            ranks[*at] = rank as u32;
        }
        let mut last = u32::MAX;
        for rank in ranks {
            self.columns
                .nums
                .int(difference(rank, last.wrapping_add(1)));
            last = rank;
        }
    }

    /// `verify`.
    pub fn verify(&mut self, node: NodeNumber, scope: u32, hash: u32) {
        self.begin(OpCode::Verify);
        self.node(node);
        self.columns.nums.uint(scope);
        self.columns.nums.uint(hash);
    }

    fn begin(&mut self, code: OpCode) {
        self.count += 1;
        self.columns.kinds.uint(code as u32);
    }

    fn node(&mut self, node: NodeNumber) {
        self.columns.nodes.int(difference(node, self.last_node));
        self.last_node = node;
    }

    fn name(&mut self, name: &str) {
        let number = self.name_number(name);
        self.columns.refs.uint(number);
    }

    fn name_number(&mut self, name: &str) -> u32 {
        dictionary_number(name).unwrap_or_else(|| {
            let (number, is_new) = self.names.number(name.as_bytes());
            if is_new {
                self.name_lengths.length(name.len());
            }
            DICTIONARY.len() as u32 + number
        })
    }

    fn string(&mut self, text: &str) {
        let (number, is_new) = self.strings.number(text.as_bytes());
        if is_new {
            self.string_lengths.length(utf16_length(text));
        }
        self.columns.refs.uint(if is_new { 0 } else { number + 1 });
    }

    /// Writes the values of an element's attributes and gives the number of its shape.
    fn shape<N: AsRef<str>, V: AsRef<str>>(
        &mut self,
        space: u32,
        tag: &str,
        attributes: impl Iterator<Item = (N, V)>,
    ) -> u32 {
        self.shape.clear();
        self.shape.uint(space);
        let tag = self.name_number(tag);
        self.shape.uint(tag);
        self.shape_names.clear();
        let mut count = 0;
        for (name, value) in attributes {
            let name = self.name_number(name.as_ref());
            self.shape_names.uint(name);
            self.string(value.as_ref());
            count += 1;
        }
        self.shape.length(count);
        self.shape.put(self.shape_names.bytes());
        self.shapes.number(self.shape.bytes()).0
    }
}

/// The nodes of one `insert`, in preorder. Must be given an `end`.
#[derive(Debug)]
#[must_use]
pub struct SubtreeEncoder<'e> {
    encoder: &'e mut Encoder,
    count: usize,
    depth: u32,
}

impl SubtreeEncoder<'_> {
    /// A text node.
    pub fn text(&mut self, id: NodeNumber, depth: u32, text: &str) {
        self.place(id, depth, node::TEXT);
        self.encoder.string(text);
    }

    /// A shadow root.
    pub fn shadow(&mut self, id: NodeNumber, depth: u32, is_open: bool) {
        let code = if is_open {
            node::SHADOW_OPEN
        } else {
            node::SHADOW_CLOSED
        };
        self.place(id, depth, code);
    }

    /// An element.
    pub fn element<N, V>(
        &mut self,
        id: NodeNumber,
        depth: u32,
        space: u32,
        tag: &str,
        attributes: &[(N, V)],
    ) where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let attributes = attributes.iter().map(|(name, value)| (name, value));
        self.element_with(id, depth, (space, tag), attributes);
    }

    /// An element of a namespace and tag, with its attributes as they come.
    pub fn element_with<N: AsRef<str>, V: AsRef<str>>(
        &mut self,
        id: NodeNumber,
        depth: u32,
        (space, tag): (u32, &str),
        attributes: impl Iterator<Item = (N, V)>,
    ) {
        let shape = self.encoder.shape(space, tag, attributes);
        self.place(id, depth, node::FIRST_SHAPE + shape);
    }

    /// The nodes are complete.
    pub fn end(self) {
        self.encoder.columns.nums.length(self.count);
    }

    fn place(&mut self, id: NodeNumber, depth: u32, code: u32) {
        let step = if self.count == 0 || depth > self.depth {
            0
        } else {
            1 + self.depth - depth
        };
        self.encoder.columns.steps.uint(step);
        let before = self.encoder.last_id + 1;
        self.encoder.columns.ids.int(difference(id, before));
        self.encoder.columns.codes.uint(code);
        self.encoder.last_id = id;
        self.count += 1;
        self.depth = depth;
    }
}

/// Both are node numbers, so the difference fits.
fn difference(number: NodeNumber, before: NodeNumber) -> i32 {
    number.cast_signed().wrapping_sub(before.cast_signed())
}
