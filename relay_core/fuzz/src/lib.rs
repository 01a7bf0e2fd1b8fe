//! The targets of the core's tests, for libFuzzer.

#[path = "../../tests/model/mod.rs"]
pub mod model;
#[path = "../../tests/targets/mod.rs"]
pub mod targets;
