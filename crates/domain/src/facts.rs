//! What is known of a track, as its criteria see it.
//!
//! Invariant: evidence counts only for the build it was made on; for any other it is stale, and says so.

mod blocking;
mod listed;
mod shipped;

use std::sync::Arc;

use crate::build::Build;
use crate::cases::Merged;
use crate::criteria::fact::{Fact, Missing};
use crate::criteria::fields::Fields;
use crate::device::{self, Word};
use crate::envelope::Position;
use crate::id::{BuildNumber, RunKind};
use crate::release::Release;
use crate::runs::{self, Merges, PlanFrom};
use crate::time::Time;
use crate::track::Track;
use crate::words;
use listed::{Areas, Lists};

pub(crate) use blocking::unanswered;
pub(crate) use listed::unchecked;

const HOUR: i64 = 3_600_000_000;
/// How the reason for a device that nobody touched begins; such devices are told in one row.
pub const UNTOUCHED: &str = "no result for ";

/// What facts depend on besides the track.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub now: Time,
    /// Evidence older than this many hours does not count.
    pub max_age_hours: Option<i64>,
    pub merges: &'a Merges,
}

/// Gathers every fact of a track.
pub fn gather(release: &Release, track: &Track, view: View<'_>) -> Fact {
    let lists = Lists { release, track, view, areas: Areas::default() };
    let lists = [
        ("defects", lists.defects()),
        ("changes", lists.changes()),
        ("risks", lists.risks()),
        ("blockers", lists.blockers()),
    ];
    let bound = match track.candidate_build() {
        None => without_candidate(release, track),
        Some(candidate) => on_candidate(release, Gather { track, candidate, view }),
    };
    Fact::map(bound.into_iter().chain(lists).chain([("track", about(track))]))
}

/// What is bound to the candidate.
fn on_candidate(release: &Release, gather: Gather<'_>) -> Vec<(&'static str, Fact)> {
    let runs = release.kinds().into_iter().map(|kind| (kind.to_string(), gather.runs(&kind)));
    vec![
        ("candidate", gather.candidate()),
        ("runs", Fact::map(runs)),
        ("devices", gather.devices()),
        ("summary", gather.summary()),
        ("sign_offs", gather.sign_offs()),
        ("handoff", gather.handoff()),
    ]
}

fn about(track: &Track) -> Fact {
    Fact::map([("id", Fact::text(track.description.id.as_str()))])
}

fn without_candidate(release: &Release, track: &Track) -> Vec<(&'static str, Fact)> {
    let why: Arc<str> = format!("no candidate is nominated on {}", track.description.name).into();
    let missing = |fact: &str| Fact::missing(fact, why.clone());
    let runs = release.kinds().into_iter().map(|kind| (kind.to_string(), missing(&format!("runs.{kind}"))));
    vec![
        ("candidate", missing("candidate")),
        ("runs", Fact::map(runs)),
        ("devices", missing("devices")),
        ("summary", missing("summary")),
        ("sign_offs", listed::nothing_signed(missing)),
        ("handoff", shipped::nothing_handed_over(missing)),
    ]
}

struct Gather<'a> {
    track: &'a Track,
    candidate: &'a Build,
    view: View<'a>,
}

impl Gather<'_> {
    fn age_hours(&self, since: Time) -> Fact {
        age_hours(self.view.now, since)
    }

    fn too_old(&self, what: &str, since: Time) -> Option<String> {
        too_old(self.view, what, since)
    }

    /// Tells whether evidence counts for the candidate: made on it, or carried forward to it.
    fn counts(&self, evidence: Position, of: &BuildNumber) -> bool {
        self.track.counts(evidence, of, &self.candidate.number)
    }

    /// Says on which build evidence was made, when that is not the candidate.
    fn stale(&self, what: &str, ran: &str, build: &BuildNumber) -> String {
        let distance =
            self.track.builds.get(build).map(|b| b.distance_to(self.candidate)).unwrap_or_default();
        format!(
            "{what} {ran} {}; the candidate is {}{distance}",
            self.track.build_label(build),
            self.candidate
        )
    }

    fn candidate(&self) -> Fact {
        let revision = match self.candidate.revision {
            Some(revision) => Fact::Int(revision),
            None => Fact::missing(
                "candidate.revision",
                format!("nobody counted the commits of {}", self.candidate),
            ),
        };
        let nominated =
            self.track.candidate.as_ref().map_or(self.view.now, |candidate| candidate.nominated_at);
        Fact::map([
            ("version", Fact::text(self.candidate.version.as_str())),
            ("build", Fact::text(self.candidate.number.as_str())),
            ("commit", Fact::text(self.candidate.commit.as_str())),
            ("revision", revision),
            ("age_hours", self.age_hours(nominated)),
        ])
    }

    /// The moment before which evidence is too old.
    fn since(&self) -> Option<Time> {
        runs::oldest(self.view.now, self.view.max_age_hours)
    }

    fn runs(&self, kind: &RunKind) -> Fact {
        let build = &self.candidate.number;
        let missing = |why: String| Fact::missing(format!("runs.{kind}"), why);
        let Some(last) = runs::on_build(self.track, kind, build, None).pop() else {
            return missing(self.why_no_run(kind));
        };
        let ingests = runs::on_build(self.track, kind, build, self.since());
        if ingests.is_empty() {
            let too_old = self.too_old(&format!("the {kind} run"), last.recorded_at);
            return missing(too_old.unwrap_or_else(|| self.why_no_run(kind)));
        }
        let key = runs::merge_key(self.track, kind, build, self.since(), self.view.merges).ok();
        let merged = key.as_ref().and_then(|(key, _)| self.view.merges.get(key));
        let (merged, plan) = match (merged, &key) {
            (Some(Ok(merged)), Some((_, plan))) => (merged, plan),
            (Some(Err(why)), _) => return missing(why.to_string()),
            _ => return missing(format!("the {kind} run is still being counted")),
        };
        if merged.ran() == 0 {
            return missing(self.why_nothing_ran(kind, merged));
        }
        let mut facts = counted(kind, merged);
        self.planned(kind, merged, plan, &mut facts);
        let mut metrics = Fields::default();
        for ingest in &ingests {
            metrics.extend(ingest.metrics.iter().map(|(name, value)| (name.clone(), Fact::Double(*value))));
        }
        let nowhere = Missing {
            fact: format!("runs.{kind}.metrics").into(),
            why: format!("no {kind} report on {} carried that metric", self.candidate).into(),
        };
        facts.insert("metrics", Fact::Open(Arc::new(metrics), Arc::new(nowhere)));
        facts.insert("age_hours", self.age_hours(last.recorded_at));
        Fact::Map(Arc::new(facts))
    }

    fn planned(&self, kind: &RunKind, merged: &Merged, from: &PlanFrom, facts: &mut Fields) {
        let planned = merged.planned.filter(|planned| *planned > 0);
        let share = planned.map(|planned| merged.covered as f64 / planned as f64);
        if let (Some(planned), Some(share)) = (planned, share) {
            let not_run = named(
                merged.not_run.iter().map(|name| Fact::text(name.as_str())).collect(),
                merged.not_run_total(),
                &format!("runs.{kind}.not_run"),
                "planned cases that did not run",
            );
            facts.extend([
                ("planned", Fact::Int(planned)),
                ("covered", Fact::Int(merged.covered)),
                ("coverage", Fact::Double(share)),
                ("not_run", not_run),
                ("complete", Fact::Bool(merged.not_run_total() == 0)),
                ("plan", Fact::text(self.plan_label(from))),
            ]);
            return;
        }
        let why: Arc<str> = match from {
            PlanFrom::Nowhere => format!(
                "nothing says which {kind} cases should run: list them in a plan file, or ingest a whole run \
                 with --complete"
            ),
            _ => format!("the plan of {kind} names no case that could run"),
        }
        .into();
        for name in ["planned", "covered", "coverage", "not_run", "complete", "plan"] {
            facts.insert(name, Fact::missing(format!("runs.{kind}.{name}"), why.clone()));
        }
    }

    /// Says where a plan comes from, as readers see it.
    fn plan_label(&self, from: &PlanFrom) -> String {
        match from {
            PlanFrom::Nowhere => "no plan".to_owned(),
            PlanFrom::List(source) => source.clone(),
            PlanFrom::Run(build) => format!("the run on {}", self.track.build_label(build)),
            PlanFrom::Itself(None) => "this run itself, which was called complete".to_owned(),
            PlanFrom::Itself(Some((build, ran))) => format!(
                "this run itself, which was called complete; on {} {} ran",
                self.track.build_label(build),
                words::count(*ran, "case", "cases")
            ),
        }
    }

    fn why_nothing_ran(&self, kind: &RunKind, merged: &Merged) -> String {
        match merged.cases {
            0 => format!("the {kind} report on {} holds no case", self.candidate),
            1 => format!("the one {kind} case on {} was skipped", self.candidate),
            cases => format!("all {} {kind} cases on {} were skipped", words::number(cases), self.candidate),
        }
    }

    fn why_no_run(&self, kind: &RunKind) -> String {
        let of_kind = |withdrawn: bool| {
            let ingests = self.track.ingests.iter().rev().filter(move |ingest| ingest.kind == *kind);
            ingests.filter(move |ingest| ingest.withdrawn.is_some() == withdrawn)
        };
        if let Some(earlier) = of_kind(false).next() {
            return self.stale(kind.as_str(), "ran on", &earlier.build);
        }
        match of_kind(true).find_map(|ingest| ingest.withdrawn.as_ref()) {
            Some(withdrawal) => format!("the {kind} run was withdrawn: {}", withdrawal.reason),
            None => format!("no {kind} run on {} yet", self.candidate),
        }
    }

    fn devices(&self) -> Fact {
        let listed = &self.track.description.devices;
        if listed.is_empty() {
            let track = &self.track.description.id;
            return Fact::missing(
                "devices",
                format!(
                    "no devices are listed for {}: name them under [tracks.{track}]",
                    self.track.description.name
                ),
            );
        }
        Fact::list(listed.iter().map(|name| {
            Fact::map([("name", Fact::text(name.as_str())), ("result", self.device_result(name))])
        }))
    }

    fn device_result(&self, device: &str) -> Fact {
        let missing = |why: String| Fact::missing(format!("devices[\"{device}\"].result"), why);
        if let Some(word) = device::deciding(self.track, device, &self.candidate.number) {
            if let Some(why) = self.too_old(&format!("the result for {device}"), word.recorded_at()) {
                return missing(why);
            }
            return match word {
                Word::Check(check) => Fact::text(check.result.as_str()),
                Word::Run(_) => self.device_run(device).map_or_else(missing, Fact::text),
            };
        }
        missing(match device::newest(self.track, device) {
            Some(word) => self.stale(device, "was validated on", word.build()),
            None => format!("{UNTOUCHED}{device}"),
        })
    }

    /// What everything that ran on a device comes to, or why that is not known.
    fn device_run(&self, device: &str) -> Result<&'static str, String> {
        let key = runs::device_key(self.track, device, &self.candidate.number, self.since());
        match key.and_then(|key| self.view.merges.get(&key)) {
            Some(Ok(merged)) if merged.ran() == 0 => {
                Err(format!("nothing ran on {device}: every case was skipped"))
            }
            Some(Ok(merged)) if merged.failed == 0 => Ok("passed"),
            Some(Ok(_)) => Ok("failed"),
            Some(Err(why)) => Err(why.to_string()),
            None => Err(format!("the run on {device} is still being counted")),
        }
    }

    fn summary(&self) -> Fact {
        let live = || self.track.summaries.iter().rev().filter(|summary| summary.withdrawn.is_none());
        let missing = |why: String| Fact::missing("summary", why);
        let Some(summary) = self.track.summary(&self.candidate.number) else {
            return missing(match live().next() {
                Some(earlier) => self.stale("the test summary", "was written for", &earlier.build),
                None => format!("no test summary is written for {}", self.candidate),
            });
        };
        if let Some(why) = self.too_old("the test summary", summary.recorded_at) {
            return missing(why);
        }
        Fact::map([("words", Fact::Int(summary.words)), ("age_hours", self.age_hours(summary.recorded_at))])
    }
}

fn age_hours(now: Time, since: Time) -> Fact {
    Fact::Double((now.micros() - since.micros()) as f64 / HOUR as f64)
}

/// Says that something is too old for the criterion, if it is.
fn too_old(view: View<'_>, what: &str, since: Time) -> Option<String> {
    let limit = view.max_age_hours?.saturating_mul(HOUR);
    let age = view.now.micros().saturating_sub(since.micros());
    (age >= limit)
        .then(|| format!("{what} is {} old; it counts for {}", words::span(age), words::span(limit)))
}

fn counted(kind: &RunKind, merged: &Merged) -> Fields {
    let failures = merged.failures.iter().map(|note| {
        Fact::map([
            ("name", Fact::text(note.name.as_str())),
            ("class", Fact::text(note.class.as_str())),
            ("message", Fact::text(note.message.as_str())),
        ])
    });
    let failures = named(failures.collect(), merged.failed, &format!("runs.{kind}.failures"), "failed cases");
    let facts = [
        ("cases", Fact::Int(merged.cases)),
        ("run", Fact::Int(merged.ran())),
        ("passed", Fact::Int(merged.passed)),
        ("failed", Fact::Int(merged.failed)),
        ("errored", Fact::Int(merged.errored)),
        ("skipped", Fact::Int(merged.skipped)),
        ("flaky", Fact::Int(merged.flaky)),
        ("flaky_rate", Fact::Double(merged.flaky as f64 / merged.ran() as f64)),
        ("failures", failures),
        ("duration_s", Fact::Double(merged.duration_s)),
    ];
    facts.into_iter().collect()
}

/// A list of which only the first are kept by name: what is beyond them is missing, not absent.
fn named(items: Vec<Fact>, total: i64, fact: &str, what: &str) -> Fact {
    let more = total - items.len() as i64;
    if more <= 0 {
        return Fact::list(items);
    }
    let why = format!("{} more {what} are counted and not named", words::number(more));
    Fact::at_least(items, vec![Missing { fact: fact.into(), why: why.into() }])
}
