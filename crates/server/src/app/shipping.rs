//! From a validated build to its users: handing over, submitting, telling what the store says, deciding of a track's course.
//!
//! Invariant: what the store says is recorded as it said it; whoever tells it says when that was.

mod shown;

use domain::command::submission::{self, Word};
use domain::command::{course, handoff};
use domain::envelope::Position;
use domain::event::{HandoffAnswer, Turn};
use domain::handoff::Item;
use domain::id::{BuildNumber, ReleaseId, TrackId};
use domain::permission::{Act, Whose};
use domain::release::Release;
use domain::speaker::Speaker;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moved::Seen;
use super::person::{Found, OnBehalf};
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

pub use shown::{HandoffLine, RolloutLine, SayingLine, ShippingResponse, SubmissionLine, TrackShipping};

/// The candidate, offered to be submitted.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferRequest {
    /// The candidate, so that nobody hands over a build that they did not look at.
    pub build: BuildNumber,
    /// What was gone through. A line that is not done says why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 30)]
    pub checklist: Vec<Item>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// How a handoff is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// By another than whoever offered it.
    Accepted,
    /// With a reason; also after it was accepted.
    Returned,
    /// By whoever offered it, with a reason.
    TakenBack,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    pub answer: Answer,
    /// A note with an acceptance, a reason with the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// The candidate, sent to its store.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitRequest {
    pub build: BuildNumber,
    /// The store's own word for how it began; without one, the word for what was just sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "WAITING_FOR_REVIEW")]
    pub word: Option<String>,
    /// When it was sent; now, unless you say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// What the store says of a submission.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreWordRequest {
    /// The store's own word: `AppVersionState` of App Store Connect, `releaseLifecycleState` of Google Play.
    #[schema(value_type = Said, example = "IN_REVIEW")]
    pub word: String,
    /// When it said so; now, unless you say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<Time>,
    /// Why it refused, or what else it wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The store does say just that, though it is a word that is not known here.
    #[serde(default)]
    pub verbatim: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// How the rollout goes.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutRequest {
    /// The store's own word: `PhasedReleaseState` of App Store Connect, the release status of Google Play.
    #[schema(value_type = Said, example = "inProgress")]
    pub word: String,
    /// How many of a hundred are offered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100, example = 5.0)]
    pub percent: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<Time>,
    /// Why it was halted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default)]
    pub verbatim: bool,
}

/// That a sooner review was asked for, or how the store answered.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpediteRequest {
    /// Whether the store agreed; leave it out to record that it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
    /// What the store was told, or answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// What is done about a rejection.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReworkRequest {
    #[schema(value_type = Said, example = "Jo explains the background location to the reviewer by noon.")]
    pub plan: String,
    /// Whether it takes another build.
    #[serde(default)]
    pub new_build: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// What is decided of a track's course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CourseTurn {
    Held,
    Resumed,
    Withdrawn,
    Returned,
    Stable,
    Unsettled,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CourseRequest {
    pub turn: CourseTurn,
    #[schema(value_type = Said, example = "Tiles crash on Wear OS 5; it goes on when 515 has it mended.")]
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

impl From<CourseTurn> for Turn {
    fn from(turn: CourseTurn) -> Self {
        match turn {
            CourseTurn::Held => Self::Held,
            CourseTurn::Resumed => Self::Resumed,
            CourseTurn::Withdrawn => Self::Withdrawn,
            CourseTurn::Returned => Self::Returned,
            CourseTurn::Stable => Self::Stable,
            CourseTurn::Unsettled => Self::Unsettled,
        }
    }
}

impl App {
    /// Returns whoever does it, or somebody on whose behalf it is recorded, if whoever acts may.
    async fn doer(&self, act: Act, behalf: Option<OnBehalf>) -> Result<(Option<Found>, Speaker), AppError> {
        self.allows(act, if behalf.is_some() { Whose::Others } else { Whose::Own })?;
        self.speaker(behalf).await
    }

    /// Offers the candidate to those who submit it.
    pub async fn offer(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: OfferRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let OfferRequest { build, checklist, note, behalf } = request;
        let (found, speaker) = self.doer(Act::HandOver, behalf).await?;
        let decide =
            |release: &Release| handoff::offer(release, track, &build, &checklist, note.as_deref(), &speaker);
        self.settle(id, seen, found, decide).await
    }

    /// Accepts a handoff, returns it, or takes the offer back.
    pub async fn answer_handoff(
        &self,
        id: &ReleaseId,
        (track, offered): (&TrackId, Position),
        request: AnswerRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let AnswerRequest { answer, text, behalf } = request;
        let (found, speaker) = self.doer(Act::HandOver, behalf).await?;
        let answer = match answer {
            Answer::Accepted => HandoffAnswer::Accepted,
            Answer::Returned => HandoffAnswer::Returned,
            Answer::TakenBack => HandoffAnswer::TakenBack,
        };
        let decide =
            |release: &Release| handoff::answer(release, track, offered, answer, text.as_deref(), &speaker);
        self.settle(id, seen, found, decide).await
    }

    /// Records that the candidate was sent to its store.
    pub async fn submit(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: SubmitRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let SubmitRequest { build, word, said_at, note, behalf } = request;
        let (found, speaker) = self.doer(Act::Submit, behalf).await?;
        let now = self.now();
        let word = Word {
            word: word.unwrap_or_default(),
            said_at: said_at.unwrap_or(now),
            reason: note,
            verbatim: false,
        };
        let decide = |release: &Release| submission::submit(release, track, &build, &word, &speaker, now);
        self.settle(id, seen, found, decide).await
    }

    /// Records what the store says of a track's submission.
    pub async fn store_says(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: StoreWordRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let StoreWordRequest { word, said_at, reason, verbatim, behalf } = request;
        let (found, speaker) = self.doer(Act::TellStore, behalf).await?;
        let now = self.now();
        let word = Word { word, said_at: said_at.unwrap_or(now), reason, verbatim };
        let decide = |release: &Release| submission::store_says(release, track, &word, &speaker, now);
        self.settle(id, seen, found, decide).await
    }

    /// Records how the rollout of a track goes.
    pub async fn tell_rollout(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: RolloutRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::TellStore, Whose::Own)?;
        let RolloutRequest { word, percent, said_at, reason, verbatim } = request;
        let now = self.now();
        let word = Word { word, said_at: said_at.unwrap_or(now), reason, verbatim };
        self.settle(id, seen, None, |release| submission::rollout(release, track, &word, percent, now)).await
    }

    /// Records that a sooner review was asked for, or how the store answered.
    pub async fn expedite(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: ExpediteRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let ExpediteRequest { granted, text, behalf } = request;
        let (found, speaker) = self.doer(Act::TellStore, behalf).await?;
        let decide =
            |release: &Release| submission::expedite(release, track, granted, text.as_deref(), &speaker);
        self.settle(id, seen, found, decide).await
    }

    /// Records what is done about a rejection.
    pub async fn plan_rework(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: ReworkRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let ReworkRequest { plan, new_build, behalf } = request;
        let (found, speaker) = self.doer(Act::TellStore, behalf).await?;
        let decide = |release: &Release| submission::rework(release, track, &plan, new_build, &speaker);
        self.settle(id, seen, found, decide).await
    }

    /// Holds a track, lets it go on, withdraws it, takes it back, or says whether it is stable.
    pub async fn turn_course(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: CourseRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let CourseRequest { turn, reason, behalf } = request;
        let (found, speaker) = self.doer(Act::Steer, behalf).await?;
        let decide = |release: &Release| course::turn(release, track, turn.into(), &reason, &speaker);
        self.settle(id, seen, found, decide).await
    }
}
