//! What was given to a store, and what the store has said of it since.
//!
//! Invariant: each word of the store stays on record as it was said, with when; approval is not release, and release is
//! not that users have it.

use crate::envelope::{ActorId, Position};
use crate::handoff::Given;
use crate::id::BuildNumber;
use crate::store::{Pace, Stage, Store};
use crate::time::Time;
use crate::voice::{Behalf, Voice};

/// A word of the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Saying {
    pub word: String,
    /// When the store said it, as whoever told it says.
    pub said_at: Time,
    /// Why it refused, or what else it wrote.
    pub reason: Option<String>,
    pub by: ActorId,
    pub behalf: Option<Behalf>,
    pub at: Time,
    pub position: Position,
}

impl Saying {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.by, behalf: self.behalf.as_ref(), asked_by: None }
    }
}

/// How far a rollout is.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    pub word: String,
    /// Of those who can be offered it, how many are: 0 to 100. `None` where nobody said.
    pub percent: Option<f64>,
    pub said_at: Time,
    pub reason: Option<String>,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

/// That a review was asked to be made sooner.
#[derive(Clone, Debug, PartialEq)]
pub struct Expedited {
    pub asked: Given,
    /// Whether the store agreed, once it answered.
    pub granted: Option<(bool, Given)>,
}

/// What is done after a rejection.
#[derive(Clone, Debug, PartialEq)]
pub struct Rework {
    pub plan: Given,
    /// Whether it takes another build, with all that had to be true of this one.
    pub new_build: bool,
}

/// One build, given to a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    pub position: Position,
    pub build: BuildNumber,
    pub store: Store,
    pub by: ActorId,
    pub behalf: Option<Behalf>,
    pub at: Time,
    pub note: Option<String>,
    /// What the store said, in the order of the journal; the first was said when it was sent.
    pub says: Vec<Saying>,
    pub rollout: Vec<Rollout>,
    pub expedited: Option<Expedited>,
    pub reworks: Vec<Rework>,
}

impl Submission {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.by, behalf: self.behalf.as_ref(), asked_by: None }
    }

    /// Returns the store's last word.
    pub fn word(&self) -> &str {
        self.says.last().map_or("", |saying| saying.word.as_str())
    }

    pub fn stage(&self) -> Stage {
        self.store.stage(self.word())
    }

    /// Returns how the rollout stands. Of one that users can get and of which nobody said anything, it is not known.
    pub fn pace(&self) -> Pace {
        match (self.rollout.last(), self.stage()) {
            (Some(rollout), _) => self.store.pace(&rollout.word),
            (None, Stage::Live | Stage::Replaced) => Pace::Unknown,
            (None, _) => Pace::NotStarted,
        }
    }

    /// Returns how many of a hundred are offered it, where that is known.
    pub fn percent(&self) -> Option<f64> {
        match (self.pace(), self.rollout.last()) {
            (Pace::Full, _) if self.stage() == Stage::Live => Some(100.0),
            (_, Some(rollout)) => rollout.percent,
            _ => None,
        }
    }

    /// Tells whether a rejection waits for somebody to say what is done about it.
    pub fn wants_rework(&self) -> bool {
        let Some(last) = self.says.last().filter(|_| self.stage() == Stage::Rejected) else { return false };
        self.reworks.last().is_none_or(|rework| rework.plan.position < last.position)
    }

    /// Returns when users could first get it.
    pub fn live_since(&self) -> Option<Time> {
        let live = self.says.iter().find(|saying| self.store.stage(&saying.word) == Stage::Live);
        live.map(|saying| saying.said_at)
    }
}
