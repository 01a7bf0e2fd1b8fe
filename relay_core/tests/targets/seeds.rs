//! Where fuzzing starts from: the vectors that all languages share, and what a random visitor sends.

use std::path::Path;

use serde_json::Value;

use super::TARGETS;
use super::sessions::SELECTORS;
use crate::model::chance::Chance;
use crate::model::visitor::Visitor;

fn vectors(name: &str) -> Vec<Value> {
    // From this crate or from that of the fuzz targets in it.
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = here
        .ancestors()
        .map(|above| above.join("tests/vectors").join(name));
    let path = paths
        .find(|path| path.exists())
        .expect("the vectors are in the repository");
    let text = std::fs::read_to_string(path).expect("the vectors can be read");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn frames() -> Vec<Vec<u8>> {
    let vectors = vectors("frame.json");
    vectors
        .iter()
        .map(|vector| unhex(vector["hex"].as_str().expect("bytes")))
        .collect()
}

/// The page of a random visitor.
pub fn page() -> Vec<u8> {
    sent(11, 0).swap_remove(0)
}

/// The first frames of a random visitor.
fn sent(seed: u64, changes: usize) -> Vec<Vec<u8>> {
    let mut chance = Chance::new(seed);
    let mut visitor = Visitor::new();
    visitor.open_page(&mut chance, 20);
    let mut frames = vec![visitor.frame(None)];
    for _ in 0..changes {
        visitor.change_page(&mut chance, 6);
        frames.push(visitor.frame(None));
    }
    frames
}

/// The frames of a session in one run of bytes: a length of two bytes before each.
pub fn split(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let [low, high, rest @ ..] = data else {
            return None;
        };
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (frame, after) = rest.split_at(length);
        data = after;
        Some(frame)
    })
}

fn sessions() -> Vec<Vec<u8>> {
    let session = |seed: u64| {
        let mut data = vec![seed as u8];
        for frame in sent(seed, 4) {
            data.extend((frame.len() as u16).to_le_bytes());
            data.extend(frame);
        }
        data
    };
    (0..20).map(session).collect()
}

fn choices() -> Vec<Vec<u8>> {
    let choice = |seed: u64| {
        let mut chance = Chance::new(seed);
        (0..400).map(|_| chance.below(256) as u8).collect()
    };
    (0..10).map(choice).collect()
}

/// Frames as a WebSocket client sends them, masked with zeros.
fn streams() -> Vec<Vec<u8>> {
    let head = |first: u8, payload: &[u8]| {
        let mut bytes = vec![first];
        match payload.len() {
            short @ 0..=125 => bytes.push(0x80 | short as u8),
            long => {
                bytes.push(0x80 | 0x7e);
                bytes.extend((long as u16).to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(payload);
        bytes
    };
    let text = head(0x81, "{\"type\":\"stop\"} ü".as_bytes());
    let ping = head(0x89, b"ping");
    let parts = [
        head(0x02, b"one"),
        ping.clone(),
        head(0x00, b"two"),
        head(0x80, b"three"),
    ]
    .concat();
    let close = head(0x88, &[3, 232, b'b', b'y', b'e']);
    let binary = frames()
        .iter()
        .take(10)
        .flat_map(|frame| head(0x82, frame))
        .collect::<Vec<_>>();
    let start: &[u8] = &[255, 3];
    [text, parts, close, binary]
        .map(|stream| [start, &stream].concat())
        .to_vec()
}

fn selectors() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = SELECTORS
        .iter()
        .map(|selector| selector.as_bytes().to_vec())
        .collect();
    for vector in vectors("selectors.json") {
        let matches = vector["matches"].as_object().into_iter().flatten();
        all.extend(matches.map(|(selector, _)| selector.as_bytes().to_vec()));
    }
    all
}

const SHEETS: &[&str] = &[
    "@import url(b.css) screen;@charset 'utf-8';a:hover,b:not(:focus)>c{color:red;background:url(i.png)}",
    "@font-face{font-family:x;src:url('f.woff')format('woff'),local(\"y\")}",
    "@media (prefers-color-scheme: dark) and (hover){a[href$='.pdf']{b:image-set('c.png' 1x,\"d.png\" 2x)}}",
    ":root{color-scheme: light dark;--x:url(//evil.example/)}/* c */@namespace url(http://www.w3.org/2000/svg);",
    "a{b:\\55 R\\4c(http://evil.example/);behavior:url(x);width:calc(1px + 2%)}input[type=submit]{}",
    "width: 3px; height: 50%; margin: 0 auto; color: #fff; flex: 1; transform: rotate(3deg) scale(1.5)",
    "a{b:src(var(--x));c:-webkit-image-set(url(x) 1x);d:cross-fade(url('e'),url(f))}",
];
const ADDRESSES: &[&str] = &[
    "https://shop.example/a/\n../b.png?c=d#e",
    "https://user:pass@shop.example/\n//cdn.example\\x",
    "about:blank\nhttps://shop.example/",
    "https://shop.example/\ndata:image/png;base64,AAAA",
    "https://shop.example/\nblob:https://shop.example/0-1-2",
    "https://shop.example/\njava\tscript:alert(1)",
];
const SOURCE_SETS: &[&str] = &[
    "a.png 1x, b.png 2x",
    " a 100w ,b\t200w,",
    "data:image/png,x 1x, c foo(1,2) 3x",
];

fn texts(of: &[&str]) -> Vec<Vec<u8>> {
    of.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// What a target starts from.
pub fn of(name: &str) -> Vec<Vec<u8>> {
    match name {
        "frame" => [frames(), sent(3, 6)].concat(),
        "websocket" => streams(),
        "session" => sessions(),
        "visitor" | "masks" => choices(),
        "selector" => selectors(),
        "css" => texts(SHEETS),
        "url" | "assets" => texts(ADDRESSES),
        "srcset" => texts(SOURCE_SETS),
        _ => panic!("{name} is none of {TARGETS:?}"),
    }
}
