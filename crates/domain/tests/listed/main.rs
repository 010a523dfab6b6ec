//! Defects, changes, risks and the word that a list of them is whole: what may be said of them, and what follows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod blockers;
mod changes;
mod defects;
mod exposure;
mod importing;
mod keeping;
mod risks;
mod story;
