//! The use cases of Seaworthy and the JSON API over them.
//!
//! Invariant: a verb is one function in `app`: load, ask `domain`, append. No rule and no SQL is here.

pub mod api;
pub mod app;
pub mod clock;
pub mod config;
