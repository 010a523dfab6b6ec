//! How far each track is on its way, as it is shown.
//!
//! Invariant: the store's own word stands beside what it comes to.

use domain::course::{self, Phase};
use domain::envelope::Position;
use domain::handoff::{Given, Handoff, Item, Standing};
use domain::id::{BuildNumber, ReleaseId, TrackId};
use domain::release::Release;
use domain::store::Stage;
use domain::submission::Submission;
use domain::time::Time;
use domain::track::Track;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::check::CheckQuery;
use crate::app::person::NamesNow;
use crate::app::{App, AppError};

/// How far each track of a release is.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ShippingResponse {
    #[schema(example = "tidewatch/2026.12")]
    pub release: String,
    /// The last event that counted.
    pub position: Position,
    pub tracks: Vec<TrackShipping>,
}

/// How far a track is.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TrackShipping {
    pub track: TrackId,
    /// The track's name, as people write it.
    pub name: String,
    pub phase: Phase,
    /// Why it does not go on for now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// Why it is no part of the release any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// What made somebody say that it is stable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable: Option<String>,
    /// The last handoff, whatever came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff: Option<HandoffLine>,
    /// The last submission that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<SubmissionLine>,
    /// The track in whose submission it ships.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ships_with: Option<TrackId>,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct HandoffLine {
    /// The event that offered it.
    pub handoff: Position,
    pub build: BuildNumber,
    pub by: String,
    pub at: Time,
    #[schema(example = "accepted")]
    pub standing: String,
    pub checklist: Vec<Item>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who answered it, and what they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SubmissionLine {
    /// The event that sent it.
    pub submission: Position,
    pub build: BuildNumber,
    pub by: String,
    /// The store's last word.
    #[schema(example = "IN_REVIEW")]
    pub word: String,
    pub stage: Stage,
    /// The words that may follow; none listed after one that is not known: then any may.
    pub next: Vec<String>,
    pub says: Vec<SayingLine>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollout: Vec<RolloutLine>,
    /// How many of a hundred are offered it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<f64>,
    /// That a sooner review was asked for, and how the store answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expedited: Option<String>,
    /// What is done about the last rejection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rework: Option<String>,
    /// Set when the store refused it and nobody has said what is done about it.
    pub wants_rework: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SayingLine {
    pub word: String,
    pub said_at: Time,
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct RolloutLine {
    pub word: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<f64>,
    pub said_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl App {
    /// Tells how far each track of a release is, now or as of then.
    pub async fn shipping(&self, id: &ReleaseId, query: CheckQuery) -> Result<ShippingResponse, AppError> {
        let release = match query.as_of {
            None => self.release(id).await?,
            Some(at) => self.view_as_of(id, at).await?.release.clone(),
        };
        if let Some(track) = &query.track {
            domain::command::evidence::track(&release, track)?;
        }
        let names = self.names_now().await?;
        let wanted = release
            .live_tracks()
            .filter(|track| query.track.as_ref().is_none_or(|id| *id == track.description.id));
        Ok(ShippingResponse {
            release: release.id.to_string(),
            position: release.position,
            tracks: wanted.map(|track| of_track(&release, track, &names)).collect(),
        })
    }
}

fn of_track(release: &Release, track: &Track, names: &NamesNow) -> TrackShipping {
    let text = |given: &Option<Given>| given.as_ref().map(|of| of.text.clone().unwrap_or_default());
    let carrier = course::carrier(release, track);
    let ships_with = (carrier.description.id != track.description.id).then(|| carrier.description.id.clone());
    TrackShipping {
        track: track.description.id.clone(),
        name: track.description.name.clone(),
        phase: course::phase(release, track),
        held: text(&track.going.held),
        withdrawn: text(&track.going.withdrawn),
        stable: text(&track.going.stable),
        handoff: track.handoffs.last().map(|handoff| of_handoff(handoff, names)),
        submission: course::submission(release, track).map(|submission| of_submission(submission, names)),
        ships_with,
    }
}

fn of_handoff(handoff: &Handoff, names: &NamesNow) -> HandoffLine {
    let (answered_by, answer) = match &handoff.standing {
        Standing::Offered => (None, None),
        Standing::Accepted(given) | Standing::Returned(given) | Standing::TakenBack(given) => {
            (Some(names.told(given.voice())), given.text.clone())
        }
        Standing::Voided { why, .. } => (None, Some(why.clone())),
    };
    HandoffLine {
        handoff: handoff.position,
        build: handoff.build.clone(),
        by: names.told(handoff.voice()),
        at: handoff.at,
        standing: handoff.label().to_owned(),
        checklist: handoff.checklist.clone(),
        note: handoff.note.clone(),
        answered_by,
        answer,
    }
}

fn of_submission(submission: &Submission, names: &NamesNow) -> SubmissionLine {
    let next = submission.store.next(submission.word()).unwrap_or_default();
    let says = submission.says.iter().map(|saying| SayingLine {
        word: saying.word.clone(),
        said_at: saying.said_at,
        by: names.told(saying.voice()),
        reason: saying.reason.clone(),
    });
    let rollout = submission.rollout.iter().map(|rollout| RolloutLine {
        word: rollout.word.clone(),
        percent: rollout.percent,
        said_at: rollout.said_at,
        reason: rollout.reason.clone(),
    });
    let expedited = submission.expedited.as_ref().map(|expedited| match &expedited.granted {
        None => "asked for",
        Some((true, _)) => "granted",
        Some((false, _)) => "refused",
    });
    SubmissionLine {
        submission: submission.position,
        build: submission.build.clone(),
        by: names.told(submission.voice()),
        word: submission.word().to_owned(),
        stage: submission.stage(),
        next: next.iter().map(|word| (*word).to_owned()).collect(),
        says: says.collect(),
        rollout: rollout.collect(),
        percent: submission.percent(),
        expedited: expedited.map(str::to_owned),
        rework: submission.reworks.last().and_then(|rework| rework.plan.text.clone()),
        wants_rework: submission.wants_rework(),
    }
}
