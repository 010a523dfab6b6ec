//! Timelines: setting targets, planning milestones, saying what is reached; and telling all of it, track by track.
//!
//! Invariant: what the API tells and what pages show is the same function of the release and the moment.

use domain::calendar::Day;
use domain::command::timeline as command;
use domain::id::{MilestoneId, ReleaseId, TrackId};
use domain::permission::{Act, Whose};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::CheckQuery;
use super::moved::Seen;
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

pub(crate) mod told;

pub use told::{
    ClashLine, MilestoneLine, Origin, ReachedLine, StandingWord, SubmitByLine, TargetLine, TimelineResponse,
    TrackTimeline,
};

/// On which day a track should go live.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetRequest {
    pub on: Day,
    /// Why it moves; the first needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "the new sync needs two more days")]
    pub reason: Option<String>,
}

/// A milestone that the template does not have.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddRequest {
    pub milestone: MilestoneId,
    #[schema(value_type = Said, example = "Press kit ready")]
    pub name: String,
    pub on: Day,
}

/// A day of its own for a milestone.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// None gives it back to the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    #[schema(value_type = Said, example = "QA is away on Monday")]
    pub reason: String,
}

/// That a milestone is reached.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReachRequest {
    /// The day on which it was; today, in the zone of the release, if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Why something is taken back.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonRequest {
    #[schema(value_type = Said, example = "it was the milestone of another track")]
    pub reason: String,
}

impl App {
    /// Tells the timeline of a release, or of one of its tracks; now, or as of a moment.
    pub async fn timeline(&self, id: &ReleaseId, query: CheckQuery) -> Result<TimelineResponse, AppError> {
        let (release, at) = match query.as_of {
            None => (self.release(id).await?, self.now()),
            Some(at) => (self.release_as_of(id, self.journal().position_at(at).await?).await?, at),
        };
        if let Some(track) = &query.track {
            domain::command::evidence::track(&release, track)?;
        }
        let names = self.names_now().await?;
        Ok(told::timeline(&release, query.track.as_ref(), at, &|actor| names.of(actor).to_owned()))
    }

    /// Says on which day a track should go live.
    pub async fn set_target(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: TargetRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Schedule, Whose::Own)?;
        let TargetRequest { on, reason } = request;
        self.settle(id, seen, None, |release| command::set_target(release, track, on, reason.as_deref()))
            .await
    }

    /// Adds a milestone to a track.
    pub async fn add_milestone(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: AddRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Schedule, Whose::Own)?;
        let AddRequest { milestone, name, on } = request;
        self.settle(id, seen, None, |release| command::add(release, track, &milestone, &name, on)).await
    }

    /// Gives a milestone a day of its own, or gives it back to the template.
    pub async fn plan_milestone(
        &self,
        id: &ReleaseId,
        (track, milestone): (&TrackId, &MilestoneId),
        request: PlanRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Schedule, Whose::Own)?;
        let PlanRequest { on, reason } = request;
        self.settle(id, seen, None, |release| command::plan(release, track, milestone, on, &reason)).await
    }

    /// Says that a milestone is reached.
    pub async fn reach_milestone(
        &self,
        id: &ReleaseId,
        (track, milestone): (&TrackId, &MilestoneId),
        request: ReachRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Reach, Whose::Own)?;
        let (ReachRequest { on, note }, now) = (request, self.now());
        self.settle(id, seen, None, |release| {
            command::reach(release, track, milestone, on, note.as_deref(), now)
        })
        .await
    }

    /// Says that a milestone was not reached after all.
    pub async fn withdraw_reached(
        &self,
        id: &ReleaseId,
        (track, milestone): (&TrackId, &MilestoneId),
        request: ReasonRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Reach, Whose::Own)?;
        let release = self.release(id).await?;
        let by = &command::reached_by(&release, track, milestone)?.by;
        self.allows(Act::Reach, self.whose(by).await?)?;
        self.settle(id, seen, None, |release| command::withdraw(release, track, milestone, &request.reason))
            .await
    }

    /// Says that a milestone is none of a track.
    pub async fn drop_milestone(
        &self,
        id: &ReleaseId,
        (track, milestone): (&TrackId, &MilestoneId),
        request: ReasonRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Schedule, Whose::Own)?;
        let by = self.actor().await?;
        self.settle(id, seen, None, |release| command::drop(release, track, milestone, &request.reason, &by))
            .await
    }
}
