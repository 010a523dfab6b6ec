//! A run as its page shows it: failures first, grouped by like message; then a page of its cases.
//!
//! Invariant: the reports are read once, and what is kept of them is bounded, however many cases they hold.

use std::collections::HashMap;

use domain::digest::Digest;
use reports::{Case, Outcome};
use tokio::runtime::Handle;

use super::cases::{CaseLine, each_case, line};
use super::{App, AppError};

/// The most groups of failures, failures of a group, and flaky cases that are kept; what is beyond is counted.
const GROUPS: usize = 100;
const OF_GROUP: usize = 25;
const FLAKY: usize = 200;
/// Cases on a page.
pub(crate) const PAGE: usize = 100;
/// How much of a trace is kept, in bytes.
const TRACE: usize = 4 << 10;

/// Which cases the list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    Failed,
    Flaky,
    Skipped,
    Passed,
}

impl Wanted {
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("all", Self::All),
        ("failed", Self::Failed),
        ("flaky", Self::Flaky),
        ("skipped", Self::Skipped),
        ("passed", Self::Passed),
    ];

    fn takes(self, case: &Case<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Failed => is_failure(case.outcome),
            Self::Flaky => case.flaky,
            Self::Skipped => case.outcome == Outcome::Skipped,
            Self::Passed => case.outcome == Outcome::Passed,
        }
    }
}

/// What to look for in a run.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// A part of the case's name, class, suite or message; case does not matter.
    pub(crate) find: String,
    pub(crate) wanted: Wanted,
    /// Counted from 0.
    pub(crate) page: usize,
}

/// Failures whose messages differ only in what varies from case to case.
#[derive(Debug)]
pub(crate) struct Group {
    /// The message of the first of them.
    pub(crate) message: String,
    pub(crate) failures: Vec<Failure>,
    pub(crate) total: usize,
}

#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) case: CaseLine,
    pub(crate) trace: Option<String>,
}

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct RunReport {
    /// The largest first.
    pub(crate) groups: Vec<Group>,
    pub(crate) ungrouped: usize,
    pub(crate) flaky: Vec<CaseLine>,
    pub(crate) flaky_total: usize,
    pub(crate) rows: Vec<CaseLine>,
    /// How many cases match, of which `rows` are one page.
    pub(crate) matching: usize,
}

impl App {
    /// Reads a run's reports.
    pub(crate) async fn run_report(&self, pack: Digest, look: Look) -> Result<RunReport, AppError> {
        let (runtime, blobs) = (Handle::current(), self.blobs().clone());
        let reading = tokio::task::spawn_blocking(move || {
            let mut reading = Reading::new(look);
            each_case(&runtime, &blobs, pack, &mut |report, case| reading.take(report, case))?;
            Ok(reading.done())
        });
        reading.await.map_err(|error| AppError::Internal(error.to_string()))?
    }
}

struct Reading {
    look: Look,
    groups: HashMap<String, usize>,
    report: RunReport,
}

impl Reading {
    fn new(look: Look) -> Self {
        let look = Look { find: look.find.trim().to_lowercase(), ..look };
        Self { look, groups: HashMap::new(), report: RunReport::default() }
    }

    fn take(&mut self, report: &str, case: &Case<'_>) {
        if is_failure(case.outcome) {
            self.failure(report, case);
        }
        if case.flaky {
            self.report.flaky_total += 1;
            if self.report.flaky.len() < FLAKY {
                self.report.flaky.push(line(report, case));
            }
        }
        if self.look.wanted.takes(case) && self.finds(case) {
            let on_page =
                (self.look.page * PAGE..(self.look.page + 1) * PAGE).contains(&self.report.matching);
            self.report.matching += 1;
            if on_page {
                self.report.rows.push(line(report, case));
            }
        }
    }

    fn failure(&mut self, report: &str, case: &Case<'_>) {
        let message = case.message.unwrap_or_default();
        let full = self.report.groups.len() >= GROUPS;
        let index = match self.groups.get(&reports::alike(message)) {
            Some(index) => *index,
            None if full => {
                self.report.ungrouped += 1;
                return;
            }
            None => {
                let index = self.report.groups.len();
                self.groups.insert(reports::alike(message), index);
                let group = Group { message: message.to_owned(), failures: Vec::new(), total: 0 };
                self.report.groups.push(group);
                index
            }
        };
        let Some(group) = self.report.groups.get_mut(index) else { return };
        group.total += 1;
        if group.failures.len() < OF_GROUP {
            let trace = case.trace.map(|trace| cut(trace).to_owned());
            group.failures.push(Failure { case: line(report, case), trace });
        }
    }

    fn finds(&self, case: &Case<'_>) -> bool {
        let find = self.look.find.as_str();
        let within = |text: &str| text.to_lowercase().contains(find);
        find.is_empty()
            || within(case.name)
            || within(case.class)
            || within(case.suite)
            || case.message.is_some_and(within)
    }

    fn done(mut self) -> RunReport {
        self.report.groups.sort_by_key(|group| std::cmp::Reverse(group.total));
        self.report
    }
}

fn is_failure(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::Errored)
}

fn cut(trace: &str) -> &str {
    let mut end = trace.len().min(TRACE);
    while !trace.is_char_boundary(end) {
        end -= 1;
    }
    &trace[..end]
}
