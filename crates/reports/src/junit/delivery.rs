//! From records to cases handed out, and to totals.
//!
//! Invariant: cases leave in the order of the file, each counted once, with the suite in which they stood.

use super::record::Record;
use super::suites::{Declared, Suites};
use super::tag::CaseTag;
use crate::limits;
use crate::{Case, Item, Outcome, Summary};

pub(super) struct Delivery<'s> {
    sink: &'s mut dyn FnMut(Item<'_>),
    pub(super) summary: Summary,
    suites: Suites,
    /// The latest of some marked attempts, until it is known that no further attempt follows.
    held: Option<Box<Record>>,
    spare: Option<Box<Record>>,
    /// What the suite that just ended says against its cases; only the tokenizer knows where.
    pub(super) contradiction: Option<String>,
}

impl<'s> Delivery<'s> {
    pub(super) fn new(sink: &'s mut dyn FnMut(Item<'_>)) -> Self {
        Self {
            sink,
            summary: Summary::default(),
            suites: Suites::new(),
            held: None,
            spare: None,
            contradiction: None,
        }
    }

    pub(super) fn suites(&self) -> &Suites {
        &self.suites
    }

    pub(super) fn open_suite(&mut self, declared: &Declared<'_>) {
        self.release();
        self.suites.open(declared);
    }

    pub(super) fn close_suite(&mut self) {
        self.release();
        if let Some(contradiction) = self.suites.close() {
            self.contradict(contradiction);
        }
    }

    #[cold]
    fn contradict(&mut self, contradiction: String) {
        self.summary.warnings += 1;
        // To find a place in memory is to count lines from its start: only a few warnings are worth that.
        if self.summary.first_warnings.len() < limits::WARNINGS {
            self.contradiction = Some(contradiction);
        }
    }

    pub(super) fn property(&mut self, name: &str, value: &str) {
        (self.sink)(Item::Property { name, value });
    }

    /// Hands out the case of an empty tag, if it passed; returns whether it did.
    #[inline]
    pub(super) fn passed(&mut self, position: u64, tag: &CaseTag<'_>) -> bool {
        self.release();
        let case = tag.passed(self.suites.path(), self.suites.file(), position);
        if let Some(case) = case {
            emit(case, &mut self.summary, self.sink);
        }
        case.is_some()
    }

    /// Hands out a case that has been read, or keeps it back if it is a marked attempt; leaves a record whose
    /// content does not matter.
    pub(super) fn case(&mut self, record: &mut Record) {
        if record.repetition.is_some() {
            return self.hold(record);
        }
        self.release();
        let case = record.case(self.suites.path(), self.suites.file());
        let bad = emit(case, &mut self.summary, self.sink);
        if bad || record.is_told() {
            self.suites.count(bad, record.complaints());
        }
    }

    /// Joins a marked attempt to the attempts before it.
    fn hold(&mut self, record: &mut Record) {
        record.stand_in(self.suites.path(), self.suites.file());
        if let Some(earlier) = self.held.as_mut().filter(|earlier| record.repeats(earlier)) {
            record.absorb(earlier);
            std::mem::swap(record, earlier);
            return;
        }
        self.release();
        let mut held = self.spare.take().unwrap_or_default();
        std::mem::swap(record, &mut held);
        self.held = Some(held);
    }

    /// Hands out the case that was kept back, if there is one.
    fn release(&mut self) {
        if let Some(record) = self.held.take() {
            let bad = emit(record.case(&record.suite, None), &mut self.summary, self.sink);
            self.suites.count(bad, record.complaints());
            self.spare = Some(record);
        }
    }

    pub(super) fn finish(mut self) -> Summary {
        self.release();
        self.summary
    }
}

/// Counts a case and hands it out; returns whether it is bad.
#[inline]
fn emit(case: Case<'_>, summary: &mut Summary, sink: &mut dyn FnMut(Item<'_>)) -> bool {
    summary.cases += 1;
    summary.attempts += u64::from(case.attempts);
    summary.flaky += u64::from(case.flaky);
    summary.duration_ms += case.duration_ms.unwrap_or(0.0);
    match case.outcome {
        Outcome::Passed => summary.passed += 1,
        Outcome::Failed => summary.failed += 1,
        Outcome::Errored => summary.errored += 1,
        Outcome::Skipped => summary.skipped += 1,
    }
    sink(Item::Case(case));
    matches!(case.outcome, Outcome::Failed | Outcome::Errored)
}
