//! Readiness: a track's criteria, each with its verdict and the reasons for it, joined.
//!
//! Invariant: a track is ready only when every criterion of its gate is met or waived; no criteria, no ready.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::brief;
use crate::criteria::fact::{Fact, Missing};
use crate::criteria::kleene::Evaluation;
use crate::criterion::{Criterion, Gate, Rule};
use crate::explain;
use crate::facts::{self, View};
use crate::ground::{self, Ground};
use crate::id::BuildNumber;
use crate::lacks::Lacks;
use crate::release::Release;
use crate::runs::Merges;
use crate::time::Time;
use crate::timeline;
use crate::track::Track;
use crate::waiver::{Subject, Waiver};

/// What a criterion comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Verdict {
    #[serde(rename = "met")]
    Met,
    #[serde(rename = "waived")]
    Waived,
    #[serde(rename = "unknown")]
    Unknown,
    #[serde(rename = "not met")]
    NotMet,
}

/// A track's verdicts, joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Readiness {
    #[serde(rename = "ready")]
    Ready,
    #[serde(rename = "unknown")]
    Unknown,
    #[serde(rename = "not ready")]
    NotReady,
}

impl Readiness {
    /// Joins verdicts by Kleene's and. Of no verdicts nothing can be said.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let worst = verdicts.into_iter().max();
        match worst {
            None | Some(Verdict::Unknown) => Self::Unknown,
            Some(Verdict::NotMet) => Self::NotReady,
            Some(Verdict::Met | Verdict::Waived) => Self::Ready,
        }
    }

    /// Joins tracks: any that is not ready decides, else any that is unknown; of no tracks nothing can be said.
    pub fn of_tracks(tracks: impl IntoIterator<Item = Self>) -> Self {
        tracks.into_iter().max().unwrap_or(Self::Unknown)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Unknown => "unknown",
            Self::NotReady => "not ready",
        }
    }
}

/// A criterion with its verdict on one track.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    pub criterion: &'a Criterion,
    pub verdict: Verdict,
    /// What is wrong with the criterion itself; its verdict is then unknown.
    pub broken: Option<String>,
    /// Sentences, the most telling first.
    pub reasons: Vec<String>,
    pub missing: Vec<Missing>,
    /// What stands against the criterion; each is a name or a small record.
    pub offenders: Vec<Fact>,
    /// The evidence that the verdict rests on, newest first; what is on another build is marked as stale.
    pub grounds: Vec<Ground>,
    /// The waiver by which it counts as met.
    pub waiver: Option<&'a Waiver>,
    /// A few words for the cell of a matrix: "297 of 297", "2 failed", "ran on 512".
    pub brief: String,
}

/// A track with its readiness at its next gate.
#[derive(Clone, Debug)]
pub struct TrackReadiness<'a> {
    pub release: &'a Release,
    pub track: &'a Track,
    /// The moment at which it was judged.
    pub at: Time,
    pub gate: Gate,
    pub readiness: Readiness,
    pub criteria: Vec<Judged<'a>>,
    /// What stands in the way besides the criteria: no definition, or none that applies.
    pub note: Option<String>,
    /// What fails and what lacks, whatever the criteria ask.
    pub lacks: Lacks,
}

/// Evaluates a criterion's rule over facts; given from outside, because CEL wants a large stack.
pub type Evaluate<'a> = &'a dyn Fn(&Rule, &Fact) -> Evaluation;

/// Judges a track at its next gate.
pub fn judge<'a>(
    release: &'a Release,
    track: &'a Track,
    now: Time,
    merges: &Merges,
    evaluate: Evaluate<'_>,
) -> TrackReadiness<'a> {
    // Until gates can be passed, the next one is the first.
    judge_at(release, track, Gate::Submission, now, merges, evaluate)
}

/// Judges a track at a gate.
pub fn judge_at<'a>(
    release: &'a Release,
    track: &'a Track,
    gate: Gate,
    now: Time,
    merges: &Merges,
    evaluate: Evaluate<'_>,
) -> TrackReadiness<'a> {
    let applies =
        |criterion: &&Criterion| criterion.gate == gate && criterion.applies_to(&track.description.id);
    // Criteria that count evidence for equally long see the same facts.
    let mut seen: BTreeMap<Option<i64>, Fact> = BTreeMap::new();
    let criteria: Vec<Judged<'a>> = release
        .definition()
        .map(|definition| definition.criteria.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(applies)
        .map(|criterion| {
            let view = View { now, max_age_hours: criterion.max_age_hours, merges };
            let facts =
                seen.entry(criterion.max_age_hours).or_insert_with(|| facts::gather(release, track, view));
            let mut judged = one(track, criterion, facts, now, evaluate);
            waive(&mut judged, release, track, now);
            judged
        })
        .collect();
    let note = match release.definition() {
        None => Some("no definition of ready is in force: write criteria and apply them".to_owned()),
        Some(_) if criteria.is_empty() => {
            Some(format!("no criterion for {} applies to {}", gate.label(), track.description.name))
        }
        Some(_) => None,
    };
    let readiness = Readiness::of(criteria.iter().map(|judged| judged.verdict));
    let view = View { now, max_age_hours: None, merges };
    let facts = seen.entry(None).or_insert_with(|| facts::gather(release, track, view));
    let lacks = Lacks::of(track, facts, &criteria);
    TrackReadiness { release, track, at: now, gate, readiness, criteria, note, lacks }
}

/// Judges a criterion on a track as if it were in force there.
pub fn try_out<'a>(
    release: &Release,
    track: &Track,
    criterion: &'a Criterion,
    now: Time,
    merges: &Merges,
    evaluate: Evaluate<'_>,
) -> Judged<'a> {
    let view = View { now, max_age_hours: criterion.max_age_hours, merges };
    one(track, criterion, &facts::gather(release, track, view), now, evaluate)
}

fn one<'a>(
    track: &Track,
    criterion: &'a Criterion,
    facts: &Fact,
    now: Time,
    evaluate: Evaluate<'_>,
) -> Judged<'a> {
    let mut judged = judged(criterion, facts, evaluate(&criterion.rule, facts));
    judged.grounds = ground::grounds(track, criterion, now);
    if judged.verdict != Verdict::Unknown {
        judged.reasons.extend(ground::second_hand(&judged.grounds));
        judged.reasons.extend(ground::carried_forward(&judged.grounds));
    }
    judged.brief = brief::brief(&judged, facts, track, now);
    judged
}

/// Turns what an expression came to into a verdict with its reasons.
fn judged<'a>(criterion: &'a Criterion, facts: &Fact, evaluation: Evaluation) -> Judged<'a> {
    let (verdict, broken, missing, offenders) = match (&criterion.rule, evaluation) {
        (_, Evaluation::Broken(broken)) => (Verdict::Unknown, Some(broken), Vec::new(), Vec::new()),
        (Rule::Holds(_), Evaluation::Value(Fact::Bool(true))) => (Verdict::Met, None, Vec::new(), Vec::new()),
        (Rule::Holds(_), Evaluation::Value(Fact::Bool(false))) => {
            (Verdict::NotMet, None, Vec::new(), Vec::new())
        }
        (Rule::Offenders(_), Evaluation::Value(Fact::List(items))) => {
            let verdict = if items.is_empty() { Verdict::Met } else { Verdict::NotMet };
            (verdict, None, Vec::new(), items.to_vec())
        }
        (Rule::Offenders(_), Evaluation::Value(Fact::AtLeast(items, missing))) => {
            let verdict = if items.is_empty() { Verdict::Unknown } else { Verdict::NotMet };
            (verdict, None, missing.to_vec(), items.to_vec())
        }
        (_, Evaluation::Value(Fact::Missing(missing))) => (Verdict::Unknown, None, missing, Vec::new()),
        (rule, Evaluation::Value(other)) => {
            let wanted = if matches!(rule, Rule::Holds(_)) { "true or false" } else { "a list" };
            let broken = format!("it should come to {wanted} and came to {}", other.label());
            (Verdict::Unknown, Some(broken), Vec::new(), Vec::new())
        }
    };
    let mut judged = Judged {
        criterion,
        verdict,
        broken,
        reasons: Vec::new(),
        missing,
        offenders,
        grounds: Vec::new(),
        waiver: None,
        brief: String::new(),
    };
    explain::explain(&mut judged, facts);
    judged
}

/// Lets a criterion that is not met, or not known, count as met where a waiver for it is in force. One that is broken says
/// nothing that could be accepted.
fn waive<'a>(judged: &mut Judged<'a>, release: &'a Release, track: &Track, now: Time) {
    if judged.broken.is_some() || !matches!(judged.verdict, Verdict::NotMet | Verdict::Unknown) {
        return;
    }
    let of_criterion = |waiver: &&Waiver| {
        waiver.track == track.description.id
            && matches!(&waiver.subject, Subject::Criterion { criterion } if *criterion == judged.criterion.id)
            && waiver.is_in_force(now)
            && waiver.covers(track)
    };
    let Some(waiver) = release.waivers.iter().rev().find(of_criterion) else { return };
    judged.verdict = Verdict::Waived;
    judged.reasons.insert(0, format!("waived: {}", waiver.reason));
    judged.waiver = Some(waiver);
}

/// Returns the next moment after `now` at which a verdict, an ask or a blocker can turn although nothing happens.
pub fn next_change_at(release: &Release, now: Time) -> Option<Time> {
    const HOUR: i64 = 3_600_000_000;
    let criteria = release.definition().map(|definition| definition.criteria.as_slice()).unwrap_or_default();
    let ages = || criteria.iter().filter_map(|criterion| criterion.max_age_hours);
    let evidence = release.live_tracks().flat_map(|track| {
        let build = track.candidate.as_ref().map(|candidate| &candidate.build);
        let runs = track.ingests.iter().map(|ingest| (&ingest.build, ingest.recorded_at));
        let checks = track.attestations.iter().map(|check| (&check.build, check.recorded_at));
        let summaries = track.summaries.iter().map(|summary| (&summary.build, summary.recorded_at));
        let signed = track.sign_offs.iter().map(|signed| (&signed.build, signed.recorded_at));
        let carried = track.carried.iter().any(|carry| carry.withdrawn.is_none());
        let counts = move |(of, _): &(&BuildNumber, Time)| carried || Some(*of) == build;
        runs.chain(checks).chain(summaries).chain(signed).filter(counts).map(|(_, at)| at)
    });
    let wholes =
        release.wholes.iter().filter(|whole| whole.withdrawn.is_none()).map(|whole| whole.recorded_at);
    let turns = evidence
        .chain(wholes)
        .flat_map(|at| ages().map(move |hours| at.plus_micros(hours.saturating_mul(HOUR))));
    let by_age = turns.filter(|turn| *turn > now).min();
    // A rule that reads an age turns by itself; a minute is as finely as anyone looks.
    let reads_age = criteria.iter().any(|criterion| criterion.rule.source().contains("age_hours"));
    let by_minute = reads_age.then(|| now.plus_micros(60_000_000));
    let waivers = release.waivers.iter().filter(|waiver| waiver.is_open() && waiver.expires > now);
    let waivers = waivers.map(|waiver| waiver.expires);
    let asks = release.asks.iter().filter(|ask| ask.end.is_none() && ask.until > now).map(|ask| ask.until);
    let blockers = release.blockers.iter().filter_map(|blocker| blocker.next_change_at(now));
    let day = timeline::next_change_at(release, now);
    by_age.into_iter().chain(by_minute).chain(asks).chain(waivers).chain(blockers).chain(day).min()
}
