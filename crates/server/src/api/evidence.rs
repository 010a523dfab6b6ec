//! Evidence: ingest, attest, summarize, withdraw, list, and the cases of a run.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::envelope::Position;
use domain::id::{ProductId, ReleaseId, ReleaseName};
use futures::StreamExt;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::{Done, Sent};
use super::refusals::{Contradiction, Moved, NotChanged, Unfit, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::cases::{CaseLine, CasesQuery};
use crate::app::correction::CorrectRequest;
use crate::app::evidence::{
    AttestRequest, EvidenceLine, EvidenceQuery, EvidenceResponse, SummarizeRequest, WithdrawRequest,
};
use crate::app::ingest::{Container, IngestRequest, IngestResponse};
use crate::app::page::Page;
use crate::door::Acting;

/// The smallest report that tells something.
const REPORT: &str = r#"<testsuite name="Tide"><testcase classname="app.Tide" name="opens"/></testsuite>"#;

/// A tar archive, as it is.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(super) struct Archive(());

/// List evidence
///
/// Every piece of it and every sign-off, the latest first.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/evidence", operation_id = "evidence_list", tag = "Evidence",
    params(OfRelease, EvidenceQuery, IfNoneMatch),
    responses((status = 200, description = "A page of it.", body = Page<EvidenceLine>), NotChanged, Unknown)
)]
pub(super) async fn list(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<EvidenceQuery>, QueryRejection>,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, page) = app.evidence(&path?.0.into(), query?.0).await?;
    conditions.answer(Some(position), &page)
}

/// Ingest test reports
///
/// Send a tar archive of JUnit XML reports as `application/x-tar`, or a single report as anything else. Everything of one
/// kind on one build counts together, in whatever order it comes. A report that cannot be read is refused, and then
/// nothing of this request is kept. The same reports sent again are the same piece of evidence.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/runs", operation_id = "run_ingest", tag = "Evidence",
    params(OfRelease, IngestRequest, IdempotencyKey),
    request_body(
        description = "The reports.",
        content((String = "application/xml", example = json!(REPORT)), (Archive = "application/x-tar"))
    ),
    responses(
        (status = 200, description = "They are on the disk, and on record.", body = IngestResponse),
        Unknown, Contradiction, Unfit
    )
)]
pub(super) async fn ingest(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<IngestRequest>, QueryRejection>,
    key: Result<IdempotencyKey, Problem>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<IngestResponse>, Problem> {
    let container = match headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
        Some("application/x-tar") => Container::Tar,
        _ => Container::Single,
    };
    let (id, once) = (path?.0.into(), key?.0);
    let response = app.ingest(&id, query?.0, container, body.into_data_stream(), once.as_ref()).await?;
    Ok(Json(response))
}

/// Record a check by hand
///
/// What somebody saw on a device. Checks repeat on purpose: each is a piece of evidence of its own.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/attestations", operation_id = "attest", tag = "Evidence",
    params(OfRelease, IdempotencyKey),
    request_body = AttestRequest,
    responses((status = 200, description = "It is on record.", body = EvidenceResponse), Unknown, Contradiction)
)]
pub(super) async fn attest(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    request: Sent<AttestRequest>,
) -> Result<Json<EvidenceResponse>, Problem> {
    Ok(Json(app.attest(&path?.0.into(), request?.0.0, key?.0.as_ref()).await?))
}

/// Write a test summary
///
/// For one build. The same text sent again is the same piece of evidence.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/summaries", operation_id = "summarize", tag = "Evidence",
    params(OfRelease, IdempotencyKey),
    request_body = SummarizeRequest,
    responses((status = 200, description = "It is on record.", body = EvidenceResponse), Unknown, Contradiction)
)]
pub(super) async fn summarize(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    request: Sent<SummarizeRequest>,
) -> Result<Json<EvidenceResponse>, Problem> {
    Ok(Json(app.summarize(&path?.0.into(), request?.0.0, key?.0.as_ref()).await?))
}

/// Withdraw evidence
///
/// Of evidence, a sign-off, an assessment, or that evidence was carried forward: it stays on record and no longer counts. Withdrawn again by the same person for the same reason, it is answered as the
/// first time, whatever key or condition comes along.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/withdrawals", operation_id = "withdraw", tag = "Evidence",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = WithdrawRequest,
    responses((status = 200, description = "It is withdrawn.", body = Done), Unknown, Contradiction, Moved)
)]
pub(super) async fn withdraw(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<WithdrawRequest>,
) -> Result<Json<Done>, Problem> {
    // Withdrawing twice is once by nature: the key is only read to be refused where it cannot be.
    key?;
    app.withdraw(&path?.0.into(), request?.0.0, conditions.seen().as_ref()).await?;
    Ok(Json(Done {}))
}

/// Put evidence where it belongs
///
/// A run, a check by hand or a summary that was recorded on the wrong track or build. It stays where it was, marked, and
/// counts where it belongs, under a position of its own.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/corrections", operation_id = "correct", tag = "Evidence",
    params(OfRelease, IdempotencyKey, IfMatch),
    request_body = CorrectRequest,
    responses((status = 200, description = "It is there.", body = EvidenceResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn correct(
    Acting(app): Acting,
    path: ReleasePath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<CorrectRequest>,
) -> Result<Json<EvidenceResponse>, Problem> {
    // Moving twice is once by nature: the key is only read to be refused where it cannot be.
    key?;
    Ok(Json(app.correct(&path?.0.into(), request?.0.0, conditions.seen().as_ref()).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfEvidence {
    product: ProductId,
    name: ReleaseName,
    position: Position,
}

/// List the cases of a run
///
/// As they were reported: one JSON object a line, as they are read.
#[utoipa::path(
    get, path = "/releases/{product}/{name}/evidence/{position}/cases", operation_id = "case_list", tag = "Evidence",
    params(OfEvidence, CasesQuery),
    responses(
        (status = 200, description = "The cases, a line each.", content_type = "application/x-ndjson", body = CaseLine),
        Unknown
    )
)]
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
