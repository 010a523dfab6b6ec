//! Candidates: nominating with what follows told first, carrying evidence forward; and what is signed for one.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use domain::id::{ProductId, ReleaseId, ReleaseName, TrackId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unknown};
use crate::app::candidate::{CarryRequest, NominateRequest, NominateResponse};
use crate::app::judgement::{AssessRequest, AssessmentLine, AssessmentsQuery, SignOffRequest};
use crate::app::page::Page;
use crate::app::settle::SettledResponse;
use crate::door::Acting;

/// The track that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfTrack {
    product: ProductId,
    name: ReleaseName,
    track: TrackId,
}

pub(super) type TrackPath = Result<Path<OfTrack>, PathRejection>;

impl OfTrack {
    pub(super) fn parts(self) -> (ReleaseId, TrackId) {
        (ReleaseId { product: self.product, name: self.name }, self.track)
    }
}

/// Nominate a candidate
///
/// A build on record, or one that is registered along with its commit. Taking the place of another needs a reason. A dry
/// run tells what would become stale, lapse or count again, and carries the `ETag` to nominate on: if anything happens in
/// between, the nomination is refused with 412. Nominating the candidate again changes nothing.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/candidate", operation_id = "nominate", tag = "Decisions",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = NominateRequest,
    responses(
        (status = 200, description = "What followed, or would follow.", body = NominateResponse, headers(
            ("ETag" = Option<String>, description = "Of a dry run: names the state of what it is about, for `If-Match`.")
        )),
        Unknown, Contradiction, Moved
    )
)]
pub(super) async fn nominate(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<NominateRequest>,
) -> Result<Response, Problem> {
    // Nominating twice is once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, track) = path?.0.parts();
    let (response, position) = app.nominate(&id, &track, request?.0.0, conditions.seen().as_ref()).await?;
    if response.dry_run {
        return conditions.answer(Some(position), &response);
    }
    Ok(Json(response).into_response())
}

/// Carry evidence forward
///
/// Evidence of an earlier build of the track holds for the candidate too, with a reason; it is told as an assumption.
/// To undo it, withdraw the position that is answered.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/carries", operation_id = "carry", tag = "Decisions",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = CarryRequest,
    responses((status = 200, description = "It counts for the candidate.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn carry(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<CarryRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.carry(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Sign the candidate off
///
/// A function stands by the build that is named, which must be the candidate. Whoever signs speaks for the function, or
/// records the word of somebody who does, with where they gave it.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/signoffs", operation_id = "sign_off", tag = "Decisions",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = SignOffRequest,
    responses((status = 200, description = "It is signed off.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn sign_off(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<SignOffRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.sign_off(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}

/// List assessments
///
/// Of a track, the latest first, each with what was corrected since it was signed.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/tracks/{track}/assessments", operation_id = "assessment_list",
    tag = "Decisions",
    params(OfTrack, AssessmentsQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<AssessmentLine>), NotChanged, Unknown)
)]
pub(super) async fn assessments(
    Acting(app): Acting,
    path: TrackPath,
    query: Result<Query<AssessmentsQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (id, track) = path?.0.parts();
    let (position, page) = app.assessments(&id, &track, query?.0).await?;
    conditions.answer(Some(position), &page)
}

/// Assess a track
///
/// The coordinator's own signed judgement of the candidate. The last one that is signed for it stands.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/tracks/{track}/assessments", operation_id = "assess", tag = "Decisions",
    params(OfTrack, IdempotencyKey, IfMatch),
    request_body = AssessRequest,
    responses((status = 200, description = "It is signed.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn assess(
    Acting(app): Acting,
    path: TrackPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<AssessRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, track) = path?.0.parts();
    Ok(Json(app.assess(&id, &track, request?.0.0, conditions.seen().as_ref()).await?))
}
