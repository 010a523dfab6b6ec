//! Timelines: show one; set a target; add, plan, reach, withdraw and drop milestones.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::id::{MilestoneId, ProductId, ReleaseId, ReleaseName, TrackId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::check::CheckQuery;
use crate::app::settle::SettledResponse;
use crate::app::timeline::{
    AddRequest, PlanRequest, ReachRequest, ReasonRequest, TargetRequest, TimelineResponse,
};
use crate::door::Acting;

/// The track that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OnTrack {
    product: ProductId,
    name: ReleaseName,
    track: TrackId,
}

/// The milestone that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfMilestone {
    product: ProductId,
    name: ReleaseName,
    track: TrackId,
    milestone: MilestoneId,
}

type TrackPath = Result<Path<OnTrack>, PathRejection>;
type MilestonePath = Result<Path<OfMilestone>, PathRejection>;

impl OnTrack {
    fn parts(self) -> (ReleaseId, TrackId) {
        (ReleaseId { product: self.product, name: self.name }, self.track)
    }
}

impl OfMilestone {
    fn parts(self) -> (ReleaseId, TrackId, MilestoneId) {
        (ReleaseId { product: self.product, name: self.name }, self.track, self.milestone)
    }
}

/// Show a timeline
///
/// Each track’s target, the last day to submit so that it holds, with why, and its milestones: when each is planned, from
/// where that day comes, whether it is reached, due or overdue, and what is in its way. Now, or as of any moment.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/timeline", operation_id = "timeline", tag = "Timeline",
    params(OfRelease, CheckQuery, IfNoneMatch),
    responses((status = 200, description = "The timeline.", body = TimelineResponse), NotChanged, Unknown)
)]
pub(super) async fn show(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<CheckQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let told = app.timeline(&path?.0.into(), query?.0).await?;
    // The moment of the answer is no part of the state that is answered; the day is.
    let state = TimelineResponse { at: domain::time::Time::from_micros(0), ..told.clone() };
    conditions.answer_by(told.position, &told, &state)
}

/// Say when a track should go live
///
/// The milestones of its template follow from it. A move says why, and where it was stays on record. It is a working day of the
/// product’s calendar.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/target", operation_id = "target_set", tag = "Timeline",
    params(OnTrack, IdempotencyKey, IfMatch),
    request_body = TargetRequest,
    responses((status = 200, description = "It is set.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn target(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<TargetRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same said twice is said once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.set_target(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Add a milestone
///
/// One that the template does not have, to one track, with a name and a day.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/milestones", operation_id = "milestone_add", tag = "Timeline",
    params(OnTrack, IdempotencyKey, IfMatch),
    request_body = AddRequest,
    responses((status = 200, description = "It is added.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn add(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<AddRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same said twice is said once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.add_milestone(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Plan a milestone
///
/// On a day of its own, whatever the template says; or, without a day, as the template has it again. One that was dropped is
/// taken back.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/milestones/{milestone}/plan", operation_id = "milestone_plan", tag = "Timeline",
    params(OfMilestone, IdempotencyKey, IfMatch),
    request_body = PlanRequest,
    responses((status = 200, description = "It is planned.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn plan(
    Acting(app): Acting,
    path: MilestonePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<PlanRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same said twice is said once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, track, milestone) = path?.0.parts();
    let (request, seen) = (request?.0.0, conditions.seen());
    Ok(Json(app.plan_milestone(&id, (&track, &milestone), request, seen.as_ref()).await?))
}

/// Say that a milestone is reached
///
/// On a day that has come; today, if none is named.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/milestones/{milestone}/reached", operation_id = "milestone_reach", tag = "Timeline",
    params(OfMilestone, IdempotencyKey, IfMatch),
    request_body = ReachRequest,
    responses((status = 200, description = "It is on record.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn reach(
    Acting(app): Acting,
    path: MilestonePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ReachRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same said twice is said once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, track, milestone) = path?.0.parts();
    let (request, seen) = (request?.0.0, conditions.seen());
    Ok(Json(app.reach_milestone(&id, (&track, &milestone), request, seen.as_ref()).await?))
}

/// Say that a milestone was not reached after all
///
/// With the reason; what was said stays on record.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/milestones/{milestone}/withdrawal", operation_id = "milestone_withdraw", tag = "Timeline",
    params(OfMilestone, IdempotencyKey, IfMatch),
    request_body = ReasonRequest,
    responses((status = 200, description = "It is withdrawn.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn withdraw(
    Acting(app): Acting,
    path: MilestonePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ReasonRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same said twice is said once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, track, milestone) = path?.0.parts();
    let (request, seen) = (request?.0.0, conditions.seen());
    Ok(Json(app.withdraw_reached(&id, (&track, &milestone), request, seen.as_ref()).await?))
}

/// Drop a milestone
///
/// It is none of this track. Planning it takes it back.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/milestones/{milestone}/removal", operation_id = "milestone_drop", tag = "Timeline",
    params(OfMilestone, IdempotencyKey, IfMatch),
    request_body = ReasonRequest,
    responses((status = 200, description = "It is dropped.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn drop(
    Acting(app): Acting,
    path: MilestonePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ReasonRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same said twice is said once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, track, milestone) = path?.0.parts();
    let (request, seen) = (request?.0.0, conditions.seen());
    Ok(Json(app.drop_milestone(&id, (&track, &milestone), request, seen.as_ref()).await?))
}
