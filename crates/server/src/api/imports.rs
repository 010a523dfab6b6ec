//! Importing a spreadsheet of defects, changes or sign-offs.

use axum::Json;
use axum::body::Body;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use domain::import::LARGEST;
use utoipa::ToSchema;

use super::Problem;
use super::conditions::{Conditions, IfMatch};
use super::idempotency::IdempotencyKey;
use super::refusals::{Contradiction, Moved, Unfit, Unknown};
use super::releases::{OfRelease, ReleasePath};
use crate::app::AppError;
use crate::app::import::read::too_large;
use crate::app::import::{ImportRequest, ImportResponse};
use crate::door::Acting;

/// The smallest list that tells something.
const LIST: &str = "Key,Title,Severity,Status,Platform\nTW-2304,Old route after sync,high,Open,iOS\n";

/// A workbook, as it is.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(super) struct Workbook(());

/// Import a spreadsheet
///
/// A list of defects, changes or sign-offs: CSV with whatever is between its cells, JSON, or an Excel workbook. What each
/// column holds is guessed by its name, and remembered for the next time. What has a key that is on record is brought to
/// what the file says; what is so already is left alone, so that importing again changes only what differs. A dry run says
/// what would happen. A row with a mistake refuses the whole, unless `partial` leaves it out.
#[utoipa::path(
    post, path = "/releases/{product}/{name}/imports", operation_id = "import", tag = "Import",
    params(OfRelease, ImportRequest, IdempotencyKey, IfMatch),
    request_body(
        description = "The file; what it is is told by its first bytes.",
        content((Workbook = "text/csv", example = json!(LIST)), (Workbook = "application/octet-stream"))
    ),
    responses(
        (status = 200, description = "What changed, or would change.", body = ImportResponse),
        Unknown, Contradiction, Moved, Unfit
    )
)]
pub(super) async fn import(
    Acting(app): Acting,
    path: ReleasePath,
    query: Result<Query<ImportRequest>, QueryRejection>,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    body: Body,
) -> Result<Json<ImportResponse>, Problem> {
    // Importing twice is once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, request) = (path?.0.into(), query?.0);
    let bytes = axum::body::to_bytes(body, LARGEST).await.map_err(|_| AppError::from(too_large()))?;
    Ok(Json(app.import(&id, bytes, &request, conditions.seen().as_ref()).await?))
}
