//! The grounds of a verdict: the evidence that it rests on, or that it lacks on the candidate and has on another build.
//!
//! Invariant: evidence on another build than the candidate is always marked as stale.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::carry::Counting;
use crate::criteria::names;
use crate::criterion::Criterion;
use crate::device::{self, Word};
use crate::envelope::{ActorId, Position};
use crate::evidence::{Attestation, Ingest, Summary};
use crate::id::{BuildNumber, RunKind};
use crate::runs;
use crate::time::Time;
use crate::track::Track;
use crate::voice::{Behalf, Voice};
use crate::words;

/// How many grounds a verdict lists.
pub const MOST: usize = 20;

/// One piece of evidence under a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ground {
    /// Names the evidence.
    pub position: Position,
    pub kind: GroundKind,
    pub build: BuildNumber,
    /// It was made on another build than the candidate, and does not count for it.
    pub stale: bool,
    /// Why somebody took it to hold for the candidate, though it was made on another build.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<String>,
    pub at: Time,
    pub by: ActorId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<Behalf>,
    /// Who gave out the link that it came by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<ActorId>,
    /// What it is: "regression run nightly-4411", "by hand on Pixel 8 / Android 15", "test summary".
    pub label: String,
}

impl Ground {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.by, behalf: self.behalf.as_ref(), asked_by: self.asked_by.as_ref() }
    }
}

/// Says how many of a verdict's grounds others recorded than those whose word they are, if any.
pub fn second_hand(grounds: &[Ground]) -> Option<String> {
    let through = grounds.iter().filter(|ground| !ground.stale && ground.behalf.is_some()).count() as i64;
    let pieces = words::count(through, "piece of evidence was", "pieces of evidence were");
    (through > 0).then(|| format!("{pieces} recorded on somebody’s behalf"))
}

/// Says what of a verdict's grounds was carried forward, if any was.
pub fn carried_forward(grounds: &[Ground]) -> Option<String> {
    let mut carried: Vec<String> = Vec::new();
    for ground in grounds {
        if let Some(reason) = &ground.carried {
            let told = format!("{} on {} is taken to hold: {reason}", ground.label, ground.build);
            if !carried.contains(&told) {
                carried.push(told);
            }
        }
    }
    let total = carried.len();
    (total > 0).then(|| words::list(&carried, total, 3))
}

/// What kind of evidence a ground is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GroundKind {
    Run,
    Check,
    Summary,
    SignOff,
}

/// Returns the evidence that a criterion looks at on a track, newest first, at most [`MOST`].
pub fn grounds(track: &Track, criterion: &Criterion, now: Time) -> Vec<Ground> {
    let Some(candidate) = &track.candidate else { return Vec::new() };
    let finder =
        Finder { track, candidate: &candidate.build, since: runs::oldest(now, criterion.max_age_hours) };
    let mut found: BTreeMap<Position, Ground> = BTreeMap::new();
    for name in names(criterion.rule.source()) {
        let grounds = match name.split('.').collect::<Vec<_>>().as_slice() {
            ["runs", kind, ..] => RunKind::parse(kind).map(|kind| finder.runs(&kind)).unwrap_or_default(),
            ["runs"] => finder.every_run(),
            ["devices", ..] => finder.devices(),
            ["summary", ..] => finder.summary().into_iter().collect(),
            ["sign_offs", function, ..] => finder.sign_off(function).into_iter().collect(),
            _ => Vec::new(),
        };
        found.extend(grounds.into_iter().map(|ground| (ground.position, ground)));
    }
    found.into_values().rev().take(MOST).collect()
}

struct Finder<'a> {
    track: &'a Track,
    candidate: &'a BuildNumber,
    /// The moment before which evidence is too old.
    since: Option<Time>,
}

impl Finder<'_> {
    /// Tells whether evidence counts for the candidate.
    fn counts(&self, evidence: Position, of: &BuildNumber) -> bool {
        self.track.counts(evidence, of, self.candidate)
    }

    fn carried(&self, evidence: Position, of: &BuildNumber) -> Option<String> {
        match self.track.counting(evidence, of, self.candidate)? {
            Counting::Own => None,
            Counting::Carried(carry) => Some(carry.reason.clone()),
        }
    }

    /// What counts on the candidate; else what is too old there; else the newest on another build.
    fn runs(&self, kind: &RunKind) -> Vec<Ground> {
        let fresh = runs::on_build(self.track, kind, self.candidate, self.since);
        let here =
            if fresh.is_empty() { runs::on_build(self.track, kind, self.candidate, None) } else { fresh };
        if here.is_empty() {
            let live = |ingest: &&Ingest| ingest.kind == *kind && ingest.withdrawn.is_none();
            return self
                .track
                .ingests
                .iter()
                .rfind(live)
                .map(|ingest| self.run(ingest))
                .into_iter()
                .collect();
        }
        here.into_iter().rev().take(MOST).map(|ingest| self.run(ingest)).collect()
    }

    fn every_run(&self) -> Vec<Ground> {
        let mut kinds: Vec<&RunKind> = self.track.ingests.iter().map(|ingest| &ingest.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.into_iter().flat_map(|kind| self.runs(kind)).collect()
    }

    fn devices(&self) -> Vec<Ground> {
        let ground = |name: &String| {
            let word = match device::deciding(self.track, name, self.candidate) {
                Some(Word::Run(latest)) => Word::Run(self.telling_run(name, latest)),
                Some(check) => check,
                None => device::newest(self.track, name)?,
            };
            Some(match word {
                Word::Check(check) => self.check(check),
                Word::Run(ingest) => self.run(ingest),
            })
        };
        self.track.description.devices.iter().filter_map(ground).collect()
    }

    /// Everything that ran on a device counts together; the latest that failed tells more than the latest.
    fn telling_run<'i>(&'i self, device: &str, latest: &'i Ingest) -> &'i Ingest {
        let failed = |ingest: &&Ingest| {
            self.counts(ingest.position, &ingest.build) && ingest.counts.failed + ingest.counts.errored > 0
        };
        device::runs(self.track, device).rev().find(failed).unwrap_or(latest)
    }

    fn summary(&self) -> Option<Ground> {
        let live = || self.track.summaries.iter().rev().filter(|summary| summary.withdrawn.is_none());
        let here = self.track.summary(self.candidate);
        here.or_else(|| live().next()).map(|summary| self.written(summary))
    }

    fn sign_off(&self, function: &str) -> Option<Ground> {
        let of_function =
            self.track.sign_offs.iter().rev().filter(|signed| signed.function.as_str() == function);
        let live = || of_function.clone().filter(|signed| signed.withdrawn.is_none());
        let here = live().find(|signed| signed.build == *self.candidate);
        here.or_else(|| live().next()).map(|signed| Ground {
            position: signed.position,
            kind: GroundKind::SignOff,
            build: signed.build.clone(),
            stale: signed.build != *self.candidate,
            carried: None,
            at: signed.recorded_at,
            by: signed.actor.clone(),
            behalf: signed.behalf.clone(),
            asked_by: None,
            label: format!("sign-off by {}", signed.function.as_str()),
        })
    }

    fn run(&self, ingest: &Ingest) -> Ground {
        let device = ingest.device.as_ref().map(|device| format!(" on {device}")).unwrap_or_default();
        Ground {
            position: ingest.position,
            kind: GroundKind::Run,
            build: ingest.build.clone(),
            stale: !self.counts(ingest.position, &ingest.build),
            carried: self.carried(ingest.position, &ingest.build),
            at: ingest.recorded_at,
            by: ingest.actor.clone(),
            behalf: None,
            asked_by: None,
            label: format!("{}{device}", ingest.label()),
        }
    }

    fn check(&self, check: &Attestation) -> Ground {
        Ground {
            position: check.position,
            kind: GroundKind::Check,
            build: check.build.clone(),
            stale: !self.counts(check.position, &check.build),
            carried: self.carried(check.position, &check.build),
            at: check.recorded_at,
            by: check.actor.clone(),
            behalf: check.behalf.clone(),
            asked_by: check.asked_by.clone(),
            label: format!("by hand on {}", check.device),
        }
    }

    fn written(&self, summary: &Summary) -> Ground {
        Ground {
            position: summary.position,
            kind: GroundKind::Summary,
            build: summary.build.clone(),
            stale: !self.counts(summary.position, &summary.build),
            carried: self.carried(summary.position, &summary.build),
            at: summary.recorded_at,
            by: summary.actor.clone(),
            behalf: summary.behalf.clone(),
            asked_by: summary.asked_by.clone(),
            label: "test summary".to_owned(),
        }
    }
}
