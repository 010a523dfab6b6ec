//! Which ingests count together, and against which plan.
//!
//! Everything ingested of a kind on a build counts together: shards add up, and a later rerun replaces what
//! a case came to before. On another device a case is another case. The plan is the track's list for that kind, or
//! else the last complete run.
//!
//! Invariant: what a merge comes to depends on its key alone, so it can be kept and thrown away at will.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cases::Merged;
use crate::digest::Digest;
use crate::evidence::Ingest;
use crate::id::{BuildNumber, RunKind};
use crate::release::Release;
use crate::time::Time;
use crate::track::{Rank, Track};

/// Case records to merge, by device; within a device, oldest first.
pub type Groups = Vec<Vec<Digest>>;

/// Names a merge by its inputs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MergeKey {
    pub ingests: Groups,
    pub plan: PlanKey,
}

/// What a run is held against.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanKey {
    None,
    /// The blob of a list, one case a line.
    List(Digest),
    /// The case records of a complete run.
    Run(Groups),
}

/// Where a plan comes from, for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanFrom {
    Nowhere,
    List(String),
    /// The last complete run, on an earlier build.
    Run(BuildNumber),
    /// The candidate's own run, by the word of whoever called it complete; and what ran before, if anything did.
    Itself(Option<(BuildNumber, i64)>),
}

/// The merges done so far; of one that cannot be done, why not.
pub type Merges = BTreeMap<MergeKey, Result<Merged, Arc<str>>>;

/// Returns what counts of a kind on a build, what was carried forward to it first, then the oldest first; with a moment, only what came in after it.
pub fn on_build<'a>(
    track: &'a Track,
    kind: &RunKind,
    build: &BuildNumber,
    since: Option<Time>,
) -> Vec<&'a Ingest> {
    let fresh = |ingest: &&Ingest| since.is_none_or(|since| ingest.recorded_at > since);
    let counts = |ingest: &&Ingest| track.counts(ingest.position, &ingest.build, build);
    let mut ingests: Vec<&Ingest> = live(track, kind).filter(counts).filter(fresh).collect();
    ingests.sort_by_key(|ingest| rank(track, ingest, build));
    ingests
}

fn rank(track: &Track, ingest: &Ingest, build: &BuildNumber) -> Rank {
    track.rank(ingest.position, &ingest.build, ingest.recorded_at, build)
}

fn live<'a>(track: &'a Track, kind: &RunKind) -> impl Iterator<Item = &'a Ingest> {
    track.ingests.iter().filter(move |ingest| ingest.kind == *kind && ingest.withdrawn.is_none())
}

fn by_device(ingests: &[&Ingest]) -> Groups {
    let mut groups: BTreeMap<Option<&str>, Vec<Digest>> = BTreeMap::new();
    for ingest in ingests {
        groups.entry(ingest.device.as_deref()).or_default().push(ingest.cases);
    }
    groups.into_values().collect()
}

/// Returns the key of the merge for a kind on a build, and where its plan comes from.
///
/// # Errors
/// An earlier merge that must be done first, to know whether that run was complete.
pub fn merge_key(
    track: &Track,
    kind: &RunKind,
    build: &BuildNumber,
    since: Option<Time>,
    done: &Merges,
) -> Result<(MergeKey, PlanFrom), MergeKey> {
    let ingests = by_device(&on_build(track, kind, build, since));
    let (plan, from) = plan_for(track, kind, build, done)?;
    Ok((MergeKey { ingests, plan }, from))
}

fn plan_for(
    track: &Track,
    kind: &RunKind,
    build: &BuildNumber,
    done: &Merges,
) -> Result<(PlanKey, PlanFrom), MergeKey> {
    if let Some(plan) = track.plans.get(kind) {
        return Ok((PlanKey::List(plan.list), PlanFrom::List(plan.source.clone())));
    }
    let (mut plan, mut from) = (PlanKey::None, PlanFrom::Nowhere);
    let mut earlier = None;
    let mut seen: Vec<&BuildNumber> = Vec::new();
    for ingest in live(track, kind) {
        if seen.contains(&&ingest.build) {
            continue;
        }
        seen.push(&ingest.build);
        let ingests = on_build(track, kind, &ingest.build, None);
        let attested: Vec<&Ingest> = ingests.iter().filter(|ingest| ingest.complete).copied().collect();
        if ingest.build == *build {
            if !attested.is_empty() {
                (plan, from) = (PlanKey::Run(by_device(&attested)), PlanFrom::Itself(earlier));
            }
            break;
        }
        let complete = !attested.is_empty()
            || plan != PlanKey::None && {
                let key = MergeKey { ingests: by_device(&ingests), plan: plan.clone() };
                let merged = done.get(&key).ok_or(key)?;
                merged.as_ref().is_ok_and(|merged| merged.not_run_total() == 0)
            };
        if complete {
            (plan, from) = (PlanKey::Run(by_device(&ingests)), PlanFrom::Run(ingest.build.clone()));
        }
        let ran = ingests.iter().map(|ingest| ingest.counts.cases - ingest.counts.skipped).sum();
        earlier = Some((ingest.build.clone(), ran));
    }
    Ok((plan, from))
}

/// Returns the key of the merge of everything that ran on one device, whatever its kind.
pub fn device_key(track: &Track, device: &str, build: &BuildNumber, since: Option<Time>) -> Option<MergeKey> {
    let on_device = |ingest: &&Ingest| {
        ingest.device.as_deref() == Some(device)
            && track.counts(ingest.position, &ingest.build, build)
            && ingest.withdrawn.is_none()
            && since.is_none_or(|since| ingest.recorded_at > since)
    };
    let mut ingests: Vec<&Ingest> = track.ingests.iter().filter(on_device).collect();
    ingests.sort_by_key(|ingest| rank(track, ingest, build));
    (!ingests.is_empty()).then(|| MergeKey { ingests: by_device(&ingests), plan: PlanKey::None })
}

/// Returns the moment before which evidence is too old, for evidence that counts for so many hours.
pub fn oldest(now: Time, max_age_hours: Option<i64>) -> Option<Time> {
    const HOUR: i64 = 3_600_000_000;
    max_age_hours.map(|hours| now.plus_micros(hours.saturating_mul(HOUR).saturating_neg()))
}

/// Returns the merges that readiness needs and that are not done; ask again once they are.
pub fn wanted(release: &Release, now: Time, done: &Merges) -> Vec<MergeKey> {
    let mut wanted = Vec::new();
    let kinds = release.kinds();
    let criteria = release.definition().map(|definition| definition.criteria.as_slice()).unwrap_or_default();
    let mut ages: Vec<Option<i64>> = criteria.iter().map(|criterion| criterion.max_age_hours).collect();
    ages.push(None);
    ages.sort_unstable();
    ages.dedup();
    for track in release.live_tracks() {
        let Some(candidate) = &track.candidate else { continue };
        for since in ages.iter().map(|age| oldest(now, *age)) {
            for kind in &kinds {
                if !on_build(track, kind, &candidate.build, since).is_empty() {
                    let key = merge_key(track, kind, &candidate.build, since, done);
                    wanted.push(key.map_or_else(|first| first, |(key, _)| key));
                }
            }
            let devices = track.description.devices.iter();
            wanted.extend(devices.filter_map(|device| device_key(track, device, &candidate.build, since)));
        }
    }
    wanted.retain(|key| !done.contains_key(key));
    wanted.sort();
    wanted.dedup();
    wanted
}
