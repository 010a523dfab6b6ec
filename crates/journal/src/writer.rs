//! The one task that appends: it takes whatever waits, and commits it together.
//!
//! Invariant: an append is answered only after the commit that holds it. What the writer believes of the
//! journal's tail is only a guess until a commit proves it: the primary key refuses a batch planned on a head
//! that has moved.

use std::collections::HashMap;
use std::mem;
use std::time::{Duration, Instant};

use domain::envelope::Position;
use tokio::sync::{mpsc, oneshot, watch};

use crate::append::{Appended, Expect, Ready};
use crate::checkpoint::{self, Checkpointer};
use crate::database::Store;
use crate::error::{AppendError, Error, Failure};
use crate::plan::{Key, Rows, Tail};
use crate::redact::{self, Redact};
use crate::session::{ROWS_PER_INSERT, Session};
use crate::stored::StoredEvent;

/// The most appends of one commit, and about the most bytes.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 4 << 20;
/// Waiting appends beyond which callers wait for room.
pub(crate) const QUEUE: usize = 1024;
/// Streams whose versions are remembered.
const STREAMS: usize = 50_000;
/// After a collision with another process, so many batches look first instead of guessing.
const CAUTIOUS_BATCHES: u32 = 32;

/// How long nobody appends before the log is tidied.
const IDLE: Duration = Duration::from_millis(500);
/// How long an idle connection is trusted without a test.
const KEPT: Duration = Duration::from_secs(1);

type Answer<T, E> = oneshot::Sender<Result<T, E>>;

#[derive(Debug)]
pub(crate) enum Request {
    Append(Ready, Answer<Appended, AppendError>),
    Redact(Redact, Answer<Appended, Error>),
    /// So many bytes were written by others, which the log holds now.
    Wrote(usize),
    /// Everything before it is answered, nothing after it.
    Close(oneshot::Sender<()>),
}

#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) store: Store,
    pub(crate) requests: mpsc::Receiver<Request>,
    pub(crate) heads: watch::Sender<Position>,
    /// What the last commit left, if it is known.
    tail: Option<Tail>,
    cautious: u32,
    /// The connection of the last batch, and when it was used.
    session: Option<(Session, Instant)>,
    checkpointer: Checkpointer,
}

/// What one batch came to: an outcome for each append, and the rows that were recorded.
type Outcomes = Vec<Result<Appended, AppendError>>;

impl Writer {
    pub(crate) fn new(
        store: Store,
        requests: mpsc::Receiver<Request>,
        heads: watch::Sender<Position>,
    ) -> Self {
        let checkpointer = Checkpointer::new(&store);
        Self { store, requests, heads, tail: None, cautious: 0, session: None, checkpointer }
    }

    /// Runs until every handle to the journal is gone.
    pub(crate) async fn run(mut self) {
        let mut waiting = Vec::new();
        while self.gather(&mut waiting).await {
            let mut batch = Vec::new();
            let mut redactions = Vec::new();
            let mut close = None;
            for request in waiting.drain(..) {
                match request {
                    Request::Append(ready, answer) => batch.push((ready, answer)),
                    Request::Redact(redact, answer) => redactions.push((redact, answer)),
                    Request::Wrote(bytes) => self.checkpointer.wrote(bytes),
                    Request::Close(answer) => close = Some(answer),
                }
            }
            while !batch.is_empty() {
                let rest = batch.split_off(batch_length(&batch));
                let (appends, answers): (Vec<_>, Vec<_>) = mem::replace(&mut batch, rest).into_iter().unzip();
                let outcomes = self.record(&appends).await;
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // A caller that no longer waits has its append recorded all the same.
                    let _ = answer.send(outcome);
                }
            }
            for (request, answer) in redactions {
                self.tail = None;
                let outcome = redact::redact(&self.store, request).await;
                if let Ok(appended) = &outcome {
                    checkpoint::scrub(&self.store).await;
                    self.heads.send_replace(appended.position);
                }
                let _ = answer.send(outcome);
            }
            if let Some(answer) = close {
                self.session = None;
                self.checkpointer.close().await;
                let _ = answer.send(());
                return;
            }
            self.checkpointer.tend(&self.store).await;
        }
        self.checkpointer.close().await;
    }

    /// Waits for a request, then takes what else comes; false at the end.
    ///
    /// The callers just answered are about to ask again. Yielding while the batch still grows lets them, so
    /// that one commit holds them all instead of the first that happened to run.
    async fn gather(&mut self, waiting: &mut Vec<Request>) -> bool {
        // A log that wants tidying is tidied when nobody comes for a while.
        if self.checkpointer.is_due()
            && tokio::time::timeout(IDLE, self.requests.recv_many(waiting, BATCH)).await.is_err()
        {
            self.checkpointer.rest(&self.store).await;
        }
        if waiting.is_empty() {
            self.requests.recv_many(waiting, BATCH).await;
        }
        if waiting.is_empty() {
            return false;
        }
        let mut quiet = 0;
        while quiet < 3 && waiting.len() < BATCH {
            tokio::task::yield_now().await;
            let before = waiting.len();
            while waiting.len() < BATCH
                && let Ok(request) = self.requests.try_recv()
            {
                waiting.push(request);
            }
            quiet = if waiting.len() == before { quiet + 1 } else { 0 };
        }
        true
    }

    /// Records a batch in one commit. Only when that fails for a reason of its content does each append get a
    /// commit of its own.
    async fn record(&mut self, batch: &[Ready]) -> Outcomes {
        if self.cautious == 0
            && let Some(outcomes) = self.record_boldly(batch).await
        {
            return outcomes;
        }
        self.cautious = self.cautious.saturating_sub(1);
        match self.record_carefully(batch).await {
            Ok(outcomes) => outcomes,
            Err(error) if batch.len() > 1 && Failure::of(&error) == Failure::Other => {
                let mut outcomes = Vec::with_capacity(batch.len());
                for ready in batch {
                    match self.record_carefully(std::slice::from_ref(ready)).await {
                        Ok(alone) => outcomes.extend(alone),
                        Err(error) => outcomes.push(Err(AppendError::from(&error))),
                    }
                }
                outcomes
            }
            Err(error) => {
                tracing::error!(%error, "failed to append {} times", batch.len());
                batch.iter().map(|_| Err(AppendError::from(&error))).collect()
            }
        }
    }

    /// Records a batch with a single statement, planned on the tail that the last commit left and on the guess
    /// that every key is new. Returns `None` when that guess did not hold, or could not be made.
    async fn record_boldly(&mut self, batch: &[Ready]) -> Option<Outcomes> {
        let mut tail = self.tail.take()?;
        if !batch
            .iter()
            .all(|ready| ready.append.parts.iter().all(|part| tail.versions.contains_key(&part.stream)))
        {
            return None;
        }
        let mut rows = Rows::default();
        let outcomes: Outcomes = batch.iter().map(|ready| tail.plan(ready, &mut rows)).collect();
        // Without a row that the primary key accepts, nothing proves that the refusals are just.
        // What people are told of it takes a statement of its own, and so a transaction.
        let Rows { events: rows, messages } = rows;
        if rows.is_empty() || rows.len() > ROWS_PER_INSERT || !messages.is_empty() {
            return None;
        }
        let bytes = rows.iter().map(StoredEvent::size).sum();
        let inserted = match self.session().await {
            Ok(mut session) => session.insert(rows).await.map(|()| session),
            Err(error) => Err(error),
        };
        match inserted {
            Ok(session) => {
                self.keep(session);
                self.recorded(tail, bytes);
                Some(outcomes)
            }
            Err(error) if Failure::of(&error) == Failure::Taken => {
                if !is_key(&error) {
                    self.cautious = CAUTIOUS_BATCHES;
                }
                None
            }
            Err(error) => match Failure::of(&error) {
                // Whether the commit happened is unknown; trying again could record a decision's conflict
                // with itself.
                Failure::Unavailable => Some(batch.iter().map(|_| Err(AppendError::from(&error))).collect()),
                _ => None,
            },
        }
    }

    /// Records a batch in a transaction that looks everything up first.
    async fn record_carefully(&mut self, batch: &[Ready]) -> sqlx::Result<Outcomes> {
        self.tail = None;
        let mut session = self.session().await?;
        match record_in(&mut session, batch).await {
            Ok((tail, bytes, outcomes)) => {
                self.keep(session);
                self.recorded(tail, bytes);
                Ok(outcomes)
            }
            Err(error) => {
                session.rollback().await;
                Err(error)
            }
        }
    }

    /// Returns the connection of the last batch if it was used just now, else one that the pool has tested.
    async fn session(&mut self) -> sqlx::Result<Session> {
        match self.session.take() {
            Some((mut session, used)) if used.elapsed() < KEPT => {
                session.resume(&self.store).await;
                Ok(session)
            }
            _ => Session::of(&self.store).await,
        }
    }

    /// Keeps a connection for the next batch: a pool tests what it takes back, at the price of a round trip.
    fn keep(&mut self, mut session: Session) {
        if self.store.is_alone() {
            return;
        }
        session.pause();
        self.session = Some((session, Instant::now()));
    }

    fn recorded(&mut self, mut tail: Tail, bytes: usize) {
        if bytes > 0 {
            self.checkpointer.wrote(bytes);
            self.heads.send_replace(tail.head.position);
        }
        tail.keys = HashMap::new();
        if tail.versions.len() > STREAMS {
            tail.versions = HashMap::new();
        }
        self.tail = Some(tail);
    }
}

async fn record_in(session: &mut Session, batch: &[Ready]) -> sqlx::Result<(Tail, usize, Outcomes)> {
    let parts = || batch.iter().flat_map(|ready| &ready.append.parts);
    let mut streams: Vec<_> = parts().map(|part| part.stream.clone()).collect();
    streams.sort_unstable();
    streams.dedup();
    let keys: Vec<Key> = parts()
        .filter_map(|part| match &part.expect {
            Expect::Fact { key } => Some((part.stream.clone(), key.clone())),
            Expect::Version(_) => None,
        })
        .collect();

    session.begin().await?;
    let mut tail = Tail::new(session.head().await?);
    session.look_up(&mut tail, &streams, &keys).await?;
    let mut rows = Rows::default();
    let outcomes = batch.iter().map(|ready| tail.plan(ready, &mut rows)).collect();
    let bytes = rows.events.iter().map(StoredEvent::size).sum();
    session.insert(rows.events).await?;
    session.messages_put(&rows.messages).await?;
    session.commit().await?;
    Ok((tail, bytes, outcomes))
}

/// Returns how many of the waiting appends fit into one commit; at least one.
fn batch_length(batch: &[(Ready, Answer<Appended, AppendError>)]) -> usize {
    let mut bytes = 0;
    let fits = batch.iter().take_while(|(ready, _)| {
        bytes += ready.size;
        bytes <= BATCH_BYTES
    });
    fits.count().max(1)
}

/// Tells a key that is taken, which a repeated fact meets, from a head that another process has moved.
fn is_key(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|database| {
        database.constraint() == Some("events_by_key") || database.message().contains("events.key")
    })
}
