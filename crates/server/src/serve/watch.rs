//! What happens, for whoever watches: metrics, a log of answers, and whether the journal can be read.
//!
//! Invariant: an answer is counted and logged under its route, never under its path, so that no name gets into a metric
//! and no secret into a log.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::app::App;

/// Upper bounds of the histogram of answers, in seconds.
const BOUNDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

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
pub(super) async fn health(State(app): State<App>) -> Response {
    match app.position().await {
        Ok(position) => {
            metrics::gauge!("seaworthy_journal_position").set(position.0 as f64);
            ([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response()
        }
        Err(error) => {
            tracing::error!("not healthy: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "the journal cannot be read; the log says why\n")
                .into_response()
        }
    }
}

/// What was asked for, as it may be logged: by its route, since a path can hold a secret.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) client: IpAddr,
    method: Method,
    route: String,
}

impl Asked {
    pub(super) fn by(client: IpAddr, request: &Request) -> Self {
        Self { client, method: request.method().clone(), route: route(request) }
    }

    /// Notes an answer that turned somebody away. What is not there, and what somebody else was faster at, is no trial
    /// of what protects the server.
    pub(super) fn noted_if_refused(&self, status: StatusCode) {
        let everyday = matches!(status, StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::GONE);
        if status.is_client_error() && !everyday {
            let Self { client, method, route } = self;
            let status = status.as_u16();
            tracing::info!(
                target: "seaworthy::access", address = %client, status, "turned away {method} {route} with {status}"
            );
        }
    }
}

fn route(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>();
    path.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned())
}

/// Counts and logs each answer.
pub(super) async fn watch(request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let route = route(&request);
    let method = request.method().clone();
    let response = next.run(request).await;
    let (elapsed, status) = (begin.elapsed(), response.status());
    metrics::histogram!("seaworthy_request_seconds", "route" => route.clone(), "status" => status.as_u16().to_string())
        .record(elapsed.as_secs_f64());
    let micros = elapsed.as_micros() as u64;
    tracing::debug!(%method, route, status = status.as_u16(), micros, "answered {method} {route} with {status}");
    response
}
