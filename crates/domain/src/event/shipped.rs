//! What happens between a validated build and its users: handoff, submission, rollout; and what is decided of a track's course.

use serde::{Deserialize, Serialize};

use crate::envelope::Position;
use crate::handoff::Item;
use crate::id::{BuildNumber, TrackId};
use crate::time::Time;
use crate::voice::Provenance;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffOffered {
    pub track: TrackId,
    pub build: BuildNumber,
    pub checklist: Vec<Item>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// How a handoff was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoffAnswer {
    Accepted,
    Returned,
    TakenBack,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoffAnswered {
    /// The position of the event that offered it.
    pub handoff: Position,
    pub track: TrackId,
    pub answer: HandoffAnswer,
    /// A note with an acceptance, a reason with the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    pub track: TrackId,
    pub build: BuildNumber,
    /// The store's own word for how it began.
    pub word: String,
    /// When it was sent.
    pub said_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreSaid {
    pub track: TrackId,
    /// The position of the event that submitted it.
    pub submission: Position,
    pub word: String,
    pub said_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutSaid {
    pub track: TrackId,
    pub submission: Position,
    pub word: String,
    /// 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<f64>,
    pub said_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Asked for, or answered by the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewExpedited {
    pub track: TrackId,
    pub submission: Position,
    /// Whether the store agreed; not there when it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReworkPlanned {
    pub track: TrackId,
    pub submission: Position,
    pub plan: String,
    pub new_build: bool,
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// What is decided of a track's course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    Held,
    Resumed,
    Withdrawn,
    Returned,
    Stable,
    /// It is not stable after all.
    Unsettled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourseTurned {
    pub track: TrackId,
    pub turn: Turn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}
