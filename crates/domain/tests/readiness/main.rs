//! Readiness as scripts: what happened on a track, and what its criteria come to.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod blockers;
mod briefs;
mod knowledge;
mod listed;
mod story;
mod verdicts;
