//! Milestones: the dated steps of a track's timeline, as a product's template has them.
//!
//! Invariant: a template says when each step is due by business days from go-live, and names each step once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::calendar::Stops;
use crate::id::{MilestoneId, TrackId};

/// What kind of step a milestone is: what a freeze can stop.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MilestoneKind {
    Submission,
    GoLive,
    #[default]
    Other,
}

impl MilestoneKind {
    pub const ALL: [(&'static str, Self); 3] =
        [("submission", Self::Submission), ("go-live", Self::GoLive), ("other", Self::Other)];

    pub fn is_other(&self) -> bool {
        *self == Self::Other
    }

    /// Returns the kind that a milestone of this name has where nobody says.
    pub fn by_id(id: &MilestoneId) -> Self {
        Self::ALL.iter().find(|(name, _)| *name == id.as_str()).map_or(Self::Other, |(_, kind)| *kind)
    }

    /// Returns what a freeze would have to stop to be in its way.
    pub fn stopped_by(self) -> Option<Stops> {
        match self {
            Self::Submission => Some(Stops::Submission),
            Self::GoLive => Some(Stops::Release),
            Self::Other => None,
        }
    }
}

/// A step of the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Milestone {
    pub id: MilestoneId,
    #[schema(example = "Code freeze")]
    pub name: String,
    /// In business days from go-live; before it, less than none.
    #[schema(minimum = -400, maximum = 400)]
    pub days: i32,
    /// Only these tracks; none named means every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackId>,
    #[serde(default, skip_serializing_if = "MilestoneKind::is_other")]
    pub kind: MilestoneKind,
}

impl Milestone {
    pub fn is_on(&self, track: &TrackId) -> bool {
        self.tracks.is_empty() || self.tracks.contains(track)
    }
}

/// Milestones that are reached by what is on record for other reasons: the first candidate, the handoff, what the store says.
pub const CANDIDATE_CUT: &str = "candidate-cut";
pub const HANDOFF: &str = "handoff";
pub const SUBMISSION: &str = "submission";
pub const APPROVAL: &str = "approval";
pub const GO_LIVE: &str = "go-live";

/// What a product starts from that writes no milestones: id, name, business days from go-live.
const DEFAULT: [(&str, &str, i32); 9] = [
    ("code-freeze", "Code freeze", -15),
    (CANDIDATE_CUT, "Candidate cut", -10),
    ("regression-complete", "Regression complete", -6),
    (HANDOFF, "Handoff", -5),
    (SUBMISSION, "Submission", -4),
    (APPROVAL, "Approval", -1),
    (GO_LIVE, "Go-live", 0),
    ("full-rollout", "Full rollout", 7),
    ("stable", "Stable", 14),
];

/// Returns the template of a product that writes none.
pub fn default_template() -> Vec<Milestone> {
    let of = |(id, name, days): &(&str, &str, i32)| {
        let id = MilestoneId::parse(id).ok()?;
        let kind = MilestoneKind::by_id(&id);
        Some(Milestone { id, name: (*name).to_owned(), days: *days, tracks: Vec::new(), kind })
    };
    DEFAULT.iter().filter_map(of).collect()
}
