//! Nominating a candidate, with what follows told first; and carrying evidence forward to it.
//!
//! Invariant: what a dry run tells is what the nomination does, as long as the release has not moved.

use std::sync::{Mutex, PoisonError};

use domain::build::Build;
use domain::command::{Settled, candidate as command};
use domain::consequence::{Consequence, Effect, consequences};
use domain::envelope::Position;
use domain::event::Event;
use domain::happening::About;
use domain::id::{BuildNumber, Commit, ReleaseId, TrackId};
use domain::permission::{Act, Whose};
use domain::refusal::Refusal;
use domain::release::Release;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moved::Seen;
use super::said::Said;
use super::settle::SettledResponse;
use super::{App, AppError};

/// Which build to nominate.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NominateRequest {
    pub build: BuildNumber,
    /// Registers the build, where it is not yet known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// Why it takes the place of another; needed where there is one, and not by a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "514 crashes on start without a network.")]
    pub reason: Option<String>,
    /// Only tells what would follow.
    #[serde(default)]
    pub dry_run: bool,
}

/// What follows from a nomination.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct NominateResponse {
    pub dry_run: bool,
    pub track: TrackId,
    pub build: BuildNumber,
    /// The candidate whose place it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<BuildNumber>,
    /// The event that nominated it; absent from a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// False when it is the candidate already: then nothing changes.
    pub new: bool,
    /// What follows, in the order of what it costs.
    pub consequences: Vec<ConsequenceLine>,
}

/// One thing that follows from a nomination.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ConsequenceLine {
    pub effect: Effect,
    #[schema(example = "The smoke run on 4.2.0 (512) becomes stale.")]
    pub sentence: String,
    pub about: About,
}

impl From<Consequence> for ConsequenceLine {
    fn from(Consequence { effect, sentence, about }: Consequence) -> Self {
        Self { effect, sentence, about }
    }
}

/// Evidence of an earlier build that holds for the candidate too.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CarryRequest {
    #[serde(deserialize_with = "super::said::position")]
    pub evidence: Position,
    /// Why it holds: what did not change between the two builds.
    #[schema(value_type = Said, example = "Only a translation changed since 512.")]
    pub reason: String,
}

impl App {
    /// Nominates a build, if the release is still as it was seen, or tells what would follow; with the position that it was
    /// told at.
    pub async fn nominate(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: NominateRequest,
        seen: Option<&Seen>,
    ) -> Result<(NominateResponse, Position), AppError> {
        self.allows(Act::Nominate, Whose::Own)?;
        let NominateRequest { build, commit, reason, dry_run } = request;
        let release = self.release(id).await?;
        let told = self.told_of(&release, track, &build, commit.as_ref())?;
        let response = NominateResponse { dry_run, ..told };
        if dry_run {
            return Ok((response, release.position));
        }
        // What follows is told of the release that it was decided on, however often that took.
        let decided = Mutex::new((response, release.position, 0));
        let decide = |release: &Release| {
            let settled = command::nominate(release, track, &build, commit.as_ref(), reason.as_deref())?;
            let before_it = match &settled {
                Settled::New(events) => events.len() as i64 - 1,
                Settled::Already(_) => 0,
            };
            let told = NominateResponse { dry_run, ..self.told_of(release, track, &build, commit.as_ref())? };
            *decided.lock().unwrap_or_else(PoisonError::into_inner) = (told, release.position, before_it);
            Ok(settled)
        };
        let SettledResponse { new, position } = self.settle(id, seen, None, decide).await?;
        let (told, at, before_it) = decided.into_inner().unwrap_or_else(PoisonError::into_inner);
        let position = Position(position.0 + before_it);
        let at = if new { position } else { at };
        Ok((NominateResponse { position: Some(position), new, ..told }, at))
    }

    /// Tells what would follow from nominating a build.
    fn told_of(
        &self,
        release: &Release,
        track: &TrackId,
        number: &BuildNumber,
        commit: Option<&Commit>,
    ) -> Result<NominateResponse, Refusal> {
        let registered = command::nominable(release, track, number, commit)?;
        let registering: Option<&Build> = match &registered {
            Some(Event::BuildRegistered(registered)) => Some(&registered.build),
            _ => None,
        };
        let of = domain::command::evidence::track(release, track)?;
        let before = of.candidate.as_ref().map(|candidate| candidate.build.clone());
        let all = consequences(release, of, number, registering, self.now());
        Ok(NominateResponse {
            dry_run: true,
            track: track.clone(),
            build: number.clone(),
            new: before.as_ref() != Some(number),
            before,
            position: None,
            consequences: all.into_iter().map(ConsequenceLine::from).collect(),
        })
    }

    /// Takes evidence of an earlier build to hold for the candidate too, if the release is still as it was seen.
    pub async fn carry(
        &self,
        id: &ReleaseId,
        track: &TrackId,
        request: CarryRequest,
        seen: Option<&Seen>,
    ) -> Result<SettledResponse, AppError> {
        self.allows(Act::Nominate, Whose::Own)?;
        let actor = self.actor().await?;
        let CarryRequest { evidence, reason } = request;
        self.settle(id, seen, None, |release| command::carry(release, track, evidence, &reason, &actor)).await
    }
}
