//! Ops as values: what a frame says, before anyone asks whether it can be done.

/// Text of a frame: short text (most of a page's) lies in place, uses of a long one share it.
pub type Text = ecow::EcoString;

/// A node's number as the frame has it: the visitor's in a visitor frame, the viewers' in a viewer frame. 0 is none.
pub type NodeNumber = u32;

/// An element's namespace, tag and attribute names in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Of `names::namespace`.
    pub namespace: u32,
    /// Qualified name.
    pub tag: Text,
    /// Qualified names, each once.
    pub attributes: Vec<Text>,
}

/// What an inserted node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Text; it has one value.
    Text,
    /// An open shadow root.
    ShadowOpen,
    /// A closed shadow root.
    ShadowClosed,
    /// An element with the shape of this index in the frame; it has a value for each attribute.
    Element(usize),
}

/// One node of a subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubtreeNode {
    /// Its number.
    pub id: NodeNumber,
    /// 0 for top nodes.
    pub depth: u32,
    /// What it is.
    pub what: What,
}

/// A run of siblings with all below them, in preorder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subtree {
    /// The nodes.
    pub nodes: Vec<SubtreeNode>,
    /// The nodes' values, one node's after the other's.
    pub values: Vec<Text>,
}

/// A run of nodes and the sibling that it comes after (0: it comes first).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// A child of the op's parent when the runs before have come to theirs.
    pub after: NodeNumber,
    /// In their order; at least one.
    pub nodes: Vec<NodeNumber>,
}

/// The fields of `document`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDocument {
    /// The document's number.
    pub node: NodeNumber,
    /// The frame element that it is inside; 0 for the page itself.
    pub frame: NodeNumber,
    /// Its address.
    pub address: Text,
    /// What relative addresses are resolved against.
    pub base: Text,
    /// Its title.
    pub title: Text,
    /// The name in its doctype; empty without one.
    pub doctype: Text,
    /// Of `names::quirks`.
    pub quirks: u32,
}

/// How far a video or audio has been played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Playback {
    /// In ms.
    pub time: u32,
    /// In ms; 0: unknown.
    pub duration: u32,
    /// In thousandths.
    pub rate: u32,
    /// Of `names::playback`.
    pub bits: u32,
    /// Of a video's own picture, in px; 0: unknown.
    pub width: u32,
    /// The same.
    pub height: u32,
}

/// One change to a tree; `names::OpCode` says what each means, `spec.toml` what its fields are.
#[allow(missing_docs)] // the fields are the specification's
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    Document(Box<NewDocument>),
    Insert {
        parent: NodeNumber,
        after: NodeNumber,
        nodes: Subtree,
    },
    Move {
        node: NodeNumber,
        count: u32,
        parent: NodeNumber,
        after: NodeNumber,
    },
    Remove {
        node: NodeNumber,
        count: u32,
    },
    SetText {
        node: NodeNumber,
        text: Text,
    },
    SetAttribute {
        node: NodeNumber,
        name: Text,
        value: Text,
    },
    RemoveAttribute {
        node: NodeNumber,
        name: Text,
    },
    SetAttributes {
        node: NodeNumber,
        attributes: Vec<(Text, Text)>,
    },
    SetValue {
        node: NodeNumber,
        value: Text,
    },
    SetState {
        node: NodeNumber,
        bits: u32,
    },
    SetScroll {
        node: NodeNumber,
        left: i32,
        top: i32,
    },
    SetSheet {
        node: NodeNumber,
        base: Text,
        text: Text,
    },
    SetMask {
        node: NodeNumber,
        level: u32,
        label: Text,
        width: u32,
        height: u32,
    },
    SetPlaceholder {
        node: NodeNumber,
        reason: u32,
    },
    SetFocus {
        node: NodeNumber,
    },
    SetPointer {
        x: i32,
        y: i32,
        down: u32,
    },
    SetViewport {
        width: u32,
        height: u32,
        ratio: u32,
    },
    SetTitle {
        node: NodeNumber,
        title: Text,
    },
    SetAddress {
        node: NodeNumber,
        address: Text,
        base: Text,
    },
    SetTile {
        node: NodeNumber,
        column: u32,
        row: u32,
        picture: Text,
    },
    Lift {
        node: NodeNumber,
    },
    SetSelection {
        node: NodeNumber,
        offset: u32,
        end: NodeNumber,
        end_offset: u32,
    },
    SetAnimation {
        node: NodeNumber,
        text: Text,
    },
    SetClock {
        time: u32,
    },
    SetPlayback {
        node: NodeNumber,
        playback: Playback,
    },
    SetHover {
        node: NodeNumber,
        active: NodeNumber,
    },
    SetMedia {
        features: u32,
    },
    SetConstructed {
        sheet: u32,
        base: Text,
        text: Text,
    },
    SetAdopted {
        node: NodeNumber,
        sheets: Text,
    },
    Arrange {
        parent: NodeNumber,
        runs: Vec<Run>,
    },
    Verify {
        node: NodeNumber,
        scope: u32,
        hash: u32,
    },
}

impl Playback {
    /// Its fields in the order of the wire.
    #[must_use]
    pub fn numbers(&self) -> [u32; 6] {
        [
            self.time,
            self.duration,
            self.rate,
            self.bits,
            self.width,
            self.height,
        ]
    }
}

impl Op {
    /// Whether it starts another page.
    #[must_use]
    pub fn is_page(&self) -> bool {
        matches!(self, Self::Document(document) if document.frame == 0)
    }

    /// How many whole pieces of so many bytes its texts have.
    pub(crate) fn text_pieces(&self, bytes: usize) -> usize {
        let pieces = |text: &Text| text.len() / bytes;
        match self {
            Self::Document(new) => [&new.address, &new.base, &new.title, &new.doctype]
                .map(pieces)
                .iter()
                .sum(),
            Self::Insert { nodes, .. } => nodes.values.iter().map(pieces).sum(),
            Self::SetAttributes { attributes, .. } => {
                attributes.iter().map(|(_, value)| pieces(value)).sum()
            }
            Self::SetSheet { base, text, .. } | Self::SetConstructed { base, text, .. } => {
                pieces(base) + pieces(text)
            }
            Self::SetAddress { address, base, .. } => pieces(address) + pieces(base),
            Self::SetText { text, .. }
            | Self::SetAnimation { text, .. }
            | Self::SetAttribute { value: text, .. }
            | Self::SetValue { value: text, .. }
            | Self::SetMask { label: text, .. }
            | Self::SetTitle { title: text, .. }
            | Self::SetAdopted { sheets: text, .. }
            | Self::SetTile { picture: text, .. } => pieces(text),
            Self::Move { .. }
            | Self::Remove { .. }
            | Self::RemoveAttribute { .. }
            | Self::SetState { .. }
            | Self::SetScroll { .. }
            | Self::SetPlaceholder { .. }
            | Self::SetFocus { .. }
            | Self::SetPointer { .. }
            | Self::SetViewport { .. }
            | Self::Lift { .. }
            | Self::SetPlayback { .. }
            | Self::SetSelection { .. }
            | Self::SetClock { .. }
            | Self::SetHover { .. }
            | Self::SetMedia { .. }
            | Self::Arrange { .. }
            | Self::Verify { .. } => 0,
        }
    }
}
