//! Commands: what somebody wants to happen, checked against what is, turned into events or a refusal.
//!
//! Invariant: a command decides on its arguments alone; the same state and the same wish give the same events.

pub mod apply;
pub mod ask;
pub mod evidence;
