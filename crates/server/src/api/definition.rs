//! The definition of ready: what rules, what waits, what differs; drafting, agreeing, trying a criterion out.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::id::{ProductId, ReleaseId, ReleaseName};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unfit, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::criterion::{PresetLine, TrialRequest, TrialResponse, presets as all_presets};
use crate::app::definition::{
    AgreeRequest, DefinitionResponse, DifferenceQuery, DifferenceResponse, DraftRequest, DropDraftRequest,
    VersionResponse,
};
use crate::app::settle::SettledResponse;
use crate::door::Acting;

/// The version that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfVersion {
    product: ProductId,
    name: ReleaseName,
    /// Counted from 1.
    #[param(minimum = 1, maximum = 2147483647)]
    version: i64,
}

/// Show the definition of ready
///
/// What is in force with who agreed and how late it came, what waits and for whom, and every version before.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/definition", operation_id = "definition_show", tag = "Definition",
    params(OfRelease, IfNoneMatch),
    responses((status = 200, description = "The definition.", body = DefinitionResponse), NotChanged, Unknown)
)]
pub(super) async fn show(
    Acting(app): Acting,
    path: ReleasePath,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, definition) = app.definition(&path?.0.into()).await?;
    conditions.answer(Some(position), &definition)
}

/// Show a version
///
/// One that is or was in force, with its criteria.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/definition/{version}", operation_id = "definition_version", tag = "Definition",
    params(OfVersion, IfNoneMatch),
    responses((status = 200, description = "The version.", body = VersionResponse), NotChanged, Unknown)
)]
pub(super) async fn version(
    Acting(app): Acting,
    path: Result<Path<OfVersion>, PathRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let OfVersion { product, name, version } = path?.0;
    let (position, version) = app.definition_version(&ReleaseId { product, name }, version).await?;
    conditions.answer(Some(position), &version)
}

/// Compare two versions
///
/// Which criteria were added, changed (field by field) and dropped. The draft that waits is called `draft`.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/definition/difference", operation_id = "definition_difference",
    tag = "Definition",
    params(OfRelease, DifferenceQuery, IfNoneMatch),
    responses((status = 200, description = "What differs.", body = DifferenceResponse), NotChanged, Unknown, Unfit)
)]
pub(super) async fn difference(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<DifferenceQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, difference) = app.definition_difference(&path?.0.into(), &query?.0).await?;
    conditions.answer(Some(position), &difference)
}

/// Draft a definition of ready
///
/// From the product's template, from what is in force, or from nothing; with criteria of its own. It rules nothing until each
/// function has agreed to it. It takes the place of a draft that waits, and what was agreed to that one no longer counts.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/definition/draft", operation_id = "definition_draft", tag = "Definition",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = DraftRequest,
    responses((status = 200, description = "It waits for agreement.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn draft(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<DraftRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same draft by the same person is drafted once by nature: the key is only read to be refused where it cannot be.
    key?;
    let seen = conditions.seen();
    Ok(Json(app.draft_definition(&path?.0.into(), request?.0.0, seen.as_ref()).await?))
}

/// Agree to a definition of ready
///
/// For a function that one speaks for, or in somebody's words with where they gave them. It is to one draft, by its position:
/// after another draft it does not count. With the last agreement that is needed, the draft is in force. What a file put in
/// force can be agreed to as well.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/definition/agreements", operation_id = "definition_agree", tag = "Definition",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = AgreeRequest,
    responses((status = 200, description = "They agree.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn agree(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<AgreeRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // A function agrees to a draft once by nature.
    key?;
    let seen = conditions.seen();
    Ok(Json(app.agree_to_definition(&path?.0.into(), request?.0.0, seen.as_ref()).await?))
}

/// Drop the draft
///
/// What is in force stays in force.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/definition/draft/withdrawal", operation_id = "definition_drop",
    tag = "Definition",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = DropDraftRequest,
    responses((status = 200, description = "It is dropped.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn drop(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<DropDraftRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // A draft is dropped once by nature.
    key?;
    let seen = conditions.seen();
    Ok(Json(app.drop_draft(&path?.0.into(), request?.0.0, seen.as_ref()).await?))
}

/// Try a criterion out
///
/// What it would come to today, on every live track that it applies to or on one, with its reasons and what is missing; or
/// what is wrong with its rule, and where. It changes nothing.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/criteria/trial", operation_id = "criterion_try", tag = "Definition",
    params(OfRelease, IdempotencyKey),
    request_body = TrialRequest,
    responses((status = 200, description = "What it would come to.", body = TrialResponse), Unknown)
)]
pub(super) async fn trial(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    request: Sent<TrialRequest>,
) -> Result<Json<TrialResponse>, Problem> {
    key?;
    Ok(Json(app.try_criterion(&path?.0.into(), request?.0.0).await?))
}

/// List the presets
///
/// Criteria that most teams want, with the sentence that readers see, their parameters and their owner.
#[utoipa::path(
    get, path = "/presets", operation_id = "preset_list", tag = "Definition",
    params(IfNoneMatch),
    responses((status = 200, description = "The presets.", body = Vec<PresetLine>), NotChanged)
)]
pub(super) async fn presets(conditions: Conditions) -> Result<Response, Problem> {
    conditions.answer(None, &all_presets())
}
