//! A blocker: what could stop the release, who owns it, and what was said and decided about it.
//!
//! Invariant: how it stands follows from its steps and from the moment alone; a step is added and never taken away.

mod link;
mod status;
mod turn;
mod verb;

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::criterion::Function;
use crate::defect::OnBuild;
use crate::envelope::{ActorId, Position};
use crate::id::{CriterionId, MilestoneId, ReleaseName, TrackId};
use crate::release::Release;
use crate::time::Time;
use crate::voice::{Behalf, Voice};

pub use link::Link;
pub use status::{Kind, Lacks, StatusStanding, Update, counts_as_status};
pub use turn::Turn;
pub use verb::Verb;

/// What people call a blocker by: "blocker 3" of its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlockerNumber(pub u32);

impl fmt::Display for BlockerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for BlockerNumber {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

/// What a blocker stands in the way of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Threatened {
    /// A criterion of the definition of ready.
    Criterion { criterion: CriterionId },
    /// A dated step of a track's timeline.
    Milestone { milestone: MilestoneId },
}

/// Whoever sees to a blocker, and the hat they do it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub person: ActorId,
    pub function: Function,
}

/// What somebody says could stop the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What is blocked, as one sentence.
    pub title: String,
    pub tracks: Vec<TrackId>,
    pub threatens: Threatened,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// A blocker of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    pub number: BlockerNumber,
    pub title: String,
    pub tracks: Vec<TrackId>,
    pub threatens: Threatened,
    pub details: Option<String>,
    pub owner: Option<Owner>,
    pub links: Vec<Link>,
    /// Who proposed it, and by which event.
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
    /// What was said and decided, in the order of the journal; that it was proposed is the first.
    pub steps: Vec<Step>,
}

/// One thing that was said or decided about a blocker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub did: Did,
    pub by: ActorId,
    pub behalf: Option<Behalf>,
    pub at: Time,
    pub position: Position,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    Proposed,
    Accepted {
        /// Who is asked to own it, where nobody does yet.
        asked: Option<ActorId>,
    },
    Owned {
        owner: Owner,
        reason: Option<String>,
    },
    Said(Update),
    Linked(Link),
    Unlinked(Link),
    /// Another blocker, which was the same, is told as this one.
    Absorbed(BlockerNumber),
    Ended(How),
    Reopened {
        reason: String,
    },
}

/// How a blocker came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    Rejected { reason: String },
    Withdrawn { reason: String },
    Resolved(Resolution),
    Waived { function: Function, reason: String, users: String },
    Deferred { to: DeferredTo, reason: String },
    Merged { into: BlockerNumber },
}

/// What shows that a blocker is resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    pub evidence: String,
    /// The build that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<OnBuild>,
    /// The run, or another piece of evidence on record, that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Position>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Until when a blocker is put off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "until", rename_all = "snake_case")]
pub enum DeferredTo {
    /// It is a matter of another release.
    Release { release: ReleaseName },
    /// It is looked at again from this moment on: then it is open once more.
    Moment { moment: Time },
}

/// How a blocker stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BlockerState {
    Proposed,
    Open,
    Resolved,
    Waived,
    Deferred,
    Rejected,
    Withdrawn,
    Merged,
}

impl BlockerState {
    pub const ALL: [(&'static str, Self); 8] = [
        ("proposed", Self::Proposed),
        ("open", Self::Open),
        ("resolved", Self::Resolved),
        ("waived", Self::Waived),
        ("deferred", Self::Deferred),
        ("rejected", Self::Rejected),
        ("withdrawn", Self::Withdrawn),
        ("merged", Self::Merged),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("", |(name, _)| name)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, state)| *state)
    }

    /// Tells whether somebody still has to see to it.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Proposed | Self::Open)
    }
}

impl How {
    fn state(&self) -> BlockerState {
        match self {
            Self::Rejected { .. } => BlockerState::Rejected,
            Self::Withdrawn { .. } => BlockerState::Withdrawn,
            Self::Resolved(_) => BlockerState::Resolved,
            Self::Waived { .. } => BlockerState::Waived,
            Self::Deferred { .. } => BlockerState::Deferred,
            Self::Merged { .. } => BlockerState::Merged,
        }
    }
}

impl Threatened {
    /// Returns it as readers see it: "“Smoke passed on the candidate”", "the milestone submission".
    pub fn told(&self, release: &Release) -> String {
        match self {
            Self::Milestone { milestone } => format!("the milestone {milestone}"),
            Self::Criterion { criterion } => {
                let mut rulings = release.definitions.iter().rev();
                let title = rulings.find_map(|ruling| Some(&ruling.definition.criterion(criterion)?.title));
                title.map_or_else(|| format!("the criterion {criterion}"), |title| format!("“{title}”"))
            }
        }
    }
}

impl Step {
    /// Returns whoever spoke.
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.by, behalf: self.behalf.as_ref(), asked_by: None }
    }
}

impl Blocker {
    /// Returns it as sentences name it: "blocker 3 “Routes do not sync”".
    pub fn label(&self) -> String {
        format!("blocker {} “{}”", self.number, self.title)
    }

    /// Returns how it stands. What was put off until a moment is open again from then on.
    pub fn state(&self, now: Time) -> BlockerState {
        match self.end() {
            Some((How::Deferred { to: DeferredTo::Moment { moment }, .. }, _)) if *moment <= now => {
                BlockerState::Open
            }
            Some((how, _)) => how.state(),
            None if self.accepted().is_some() => BlockerState::Open,
            None => BlockerState::Proposed,
        }
    }

    /// Returns what ended it last, unless it was reopened since.
    pub fn end(&self) -> Option<(&How, &Step)> {
        let turns = self.steps.iter().rev();
        let last = turns.filter(|step| matches!(step.did, Did::Ended(_) | Did::Reopened { .. })).take(1);
        last.filter_map(|step| match &step.did {
            Did::Ended(how) => Some((how, step)),
            _ => None,
        })
        .next()
    }

    /// Returns the step that accepted it, if one did.
    pub fn accepted(&self) -> Option<&Step> {
        self.steps.iter().find(|step| matches!(step.did, Did::Accepted { .. }))
    }

    /// Returns who was asked to own it, where nobody does.
    pub fn asked(&self) -> Option<&ActorId> {
        match self.accepted().map(|step| &step.did) {
            Some(Did::Accepted { asked }) if self.owner.is_none() => asked.as_ref(),
            _ => None,
        }
    }

    /// Returns the blocker that it is told as, being the same.
    pub fn merged_into(&self) -> Option<BlockerNumber> {
        match self.end() {
            Some((How::Merged { into }, _)) => Some(*into),
            _ => None,
        }
    }

    pub fn is_on(&self, track: &TrackId) -> bool {
        self.tracks.contains(track)
    }

    /// Returns the next moment after `now` at which it stands otherwise although nothing happens.
    pub fn next_change_at(&self, now: Time) -> Option<Time> {
        let put_off = match self.end() {
            Some((How::Deferred { to: DeferredTo::Moment { moment }, .. }, _)) => Some(*moment),
            _ => None,
        };
        let status = self.status().and_then(|(update, _)| update.next_update);
        put_off.into_iter().chain(status).filter(|turn| *turn > now).min()
    }
}
