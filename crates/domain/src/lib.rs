//! The rules of Seaworthy: events, commands, state, readiness.
//!
//! Invariant: no clock, no randomness and no I/O; everything is a function of its arguments.

pub mod build;
pub mod cases;
pub mod command;
pub mod criteria;
pub mod criterion;
pub mod digest;
pub mod envelope;
pub mod event;
pub mod evidence;
pub mod explain;
pub mod facts;
pub mod file;
pub mod id;
pub mod product;
pub mod readiness;
pub mod refusal;
pub mod release;
pub mod runs;
pub mod time;
pub mod track;
pub mod words;
