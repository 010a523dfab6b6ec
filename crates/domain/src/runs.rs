//! Which ingests count together, and against which plan.
//!
//! Everything ingested of a kind on a build counts together: shards add up, and a later rerun replaces what
//! a case came to before. The plan is the track's list for that kind, or else the last complete run.
//!
//! Invariant: what a merge comes to depends on its key alone, so it can be kept and thrown away at will.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cases::Merged;
use crate::digest::Digest;
use crate::evidence::Ingest;
use crate::id::{BuildNumber, RunKind};
use crate::release::Release;
use crate::track::Track;

/// Names a merge by its inputs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MergeKey {
    /// The case records to merge, oldest first.
    pub ingests: Vec<Digest>,
    pub plan: PlanKey,
}

/// Where a plan comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlanKey {
    None,
    /// The blob of a list, one case a line.
    List(Digest),
    /// The case records of a complete run.
    Run(Vec<Digest>),
}

/// The merges done so far.
pub type Merges = BTreeMap<MergeKey, Merged>;

/// Returns what counts of a kind on a build, oldest first.
pub fn on_build<'a>(track: &'a Track, kind: &RunKind, build: &BuildNumber) -> Vec<&'a Ingest> {
    live(track, kind).filter(|ingest| ingest.build == *build).collect()
}

fn live<'a>(track: &'a Track, kind: &RunKind) -> impl Iterator<Item = &'a Ingest> {
    track.ingests.iter().filter(move |ingest| ingest.kind == *kind && ingest.withdrawn.is_none())
}

fn records<'a>(ingests: impl IntoIterator<Item = &'a &'a Ingest>) -> Vec<Digest> {
    ingests.into_iter().map(|ingest| ingest.cases).collect()
}

/// Returns the key of the merge for a kind on a build.
///
/// # Errors
/// An earlier merge that must be done first, to know whether that run was complete.
pub fn merge_key(
    track: &Track,
    kind: &RunKind,
    build: &BuildNumber,
    done: &Merges,
) -> Result<MergeKey, MergeKey> {
    let ingests = records(&on_build(track, kind, build));
    Ok(MergeKey { plan: plan_for(track, kind, build, done)?, ingests })
}

fn plan_for(track: &Track, kind: &RunKind, build: &BuildNumber, done: &Merges) -> Result<PlanKey, MergeKey> {
    if let Some(plan) = track.plans.get(kind) {
        return Ok(PlanKey::List(plan.list));
    }
    let mut plan = PlanKey::None;
    let mut seen: Vec<&BuildNumber> = Vec::new();
    for ingest in live(track, kind) {
        if seen.contains(&&ingest.build) {
            continue;
        }
        seen.push(&ingest.build);
        let ingests = on_build(track, kind, &ingest.build);
        let attested: Vec<&Ingest> = ingests.iter().filter(|ingest| ingest.complete).copied().collect();
        if ingest.build == *build {
            if !attested.is_empty() {
                plan = PlanKey::Run(records(&attested));
            }
            break;
        }
        let complete = !attested.is_empty()
            || plan != PlanKey::None && {
                let key = MergeKey { ingests: records(&ingests), plan: plan.clone() };
                let merged = done.get(&key).ok_or(key)?;
                merged.not_run_total() == 0
            };
        if complete {
            plan = PlanKey::Run(records(&ingests));
        }
    }
    Ok(plan)
}

/// Returns the key of the merge of everything that ran on one device, whatever its kind.
pub fn device_key(track: &Track, device: &str, build: &BuildNumber) -> Option<MergeKey> {
    let on_device = |ingest: &&Ingest| {
        ingest.device.as_deref() == Some(device) && ingest.build == *build && ingest.withdrawn.is_none()
    };
    let ingests: Vec<Digest> = track.ingests.iter().filter(on_device).map(|ingest| ingest.cases).collect();
    (!ingests.is_empty()).then_some(MergeKey { ingests, plan: PlanKey::None })
}

/// Returns the merges that readiness needs and that are not done; ask again once they are.
pub fn wanted(release: &Release, done: &Merges) -> Vec<MergeKey> {
    let mut wanted = Vec::new();
    let kinds = release.kinds();
    for track in release.live_tracks() {
        let Some(candidate) = &track.candidate else { continue };
        for kind in &kinds {
            if !on_build(track, kind, &candidate.build).is_empty() {
                let (Ok(key) | Err(key)) = merge_key(track, kind, &candidate.build, done);
                wanted.push(key);
            }
        }
        for device in &track.description.devices {
            wanted.extend(device_key(track, device, &candidate.build));
        }
    }
    wanted.retain(|key| !done.contains_key(key));
    wanted.sort();
    wanted.dedup();
    wanted
}
