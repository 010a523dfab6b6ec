//! What a report comes to.
//!
//! Invariant: cases = passed + failed + errored + skipped, and flaky ≤ passed.

use serde::{Deserialize, Serialize};

use crate::error::At;

/// The totals of one report: counted from its cases, never copied from its attributes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub suites: u64,
    pub cases: u64,
    /// Cases plus marked reruns.
    pub attempts: u64,
    pub passed: u64,
    pub failed: u64,
    pub errored: u64,
    pub skipped: u64,
    /// Passed after a failure; counted in `passed` too.
    pub flaky: u64,
    /// Milliseconds: the sum over the cases.
    pub duration_ms: f64,
    /// The earliest timestamp of a suite, as its author wrote it and in the order of text, so that it is
    /// meant for reports whose suites share a time zone.
    pub timestamp: Option<String>,
    /// How often the report contradicts itself.
    pub warnings: u64,
    /// The first of those warnings.
    pub first_warnings: Vec<Warning>,
}

/// A place where the report says two things: what its cases say is what counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub at: At,
    pub text: String,
}

impl Summary {
    pub(crate) fn date(&mut self, timestamp: &str) {
        // "2026-11-24T…" sorts by time; "Tue Nov 24 …" does not, and is kept only if nothing better comes.
        let sorts =
            |text: &str| text.as_bytes().get(..4).is_some_and(|year| year.iter().all(u8::is_ascii_digit));
        let better = match self.timestamp.as_deref() {
            None => true,
            Some(earliest) => sorts(timestamp) && (!sorts(earliest) || timestamp < earliest),
        };
        if better && !timestamp.is_empty() {
            self.timestamp = Some(timestamp.to_owned());
        }
    }
}
