//! A track: one platform's own path to users.
//!
//! Invariant: nothing is ever inferred from one track to another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Assessment, SignOff};
use crate::build::Build;
use crate::carry::{Carry, Counting};
use crate::course::Going;
use crate::digest::Digest;
use crate::envelope::{ActorId, Position};
use crate::evidence::{Attestation, Ingest, Summary};
use crate::handoff::Handoff;
use crate::id::{BuildNumber, RunKind, TrackId};
use crate::submission::Submission;
use crate::time::Time;
use crate::timeline::Course;

/// How much a piece of evidence says among others: on the build itself, when, and where in the journal.
pub type Rank = (bool, Time, Position);

/// What the product's file says of a track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackDescription {
    pub id: TrackId,
    /// As people read it: "Wear OS".
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// The devices and system versions that platform validation covers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares_submission_with: Option<TrackId>,
}

/// The cases that runs of a kind should contain, as listed in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The blob that holds the list, one case a line.
    pub list: Digest,
    pub cases: i64,
    /// The file it came from, for the reader.
    pub source: String,
}

/// A candidate: the build nominated to ship, since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub build: BuildNumber,
    pub nominated_at: Time,
    pub position: Position,
    pub by: ActorId,
    /// Why it took the place of another.
    pub reason: Option<String>,
}

/// A track of a release, with everything known of it.
#[derive(Clone, Debug)]
pub struct Track {
    pub description: TrackDescription,
    pub builds: BTreeMap<BuildNumber, Build>,
    pub candidate: Option<Candidate>,
    /// What was nominated before the candidate, in the order of the journal.
    pub earlier_candidates: Vec<Candidate>,
    pub plans: BTreeMap<RunKind, Plan>,
    /// What was ingested, in the order of the journal; withdrawn evidence is marked, never removed.
    pub ingests: Vec<Ingest>,
    pub attestations: Vec<Attestation>,
    pub summaries: Vec<Summary>,
    pub sign_offs: Vec<SignOff>,
    pub assessments: Vec<Assessment>,
    /// What was carried forward to a later build.
    pub carried: Vec<Carry>,
    /// What was handed over to be submitted, in the order of the journal.
    pub handoffs: Vec<Handoff>,
    pub submissions: Vec<Submission>,
    /// What people said of its dates.
    pub course: Course,
    /// Whether it is held, withdrawn, or stable.
    pub going: Going,
    /// Set when the track was taken out of the release.
    pub retired: bool,
}

impl Track {
    pub fn new(description: TrackDescription) -> Self {
        Self {
            description,
            builds: BTreeMap::new(),
            candidate: None,
            earlier_candidates: Vec::new(),
            plans: BTreeMap::new(),
            ingests: Vec::new(),
            attestations: Vec::new(),
            summaries: Vec::new(),
            sign_offs: Vec::new(),
            assessments: Vec::new(),
            carried: Vec::new(),
            handoffs: Vec::new(),
            submissions: Vec::new(),
            course: Course::default(),
            going: Going::default(),
            retired: false,
        }
    }

    /// Makes a build the candidate; the one it takes the place of is remembered.
    pub fn nominate(&mut self, candidate: Candidate) {
        self.earlier_candidates.extend(self.candidate.replace(candidate));
    }

    /// Returns the candidate that stood just before an event.
    pub fn candidate_before(&self, position: Position) -> Option<&Candidate> {
        let candidates = self.earlier_candidates.iter().chain(&self.candidate);
        candidates.rev().find(|candidate| candidate.position < position)
    }

    /// Returns the candidate's build.
    pub fn candidate_build(&self) -> Option<&Build> {
        self.builds.get(&self.candidate.as_ref()?.build)
    }

    /// Says how a piece of evidence of one build counts for another, if it does.
    pub fn counting(
        &self,
        evidence: Position,
        of: &BuildNumber,
        build: &BuildNumber,
    ) -> Option<Counting<'_>> {
        if of == build {
            return Some(Counting::Own);
        }
        let carry = self
            .carried
            .iter()
            .rev()
            .find(|carry| carry.evidence == evidence && carry.to == *build && carry.withdrawn.is_none());
        carry.map(Counting::Carried)
    }

    /// Ranks a piece of evidence among others that count for a build, the higher the more it says: what was made on that
    /// build before what was carried forward to it, then the later made, whenever it was put where it belongs.
    pub fn rank(&self, evidence: Position, of: &BuildNumber, at: Time, build: &BuildNumber) -> Rank {
        (of == build, at, evidence)
    }

    /// Tells whether a piece of evidence of one build counts for another.
    pub fn counts(&self, evidence: Position, of: &BuildNumber, build: &BuildNumber) -> bool {
        self.counting(evidence, of, build).is_some()
    }

    /// Returns the build that a run, a check by hand or a summary was made on.
    pub fn evidence_build(&self, position: Position) -> Option<&BuildNumber> {
        let runs = self.ingests.iter().map(|of| (of.position, &of.ingested.build));
        let checks = self.attestations.iter().map(|of| (of.position, &of.build));
        let summaries = self.summaries.iter().map(|of| (of.position, &of.build));
        runs.chain(checks).chain(summaries).find(|(at, _)| *at == position).map(|(_, build)| build)
    }

    /// Returns the summary that counts for a build, if one does.
    pub fn summary(&self, build: &BuildNumber) -> Option<&Summary> {
        let live = self.summaries.iter().filter(|of| of.withdrawn.is_none());
        let counting = live.filter(|of| self.counts(of.position, &of.build, build));
        counting.max_by_key(|of| self.rank(of.position, &of.build, of.recorded_at, build))
    }

    /// Returns the assessment that was signed for the candidate last.
    pub fn assessment(&self) -> Option<&Assessment> {
        let candidate = &self.candidate.as_ref()?.build;
        let live =
            |assessment: &&Assessment| assessment.withdrawn.is_none() && assessment.build == *candidate;
        self.assessments.iter().rfind(live)
    }

    /// Returns the handoff of the candidate that waits or was accepted.
    pub fn handoff(&self) -> Option<&Handoff> {
        let candidate = &self.candidate.as_ref()?.build;
        self.handoffs.iter().rfind(|handoff| handoff.is_live() && handoff.build == *candidate)
    }

    /// Returns how readers see a build: "4.2.0 (512)", or the bare number of one never registered.
    pub fn build_label(&self, number: &BuildNumber) -> String {
        self.builds.get(number).map_or_else(|| number.to_string(), ToString::to_string)
    }
}
