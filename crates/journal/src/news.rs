//! Hearing that something was appended, by whomever.
//!
//! Invariant: what was committed is told at once or, after a lost connection, as soon as there is another one; an
//! append that was not committed is not told. News says only that it is time to look, and may say so too often.

use std::time::Duration;

use domain::envelope::Position;
use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::watch;

use crate::database::{PATIENCE, Store};
use crate::journal::Journal;

/// After so long without a word the connection is tried, since one that died silently never says so.
const QUIET: Duration = Duration::from_secs(15);
/// How long to wait before the first attempt to connect again, and before the later ones at most.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Tells when it is time to look for new events.
#[derive(Debug)]
pub struct News {
    own: watch::Receiver<Position>,
    others: Option<watch::Receiver<u64>>,
}

impl News {
    /// Waits until something may have been appended since the last call; true, or false once the journal is closed.
    ///
    /// Cancelling the call loses nothing.
    pub async fn next(&mut self) -> bool {
        let Some(others) = &mut self.others else {
            return self.own.changed().await.is_ok();
        };
        tokio::select! {
            own = self.own.changed() => own.is_ok(),
            others = others.changed() => others.is_ok(),
        }
    }
}

impl Journal {
    /// Returns news of what is appended from now on. On PostgreSQL that is what any server appends to the same schema,
    /// heard through one connection that all news share. On SQLite it is what this process appends: ask
    /// [`Journal::head`] now and then about others, as behind a pooler of PostgreSQL that does not pass `LISTEN` on.
    pub fn news(&self) -> News {
        let mut own = self.watch();
        own.mark_unchanged();
        let others = match &self.store {
            Store::Sqlite { .. } => None,
            Store::Postgres { read, .. } => {
                let mut others = self.listening.get_or_init(|| Listening::start(read)).heard.clone();
                others.mark_unchanged();
                Some(others)
            }
        };
        News { own, others }
    }
}

/// The task that listens, and its connection.
#[derive(Debug)]
pub(crate) struct Listening {
    heard: watch::Receiver<u64>,
    pool: PgPool,
    task: tokio::task::AbortHandle,
}

impl Listening {
    fn start(read: &PgPool) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(read.connect_options().as_ref().clone());
        let (sender, heard) = watch::channel(0);
        let task = tokio::spawn(listen(pool.clone(), sender)).abort_handle();
        Self { heard, pool, task }
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(pool: PgPool, sender: watch::Sender<u64>) {
    let mut pause = PAUSE;
    while !pool.is_closed() {
        let before = *sender.borrow();
        if let Err(error) = hear(&pool, &sender).await
            && !pool.is_closed()
        {
            tracing::warn!(%error, "lost the connection on which other servers are heard");
        }
        // Whoever was heard meanwhile was heard through a connection that worked.
        pause = if *sender.borrow() == before { (pause * 2).min(LONGEST_PAUSE) } else { PAUSE };
        tokio::time::sleep(pause).await;
    }
}

/// Connects and listens until the connection is lost.
async fn hear(pool: &PgPool, sender: &watch::Sender<u64>) -> sqlx::Result<()> {
    // The channel that an INSERT of events notifies.
    const CHANNEL: &str = "SELECT 'seaworthy_' || hashtext(current_schema())";
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    let channel: String = sqlx::query_scalar(CHANNEL).fetch_one(&mut listener).await?;
    listener.listen(&channel).await?;
    // Something may have been appended while nobody listened.
    sender.send_modify(|heard| *heard += 1);
    loop {
        match tokio::time::timeout(QUIET, listener.try_recv()).await {
            Ok(Ok(Some(_))) => sender.send_modify(|heard| *heard += 1),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let answer = sqlx::query("SELECT 1").execute(&mut listener);
                tokio::time::timeout(PATIENCE, answer).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}
