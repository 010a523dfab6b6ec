//! Asking somebody for evidence: who is asked for what, until when, and what became of it.
//!
//! Invariant: an ask ends once, by an answer, by a refusal of the asked, or by being withdrawn; until then only time
//! closes it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::envelope::{ActorId, Position};
use crate::id::{BuildNumber, TrackId};
use crate::release::Release;
use crate::time::Time;

/// What somebody is asked for. Each has one form, and one verb that records what it brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Wanted {
    DeviceCheck { track: TrackId, build: BuildNumber, device: String },
    Summary { track: TrackId, build: BuildNumber },
}

impl Wanted {
    pub fn track(&self) -> &TrackId {
        match self {
            Self::DeviceCheck { track, .. } | Self::Summary { track, .. } => track,
        }
    }

    pub fn build(&self) -> &BuildNumber {
        match self {
            Self::DeviceCheck { build, .. } | Self::Summary { build, .. } => build,
        }
    }

    /// Returns what is asked for, as it completes "asked somebody to …".
    pub fn deed(&self, release: &Release) -> String {
        let track = release.tracks.get(self.track());
        let name = track.map_or(self.track().as_str(), |track| &track.description.name);
        let build = track.map_or_else(|| self.build().to_string(), |track| track.build_label(self.build()));
        match self {
            Self::DeviceCheck { device, .. } => format!("check {name} {build} by hand on {device}"),
            Self::Summary { .. } => format!("write the test summary of {name} {build}"),
        }
    }
}

/// Somebody was asked for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Names it: "ask 42".
    pub position: Position,
    pub by: ActorId,
    pub at: Time,
    pub of: ActorId,
    pub wanted: Wanted,
    /// What the asker tells the asked besides.
    pub note: Option<String>,
    pub until: Time,
    pub end: Option<End>,
}

/// What an ask came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// By this evidence.
    Answered {
        evidence: Position,
        at: Time,
    },
    /// The asked said that they cannot.
    Declined {
        reason: String,
        at: Time,
    },
    Withdrawn {
        by: ActorId,
        reason: String,
        at: Time,
    },
}

/// How an ask stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AskStanding)]
pub enum Standing {
    Open,
    Expired,
    Answered,
    Declined,
    Withdrawn,
}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Expired => "expired",
            Self::Answered => "answered",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Ask {
    /// Returns how it stands: what ended it, or else what time says.
    pub fn standing(&self, now: Time) -> Standing {
        match &self.end {
            Some(End::Answered { .. }) => Standing::Answered,
            Some(End::Declined { .. }) => Standing::Declined,
            Some(End::Withdrawn { .. }) => Standing::Withdrawn,
            None if self.until <= now => Standing::Expired,
            None => Standing::Open,
        }
    }

    /// Says that the answer would count for no candidate, if that is so: "the candidate is now 4.2.0 (515)".
    pub fn passed_over(&self, release: &Release) -> Option<String> {
        let track = release.tracks.get(self.wanted.track())?;
        let candidate = track.candidate.as_ref()?;
        if candidate.build == *self.wanted.build() {
            return None;
        }
        let word = if candidate.position > self.position { "is now" } else { "is" };
        Some(format!("the candidate {word} {}", track.build_label(&candidate.build)))
    }
}

impl Release {
    /// Finds an ask by its position.
    pub fn ask(&self, position: Position) -> Option<&Ask> {
        self.asks.binary_search_by_key(&position, |ask| ask.position).ok().map(|index| &self.asks[index])
    }

    /// Ends an ask that has not ended, and returns who asked.
    pub(crate) fn end_ask(&mut self, position: Position, end: End) -> Option<ActorId> {
        let index = self.asks.binary_search_by_key(&position, |ask| ask.position).ok()?;
        let ask = self.asks.get_mut(index)?;
        ask.end.get_or_insert(end);
        Some(ask.by.clone())
    }
}
