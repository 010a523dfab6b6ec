//! The JSON API.
//!
//! Invariant: a route reads its request, calls one use case and writes its answer; it decides nothing.

mod evidence;
mod journal;
mod problem;
mod releases;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;

pub use problem::Problem;
pub use releases::ReleaseLine;

/// The largest JSON body, in bytes; reports come as a stream and have no limit.
const JSON_LIMIT: usize = 64 << 20;

/// Returns every route of the API.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/v1/apply", post(releases::apply))
        .route("/api/v1/releases", get(releases::list))
        .route("/api/v1/releases/{product}/{name}/check", get(releases::check))
        .route("/api/v1/releases/{product}/{name}/facts", get(releases::facts))
        .route("/api/v1/releases/{product}/{name}/evidence", get(evidence::list))
        .route("/api/v1/releases/{product}/{name}/evidence/{position}/cases", get(evidence::cases))
        .route("/api/v1/releases/{product}/{name}/runs", post(evidence::ingest))
        .route("/api/v1/releases/{product}/{name}/attestations", post(evidence::attest))
        .route("/api/v1/releases/{product}/{name}/summaries", post(evidence::summarize))
        .route("/api/v1/releases/{product}/{name}/withdrawals", post(evidence::withdraw))
        .route("/api/v1/journal/head", get(journal::head))
        .route("/api/v1/journal/verify", post(journal::verify))
        .route("/api/v1/journal/events/{position}", get(journal::event))
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(DefaultBodyLimit::max(JSON_LIMIT))
        .with_state(app)
}
