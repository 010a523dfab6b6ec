//! What is known of a track, as its criteria see it.
//!
//! Invariant: evidence counts only for the build it was made on; for any other it is stale, and says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::build::Build;
use crate::cases::Merged;
use crate::criteria::fact::{Fact, Missing};
use crate::id::{BuildNumber, RunKind};
use crate::release::Release;
use crate::runs::{self, Merges};
use crate::time::Time;
use crate::track::Track;
use crate::words;

const HOUR: i64 = 3_600_000_000;

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
    let Some(candidate) = track.candidate_build() else { return without_candidate(release, track) };
    let gather = Gather { track, candidate, view };
    let runs = release.kinds().into_iter().map(|kind| (kind.to_string(), gather.runs(&kind)));
    Fact::map([
        ("track", about(track)),
        ("candidate", gather.candidate()),
        ("runs", Fact::map(runs)),
        ("devices", gather.devices()),
        ("summary", gather.summary()),
    ])
}

fn about(track: &Track) -> Fact {
    Fact::map([("id", Fact::text(track.description.id.as_str()))])
}

fn without_candidate(release: &Release, track: &Track) -> Fact {
    let why: Arc<str> = format!("no candidate is nominated on {}", track.description.name).into();
    let missing = |fact: &str| Fact::missing(fact, why.clone());
    let runs = release.kinds().into_iter().map(|kind| (kind.to_string(), missing(&format!("runs.{kind}"))));
    Fact::map([
        ("track", about(track)),
        ("candidate", missing("candidate")),
        ("runs", Fact::map(runs)),
        ("devices", missing("devices")),
        ("summary", missing("summary")),
    ])
}

struct Gather<'a> {
    track: &'a Track,
    candidate: &'a Build,
    view: View<'a>,
}

impl Gather<'_> {
    fn age_hours(&self, since: Time) -> Fact {
        Fact::Double((self.view.now.micros() - since.micros()) as f64 / HOUR as f64)
    }

    /// Says that evidence is too old for the criterion, if it is.
    fn too_old(&self, what: &str, since: Time) -> Option<String> {
        let limit = self.view.max_age_hours?.saturating_mul(HOUR);
        let age = self.view.now.micros().saturating_sub(since.micros());
        (age >= limit)
            .then(|| format!("{what} is {} old; it counts for {}", words::span(age), words::span(limit)))
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

    fn runs(&self, kind: &RunKind) -> Fact {
        let ingests = runs::on_build(self.track, kind, &self.candidate.number);
        let missing = |why: String| Fact::missing(format!("runs.{kind}"), why);
        let Some(last) = ingests.last() else { return missing(self.why_no_run(kind)) };
        if let Some(why) = self.too_old(&format!("the {kind} run"), last.recorded_at) {
            return missing(why);
        }
        let key = runs::merge_key(self.track, kind, &self.candidate.number, self.view.merges).ok();
        let Some(merged) = key.and_then(|key| self.view.merges.get(&key)) else {
            return missing(format!("the {kind} run is still being counted"));
        };
        let mut facts = counted(merged);
        self.planned(kind, merged, &mut facts);
        let mut metrics = BTreeMap::new();
        for ingest in &ingests {
            metrics.extend(ingest.metrics.iter().map(|(name, value)| (name.clone(), Fact::Double(*value))));
        }
        let nowhere = Missing {
            fact: format!("runs.{kind}.metrics").into(),
            why: format!("no {kind} report on {} carried that metric", self.candidate).into(),
        };
        facts.insert("metrics".to_owned(), Fact::Open(Arc::new(metrics), nowhere));
        facts.insert("age_hours".to_owned(), self.age_hours(last.recorded_at));
        Fact::Map(Arc::new(facts))
    }

    fn planned(&self, kind: &RunKind, merged: &Merged, facts: &mut BTreeMap<String, Fact>) {
        let mut put = |name: &str, fact: Fact| facts.insert(name.to_owned(), fact);
        match merged.planned {
            Some(planned) => {
                put("planned", Fact::Int(planned));
                put("covered", Fact::Int(merged.covered));
                // An empty plan is fully covered; that nothing was planned is told by `planned`.
                put("coverage", Fact::Double(share(merged.covered, planned).unwrap_or(1.0)));
                put("not_run", names(&merged.not_run, merged.not_run_total()));
                put("complete", Fact::Bool(merged.not_run_total() == 0));
            }
            None => {
                let why: Arc<str> = format!(
                    "nothing says which {kind} cases should run: list them in a plan file, or ingest a whole run \
                     with --complete"
                )
                .into();
                for name in ["planned", "covered", "coverage", "not_run", "complete"] {
                    put(name, Fact::missing(format!("runs.{kind}.{name}"), why.clone()));
                }
            }
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

    /// The latest word on a device counts: a check by hand, or everything that ran on it.
    fn device_result(&self, device: &str) -> Fact {
        let checks = self
            .track
            .attestations
            .iter()
            .filter(|check| check.device == device && check.withdrawn.is_none());
        let runs = self.track.ingests.iter().filter(|ingest| ingest.device.as_deref() == Some(device));
        let runs = runs.filter(|ingest| ingest.withdrawn.is_none());
        let check = checks.clone().rev().find(|check| check.build == self.candidate.number);
        let run = runs.clone().rev().find(|ingest| ingest.build == self.candidate.number);
        let missing = |why: String| Fact::missing(format!("devices[\"{device}\"].result"), why);
        let by_check = check.map(|check| (check.position, check.recorded_at, Some(check.result.as_str())));
        let by_run = run.map(|ingest| {
            let key = runs::device_key(self.track, device, &self.candidate.number);
            let merged = key.and_then(|key| self.view.merges.get(&key));
            let result = merged.filter(|merged| merged.ran() > 0).map(|merged| match merged.failed {
                0 => "passed",
                _ => "failed",
            });
            (ingest.position, ingest.recorded_at, result)
        });
        if let Some((_, since, result)) = by_check.max(by_run) {
            if let Some(why) = self.too_old(&format!("the result for {device}"), since) {
                return missing(why);
            }
            return match result {
                Some(result) => Fact::text(result),
                None => missing(format!("nothing ran on {device}: every case was skipped")),
            };
        }
        let earlier = checks.map(|check| (check.position, &check.build));
        let earlier = earlier.chain(runs.map(|ingest| (ingest.position, &ingest.build))).max();
        missing(match earlier {
            Some((_, build)) => self.stale(device, "was validated on", build),
            None => format!("no result for {device}"),
        })
    }

    fn summary(&self) -> Fact {
        let live = || self.track.summaries.iter().rev().filter(|summary| summary.withdrawn.is_none());
        let missing = |why: String| Fact::missing("summary", why);
        let Some(summary) = live().find(|summary| summary.build == self.candidate.number) else {
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

fn counted(merged: &Merged) -> BTreeMap<String, Fact> {
    let failures = merged.failures.iter().map(|note| {
        Fact::map([
            ("name", Fact::text(note.name.as_str())),
            ("class", Fact::text(note.class.as_str())),
            ("message", Fact::text(note.message.as_str())),
        ])
    });
    let facts = [
        ("cases", Fact::Int(merged.cases)),
        ("run", Fact::Int(merged.ran())),
        ("passed", Fact::Int(merged.passed)),
        ("failed", Fact::Int(merged.failed)),
        ("errored", Fact::Int(merged.errored)),
        ("skipped", Fact::Int(merged.skipped)),
        ("flaky", Fact::Int(merged.flaky)),
        // Of no cases none is flaky; that nothing ran is told by `run`.
        ("flaky_rate", Fact::Double(share(merged.flaky, merged.ran()).unwrap_or(0.0))),
        ("failures", Fact::list(failures)),
        ("duration_s", Fact::Double(merged.duration_s)),
    ];
    facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect()
}

/// The names that are kept, and one line for those that are only counted: never an empty list while some lack.
fn names(names: &[String], total: i64) -> Fact {
    let more = total - names.len() as i64;
    let rest = (more > 0).then(|| Fact::text(format!("and {} more", words::number(more))));
    Fact::list(names.iter().map(|name| Fact::text(name.as_str())).chain(rest))
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
