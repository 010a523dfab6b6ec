//! What people sign for one build: a function's sign-off, and the coordinator's own judgement.
//!
//! Invariant: what was signed for one build says nothing of another.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::criterion::Function;
use crate::envelope::{ActorId, Position};
use crate::evidence::Withdrawal;
use crate::id::BuildNumber;
use crate::time::Time;
use crate::voice::{Behalf, Voice};

/// That a function stands by a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOff {
    pub position: Position,
    pub actor: ActorId,
    pub recorded_at: Time,
    pub build: BuildNumber,
    pub function: Function,
    pub notes: Option<String>,
    pub behalf: Option<Behalf>,
    pub withdrawn: Option<Withdrawal>,
}

/// What the coordinator would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recommendation {
    Go,
    GoWithWaivers,
    NoGo,
    /// To the next gate.
    Defer,
}

/// The coordinator's judgement of a track, signed for one build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    pub position: Position,
    pub actor: ActorId,
    pub recorded_at: Time,
    pub build: BuildNumber,
    pub recommendation: Recommendation,
    /// How sure they are, in percent.
    pub confidence: i64,
    /// Why, in their words.
    pub reasons: String,
    pub withdrawn: Option<Withdrawal>,
}

impl SignOff {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.actor, behalf: self.behalf.as_ref(), asked_by: None }
    }
}

impl Recommendation {
    pub const ALL: [(&'static str, Self); 4] = [
        ("go", Self::Go),
        ("go_with_waivers", Self::GoWithWaivers),
        ("no_go", Self::NoGo),
        ("defer", Self::Defer),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, recommendation)| *recommendation == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, recommendation)| *recommendation)
    }

    /// Returns the recommendation as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::GoWithWaivers => "go with waivers",
            Self::NoGo => "no-go",
            Self::Defer => "defer to the next gate",
        }
    }
}
