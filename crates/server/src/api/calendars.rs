//! The working calendars of products: show one, import holidays, take one out.

use axum::Json;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use domain::id::ProductId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Problem;
use super::conditions::{Conditions, IfMatch, IfNoneMatch};
use super::idempotency::IdempotencyKey;
use super::object::Sent;
use super::refusals::{Contradiction, Moved, NotChanged, Unknown};
use crate::app::calendar::{CalendarResponse, HolidaysRequest, HolidaysResponse, RemoveHolidayRequest};
use crate::app::settle::SettledResponse;
use crate::door::Acting;

/// The product that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfProduct {
    product: ProductId,
}

type ProductPath = Result<Path<OfProduct>, PathRejection>;

/// Show a calendar
///
/// The days that the team works, its holidays, those of the product’s file and those that were imported, and when it or a
/// store ships nothing.
#[utoipa::path(
    get, path = "/products/{product}/calendar", operation_id = "calendar", tag = "Timeline",
    params(OfProduct, IfNoneMatch),
    responses((status = 200, description = "The calendar.", body = CalendarResponse), NotChanged, Unknown)
)]
pub(super) async fn show(
    Acting(app): Acting,
    path: ProductPath,
    conditions: Conditions,
) -> Result<Response, Problem> {
    let (position, calendar) = app.calendar(&path?.0.product).await?;
    conditions.answer(Some(position), &calendar)
}

/// Import holidays
///
/// From a calendar file (iCalendar): whole days, once or every year. They count beside those of the product’s file, in the
/// product and in all its releases at once, and applying the file leaves them alone. What is not understood is told. A dry
/// run says what would happen.
#[utoipa::path(
    post, path = "/products/{product}/calendar/holidays", operation_id = "holiday_import", tag = "Timeline",
    params(OfProduct, IdempotencyKey, IfMatch),
    request_body = HolidaysRequest,
    responses(
        (status = 200, description = "What was taken in, or would be.", body = HolidaysResponse),
        Unknown, Contradiction, Moved
    )
)]
pub(super) async fn import(
    Acting(app): Acting,
    path: ProductPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<HolidaysRequest>,
) -> Result<Json<HolidaysResponse>, Problem> {
    // Importing twice is once by nature: the key is only read to be refused where it cannot be.
    key?;
    let (id, request, seen) = (path?.0.product, request?.0.0, conditions.seen());
    Ok(Json(app.import_holidays(&id, request, seen.as_ref()).await?))
}

/// Take an imported holiday out
///
/// With the reason. Those of the product’s file are taken out there.
#[utoipa::path(
    post, path = "/products/{product}/calendar/removals", operation_id = "holiday_remove", tag = "Timeline",
    params(OfProduct, IdempotencyKey, IfMatch),
    request_body = RemoveHolidayRequest,
    responses((status = 200, description = "It is no holiday.", body = SettledResponse), Unknown, Contradiction, Moved)
)]
pub(super) async fn remove(
    Acting(app): Acting,
    path: ProductPath,
    key: Result<IdempotencyKey, Problem>,
    conditions: Conditions,
    request: Sent<RemoveHolidayRequest>,
) -> Result<Json<SettledResponse>, Problem> {
    key?;
    let (id, request, seen) = (path?.0.product, request?.0.0, conditions.seen());
    Ok(Json(app.remove_holiday(&id, request, seen.as_ref()).await?))
}
