//! What every answer says to browsers: what it may load, who may frame it, that it is what it says it is, and that
//! nobody keeps it.
//!
//! Invariant: every answer has these headers, a refusal too. A route that knows better, such as an asset that may be
//! kept, has said so before.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::front::Front;

/// What a page may load and do: its own files, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// Browsers come by TLS for two years from their last visit on, to this name and to those below it.
const TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Name and value of each, unless the answer has the header already.
const EVERY: [(HeaderName, HeaderValue); 8] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=()"),
    ),
];

/// Adds what an answer does not say by itself.
pub(super) fn add(front: &Front, headers: &mut HeaderMap) {
    for (name, value) in EVERY {
        headers.entry(name).or_insert(value);
    }
    if front.is_secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TLS_ALONE);
    }
}
