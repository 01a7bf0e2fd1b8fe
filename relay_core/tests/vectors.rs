//! The vectors that every codec is held against: tests/vectors/frame.json at the top of the repository.
#![allow(clippy::panic, clippy::expect_used)]

use relay_core::encoder::Encoder;
use relay_core::error::Refused;
use relay_core::frame::Frame;
use relay_core::inspect;
use relay_core::limits::Limits;
use serde_json::Value;

struct Vector {
    name: String,
    bytes: Vec<u8>,
    json: Value,
}

impl Vector {
    fn error(&self) -> Option<&str> {
        self.json["error"].as_str()
    }
}

fn vectors() -> Vec<Vector> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/frame.json");
    let text = std::fs::read_to_string(path).expect("the vectors are in the repository");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("the vectors are JSON");
    assert!(rows.len() > 40, "few vectors: {}", rows.len());
    rows.into_iter()
        .map(|json| Vector {
            name: json["name"].as_str().expect("a name").to_owned(),
            bytes: unhex(json["hex"].as_str().expect("bytes")),
            json,
        })
        .collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| {
            let digits = std::str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(digits, 16).expect("hexadecimal")
        })
        .collect()
}

fn decode(bytes: &[u8]) -> Result<Frame, Refused> {
    Frame::decode(bytes, &Limits::default())
}

fn encode(frame: &Frame, deflate_from: usize) -> Vec<u8> {
    let mut encoder = Encoder::default();
    for op in &frame.ops {
        encoder.op(op, &frame.shapes);
    }
    encoder.finish(&frame.head, deflate_from)
}

#[test]
fn decode_to_what_they_mean() {
    for vector in vectors().iter().filter(|vector| vector.error().is_none()) {
        let frame =
            decode(&vector.bytes).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        let meaning: Value = serde_json::from_str(&inspect::json(&frame)).expect("JSON");
        for (field, value) in meaning.as_object().expect("an object") {
            assert_eq!(value, &vector.json[field], "{}: {field}", vector.name);
        }
    }
}

#[test]
fn encode_to_the_very_same_bytes() {
    for vector in vectors().iter().filter(|vector| vector.error().is_none()) {
        let frame = decode(&vector.bytes).expect("decodes");
        if frame.deflated {
            // Deflaters differ; what they pack must not.
            let again = decode(&encode(&frame, 0)).expect("decodes");
            assert_eq!(again, frame, "{}", vector.name);
        } else {
            assert_eq!(encode(&frame, usize::MAX), vector.bytes, "{}", vector.name);
        }
    }
}

#[test]
fn are_refused_with_their_kind() {
    for vector in vectors() {
        let Some(kind) = vector.error() else { continue };
        let error = decode(&vector.bytes).expect_err(&vector.name);
        assert_eq!(error.kind(), kind, "{}", vector.name);
    }
}

#[test]
fn are_refused_when_cut_anywhere() {
    // One byte less makes what has a byte too many right.
    let whole = vectors().into_iter();
    for vector in whole.filter(|vector| vector.error() != Some("trailing")) {
        for length in 0..vector.bytes.len() {
            let cut = decode(&vector.bytes[..length]);
            assert!(cut.is_err(), "{} cut at {length}", vector.name);
        }
    }
}
