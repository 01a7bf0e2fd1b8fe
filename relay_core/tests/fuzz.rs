//! Every fuzz target without a fuzzer: seeds of `targets::seeds`, changed at random.
//!
//! `FUZZ_CASES` says how many a target gets, `FUZZ_SEED` which comes first (it alone is run when it is given without them).
//! `FUZZ_CORPUS` names a folder that the seeds are written to, for libFuzzer to start from.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

mod model;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

use model::chance::Chance;
use targets::{TARGETS, Target, seeds};

const CASES: u64 = 2_000;
/// Of random frames, and of right frames with a bit turned (requirements W22).
const FRAMES: u64 = 100_000;
/// What the changed bytes may be longest.
const LONGEST: usize = 8_192;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn range(cases: u64) -> std::ops::Range<u64> {
    let given = number("FUZZ_SEED");
    let first = given.unwrap_or(0);
    let cases = number("FUZZ_CASES").unwrap_or(if given.is_some() { 1 } else { cases });
    first..first + cases
}

/// Bytes that come from those of a seed by a few changes.
fn changed(chance: &mut Chance, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut data = seeds[chance.below(seeds.len())].clone();
    for _ in 0..chance.below(6) {
        let at = chance.below(data.len() + 1);
        let end = (at + 1 + chance.below(8)).min(data.len());
        match chance.below(7) {
            0 if at < data.len() => data[at] ^= 1 << chance.below(8),
            1 if at < data.len() => data[at] = chance.pick(&[0, 1, 2, 0x7f, 0x80, 0xff]),
            2 => data.insert(at, chance.below(256) as u8),
            3 => drop(data.drain(at..end.max(at))),
            4 => data.truncate(at),
            5 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                let to = (from + chance.below(60)).min(other.len());
                data.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                let piece = data[at..end.max(at)].to_vec();
                for _ in 0..chance.below(30) {
                    data.splice(at..at, piece.iter().copied());
                }
            }
        }
        data.truncate(LONGEST);
    }
    data
}

fn try_all((name, target): Target) {
    let seeds = seeds::of(name);
    for data in &seeds {
        target(data);
    }
    for seed in range(CASES) {
        let data = changed(&mut Chance::new(seed), &seeds);
        let done = catch_unwind(AssertUnwindSafe(|| target(&data)));
        assert!(
            done.is_ok(),
            "target {name}, FUZZ_SEED={seed}: {}",
            hex(&data)
        );
    }
}

fn hex(data: &[u8]) -> String {
    data.iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn target(name: &str) -> Target {
    let found = TARGETS.iter().find(|target| target.0 == name);
    *found.expect("a target of this name")
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                try_all(target(stringify!($name)));
            }
        )*

        #[test]
        fn every_target_is_run() {
            let run: Vec<&str> = vec![$(stringify!($name)),*];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.0).collect();
            assert_eq!(run, all);
        }
    };
}

targets! { frame websocket session visitor masks selector css url srcset assets }

#[test]
fn random_frames_and_turned_bits() {
    let seeds = seeds::of("frame");
    for seed in range(FRAMES) {
        let mut chance = Chance::new(seed);
        let mut data: Vec<u8> = (0..chance.below(200))
            .map(|_| chance.below(256) as u8)
            .collect();
        // Most would fail at their first bytes otherwise.
        for (byte, right) in data.iter_mut().zip([1, 1, 0, 1, 1, 0]) {
            *byte = right;
        }
        targets::frame(&data);
        let mut data = seeds[chance.below(seeds.len())].clone();
        let bit = chance.below(8 * data.len());
        if let Some(byte) = data.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
        targets::frame(&data);
    }
}

#[test]
fn writes_a_corpus_where_it_is_asked_to() {
    let Ok(folder) = std::env::var("FUZZ_CORPUS") else {
        return;
    };
    for (name, _) in TARGETS {
        let folder = std::path::Path::new(&folder).join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        for (number, data) in seeds::of(name).iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), data).expect("a file");
        }
    }
}
