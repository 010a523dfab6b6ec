//! Products and releases: apply, list, check, facts.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::id::{ProductId, ReleaseId, ReleaseName, TrackId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Problem;
use super::conditions::{Conditions, IfNoneMatch};
use super::refusals::{Contradiction, NotChanged, Unknown};
use crate::app::apply::{ApplyRequest, ApplyResponse};
use crate::app::check::{CheckQuery, CheckResponse};
use crate::app::facts::FactLine;
use crate::door::Acting;

/// The release that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
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
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ReleaseLine {
    /// Product and name in one.
    #[schema(example = "tidewatch/2026.12")]
    pub release: String,
    pub product: ProductId,
    pub name: ReleaseName,
}

/// Apply a product's file
///
/// Products, tracks, releases, builds, candidates and criteria become as the file has them, all of it or nothing. What
/// is so already is left alone: applying the same file again changes nothing.
#[utoipa::path(
    post, path = "/apply", operation_id = "apply", tag = "Releases",
    request_body = ApplyRequest,
    responses((status = 200, description = "What changed, or would change.", body = ApplyResponse), Contradiction)
)]
pub(super) async fn apply(
    Acting(app): Acting,
    request: Result<Json<ApplyRequest>, JsonRejection>,
) -> Result<Json<ApplyResponse>, Problem> {
    Ok(Json(app.apply(request?.0).await?))
}

/// List releases
///
/// Of every product, by name.
#[utoipa::path(
    get, path = "/releases", operation_id = "release_list", tag = "Releases",
    responses((status = 200, description = "The releases.", body = Vec<ReleaseLine>))
)]
pub(super) async fn list(Acting(app): Acting) -> Result<Json<Vec<ReleaseLine>>, Problem> {
    let line = |id: ReleaseId| ReleaseLine { release: id.to_string(), product: id.product, name: id.name };
    Ok(Json(app.releases().await?.into_iter().map(line).collect()))
}

/// Check a release
///
/// Every track's verdict at its next gate, with its reasons; now, or as of any moment.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/check", operation_id = "check", tag = "Releases",
    params(OfRelease, CheckQuery),
    responses((status = 200, description = "The verdicts.", body = CheckResponse), Unknown)
)]
pub(super) async fn check(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<CheckQuery>, QueryRejection>,
) -> Result<Json<CheckResponse>, Problem> {
    Ok(Json(app.check(&path?.0.into(), query?.0).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfTrack {
    track: TrackId,
}

/// List the facts of a track
///
/// Everything that a criterion can see, with its value or why it is missing.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/facts", operation_id = "fact_list", tag = "Releases",
    params(OfRelease, OfTrack, IfNoneMatch),
    responses((status = 200, description = "The facts.", body = Vec<FactLine>), NotChanged, Unknown)
)]
pub(super) async fn facts(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<OfTrack>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    conditions.answer(None, &app.facts(&path?.0.into(), &query?.0.track).await?)
}
