//! A waiver: somebody who may accepts a criterion or a defect as it is, for a while, and says why.
//!
//! Invariant: it counts only between its approval and the first of: its expiry, its revocation, and whatever ends its
//! scope. What has lapsed never counts again.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::criterion::Function;
use crate::envelope::{ActorId, Position};
use crate::id::{BuildNumber, CriterionId, DefectKey, TrackId};
use crate::release::Release;
use crate::time::Time;
use crate::track::Track;
use crate::voice::{Behalf, Voice};

/// What is accepted as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Subject {
    Criterion { criterion: CriterionId },
    Defect { defect: DefectKey },
}

/// How far it reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "until", rename_all = "snake_case")]
pub enum Scope {
    /// This build alone: the next candidate ends it.
    Build { build: BuildNumber },
    /// Every candidate of this release.
    Release,
}

/// A waiver that somebody asked for, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Names it: "waiver 42".
    pub position: Position,
    pub subject: Subject,
    pub track: TrackId,
    pub scope: Scope,
    pub reason: String,
    pub mitigation: String,
    pub expires: Time,
    pub by: ActorId,
    pub at: Time,
    pub answer: Option<Answer>,
    pub end: Option<End>,
}

/// What was answered to whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Approved {
        by: ActorId,
        behalf: Option<Behalf>,
        function: Function,
        note: Option<String>,
        at: Time,
        position: Position,
    },
    Rejected {
        by: ActorId,
        reason: String,
        at: Time,
        position: Position,
    },
}

/// What ended it before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody took it back.
    Revoked { by: ActorId, reason: String, at: Time, position: Position },
    /// What it was given for is no longer so.
    Lapsed { why: String, at: Time, position: Position },
}

/// How a waiver stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Requested,
    InForce,
    Rejected,
    Revoked,
    Lapsed,
    Expired,
}

impl Standing {
    /// Returns the standing as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::InForce => "in force",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
            Self::Lapsed => "lapsed",
            Self::Expired => "expired",
        }
    }
}

/// Returns the functions that may accept something as it is: none, if nobody may.
pub fn approvers<'a>(release: &'a Release, subject: &Subject) -> &'a [Function] {
    match subject {
        Subject::Criterion { criterion } => {
            let criterion = release.definition().and_then(|definition| definition.criterion(criterion));
            criterion.map(|criterion| criterion.waivable_by.as_slice()).unwrap_or_default()
        }
        Subject::Defect { .. } => release.description.policy.defect_waivers(),
    }
}

impl Subject {
    /// Returns it as readers see it: "“Smoke passed”", "TW-2304 “Route of the last run shown after sync”".
    pub fn told(&self, release: &Release) -> String {
        match self {
            Self::Criterion { criterion } => {
                let mut rulings = release.definitions.iter().rev();
                let title = rulings.find_map(|ruling| Some(&ruling.definition.criterion(criterion)?.title));
                title.map_or_else(|| format!("the criterion {criterion}"), |title| format!("“{title}”"))
            }
            Self::Defect { defect } => release
                .defects
                .get(defect)
                .map_or_else(|| format!("defect {defect}"), |defect| defect.label()),
        }
    }
}

impl Waiver {
    /// Returns the functions that may approve it: none, if nobody may.
    pub fn approvers<'a>(&self, release: &'a Release) -> &'a [Function] {
        approvers(release, &self.subject)
    }

    /// Returns how it stands: what ended it, or else what was answered and what time says.
    pub fn standing(&self, now: Time) -> Standing {
        match (&self.answer, &self.end) {
            (_, Some(End::Revoked { .. })) => Standing::Revoked,
            (Some(Answer::Rejected { .. }), _) => Standing::Rejected,
            (_, Some(End::Lapsed { .. })) => Standing::Lapsed,
            _ if self.expires <= now => Standing::Expired,
            (Some(Answer::Approved { .. }), None) => Standing::InForce,
            (None, None) => Standing::Requested,
        }
    }

    /// Tells whether these functions could give it: whoever gave it speaks for one of them, or nobody has yet.
    pub(crate) fn may_be_given_by(&self, functions: &[Function]) -> bool {
        match &self.answer {
            Some(Answer::Approved { function, .. }) => functions.contains(function),
            _ => true,
        }
    }

    /// Tells whether its scope covers the candidate of its track.
    pub fn covers(&self, track: &Track) -> bool {
        match &self.scope {
            Scope::Build { build } => {
                track.candidate.as_ref().is_some_and(|candidate| candidate.build == *build)
            }
            Scope::Release => true,
        }
    }

    pub fn is_in_force(&self, now: Time) -> bool {
        self.standing(now) == Standing::InForce
    }

    /// Returns whose word approved it.
    pub fn approver(&self) -> Option<Voice<'_>> {
        match &self.answer {
            Some(Answer::Approved { by, behalf, .. }) => {
                Some(Voice { actor: by, behalf: behalf.as_ref(), asked_by: None })
            }
            _ => None,
        }
    }

    /// Ends it, unless it has ended already.
    pub(crate) fn end(&mut self, end: End) {
        self.end.get_or_insert(end);
    }

    /// Tells whether it may still count, or come to count.
    pub fn is_open(&self) -> bool {
        self.end.is_none() && !matches!(self.answer, Some(Answer::Rejected { .. }))
    }
}
