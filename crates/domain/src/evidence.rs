//! Evidence: facts about one build. A test run, a device check, a written summary.
//!
//! Invariant: evidence names its build, and withdrawing marks it; nothing is deleted.

use std::ops::Deref;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::digest::Digest;
use crate::envelope::{ActorId, Envelope, Position};
use crate::event::RunIngested;
use crate::id::BuildNumber;
use crate::time::Time;
use crate::voice::{Behalf, Voice};

/// What a set of test reports comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    pub suites: i64,
    pub cases: i64,
    pub attempts: i64,
    pub passed: i64,
    pub failed: i64,
    pub errored: i64,
    pub skipped: i64,
    pub flaky: i64,
    pub duration_s: f64,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.suites += other.suites;
        self.cases += other.cases;
        self.attempts += other.attempts;
        self.passed += other.passed;
        self.failed += other.failed;
        self.errored += other.errored;
        self.skipped += other.skipped;
        self.flaky += other.flaky;
        self.duration_s += other.duration_s;
    }
}

/// One ingest of test reports: a whole run, or a shard or rerun of one. It reads like the event that told it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingest {
    /// Names this piece of evidence: "evidence 42".
    pub position: Position,
    pub actor: ActorId,
    pub recorded_at: Time,
    /// As the event told it, and never moved: a release may have very many.
    pub ingested: Box<RunIngested>,
    /// The evidence in whose place it is, which was on the wrong track or build.
    pub corrects: Option<Position>,
    pub withdrawn: Option<Withdrawal>,
}

impl Ingest {
    pub fn new(envelope: &Envelope, ingested: Box<RunIngested>) -> Self {
        Self {
            position: envelope.position,
            actor: envelope.actor.clone(),
            recorded_at: envelope.recorded_at,
            ingested,
            corrects: None,
            withdrawn: None,
        }
    }
}

impl RunIngested {
    /// Returns the run as readers see it: "regression run nightly-4411". One that nobody named goes without its name.
    pub fn label(&self) -> String {
        let name = self.run.as_str();
        let of_content =
            name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        if of_content { format!("{} run", self.kind) } else { format!("{} run {name}", self.kind) }
    }
}

impl Deref for Ingest {
    type Target = RunIngested;

    fn deref(&self) -> &RunIngested {
        &self.ingested
    }
}

/// Why a piece of evidence no longer counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    pub by: ActorId,
    pub at: Time,
    /// The event that withdrew it, or put it elsewhere.
    pub position: Position,
    pub reason: String,
}

/// What somebody saw on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttestedResult {
    Passed,
    Failed,
}

impl AttestedResult {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

/// A check by hand: who, what, on which device and build, with which result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    pub position: Position,
    pub actor: ActorId,
    pub recorded_at: Time,
    pub build: BuildNumber,
    pub device: String,
    pub result: AttestedResult,
    pub notes: Option<String>,
    /// The blobs that show it.
    pub photos: Vec<Digest>,
    pub behalf: Option<Behalf>,
    /// Who gave out the link that it came by.
    pub asked_by: Option<ActorId>,
    /// The evidence in whose place it is, which was on the wrong track or build.
    pub corrects: Option<Position>,
    pub withdrawn: Option<Withdrawal>,
}

/// A test summary, written for one build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub position: Position,
    pub actor: ActorId,
    pub recorded_at: Time,
    pub build: BuildNumber,
    /// The blob that holds its Markdown.
    pub text: Digest,
    pub words: i64,
    pub behalf: Option<Behalf>,
    /// Who gave out the link that it came by.
    pub asked_by: Option<ActorId>,
    /// The evidence in whose place it is, which was on the wrong track or build.
    pub corrects: Option<Position>,
    pub withdrawn: Option<Withdrawal>,
}

impl Attestation {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.actor, behalf: self.behalf.as_ref(), asked_by: self.asked_by.as_ref() }
    }
}

impl Summary {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.actor, behalf: self.behalf.as_ref(), asked_by: self.asked_by.as_ref() }
    }
}
