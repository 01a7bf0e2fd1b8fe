//! Frames: a head, and a body of tables and columns that may be deflated. `decoder` and `encoder` do the bodies.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::decoder;
use crate::error::Refused;
use crate::limits::{Limits, within};
use crate::names::{PROTOCOL_VERSION, flag, message};
use crate::op::{Op, Shape};
use crate::wire::{Reader, Writer};

/// What stands before the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Who speaks.
    pub direction: Direction,
    /// Which snapshot of the visitor's the frame belongs to.
    pub epoch: u64,
    /// Visitor: number of the frame in its epoch. Viewer: the version there is after it.
    pub sequence: u64,
    /// Viewer: the version there has to be before it. Visitor: 0.
    pub base: u64,
    /// Visitor: not all of the page that the epoch started is there after it.
    pub partial: bool,
}

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the visitor to the relay.
    Visitor,
    /// From the relay to a viewer.
    Viewer,
}

impl Direction {
    /// The first byte of such a frame.
    #[must_use]
    pub fn message(self) -> u8 {
        match self {
            Self::Visitor => message::VISITOR_FRAME as u8,
            Self::Viewer => message::VIEWER_FRAME as u8,
        }
    }

    fn from_message(byte: u8) -> Result<Self, Refused> {
        [Self::Visitor, Self::Viewer]
            .into_iter()
            .find(|direction| direction.message() == byte)
            .ok_or(Refused::Message(byte))
    }
}

/// A frame, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What stands before the body.
    pub head: Head,
    /// Whether the body came deflated.
    pub deflated: bool,
    /// The shapes that subtrees refer to.
    pub shapes: Vec<Shape>,
    /// What is to be done, in order.
    pub ops: Vec<Op>,
}

const DEFLATED: u8 = flag::DEFLATED as u8;
const PARTIAL: u8 = flag::PARTIAL as u8;

/// Bodies up to this many bytes are deflated quickly, for they come many times a second; larger ones, which make somebody wait,
/// densely. Measured on pages of a shop in pieces of 8 KiB: level 1 takes 23 µs and leaves 37 %, level 3 54 µs and 28 %, level 6 61 µs
/// and 28 %; of 64 KiB level 3 takes 40 % of the time of level 6, for 2 % more bytes.
const QUICK_BYTES: usize = 16 * 1024;
const QUICK: u32 = 1;
const DENSE: u32 = 3;

impl Frame {
    /// Reads the bytes of one frame; takes no memory for what the bytes do not hold or the limits do not allow.
    ///
    /// # Errors
    /// Bytes that are no frame, with the kind of their fault.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, Refused> {
        let mut reader = Reader::new(bytes);
        let direction = Direction::from_message(reader.byte()?)?;
        let version = reader.byte()?;
        if version != PROTOCOL_VERSION {
            return Err(Refused::Version(version));
        }
        let flags = reader.byte()?;
        let known = match direction {
            Direction::Visitor => DEFLATED | PARTIAL,
            Direction::Viewer => DEFLATED,
        };
        if flags & !known != 0 {
            return Err(Refused::Flags(flags));
        }
        let head = Head {
            direction,
            epoch: reader.long()?,
            sequence: reader.long()?,
            base: reader.long()?,
            partial: flags & PARTIAL != 0,
        };
        if direction == Direction::Visitor {
            within(bytes.len(), limits.snapshot_frame, "snapshot_frame")?;
            if head.base != 0 {
                return Err(Refused::Field("base"));
            }
        }
        let deflated = flags & DEFLATED != 0;
        let (shapes, ops) = if deflated {
            let length = reader.uint()? as usize;
            decoder::decode(&inflate(reader.rest(), length, limits)?, limits)?
        } else {
            within(reader.left(), limits.inflated_frame, "inflated_frame")?;
            decoder::decode(reader.rest(), limits)?
        };
        Ok(Self {
            head,
            deflated,
            shapes,
            ops,
        })
    }
}

/// Puts a head before a body, which is deflated from `deflate_from` bytes on.
#[must_use]
pub fn seal(head: &Head, body: &[u8], deflate_from: usize) -> Vec<u8> {
    let packed = (body.len() >= deflate_from)
        .then(|| deflate(body))
        .flatten();
    let mut writer = Writer::default();
    writer.byte(head.direction.message());
    writer.byte(PROTOCOL_VERSION);
    let partial = if head.partial { PARTIAL } else { 0 };
    writer.byte(partial | packed.as_ref().map_or(0, |_| DEFLATED));
    writer.long(head.epoch);
    writer.long(head.sequence);
    writer.long(head.base);
    if packed.is_some() {
        writer.length(body.len());
    }
    writer.put(packed.as_deref().unwrap_or(body));
    writer.into_bytes()
}

thread_local! {
    /// Kept because their tables are large: making them anew for each frame costs more than deflating a small one.
    static DEFLATERS: [RefCell<Compress>; 2] =
        [QUICK, DENSE].map(|level| RefCell::new(Compress::new(Compression::new(level), false)));
}

/// `None` when the body does not become smaller.
fn deflate(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let status = DEFLATERS.with(|deflaters| {
        let mut stream = deflaters[usize::from(body.len() > QUICK_BYTES)].borrow_mut();
        stream.reset();
        stream.compress_vec(body, &mut out, FlushCompress::Finish)
    });
    matches!(status, Ok(Status::StreamEnd)).then_some(out)
}

fn inflate(bytes: &[u8], length: usize, limits: &Limits) -> Result<Vec<u8>, Refused> {
    within(length, limits.inflated_frame, "inflated_frame")?;
    let most = bytes.len().saturating_mul(limits.inflate_ratio);
    if length > most {
        return Err(Refused::Limit("inflate_ratio", limits.inflate_ratio));
    }
    let mut body = Vec::with_capacity(length);
    let mut stream = Decompress::new(false);
    let status = stream.decompress_vec(bytes, &mut body, FlushDecompress::Finish);
    if !matches!(status, Ok(Status::StreamEnd)) || body.len() != length {
        return Err(Refused::Inflate);
    }
    if stream.total_in() != bytes.len() as u64 {
        return Err(Refused::Trailing);
    }
    Ok(body)
}
