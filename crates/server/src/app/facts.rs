//! Show what a criterion can see of a track, with today's values.
//!
//! Invariant: what is shown is exactly what criteria are evaluated over.

use domain::criteria::catalogue::{catalogue, paths};
use domain::criteria::fact::Fact;
use domain::facts::{self, View};
use domain::id::{ReleaseId, TrackId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::{App, AppError};

/// One fact of a track.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct FactLine {
    /// What a criterion calls it.
    #[schema(example = "runs.smoke.failed")]
    pub fact: String,
    /// Its type, as CEL writes it.
    #[serde(rename = "type")]
    #[schema(example = "int")]
    pub of: String,
    /// What it tells.
    pub doc: String,
    /// Null when it is missing.
    #[schema(value_type = Value)]
    pub value: Json,
    /// Why it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

impl App {
    /// Lists every fact of a track.
    pub async fn facts(&self, id: &ReleaseId, track: &TrackId) -> Result<Vec<FactLine>, AppError> {
        let release = self.release(id).await?;
        let track = domain::command::evidence::track(&release, track)?;
        let now = self.now();
        let merges = self.merges_for(&release, now).await?;
        let view = View { now, max_age_hours: None, merges: &merges };
        let facts = facts::gather(&release, track, view);
        let lines = paths(&catalogue(&release.kinds())).into_iter().map(|(fact, of, doc)| {
            let (value, missing) = look(&facts, &fact);
            FactLine { fact, of: of.to_owned(), doc: doc.to_owned(), value, missing }
        });
        Ok(lines.collect())
    }
}

/// Returns a fact's value, or why it is missing; a part of a missing whole is missing for the same reason.
fn look(facts: &Fact, path: &str) -> (Json, Option<String>) {
    let mut at = facts;
    for key in path.split('.') {
        match at {
            Fact::Missing(missing) => {
                return (Json::Null, missing.first().map(|missing| missing.why.to_string()));
            }
            _ => match at.at(key) {
                Some(next) => at = next,
                None => return (Json::Null, None),
            },
        }
    }
    match at {
        Fact::Missing(missing) => (Json::Null, missing.first().map(|missing| missing.why.to_string())),
        value => (value.to_json(), None),
    }
}
