//! Waivers: listing, asking for one, approving, refusing, taking back.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::envelope::Position;
use domain::id::{ProductId, ReleaseId, ReleaseName};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::page::Page;
use crate::app::settle::SettledResponse;
use crate::app::waiver::{ApproveRequest, EndWaiverRequest, WaiverLine, WaiverRequest, WaiversQuery};
use crate::door::Acting;

/// The waiver that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfWaiver {
    product: ProductId,
    name: ReleaseName,
    position: Position,
}

type WaiverPath = Result<Path<OfWaiver>, PathRejection>;

impl OfWaiver {
    fn parts(self) -> (ReleaseId, Position) {
        (ReleaseId { product: self.product, name: self.name }, self.position)
    }
}

/// List waivers
///
/// The latest first, each with how it stands, what it costs users, and what was corrected since it was approved.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/waivers", operation_id = "waiver_list", tag = "Decisions",
    params(OfRelease, WaiversQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<WaiverLine>), NotChanged, Unknown)
)]
pub(super) async fn list(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<WaiversQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, page) = app.waivers(&path?.0.into(), query?.0).await?;
    conditions.answer(Some(position), &page)
}

/// Ask for a waiver
///
/// To have a criterion or a defect accepted as it is on one track: for the candidate alone, or for the whole release. It
/// counts once somebody else, who speaks for a function that may accept it, approves it.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/waivers", operation_id = "waiver_request", tag = "Decisions",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = WaiverRequest,
    responses((status = 200, description = "It is asked for.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn request(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<WaiverRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same asked for again by the same person is once by nature, as is every answer to it.
    key?;
    Ok(Json(app.request_waiver(&path?.0.into(), request?.0.0, conditions.seen().as_ref()).await?))
}

/// Approve a waiver
///
/// For a function that may accept it, by somebody who speaks for it and did not ask for it, neither themselves nor through
/// whoever records their word.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/waivers/{position}/approval", operation_id = "waiver_approve",
    tag = "Decisions",
    params(OfWaiver, IdempotencyKey, IfMatch),
    request_body = ApproveRequest,
    responses((status = 200, description = "It is in force.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn approve(
    Acting(app): Acting,
    path: WaiverPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ApproveRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, position) = path?.0.parts();
    Ok(Json(app.approve_waiver(&id, position, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Refuse a waiver
///
/// By somebody who could have approved it.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/waivers/{position}/refusal", operation_id = "waiver_refuse",
    tag = "Decisions",
    params(OfWaiver, IdempotencyKey, IfMatch),
    request_body = EndWaiverRequest,
    responses((status = 200, description = "It is refused.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn refuse(
    Acting(app): Acting,
    path: WaiverPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<EndWaiverRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, position) = path?.0.parts();
    Ok(Json(app.refuse_waiver(&id, position, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Revoke a waiver
///
/// By whoever asked for it, somebody who could approve it, or a coordinator; it counts for nothing from then on.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/waivers/{position}/revocation", operation_id = "waiver_revoke",
    tag = "Decisions",
    params(OfWaiver, IdempotencyKey, IfMatch),
    request_body = EndWaiverRequest,
    responses((status = 200, description = "It is revoked.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn revoke(
    Acting(app): Acting,
    path: WaiverPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<EndWaiverRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, position) = path?.0.parts();
    Ok(Json(app.revoke_waiver(&id, position, request?.0.0, conditions.seen().as_ref()).await?))
}
