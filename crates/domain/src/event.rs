//! Everything that can have happened, and how it is read back from the journal.
//!
//! Invariant: a payload once written can be read for ever; old versions pass through pure upcasts.

mod agreed;
mod blocking;
mod listed;
mod planned;
mod shipped;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ask::Wanted;
use crate::build::Build;
use crate::criterion::{Criterion, Definition};
use crate::digest::Digest;
use crate::envelope::{ActorId, Position};
use crate::evidence::{AttestedResult, Counts};
use crate::id::{BuildNumber, ProductId, ReleaseName, RunId, RunKind, TrackId};
use crate::import;
use crate::policy::Policy;
use crate::time::Time;
use crate::track::{Plan, TrackDescription};
use crate::voice::Provenance;

pub use agreed::*;
pub use blocking::*;
pub use listed::*;
pub use planned::*;
pub use shipped::*;

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($payload:ty) = $kind:literal v $version:literal),* $(,)?) => {
        /// One thing that happened.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $variant($payload),)*
            /// A payload that an administrator took out; that it was there stays on record.
            Redacted,
            /// A type that this version of Seaworthy does not know: its stream can be read but not written.
            Unrecognised,
        }

        impl Event {
            /// Returns the type and its version, as the journal stores them.
            pub fn kind(&self) -> (&'static str, u32) {
                match self {
                    $(Self::$variant(_) => ($kind, $version),)*
                    Self::Redacted | Self::Unrecognised => ("", 0),
                }
            }

            /// Returns the payload as JSON bytes.
            pub fn payload(&self) -> Vec<u8> {
                match self {
                    $(Self::$variant(payload) => serde_json::to_vec(payload).unwrap_or_default(),)*
                    Self::Redacted | Self::Unrecognised => Vec::new(),
                }
            }

            fn read_current(kind: &str, version: u32, payload: &[u8]) -> Option<Result<Self, serde_json::Error>> {
                match (kind, version) {
                    $(($kind, $version) => Some(serde_json::from_slice(payload).map(Self::$variant)),)*
                    _ => None,
                }
            }
        }

        /// Every type with its current version; fixture journals must cover them all.
        pub const CURRENT: &[(&str, u32)] = &[$(($kind, $version)),*];
    };
}

events! {
    /// In a product's stream: its name, its zone, its kinds of run.
    ProductDescribed(ProductDescribed) = "product_described" v 1,
    /// In a product's stream: the criteria that new releases start from.
    TemplateChanged(TemplateChanged) = "template_changed" v 1,
    /// In a product's stream: what the columns of imported files hold, for the next time.
    ImportMappingRemembered(ImportMappingRemembered) = "import_mapping_remembered" v 1,
    /// In a release's stream, first of all.
    ReleasePlanned(ReleasePlanned) = "release_planned" v 1,
    /// In a release's stream: the product's name, zone or kinds of run, as this release now sees them.
    ReleaseDescribed(ReleaseDescribed) = "release_described" v 1,
    /// In either: a track, new or changed.
    TrackDescribed(TrackDescription) = "track_described" v 2,
    TrackRetired(TrackRetired) = "track_retired" v 1,
    /// A definition of ready that rules from here on.
    DefinitionPutInForce(Definition) = "definition_put_in_force" v 1,
    /// A definition of ready that waits for agreement; it takes the place of a draft before it.
    DefinitionDrafted(Definition) = "definition_drafted" v 1,
    DefinitionAgreed(DefinitionAgreed) = "definition_agreed" v 1,
    DraftDropped(DraftDropped) = "draft_dropped" v 1,
    WaiverRequested(WaiverRequested) = "waiver_requested" v 1,
    WaiverApproved(WaiverApproved) = "waiver_approved" v 1,
    WaiverRejected(WaiverRejected) = "waiver_rejected" v 1,
    WaiverRevoked(WaiverRevoked) = "waiver_revoked" v 1,
    PlanSet(PlanSet) = "plan_set" v 1,
    PlanDropped(PlanDropped) = "plan_dropped" v 1,
    BuildRegistered(BuildRegistered) = "build_registered" v 1,
    CandidateNominated(CandidateNominated) = "candidate_nominated" v 1,
    RunIngested(Box<RunIngested>) = "run_ingested" v 1,
    DeviceAttested(DeviceAttested) = "device_attested" v 1,
    SummaryWritten(SummaryWritten) = "summary_written" v 1,
    SignedOff(SignedOff) = "signed_off" v 1,
    Assessed(Assessed) = "assessed" v 1,
    /// Evidence, or another word that was given for a build, no longer counts.
    EvidenceWithdrawn(EvidenceWithdrawn) = "evidence_withdrawn" v 1,
    EvidenceCarried(EvidenceCarried) = "evidence_carried" v 1,
    EvidenceCorrected(EvidenceCorrected) = "evidence_corrected" v 1,
    DefectReported(Box<DefectReported>) = "defect_reported" v 1,
    DefectTranslated(DefectTranslated) = "defect_translated" v 1,
    ExposureTold(ExposureTold) = "exposure_told" v 1,
    DefectDeferred(DefectDeferred) = "defect_deferred" v 1,
    DefectWithdrawn(DefectWithdrawn) = "defect_withdrawn" v 1,
    ChangeDescribed(ChangeDescribed) = "change_described" v 1,
    ChangeSaid(ChangeSaid) = "change_said" v 1,
    ChangeTakenOut(ChangeTakenOut) = "change_taken_out" v 1,
    ChangePutBack(ChangePutBack) = "change_put_back" v 1,
    RiskNoted(RiskNoted) = "risk_noted" v 1,
    RiskClosed(RiskClosed) = "risk_closed" v 1,
    ListWhole(ListWhole) = "list_whole" v 1,
    HandoffOffered(HandoffOffered) = "handoff_offered" v 1,
    HandoffAnswered(HandoffAnswered) = "handoff_answered" v 1,
    Submitted(Submitted) = "submitted" v 1,
    StoreSaid(StoreSaid) = "store_said" v 1,
    RolloutSaid(RolloutSaid) = "rollout_said" v 1,
    ReviewExpedited(ReviewExpedited) = "review_expedited" v 1,
    ReworkPlanned(ReworkPlanned) = "rework_planned" v 1,
    CourseTurned(CourseTurned) = "course_turned" v 1,
    BlockerProposed(Box<BlockerProposed>) = "blocker_proposed" v 1,
    BlockerAccepted(BlockerAccepted) = "blocker_accepted" v 1,
    BlockerRejected(BlockerRejected) = "blocker_rejected" v 1,
    BlockerOwned(BlockerOwned) = "blocker_owned" v 1,
    BlockerUpdated(BlockerUpdated) = "blocker_updated" v 1,
    BlockerResolved(BlockerResolved) = "blocker_resolved" v 1,
    BlockerWaived(BlockerWaived) = "blocker_waived" v 1,
    BlockerDeferred(BlockerDeferred) = "blocker_deferred" v 1,
    BlockerWithdrawn(BlockerWithdrawn) = "blocker_withdrawn" v 1,
    BlockerMerged(BlockerMerged) = "blocker_merged" v 1,
    BlockerReopened(BlockerReopened) = "blocker_reopened" v 1,
    BlockerLinked(BlockerLinked) = "blocker_linked" v 1,
    BlockerUnlinked(BlockerUnlinked) = "blocker_unlinked" v 1,
    TargetSet(TargetSet) = "target_set" v 1,
    MilestoneAdded(MilestoneAdded) = "milestone_added" v 1,
    MilestonePlanned(MilestonePlanned) = "milestone_planned" v 1,
    MilestoneReached(MilestoneReached) = "milestone_reached" v 1,
    ReachedWithdrawn(ReachedWithdrawn) = "reached_withdrawn" v 1,
    MilestoneDropped(MilestoneDropped) = "milestone_dropped" v 1,
    /// In a product's stream and in those of its releases.
    HolidaysImported(HolidaysImported) = "holidays_imported" v 1,
    HolidayRemoved(HolidayRemoved) = "holiday_removed" v 1,
    /// In a release's stream: somebody is asked for evidence, by a link.
    Asked(Asked) = "asked" v 1,
    AskWithdrawn(AskWithdrawn) = "ask_withdrawn" v 1,
    AskDeclined(AskDeclined) = "ask_declined" v 1,
    /// Written by the journal itself when a payload is taken out.
    EventRedacted(EventRedacted) = "event_redacted" v 1,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductDescribed {
    pub id: ProductId,
    pub name: String,
    /// The IANA time zone in which the team reads its dates.
    pub zone: String,
    /// Kinds of run beyond those that every product has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<RunKind>,
    #[serde(default, skip_serializing_if = "Policy::is_default")]
    pub policy: Policy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateChanged {
    pub criteria: Vec<Criterion>,
}

/// It takes the place of what was remembered for such lists before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportMappingRemembered {
    pub kind: import::Kind,
    pub mapping: import::Mapping,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasePlanned {
    pub product: ProductId,
    pub name: ReleaseName,
    #[serde(flatten)]
    pub description: ReleaseDescribed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseDescribed {
    pub product_name: String,
    pub zone: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<RunKind>,
    #[serde(default, skip_serializing_if = "Policy::is_default")]
    pub policy: Policy,
    /// The version that users will see, as in "4.2.0"; builds take it where they name none.
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackRetired {
    pub track: TrackId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSet {
    pub track: TrackId,
    pub kind: RunKind,
    #[serde(flatten)]
    pub plan: Plan,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDropped {
    pub track: TrackId,
    pub kind: RunKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildRegistered {
    pub track: TrackId,
    #[serde(flatten)]
    pub build: Build,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateNominated {
    pub track: TrackId,
    pub build: BuildNumber,
    /// Why it takes the place of another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunIngested {
    pub track: TrackId,
    pub build: BuildNumber,
    pub kind: RunKind,
    pub run: RunId,
    /// The device that every case of it ran on, where told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Somebody said that everything of this kind is in it: it is a plan for later runs.
    #[serde(default)]
    pub complete: bool,
    pub counts: Counts,
    pub files: i64,
    pub bytes: i64,
    /// The blob with the reports as they came, a `.tar.zst`.
    pub reports: Digest,
    /// The blob with the sorted case records.
    pub cases: Digest,
    /// Numbers that the reports carried as `metric.*` properties.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAttested {
    pub track: TrackId,
    pub build: BuildNumber,
    pub device: String,
    pub result: AttestedResult,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The blobs that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryWritten {
    pub track: TrackId,
    pub build: BuildNumber,
    pub text: Digest,
    pub words: i64,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceWithdrawn {
    /// The position of the event that brought it.
    pub evidence: Position,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub of: ActorId,
    pub wanted: Wanted,
    /// What the asked should know besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub until: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskWithdrawn {
    /// The position of the event that asked.
    pub ask: Position,
    pub reason: String,
}

/// By the asked, who cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskDeclined {
    pub ask: Position,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRedacted {
    pub position: Position,
    pub reason: String,
}

/// A payload that does not read as its type says it should.
#[derive(Debug, thiserror::Error)]
#[error("failed to read {kind} version {version} at position {position}: {source}")]
pub struct UnreadableEvent {
    pub kind: String,
    pub version: u32,
    pub position: Position,
    pub source: serde_json::Error,
}

impl Event {
    /// Reads an event from what the journal holds; `None` is a payload that was redacted.
    pub fn read(
        kind: &str,
        version: u32,
        position: Position,
        payload: Option<&[u8]>,
    ) -> Result<Self, UnreadableEvent> {
        let Some(payload) = payload else { return Ok(Self::Redacted) };
        let unreadable = |source| UnreadableEvent { kind: kind.to_owned(), version, position, source };
        if let Some(event) = Self::read_current(kind, version, payload) {
            return event.map_err(unreadable);
        }
        let Some((version, upcast)) = upcast(kind, version) else { return Ok(Self::Unrecognised) };
        let value = upcast(serde_json::from_slice(payload).map_err(unreadable)?);
        let payload = serde_json::to_vec(&value).map_err(unreadable)?;
        Self::read(kind, version, position, Some(&payload))
    }
}

type Upcast = fn(Value) -> Value;

/// Returns how to read an old version: the version it becomes, and the function that makes it so.
fn upcast(kind: &str, version: u32) -> Option<(u32, Upcast)> {
    match (kind, version) {
        ("track_described", 1) => Some((2, device_objects_become_names)),
        _ => None,
    }
}

/// Version 1 of a track listed its devices as `{model, system}`; version 2 as one name, "model / system".
fn device_objects_become_names(mut track: Value) -> Value {
    if let Some(devices) = track.get_mut("devices").and_then(Value::as_array_mut) {
        for device in devices {
            let part = |name| device.get(name).and_then(Value::as_str).unwrap_or_default();
            if device.is_object() {
                *device = Value::String(format!("{} / {}", part("model"), part("system")));
            }
        }
    }
    track
}
