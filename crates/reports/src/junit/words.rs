//! The words of the dialects, and what they mean.
//!
//! Invariant: a word that is not known means nothing; it never fails a report and never fails a case.

/// What a `status` or a `result` says of a case that has no element to say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    /// Ran, or not said.
    #[default]
    Silent,
    Failed,
    Errored,
    Skipped,
}

impl Status {
    /// GoogleTest writes `notrun` and `suppressed`, CTest `notrun`, `disabled` and `fail`, Maestro `ERROR`.
    pub(super) fn of(word: &str) -> Self {
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is(&[
            "disabled",
            "notrun",
            "skipped",
            "suppressed",
            "ignored",
            "pending",
            "not_run",
            "notexecuted",
        ]) {
            Self::Skipped
        } else if is(&["failed", "fail", "failure"]) {
            Self::Failed
        } else if is(&["error", "errored"]) {
            Self::Errored
        } else {
            Self::Silent
        }
    }
}

/// An element inside a case that says how it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Failure,
    Error,
    Skipped,
    /// An earlier attempt failed, and the last passed.
    Flaky,
    /// Another attempt failed, after one that is told as `Failure` or `Error`.
    Rerun {
        errored: bool,
    },
}

impl Verdict {
    pub(super) fn of(element: &str) -> Option<Self> {
        Some(match element {
            "failure" => Self::Failure,
            "error" => Self::Error,
            "skipped" => Self::Skipped,
            "flakyFailure" | "flakyError" => Self::Flaky,
            "rerunFailure" => Self::Rerun { errored: false },
            "rerunError" => Self::Rerun { errored: true },
            _ => return None,
        })
    }

    /// Of several verdicts the highest has the word; those of one rank are joined.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Failure | Self::Error => 4,
            Self::Rerun { .. } => 3,
            Self::Flaky => 2,
            Self::Skipped => 1,
        }
    }
}

/// Returns the place of a marked attempt: Xcode's converters write every repetition as a case of its own, with
/// a property `repetition` of `First Run`, `Retry 1`, `Repetition 2`.
pub(super) fn repetition(value: &str) -> u32 {
    let number = value.rsplit(|c: char| !c.is_ascii_digit()).next();
    number.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
