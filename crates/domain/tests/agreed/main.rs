//! What people nominate, accept, sign and correct: what is taken, what is refused, and what follows.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

mod candidates;
mod corrections;
mod judgements;
mod notices;
mod story;
mod waivers;
