//! The journal's head, its verification, and single events as they are stored.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use domain::envelope::Position;

use super::Problem;
use crate::app::App;
use crate::app::ledger::{HeadResponse, StoredEventResponse, VerifyRequest, VerifyResponse};

pub(super) async fn head(State(app): State<App>) -> Result<Json<HeadResponse>, Problem> {
    Ok(Json(app.head().await?))
}

pub(super) async fn verify(
    State(app): State<App>,
    request: Result<Json<VerifyRequest>, JsonRejection>,
) -> Result<Json<VerifyResponse>, Problem> {
    Ok(Json(app.verify(request?.0).await?))
}

pub(super) async fn event(
    State(app): State<App>,
    position: Result<Path<Position>, PathRejection>,
) -> Result<Json<StoredEventResponse>, Problem> {
    Ok(Json(app.stored_event(position?.0).await?))
}
