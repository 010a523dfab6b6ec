//! The two databases that can hold a journal, and how each is opened.
//!
//! Invariant: whatever is acknowledged is on the disk. SQLite runs with WAL and `synchronous = FULL`; a
//! PostgreSQL server that would lose acknowledged commits in a crash is refused, and one on another machine is spoken
//! to by TLS, with its certificate checked, unless the URL says otherwise.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{PgPool, SqlitePool};
use tokio::sync::Mutex;

use crate::error::{Error, Failure};

/// Where the journal is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// One file, and its `-wal` and `-shm` beside it.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

impl Database {
    /// Reads `postgres://…`, `postgresql://…`, `sqlite:path`, or the path of a file.
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Self::Postgres(text.to_owned());
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        Self::Sqlite(PathBuf::from(path))
    }
}

/// Connections to one of the two databases: one that writes events, and a few that read.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
        /// Held by whoever writes: waiting for a turn here is fair and quick, waiting for SQLite's lock is not.
        turn: Arc<Mutex<()>>,
    },
    Postgres {
        write: PgPool,
        read: PgPool,
    },
}

/// Expands one body for both databases, with `$pool` naming the pool that reads.
macro_rules! on_read {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            $crate::database::Store::Sqlite { read: $pool, .. } => $body,
            $crate::database::Store::Postgres { read: $pool, .. } => $body,
        }
    };
}

/// Expands one body for both databases, with `$pool` naming the pool that writes.
macro_rules! on_write {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            $crate::database::Store::Sqlite { write: $pool, turn, .. } => {
                let _turn = turn.lock().await;
                $body
            }
            $crate::database::Store::Postgres { write: $pool, .. } => $body,
        }
    };
}

pub(crate) use {on_read, on_write};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// One connection that the writer keeps, and one for everything else that is written.
const WRITERS: u32 = 2;
/// Readers of SQLite at once; each is a thread that holds a connection.
const SQLITE_READERS: u32 = 4;
const POSTGRES_READERS: u32 = 8;
/// How long a server may take to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

impl Store {
    /// Connects, and brings the tables to the newest version, or to an older one that a test asks for.
    pub(crate) async fn open(database: &Database, schema: Option<i64>) -> Result<Self, Error> {
        let store = match database {
            Database::Sqlite(path) => open_sqlite(path).await?,
            Database::Postgres(url) => open_postgres(url).await?,
        };
        match (&store, schema) {
            (Self::Sqlite { write, .. }, None) => migrate_sqlite(write).await?,
            (Self::Sqlite { write, .. }, Some(schema)) => SQLITE.run_to(schema, write).await?,
            (Self::Postgres { write, .. }, None) => POSTGRES.run(write).await?,
            (Self::Postgres { write, .. }, Some(schema)) => POSTGRES.run_to(schema, write).await?,
        }
        Ok(store)
    }

    /// Whether all there is is one connection, which nobody may keep.
    pub(crate) fn is_alone(&self) -> bool {
        matches!(self, Self::Sqlite { write, .. } if write.options().get_max_connections() == 1)
    }

    pub(crate) async fn close(&self) {
        on_read!(self, pool => pool.close().await);
        on_write!(self, pool => pool.close().await);
    }
}

/// SQLite has no lock that migrations could wait for. Of processes that open a new file at once, one makes the tables
/// and the others fail in a transaction that leaves nothing behind; they look again.
async fn migrate_sqlite(write: &SqlitePool) -> Result<(), Error> {
    for _ in 0..40 {
        if SQLITE.run(write).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Ok(SQLITE.run(write).await?)
}

async fn open_sqlite(path: &Path) -> Result<Store, Error> {
    if let Some((scheme, _)) = path.to_string_lossy().split_once("://") {
        return Err(Error::Scheme(scheme.to_owned()));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        tokio::fs::create_dir_all(folder).await.map_err(Error::Folder)?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        // One INSERT per number of rows in a batch is kept prepared.
        .statement_cache_capacity(crate::session::ROWS_PER_INSERT + 64)
        .row_buffer_size(1024)
        .pragma("cache_size", "-65536")
        // What is redacted or erased is overwritten, not only unlinked.
        .pragma("secure_delete", "1")
        // Folding the log back into the file is the checkpointer's work, off the path of appends.
        .pragma("wal_autocheckpoint", "0");
    // The writing pool connects first: it creates the file and turns it to WAL, which a reader may not.
    let writers = |count| {
        let options = SqlitePoolOptions::new().max_connections(count).idle_timeout(None).max_lifetime(None);
        options.test_before_acquire(false)
    };
    let write = match writers(WRITERS).connect_with(options.clone().create_if_missing(true)).await {
        Ok(write) => write,
        // On a full disk there is no room for the shared index of the log. One connection that excludes all
        // others keeps that index in its own memory, so that what is recorded can still be read.
        Err(error) if Failure::of(&error) == Failure::Full && path.exists() => {
            let alone = writers(1).connect_with(options.locking_mode(SqliteLockingMode::Exclusive)).await?;
            return Ok(Store::Sqlite { write: alone.clone(), read: alone, turn: Arc::default() });
        }
        Err(error) => return Err(error.into()),
    };
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .test_before_acquire(false)
        .connect_lazy_with(options.pragma("query_only", "1"));
    Ok(Store::Sqlite { write, read, turn: Arc::default() })
}

async fn open_postgres(url: &str) -> Result<Store, Error> {
    let mut options = guarded(PgConnectOptions::from_str(url)?);
    let guard = options.get_ssl_mode();
    if options.get_application_name().is_none() {
        options = options.application_name("seaworthy");
    }
    let read = PgPoolOptions::new()
        .max_connections(POSTGRES_READERS)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone())
        .await
        .map_err(|error| match (guard, error) {
            (PgSslMode::VerifyFull | PgSslMode::VerifyCa, error @ sqlx::Error::Tls(_)) => {
                Error::Unguarded(error)
            }
            (_, error) => error.into(),
        })?;
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&read).await?;
        if value == "off" {
            return Err(Error::NotDurable { setting });
        }
    }
    let write =
        PgPoolOptions::new().max_connections(WRITERS).acquire_timeout(PATIENCE).connect_with(options).await?;
    Ok(Store::Postgres { write, read })
}

/// Has a server on another machine show who it is. `prefer` and `require` would take anybody for it, and `prefer` would
/// speak in the clear where TLS is refused.
fn guarded(options: PgConnectOptions) -> PgConnectOptions {
    let host = options.get_host();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let on_this_machine = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || address.is_ok_and(|address| address.is_loopback());
    match options.get_ssl_mode() {
        PgSslMode::VerifyFull | PgSslMode::VerifyCa => options,
        _ if on_this_machine => options,
        PgSslMode::Disable => {
            tracing::warn!("speaks to the database at {host} in the clear, as its URL says");
            options
        }
        _ => options.ssl_mode(PgSslMode::VerifyFull),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_elsewhere_is_spoken_to_by_tls() {
        for (url, expect) in [
            ("postgres://ship@localhost/ship", "Prefer"),
            ("postgres://ship@127.0.0.1/ship", "Prefer"),
            ("postgres://ship@[::1]/ship", "Prefer"),
            ("postgres:///ship?host=/run/postgresql", "Prefer"),
            ("postgres://ship@db.example/ship", "VerifyFull"),
            ("postgres://ship@10.0.0.7/ship", "VerifyFull"),
            ("postgres://ship@localhost.example/ship", "VerifyFull"),
            ("postgres://ship@db.example/ship?sslmode=prefer", "VerifyFull"),
            ("postgres://ship@db.example/ship?sslmode=require", "VerifyFull"),
            ("postgres://ship@db.example/ship?sslmode=verify-ca", "VerifyCa"),
            ("postgres://ship@db/ship?sslmode=disable", "Disable"),
        ] {
            let options = guarded(PgConnectOptions::from_str(url).unwrap());
            assert_eq!(format!("{:?}", options.get_ssl_mode()), expect, "{url}");
        }
    }

    #[test]
    fn a_database_is_told_by_its_text() {
        let url = "postgres://seaworthy@db/seaworthy";
        assert_eq!(Database::parse(url), Database::Postgres(url.to_owned()));
        for text in ["data/journal.db", "sqlite:data/journal.db", "sqlite://data/journal.db"] {
            assert_eq!(Database::parse(text), Database::Sqlite("data/journal.db".into()));
        }
    }
}
