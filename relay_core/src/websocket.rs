//! WebSocket messages out of a client's bytes (RFC 6455, section 5): unmasked, joined, checked, limits first. Only reads; what is
//! answered is the server's matter.

/// Fragments of one message (security requirements 5.5).
pub const FRAGMENTS: usize = 64;

/// Bytes that a control frame may carry (RFC 6455, section 5.5).
pub const CONTROL_BYTES: usize = 125;

/// Memory for frames that have not come whole is given back above this when they have.
const KEPT_BYTES: usize = 4096;

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const MASK_BYTES: usize = 4;

mod opcode {
    pub const CONTINUATION: u8 = 0;
    pub const TEXT: u8 = 1;
    pub const BINARY: u8 = 2;
    pub const CLOSE: u8 = 8;
    pub const PONG: u8 = 10;
}

/// What a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A binary message.
    Binary(Vec<u8>),
    /// A text message.
    Text(String),
    /// A control frame: its opcode and payload.
    Control(u8, Vec<u8>),
}

/// Why nothing more can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Against the protocol: close code 1002.
    Protocol(&'static str),
    /// Text that is not UTF-8: close code 1007.
    Utf8,
    /// More bytes, or more fragments, than a message may have.
    TooLarge,
}

/// A message of which the last fragment has not come.
#[derive(Debug)]
struct Unfinished {
    opcode: u8,
    fragments: usize,
    payload: Vec<u8>,
}

/// The reading side of one connection.
#[derive(Debug)]
pub struct Reader {
    /// Bytes of a frame that has not come whole.
    pending: Vec<u8>,
    unfinished: Option<Unfinished>,
    /// Bytes that a message may have.
    pub limit: usize,
}

/// The head of a frame.
struct Head {
    fin: bool,
    opcode: u8,
    mask: [u8; MASK_BYTES],
    /// Bytes of the head itself.
    size: usize,
    payload: usize,
}

impl Reader {
    /// Nothing read yet; messages may have `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            pending: Vec::new(),
            unfinished: None,
            limit,
        }
    }

    /// Takes bytes as they come and hands on the messages that are whole now.
    ///
    /// # Errors
    /// The client broke the protocol or a limit; what came before that has been handed on.
    pub fn feed(&mut self, data: &[u8], out: &mut impl FnMut(Message)) -> Result<(), Fault> {
        if self.pending.is_empty() {
            let taken = self.read(data, out)?;
            self.pending.extend_from_slice(&data[taken..]);
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.pending);
        all.extend_from_slice(data);
        let taken = self.read(&all, out)?;
        all.drain(..taken);
        if all.is_empty() && all.capacity() > KEPT_BYTES {
            all = Vec::new();
        }
        self.pending = all;
        Ok(())
    }

    /// Reads all whole frames; how many bytes they were.
    fn read(&mut self, data: &[u8], out: &mut impl FnMut(Message)) -> Result<usize, Fault> {
        let mut at = 0;
        while let Some(head) = self.head(&data[at..])? {
            let start = at + head.size;
            let end = start + head.payload;
            let Some(payload) = data.get(start..end) else {
                break;
            };
            if let Some(message) = self.frame(&head, payload)? {
                out(message);
            }
            at = end;
        }
        Ok(at)
    }

    /// The head, checked against all limits, as soon as it is whole.
    fn head(&self, data: &[u8]) -> Result<Option<Head>, Fault> {
        let [first, second, rest @ ..] = data else {
            return Ok(None);
        };
        if first & 0x70 != 0 {
            return Err(Fault::Protocol("reserved bits"));
        }
        if second & MASKED == 0 {
            return Err(Fault::Protocol("not masked"));
        }
        let (fin, opcode) = (first & FIN != 0, first & 0x0f);
        self.check_order(opcode, fin, second & LENGTH)?;
        let Some((payload, width)) = length(second & LENGTH, rest)? else {
            return Ok(None);
        };
        self.check_size(opcode, payload)?;
        let Some(mask) = rest[width..].first_chunk::<MASK_BYTES>() else {
            return Ok(None);
        };
        Ok(Some(Head {
            fin,
            opcode,
            mask: *mask,
            size: 2 + width + MASK_BYTES,
            payload,
        }))
    }

    fn check_order(&self, opcode: u8, fin: bool, short_length: u8) -> Result<(), Fault> {
        match opcode {
            opcode::CONTINUATION if self.unfinished.is_none() => {
                Err(Fault::Protocol("nothing to continue"))
            }
            opcode::TEXT | opcode::BINARY if self.unfinished.is_some() => {
                Err(Fault::Protocol("message within a message"))
            }
            opcode::CONTINUATION | opcode::TEXT | opcode::BINARY => Ok(()),
            opcode::CLOSE..=opcode::PONG if !fin => Err(Fault::Protocol("control in fragments")),
            opcode::CLOSE..=opcode::PONG if usize::from(short_length) > CONTROL_BYTES => {
                Err(Fault::Protocol("control too long"))
            }
            opcode::CLOSE..=opcode::PONG => Ok(()),
            _ => Err(Fault::Protocol("unknown opcode")),
        }
    }

    fn check_size(&self, opcode: u8, payload: usize) -> Result<(), Fault> {
        if opcode >= opcode::CLOSE {
            return Ok(());
        }
        let (before, fragments) = self
            .unfinished
            .as_ref()
            .map_or((0, 0), |message| (message.payload.len(), message.fragments));
        if fragments >= FRAGMENTS || payload > self.limit.saturating_sub(before) {
            return Err(Fault::TooLarge);
        }
        Ok(())
    }

    fn frame(&mut self, head: &Head, payload: &[u8]) -> Result<Option<Message>, Fault> {
        if head.opcode >= opcode::CLOSE {
            let payload = unmasked(Vec::new(), payload, head.mask);
            return Ok(Some(Message::Control(head.opcode, payload)));
        }
        let mut message = self.unfinished.take().unwrap_or(Unfinished {
            opcode: head.opcode,
            fragments: 0,
            payload: Vec::new(),
        });
        message.payload = unmasked(message.payload, payload, head.mask);
        message.fragments += 1;
        if !head.fin {
            self.unfinished = Some(message);
            return Ok(None);
        }
        if message.opcode == opcode::BINARY {
            return Ok(Some(Message::Binary(message.payload)));
        }
        let text = String::from_utf8(message.payload).map_err(|_| Fault::Utf8)?;
        Ok(Some(Message::Text(text)))
    }
}

/// The length of the payload and how many bytes it took after the first two.
fn length(short: u8, rest: &[u8]) -> Result<Option<(usize, usize)>, Fault> {
    let (long, width, least) = match short {
        126 => (
            rest.first_chunk()
                .map(|b| u64::from(u16::from_be_bytes(*b))),
            2,
            126,
        ),
        127 => (
            rest.first_chunk().map(|b| u64::from_be_bytes(*b)),
            8,
            1 << 16,
        ),
        _ => return Ok(Some((usize::from(short), 0))),
    };
    let Some(long) = long else {
        return Ok(None);
    };
    if long < least {
        return Err(Fault::Protocol("length not in its shortest form"));
    }
    // What does not fit is over every limit.
    Ok(Some((usize::try_from(long).unwrap_or(usize::MAX), width)))
}

/// `payload` without its mask behind `before` (RFC 6455, section 5.3).
fn unmasked(mut before: Vec<u8>, payload: &[u8], mask: [u8; MASK_BYTES]) -> Vec<u8> {
    let start = before.len();
    before.extend_from_slice(payload);
    let (words, rest) = before[start..].as_chunks_mut::<MASK_BYTES>();
    for word in words {
        *word = (u32::from_ne_bytes(*word) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(mask) {
        *byte ^= key;
    }
    before
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FRAGMENTS, Fault, Message, Reader, opcode};

    const MASK: [u8; 4] = [0x12, 0x00, 0xfe, 0x80];

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload.len() {
            size @ 0..=125 => bytes.push(0x80 | size as u8),
            size @ 126..=0xffff => {
                bytes.push(0xfe);
                bytes.extend((size as u16).to_be_bytes());
            }
            size => {
                bytes.push(0xff);
                bytes.extend((size as u64).to_be_bytes());
            }
        }
        bytes.extend(MASK);
        bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(a, b)| a ^ b));
        bytes
    }

    fn read(reader: &mut Reader, pieces: &[&[u8]]) -> (Vec<Message>, Result<(), Fault>) {
        let mut out = Vec::new();
        for piece in pieces {
            if let Err(fault) = reader.feed(piece, &mut |message| out.push(message)) {
                return (out, Err(fault));
            }
        }
        (out, Ok(()))
    }

    fn fault_of(bytes: &[u8], limit: usize) -> Option<Fault> {
        read(&mut Reader::new(limit), &[bytes]).1.err()
    }

    #[test]
    fn what_the_protocol_does_not_allow_is_refused_at_its_head() {
        for bytes in [
            &[0xc2, 0x80][..],   // reserved bit
            &[0x82, 0x01],       // not masked
            &[0x83, 0x80],       // unknown opcode
            &[0x8b, 0x80],       // unknown control
            &[0x80, 0x80],       // nothing to continue
            &[0x09, 0x80],       // ping in fragments
            &[0x89, 0xfe],       // ping of more than 125 bytes
            &[0x82, 0xfe, 0, 5], // length not in its shortest form
        ] {
            let fault = fault_of(bytes, 1 << 20);
            assert!(
                matches!(fault, Some(Fault::Protocol(_))),
                "{bytes:?}: {fault:?}"
            );
        }
        let inside = [frame(0x02, b"a"), frame(0x82, b"b")].concat();
        assert!(matches!(fault_of(&inside, 9), Some(Fault::Protocol(_))));
    }

    #[test]
    fn a_message_over_the_limit_is_refused_before_its_bytes_come() {
        assert_eq!(
            fault_of(&[0x82, 0xfe, 0x10, 0x01], 4096),
            Some(Fault::TooLarge)
        );
        assert_eq!(
            fault_of(&[0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255], 4096),
            Some(Fault::TooLarge)
        );
        let fragments = [frame(0x02, &[0; 3000]), frame(0x80, &[0; 1097])].concat();
        assert_eq!(fault_of(&fragments, 4096), Some(Fault::TooLarge));
        assert_eq!(fault_of(&fragments, 4097), None);
    }

    #[test]
    fn fragments_are_few() {
        let mut bytes = frame(0x02, b"");
        for _ in 1..FRAGMENTS {
            bytes.extend(frame(0x00, b""));
        }
        assert_eq!(fault_of(&bytes, 9), None);
        bytes.extend(frame(0x80, b""));
        assert_eq!(fault_of(&bytes, 9), Some(Fault::TooLarge));
    }

    #[test]
    fn text_has_to_be_utf8_as_a_whole() {
        let cut = [frame(0x01, &[0xe2, 0x82]), frame(0x80, &[0xac])].concat();
        let (messages, _) = read(&mut Reader::new(99), &[&cut]);
        assert_eq!(messages, [Message::Text("€".into())]);
        assert_eq!(fault_of(&frame(0x81, &[0xe2, 0x82]), 99), Some(Fault::Utf8));
    }

    fn payload() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            8 => prop::collection::vec(any::<u8>(), 0..130),
            1 => (65_530_usize..65_545).prop_map(|size| vec![7; size]),
        ]
    }

    /// Messages as fragments, with a ping between them, and what they mean.
    fn talk() -> impl Strategy<Value = (Vec<u8>, Vec<Message>)> {
        let message = (
            prop::collection::vec(payload(), 1..4),
            any::<bool>(),
            any::<bool>(),
        );
        prop::collection::vec(message, 0..6).prop_map(|messages| {
            let (mut bytes, mut meant) = (Vec::new(), Vec::new());
            for (parts, is_text, pinged) in messages {
                let parts: Vec<Vec<u8>> = if is_text {
                    parts
                        .iter()
                        .map(|part| "é".repeat(part.len()).into_bytes())
                        .collect()
                } else {
                    parts
                };
                let last = parts.len() - 1;
                for (number, part) in parts.iter().enumerate() {
                    let kind = if is_text {
                        opcode::TEXT
                    } else {
                        opcode::BINARY
                    };
                    let first = if number == 0 {
                        kind
                    } else {
                        opcode::CONTINUATION
                    };
                    bytes.extend(frame(first | if number == last { 0x80 } else { 0 }, part));
                    if pinged {
                        bytes.extend(frame(0x89, b"?"));
                        if number < last {
                            meant.push(Message::Control(9, b"?".to_vec()));
                        }
                    }
                }
                let whole = parts.concat();
                meant.push(if is_text {
                    Message::Text(String::from_utf8(whole).unwrap_or_default())
                } else {
                    Message::Binary(whole)
                });
                if pinged {
                    meant.push(Message::Control(9, b"?".to_vec()));
                }
            }
            (bytes, meant)
        })
    }

    proptest! {
        #[test]
        fn messages_arrive_whole_however_the_bytes_are_cut(
            (bytes, meant) in talk(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            at.extend([0, bytes.len()]);
            at.sort_unstable();
            let pieces: Vec<&[u8]> = at.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
            let mut reader = Reader::new(1 << 20);
            let (messages, fault) = read(&mut reader, &pieces);
            prop_assert_eq!(fault, Ok(()));
            prop_assert_eq!(messages, meant);
            prop_assert!(reader.pending.is_empty() && reader.unfinished.is_none());
        }

        #[test]
        fn nothing_that_comes_panics_or_takes_more_than_the_limit(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20),
        ) {
            let mut reader = Reader::new(64);
            for piece in pieces {
                let mut largest = 0;
                let fed = reader.feed(&piece, &mut |message| {
                    largest = largest.max(match message {
                        Message::Binary(bytes) | Message::Control(_, bytes) => bytes.len(),
                        Message::Text(text) => text.len(),
                    });
                });
                prop_assert!(largest <= 125);
                if fed.is_err() {
                    break;
                }
                prop_assert!(reader.pending.len() <= 125 + 14);
            }
        }
    }
}
