//! Folding SQLite's log back into its file, mostly off the path of appends.
//!
//! Invariant: the log is bounded. A checkpoint beside the writer moves the bulk; the writer then moves the
//! little that came meanwhile, and only when nothing is left may SQLite start the log over.

use sqlx::SqlitePool;
use tokio::task::JoinHandle;

use crate::database::Store;

/// Bytes of events after which the log is folded back even while appends go on, which slows them. Whole pages
/// make it several times as much on disk.
const EVERY: usize = 48 << 20;

#[derive(Debug)]
pub(crate) struct Checkpointer {
    /// A pool of one that only checkpoints; `None` for PostgreSQL, which does so by itself.
    pool: Option<SqlitePool>,
    written: usize,
    running: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(crate) fn new(store: &Store) -> Self {
        let pool = match store {
            Store::Sqlite { write, .. } => Some(
                sqlx::sqlite::SqlitePoolOptions::new()
                    .max_connections(1)
                    .test_before_acquire(false)
                    .connect_lazy_with(write.connect_options().as_ref().clone().create_if_missing(false)),
            ),
            Store::Postgres { .. } => None,
        };
        Self { pool, written: 0, running: None }
    }

    pub(crate) fn wrote(&mut self, bytes: usize) {
        self.written += bytes;
    }

    /// Called between two batches.
    pub(crate) async fn tend(&mut self, store: &Store) {
        let (Some(pool), Store::Sqlite { write, .. }) = (&self.pool, store) else {
            return;
        };
        match &self.running {
            Some(running) if running.is_finished() => {
                self.running = None;
                checkpoint(write).await;
            }
            Some(_) => {}
            None if self.written >= EVERY => {
                self.written = 0;
                let pool = pool.clone();
                self.running = Some(tokio::spawn(async move { checkpoint(&pool).await }));
            }
            None => {}
        }
    }

    /// Whether there is something to fold back, and SQLite to do it.
    pub(crate) fn is_due(&self) -> bool {
        self.pool.is_some() && self.written > 0
    }

    /// Called when nobody has appended for a while: nobody is slowed then.
    pub(crate) async fn rest(&mut self, store: &Store) {
        if let Store::Sqlite { write, .. } = store
            && self.running.as_ref().is_none_or(JoinHandle::is_finished)
        {
            self.written = 0;
            self.running = None;
            checkpoint(write).await;
        }
    }

    pub(crate) async fn close(self) {
        if let Some(running) = self.running {
            // It was only spawned to run beside; that it cannot be joined means the runtime is ending.
            let _ = running.await;
        }
        if let Some(pool) = self.pool {
            pool.close().await;
        }
    }
}

/// Empties the log, which still holds what was just overwritten in the file. Readers may delay that until the
/// next time. PostgreSQL vacuums by itself.
pub(crate) async fn scrub(store: &Store) {
    let Store::Sqlite { write, turn, .. } = store else {
        return;
    };
    let _turn = turn.lock().await;
    if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(write).await {
        tracing::warn!(%error, "did not empty the log of the database file");
    }
}

/// PASSIVE waits for nobody: it moves what no reader still needs. A full disk is no failure here; the log stays.
async fn checkpoint(pool: &SqlitePool) {
    if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(pool).await {
        tracing::warn!(%error, "did not fold the log back into the database file");
    }
}
