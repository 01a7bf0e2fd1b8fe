//! Why a frame was refused: one kind each, as docs/protocol.md lists them, with the data that says where.

use std::fmt;

/// A frame that is refused changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The bytes end before what they announce.
    Truncated,
    /// Bytes are left over.
    Trailing,
    /// A number is not in its shortest form.
    Overlong,
    /// A number is outside its range.
    Number,
    /// Text is not UTF-8, or is cut inside a character.
    Utf8,
    /// The protocol version is another one.
    Version(u8),
    /// A flag that this version does not have.
    Flags(u8),
    /// The first byte does not announce a frame of the expected direction.
    Message(u8),
    /// The body does not inflate to its announced length.
    Inflate,
    /// Over the limit of this name, which is so much.
    Limit(&'static str, usize),
    /// A name, shape or string that is not there, or a string that is never used.
    Reference,
    /// No op has this number.
    Op(u32),
    /// A step leaves the subtree.
    Step,
    /// The page has no node of this number.
    UnknownNode(u32),
    /// The number is, or was, another node's; or there is such a node at its place already.
    DuplicateNode(u32),
    /// The node is of a kind that cannot do this.
    WrongKind(u32),
    /// The node would be put inside itself.
    Cycle(u32),
    /// The siblings or the place named are not there.
    Position(u32),
    /// The frame's epoch does not fit: `got`, where the replica is in `current`.
    Epoch {
        /// The replica's.
        current: u64,
        /// The frame's.
        got: u64,
    },
    /// Frames are missing or came twice.
    Sequence {
        /// What would have fitted.
        expected: u64,
        /// The frame's.
        got: u64,
    },
    /// The field of this name has a value outside its closed set.
    Field(&'static str),
}

impl Refused {
    /// Its kind as docs/protocol.md names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Trailing => "trailing",
            Self::Overlong => "overlong",
            Self::Number => "number",
            Self::Utf8 => "utf8",
            Self::Version(_) => "version",
            Self::Flags(_) => "flags",
            Self::Message(_) => "message",
            Self::Inflate => "inflate",
            Self::Limit(..) => "limit",
            Self::Reference => "reference",
            Self::Op(_) => "op",
            Self::Step => "step",
            Self::UnknownNode(_) => "unknown_node",
            Self::DuplicateNode(_) => "duplicate_node",
            Self::WrongKind(_) => "wrong_kind",
            Self::Cycle(_) => "cycle",
            Self::Position(_) => "position",
            Self::Epoch { .. } => "epoch",
            Self::Sequence { .. } => "sequence",
            Self::Field(_) => "field",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => write!(out, "ends too early"),
            Self::Trailing => write!(out, "bytes left over"),
            Self::Overlong => write!(out, "a number is not in its shortest form"),
            Self::Number => write!(out, "a number is out of range"),
            Self::Utf8 => write!(out, "text is not UTF-8"),
            Self::Version(got) => write!(out, "protocol version {got}"),
            Self::Flags(got) => write!(out, "flags {got}"),
            Self::Message(got) => write!(out, "message byte {got}"),
            Self::Inflate => write!(out, "the body does not inflate to its length"),
            Self::Limit(name, most) => write!(out, "over the limit {name} of {most}"),
            Self::Reference => write!(out, "a name, shape or string is not there or never used"),
            Self::Op(code) => write!(out, "no op {code}"),
            Self::Step => write!(out, "a step leaves the subtree"),
            Self::UnknownNode(node) => write!(out, "no node {node}"),
            Self::DuplicateNode(node) => write!(out, "node {node} was there before"),
            Self::WrongKind(node) => write!(out, "node {node} is of the wrong kind"),
            Self::Cycle(node) => write!(out, "node {node} would be inside itself"),
            Self::Position(node) => write!(out, "no such place at node {node}"),
            Self::Epoch { current, got } => write!(out, "epoch {got} after {current}"),
            Self::Sequence { expected, got } => write!(out, "sequence {got} instead of {expected}"),
            Self::Field(name) => write!(out, "field {name} is outside its set"),
        }
    }
}

impl std::error::Error for Refused {}

/// A call that cannot be answered: the caller's mistake, not the visitor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// There is no audience of this number.
    UnknownAudience(u32),
    /// The session has this many audiences and may not have more.
    TooManyAudiences(usize),
    /// A delta from a version that there has not been.
    FutureVersion {
        /// What was asked for.
        since: u64,
        /// What there is.
        version: u64,
    },
}

impl fmt::Display for Misuse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAudience(number) => write!(out, "no audience {number}"),
            Self::TooManyAudiences(most) => write!(out, "more than {most} audiences"),
            Self::FutureVersion { since, version } => {
                write!(out, "version {since} asked for, there is {version}")
            }
        }
    }
}

impl std::error::Error for Misuse {}
