//! The rules of Seaworthy: events, commands, state, readiness.
//!
//! Invariant: no clock, no randomness and no I/O; everything is a function of its arguments.

pub mod envelope;
pub mod time;
