//! A defect: what a tracker says of it, and apart from that what the release adds.
//!
//! Invariant: a report replaces what was reported before and never what people here added; and no track is taken to be
//! affected, or spared, because another one is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::change::TakenOut;
use crate::envelope::{ActorId, Position};
use crate::id::{BuildNumber, DefectKey, TrackId};
use crate::impact::Translated;
use crate::time::Time;
use crate::voice::Behalf;

/// How bad it is where it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
}

/// How soon it should be dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    P1,
    P2,
    P3,
    P4,
}

/// How it stands, in our words. What nobody will mend stays open: users meet it all the same.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum DefectState {
    #[default]
    Open,
    /// Mended, says whoever mended it.
    Resolved,
    /// Seen to be mended, by another.
    Verified,
    /// No defect after all: as designed, or never seen again.
    Rejected,
}

/// A build of a track, as a defect names one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnBuild {
    pub track: TrackId,
    pub build: BuildNumber,
}

/// What a tracker, a file or a person says of a defect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DefectReport {
    /// As it is written in the tracker.
    #[schema(example = "Route of the last run shown after sync")]
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    #[serde(default)]
    pub state: DefectState,
    /// The tracker's own word for how it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The tracks on which it was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackId>,
    /// The parts of the product that it is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_in: Vec<OnBuild>,
    /// The first build of each track that has it mended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_in: Vec<OnBuild>,
    /// The version that did not have it yet, or the change that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regression_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<DefectKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl DefectReport {
    /// Says whether it weighs less on the release than another of the same defect: settled further, less severe, on
    /// fewer tracks, mended in more builds, or the same as another defect.
    pub fn is_milder_than(&self, before: &Self) -> bool {
        let less_severe = match (before.severity, self.severity) {
            (Some(before), Some(after)) => after > before,
            (before, None) => before.is_some(),
            (None, Some(_)) => false,
        };
        self.state > before.state
            || less_severe
            || before.tracks.iter().any(|track| !self.tracks.contains(track))
            || self.fixed_in.iter().any(|on| !before.fixed_in.contains(on))
            || self.duplicate_of.is_some() && self.duplicate_of != before.duplicate_of
    }
}

/// Where a report came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "from", rename_all = "lowercase")]
pub enum Source {
    /// Written here.
    #[default]
    Hand,
    /// From a file, by its name.
    File { name: String },
}

/// Whether a track has a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    Affected,
    NotAffected,
    NotChecked,
}

/// What somebody said of whether a track has a defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub exposure: Exposure,
    /// On which build they looked, and how.
    pub note: Option<String>,
    pub by: ActorId,
    pub behalf: Option<Behalf>,
    pub at: Time,
    pub position: Position,
}

/// That a defect is not for this release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// For which one it is.
    pub to: String,
    pub reason: String,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

/// That a defect turned out worse than it had been reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worse {
    /// As it reads after the defect: "it was high and is critical now".
    pub why: String,
    pub at: Time,
    pub position: Position,
}

/// A defect of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    pub key: DefectKey,
    /// What was reported last. What a tracker owns is here.
    pub report: DefectReport,
    pub source: Source,
    /// Who reported it first.
    pub by: ActorId,
    /// When it was reported first, and where.
    pub at: Time,
    pub position: Position,
    /// When the report was last brought, and by which event.
    pub reported_at: Time,
    pub reported: Position,
    /// It was not settled when this release heard of it, or has come up again since. What came settled is history, and
    /// no other track is asked about it.
    pub was_open: bool,
    // What follows is ours, and no report touches it.
    pub impact: Option<Translated>,
    /// When a report said that it is worse than was thought, in the order of the journal.
    pub turned_worse: Vec<Worse>,
    pub answers: BTreeMap<TrackId, Answer>,
    pub deferral: Option<Deferral>,
    /// Why it does not belong to this release, if it turned out so.
    pub withdrawn: Option<TakenOut>,
}

impl Severity {
    pub const ALL: [(&'static str, Self); 4] =
        [("critical", Self::Critical), ("high", Self::High), ("medium", Self::Medium), ("low", Self::Low)];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, severity)| *severity == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, severity)| *severity)
    }

    /// Returns a weight for ranking: 8, 4, 2, 1.
    pub fn weight(self) -> i64 {
        match self {
            Self::Critical => 8,
            Self::High => 4,
            Self::Medium => 2,
            Self::Low => 1,
        }
    }
}

impl Priority {
    pub const ALL: [(&'static str, Self); 4] =
        [("p1", Self::P1), ("p2", Self::P2), ("p3", Self::P3), ("p4", Self::P4)];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, priority)| *priority == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, priority)| *priority)
    }
}

impl DefectState {
    pub const ALL: [(&'static str, Self); 4] = [
        ("open", Self::Open),
        ("resolved", Self::Resolved),
        ("verified", Self::Verified),
        ("rejected", Self::Rejected),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, state)| *state)
    }

    /// Tells whether nobody works on it any more.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Verified | Self::Rejected)
    }
}

impl Exposure {
    pub const ALL: [(&'static str, Self); 3] = [
        ("affected", Self::Affected),
        ("not_affected", Self::NotAffected),
        ("not_checked", Self::NotChecked),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, exposure)| *exposure == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, exposure)| *exposure)
    }

    /// Returns the answer as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::NotAffected => "not affected",
            Self::NotChecked => "not checked",
        }
    }
}

impl Defect {
    /// Returns the key with the words: "TW-2304 “Route of the last run shown after sync”".
    pub fn label(&self) -> String {
        format!("{} “{}”", self.key, self.report.title)
    }

    /// Returns the build of a track that has it mended, if one was named.
    pub fn fixed_in(&self, track: &TrackId) -> Option<&BuildNumber> {
        self.report.fixed_in.iter().find(|on| on.track == *track).map(|on| &on.build)
    }

    /// Returns the tracks on which it was seen, by the report or by an answer.
    pub fn seen_on(&self) -> BTreeSet<&TrackId> {
        let affected = self.answers.iter().filter(|(_, answer)| answer.exposure == Exposure::Affected);
        let found = self.report.found_in.iter().map(|on| &on.track);
        self.report.tracks.iter().chain(found).chain(affected.map(|(track, _)| track)).collect()
    }
}
