//! A server elsewhere, over HTTP.
//!
//! Invariant: what may have been done is never sent a second time, unless doing it twice is doing it once.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode, header};
use bytes::Bytes;
use futures::StreamExt;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::address::Address;
use super::trouble;
use super::{Failed, Payload};
use crate::arguments::Reach;
use crate::terminal;

/// How long to wait until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// How long to wait before each further try.
const PAUSES: [Duration; 3] = [Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(3)];
/// The longest that a server may ask to be left alone for.
const LONGEST: Duration = Duration::from_secs(60);

/// A server elsewhere.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) address: Address,
    token: Option<String>,
    http: reqwest::Client,
    silence: Duration,
    /// What the keys of this command's requests begin with, and how many there were.
    key: String,
    sent: AtomicU32,
}

/// When something last came or went.
#[derive(Clone, Debug)]
struct Activity(Arc<Mutex<Instant>>);

impl Activity {
    fn begun() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn note(&self) {
        if let Ok(mut last) = self.0.lock() {
            *last = Instant::now();
        }
    }

    fn last(&self) -> Instant {
        self.0.lock().map_or_else(|_| Instant::now(), |last| *last)
    }
}

impl Remote {
    pub(crate) fn open(address: Address, token: Option<String>, reach: &Reach) -> Result<Self, Failed> {
        let token = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty());
        if token.as_ref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Failed::Input(
                "The token holds what no token holds. Was it copied whole?".to_owned(),
            ));
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("seaworthy/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            // A token must not follow where an answer leads.
            .redirect(reqwest::redirect::Policy::none());
        if let Some(file) = &reach.ca_file {
            builder = builder.tls_certs_merge(certificates(file)?);
        } else if address.is_clear() {
            // Without TLS, a machine without certificates does as well.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| trouble::unbuilt(&error))?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| Failed::Inside(anyhow::anyhow!("{error}")))?;
        let key = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { address, token, http, silence: reach.timeout, key, sent: AtomicU32::new(0) })
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Sends a request until there is an answer to it, or none is to be had.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        mut payload: Payload<'_>,
    ) -> Result<Response<Body>, Failed> {
        let key =
            payload.has_key().then(|| format!("{}-{}", self.key, self.sent.fetch_add(1, Ordering::Relaxed)));
        let mut pauses = PAUSES.into_iter();
        loop {
            let Some(body) = payload.body() else {
                let sentence = "The connection broke, and what came from standard input is gone. Send it again: what \
                                was received already counts once.";
                return Err(trouble::broken(sentence));
            };
            let sent = self.once(&method, path, key.as_deref(), &payload, body).await;
            let pause = match &sent {
                Ok(response) => asked_to_wait(response, &payload).map(|asked| (asked, pauses.next())),
                Err(error) => {
                    let again = error.is_connect() && !trouble::is_of_tls(error) || payload.can_repeat();
                    if again { pauses.next().map(|pause| (None, Some(pause))) } else { None }
                }
            };
            match (pause, sent) {
                (Some((asked, Some(pause))), _) => {
                    let pause = asked.unwrap_or(pause);
                    terminal::meanwhile(&format!(
                        "{} is busy or away; trying again in {pause:?}.",
                        self.address
                    ));
                    sleep(pause).await;
                }
                (_, Ok(response)) => return Ok(response),
                (_, Err(error)) => return Err(trouble::told(&error, &self.address, payload.can_repeat())),
            }
        }
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        payload: &Payload<'_>,
        body: Body,
    ) -> Result<Response<Body>, trouble::Trouble> {
        let activity = Activity::begun();
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.address));
        request = request.header(header::ACCEPT, "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(tag) = payload.condition() {
            request = request.header(header::IF_MATCH, tag);
        }
        if let Some(content_type) = payload.content_type() {
            let going = activity.clone();
            let pieces = body.into_data_stream().inspect(move |_| going.note());
            request = request.header(header::CONTENT_TYPE, content_type);
            request = request.body(reqwest::Body::wrap_stream(pieces));
        }
        let answer = request.send();
        tokio::pin!(answer);
        let response = loop {
            let until = activity.last() + self.silence;
            tokio::select! {
                answer = &mut answer => break answer?,
                () = sleep_until(until) => if activity.last() + self.silence <= Instant::now() {
                    return Err(trouble::Trouble::Silent(self.silence));
                },
            }
        };
        let (parts, body) = axum::http::Response::<reqwest::Body>::from(response).into_parts();
        let pieces = futures::stream::unfold(Some(Body::new(body).into_data_stream()), {
            let silence = self.silence;
            move |pieces| async move {
                let mut pieces = pieces?;
                match timeout_at(Instant::now() + silence, pieces.next()).await {
                    Ok(Some(Ok(piece))) => Some((Ok(piece), Some(pieces))),
                    Ok(Some(Err(error))) => Some((Err(error.to_string()), None)),
                    Ok(None) => None,
                    Err(_) => Some((Err(trouble::Trouble::Silent(silence).to_string()), None)),
                }
            }
        });
        Ok(Response::from_parts(parts, Body::from_stream(pieces)))
    }
}

/// Returns whether the server wants to be asked again, and after how long if it says so.
fn asked_to_wait(response: &Response<Body>, payload: &Payload<'_>) -> Option<Option<Duration>> {
    let refused =
        matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let lost = matches!(response.status(), StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT);
    if !(refused || lost && payload.can_repeat()) {
        return None;
    }
    let asked = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
    match asked {
        Some(asked) if asked > LONGEST => None,
        asked => Some(asked),
    }
}

fn certificates(file: &Path) -> Result<Vec<reqwest::Certificate>, Failed> {
    let shown = file.display();
    let unreadable = |error: &dyn std::fmt::Display| {
        Failed::Input(format!("failed to read the certificates in {shown}: {error}"))
    };
    let bytes = std::fs::read(file).map_err(|error| unreadable(&error))?;
    let found = reqwest::Certificate::from_pem_bundle(&bytes).map_err(|error| unreadable(&error))?;
    if found.is_empty() {
        return Err(Failed::Input(format!(
            "There is no certificate in {shown}. It is text that begins with -----BEGIN CERTIFICATE-----."
        )));
    }
    Ok(found)
}

/// Bytes of a whole body, as often as they are wanted.
pub(super) fn whole(bytes: &Bytes) -> Body {
    Body::from(bytes.clone())
}
