//! How blockers are answered, end and come up again.

use axum::Json;

use super::{BlockerPath, OfBlocker};
use crate::api::Problem;
use crate::api::conditions::{Conditions, IfMatch};
use crate::api::idempotency::IdempotencyKey;
use crate::api::object::Sent;
use crate::api::refusals::{Contradiction, Moved, Unknown};
use crate::app::blockers::wanted::{
    AcceptRequest, BlockerReason, DeferRequest, MergeRequest, ResolveRequest, WaiveRequest,
};
use crate::app::settle::SettledResponse;
use crate::door::Acting;

/// Accept a blocker
///
/// It is one, and stands in the way from now on. Where nobody owns it, an owner is named, or who is asked to be.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/acceptance", operation_id = "blocker_accept",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = AcceptRequest,
    responses((status = 200, description = "It is open.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(in crate::api) async fn accept(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<AcceptRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.accept_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Reject a blocker
///
/// It does not stop the release, for a reason.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/rejection", operation_id = "blocker_reject",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = BlockerReason,
    responses((status = 200, description = "It is rejected.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(in crate::api) async fn reject(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<BlockerReason>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.reject_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Resolve a blocker
///
/// With what shows it: in words, and where there is one, by a build, a run on record or a page.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/resolution", operation_id = "blocker_resolve",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = ResolveRequest,
    responses((status = 200, description = "It is resolved.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(in crate::api) async fn resolve(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ResolveRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.resolve_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Waive a blocker
///
/// By a function that may accept a defect, through somebody who does not own the blocker, with what users will meet.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/waiver", operation_id = "blocker_waive",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = WaiveRequest,
    responses((status = 200, description = "It is waived.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(in crate::api) async fn waive(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<WaiveRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.waive_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Defer a blocker
///
/// To another release, or until a moment from which on it is open again.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/deferral", operation_id = "blocker_defer",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = DeferRequest,
    responses((status = 200, description = "It is deferred.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(in crate::api) async fn defer(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<DeferRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.defer_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Withdraw a blocker
///
/// It was a mistake. It stays on record, with the reason.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/withdrawal", operation_id = "blocker_withdraw",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = BlockerReason,
    responses((status = 200, description = "It is withdrawn.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(in crate::api) async fn withdraw(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<BlockerReason>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.withdraw_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Merge a blocker into another
///
/// They are the same: the other has the tracks and the links of both from now on.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/merge", operation_id = "blocker_merge",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = MergeRequest,
    responses((status = 200, description = "It is told as the other.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(in crate::api) async fn merge(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<MergeRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.merge_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Reopen a blocker
///
/// One that was resolved, waived or deferred stands in the way again; one that was rejected is proposed again.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/blockers/{blocker}/reopening", operation_id = "blocker_reopen",
    tag = "Blockers",
    params(OfBlocker, IdempotencyKey, IfMatch),
    request_body = BlockerReason,
    responses((status = 200, description = "It is live again.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(in crate::api) async fn reopen(
    Acting(app): Acting,
    path: BlockerPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<BlockerReason>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, blocker) = path?.0.parts();
    Ok(Json(app.reopen_blocker(&id, blocker, request?.0.0, conditions.seen().as_ref()).await?))
}
