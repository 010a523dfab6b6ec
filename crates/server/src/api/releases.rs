//! Products and releases: apply, list, check, facts.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use domain::id::{ProductId, ReleaseId, ReleaseName, TrackId};
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unfit, Unknown};
use crate::app::apply::{ApplyRequest, ApplyResponse};
use crate::app::changes::{ChangesQuery, ChangesResponse};
use crate::app::check::{CheckQuery, CheckResponse};
use crate::app::facts::FactLine;
use crate::app::knowledge::KnowledgeResponse;
use crate::app::page::{AfterRelease, Limit, Page};
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

/// Which releases to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReleasesQuery {
    #[serde(default)]
    after: Option<AfterRelease>,
    #[serde(default)]
    #[param(value_type = Option<Limit>)]
    limit: Limit,
}

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
/// is so already is left alone: applying the same file again changes nothing, whatever key comes along. A dry run carries
/// the `ETag` of what the file is about.
#[utoipa::path(
    post, path = "/apply", operation_id = "apply", tag = "Releases",
    params(IdempotencyKey, IfMatch),
    request_body = ApplyRequest,
    responses(
        (status = 200, description = "What changed, or would change.", body = ApplyResponse, headers(
            ("ETag" = Option<String>, description = "Of a dry run: names the state of what it is about, for `If-Match`.")
        )),
        Contradiction, Moved
    )
)]
pub(super) async fn apply(
    Acting(app): Acting,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ApplyRequest>,
) -> Result<Response, Problem> {
    // Applying twice is once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (response, position) = app.apply(request?.0.0, conditions.seen().as_ref()).await?;
    if response.dry_run {
        return conditions.answer(Some(position), &response);
    }
    Ok(Json(response).into_response())
}

/// List releases
///
/// Of every product, by name.
#[utoipa::path(
    get, path = "/releases", operation_id = "release_list", tag = "Releases",
    params(ReleasesQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<ReleaseLine>), NotChanged)
)]
pub(super) async fn list(
    Acting(app): Acting,
    query: Result<Query<ReleasesQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let ReleasesQuery { after, limit } = query?.0;
    let mut releases = app.releases().await?;
    releases.sort_unstable();
    let follows = |id: &ReleaseId| after.as_ref().is_none_or(|AfterRelease(after)| id > after);
    let line = |id: ReleaseId| ReleaseLine { release: id.to_string(), product: id.product, name: id.name };
    let lines = releases.into_iter().filter(follows).map(line);
    conditions.answer(None, &Page::of(lines, limit, |line| line.release.clone()))
}

/// Check a release
///
/// Every track's verdict at its next gate, with its reasons; now, or as of any moment.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/check", operation_id = "check", tag = "Releases",
    params(OfRelease, CheckQuery, IfNoneMatch),
    responses((status = 200, description = "The verdicts.", body = CheckResponse), NotChanged, Unknown)
)]
pub(super) async fn check(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<CheckQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let check = app.check(&path?.0.into(), query?.0).await?;
    // The moment of the answer is no part of the state that is answered.
    let state = CheckResponse { at: Time::from_micros(0), ..check.clone() };
    conditions.answer_by(check.position, &check, &state)
}

/// List what changed
///
/// Which verdicts turned since a moment or an event, and what happened in between, newest first.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/changes", operation_id = "change_list", tag = "Releases",
    params(OfRelease, ChangesQuery),
    responses((status = 200, description = "What changed.", body = ChangesResponse), Unknown, Unfit)
)]
pub(super) async fn changes(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<ChangesQuery>, QueryRejection>,
) -> Result<Json<ChangesResponse>, Problem> {
    Ok(Json(app.changes_since(&path?.0.into(), query?.0).await?))
}

/// Tell what is known
///
/// What we know, what we don't, and what it could mean for users, the worst first, each line with what it rests on; and
/// above them the assessments that are signed for the candidates.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/knowledge", operation_id = "knowledge", tag = "Releases",
    params(OfRelease, CheckQuery, IfNoneMatch),
    responses((status = 200, description = "The three lists.", body = KnowledgeResponse), NotChanged, Unknown, Unfit)
)]
pub(super) async fn knowledge(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<CheckQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let known = app.knowledge(&path?.0.into(), query?.0).await?;
    conditions.answer_by(known.position, &known, &(&known.assessed, &known.knowledge))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfTrack {
    track: TrackId,
}

/// List the facts of a track
///
/// Everything that a criterion can see, with its value or why it is missing. Ages are as of the answer, so that no answer
/// is like the one before.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/facts", operation_id = "fact_list", tag = "Releases",
    params(OfRelease, OfTrack),
    responses((status = 200, description = "The facts.", body = Vec<FactLine>), Unknown)
)]
pub(super) async fn facts(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<OfTrack>, QueryRejection>,
) -> Result<Json<Vec<FactLine>>, Problem> {
    Ok(Json(app.facts(&path?.0.into(), &query?.0.track).await?))
}
