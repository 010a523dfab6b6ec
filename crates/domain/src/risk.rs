//! A risk: what could go wrong for users, how likely, and what is done against it.
//!
//! Invariant: a risk is closed with what became of it, and revised without losing who named it first.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::envelope::{ActorId, Position};
use crate::id::TrackId;
use crate::time::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Likelihood {
    Likely,
    Possible,
    Unlikely,
}

/// What a risk is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RiskDescription {
    #[schema(example = "The new sync meets old firmware")]
    pub title: String,
    pub likelihood: Likelihood,
    /// What users would experience.
    #[schema(example = "runners would see no routes at all until they update the watch")]
    pub effect: String,
    /// What is done against it.
    #[schema(example = "the old sync stays behind a flag until 50 % have it")]
    pub mitigation: String,
    /// The tracks that it is about; none named means every track.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    pub owner: ActorId,
}

impl RiskDescription {
    /// Says whether it weighs less on the release than another of the same risk: less likely, or on fewer tracks.
    pub fn is_milder_than(&self, before: &Self) -> bool {
        let fewer = match (before.tracks.as_slice(), self.tracks.as_slice()) {
            (_, []) => false,
            ([], _) => true,
            (before, after) => before.iter().any(|track| !after.contains(track)),
        };
        self.likelihood > before.likelihood || fewer
    }
}

/// A risk of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// Names it: "risk 42".
    pub position: Position,
    pub description: RiskDescription,
    pub by: ActorId,
    pub at: Time,
    /// When it was described last, and by which event.
    pub revised_at: Time,
    pub revised: Position,
    pub closed: Option<RiskEnd>,
}

/// What became of a risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskEnd {
    pub happened: bool,
    pub outcome: String,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

impl Likelihood {
    pub const ALL: [(&'static str, Self); 3] =
        [("likely", Self::Likely), ("possible", Self::Possible), ("unlikely", Self::Unlikely)];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, likelihood)| *likelihood == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, likelihood)| *likelihood)
    }
}

impl Risk {
    pub fn is_on(&self, track: &TrackId) -> bool {
        self.description.tracks.is_empty() || self.description.tracks.contains(track)
    }
}
