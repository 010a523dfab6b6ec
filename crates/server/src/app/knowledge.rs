//! What we know of a release, what we don't, and what it could mean for users; above them what the coordinator signed.
//!
//! Invariant: it is what the pages show, line by line, at the same moment.

use domain::envelope::Position;
use domain::id::{ReleaseId, TrackId};
use domain::knowledge::Knowledge;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::CheckQuery;
use super::judgement::{AssessmentLine, assessment_line};
use super::{App, AppError};

/// What is known of a release, or of one of its tracks.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct KnowledgeResponse {
    #[schema(example = "tidewatch/2026.12")]
    pub release: String,
    /// The product's name, as people write it.
    #[schema(example = "Tidewatch")]
    pub product: String,
    /// The IANA time zone in which the team reads its dates.
    #[schema(example = "Europe/Berlin")]
    pub zone: String,
    /// The last event that counted.
    pub position: Position,
    /// The moment that was looked at.
    pub at: Time,
    /// What is signed for the candidates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assessed: Vec<Assessed>,
    #[serde(flatten)]
    pub knowledge: Knowledge,
}

/// The assessment that stands for a track's candidate.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Assessed {
    pub track: TrackId,
    /// The track's name, as people write it.
    pub name: String,
    #[serde(flatten)]
    pub assessment: AssessmentLine,
}

impl App {
    /// Tells what is known of a release, or of one of its tracks.
    pub async fn knowledge(&self, id: &ReleaseId, query: CheckQuery) -> Result<KnowledgeResponse, AppError> {
        let view = match query.as_of {
            None => self.view_of(self.release(id).await?).await?,
            Some(at) => self.view_as_of(id, at).await?,
        };
        let release = &view.release;
        let knowledge = match &query.track {
            None => view.knowledge.clone(),
            Some(track) => {
                domain::command::evidence::track(release, track)?;
                view.of_tracks.get(track).cloned().unwrap_or_default()
            }
        };
        let names = self.names_now().await?;
        let wanted = |track: &TrackId| query.track.as_ref().is_none_or(|wanted| wanted == track);
        let tracks = release.live_tracks().filter(|track| wanted(&track.description.id));
        let assessed = tracks.filter_map(|track| {
            let assessment = assessment_line(release, track, track.assessment()?, &names);
            let (id, name) = (track.description.id.clone(), track.description.name.clone());
            Some(Assessed { track: id, name, assessment })
        });
        Ok(KnowledgeResponse {
            release: release.id.to_string(),
            product: release.description.product_name.clone(),
            zone: release.description.zone.clone(),
            position: release.position,
            at: query.as_of.unwrap_or_else(|| self.now()),
            assessed: assessed.collect(),
            knowledge,
        })
    }
}
