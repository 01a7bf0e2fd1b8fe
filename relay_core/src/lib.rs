//! The relay's copy of a visitor's page: a versioned tree fed by frames, masked and projected for each audience.
//!
//! Frames come in through [`frame`] and are applied by [`replica`]; [`delta`] says what brings a viewer from the version it
//! has to the version there is, and [`projection`] what an audience may see of it. No I/O, no clock, no session logic;
//! `python.rs` alone knows Python.

pub mod allow;
pub mod assets;
pub mod atoms;
mod audience;
pub mod cards;
mod coming;
pub mod css;
mod decoder;
mod delta;
pub mod digest;
mod document_diff;
mod drift;
mod edit;
pub mod encoder;
pub mod error;
pub mod frame;
mod history;
pub mod html;
pub mod inspect;
pub mod limits;
pub mod mask;
pub mod meter;
#[allow(missing_docs, clippy::unreadable_literal)] // generated: the specification explains its numbers
#[rustfmt::skip]
pub mod names;
pub mod node_id;
pub mod op;
pub mod projection;
#[cfg(feature = "python")]
mod python;
pub mod replica;
mod rewrites;
pub mod selector;
#[cfg(test)]
mod sketch;
pub mod srcset;
#[cfg(test)]
mod table;
pub mod tally;
#[cfg(feature = "testing")]
mod testing;
pub mod tree;
pub mod url;
pub mod websocket;
mod wire;
#[cfg(test)]
mod work;
