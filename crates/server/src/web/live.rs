//! One stream per page that says only "changed".
//!
//! Invariant: a page that is open never shows an old truth for longer than a moment: what is recorded is told, and
//! so is a verdict that turns by itself. A stream ends when the server does.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::envelope::Position;
use domain::id::ReleaseId;
use domain::time::Time;
use futures::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;

use super::Web;
use super::release::ReleasePath;
use super::trouble::Trouble;
use crate::app::view::View;
use crate::app::{App, AppError, Who};

/// After a change, how long others are waited for: an apply or forty shards turn the page once.
const GATHER: Duration = Duration::from_millis(120);
/// The longest wait before asking again when a verdict turns by itself, and whether the reader is still signed in.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What a page shows: up to which event, judged at which moment. Written `12.1764000000000000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) position: Position,
    pub(super) at: Time,
}

impl Shown {
    pub(super) fn of(view: &View) -> Self {
        Self { position: view.release.position, at: view.at }
    }

    /// Tells whether a page that shows this lacks something.
    fn lacks(self, newest: Self) -> bool {
        newest.position > self.position || newest.at > self.at
    }

    fn read(text: &str) -> Option<Self> {
        let (position, at) = text.split_once('.').unwrap_or((text, "0"));
        Some(Self { position: Position(position.parse().ok()?), at: Time::from_micros(at.parse().ok()?) })
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.position, self.at.micros())
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: String,
}

/// What a stream waits for.
struct Waiting {
    app: App,
    changes: tokio::sync::broadcast::Receiver<domain::envelope::Stream>,
    /// One release, or every one.
    release: Option<ReleaseId>,
    shown: Shown,
    /// Whose page it is.
    who: Who,
    stop: tokio_util::sync::CancellationToken,
}

/// Tells of every release.
pub(super) async fn fleet(
    State(web): State<Web>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Query(after): Query<After>,
) -> Result<Response, Trouble> {
    stream(web, who, headers, None, after).await
}

/// Tells of one release.
pub(super) async fn of_release(
    State(web): State<Web>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    path: ReleasePath,
    Query(after): Query<After>,
) -> Result<Response, Trouble> {
    stream(web, who, headers, Some(path?.0.into()), after).await
}

async fn stream(
    web: Web,
    who: Who,
    headers: HeaderMap,
    release: Option<ReleaseId>,
    After { after }: After,
) -> Result<Response, Trouble> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(Shown::read);
    let nothing = Shown { position: Position(0), at: Time::from_micros(0) };
    let waiting = Waiting {
        // Listening begins before looking, so that nothing falls between.
        changes: web.app.changes(),
        app: web.app,
        release,
        shown: last.or_else(|| Shown::read(&after)).unwrap_or(nothing),
        who,
        stop: web.stop,
    };
    if let Some(release) = &waiting.release {
        waiting.app.view(release).await?;
    }
    metrics::gauge!("seaworthy_streams_open").increment(1.0);
    let open = Open;
    let events = stream::unfold((waiting, open), |(mut waiting, open)| async move {
        let shown = waiting.next().await?.to_string();
        let event = Event::default().event("changed").id(&shown).data(&shown);
        Some((Ok::<_, Infallible>(event), (waiting, open)))
    });
    Ok(answer(events))
}

fn answer(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response =
        Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response();
    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    // A proxy that gathers before it passes on would keep the page from living.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

impl App {
    /// Returns what the fleet shows: everything recorded, and the newest moment at which a release was judged.
    pub(super) async fn fleet_shown(&self) -> Result<Shown, AppError> {
        // The position first: what happens while the views are read is then told, and not missed.
        let mut shown = Shown { position: self.followed(), at: Time::from_micros(0) };
        for release in self.releases().await? {
            // One that cannot be read is shown as such, and does not turn by itself.
            if let Ok(view) = self.view(&release).await {
                shown.at = shown.at.max(view.at);
            }
        }
        Ok(shown)
    }
}

/// Counts a stream as open until it is dropped.
struct Open;

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("seaworthy_streams_open").decrement(1.0);
    }
}

impl Waiting {
    /// Waits until there is something that the page does not show; `None` when the server stops, or the
    /// reader has signed out.
    async fn next(&mut self) -> Option<Shown> {
        loop {
            if !self.app.may_stay(&self.who).await {
                return None;
            }
            let newest = self.newest().await?;
            if self.shown.lacks(newest) {
                self.shown = newest;
                return Some(newest);
            }
            let turn = self.turns_in().await;
            tokio::select! {
                () = self.stop.cancelled() => return None,
                change = self.changes.recv() => match change {
                    Ok(stream) if self.concerns(&stream) => {
                        tokio::time::sleep(GATHER).await;
                        while self.changes.try_recv().is_ok() {}
                    }
                    // Of many at once not each is heard: looking again tells whether one concerned this page.
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(turn.unwrap_or(LOOK_AGAIN)) => {}
            }
        }
    }

    fn concerns(&self, stream: &domain::envelope::Stream) -> bool {
        self.release.as_ref().is_none_or(|release| *stream == release.stream())
    }

    /// Returns what the page would show now. A release that cannot be read at this moment ends the stream; the page
    /// opens another.
    async fn newest(&self) -> Option<Shown> {
        match &self.release {
            Some(release) => Some(Shown::of(&*self.app.view(release).await.ok()?)),
            None => self.app.fleet_shown().await.ok(),
        }
    }

    /// Returns in how long the next verdict turns by itself, if that is soon.
    async fn turns_in(&self) -> Option<Duration> {
        let releases = match &self.release {
            Some(release) => vec![release.clone()],
            None => self.app.releases().await.ok()?,
        };
        let now = self.app.now();
        let mut first: Option<Time> = None;
        for release in releases {
            let until = self.app.view(&release).await.ok().and_then(|view| view.until);
            first = first.into_iter().chain(until).min();
        }
        let micros = first?.micros().saturating_sub(now.micros()).max(0) as u64;
        // A moment later, so that the verdict has turned by then.
        let wait = Duration::from_micros(micros) + Duration::from_millis(20);
        (wait < LOOK_AGAIN).then_some(wait)
    }
}
