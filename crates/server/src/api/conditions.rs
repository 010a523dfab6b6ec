//! Conditions on a request: `If-None-Match` on what is read, `If-Match` on what is decided (RFC 9110).
//!
//! Invariant: a tag begins with the position of what it is of and ends with a digest of what was answered, so that a
//! decision is compared by what has happened, and a reading by what would be sent.

use std::collections::BTreeSet;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::digest::Digest;
use domain::envelope::Position;
use serde::Serialize;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::Problem;
use crate::app::AppError;
use crate::app::moved::Seen;

/// The conditions that came along.
#[derive(Debug)]
pub(crate) struct Conditions(HeaderMap);

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.clone()))
    }
}

impl Conditions {
    /// Answers with a value and its tag, or that it is still what the caller has.
    pub(crate) fn answer(&self, of: Option<Position>, value: &impl Serialize) -> Result<Response, Problem> {
        let bytes = serde_json::to_vec(value).map_err(|error| AppError::Internal(error.to_string()))?;
        Ok(self.answer_bytes(of, bytes.into()))
    }

    /// As [`answer`](Self::answer), with JSON that is written already.
    pub(crate) fn answer_bytes(&self, of: Option<Position>, json: Bytes) -> Response {
        self.answer_tagged(tag(of, &json), json)
    }

    /// As [`answer`](Self::answer), tagged by a part of the value: what of it can be compared.
    pub(crate) fn answer_by(
        &self,
        of: Position,
        value: &impl Serialize,
        part: &impl Serialize,
    ) -> Result<Response, Problem> {
        let json = |error: serde_json::Error| AppError::Internal(error.to_string());
        let tag = tag(Some(of), &serde_json::to_vec(part).map_err(json)?);
        Ok(self.answer_tagged(tag, serde_json::to_vec(value).map_err(json)?.into()))
    }

    /// Returns what whoever decides says they have seen; `None` if they say nothing of it.
    pub(crate) fn seen(&self) -> Option<Seen> {
        self.0.get(header::IF_MATCH)?;
        let mut at = BTreeSet::new();
        for named in values(&self.0, &header::IF_MATCH).flat_map(|list| list.split(',')).map(str::trim) {
            if named == "*" {
                return Some(Seen::Anything);
            }
            // A weak tag never matches (RFC 9110, 13.1.1), nor does one that is not ours.
            let position = named.strip_prefix('"').and_then(|named| named.strip_suffix('"')?.split_once('-'));
            at.extend(position.and_then(|(position, _)| position.parse().ok()).map(Position));
        }
        Some(Seen::At(at))
    }

    fn answer_tagged(&self, tag: String, json: Bytes) -> Response {
        let known = values(&self.0, &header::IF_NONE_MATCH)
            .flat_map(|list| list.split(','))
            .map(|known| known.trim())
            .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag);
        let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
        if known {
            return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
        }
        let json_type = HeaderValue::from_static("application/json");
        ([(header::ETAG, tag), (header::CONTENT_TYPE, json_type)], json).into_response()
    }
}

fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

/// Returns the tag of an answer, with its quotes.
fn tag(of: Option<Position>, json: &[u8]) -> String {
    let digest = &Digest::of(json).to_string()[..16];
    of.map_or_else(|| format!("\"{digest}\""), |position| format!("\"{position}-{digest}\""))
}

/// Describes the header that answers carry.
pub(super) fn etag() -> Header {
    let text = ObjectBuilder::new().schema_type(Type::String).examples(["\"42-ba7816bf8f01cfea\""]);
    let says = "Names the state of what is answered, for `If-None-Match` and `If-Match`.";
    HeaderBuilder::new().schema(Some(text)).description(Some(says)).build()
}

pub(super) fn header_parameter(name: &str, says: &str, example: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).examples([example]);
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
    parameter.required(Required::False).description(Some(says)).schema(Some(text)).build()
}

/// Describes `If-Match`.
#[derive(Debug)]
pub(crate) struct IfMatch;

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let says = "The `ETag` of what the decision is made on: if anything has happened since, it is refused with 412. \
                    `*` is whatever is there.";
        vec![header_parameter("If-Match", says, "\"42-ba7816bf8f01cfea\"")]
    }
}

/// Describes `If-None-Match`.
#[derive(Debug)]
pub(crate) struct IfNoneMatch;

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let says = "The `ETag` of an earlier answer: if it still stands, the answer is 304 and has no body.";
        vec![header_parameter("If-None-Match", says, "\"42-ba7816bf8f01cfea\"")]
    }
}
