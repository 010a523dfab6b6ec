//! What a track's facts tell besides its verdicts: what fails, what did not run, where nobody looked.
//!
//! Invariant: only what is bound to the candidate is told as failing; what is on another build is lacking.

use crate::criteria::fact::Fact;
use crate::criteria::names;
use crate::envelope::Position;
use crate::id::RunKind;
use crate::readiness::{Judged, Verdict};
use crate::runs;
use crate::track::Track;

/// What fails and what lacks on a track's candidate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lacks {
    /// Kinds that ran on the candidate.
    pub runs: Vec<RunLacks>,
    /// Kinds that count nothing on the candidate although something did run, here or on another build; and why.
    pub uncounted: Vec<(RunKind, String)>,
    /// Kinds that an undecided criterion asks for, and of which nothing counts on the candidate.
    pub awaited: Vec<RunKind>,
    /// Listed devices that failed on the candidate.
    pub failed_devices: Vec<String>,
    /// Listed devices with no result on the candidate.
    pub unseen_devices: Vec<String>,
    pub devices: usize,
}

/// What fails and what lacks in the runs of one kind. Totals count all; of names there are at most
/// [`NAMED`](crate::cases::NAMED).
#[derive(Clone, Debug, PartialEq)]
pub struct RunLacks {
    pub kind: RunKind,
    pub failed: i64,
    pub failures: Vec<FailedCase>,
    pub not_run: i64,
    /// As the plan lists them: "class.name".
    pub not_run_names: Vec<String>,
    pub flaky: i64,
    /// The plan is the run itself, by somebody's word that it was complete.
    pub planned_by_itself: bool,
    /// The evidence on the candidate, newest first.
    pub grounds: Vec<Position>,
}

/// A case that failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailedCase {
    pub class: String,
    pub name: String,
}

impl Lacks {
    /// Reads what lacks off the facts of a track, gathered without an age limit.
    pub fn of(track: &Track, facts: &Fact, criteria: &[Judged<'_>]) -> Self {
        let mut lacks = Self::default();
        let Some(candidate) = track.candidate_build() else { return lacks };
        let kinds = match facts.at("runs") {
            Some(Fact::Map(kinds)) => kinds.iter().collect(),
            _ => Vec::new(),
        };
        for (kind, run) in kinds {
            let Ok(kind) = RunKind::parse(kind) else { continue };
            match run {
                Fact::Missing(missing) => {
                    if is_awaited(&kind, criteria) {
                        lacks.awaited.push(kind.clone());
                    }
                    let live =
                        |ingest: &crate::evidence::Ingest| ingest.kind == kind && ingest.withdrawn.is_none();
                    if let (true, Some(missing)) = (track.ingests.iter().any(live), missing.first()) {
                        lacks.uncounted.push((kind, missing.why.to_string()));
                    }
                }
                run => {
                    let ingests = runs::on_build(track, &kind, &candidate.number, None);
                    let grounds = ingests.iter().rev().take(crate::ground::MOST);
                    lacks.runs.push(of_run(kind, run, grounds.map(|ingest| ingest.position).collect()));
                }
            }
        }
        let devices = facts.at("devices").and_then(Fact::as_list).unwrap_or_default();
        lacks.devices = devices.len();
        for device in devices {
            let name = device.at("name").map(Fact::label).unwrap_or_default();
            match device.at("result").and_then(Fact::as_text) {
                Some("passed") => {}
                Some(_) => lacks.failed_devices.push(name),
                None => lacks.unseen_devices.push(name),
            }
        }
        lacks
    }
}

/// Tells whether a criterion that is not decided names runs of a kind.
fn is_awaited(kind: &RunKind, criteria: &[Judged<'_>]) -> bool {
    let undecided =
        criteria.iter().filter(|judged| judged.verdict == Verdict::Unknown && judged.broken.is_none());
    let mut names = undecided.flat_map(|judged| names(judged.criterion.rule.source()));
    names.any(|name| {
        let of = name.strip_prefix("runs.").and_then(|rest| rest.split('.').next());
        of == Some(kind.as_str())
    })
}

fn of_run(kind: RunKind, run: &Fact, grounds: Vec<Position>) -> RunLacks {
    let int = |fact: &str| run.at(fact).and_then(Fact::as_int).unwrap_or(0);
    let items = |fact: &str| run.at(fact).map(Fact::items).unwrap_or_default();
    let text = |of: &Fact, fact: &str| of.at(fact).and_then(Fact::as_text).unwrap_or_default().to_owned();
    let failure = |of: &Fact| FailedCase { class: text(of, "class"), name: text(of, "name") };
    RunLacks {
        kind,
        failed: int("failed"),
        failures: items("failures").iter().map(failure).collect(),
        not_run: int("planned") - int("covered"),
        not_run_names: items("not_run").iter().map(Fact::label).collect(),
        flaky: int("flaky"),
        planned_by_itself: text(run, "plan").starts_with("this run itself"),
        grounds,
    }
}
