//! Case records: what a run's cases came to, small and sorted, so that shards, reruns and plans can be
//! merged as streams, however many cases there are.
//!
//! Invariant: within one ingest a case that repeats is a case of its own; a later ingest reruns it.

use reports::Outcome;
use serde::{Deserialize, Serialize};

/// What a file of case records begins with.
pub const MAGIC: &[u8; 16] = b"seaworthy-cases1";
/// The length of one record, in bytes.
pub const RECORD: usize = 28;
/// How many names are kept where a list could be endless; totals always count all.
pub const NAMED: usize = 1000;

/// What makes a case the same case in another run: its name with its class, and its suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseKey {
    /// The hash of "class.name".
    pub label: u64,
    /// The hash of the path of suites.
    pub suite: u64,
}

/// One case of one ingest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    pub key: CaseKey,
    /// Where its note begins, counted from 1 in the bytes of the notes; 0 when it has none.
    pub note: u32,
    pub duration_ms: f32,
    pub outcome: Outcome,
    pub flaky: bool,
    pub attempts: u16,
}

/// What is kept in words of a case that did not simply pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

impl Note {
    /// Returns the case as a plan would list it.
    pub fn label(&self) -> String {
        if self.class.is_empty() { self.name.clone() } else { format!("{}.{}", self.class, self.name) }
    }
}

impl Record {
    /// Appends the record, field by field: put together elsewhere first, it would cost several times as much.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        let outcome = match self.outcome {
            Outcome::Passed => 0,
            Outcome::Failed => 1,
            Outcome::Errored => 2,
            Outcome::Skipped => 3,
        };
        let [attempts_low, attempts_high] = self.attempts.to_le_bytes();
        out.extend_from_slice(&self.key.label.to_le_bytes());
        out.extend_from_slice(&self.key.suite.to_le_bytes());
        out.extend_from_slice(&self.note.to_le_bytes());
        out.extend_from_slice(&self.duration_ms.to_le_bytes());
        out.extend_from_slice(&[outcome, u8::from(self.flaky), attempts_low, attempts_high]);
    }

    /// Reads a record; `None` when the bytes are none.
    #[inline]
    pub fn from_bytes(bytes: &[u8; RECORD]) -> Option<Self> {
        let (label, rest) = bytes.split_first_chunk()?;
        let (suite, rest) = rest.split_first_chunk()?;
        let (note, rest) = rest.split_first_chunk()?;
        let (duration_ms, rest) = rest.split_first_chunk()?;
        let &[outcome, flaky, attempts_low, attempts_high] = rest else {
            return None;
        };
        Some(Self {
            key: CaseKey { label: u64::from_le_bytes(*label), suite: u64::from_le_bytes(*suite) },
            note: u32::from_le_bytes(*note),
            duration_ms: f32::from_le_bytes(*duration_ms),
            outcome: match outcome {
                0 => Outcome::Passed,
                1 => Outcome::Failed,
                2 => Outcome::Errored,
                3 => Outcome::Skipped,
                _ => return None,
            },
            flaky: flaky != 0,
            attempts: u16::from_le_bytes([attempts_low, attempts_high]),
        })
    }
}

/// What the ingests of one kind on one build come to, against their plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    pub cases: i64,
    pub passed: i64,
    /// Failed and errored.
    pub failed: i64,
    pub errored: i64,
    pub skipped: i64,
    pub flaky: i64,
    pub attempts: i64,
    pub duration_s: f64,
    /// Absent when nothing says what should have run.
    pub planned: Option<i64>,
    pub covered: i64,
    /// Planned cases that did not run, by name; at most [`NAMED`].
    pub not_run: Vec<String>,
    /// Failed cases; at most [`NAMED`].
    pub failures: Vec<Note>,
}

impl Merged {
    pub fn ran(&self) -> i64 {
        self.cases - self.skipped
    }

    pub fn not_run_total(&self) -> i64 {
        self.planned.map_or(0, |planned| planned - self.covered)
    }
}

/// A plan to merge against.
#[derive(Debug)]
pub enum Plan<I> {
    None,
    /// Labels, sorted and distinct, as listed in a file.
    Labels(Vec<u64>),
    /// The records of the run that is the plan, by device; its skipped cases are not part of it.
    Records(Vec<Vec<I>>),
    /// The same, where that run is among the ingests that are merged: their places, counted through all groups.
    Among(Vec<Vec<usize>>),
}

/// The merge, with what is still to be put into words.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// Counts; the two lists of words are empty.
    pub merged: Merged,
    /// Failed cases: which ingest, counted through all groups, and where its note is.
    pub failures: Vec<(usize, u32)>,
    /// Planned cases that did not run.
    pub not_run: Vec<CaseKey>,
}

/// Merges sorted ingests and compares them with a plan. The ingests come in groups, one a device, each oldest first:
/// within a group a later one reruns the earlier, and in another group a case is another case. Memory does not grow
/// with the cases.
///
/// # Errors
/// Whatever the streams of records yield.
pub fn merge<I, E>(groups: Vec<Vec<I>>, plan: Plan<I>) -> Result<Outcomes, E>
where
    I: Iterator<Item = Result<Record, E>>,
{
    let mut streams = Vec::new();
    let of_run = place(groups, &mut streams);
    let (labels, of_plan) = match plan {
        Plan::None => (None, Vec::new()),
        Plan::Labels(labels) => (Some(labels), Vec::new()),
        Plan::Records(records) => (None, place(records, &mut streams)),
        Plan::Among(places) => (None, places),
    };
    let by_run = !of_plan.is_empty();
    let mut streams = streams.into_iter().map(Sorted::begin).collect::<Result<Vec<_>, E>>()?;
    let mut tally = Tally { planned: (labels.is_some() || by_run).then_some(0), ..Tally::default() };
    let mut labels = labels.unwrap_or_default().into_iter().peekable();
    let mut found: Vec<Vec<Record>> = vec![Vec::new(); streams.len()];
    while let Some(key) = streams.iter().filter_map(Sorted::key).min() {
        while let Some(label) = labels.next_if(|label| *label < key.label) {
            tally.plan_label(label, None);
        }
        for (records, stream) in found.iter_mut().zip(&mut streams) {
            records.clear();
            stream.take(key, records)?;
        }
        let ran = of_run.iter().map(|places| tally.count(&found, places)).sum();
        tally.ran_under(key.label, ran);
        if by_run {
            let planned = |places: &Vec<usize>| {
                places.iter().filter_map(|place| found.get(*place)).map(|records| not_skipped(records)).max()
            };
            tally.plan_key(key, of_plan.iter().filter_map(planned).sum(), ran);
        }
        let goes_on = |stream: &Sorted<I>| stream.key().is_some_and(|next| next.label == key.label);
        while let Some(label) = labels.next_if(|label| *label == key.label && !streams.iter().any(goes_on)) {
            let ran = tally.ran_label;
            tally.plan_label(label, Some(ran.1));
        }
    }
    for label in labels {
        tally.plan_label(label, None);
    }
    Ok(tally.finish())
}

/// Adds the streams of some groups, and returns the places where each group's now are.
fn place<I>(groups: Vec<Vec<I>>, streams: &mut Vec<I>) -> Vec<Vec<usize>> {
    let mut places = Vec::with_capacity(groups.len());
    for group in groups {
        places.push((streams.len()..streams.len() + group.len()).collect());
        streams.extend(group);
    }
    places
}

fn not_skipped(records: &[Record]) -> i64 {
    records.iter().filter(|record| record.outcome != Outcome::Skipped).count() as i64
}

/// How many records of a stream are taken at a time: each is then looked at where it lies.
const AT_ONCE: usize = 64;

/// A sorted stream of records, and those that come next.
struct Sorted<I> {
    stream: I,
    next: Vec<Record>,
    at: usize,
}

impl<I, E> Sorted<I>
where
    I: Iterator<Item = Result<Record, E>>,
{
    fn begin(stream: I) -> Result<Self, E> {
        let mut sorted = Self { stream, next: Vec::with_capacity(AT_ONCE), at: 0 };
        sorted.fill()?;
        Ok(sorted)
    }

    fn fill(&mut self) -> Result<(), E> {
        self.next.clear();
        self.at = 0;
        for record in self.stream.by_ref().take(AT_ONCE) {
            self.next.push(record?);
        }
        Ok(())
    }

    /// Takes the records that have this key.
    fn take(&mut self, key: CaseKey, records: &mut Vec<Record>) -> Result<(), E> {
        while let Some(record) = self.next.get(self.at).filter(|record| record.key == key) {
            records.push(*record);
            self.at += 1;
            if self.at == self.next.len() {
                self.fill()?;
            }
        }
        Ok(())
    }
}

impl<I> Sorted<I> {
    fn key(&self) -> Option<CaseKey> {
        self.next.get(self.at).map(|record| record.key)
    }
}

#[derive(Default)]
struct Tally {
    outcomes: Outcomes,
    planned: Option<i64>,
    duration_ms: f64,
    /// The label last met, and how many cases ran under it.
    ran_label: (u64, i64),
}

impl Tally {
    /// Counts the cases of one group under one key, and returns how many of them ran.
    fn count(&mut self, found: &[Vec<Record>], places: &[usize]) -> i64 {
        let mut ran = 0;
        let ingests = || places.iter().filter_map(|place| Some((*place, found.get(*place)?)));
        let repeats = ingests().map(|(_, records)| records.len()).max().unwrap_or(0);
        for repeat in 0..repeats {
            let mut last: Option<(usize, &Record)> = None;
            let (mut failed_before, mut attempts) = (false, 0);
            for (ingest, records) in ingests() {
                let Some(record) = records.get(repeat) else { continue };
                attempts += i64::from(record.attempts);
                self.duration_ms += f64::from(record.duration_ms);
                // A rerun that skips a case says nothing new about it.
                if record.outcome == Outcome::Skipped && last.is_some() {
                    continue;
                }
                let earlier = last.replace((ingest, record));
                failed_before |= earlier.is_some_and(|(_, record)| is_failure(record.outcome));
            }
            let Some((ingest, record)) = last else { continue };
            let merged = &mut self.outcomes.merged;
            merged.cases += 1;
            merged.attempts += attempts;
            match record.outcome {
                Outcome::Passed => {
                    merged.passed += 1;
                    merged.flaky += i64::from(record.flaky || failed_before);
                }
                Outcome::Failed | Outcome::Errored => {
                    merged.failed += 1;
                    merged.errored += i64::from(record.outcome == Outcome::Errored);
                    if self.outcomes.failures.len() < NAMED {
                        self.outcomes.failures.push((ingest, record.note));
                    }
                }
                Outcome::Skipped => merged.skipped += 1,
            }
            ran += i64::from(record.outcome != Outcome::Skipped);
        }
        ran
    }

    fn ran_under(&mut self, label: u64, ran: i64) {
        if self.ran_label.0 == label {
            self.ran_label.1 += ran;
        } else {
            self.ran_label = (label, ran);
        }
    }

    fn plan_label(&mut self, label: u64, ran: Option<i64>) {
        self.plan_key(CaseKey { label, suite: 0 }, 1, ran.unwrap_or(0).min(1));
    }

    fn plan_key(&mut self, key: CaseKey, planned: i64, ran: i64) {
        let covered = planned.min(ran);
        self.planned = self.planned.map(|total| total + planned);
        self.outcomes.merged.covered += covered;
        for _ in covered..planned {
            if self.outcomes.not_run.len() < NAMED {
                self.outcomes.not_run.push(key);
            }
        }
    }

    fn finish(mut self) -> Outcomes {
        self.outcomes.merged.planned = self.planned;
        self.outcomes.merged.duration_s = self.duration_ms / 1000.0;
        self.outcomes
    }
}

fn is_failure(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed | Outcome::Errored)
}

/// Reads a plan file: one case a line, `class.name` (also `class#name`); blank lines and `#` comments aside.
pub fn plan_lines(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        match line.split_once(['\t', '#']) {
            Some((class, name)) if is_class(class) && !name.is_empty() => format!("{class}.{name}"),
            _ => line.to_owned(),
        }
    })
}

/// Tells a class from a name that happens to hold a `#`.
fn is_class(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$'))
}
