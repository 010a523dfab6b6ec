//! One stream per page that says only "changed".
//!
//! Invariant: a page that is open never shows an old truth for longer than a moment: what is recorded is told, and
//! so is a verdict that turns by itself. A stream ends when the server does.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
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
use crate::app::App;
use crate::app::follow::Change;

/// After a change, how long others are waited for: an apply or forty shards turn the page once.
const GATHER: Duration = Duration::from_millis(120);
/// The longest wait for a verdict that turns by itself, before asking again when that will be.
const LOOK_AGAIN: Duration = Duration::from_secs(300);

/// What the page shows already.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: i64,
}

/// What a stream waits for.
struct Waiting {
    app: App,
    changes: tokio::sync::broadcast::Receiver<Change>,
    /// One release, or every one.
    release: Option<ReleaseId>,
    shown: Position,
    stop: tokio_util::sync::CancellationToken,
}

/// Tells of every release.
pub(super) async fn fleet(
    State(web): State<Web>,
    headers: HeaderMap,
    Query(after): Query<After>,
) -> Result<Response, Trouble> {
    stream(web, headers, None, after).await
}

/// Tells of one release.
pub(super) async fn of_release(
    State(web): State<Web>,
    headers: HeaderMap,
    path: ReleasePath,
    Query(after): Query<After>,
) -> Result<Response, Trouble> {
    stream(web, headers, Some(path?.0.into()), after).await
}

async fn stream(
    web: Web,
    headers: HeaderMap,
    release: Option<ReleaseId>,
    After { after }: After,
) -> Result<Response, Trouble> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let waiting = Waiting {
        // Listening begins before looking, so that nothing falls between.
        changes: web.app.changes(),
        app: web.app,
        release,
        shown: Position(last.unwrap_or(after)),
        stop: web.stop,
    };
    if let Some(release) = &waiting.release {
        waiting.app.view(release).await?;
    }
    metrics::gauge!("seaworthy_streams_open").increment(1.0);
    let open = Open;
    let events = stream::unfold((waiting, open), |(mut waiting, open)| async move {
        let position = waiting.next().await?;
        let event = Event::default().event("changed").id(position.to_string()).data(position.to_string());
        Some((Ok::<_, Infallible>(event), (waiting, open)))
    });
    Ok(answer(events))
}

fn answer(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response =
        Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))).into_response();
    // A proxy that gathers before it passes on would keep the page from living.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Counts a stream as open until it is dropped.
struct Open;

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("seaworthy_streams_open").decrement(1.0);
    }
}

impl Waiting {
    /// Waits until there is something that the page does not show; `None` when the server stops.
    async fn next(&mut self) -> Option<Position> {
        if let Some(position) = self.newer().await {
            self.shown = position;
            return Some(position);
        }
        loop {
            let turn = self.turns_in().await;
            tokio::select! {
                () = self.stop.cancelled() => return None,
                change = self.changes.recv() => match change {
                    Ok(change) if self.concerns(&change) => {
                        tokio::time::sleep(GATHER).await;
                        let mut newest = change.position;
                        while let Ok(change) = self.changes.try_recv() {
                            if self.concerns(&change) {
                                newest = change.position;
                            }
                        }
                        if newest <= self.shown {
                            continue;
                        }
                        self.shown = newest;
                        return Some(newest);
                    }
                    Ok(_) => {}
                    // Too much happened at once to hear each: something surely concerns this page.
                    Err(RecvError::Lagged(_)) => return Some(self.shown),
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(turn.unwrap_or(LOOK_AGAIN)) => {
                    if turn.is_some() {
                        return Some(self.shown);
                    }
                }
            }
        }
    }

    fn concerns(&self, change: &Change) -> bool {
        match &self.release {
            Some(release) => change.stream == release.stream(),
            None => true,
        }
    }

    /// Returns where the release stands, if the page shows less. Of the fleet, what happened meanwhile is unknown.
    async fn newer(&self) -> Option<Position> {
        let position = match &self.release {
            Some(release) => self.app.view(release).await.ok()?.release.position,
            None => self.app.position().await.ok()?,
        };
        (position > self.shown).then_some(position)
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
