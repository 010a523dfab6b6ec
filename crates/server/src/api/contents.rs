//! What a release carries: describe a change, list, one whole, the word of a function, taking out and putting back.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::id::{ChangeKey, ProductId, ReleaseId, ReleaseName};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::contents::{ChangeLine, ContentsQuery, DescribeRequest, DescribedResponse, WordRequest};
use crate::app::defects::BecauseRequest;
use crate::app::page::Page;
use crate::app::settle::SettledResponse;
use crate::door::Acting;

/// The change that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfChange {
    product: ProductId,
    name: ReleaseName,
    /// Its key, as in `TW-2117` or `C-7`.
    key: ChangeKey,
}

type ChangePath = Result<Path<OfChange>, PathRejection>;

impl OfChange {
    fn parts(self) -> (ReleaseId, ChangeKey) {
        (ReleaseId { product: self.product, name: self.name }, self.key)
    }
}

/// List changes
///
/// What the release carries, by key; what was taken out only where it is asked for.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/contents", operation_id = "content_list", tag = "Contents",
    params(OfRelease, ContentsQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<ChangeLine>), NotChanged, Unknown)
)]
pub(super) async fn list(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<ContentsQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, page) = app.contents(&path?.0.into(), query?.0).await?;
    conditions.answer(Some(position), &page)
}

/// Describe a change
///
/// By hand. Without a key it gets the next of ours, and the same from the same person is the same change; with a key that
/// is on record it is corrected, which needs a reason. What comes from a file is changed there.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/contents", operation_id = "content_describe", tag = "Contents",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = DescribeRequest,
    responses((status = 200, description = "It is on record.", body = DescribedResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn describe(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<DescribeRequest>,
) -> Result<Json<DescribedResponse>, Problem> {
    // The same from the same person is once by nature: the key is only read to be refused where it cannot be.
    key?;
    Ok(Json(app.describe_change(&path?.0.into(), request?.0.0, conditions.seen().as_ref()).await?))
}

/// Show a change
///
/// What it is, and what engineering, qa and product say of it.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/contents/{key}", operation_id = "content", tag = "Contents",
    params(OfChange, IfNoneMatch),
    responses((status = 200, description = "The change.", body = ChangeLine), NotChanged, Unknown)
)]
pub(super) async fn show(
    Acting(app): Acting,
    path: ChangePath,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (id, key) = path?.0.parts();
    let (position, change) = app.change(&id, &key).await?;
    conditions.answer(Some(position), &change)
}

/// Say that a change is done
///
/// For engineering, qa or product, by whoever speaks for it, or on their behalf; or that it is not done after all.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/contents/{key}/word", operation_id = "content_word", tag = "Contents",
    params(OfChange, IdempotencyKey, IfMatch),
    request_body = WordRequest,
    responses((status = 200, description = "It is said.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn word(
    Acting(app): Acting,
    path: ChangePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<WordRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, change) = path?.0.parts();
    Ok(Json(app.say_of_change(&id, &change, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Take a change out
///
/// The release no longer carries it; it stays on record, with the reason.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/contents/{key}/removal", operation_id = "content_remove", tag = "Contents",
    params(OfChange, IdempotencyKey, IfMatch),
    request_body = BecauseRequest,
    responses((status = 200, description = "It is taken out.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn remove(
    Acting(app): Acting,
    path: ChangePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<BecauseRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, change) = path?.0.parts();
    Ok(Json(app.take_out_change(&id, &change, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Put a change back
///
/// The release carries it again; what was said of it before still stands.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/contents/{key}/return", operation_id = "content_return", tag = "Contents",
    params(OfChange, IdempotencyKey, IfMatch),
    request_body = BecauseRequest,
    responses((status = 200, description = "It is in again.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn put_back(
    Acting(app): Acting,
    path: ChangePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<BecauseRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, change) = path?.0.parts();
    Ok(Json(app.put_back_change(&id, &change, request?.0.0, conditions.seen().as_ref()).await?))
}
