//! Whose turn it is with a blocker: the order in which people go through them standing up.
//!
//! Invariant: what is live is somebody's turn or nobody's, and says since when, or until when it can wait.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Blocker, BlockerState, Did, StatusStanding};
use crate::time::Time;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// Nobody has accepted or rejected it, or nobody owns it.
    Nobody,
    /// Its owner is to say where it stands.
    Owner,
    /// A status holds: the next comes by itself.
    Waiting,
}

impl Turn {
    pub const ALL: [(&'static str, Self); 3] =
        [("nobody", Self::Nobody), ("owner", Self::Owner), ("waiting", Self::Waiting)];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, turn)| *turn == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, turn)| *turn)
    }
}

impl Blocker {
    /// Returns whose turn it is and by when: since when it has been theirs, or until when it can wait. `None` if it has
    /// ended. Those of one turn are taken in the order of that moment.
    pub fn turn(&self, now: Time) -> Option<(Turn, Time)> {
        let state = self.state(now);
        if !state.is_live() {
            return None;
        }
        if state == BlockerState::Proposed || self.owner.is_none() {
            let came_up = |step: &&super::Step| {
                matches!(step.did, Did::Proposed | Did::Accepted { .. } | Did::Reopened { .. })
            };
            let since = self.steps.iter().rev().find(came_up).map_or(self.at, |step| step.at);
            return Some((Turn::Nobody, since));
        }
        Some(match self.status_at(now) {
            StatusStanding::Never { since } | StatusStanding::Due { since } => (Turn::Owner, since),
            StatusStanding::Current { next_update } => (Turn::Waiting, next_update),
        })
    }
}
