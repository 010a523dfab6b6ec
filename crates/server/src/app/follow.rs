//! Following the journal: what this process and others record is noticed within a moment, and told to open pages.
//!
//! Invariant: while the journal is followed, a release in memory is current unless a later event of its stream
//! has been noticed. What this process records itself is noticed before its caller is answered.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use domain::envelope::{ActorId, Position, Stream};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::{App, AppError};

/// How often the journal is asked for what other processes recorded.
const EVERY: Duration = Duration::from_millis(250);
/// How often it is asked whether people came or were erased, which are no events.
const PEOPLE_EVERY: Duration = Duration::from_millis(750);
/// How many events are read at once.
const AT_ONCE: u32 = 512;
/// Changes that a slow listener may lag behind before it is told only that it lagged.
const LAG: usize = 256;

/// What has been noticed so far.
#[derive(Debug)]
pub(crate) struct Following {
    on: AtomicBool,
    /// Up to which event everything has been noticed.
    followed: AtomicI64,
    latest: Mutex<HashMap<Stream, Position>>,
    /// The stream in which something happened.
    changes: broadcast::Sender<Stream>,
    names: RwLock<Arc<Names>>,
}

/// The names of everyone who has acted, as far as they have not been forgotten.
#[derive(Debug, Default)]
pub struct Names(HashMap<ActorId, Arc<str>>);

impl Names {
    /// Returns a person's name, or words in place of one that was erased.
    pub fn of(&self, actor: &ActorId) -> &str {
        self.0.get(actor).map_or("somebody erased", |name| name)
    }
}

impl Default for Following {
    fn default() -> Self {
        let (changes, _) = broadcast::channel(LAG);
        Self {
            on: AtomicBool::new(false),
            followed: AtomicI64::new(0),
            latest: Mutex::default(),
            changes,
            names: RwLock::default(),
        }
    }
}

impl App {
    /// Follows the journal until it is told to stop.
    ///
    /// # Errors
    /// A journal that cannot be read at the start. Later failures are logged and tried again.
    pub async fn follow(&self, stop: CancellationToken) -> Result<(), AppError> {
        let mut position = self.journal().head().await?.map_or(Position(0), |head| head.position);
        self.refresh_names().await?;
        // What was folded before nobody was watching may be out of date.
        self.forget();
        self.inner.following.followed.store(position.0, Ordering::Release);
        self.inner.following.on.store(true, Ordering::Release);
        let app = self.clone();
        self.inner.tasks.spawn(async move {
            let mut own = app.journal().watch();
            // What other servers record on one PostgreSQL is heard; what is not heard is found by asking.
            let mut news = app.journal().news();
            let mut failing = false;
            let mut people = (std::time::Instant::now(), (0, 0));
            loop {
                tokio::select! {
                    () = stop.cancelled() => break,
                    Ok(()) = own.changed() => {}
                    true = news.next() => {}
                    () = tokio::time::sleep(EVERY) => {}
                }
                let caught_up = match app.catch_up(&mut position).await {
                    Ok(()) => app.catch_up_with_people(&mut people).await,
                    failed => failed,
                };
                match caught_up {
                    Ok(()) => failing = false,
                    Err(error) if !failing => {
                        failing = true;
                        tracing::error!("failed to follow the journal: {error}");
                    }
                    Err(_) => {}
                }
            }
            app.inner.following.on.store(false, Ordering::Release);
        });
        Ok(())
    }

    /// Notices that somebody came or was erased, on whichever server: names are read anew, and whoever was erased is
    /// out at once.
    async fn catch_up_with_people(
        &self,
        known: &mut (std::time::Instant, (i64, i64)),
    ) -> Result<(), AppError> {
        if known.0.elapsed() < PEOPLE_EVERY {
            return Ok(());
        }
        let count = self.journal().people_count().await?;
        if count != known.1 {
            self.refresh_names().await?;
            self.forget_sessions();
        }
        *known = (std::time::Instant::now(), count);
        Ok(())
    }

    /// Notices every event after a position.
    async fn catch_up(&self, position: &mut Position) -> Result<(), AppError> {
        loop {
            let events = self.journal().read_all(*position, AT_ONCE).await?;
            let full = events.len() == AT_ONCE as usize;
            let unknown = {
                let names = self.names();
                events.iter().any(|event| !names.0.contains_key(&event.envelope.actor))
            };
            if unknown {
                self.refresh_names().await?;
            }
            for event in events {
                *position = event.envelope.position;
                self.noticed(&event.envelope.stream, event.envelope.position);
                // Nobody listening is no failure.
                let _ = self.inner.following.changes.send(event.envelope.stream);
            }
            self.inner.following.followed.store(position.0, Ordering::Release);
            if !full {
                return Ok(());
            }
        }
    }

    /// Returns up to which event pages are sure to show everything.
    pub(crate) fn followed(&self) -> Position {
        Position(self.inner.following.followed.load(Ordering::Acquire))
    }

    /// Notes that a stream has an event at a position.
    pub(crate) fn noticed(&self, stream: &Stream, position: Position) {
        if let Ok(mut latest) = self.inner.following.latest.lock() {
            let known = latest.entry(stream.clone()).or_default();
            *known = (*known).max(position);
        }
    }

    /// Tells whether a fold of a stream up to a position is known to hold everything.
    pub(crate) fn is_current(&self, stream: &Stream, position: Position) -> bool {
        let following = &self.inner.following;
        following.on.load(Ordering::Acquire)
            && following
                .latest
                .lock()
                .is_ok_and(|latest| latest.get(stream).is_none_or(|latest| *latest <= position))
    }

    /// Returns a receiver of the streams in which something happens from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Stream> {
        self.inner.following.changes.subscribe()
    }

    /// Returns the names of everyone known.
    pub(crate) fn names(&self) -> Arc<Names> {
        self.inner.following.names.read().map(|names| names.clone()).unwrap_or_default()
    }

    /// Reads everyone's names anew: after somebody was added, renamed or erased.
    pub(crate) async fn refresh_names(&self) -> Result<(), AppError> {
        let people = self.journal().people().await?;
        let names = people.into_iter().filter_map(|person| Some((person.id, Arc::from(person.name?))));
        let names = Arc::new(Names(names.collect()));
        if let Ok(mut kept) = self.inner.following.names.write() {
            *kept = names;
        }
        Ok(())
    }
}
