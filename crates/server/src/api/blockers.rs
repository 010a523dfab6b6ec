//! Blockers: list, show, propose, own, tell and link.

pub(super) mod ending;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::blocker::BlockerNumber;
use domain::id::{ProductId, ReleaseId, ReleaseName};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::blockers::ProposedResponse;
use crate::app::blockers::told::{BlockerDetail, BlockerLine};
use crate::app::blockers::wanted::{BlockersQuery, LinkRequest, OwnRequest, ProposeRequest, UpdateRequest};
use crate::app::page::Page;
use crate::app::settle::SettledResponse;
use crate::door::Acting;

/// The blocker that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfBlocker {
    product: ProductId,
    name: ReleaseName,
    blocker: BlockerNumber,
}

type BlockerPath = Result<Path<OfBlocker>, PathRejection>;

impl OfBlocker {
    fn parts(self) -> (ReleaseId, BlockerNumber) {
        (ReleaseId { product: self.product, name: self.name }, self.blocker)
    }
}

/// List blockers
///
/// What could stop the release, in the order of their numbers, with whose turn it is and whether it is known where each
/// stands.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/blockers", operation_id = "blocker_list", tag = "Blockers",
    params(OfRelease, BlockersQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<BlockerLine>), NotChanged, Unknown)
)]
pub(super) async fn list(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<BlockersQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, page) = app.blockers(&path?.0.into(), query?.0).await?;
    conditions.answer(Some(position), &page)
}

/// Show a blocker
///
/// With everything that was said and decided about it.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/blockers/{blocker}", operation_id = "blocker_show", tag = "Blockers",
    params(OfBlocker, IfNoneMatch),
    responses((status = 200, description = "It.", body = BlockerDetail), NotChanged, Unknown)
)]
pub(super) async fn show(
    Acting(app): Acting,
    path: BlockerPath,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (id, blocker) = path?.0.parts();
    let (position, detail) = app.blocker(&id, blocker).await?;
    conditions.answer(Some(position), &detail)
}

/// Propose a blocker
///
/// Something that could stop the release: what is blocked, on which tracks, and which criterion or milestone it threatens. It
/// counts once it is accepted; until then nobody knows, and a criterion that asks is unknown.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers", operation_id = "blocker_propose", tag = "Blockers",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = ProposeRequest,
    responses((status = 200, description = "It is proposed.", body = ProposedResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn propose(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ProposeRequest>,
) -> Result<Json<ProposedResponse>, Problem> {
    // The same from the same person is once by nature, as is every answer to it.
    key?;
    Ok(Json(app.propose_blocker(&path?.0.into(), request?.0.0, conditions.seen().as_ref()).await?))
}

/// Give a blocker an owner
///
/// Whoever asks, unless somebody else is named. What nobody owns anybody may take; what somebody owns is handed over by
/// them, by whoever proposed it, or by a coordinator.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/owner", operation_id = "blocker_own",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = OwnRequest,
    responses((status = 200, description = "It is theirs.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn own(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<OwnRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.own_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Say where a blocker stands
///
/// A status has a text and says by when the next one comes; the blocker must have an owner. Anything else is a note, and
/// leaves the blocker without a status.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/updates", operation_id = "blocker_update",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = UpdateRequest,
    responses((status = 200, description = "It is on record.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn update(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<UpdateRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.update_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Link a blocker
///
/// With a defect or a change on record, a dependency, or a page such as a pull request.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/links", operation_id = "blocker_link",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = LinkRequest,
    responses((status = 200, description = "It is linked.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn link(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<LinkRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.link_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Take a link off a blocker
///
/// That it was linked stays on record.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/links/removal", operation_id = "blocker_unlink",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = LinkRequest,
    responses((status = 200, description = "It is off.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn unlink(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<LinkRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.unlink_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}
