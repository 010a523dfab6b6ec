//! One test case, as its report tells it.
//!
//! Invariant: a case is borrowed from the reader and is valid during the callback only; nothing here owns text.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What a report yields, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item<'a> {
    Case(Case<'a>),
    /// A property of a suite (or of the whole report); those of a single case are not told.
    Property {
        name: &'a str,
        value: &'a str,
    },
}

/// How a case ended, after every marked rerun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    /// The test ran and found something wrong.
    Failed,
    /// The test could not do its work: an unexpected exception, a crash, a suite that did not load.
    Errored,
    /// The test was not run: skipped, disabled, filtered out by its author.
    Skipped,
}

/// One test case with its final outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case<'a> {
    /// The names of the enclosing suites, outermost first, joined by " › ".
    pub suite: &'a str,
    /// Empty where the dialect gives none.
    pub class: &'a str,
    /// A suite's own error, outside of any case, is told as a case named `(suite)` whose class is the suite.
    pub name: &'a str,
    /// The source file, of the case or else of its nearest suite that names one.
    pub file: Option<&'a str>,
    pub outcome: Outcome,
    /// Passed after a failure, where the format marks the rerun.
    pub flaky: bool,
    /// One, plus the marked reruns.
    pub attempts: u32,
    /// Milliseconds of the final attempt.
    pub duration_ms: Option<f64>,
    /// Why it failed, erred or was skipped; of a flaky case, why it failed first. Several are joined by line
    /// breaks. Where the dialect has no message it is the first line of the trace.
    pub message: Option<&'a str>,
    /// The type of the exception or assertion.
    pub kind: Option<&'a str>,
    /// The trace, trimmed; past 64 KiB it is cut, and says so.
    pub trace: Option<&'a str>,
    /// The byte where the case begins, in the file as UTF-8.
    pub position: u64,
}

impl Case<'_> {
    /// Returns xxh3-64 of `class.name`, or of the name alone when the class is empty.
    pub fn label_hash(&self) -> u64 {
        if self.class.is_empty() {
            return xxh3_64(self.name.as_bytes());
        }
        // The streaming state is larger than most labels: joining them first is several times faster.
        let mut label = [0; 192];
        let (class, name) = (self.class.as_bytes(), self.name.as_bytes());
        let end = class.len() + 1 + name.len();
        if let Some(label) = label.get_mut(..end) {
            let (left, right) = label.split_at_mut(class.len());
            left.copy_from_slice(class);
            right[0] = b'.';
            right[1..].copy_from_slice(name);
            return xxh3_64(label);
        }
        let mut state = Xxh3::new();
        state.update(class);
        state.update(b".");
        state.update(name);
        state.digest()
    }

    /// Returns xxh3-64 of the suite's path.
    pub fn suite_hash(&self) -> u64 {
        xxh3_64(self.suite.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(class: &str, name: &str, label: &str) {
        let case = Case {
            suite: "",
            class,
            name,
            file: None,
            outcome: Outcome::Passed,
            flaky: false,
            attempts: 1,
            duration_ms: None,
            message: None,
            kind: None,
            trace: None,
            position: 0,
        };
        assert_eq!(case.label_hash(), xxh3_64(label.as_bytes()));
    }

    #[test]
    fn a_label_joins_class_and_name() {
        check("app.Login", "opens", "app.Login.opens");
        check("", "opens", "opens");
    }

    #[test]
    fn a_label_hashes_alike_whatever_its_length() {
        for length in 180..200 {
            let name = "x".repeat(length);
            check("app", &name, &format!("app.{name}"));
        }
    }
}
