//! Pages that say what went wrong and what to do next.
//!
//! Invariant: what a person can mend is in their words; what they cannot is logged under a number they can quote.

use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use maud::html;

use super::frame::Frame;
use super::reader::Reader;
use crate::api::Problem;
use crate::app::{App, AppError};

/// A problem on its way to becoming a page.
#[derive(Debug)]
pub(super) struct Trouble(pub(super) Problem);

/// What a page comes to.
pub(super) type Page = Result<Response, Trouble>;

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self(error.into())
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self(AppError::from(refusal).into())
    }
}

macro_rules! from_rejection {
    ($($rejection:ty),*) => {$(
        impl From<$rejection> for Trouble {
            fn from(rejection: $rejection) -> Self {
                Self(rejection.into())
            }
        }
    )*};
}

from_rejection!(PathRejection, QueryRejection, FormRejection, MultipartError, MultipartRejection);

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self.0));
        response
    }
}

/// Turns a problem that a handler came to into a page, in the reader's look.
pub(super) async fn dress(
    State(app): State<App>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let reader = read(&mut parts, &app).await;
    let mut response = next.run(axum::extract::Request::from_parts(parts, body)).await;
    match response.extensions_mut().remove::<std::sync::Arc<Problem>>() {
        Some(problem) => page(&reader, &problem),
        None => response,
    }
}

async fn read(parts: &mut Parts, app: &App) -> Reader {
    match <Reader as FromRequestParts<App>>::from_request_parts(parts, app).await {
        Ok(reader) => reader,
        Err(never) => match never {},
    }
}

pub(super) async fn nowhere() -> Trouble {
    Trouble(Problem::new(
        StatusCode::NOT_FOUND,
        "no-page",
        "There is no such page",
        "The address may be mistyped, or come from a newer version of Seaworthy.",
    ))
}

fn page(reader: &Reader, problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let clock = reader.clock("UTC");
    let body = html! {
        section.trouble {
            p.code { (status.as_u16()) }
            h1 { (problem.title) }
            p.lead { (problem.detail) }
            ul.plain {
                @if status == StatusCode::NOT_FOUND {
                    li { a href="/" { "Every live release" } " is on the fleet page." }
                    @if !reader.as_of.is_empty() {
                        li { "This page may be there " a href=(reader.here.split('?').next().unwrap_or("/")) { "now" } "." }
                    }
                }
                @if status.is_server_error() {
                    li { "Nothing that was recorded is lost. " a href=(reader.here) { "Try again" } "." }
                    li { "If it stays: the server's log says what happened, at " (clock.exact(reader.now)) "." }
                }
                @if status.is_client_error() && status != StatusCode::NOT_FOUND {
                    li { "Go back, mend it, and send it again: nothing was recorded." }
                }
            }
        }
    };
    let frame = Frame {
        reader,
        clock: &clock,
        title: problem.title.clone(),
        crumbs: vec![("Fleet".to_owned(), "/".to_owned())],
        tabs: None,
        live: None,
        past: None,
        body,
    };
    let mut response = frame.answer_with(status);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(axum::http::header::RETRY_AFTER, seconds.into());
    }
    response
}
