//! Calendars, and the timelines that are counted by them: what may be planned, and what is told of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod calendar;
mod ics;
mod imported;
mod properties;
mod standing;
mod story;
mod submitting;
mod told;
mod verbs;
