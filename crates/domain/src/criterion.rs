//! A criterion: one line of the definition of ready.
//!
//! Invariant: what is agreed is the expression itself. A preset's later change never moves an agreed bar.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{CriterionId, TrackId};

/// The hat a person speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Function {
    Engineering,
    Product,
    Qa,
    Operations,
    Marketing,
    Leadership,
}

impl Function {
    pub const ALL: [(&'static str, Self); 6] = [
        ("engineering", Self::Engineering),
        ("product", Self::Product),
        ("qa", Self::Qa),
        ("operations", Self::Operations),
        ("marketing", Self::Marketing),
        ("leadership", Self::Leadership),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, function)| *function)
    }
}

/// An ordered point of a track that is passed only by a decision.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    #[default]
    Submission,
    Release,
    /// Each step of a phased rollout.
    Rollout,
}

impl Gate {
    /// In the order in which a track passes them.
    pub const ALL: [(&'static str, Self); 3] =
        [("submission", Self::Submission), ("release", Self::Release), ("rollout", Self::Rollout)];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, gate)| *gate == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, gate)| *gate)
    }

    /// Returns the gate as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Release => "release to users",
            Self::Rollout => "the next rollout step",
        }
    }
}

/// How a criterion comes to its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Met when the expression is true.
    Holds(String),
    /// Met when the list is empty; the list is the explanation.
    Offenders(String),
}

impl Rule {
    pub fn source(&self) -> &str {
        match self {
            Self::Holds(source) | Self::Offenders(source) => source,
        }
    }
}

/// A criterion as it was agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    pub id: CriterionId,
    /// The sentence that readers see: "Smoke passed on the candidate".
    pub title: String,
    pub owner: Function,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivable_by: Vec<Function>,
    #[serde(default)]
    pub gate: Gate,
    /// The tracks it applies to; none means every track.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracks: Option<Vec<TrackId>>,
    pub rule: Rule,
    /// The preset it was made from, for the wording of its reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Evidence older than this many hours does not count for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_hours: Option<i64>,
}

impl Criterion {
    /// Tells whether another criterion asks the same, whatever it is called and whoever owns it.
    pub fn asks_the_same_as(&self, other: &Self) -> bool {
        self.rule == other.rule && self.max_age_hours == other.max_age_hours && self.gate == other.gate
    }

    pub fn applies_to(&self, track: &TrackId) -> bool {
        self.tracks.as_ref().is_none_or(|tracks| tracks.contains(track))
    }
}

/// A version of the definition of ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub version: i64,
    pub criteria: Vec<Criterion>,
    /// Why it changed; the first version needs no reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Definition {
    /// Returns the criterion of that id.
    pub fn criterion(&self, id: &CriterionId) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.id == *id)
    }
}
