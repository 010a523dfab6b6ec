//! Defects: report, list, one whole, what it is for users, which tracks have it, deferring and withdrawing.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::id::{DefectKey, ProductId, ReleaseId, ReleaseName};
use domain::impact::Impact;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::defects::{
    BecauseRequest, DefectLine, DefectResponse, DefectsQuery, DeferRequest, ExposeRequest, ReportRequest,
    ReportedResponse,
};
use crate::app::page::Page;
use crate::app::settle::SettledResponse;
use crate::door::Acting;

/// The defect that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfDefect {
    product: ProductId,
    name: ReleaseName,
    /// Its key, as in `TW-2304` or `D-7`.
    key: DefectKey,
}

type DefectPath = Result<Path<OfDefect>, PathRejection>;

impl OfDefect {
    fn parts(self) -> (ReleaseId, DefectKey) {
        (ReleaseId { product: self.product, name: self.name }, self.key)
    }
}

/// List defects
///
/// By their keys, a page at a time; those that turned out not to belong to the release only where they are asked for.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/defects", operation_id = "defect_list", tag = "Defects",
    params(OfRelease, DefectsQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<DefectLine>), NotChanged, Unknown)
)]
pub(super) async fn list(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<DefectsQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, page) = app.defects(&path?.0.into(), query?.0).await?;
    conditions.answer(Some(position), &page)
}

/// Report a defect
///
/// By hand. Without a key it gets the next of ours, and the same from the same person is the same defect; with a key that
/// is on record it is corrected, which needs a reason. What comes from a file is changed there.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/defects", operation_id = "defect_report", tag = "Defects",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = ReportRequest,
    responses((status = 200, description = "It is on record.", body = ReportedResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn report(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ReportRequest>,
) -> Result<Json<ReportedResponse>, Problem> {
    // The same from the same person is once by nature: the key is only read to be refused where it cannot be.
    key?;
    Ok(Json(app.report_defect(&path?.0.into(), request?.0.0, conditions.seen().as_ref()).await?))
}

/// Show a defect
///
/// What the tracker says of it and what is ours, apart; with every track of the release.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/defects/{key}", operation_id = "defect", tag = "Defects",
    params(OfDefect, IfNoneMatch),
    responses((status = 200, description = "The defect.", body = DefectResponse), NotChanged, Unknown)
)]
pub(super) async fn show(
    Acting(app): Acting,
    path: DefectPath,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (id, key) = path?.0.parts();
    let (position, defect) = app.defect(&id, &key).await?;
    conditions.answer(Some(position), &defect)
}

/// Tell what a defect is for users
///
/// Every slot is filled; what is not known is said to be unknown. It takes the place of what was told before.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/defects/{key}/impact", operation_id = "defect_impact", tag = "Defects",
    params(OfDefect, IdempotencyKey, IfMatch),
    request_body = Impact,
    responses((status = 200, description = "It is told.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn impact(
    Acting(app): Acting,
    path: DefectPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<Impact>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, defect) = path?.0.parts();
    Ok(Json(app.translate_defect(&id, &defect, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Say whether a track has a defect
///
/// Affected, not affected, or not checked; oneself, or for somebody who told.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/defects/{key}/exposures", operation_id = "defect_expose", tag = "Defects",
    params(OfDefect, IdempotencyKey, IfMatch),
    request_body = ExposeRequest,
    responses((status = 200, description = "It is on record.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn expose(
    Acting(app): Acting,
    path: DefectPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<ExposeRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, defect) = path?.0.parts();
    Ok(Json(app.expose_defect(&id, &defect, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Defer a defect
///
/// To another release, which `to` names; without it, the defect is taken back into this one.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/defects/{key}/deferral", operation_id = "defect_defer", tag = "Defects",
    params(OfDefect, IdempotencyKey, IfMatch),
    request_body = DeferRequest,
    responses((status = 200, description = "It is decided.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn defer(
    Acting(app): Acting,
    path: DefectPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<DeferRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, defect) = path?.0.parts();
    Ok(Json(app.defer_defect(&id, &defect, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Withdraw a defect
///
/// It does not belong to the release after all. It stays on record and no longer counts, whatever a file brings.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/defects/{key}/withdrawal", operation_id = "defect_withdraw", tag = "Defects",
    params(OfDefect, IdempotencyKey, IfMatch),
    request_body = BecauseRequest,
    responses((status = 200, description = "It is withdrawn.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn withdraw(
    Acting(app): Acting,
    path: DefectPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<BecauseRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, defect) = path?.0.parts();
    Ok(Json(app.withdraw_defect(&id, &defect, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Take a withdrawn defect back
///
/// It belongs to the release after all, and counts as it was reported last.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/defects/{key}/return", operation_id = "defect_return", tag = "Defects",
    params(OfDefect, IdempotencyKey, IfMatch),
    request_body = BecauseRequest,
    responses((status = 200, description = "It counts again.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn put_back(
    Acting(app): Acting,
    path: DefectPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<BecauseRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, defect) = path?.0.parts();
    Ok(Json(app.put_back_defect(&id, &defect, request?.0.0, conditions.seen().as_ref()).await?))
}
