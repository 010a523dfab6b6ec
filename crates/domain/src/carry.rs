//! Carrying evidence forward: a named person takes what was seen of one build to hold for a later one.
//!
//! Invariant: it holds for the one build that was named, and is always told as an assumption.

use crate::envelope::{ActorId, Position};
use crate::evidence::Withdrawal;
use crate::id::BuildNumber;
use crate::time::Time;

/// A piece of evidence that was carried forward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carry {
    pub position: Position,
    pub evidence: Position,
    pub to: BuildNumber,
    pub reason: String,
    pub by: ActorId,
    pub at: Time,
    pub withdrawn: Option<Withdrawal>,
}

/// How a piece of evidence counts for a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting<'a> {
    /// It was made on that build.
    Own,
    Carried(&'a Carry),
}
