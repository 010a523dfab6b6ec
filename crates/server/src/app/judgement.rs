//! Signing the candidate: a function's sign-off, the coordinator's assessment; and the list of assessments.
//!
//! Invariant: what was signed is told with what was corrected since.

use domain::assessment::{Assessment, Recommendation};
use domain::command::judgement::{self as command, Judgement};
use domain::criterion::Function;
use domain::envelope::Position;
use domain::happening::About;
use domain::id::{BuildNumber, ReleaseId, TrackId};
use domain::permission::{Act, Whose};
use domain::release::Release;
use domain::since::{Since, since};
use domain::time::Time;
use domain::track::Track;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::moved::Seen;
use super::page::{AfterPosition, Limit, Page};
use super::person::{NamesNow, OnBehalf};
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

/// That a function stands by the candidate.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOffRequest {
    /// The candidate, so that nobody signs a build that they did not look at.
    pub build: BuildNumber,
    /// The function that signs.
    pub function: Function,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Whose word it is, if it is not that of whoever records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behalf: Option<OnBehalf>,
}

/// The coordinator's own judgement.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessRequest {
    /// The candidate, so that nobody judges a build that they did not look at.
    pub build: BuildNumber,
    pub recommendation: Recommendation,
    /// How sure you are, in percent.
    #[serde(deserialize_with = "super::said::percent")]
    #[schema(minimum = 0, maximum = 100)]
    pub confidence: i64,
    /// Why, in your own words.
    #[schema(value_type = Said, example = "Everything ran but one watch, which few users have.")]
    pub reasons: String,
}

/// Which assessments to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AssessmentsQuery {
    #[serde(default)]
    pub after: Option<AfterPosition>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    pub limit: Limit,
}

/// A line in the list of assessments.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct AssessmentLine {
    pub assessment: Position,
    pub build: BuildNumber,
    pub recommendation: Recommendation,
    /// In percent.
    pub confidence: i64,
    pub reasons: String,
    pub by: String,
    pub at: Time,
    /// Whether it is the last that was signed for the candidate, and so stands at the head of the track.
    pub stands: bool,
    /// Why it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// What was corrected since it was signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<SinceLine>,
}

/// Something that was corrected since a decision.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SinceLine {
    /// The event that corrected it.
    pub position: Position,
    pub at: Time,
    #[schema(example = "the smoke run on 4.2.0 (514) was withdrawn: it ran against the wrong server")]
    pub sentence: String,
    pub about: About,
}

impl From<Since> for SinceLine {
    fn from(Since { position, at, sentence, about }: Since) -> Self {
        Self { position, at, sentence, about }
    }
}

/// Returns what was corrected on a track since a position, as lines.
pub(super) fn lines_since(release: &Release, track: &TrackId, position: Position) -> Vec<SinceLine> {
    since(release, track, position).into_iter().map(SinceLine::from).collect()
}

impl App {
    /// Records that a function stands by the candidate, if the release is still as it was seen.
    pub async fn sign_off(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: SignOffRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        let SignOffRequest { build, function, notes, behalf } = request;
        let (found, speaker) = self.giver(behalf).await?;
        let decide = |release: &Release| {
            command::sign_off(release, track, &build, function, notes.as_deref(), &speaker)
        };
        self.settle(id, seen, found, decide).await
    }

    /// Signs an assessment of the candidate, if the release is still as it was seen.
    pub async fn assess(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: AssessRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Assess, Whose::Own)?;
        let actor = self.actor().await?;
        let AssessRequest { build, recommendation, confidence, reasons } = request;
        let judgement = Judgement { recommendation, confidence, reasons };
        let decide = |release: &Release| command::assess(release, track, &build, &judgement, &actor);
        self.settle(id, seen, None, decide).await
    }

    /// Lists the assessments of a track, the latest first; with the position that the release is at.
    pub async fn assessments(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        query: AssessmentsQuery,
    ) -> Result<(Position, Page<AssessmentLine>), AppError> {
        let (release, names) = (self.release(id).await?, self.names_now().await?);
        let of = domain::command::evidence::track(&release, track)?;
        let line = |assessment: &Assessment| assessment_line(&release, of, assessment, &names);
        let before = query.after.map_or(Position(i64::MAX), |AfterPosition(position)| position);
        let lines = of.assessments.iter().rev().filter(|of| of.position < before).map(line);
        Ok((release.position, Page::of(lines, query.limit, |line| line.assessment.to_string())))
    }
}

/// Tells an assessment of a track.
pub(super) fn assessment_line(
    release: &Release,
    track: &Track,
    assessment: &Assessment,
    names: &NamesNow,
) -> AssessmentLine {
    AssessmentLine {
        assessment: assessment.position,
        build: assessment.build.clone(),
        recommendation: assessment.recommendation,
        confidence: assessment.confidence,
        reasons: assessment.reasons.clone(),
        by: names.of(&assessment.actor).to_owned(),
        at: assessment.recorded_at,
        stands: track.assessment().is_some_and(|stands| stands.position == assessment.position),
        withdrawn: assessment.withdrawn.as_ref().map(|withdrawal| withdrawal.reason.clone()),
        since: lines_since(release, &track.description.id, assessment.position),
    }
}
