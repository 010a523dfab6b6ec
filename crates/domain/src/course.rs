//! How far a track is on its way to users, from planning to stable; whether it is held, or withdrawn from the release.
//!
//! Invariant: no track's course depends on another's, but where one ships inside the other's submission.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::handoff::Given;
use crate::release::Release;
use crate::store::{Pace, Stage};
use crate::submission::Submission;
use crate::track::Track;

/// What people decided of a track's course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Going {
    /// Why it does not go on for now.
    pub held: Option<Given>,
    /// Why it is no part of this release after all.
    pub withdrawn: Option<Given>,
    /// Who said that it is stable.
    pub stable: Option<Given>,
}

/// How far a track is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No build is nominated.
    Planning,
    /// A candidate is being validated.
    Validating,
    /// The candidate is offered to those who submit it.
    Offered,
    /// The candidate was taken over and is not with the store yet.
    HandedOff,
    /// With the store.
    InReview,
    /// The store refused it.
    Rejected,
    /// Approved, not released.
    Approved,
    /// Users get it, not all of them yet.
    RollingOut,
    /// Everybody is offered it.
    Released,
    /// Somebody said that it is stable.
    Stable,
}

impl Phase {
    pub fn label(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Validating => "validating",
            Self::Offered => "offered for handoff",
            Self::HandedOff => "handed off",
            Self::InReview => "in review",
            Self::Rejected => "rejected",
            Self::Approved => "approved, not released",
            Self::RollingOut => "rolling out",
            Self::Released => "released to all",
            Self::Stable => "stable",
        }
    }
}

/// Returns the track whose submission a track ships in: itself, unless it shares another's.
pub fn carrier<'a>(release: &'a Release, track: &'a Track) -> &'a Track {
    let shared = track.description.shares_submission_with.as_ref();
    shared.and_then(|id| release.tracks.get(id)).filter(|other| !other.retired).unwrap_or(track)
}

/// Returns the submission that a track is part of last.
pub fn submission<'a>(release: &'a Release, track: &'a Track) -> Option<&'a Submission> {
    let carrier = carrier(release, track);
    let submission = carrier.submissions.last()?;
    // What was sent before this track had its build handed over went without it.
    let along = carrier.description.id == track.description.id
        || track.handoffs.iter().any(|handoff| handoff.is_accepted_before(submission.position));
    along.then_some(submission)
}

/// Says how far a track is.
pub fn phase(release: &Release, track: &Track) -> Phase {
    let before_the_store = || match (&track.candidate, track.handoff()) {
        (None, _) => Phase::Planning,
        (Some(_), Some(handoff)) if handoff.is_accepted() => Phase::HandedOff,
        (Some(_), Some(_)) => Phase::Offered,
        (Some(_), None) => Phase::Validating,
    };
    let Some(submission) = submission(release, track) else { return before_the_store() };
    // Another candidate begins anew, whatever the store still has.
    let carrier = carrier(release, track);
    let newer = carrier.candidate.as_ref().is_some_and(|candidate| candidate.position > submission.position);
    if newer {
        return before_the_store();
    }
    match submission.stage() {
        Stage::Preparing | Stage::TakenBack => before_the_store(),
        Stage::Waiting | Stage::InReview | Stage::Unknown => Phase::InReview,
        Stage::Rejected => Phase::Rejected,
        Stage::Approved | Stage::Processing => Phase::Approved,
        Stage::Live | Stage::Replaced if track.going.stable.is_some() => Phase::Stable,
        Stage::Live | Stage::Replaced if submission.pace() == Pace::Full => Phase::Released,
        Stage::Live | Stage::Replaced => Phase::RollingOut,
    }
}
