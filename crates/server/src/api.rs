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

/// Where the API begins.
pub(crate) const ROOT: &str = "/api/v1";

/// Returns the API alone, for a client in this process.
pub fn router(app: App) -> Router {
    Router::new().nest(ROOT, routes(app)).fallback(problem::no_route)
}

/// Returns every route of the API, from its root on.
pub(crate) fn routes(app: App) -> Router {
    Router::new()
        .route("/apply", post(releases::apply))
        .route("/releases", get(releases::list))
        .route("/releases/{product}/{name}/check", get(releases::check))
        .route("/releases/{product}/{name}/facts", get(releases::facts))
        .route("/releases/{product}/{name}/evidence", get(evidence::list))
        .route("/releases/{product}/{name}/evidence/{position}/cases", get(evidence::cases))
        .route("/releases/{product}/{name}/runs", post(evidence::ingest))
        .route("/releases/{product}/{name}/attestations", post(evidence::attest))
        .route("/releases/{product}/{name}/summaries", post(evidence::summarize))
        .route("/releases/{product}/{name}/withdrawals", post(evidence::withdraw))
        .route("/journal/head", get(journal::head))
        .route("/journal/verify", post(journal::verify))
        .route("/journal/events/{position}", get(journal::event))
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(DefaultBodyLimit::max(JSON_LIMIT))
        .with_state(app)
}
