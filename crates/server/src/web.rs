//! The pages.
//!
//! Invariant: a page loads, asks `domain` what to say, and draws; it decides nothing. It works without script, and
//! nothing in it needs inline script or style.

mod assets;
mod changes;
mod evidence;
mod fleet;
mod frame;
mod gallery;
mod journal;
mod live;
mod mark;
mod moment;
mod parts;
mod preferences;
mod reader;
mod release;
mod run;
mod seen;
mod track;
mod trouble;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware;
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;

/// The largest form, in bytes.
const FORM_LIMIT: usize = 1 << 20;

/// What pages share.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    app: App,
    /// Ends open streams.
    stop: CancellationToken,
}

impl FromRef<Web> for App {
    fn from_ref(web: &Web) -> Self {
        web.app.clone()
    }
}

/// What a page may load and do: its own files, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Returns every route of the pages.
pub(crate) fn router(app: App, stop: CancellationToken) -> Router {
    let release = "/releases/{product}/{name}";
    let below = |path: &str| format!("{release}{path}");
    let web = Web { app: app.clone(), stop };
    Router::new()
        .route("/", get(fleet::fleet))
        .route(release, get(release::release))
        .route(&below("/tracks/{track}"), get(track::track))
        .route(&below("/evidence"), get(evidence::list))
        .route(&below("/evidence/{position}"), get(run::show))
        .route(&below("/evidence/{position}/withdraw"), post(run::withdraw))
        .route(&below("/changes"), get(changes::changes))
        .route(&below("/journal"), get(journal::of_release))
        .route("/journal", get(journal::whole))
        .route("/journal/{position}", get(journal::event))
        .route("/preferences", get(preferences::show).post(preferences::choose))
        .route("/gallery", get(gallery::gallery))
        .route("/live", get(live::fleet))
        .route("/live/{product}/{name}", get(live::of_release))
        .fallback(trouble::nowhere)
        .method_not_allowed_fallback(trouble::nowhere)
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(middleware::from_fn_with_state(app, trouble::dress))
        .route("/assets/{file}", get(assets::asset))
        .layer(set(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "same-origin"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"))
        .with_state(web)
}

fn set(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
