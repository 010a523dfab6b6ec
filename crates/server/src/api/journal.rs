//! The journal's head, its verification, and single events as they are stored.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::response::Response;
use domain::envelope::Position;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfNoneMatch};
use super::refusals::{NotChanged, Unknown};
use crate::app::ledger::{HeadResponse, StoredEventResponse, VerifyRequest, VerifyResponse};
use crate::door::Acting;

/// Show the head
///
/// One signed line that commits to everything before it. Keep it elsewhere, and nobody can rewrite what it covers unseen.
#[utoipa::path(
    get, path = "/journal/head", operation_id = "journal_head", tag = "Journal",
    params(IfNoneMatch),
    responses((status = 200, description = "The head.", body = HeadResponse), NotChanged)
)]
pub(super) async fn head(Acting(app): Acting, conditions: Conditions) -> Result<Response, Problem> {
    conditions.answer(None, &app.head().await?)
}

/// Verify the journal
///
/// Walks the whole chain; with `blobs` it also reads every report and record that events name. It changes nothing.
#[utoipa::path(
    post, path = "/journal/verify", operation_id = "journal_verify", tag = "Journal",
    request_body = VerifyRequest,
    responses((status = 200, description = "What was found.", body = VerifyResponse))
)]
pub(super) async fn verify(
    Acting(app): Acting,
    request: Result<Json<VerifyRequest>, JsonRejection>,
) -> Result<Json<VerifyResponse>, Problem> {
    Ok(Json(app.verify(request?.0).await?))
}

/// Names an event.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfEvent {
    position: Position,
}

/// Show an event
///
/// Byte for byte as it is stored, so that `sha256sum` of the header comes to the hash.
#[utoipa::path(
    get, path = "/journal/events/{position}", operation_id = "event", tag = "Journal",
    params(OfEvent, IfNoneMatch),
    responses((status = 200, description = "The event.", body = StoredEventResponse), NotChanged, Unknown)
)]
pub(super) async fn event(
    Acting(app): Acting,
    path: Result<Path<OfEvent>, PathRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    conditions.answer(None, &app.stored_event(path?.0.position).await?)
}
