//! Asks: asking somebody by a link, listing what was asked, a link anew, asking no longer; and attachments.

use axum::Json;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::Response;
use bytes::Bytes;
use domain::envelope::Position;
use domain::id::{ProductId, ReleaseId, ReleaseName};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Problem;
use super::conditions::{Conditions, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::{Done, Sent};
use super::refusals::{Contradiction, NotChanged, Unfit, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::ask::{AskLine, AskRequest, AskResponse, AsksQuery, WithdrawAskRequest};
use crate::app::attachment::Uploaded;
use crate::app::page::Page;
use crate::door::Acting;

/// The ask that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfAsk {
    product: ProductId,
    name: ReleaseName,
    position: Position,
}

type AskPath = Result<Path<OfAsk>, PathRejection>;

impl OfAsk {
    fn parts(self) -> (ReleaseId, Position) {
        (ReleaseId { product: self.product, name: self.name }, self.position)
    }
}

/// A file, as it is, with something in it.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary, min_length = 1)]
pub(super) struct Bits(());

/// List asks
///
/// What somebody was asked for, the latest first, and what became of it.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/asks", operation_id = "ask_list", tag = "Asks",
    params(OfRelease, AsksQuery, IfNoneMatch),
    responses((status = 200, description = "A page of them.", body = Page<AskLine>), NotChanged, Unknown)
)]
pub(super) async fn list(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<AsksQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, page) = app.asks(&path?.0.into(), query?.0).await?;
    conditions.answer(Some(position), &page)
}

/// Ask somebody
///
/// For a check by hand or a test summary, by a link that opens one form until a time. The link is told this once: hand it
/// to them and to nobody else. Sent again with the same key, nothing more is asked, and the link is made anew.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/asks", operation_id = "ask", tag = "Asks",
    params(OfRelease, IdempotencyKey),
    request_body = AskRequest,
    responses((status = 200, description = "They are asked.", body = AskResponse), Unknown, Contradiction)
)]
pub(super) async fn ask(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    request: Sent<AskRequest>,
) -> Result<Json<AskResponse>, Problem> {
    Ok(Json(app.ask(&path?.0.into(), request?.0.0, key?.0.as_ref()).await?))
}

/// Make a link anew
///
/// Of an ask that is open. The link before then opens nothing any more.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/asks/{position}/link", operation_id = "ask_link", tag = "Asks",
    params(OfAsk, IdempotencyKey),
    responses((status = 200, description = "The new link.", body = AskResponse), Unknown, Contradiction)
)]
pub(super) async fn anew(
    Acting(app): Acting,
    path: AskPath,
    key: Result<IdempotencyKey, Problem>,
) -> Result<Json<AskResponse>, Problem> {
    // A link is told once: sent again it is another, whatever key comes along.
    key?;
    let (id, position) = path?.0.parts();
    Ok(Json(app.ask_anew(&id, position).await?))
}

/// Withdraw an ask
///
/// Of an ask that is open. Its link opens nothing any more.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/asks/{position}/withdrawal", operation_id = "ask_withdraw", tag = "Asks",
    params(OfAsk, IdempotencyKey),
    request_body = WithdrawAskRequest,
    responses((status = 200, description = "It is withdrawn.", body = Done), Unknown, Contradiction)
)]
pub(super) async fn withdraw(
    Acting(app): Acting,
    path: AskPath,
    key: Result<IdempotencyKey, Problem>,
    request: Sent<WithdrawAskRequest>,
) -> Result<Json<Done>, Problem> {
    // An ask ends once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, position) = path?.0.parts();
    app.withdraw_ask(&id, position, request?.0.0).await?;
    Ok(Json(Done {}))
}

/// Keep an attachment
///
/// What shows somebody else's word: a picture of a message, PNG or JPEG, of at most 10 MB. Evidence recorded on their behalf then
/// names its digest. The same file sent again has the same digest.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/attachments", operation_id = "attach", tag = "Evidence",
    params(OfRelease, IdempotencyKey),
    request_body(description = "The file.", content = Bits, content_type = "application/octet-stream"),
    responses((status = 200, description = "It is kept.", body = Uploaded), Unknown, Unfit)
)]
pub(super) async fn attach(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Uploaded>, Problem> {
    key?;
    // Nothing is kept for a release that is not there.
    app.release(&path?.0.into()).await?;
    Ok(Json(app.attach(body?).await?))
}
