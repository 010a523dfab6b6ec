//! From a validated build to its users: handoffs, submissions, rollouts, a track's course.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::envelope::Position;
use domain::id::{ProductId, ReleaseId, ReleaseName, TrackId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::candidates::{OfTrack, TrackPath};
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unfit, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::check::CheckQuery;
use crate::app::settle::SettledResponse;
use crate::app::shipping::{
    AnswerRequest, CourseRequest, ExpediteRequest, OfferRequest, ReworkRequest, RolloutRequest,
    ShippingResponse, StoreWordRequest, SubmitRequest,
};
use crate::door::Acting;

/// Tell how far each track is
///
/// From planning to stable, held or withdrawn; with the last handoff, and what the store says in its own words.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/shipping", operation_id = "shipping", tag = "Shipping",
    params(OfRelease, CheckQuery, IfNoneMatch),
    responses((status = 200, description = "The tracks.", body = ShippingResponse), NotChanged, Unknown, Unfit)
)]
pub(super) async fn shipping(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<CheckQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let told = app.shipping(&path?.0.into(), query?.0).await?;
    conditions.answer_by(told.position, &told, &told.tracks)
}

/// The handoff that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfHandoff {
    product: ProductId,
    name: ReleaseName,
    track: TrackId,
    /// The event that offered it.
    handoff: Position,
}

/// Answer a handoff
///
/// Accept it, by another than whoever offered it; return it with a reason, also after it was accepted; or take one's own
/// offer back.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/handoffs/{handoff}/answer",
    operation_id = "handoff_answer", tag = "Shipping",
    params(OfHandoff, IdempotencyKey, IfMatch),
    request_body = AnswerRequest,
    responses((status = 200, description = "It is answered.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn answer(
    Acting(app): Acting,
    path: Result<Path<OfHandoff>, PathRejection>,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<AnswerRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let OfHandoff { product, name, track, handoff } = path?.0;
    let id = ReleaseId { product, name };
    let seen = conditions.seen();
    Ok(Json(app.answer_handoff(&id, (&track, handoff), request?.0.0, seen.as_ref()).await?))
}

/// Hand a build over
///
/// The candidate is offered to those who submit it, with its checklist. A line that is not done says why. Another candidate
/// voids it.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/handoffs", operation_id = "offer", tag = "Shipping",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = OfferRequest,
    responses((status = 200, description = "It is offered.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn offer(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<OfferRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.offer(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Submit a build
///
/// The candidate was sent to its store: it takes a handoff of this very build that somebody else accepted, and of each track
/// that ships inside it.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/submissions", operation_id = "submit", tag = "Shipping",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = SubmitRequest,
    responses((status = 200, description = "It is with the store.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn submit(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<SubmitRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.submit(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Tell what the store says
///
/// In the store's own words, which follow each other as the store has them. A refusal takes its reason.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/submission/words", operation_id = "store_says", tag = "Shipping",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = StoreWordRequest,
    responses((status = 200, description = "It is on record.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn store_says(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<StoreWordRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.store_says(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Tell how the rollout goes
///
/// In the store's own words, with how many are offered it. A halt takes its reason.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/submission/rollout", operation_id = "tell_rollout", tag = "Shipping",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = RolloutRequest,
    responses((status = 200, description = "It is on record.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn tell_rollout(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<RolloutRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.tell_rollout(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Record a sooner review
///
/// That the store was asked to review it sooner, or how it answered.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/submission/expedite", operation_id = "expedite", tag = "Shipping",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = ExpediteRequest,
    responses((status = 200, description = "It is on record.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn expedite(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ExpediteRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.expedite(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Answer a rejection
///
/// What is done about it, and whether that takes another build.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/submission/rework", operation_id = "plan_rework", tag = "Shipping",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = ReworkRequest,
    responses((status = 200, description = "It is on record.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn plan_rework(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ReworkRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.plan_rework(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Decide of a track's course
///
/// Hold it, let it go on, withdraw it from the release, take it back, call it stable or not after all. No other track is
/// touched.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/course", operation_id = "turn_course", tag = "Shipping",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = CourseRequest,
    responses((status = 200, description = "It is so.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn turn_course(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<CourseRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.turn_course(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}
