//! Evidence: ingest, attest, summarize, withdraw, list, and the cases of a run.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::envelope::Position;
use domain::id::{ProductId, ReleaseId, ReleaseName};
use futures::StreamExt;
use serde::Deserialize;

use super::Problem;
use super::releases::ReleasePath;
use crate::app::cases::CasesQuery;
use crate::app::evidence::{
    AttestRequest, EvidenceLine, EvidenceResponse, SummarizeRequest, WithdrawRequest,
};
use crate::app::ingest::{Container, IngestRequest, IngestResponse};
use crate::door::Acting;

pub(super) async fn list(Acting(app): Acting, path: ReleasePath) -> Result<Json<Vec<EvidenceLine>>, Problem> {
    Ok(Json(app.evidence(&path?.0.into()).await?))
}

pub(super) async fn ingest(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<IngestRequest>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<IngestResponse>, Problem> {
    let container = match headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
        Some("application/x-tar") => Container::Tar,
        _ => Container::Single,
    };
    let response = app.ingest(&path?.0.into(), query?.0, container, body.into_data_stream()).await?;
    Ok(Json(response))
}

pub(super) async fn attest(
    Acting(app): Acting,
    path: ReleasePath,
    request: Result<Json<AttestRequest>, JsonRejection>,
) -> Result<Json<EvidenceResponse>, Problem> {
    Ok(Json(app.attest(&path?.0.into(), request?.0).await?))
}

pub(super) async fn summarize(
    Acting(app): Acting,
    path: ReleasePath,
    request: Result<Json<SummarizeRequest>, JsonRejection>,
) -> Result<Json<EvidenceResponse>, Problem> {
    Ok(Json(app.summarize(&path?.0.into(), request?.0).await?))
}

pub(super) async fn withdraw(
    Acting(app): Acting,
    path: ReleasePath,
    request: Result<Json<WithdrawRequest>, JsonRejection>,
) -> Result<Json<serde_json::Value>, Problem> {
    app.withdraw(&path?.0.into(), request?.0).await?;
    Ok(Json(serde_json::json!({})))
}

#[derive(Debug, Deserialize)]
pub(super) struct OfEvidence {
    product: ProductId,
    name: ReleaseName,
    position: Position,
}

/// Answers one JSON line a case, as they are read.
pub(super) async fn cases(
    Acting(app): Acting,
    path: Result<Path<OfEvidence>, PathRejection>,
    query: Result<Query<CasesQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Path(of) = path?;
    let id = ReleaseId { product: of.product, name: of.name };
    let lines = app.cases(&id, of.position, query?.0).await?;
    let stream = futures::stream::unfold(lines, |mut lines| async move {
        let line = lines.recv().await?.map(|line| {
            let mut json = serde_json::to_vec(&line).unwrap_or_default();
            json.push(b'\n');
            Bytes::from(json)
        });
        Some((line, lines))
    });
    // Once lines have gone out, an error can only cut the answer short.
    let body = Body::from_stream(stream.map(|line| line.map_err(|error| error.to_string())));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response())
}
