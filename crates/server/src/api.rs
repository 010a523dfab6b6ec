//! The JSON API.
//!
//! Invariant: a route reads its request, calls one use case and writes its answer; it decides nothing.

mod evidence;
mod journal;
mod problem;
mod releases;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use domain::permission::Act;

use crate::app::App;
use crate::door::{Access, Door, Doors};

pub use problem::Problem;
pub use releases::ReleaseLine;

/// The largest JSON body, in bytes; reports come as a stream and have no limit.
const JSON_LIMIT: usize = 64 << 20;

/// Where the API begins.
pub(crate) const ROOT: &str = "/api/v1";

/// Returns the API alone, for a client in this process that has the data in hand.
pub fn router(app: App) -> Router {
    let (routes, _) = routes(app, Access::Machine);
    Router::new().nest(ROOT, routes).fallback(problem::no_route)
}

/// Returns every route of the API, from its root on, and the door that each is behind.
pub(crate) fn routes(app: App, access: Access) -> (Router, Vec<Door>) {
    let (router, doors) = Doors::new(app.clone(), access)
        .post(Act::Apply, "/apply", releases::apply)
        .get(Act::Read, "/releases", releases::list)
        .get(Act::Read, "/releases/{product}/{name}/check", releases::check)
        .get(Act::Read, "/releases/{product}/{name}/facts", releases::facts)
        .get(Act::Read, "/releases/{product}/{name}/evidence", evidence::list)
        .get(Act::Read, "/releases/{product}/{name}/evidence/{position}/cases", evidence::cases)
        .post(Act::BringEvidence, "/releases/{product}/{name}/runs", evidence::ingest)
        .post(Act::BringEvidence, "/releases/{product}/{name}/attestations", evidence::attest)
        .post(Act::BringEvidence, "/releases/{product}/{name}/summaries", evidence::summarize)
        .post(Act::WithdrawEvidence, "/releases/{product}/{name}/withdrawals", evidence::withdraw)
        .get(Act::Read, "/journal/head", journal::head)
        .post(Act::VerifyJournal, "/journal/verify", journal::verify)
        .get(Act::Read, "/journal/events/{position}", journal::event)
        .done();
    let router = router
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(DefaultBodyLimit::max(JSON_LIMIT))
        .with_state(app);
    (router, doors)
}
