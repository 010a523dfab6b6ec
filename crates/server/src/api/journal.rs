//! The journal's head, its verification, and single events as they are stored.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::{JsonRejection, PathRejection};
use domain::envelope::Position;

use super::Problem;
use crate::app::ledger::{HeadResponse, StoredEventResponse, VerifyRequest, VerifyResponse};
use crate::door::Acting;

pub(super) async fn head(Acting(app): Acting) -> Result<Json<HeadResponse>, Problem> {
    Ok(Json(app.head().await?))
}

pub(super) async fn verify(
    Acting(app): Acting,
    request: Result<Json<VerifyRequest>, JsonRejection>,
) -> Result<Json<VerifyResponse>, Problem> {
    Ok(Json(app.verify(request?.0).await?))
}

pub(super) async fn event(
    Acting(app): Acting,
    position: Result<Path<Position>, PathRejection>,
) -> Result<Json<StoredEventResponse>, Problem> {
    Ok(Json(app.stored_event(position?.0).await?))
}
