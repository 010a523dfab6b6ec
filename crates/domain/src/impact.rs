//! The impact of a defect: what it is for users, in their words.
//!
//! Invariant: none of its slots is ever empty; what is not known is said to be unknown, and only a workaround may be none.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::envelope::{ActorId, Position};
use crate::time::Time;

/// How many of the users meet it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    Everyone,
    Many,
    Some,
    Few,
    Unknown,
}

/// How often whoever it reaches meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Often {
    Always,
    Often,
    Sometimes,
    Rarely,
    Unknown,
}

/// What a defect is for users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Impact {
    /// What users experience: they are the subject, and the verb can be seen.
    #[schema(example = "runners see their last route instead of the new one")]
    pub experience: String,
    pub reach: Reach,
    pub often: Often,
    /// What that is known by: a count over a denominator, a rate with its window, or by when it is measured.
    #[schema(example = "4 of 212 syncs in the beta, 20 to 26 November")]
    pub frequency: String,
    /// Platform, version, what leads there.
    #[schema(example = "after a run without a phone nearby, on Wear OS 5")]
    pub circumstances: String,
    /// What users can do about it; none if there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "opening the app on the phone once")]
    pub workaround: Option<String>,
}

/// An impact, and who told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    pub impact: Impact,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

impl Reach {
    pub const ALL: [(&'static str, Self); 5] = [
        ("everyone", Self::Everyone),
        ("many", Self::Many),
        ("some", Self::Some),
        ("few", Self::Few),
        ("unknown", Self::Unknown),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, reach)| *reach == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, reach)| *reach)
    }

    /// Returns whom it reaches, as a sentence begins: "Many users".
    pub fn who(self) -> &'static str {
        match self {
            Self::Everyone => "every user",
            Self::Many => "many users",
            Self::Some => "some users",
            Self::Few => "a few users",
            Self::Unknown => "nobody knows how many users",
        }
    }

    /// Returns a weight for ranking, 1 to 5. Unknown weighs as much as many: nothing says that it is less.
    pub fn weight(self) -> i64 {
        match self {
            Self::Everyone => 5,
            Self::Many | Self::Unknown => 4,
            Self::Some => 2,
            Self::Few => 1,
        }
    }
}

impl Often {
    pub const ALL: [(&'static str, Self); 5] = [
        ("always", Self::Always),
        ("often", Self::Often),
        ("sometimes", Self::Sometimes),
        ("rarely", Self::Rarely),
        ("unknown", Self::Unknown),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, often)| *often == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, often)| *often)
    }

    /// Returns a weight for ranking, 1 to 5. Unknown weighs as much as often: nothing says that it is less.
    pub fn weight(self) -> i64 {
        match self {
            Self::Always => 5,
            Self::Often | Self::Unknown => 4,
            Self::Sometimes => 2,
            Self::Rarely => 1,
        }
    }
}

impl Impact {
    /// Tells it as users would feel it: "some users, sometimes: runners see … , after a run …; 4 of 212 syncs; workaround: …".
    pub fn told(&self) -> String {
        let often = match self.often {
            Often::Unknown => "how often is not known",
            often => often.as_str(),
        };
        let workaround = match &self.workaround {
            Some(workaround) => format!("workaround: {workaround}"),
            None => "no workaround".to_owned(),
        };
        format!(
            "{}, {}, {often} for {} ({}); {workaround}",
            self.experience,
            self.circumstances,
            self.reach.who(),
            self.frequency
        )
    }
}
