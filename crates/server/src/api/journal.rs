//! The journal's head, its verification, and single events as they are stored.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use domain::envelope::Position;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{NotChanged, Unknown};
use crate::app::events::{EventLine, EventsQuery};
use crate::app::ledger::{HeadResponse, StoredEventResponse, VerifyRequest, VerifyResponse};
use crate::app::page::Page;
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
    params(IdempotencyKey),
    request_body = VerifyRequest,
    responses((status = 200, description = "What was found.", body = VerifyResponse))
)]
pub(super) async fn verify(
    Acting(app): Acting,
    key: Result<IdempotencyKey, Problem>,
    request: Sent<VerifyRequest>,
) -> Result<Json<VerifyResponse>, Problem> {
    key?;
    Ok(Json(app.verify(request?.0.0).await?))
}

/// List events
///
/// What happened, in one product or release or in all; the oldest first, so that who remembers the last `next` or position
/// can follow, or the newest first.
#[utoipa::path(
    get, path = "/journal/events", operation_id = "event_list", tag = "Journal",
    params(EventsQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<EventLine>), NotChanged)
)]
pub(super) async fn events(
    Acting(app): Acting,
    query: Result<Query<EventsQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    conditions.answer(None, &app.events(query?.0).await?)
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
