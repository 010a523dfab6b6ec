//! Errors as `application/problem+json` (RFC 9457).
//!
//! Invariant: one exhaustive match decides the status; what a person cannot mend is logged, not shown.

use axum::Json;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::rejection::{BytesRejection, FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::file::Mistake;
use domain::refusal::RefusalKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::refusals::PROBLEM;
use crate::app::AppError;

/// A problem as the API tells it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is; a word that stays the same.
    #[serde(rename = "type")]
    #[schema(example = "urn:seaworthy:unknown")]
    pub kind: String,
    /// The same for every problem of its kind.
    pub title: String,
    pub status: u16,
    /// The sentence for a person.
    pub detail: String,
    /// Mistakes in a product's file, or in the rule of a criterion, each with its place there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<Mistake>,
    /// How many seconds to wait before trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<i64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:seaworthy:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            mistakes: Vec::new(),
            retry_after: None,
        }
    }

    fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request does not fit", detail)
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(refusal) => {
                let (status, kind, title) = match refusal.kind {
                    RefusalKind::Unknown => (StatusCode::NOT_FOUND, "unknown", "It is not there"),
                    RefusalKind::Contradiction => {
                        (StatusCode::CONFLICT, "contradiction", "It contradicts the record")
                    }
                    RefusalKind::Forbidden => {
                        (StatusCode::FORBIDDEN, "forbidden", "This is not for you to do")
                    }
                    RefusalKind::Invalid => {
                        (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "The request does not fit")
                    }
                };
                Self::new(status, kind, title, refusal.sentence)
            }
            AppError::Mistakes(mistakes) => {
                let count = domain::words::count(mistakes.len() as i64, "mistake", "mistakes");
                let detail = format!("The file has {count}; nothing was applied.");
                Self {
                    mistakes,
                    ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "mistakes", "Mistakes in the file", detail)
                }
            }
            AppError::Criteria(mistakes) => {
                let told = mistakes.iter().map(|mistake| mistake.sentence());
                let detail = domain::words::list(&told.collect::<Vec<_>>(), mistakes.len(), 1);
                Self {
                    mistakes: mistakes.iter().filter_map(|mistake| mistake.placed()).collect(),
                    ..Self::new(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        "criteria",
                        "A criterion does not do",
                        detail,
                    )
                }
            }
            AppError::Report { file, problem } => {
                let detail = format!("{file}: {problem}. Nothing of this ingest was kept.");
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "report", "A report cannot be read", detail)
            }
            conflict @ AppError::Conflict(_) => Self::new(
                StatusCode::CONFLICT,
                "conflict",
                "Somebody was faster",
                capital(&conflict.to_string()),
            ),
            AppError::TooOften(seconds) => Self {
                retry_after: Some(seconds),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too-often",
                    "Too many tries",
                    format!("Wait {} and try again.", domain::words::count(seconds, "second", "seconds")),
                )
            },
            AppError::Moved(sentence) => {
                Self::new(StatusCode::PRECONDITION_FAILED, "moved", "It has moved since", sentence)
            }
            reused @ AppError::KeyReused(_) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key-reused",
                "The key was used before",
                format!("{}.", capital(&reused.to_string())),
            ),
            AppError::Full(detail) => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "full", "The disk is full", capital(&detail))
            }
            backup @ AppError::Backup(_) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "backup",
                "The backup cannot be used",
                capital(&backup.to_string()),
            ),
            lost @ (AppError::BlobLost(_) | AppError::BlobAltered(_)) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "blob",
                "Evidence is not there",
                capital(&lost.to_string()),
            ),
            internal @ (AppError::Folder { .. }
            | AppError::Listen { .. }
            | AppError::Certificate(_)
            | AppError::Unreadable(_)
            | AppError::Journal(_)
            | AppError::Blob(_)
            | AppError::Io { .. }
            | AppError::Internal(_)) => {
                tracing::error!("{internal}");
                let detail = "Something went wrong inside. The log has the details.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong", detail)
            }
        }
    }
}

macro_rules! from_rejection {
    ($($rejection:ty),*) => {$(
        impl From<$rejection> for Problem {
            fn from(rejection: $rejection) -> Self {
                Self { status: rejection.status().as_u16(), ..Self::invalid(rejection.body_text()) }
            }
        }
    )*};
}

from_rejection!(
    BytesRejection,
    FormRejection,
    JsonRejection,
    MultipartError,
    MultipartRejection,
    PathRejection,
    QueryRejection
);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        response
    }
}

pub(crate) async fn no_route() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "no-route",
        "There is nothing here",
        "There is no such route in this API.",
    )
}

pub(super) async fn no_method() -> Problem {
    let detail = "This route does not answer that method.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "no-method", "Not that way", detail)
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
