//! What is fuzzed: each target takes any bytes and fails when something that must hold does not. `tests/fuzz.rs` runs them with seeds,
//! `fuzz/` under libFuzzer.
#![allow(dead_code, clippy::panic, clippy::expect_used, clippy::unwrap_used)]

pub mod seeds;
mod sessions;
mod texts;

use relay_core::encoder::Encoder;
use relay_core::frame::Frame;
use relay_core::inspect;
use relay_core::limits::Limits;
use relay_core::websocket::{Fault, Message, Reader};

/// A target and its name.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: &[Target] = &[
    ("frame", frame),
    ("websocket", websocket),
    ("session", sessions::session),
    ("visitor", sessions::visitor),
    ("masks", sessions::masks),
    ("selector", texts::selector),
    ("css", texts::css),
    ("url", texts::url),
    ("srcset", texts::srcset),
    ("assets", texts::assets),
];

/// Runs a target by its name.
pub fn run(name: &str, data: &[u8]) {
    let found = TARGETS.iter().find(|target| target.0 == name);
    found.expect("a target of this name").1(data);
}

/// A frame that can be read says the same when it is written and read again.
pub fn frame(data: &[u8]) {
    let limits = Limits::default();
    let Ok(mut frame) = Frame::decode(data, &limits) else {
        return;
    };
    for deflate_from in [0, usize::MAX] {
        let mut encoder = Encoder::default();
        for op in &frame.ops {
            encoder.op(op, &frame.shapes);
        }
        let again = Frame::decode(&encoder.finish(&frame.head, deflate_from), &limits);
        // What deflates too well is refused for it.
        if let Ok(again) = again {
            frame.deflated = again.deflated;
            assert_eq!(inspect::json(&frame), inspect::json(&again));
        } else {
            assert_eq!(deflate_from, 0, "{again:?}");
        }
    }
}

/// Wherever a stream is cut, the same messages come, and the same fault ends it.
pub fn websocket(data: &[u8]) {
    let [limit, cut, data @ ..] = data else {
        return;
    };
    let limit = 16 * usize::from(*limit);
    let whole = read([data].into_iter(), limit);
    assert_eq!(read(data.chunks(1 + usize::from(*cut)), limit), whole);
    assert_eq!(read(data.chunks(1), limit), whole);
    for message in &whole.0 {
        let length = match message {
            Message::Binary(bytes) => bytes.len(),
            Message::Text(text) => text.len(),
            Message::Control(_, payload) => {
                assert!(payload.len() <= relay_core::websocket::CONTROL_BYTES);
                0
            }
        };
        assert!(length <= limit, "{length} bytes of {limit}");
    }
}

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>, limit: usize) -> (Vec<Message>, Option<Fault>) {
    let mut reader = Reader::new(limit);
    let mut messages = Vec::new();
    for piece in pieces {
        if let Err(fault) = reader.feed(piece, &mut |message| messages.push(message)) {
            return (messages, Some(fault));
        }
    }
    (messages, None)
}
