//! The one clock.
//!
//! Invariant: everything else takes `now` as an argument, so that a test can be at any moment it likes.

use domain::time::Time;

/// Where `now` comes from.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// A moment that stands still, for tests.
    Fixed(Time),
}

impl Clock {
    pub fn now(self) -> Time {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks for the time")]
            Self::System => jiff::Timestamp::now().into(),
            Self::Fixed(time) => time,
        }
    }
}
