//! One case while it is being read: what its elements say, and what they come to.
//!
//! Invariant: the buffers are reused from case to case; a passing case allocates nothing.

use super::attributes::Attributes;
use super::suites::Complaints;
use super::tag::CaseTag;
use super::words::{Status, Verdict};
use crate::error::Fault;
use crate::limits;
use crate::text::{push_attribute, push_cut, push_reference, push_text};
use crate::{Case, Outcome};

#[derive(Debug, Default)]
pub(super) struct Record {
    /// Filled only where the case must outlive its suite's frame.
    pub(super) suite: String,
    pub(super) class: String,
    pub(super) name: String,
    pub(super) file: String,
    position: u64,
    duration_ms: Option<f64>,
    status: Status,
    flaky: bool,
    /// The place among marked attempts that are written as cases of their own.
    pub(super) repetition: Option<u32>,
    failures: u32,
    errors: u32,
    skips: u32,
    flakes: u32,
    reruns: u32,
    rerun_errored: bool,
    earlier_attempts: u32,
    earlier_failed: bool,
    rank: u8,
    telling: bool,
    message: String,
    kind: String,
    trace: String,
}

impl Record {
    /// Forgets the case before; keeps the buffers.
    pub(super) fn begin(&mut self, position: u64, tag: &CaseTag<'_>) -> Result<(), Fault> {
        tag.class.put(&mut self.class)?;
        tag.name.put(&mut self.name)?;
        tag.file.put(&mut self.file)?;
        self.position = position;
        self.duration_ms = tag.duration_ms;
        self.status = tag.status;
        self.flaky = tag.flaky;
        self.repetition = None;
        (self.failures, self.errors, self.skips, self.flakes, self.reruns) = (0, 0, 0, 0, 0);
        self.rerun_errored = false;
        (self.earlier_attempts, self.earlier_failed) = (0, false);
        self.rank = 0;
        self.silence();
        Ok(())
    }

    fn silence(&mut self) {
        self.message.clear();
        self.kind.clear();
        self.trace.clear();
    }

    /// Takes an element that says how the case went.
    pub(super) fn judge(&mut self, verdict: Verdict, mut attributes: Attributes<'_>) -> Result<(), Fault> {
        match verdict {
            Verdict::Failure => self.failures += 1,
            Verdict::Error => self.errors += 1,
            Verdict::Skipped => self.skips += 1,
            Verdict::Flaky => self.flakes += 1,
            Verdict::Rerun { errored } => {
                self.reruns += 1;
                self.rerun_errored |= errored;
            }
        }
        if verdict.rank() > self.rank {
            self.silence();
            self.rank = verdict.rank();
        }
        self.telling = verdict.rank() == self.rank;
        if self.telling && !self.trace.is_empty() {
            push_cut(&mut self.trace, "\n", limits::TRACE);
        }
        let first = self.kind.is_empty();
        while let Some(attribute) = attributes.next()? {
            let pushed = match attribute.name {
                "message" if self.telling => {
                    if !self.message.is_empty() && !attribute.value.is_empty() {
                        push_cut(&mut self.message, "\n", limits::MESSAGE);
                    }
                    push_attribute(&mut self.message, attribute.value, limits::MESSAGE)
                }
                "type" if self.telling && first => {
                    push_attribute(&mut self.kind, attribute.value, limits::NAME)
                }
                _ => Ok(()),
            };
            pushed.map_err(|fault| fault.after(attribute.at))?;
        }
        Ok(())
    }

    /// Takes text inside such an element.
    pub(super) fn tell(&mut self, text: &str) {
        if self.telling {
            push_text(&mut self.trace, text, limits::TRACE);
        }
    }

    pub(super) fn tell_reference(&mut self, name: &str) -> Result<(), Fault> {
        if self.telling {
            push_reference(&mut self.trace, name, limits::TRACE)
        } else {
            push_reference(&mut String::new(), name, 0)
        }
    }

    /// Whether any element said how the case went.
    pub(super) fn is_told(&self) -> bool {
        self.rank > 0
    }

    /// Returns how many elements said that something is bad.
    pub(super) fn complaints(&self) -> Complaints {
        let elements = u64::from(self.failures) + u64::from(self.errors);
        Complaints { elements, attempts: elements + u64::from(self.flakes) + u64::from(self.reruns) }
    }

    /// Returns the outcome, and whether it is flaky.
    ///
    /// Where a case has both an error and a failure it errored: the error says that the test itself broke, so
    /// that its failure is not to be trusted. Either wins over a skip. A status counts only without elements.
    pub(super) fn outcome(&self) -> (Outcome, bool) {
        let (outcome, flaky) = if self.flaky && self.reruns == 0 && self.skips == 0 {
            (Outcome::Passed, true)
        } else if self.errors > 0 {
            (Outcome::Errored, false)
        } else if self.failures > 0 {
            (Outcome::Failed, false)
        } else if self.reruns > 0 {
            (if self.rerun_errored { Outcome::Errored } else { Outcome::Failed }, false)
        } else if self.flakes > 0 {
            (Outcome::Passed, true)
        } else if self.skips > 0 {
            (Outcome::Skipped, false)
        } else {
            let outcome = match self.status {
                Status::Silent => Outcome::Passed,
                Status::Failed => Outcome::Failed,
                Status::Errored => Outcome::Errored,
                Status::Skipped => Outcome::Skipped,
            };
            (outcome, false)
        };
        (outcome, flaky || (outcome == Outcome::Passed && self.earlier_failed))
    }

    fn attempts(&self) -> u32 {
        let marked = self.flakes.saturating_add(self.reruns);
        // A case marked flaky failed at least once, whether or not the failures are told.
        let marked =
            if self.flaky { marked.max(self.failures.saturating_add(self.errors)).max(1) } else { marked };
        marked.saturating_add(1).saturating_add(self.earlier_attempts)
    }

    /// Notes where the case stands, since it will outlive its suite's frame.
    pub(super) fn stand_in(&mut self, suite: &str, suite_file: Option<&str>) {
        self.suite.clear();
        self.suite.push_str(suite);
        if self.file.is_empty() {
            self.file.push_str(suite_file.unwrap_or_default());
        }
    }

    /// Whether this is another marked attempt at the case in `earlier`.
    pub(super) fn repeats(&self, earlier: &Self) -> bool {
        self.repetition > earlier.repetition
            && self.name == earlier.name
            && self.class == earlier.class
            && self.suite == earlier.suite
    }

    /// Takes over the attempts of the case that this one repeats.
    pub(super) fn absorb(&mut self, earlier: &mut Self) {
        let (outcome, flaky) = earlier.outcome();
        self.earlier_attempts = earlier.attempts();
        self.earlier_failed = flaky || matches!(outcome, Outcome::Failed | Outcome::Errored);
        self.position = earlier.position;
        if self.outcome() == (Outcome::Passed, true) {
            // A flaky case tells why it failed.
            self.rank = earlier.rank;
            std::mem::swap(&mut self.message, &mut earlier.message);
            std::mem::swap(&mut self.kind, &mut earlier.kind);
            std::mem::swap(&mut self.trace, &mut earlier.trace);
        }
    }

    /// Returns the case as its reader sees it.
    pub(super) fn case<'a>(&'a self, suite: &'a str, suite_file: Option<&'a str>) -> Case<'a> {
        let (outcome, flaky) = self.outcome();
        // Most cases pass and have nothing to tell.
        let trace = if self.rank == 0 { None } else { told(&self.trace) };
        let message = if self.rank == 0 { None } else { told(&self.message).or(trace.map(first_line)) };

        Case {
            suite,
            class: &self.class,
            name: &self.name,
            file: Some(self.file.as_str()).filter(|file| !file.is_empty()).or(suite_file),
            outcome,
            flaky,
            attempts: self.attempts(),
            duration_ms: self.duration_ms,
            message,
            kind: Some(self.kind.as_str()).filter(|kind| !kind.is_empty()),
            trace,
            position: self.position,
        }
    }
}

fn told(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn first_line(trace: &str) -> &str {
    let line = trace.lines().next().unwrap_or(trace).trim_end();
    &line[..line.floor_char_boundary(limits::FIRST_LINE)]
}
