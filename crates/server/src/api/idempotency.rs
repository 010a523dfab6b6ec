//! `Idempotency-Key`: a request that is sent again is carried out once.
//!
//! Invariant: a key that cannot be read is refused, and never taken for no key.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::Problem;
use crate::app::once::Once;

const NAME: &str = "Idempotency-Key";

/// The key that came along, if one did.
#[derive(Debug)]
pub(crate) struct IdempotencyKey(pub(crate) Option<Once>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut keys = parts.headers.get_all(NAME).iter();
        let (Some(key), more) = (keys.next(), keys.next()) else { return Ok(Self(None)) };
        match key.to_str().ok().and_then(Once::parse).filter(|_| more.is_none()) {
            Some(once) => Ok(Self(Some(once))),
            None => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "invalid",
                "The request does not fit",
                "An Idempotency-Key is one header of 1 to 255 characters of printable ASCII.",
            )),
        }
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[!-~]([ -~]{0,253}[!-~])?$"))
            .min_length(Some(1))
            .max_length(Some(255))
            .examples(["nightly-4411-smoke"]);
        let says = "Makes it safe to send this again: the same key from the same person, for the same release, is carried \
                    out once and answered as the first time. With another content it is refused.";
        let parameter = ParameterBuilder::new().name(NAME).parameter_in(ParameterIn::Header);
        vec![parameter.required(Required::False).description(Some(says)).schema(Some(text)).build()]
    }
}
