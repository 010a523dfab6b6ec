//! Putting evidence where it belongs.
//!
//! Invariant: whoever may withdraw a piece of evidence may put it elsewhere, and nobody else.

use domain::command::correction::{self as command, Place};
use domain::envelope::Position;
use domain::id::{BuildNumber, Commit, ReleaseId, TrackId};
use domain::permission::{Act, Whose};
use domain::release::Release;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evidence::EvidenceResponse;
use super::moved::Seen;
use super::said::Said;
use super::{App, AppError};

/// Where a piece of evidence belongs.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectRequest {
    #[serde(deserialize_with = "super::said::position")]
    pub evidence: Position,
    /// The track that it is really of.
    pub track: TrackId,
    /// The build that it is really of.
    pub build: BuildNumber,
    /// Registers the build, where it is not yet known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    /// How it came to be in the wrong place.
    #[schema(value_type = Said, example = "The job named the build before.")]
    pub reason: String,
}

impl App {
    /// Puts a piece of evidence where it belongs, if the release is still as it was seen; returns what is there now.
    pub async fn correct(
        &self,
        id: &ReleaseId,
        request: CorrectRequest,
        seen: Option<&Seen>,
    ) -> Result<EvidenceResponse, AppError> {
        let release = self.release(id).await?;
        let whose = match release.brought_by(request.evidence) {
            Some(by) => self.whose(by).await?,
            None => Whose::Own,
        };
        self.allows(Act::WithdrawEvidence, whose)?;
        let actor = self.actor().await?;
        let CorrectRequest { evidence, track, build, commit, reason } = request;
        let decide = |release: &Release| {
            let place = Place { track: &track, build: &build, commit: commit.as_ref() };
            command::correct(release, evidence, place, &reason, &actor)
        };
        let settled = self.settle(id, seen, None, decide).await?;
        let release = self.release(id).await?;
        let there: Option<Position> = release.in_place_of(evidence).map(|(_, position)| position);
        Ok(EvidenceResponse { evidence: there.unwrap_or(settled.position), new: settled.new })
    }
}
