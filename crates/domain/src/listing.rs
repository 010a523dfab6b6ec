//! That a list is whole: an import that brought all there is, or somebody's word that nothing is missing.
//!
//! Invariant: until then a list is missing, not empty.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::defect::Source;
use crate::envelope::{ActorId, Position};
use crate::evidence::Withdrawal;
use crate::time::Time;

/// A list that criteria read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum List {
    Defects,
    Changes,
    Risks,
}

impl List {
    pub const ALL: [(&'static str, Self); 3] =
        [("defects", Self::Defects), ("changes", Self::Changes), ("risks", Self::Risks)];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, list)| *list == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, list)| *list)
    }
}

/// A word that a list was whole at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub position: Position,
    pub actor: ActorId,
    pub recorded_at: Time,
    pub list: List,
    pub source: Source,
    pub note: Option<String>,
    pub withdrawn: Option<Withdrawal>,
}
