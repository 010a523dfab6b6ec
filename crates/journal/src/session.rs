//! One connection that writes events, and the statements it runs, in both dialects side by side.
//!
//! Invariant: positions are gapless and the chain is single, because the primary key admits one event per
//! position and a writer only ever appends to the head it has seen. The lock only keeps writers from colliding.

use std::sync::Arc;

use domain::envelope::{Position, Stream, StreamVersion};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};
use tokio::sync::OwnedMutexGuard;

use crate::database::Store;
use crate::plan::{Key, Tail};
use crate::stored::{Head, StoredEvent};
use domain::digest::Digest;

/// The most rows of one INSERT.
pub(crate) const ROWS_PER_INSERT: usize = 256;

/// Names Seaworthy's lock among the advisory locks of a PostgreSQL database; the schema is its second half.
const LOCK: i32 = 0x5EA_0001;

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) connection: Connection,
    /// Whether a transaction is open. One that is forgotten takes its connection with it.
    open: bool,
    /// On SQLite, the turn to write.
    turn: Option<OwnedMutexGuard<()>>,
}

#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Expands one body for both databases, with `$connection` naming the connection.
macro_rules! on {
    ($session:expr, $connection:ident => $body:expr) => {
        match &mut $session.connection {
            $crate::session::Connection::Sqlite($connection) => $body,
            $crate::session::Connection::Postgres($connection) => $body,
        }
    };
}

pub(crate) use on;

impl Session {
    pub(crate) async fn of(store: &Store) -> sqlx::Result<Self> {
        let turn = take_turn(store).await;
        let connection = match store {
            Store::Sqlite { write, .. } => Connection::Sqlite(write.acquire().await?),
            Store::Postgres { write, .. } => Connection::Postgres(write.acquire().await?),
        };
        Ok(Self { connection, open: false, turn })
    }

    /// Lets others write while this connection is kept.
    pub(crate) fn pause(&mut self) {
        self.turn = None;
    }

    pub(crate) async fn resume(&mut self, store: &Store) {
        self.turn = take_turn(store).await;
    }

    /// Begins a transaction in which no other process appends.
    pub(crate) async fn begin(&mut self) -> sqlx::Result<()> {
        self.open = true;
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                sqlx::query("BEGIN IMMEDIATE").execute(&mut **connection).await?;
            }
            Connection::Postgres(connection) => {
                // Each statement must see what was committed while it waited for the lock.
                sqlx::query("BEGIN ISOLATION LEVEL READ COMMITTED").execute(&mut **connection).await?;
                sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))")
                    .bind(LOCK)
                    .execute(&mut **connection)
                    .await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn commit(&mut self) -> sqlx::Result<()> {
        on!(self, connection => sqlx::query("COMMIT").execute(&mut **connection).await.map(drop))?;
        self.open = false;
        Ok(())
    }

    /// Gives up the transaction.
    pub(crate) async fn rollback(mut self) {
        let rolled_back =
            on!(self, connection => sqlx::query("ROLLBACK").execute(&mut **connection).await.map(drop));
        // SQLite refuses when it has rolled back by itself, which is well: no transaction is open either way.
        self.open = rolled_back.is_err() && matches!(self.connection, Connection::Postgres(_));
    }

    pub(crate) async fn head(&mut self) -> sqlx::Result<Head> {
        const HEAD: &str = "SELECT position, hash, recorded_at FROM events ORDER BY position DESC LIMIT 1";
        let row: Option<(i64, Vec<u8>, i64)> =
            on!(self, connection => sqlx::query_as(HEAD).fetch_optional(&mut **connection).await?);
        read_head(row)
    }

    /// Reads into the tail the versions of these streams and which of these keys are taken.
    pub(crate) async fn look_up(
        &mut self,
        tail: &mut Tail,
        streams: &[Stream],
        keys: &[Key],
    ) -> sqlx::Result<()> {
        if !streams.is_empty() {
            let names = json(&streams);
            let text = match &mut self.connection {
                Connection::Sqlite(_) => {
                    "SELECT value, (SELECT MAX(version) FROM events WHERE stream = value) FROM json_each($1)"
                }
                Connection::Postgres(_) => {
                    "SELECT value, (SELECT MAX(version) FROM events WHERE stream = value) \
                     FROM json_array_elements_text($1::json)"
                }
            };
            let rows: Vec<(String, Option<i64>)> =
                on!(self, connection => sqlx::query_as(text).bind(names).fetch_all(&mut **connection).await?);
            for (stream, version) in rows {
                tail.versions.insert(Stream::new(stream), StreamVersion(version.unwrap_or(0)));
            }
        }
        if !keys.is_empty() {
            let wanted = json(&keys);
            let text = match &mut self.connection {
                Connection::Sqlite(_) => {
                    "SELECT events.stream, events.key, events.position, events.hash FROM json_each($1) AS wanted \
                     JOIN events ON events.stream = wanted.value->>0 AND events.key = wanted.value->>1"
                }
                Connection::Postgres(_) => {
                    "SELECT events.stream, events.key, events.position, events.hash \
                     FROM json_array_elements($1::json) AS wanted (value) \
                     JOIN events ON events.stream = wanted.value->>0 AND events.key = wanted.value->>1"
                }
            };
            let rows: Vec<(String, String, i64, Vec<u8>)> = on!(self, connection => sqlx::query_as(text).bind(wanted).fetch_all(&mut **connection).await?);
            for (stream, key, position, hash) in rows {
                tail.keys.insert((Stream::new(stream), key), (Position(position), read_digest(&hash)?));
            }
        }
        Ok(())
    }

    /// Inserts rows exactly as they are. Up to [`ROWS_PER_INSERT`] go in one statement, and so are recorded
    /// together even outside a transaction.
    pub(crate) async fn insert(&mut self, mut rows: Vec<StoredEvent>) -> sqlx::Result<()> {
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(ROWS_PER_INSERT));
            match &mut self.connection {
                Connection::Sqlite(connection) => insert_sqlite(connection, rows).await?,
                Connection::Postgres(connection) => insert_postgres(connection, &rows).await?,
            }
            rows = rest;
        }
        Ok(())
    }

    pub(crate) async fn stored(&mut self, position: Position) -> sqlx::Result<Option<StoredEvent>> {
        on!(self, connection => {
            sqlx::query_as(crate::read::STORED).bind(position.0).fetch_optional(&mut **connection).await
        })
    }

    /// Forgets the payload of an event, and the salt without which its digest cannot be guessed at.
    pub(crate) async fn forget(&mut self, position: Position) -> sqlx::Result<()> {
        const FORGET: &str = "UPDATE events SET salt = NULL, payload = NULL WHERE position = $1";
        on!(self, connection => sqlx::query(FORGET).bind(position.0).execute(&mut **connection).await.map(drop))
    }
}

async fn take_turn(store: &Store) -> Option<OwnedMutexGuard<()>> {
    match store {
        Store::Sqlite { turn, .. } => Some(turn.clone().lock_owned().await),
        Store::Postgres { .. } => None,
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.open {
            tracing::warn!("gave up a connection with an unfinished transaction");
            on!(self, connection => connection.close_on_drop());
        }
    }
}

pub(crate) fn read_head(row: Option<(i64, Vec<u8>, i64)>) -> sqlx::Result<Head> {
    let Some((position, hash, recorded_at)) = row else {
        return Ok(Head::EMPTY);
    };
    Ok(Head {
        position: Position(position),
        hash: read_digest(&hash)?,
        recorded_at: domain::time::Time::from_micros(recorded_at),
    })
}

pub(crate) fn read_digest(bytes: &[u8]) -> sqlx::Result<Digest> {
    Digest::from_slice(bytes).ok_or_else(|| sqlx::Error::Decode("a digest does not have 32 bytes".into()))
}

fn json(value: &impl serde::Serialize) -> String {
    // Text, pairs of text and sequences of them always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

/// The INSERT of so many rows. Statements are kept prepared by their text, so the texts are kept too.
fn insert_text(rows: usize) -> Arc<str> {
    static TEXTS: [std::sync::OnceLock<Arc<str>>; ROWS_PER_INSERT] =
        [const { std::sync::OnceLock::new() }; ROWS_PER_INSERT];
    let build = || {
        let values = vec!["(?,?,?,?,?,?,?,?,?)"; rows].join(",");
        format!(
            "INSERT INTO events (position, stream, version, key, recorded_at, header, salt, payload, hash) \
             VALUES {values}"
        )
        .into()
    };
    TEXTS.get(rows - 1).map_or_else(build, |text| text.get_or_init(build).clone())
}

async fn insert_sqlite(connection: &mut PoolConnection<Sqlite>, rows: Vec<StoredEvent>) -> sqlx::Result<()> {
    let mut query = sqlx::query(AssertSqlSafe(insert_text(rows.len())));
    for row in rows {
        query = query
            .bind(row.position)
            .bind(row.stream)
            .bind(row.version)
            .bind(row.key)
            .bind(row.recorded_at)
            .bind(row.header)
            .bind(row.salt)
            .bind(row.payload)
            .bind(row.hash);
    }
    query.execute(&mut **connection).await.map(drop)
}

async fn insert_postgres(
    connection: &mut PoolConnection<Postgres>,
    rows: &[StoredEvent],
) -> sqlx::Result<()> {
    fn column<'a, T>(rows: &'a [StoredEvent], value: impl Fn(&'a StoredEvent) -> T) -> Vec<T> {
        rows.iter().map(value).collect()
    }
    // The lock is taken before the first row is inserted; a head that moved meanwhile fails on the primary key.
    // Whoever listens on the schema's channel is told by the commit, once however many rows and statements it has.
    sqlx::query(
        "WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock($10, hashtext(current_schema())), \
           pg_notify('seaworthy_' || hashtext(current_schema()), '')) \
         INSERT INTO events (position, stream, version, key, recorded_at, header, salt, payload, hash) \
         SELECT rows.* FROM locked, UNNEST($1::BIGINT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[], $5::BIGINT[], \
         $6::BYTEA[], $7::BYTEA[], $8::BYTEA[], $9::BYTEA[]) AS rows",
    )
    .bind(column(rows, |row| row.position))
    .bind(column(rows, |row| row.stream.as_str()))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.key.as_deref()))
    .bind(column(rows, |row| row.recorded_at))
    .bind(column(rows, |row| row.header.as_slice()))
    .bind(column(rows, |row| row.salt.as_deref()))
    .bind(column(rows, |row| row.payload.as_deref()))
    .bind(column(rows, |row| row.hash.as_slice()))
    .bind(LOCK)
    .execute(&mut **connection)
    .await
    .map(drop)
}
