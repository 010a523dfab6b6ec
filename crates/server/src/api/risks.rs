//! Risks: note, list, revise, close; and the word that a list is whole.

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
use crate::app::risks::{CloseRequest, RiskLine, RiskRequest, RisksQuery, WholeRequest};
use crate::app::settle::SettledResponse;
use crate::door::Acting;

/// The risk that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfRisk {
    product: ProductId,
    name: ReleaseName,
    position: Position,
}

type RiskPath = Result<Path<OfRisk>, PathRejection>;

impl OfRisk {
    fn parts(self) -> (ReleaseId, Position) {
        (ReleaseId { product: self.product, name: self.name }, self.position)
    }
}

/// List risks
///
/// In the order in which they were noted; those that are closed only where they are asked for.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/risks", operation_id = "risk_list", tag = "Risks",
    params(OfRelease, RisksQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<RiskLine>), NotChanged, Unknown)
)]
pub(super) async fn list(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<RisksQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, page) = app.risks(&path?.0.into(), query?.0).await?;
    conditions.answer(Some(position), &page)
}

/// Note a risk
///
/// What could go wrong for users, how likely, what is done against it, and who watches it.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/risks", operation_id = "risk_note", tag = "Risks",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = RiskRequest,
    responses((status = 200, description = "It is noted.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn note(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<RiskRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    // The same from the same person is once by nature: the key is only read to be refused where it cannot be.
    key?;
    Ok(Json(app.note_risk(&path?.0.into(), request?.0.0, conditions.seen().as_ref()).await?))
}

/// Revise a risk
///
/// It takes the place of what was noted before; one that was closed is open again.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/risks/{position}", operation_id = "risk_revise", tag = "Risks",
    params(OfRisk, IdempotencyKey, IfMatch),
    request_body = RiskRequest,
    responses((status = 200, description = "It is revised.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn revise(
    Acting(app): Acting,
    path: RiskPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<RiskRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, risk) = path?.0.parts();
    Ok(Json(app.revise_risk(&id, risk, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Close a risk
///
/// With what became of it: it happened, or it cannot happen any more.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/risks/{position}/closing", operation_id = "risk_close", tag = "Risks",
    params(OfRisk, IdempotencyKey, IfMatch),
    request_body = CloseRequest,
    responses((status = 200, description = "It is closed.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn close(
    Acting(app): Acting,
    path: RiskPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<CloseRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, risk) = path?.0.parts();
    Ok(Json(app.close_risk(&id, risk, request?.0.0, conditions.seen().as_ref()).await?))
}

/// Say that a list is whole
///
/// That nothing is missing on it as of now: until somebody says so, or a file brings all there is, a criterion that asks
/// whether it is empty has no answer. It is withdrawn as evidence is, by its position.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/lists", operation_id = "list_whole", tag = "Releases",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = WholeRequest,
    responses((status = 200, description = "It is on record.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn whole(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<WholeRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    Ok(Json(app.say_whole(&path?.0.into(), request?.0.0, conditions.seen().as_ref()).await?))
}
