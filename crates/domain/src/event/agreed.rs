//! What people agree, accept and sign.

use serde::{Deserialize, Serialize};

use crate::assessment::Recommendation;
use crate::criterion::Function;
use crate::envelope::Position;
use crate::id::{BuildNumber, TrackId};
use crate::time::Time;
use crate::voice::Provenance;
use crate::waiver::{Scope, Subject};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionAgreed {
    /// The position of the draft, or of what a file put in force.
    pub definition: Position,
    pub function: Function,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftDropped {
    /// The position of the draft.
    pub definition: Position,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRequested {
    pub subject: Subject,
    pub track: TrackId,
    pub scope: Scope,
    pub reason: String,
    /// What is done so that users are hurt less.
    pub mitigation: String,
    pub expires: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverApproved {
    /// The position of the event that asked for it.
    pub waiver: Position,
    /// The function that the approver speaks for.
    pub function: Function,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRejected {
    pub waiver: Position,
    pub reason: String,
}

/// By whoever asked for it, or somebody who could have refused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRevoked {
    pub waiver: Position,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOff {
    pub track: TrackId,
    pub build: BuildNumber,
    pub function: Function,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    pub track: TrackId,
    pub build: BuildNumber,
    pub recommendation: Recommendation,
    /// In percent, 0 to 100.
    pub confidence: i64,
    pub reasons: String,
}
