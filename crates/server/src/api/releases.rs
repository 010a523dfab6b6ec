//! Products and releases: apply, list, check, facts.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use domain::id::{ProductId, ReleaseId, ReleaseName, TrackId};
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::app::apply::{ApplyRequest, ApplyResponse};
use crate::app::check::{CheckQuery, CheckResponse};
use crate::app::facts::FactLine;
use crate::door::Acting;

/// The release that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfRelease {
    product: ProductId,
    name: ReleaseName,
}

impl From<OfRelease> for ReleaseId {
    fn from(of: OfRelease) -> Self {
        Self { product: of.product, name: of.name }
    }
}

pub(super) type ReleasePath = Result<Path<OfRelease>, PathRejection>;

/// A release in the list of them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ReleaseLine {
    /// As in `tidewatch/2026.12`.
    pub release: String,
    pub product: ProductId,
    pub name: ReleaseName,
}

pub(super) async fn apply(
    Acting(app): Acting,
    request: Result<Json<ApplyRequest>, JsonRejection>,
) -> Result<Json<ApplyResponse>, Problem> {
    Ok(Json(app.apply(request?.0).await?))
}

pub(super) async fn list(Acting(app): Acting) -> Result<Json<Vec<ReleaseLine>>, Problem> {
    let line = |id: ReleaseId| ReleaseLine { release: id.to_string(), product: id.product, name: id.name };
    Ok(Json(app.releases().await?.into_iter().map(line).collect()))
}

pub(super) async fn check(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<CheckQuery>, QueryRejection>,
) -> Result<Json<CheckResponse>, Problem> {
    Ok(Json(app.check(&path?.0.into(), query?.0).await?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfTrack {
    track: TrackId,
}

pub(super) async fn facts(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<OfTrack>, QueryRejection>,
) -> Result<Json<Vec<FactLine>>, Problem> {
    Ok(Json(app.facts(&path?.0.into(), &query?.0.track).await?))
}
