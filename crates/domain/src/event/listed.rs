//! Defects, changes, risks; and what is carried forward or corrected.

use serde::{Deserialize, Serialize};

use crate::change::ChangeDescription;
use crate::criterion::Function;
use crate::defect::{DefectReport, Exposure, Source};
use crate::envelope::Position;
use crate::id::{BuildNumber, ChangeKey, DefectKey, TrackId};
use crate::impact::Impact;
use crate::listing::List;
use crate::risk::RiskDescription;
use crate::voice::Provenance;

/// A defect as its source has it now; it takes the place of what that source said before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectReported {
    pub defect: DefectKey,
    #[serde(flatten)]
    pub report: DefectReport,
    #[serde(default)]
    pub source: Source,
    /// Why it was corrected, where a person did so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectTranslated {
    pub defect: DefectKey,
    pub impact: Impact,
}

/// Whether another track has a defect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureTold {
    pub defect: DefectKey,
    pub track: TrackId,
    pub exposure: Exposure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectDeferred {
    pub defect: DefectKey,
    /// For which release it is; none takes it back into this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    pub reason: String,
}

/// It does not belong to this release after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectWithdrawn {
    pub defect: DefectKey,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeDescribed {
    pub change: ChangeKey,
    #[serde(flatten)]
    pub description: ChangeDescription,
    #[serde(default)]
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A function says that a change is done, or that it is not after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSaid {
    pub change: ChangeKey,
    pub function: Function,
    pub done: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeTakenOut {
    pub change: ChangeKey,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePutBack {
    pub change: ChangeKey,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskNoted {
    /// The position of the event that noted it first, where this revises it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Position>,
    #[serde(flatten)]
    pub description: RiskDescription,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskClosed {
    pub risk: Position,
    pub happened: bool,
    pub outcome: String,
}

/// A list is whole: nothing that belongs on it is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListWhole {
    pub list: List,
    #[serde(default)]
    pub source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A piece of evidence is taken to hold for another build too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceCarried {
    pub track: TrackId,
    pub evidence: Position,
    pub to: BuildNumber,
    pub reason: String,
}

/// A piece of evidence was recorded on the wrong track or build; this is where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceCorrected {
    pub evidence: Position,
    pub track: TrackId,
    pub build: BuildNumber,
    pub reason: String,
}
