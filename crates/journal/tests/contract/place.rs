//! A place for one test's journal: a temporary file, or a schema of its own in the test server.
//!
//! Invariant: no two tests share a place.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::envelope::{ActorId, Stream, StreamVersion};
use domain::time::Time;
use journal::{Append, Body, Database, Expect, Journal, NewEvent, Part, Recorded};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// Generates `sqlite::name` and `postgres::name` from each body.
macro_rules! contract {
    ($($(#[$meta:meta])* async fn $name:ident($place:ident) $body:block)*) => {
        $($(#[$meta])* async fn $name($place: &$crate::place::Place) $body)*

        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let place = $crate::place::Place::sqlite();
                super::$name(&place).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let place = $crate::place::Place::postgres().await;
                super::$name(&place).await;
                place.remove().await;
            })*
        }
    };
}

pub(crate) use contract;

pub(crate) struct Place {
    pub(crate) database: Database,
    /// Holds a SQLite file; files of the test beside it are welcome.
    pub(crate) folder: TempDir,
    schema: Option<(String, String)>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(folder.path().join("journal.db"));
        Self { database, folder, schema: None }
    }

    pub(crate) async fn postgres() -> Self {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let server = server();
        let schema = format!("journal_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        run(&server, &format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")).await;
        let mark = if server.contains('?') { '&' } else { '?' };
        let database = Database::Postgres(format!("{server}{mark}options=-csearch_path%3D{schema}"));
        Self { database, folder: tempfile::tempdir().unwrap(), schema: Some((server, schema)) }
    }

    pub(crate) async fn open(&self) -> Journal {
        Journal::open(&self.database).await.unwrap()
    }

    /// Runs SQL behind the journal's back.
    pub(crate) async fn sql(&self, text: &str) {
        match &self.database {
            Database::Sqlite(path) => {
                let mut connection = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Database::Postgres(url) => run(url, text).await,
        }
    }

    /// Whether a text is anywhere in the files of a SQLite journal.
    pub(crate) fn has_bytes(&self, text: &str) -> bool {
        std::fs::read_dir(self.folder.path()).unwrap().any(|file| {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    /// Returns every idempotency key.
    pub(crate) async fn keys(&self) -> Vec<String> {
        const KEYS: &str = "SELECT key FROM events WHERE key IS NOT NULL";
        match &self.database {
            Database::Sqlite(path) => {
                let mut connection = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
                sqlx::query_scalar(KEYS).fetch_all(&mut connection).await.unwrap()
            }
            Database::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query_scalar(KEYS).fetch_all(&mut connection).await.unwrap()
            }
        }
    }

    /// Takes every table away again.
    pub(crate) async fn empty(&self) {
        match (&self.database, &self.schema) {
            (Database::Sqlite(path), _) => std::fs::remove_file(path).unwrap(),
            (Database::Postgres(_), Some((server, schema))) => {
                run(server, &format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}")).await;
            }
            (Database::Postgres(_), None) => unreachable!(),
        }
    }

    /// Returns the one of two texts that is in this database's dialect.
    pub(crate) fn dialect<T>(&self, sqlite: T, postgres: T) -> T {
        match self.database {
            Database::Sqlite(_) => sqlite,
            Database::Postgres(_) => postgres,
        }
    }

    pub(crate) async fn remove(self) {
        if let Some((server, schema)) = self.schema {
            run(&server, &format!("DROP SCHEMA {schema} CASCADE")).await;
        }
    }
}

fn server() -> String {
    #[expect(clippy::disallowed_methods, reason = "the runner of the tests names the server")]
    let server = std::env::var("SEAWORTHY_TEST_POSTGRES");
    server.expect("SEAWORTHY_TEST_POSTGRES is not set: run ./test, which starts a cluster")
}

async fn run(url: &str, text: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

pub(crate) fn actor() -> ActorId {
    ActorId::new("p_1")
}

pub(crate) fn at(micros: i64) -> Time {
    Time::from_micros(1_764_000_000_000_000 + micros)
}

pub(crate) fn event(payload: &str) -> NewEvent {
    NewEvent { kind: "noted".into(), kind_version: 1, occurred_at: at(-5), payload: payload.into() }
}

pub(crate) fn append(now: i64, parts: Vec<Part>) -> Append {
    Append { actor: actor(), now: at(now), parts, outbox: Vec::new() }
}

pub(crate) fn fact(stream: &str, key: &str, payload: &str) -> Part {
    let expect = Expect::Fact { key: key.to_owned() };
    Part { stream: Stream::new(stream), expect, events: vec![event(payload)] }
}

pub(crate) fn decision(stream: &str, expected: i64, payloads: &[&str]) -> Part {
    let expect = Expect::Version(StreamVersion(expected));
    Part {
        stream: Stream::new(stream),
        expect,
        events: payloads.iter().map(|payload| event(payload)).collect(),
    }
}

/// Returns what readers see of events, in short: `3 release/a@2 noted {"n":1}`.
pub(crate) fn told(events: &[Recorded]) -> Vec<String> {
    let tell = |Recorded { envelope, body }: &Recorded| {
        let body = match body {
            Body::Payload(payload) => String::from_utf8(payload.clone()).unwrap(),
            Body::Redacted => "redacted".to_owned(),
        };
        format!("{} {}@{} {} {body}", envelope.position, envelope.stream, envelope.version, envelope.kind)
    };
    events.iter().map(tell).collect()
}

/// Records one fact per given stream, one microsecond apart.
pub(crate) async fn fill(journal: &Journal, streams: &[&str]) {
    for (index, stream) in streams.iter().enumerate() {
        let part = fact(stream, &format!("key {index}"), &format!("{{\"n\":{index}}}"));
        journal.append(append(index as i64, vec![part])).await.unwrap();
    }
}
