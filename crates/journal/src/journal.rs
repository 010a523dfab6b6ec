//! The handle through which a process appends to the journal and reads it.
//!
//! Invariant: one writer task per handle and its clones, so that appends of one process never collide.

use std::sync::{Arc, OnceLock};

use domain::envelope::{ActorId, Position};
use domain::time::Time;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::append::{Append, Appended, Ready};
use crate::database::{Database, Store};
use crate::error::{AppendError, Error};
use crate::news::Listening;
use crate::redact::{EVENT_REDACTED, Redact};
use crate::writer::{QUEUE, Request, Writer};

/// The append-only, hash-chained list of everything that happened, and the few erasable tables beside it.
#[derive(Clone, Debug)]
pub struct Journal {
    pub(crate) store: Store,
    requests: mpsc::Sender<Request>,
    heads: watch::Receiver<Position>,
    writer: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
    /// How other servers are heard, once somebody asked for news.
    pub(crate) listening: Arc<OnceLock<Listening>>,
}

/// Expands one body for both databases, with `$pool` naming the pool that writes, for what is written beside the
/// events. The writer hears of it, who tends the log.
macro_rules! write_beside {
    ($journal:expr, $pool:ident => $body:expr) => {
        $crate::journal::write_beside!($journal, 0, $pool => $body)
    };
    ($journal:expr, $bytes:expr, $pool:ident => $body:expr) => {{
        let outcome = $crate::database::on_write!(&$journal.store, $pool => $body);
        $journal.wrote_beside($bytes);
        outcome
    }};
}

pub(crate) use write_beside;

/// What a small statement adds to the log of SQLite, at least: a page or two.
const LITTLE: usize = 8 << 10;

impl Journal {
    /// Opens the journal, creating it and bringing its tables to this version where needed.
    pub async fn open(database: &Database) -> Result<Self, Error> {
        Self::open_at(database, None).await
    }

    /// Opens the journal with its tables at an older version, for tests of what later versions make of it.
    #[doc(hidden)]
    pub async fn open_at(database: &Database, schema: Option<i64>) -> Result<Self, Error> {
        let store = Store::open(database, schema).await?;
        let (requests, receiver) = mpsc::channel(QUEUE);
        let (sender, heads) = watch::channel(Position(0));
        let writer = tokio::spawn(Writer::new(store.clone(), receiver, sender).run());
        let writer = Arc::new(tokio::sync::Mutex::new(Some(writer)));
        Ok(Self { store, requests, heads, writer, listening: Arc::default() })
    }

    /// Records events, together with whatever other callers append at this moment, and returns once they are on
    /// the disk.
    ///
    /// Cancelling the call does not take the append back.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if append.parts.iter().any(|part| part.events.iter().any(|event| &*event.kind == EVENT_REDACTED)) {
            return Err(AppendError::Invalid("only a redaction records `event_redacted`"));
        }
        let ready = Ready::new(append)?;
        self.ask(|answer| Request::Append(ready, answer)).await.unwrap_or_else(|| Err(closed()))
    }

    /// Forgets what an event said. That it was said, when and by whom stays, and so does the chain; the same
    /// transaction records the redaction as an `event_redacted` in the same stream.
    ///
    /// SQLite overwrites the bytes at once. PostgreSQL keeps them in the table's file until it is vacuumed, and
    /// either keeps them in its backups.
    pub async fn redact(
        &self,
        position: Position,
        actor: ActorId,
        reason: impl Into<String>,
        now: Time,
    ) -> Result<Appended, Error> {
        let redact = Redact { position, actor, reason: reason.into(), now };
        self.ask(|answer| Request::Redact(redact, answer)).await.unwrap_or_else(|| Err(closed().into()))
    }

    /// Returns a receiver that holds the position of the last event this process recorded, and wakes with each.
    /// What other servers record on the same database does not show here: [`Journal::news`] tells of it.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.heads.clone()
    }

    /// Answers what is waiting, then closes every connection. Later calls on any clone fail.
    pub async fn close(self) {
        let Self { store, requests, writer, listening, .. } = self;
        let (answer, done) = oneshot::channel();
        if requests.send(Request::Close(answer)).await.is_ok() {
            let _ = done.await;
        }
        if let Some(writer) = writer.lock().await.take() {
            let _ = writer.await;
        }
        if let Some(listening) = listening.get() {
            listening.close().await;
        }
        store.close().await;
    }

    /// Tells the writer that about so many bytes were written without it.
    pub(crate) fn wrote_beside(&self, bytes: usize) {
        // While the queue is full, appends see to it that the log is tended.
        if matches!(self.store, Store::Sqlite { .. }) {
            let _ = self.requests.try_send(Request::Wrote(bytes.max(LITTLE)));
        }
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Option<T> {
        let (answer, outcome) = oneshot::channel();
        self.requests.send(request(answer)).await.ok()?;
        outcome.await.ok()
    }
}

fn closed() -> AppendError {
    AppendError::Unavailable("the journal is closed".to_owned())
}
