//! The outbox: what people are told, and what does not get out.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::object::{Done, Sent};
use super::refusals::{Contradiction, Unknown};
use crate::app::outbox::{DropRequest, OutboxLine, OutboxQuery};
use crate::app::page::Page;
use crate::door::Acting;

/// Names a message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfMessage {
    /// Its id, as the list has it.
    id: String,
}

type MessagePath = Result<Path<OfMessage>, PathRejection>;

/// List messages
///
/// What people are to be told and what they were told, the latest first, with why it does not get out.
#[utoipa::path(
    get, path = "/outbox", operation_id = "outbox_list", tag = "Outbox",
    params(OutboxQuery),
    responses((status = 200, description = "A page of them.", body = Page<OutboxLine>))
)]
pub(super) async fn list(
    Acting(app): Acting,
    query: Result<Query<OutboxQuery>, QueryRejection>,
) -> Result<Json<Page<OutboxLine>>, Problem> {
    Ok(Json(app.outbox(query?.0).await?))
}

/// Try a message again
///
/// One that failed for good, or was dropped. It goes with the next digest, or as soon as it may.
#[utoipa::path(
    post, path = "/outbox/{id}/retry", operation_id = "outbox_retry", tag = "Outbox",
    params(OfMessage),
    responses((status = 200, description = "It waits to go out.", body = Done), Unknown, Contradiction)
)]
pub(super) async fn retry(Acting(app): Acting, path: MessagePath) -> Result<Json<Done>, Problem> {
    app.retry_message(&path?.0.id).await?;
    Ok(Json(Done {}))
}

/// Drop a message
///
/// One that has not gone out, with the reason, which stays beside it.
#[utoipa::path(
    post, path = "/outbox/{id}/drop", operation_id = "outbox_drop", tag = "Outbox",
    params(OfMessage),
    request_body = DropRequest,
    responses((status = 200, description = "It goes to nobody.", body = Done), Unknown, Contradiction)
)]
pub(super) async fn drop(
    Acting(app): Acting,
    path: MessagePath,
    request: Sent<DropRequest>,
) -> Result<Json<Done>, Problem> {
    app.drop_message(&path?.0.id, request?.0.0).await?;
    Ok(Json(Done {}))
}
