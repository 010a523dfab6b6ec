//! Everything that the server answers, behind the checks that every request passes.
//!
//! Invariant: a request is answered under the server's own name alone, and its origin is known before anything else.
//! Whatever is answered has the headers that protect browsers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::headers;
use super::watch::{Asked, health, watch};
use crate::api::Problem;
use crate::app::{App, Who};
use crate::door::{Access, ClientAddress, Door, Speaks, guard_by};
use crate::front::Front;
use crate::{api, web};
use domain::permission::Act;

/// Returns everything that the server answers.
pub fn router(app: App, access: Access, stop: CancellationToken, metrics: PrometheusHandle) -> Router {
    let compression = CompressionLayer::new().quality(CompressionLevel::Precise(4));
    let (pages, api, _) = behind_doors(app.clone(), access, stop);
    let mut csrf = CsrfLayer::new();
    if let Some(origin) = &app.front.origin
        && let Ok(trusting) = csrf.clone().add_trusted_origin(origin.as_str())
    {
        csrf = trusting;
    }
    let metrics = get(move || async move { metrics.render() });
    let metrics = match access {
        // What is behind a front may be asked for by anybody: what happens inside is for those who may read.
        Access::Accounts if app.front.is_secure() => {
            guard_by(metrics, app.clone(), access, Speaks::Page, Act::Read)
        }
        _ => metrics,
    };
    Router::new()
        .merge(pages.layer(middleware::from_fn(watch)).layer(csrf.clone()))
        .nest(
            api::ROOT,
            api.layer(middleware::from_fn(watch)).layer(csrf.with_rejection_response(from_elsewhere)),
        )
        // What is beside the API is no page either.
        .route("/api/", any(api::no_route))
        .route("/api/{*beside}", any(api::no_route))
        .layer(compression)
        .route("/healthz", get(health).with_state(app.clone()))
        .route("/metrics", metrics)
        .layer(middleware::from_fn_with_state(app, at_the_front))
}

/// Returns every door of pages and API, with its whole path, for whoever wants to try them all.
pub fn doors(app: App) -> Vec<(String, Door)> {
    let (_, _, doors) = behind_doors(app, Access::Accounts, CancellationToken::new());
    doors
}

fn behind_doors(app: App, access: Access, stop: CancellationToken) -> (Router, Router, Vec<(String, Door)>) {
    // What a request may do is its own affair; without one, nobody acts.
    let app = if access == Access::Machine { app } else { app.acting_as(Who::Nobody) };
    let (api, of_api, described) = api::routes(app.clone(), access);
    let (pages, of_pages) = web::router(app, access, stop, described);
    let of_pages = of_pages.into_iter().map(|door| (door.path.clone(), door));
    let of_api = of_api.into_iter().map(|door| (format!("{}{}", api::ROOT, door.path), door));
    (pages, api, of_pages.chain(of_api).collect())
}

/// Refuses requests under another name than the server's: a page elsewhere could otherwise point its own name here and
/// read what is not its business. Refuses what did not come by the front, and notes where the rest comes from.
async fn at_the_front(State(app): State<App>, request: Request, next: Next) -> Response {
    let front = &app.front;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let asked = Asked::by(front.client(peer, request.headers()), &request);
    let mut response = pass(front, peer, &asked, request, next).await;
    headers::add(front, response.headers_mut());
    asked.noted_if_refused(response.status());
    response
}

async fn pass(front: &Front, peer: IpAddr, asked: &Asked, mut request: Request, next: Next) -> Response {
    // HTTP/2 names the host in the address, HTTP/1 in a header.
    let named = request.uri().authority().map(Authority::as_str);
    let host = named.or_else(|| request.headers().get(header::HOST)?.to_str().ok()).unwrap_or_default();
    // What watches over the server knows it by an address of its own, and is told nothing but that it is well.
    let watcher = request.uri().path() == "/healthz";
    if !front.answers_to(host) && !watcher {
        let name = front.origin.as_ref().map_or("localhost", |origin| origin.as_str());
        let sentence = format!("This server answers to {name} alone.");
        return turned_away(&request, StatusCode::MISDIRECTED_REQUEST, &sentence);
    }
    if !front.admits(peer) && !watcher {
        return turned_away(&request, StatusCode::FORBIDDEN, "Come by way of what ends TLS for this server.");
    }
    request.extensions_mut().insert(ClientAddress(asked.client));
    next.run(request).await
}

/// Tells why a request is not let in at all: programs as a problem, others in a line.
fn turned_away(request: &Request, status: StatusCode, sentence: &str) -> Response {
    if request.uri().path().starts_with(api::ROOT) {
        return Problem::new(status, "not-here", "Not by this way", sentence).into_response();
    }
    (status, format!("{sentence}\n")).into_response()
}

/// Tells a program that its browser was led here by another site.
fn from_elsewhere(_: ProtectionError) -> Response {
    let sentence = "A page of another site sent this with your session. Send it from here, or with a token from a program.";
    Problem::new(StatusCode::FORBIDDEN, "forbidden", "This is not for you to do", sentence).into_response()
}
