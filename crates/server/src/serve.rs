//! The server: pages and API on one port, watched, and stopped without cutting anybody off.
//!
//! Invariant: it listens on this machine alone, since it ends no TLS itself; a request under way is answered before it
//! ends, and an open stream is ended rather than waited for.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tracing::info;

use crate::app::{App, AppError, Who};
use crate::door::{Access, Door};
use crate::{api, web};

/// How long requests under way are waited for once the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);
/// Upper bounds of the histogram of answers, in seconds.
const BOUNDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    app: App,
    access: Access,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Binds an address of this machine. Port 0 takes any that is free.
    ///
    /// # Errors
    /// An address that is not of this machine alone, or that cannot be bound.
    pub async fn bind(app: App, access: Access, address: SocketAddr) -> Result<Self, AppError> {
        if !address.ip().is_loopback() {
            return Err(AppError::Listen {
                address,
                why: "it would send passwords in the clear; listen on 127.0.0.1, and put what ends TLS in front".to_owned(),
            });
        }
        let failed = |error: std::io::Error| AppError::Listen { address, why: error.to_string() };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { app, access, listener, address })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is told to stop, then lets what is under way come to its end.
    ///
    /// # Errors
    /// A journal that cannot be followed, or a socket that fails.
    pub async fn run(self, stop: CancellationToken) -> Result<(), AppError> {
        keep_memory_of_pages();
        self.app.follow(stop.clone()).await?;
        let router = router(self.app.clone(), self.access, stop.clone(), recorder());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        info!(address = %self.address, "listening on http://{}", self.address);
        self.app.sweep_now_and_then(stop.clone());
        let stopped = stop.clone();
        let serving = axum::serve(self.listener, service)
            .with_graceful_shutdown(async move { stopped.cancelled().await })
            .into_future();
        tokio::pin!(serving);
        let late = async {
            stop.cancelled().await;
            tokio::time::sleep(PATIENCE).await;
        };
        tokio::select! {
            served = &mut serving => served.map_err(|source| AppError::Io { doing: "serve", source })?,
            () = late => tracing::warn!("gave up waiting for requests under way after {PATIENCE:?}"),
        }
        self.app.finish().await;
        info!("stopped");
        Ok(())
    }
}

/// Has the C library keep what it would hand back to the kernel after each page and fetch again for the next, which
/// costs about a third of a page. It takes the largest piece that was ever freed as a measure of what to keep: so one
/// is reserved, never touched, and freed. Elsewhere than on glibc this does nothing.
fn keep_memory_of_pages() {
    const KEPT: usize = 4 << 20;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT)));
}

/// Returns everything that the server answers.
pub fn router(app: App, access: Access, stop: CancellationToken, metrics: PrometheusHandle) -> Router {
    let compression = CompressionLayer::new().quality(CompressionLevel::Precise(4));
    let (pages, api, _) = behind_doors(app.clone(), access, stop);
    Router::new()
        .merge(pages.layer(middleware::from_fn(watch)))
        .nest(api::ROOT, api.layer(middleware::from_fn(watch)))
        .layer(CsrfLayer::new())
        .layer(compression)
        .route("/healthz", get(health).with_state(app))
        .route("/metrics", get(move || async move { metrics.render() }))
        .layer(middleware::from_fn(only_by_this_machines_name))
}

/// Returns every door of pages and API, with its whole path, for whoever wants to try them all.
pub fn doors(app: App) -> Vec<(String, Door)> {
    let (_, _, doors) = behind_doors(app, Access::Accounts, CancellationToken::new());
    doors
}

fn behind_doors(app: App, access: Access, stop: CancellationToken) -> (Router, Router, Vec<(String, Door)>) {
    // What a request may do is its own affair; without one, nobody acts.
    let app = if access == Access::Machine { app } else { app.acting_as(Who::Nobody) };
    let (pages, of_pages) = web::router(app.clone(), access, stop);
    let (api, of_api) = api::routes(app, access);
    let of_pages = of_pages.into_iter().map(|door| (door.path.to_owned(), door));
    let of_api = of_api.into_iter().map(|door| (format!("{}{}", api::ROOT, door.path), door));
    (pages, api, of_pages.chain(of_api).collect())
}

/// Returns the recorder of this process's metrics, installing it the first time.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    RECORDER
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BOUNDS)
                .unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // Another recorder may be there already, as in tests; then nothing is counted here.
            let _ = metrics::set_global_recorder(recorder);
            metrics::describe_histogram!(
                "seaworthy_request_seconds",
                "How long answers took, by route and status"
            );
            metrics::describe_gauge!("seaworthy_streams_open", "Pages that are told of changes");
            metrics::describe_gauge!("seaworthy_journal_position", "The last event of the journal");
            metrics::gauge!("seaworthy_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
            handle
        })
        .clone()
}

/// Says whether the journal can be read.
async fn health(State(app): State<App>) -> Response {
    match app.position().await {
        Ok(position) => {
            metrics::gauge!("seaworthy_journal_position").set(position.0 as f64);
            ([(header::CACHE_CONTROL, "no-store")], format!("ok, position {position}\n")).into_response()
        }
        Err(error) => {
            tracing::error!("not healthy: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the journal cannot be read; the log says why\n")
                .into_response()
        }
    }
}

/// Refuses requests under another name than this machine's: a page elsewhere could otherwise point its own name here
/// and read what is not its business.
async fn only_by_this_machines_name(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .map_or(host, |(name, port)| if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host });
    if ["localhost", "127.0.0.1", "[::1]"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "This server answers to localhost alone.\n").into_response()
}

/// Counts and logs each answer under its route, never under its path.
async fn watch(request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let response = next.run(request).await;
    let (elapsed, status) = (begin.elapsed(), response.status());
    metrics::histogram!("seaworthy_request_seconds", "route" => route.clone(), "status" => status.as_u16().to_string())
        .record(elapsed.as_secs_f64());
    let micros = elapsed.as_micros() as u64;
    tracing::debug!(%method, route, status = status.as_u16(), micros, "answered {method} {route} with {status}");
    response
}
