//! The one clock.
//!
//! Invariant: everything else takes `now` as an argument, so that a test can be at any moment it likes.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::Time;

/// Where `now` comes from.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// A moment that stands still, for tests.
    Fixed(Time),
    /// The system's, moved by so many microseconds, for a demo that tells of days in a minute.
    Moved(&'static AtomicI64),
}

impl Clock {
    pub fn now(self) -> Time {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that asks for the time")]
        let system = || Time::from(jiff::Timestamp::now());
        match self {
            Self::System => system(),
            Self::Fixed(time) => time,
            Self::Moved(by) => system().plus_micros(by.load(Ordering::Relaxed)),
        }
    }
}
