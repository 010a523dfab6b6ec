//! What can go wrong when the journal is read, opened or kept.
//!
//! Invariant: a message is a lowercase fragment that completes "failed to …"; where a person can do something
//! about it, it says what.

use domain::envelope::{Position, Stream, StreamVersion};

/// Why the journal could not be opened, read, redacted or restored.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("reach the database: {0}")]
    Database(#[from] sqlx::Error),
    #[error(
        "reach the database by TLS, with a certificate that holds: {0}. Name what signed it with \
         `?sslrootcert=FILE` in the URL; on a network of its own, `?sslmode=disable` does without"
    )]
    Unguarded(sqlx::Error),
    #[error("bring the database to this version of its tables: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("open a database of kind `{0}`: there is `postgres://user@host/name`, or the path of a file")]
    Scheme(String),
    #[error("create the folder of the database file: {0}")]
    Folder(std::io::Error),
    #[error(
        "trust the PostgreSQL server: `{setting}` is off, so an acknowledged event could be lost in a crash; \
         set `{setting} = on` and reload the server"
    )]
    NotDurable { setting: &'static str },
    #[error(
        "read event {0}: its header is not one that this version of Seaworthy wrote; run `journal verify`"
    )]
    Unreadable(Position),
    #[error("use the login: somebody else has it, be it with other capital letters; choose another login")]
    LoginTaken,
    #[error("redact event {0}: there is no such event")]
    NoSuchEvent(Position),
    #[error("redact event {0}: it is redacted already")]
    AlreadyRedacted(Position),
    #[error("redact event {0}: it is itself the record of a redaction, and verification needs it")]
    RecordOfRedaction(Position),
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl Error {
    /// Tells a login that is taken from everything else that can fail when a login is given to somebody.
    pub(crate) fn of_login(error: sqlx::Error) -> Self {
        match Failure::of(&error) {
            Failure::Taken => Self::LoginTaken,
            _ => Self::Database(error),
        }
    }
}

/// Why an append recorded nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Someone else appended to the stream since the decision was made. Read again, decide again.
    #[error("append to {stream}: it is at version {actual}, not {expected}")]
    Conflict { stream: Stream, expected: StreamVersion, actual: StreamVersion },
    /// Some of the keys of one append are taken and others are not, so that it is neither new nor a repetition.
    #[error(
        "append to {stream}: the key `{key}` is taken by event {position}, but other facts of the same append \
         are new; send them as appends of their own"
    )]
    KeyTaken { stream: Stream, key: String, position: Position },
    #[error(
        "append: the disk of the database is full; nothing was recorded and everything recorded can still be \
         read; free some space, then repeat"
    )]
    Full,
    #[error(
        "append: the database does not answer ({0}); the events may or may not have been recorded; repeat facts \
         with the same key, and read again before repeating a decision"
    )]
    Unavailable(String),
    #[error("append: {0}")]
    Invalid(&'static str),
    #[error("append: {0}")]
    Other(String),
}

/// The result code of SQLite for a full disk, and those of the calls that a full disk makes fail.
const SQLITE_FULL: [&str; 4] = ["13", "778", "1034", "4874"];
const SQLITE_BUSY: [&str; 4] = ["5", "261", "517", "6"];

/// What a failed statement means to the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A row with this position, version or key is there already: another process has appended.
    Taken,
    Full,
    Unavailable,
    Other,
}

impl Failure {
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Taken,
            sqlx::Error::Database(database) => match database.code().as_deref() {
                Some("53100") => Self::Full,
                Some(code) if SQLITE_FULL.contains(&code) => Self::Full,
                Some(code) if SQLITE_BUSY.contains(&code) => Self::Unavailable,
                // Classes 08 (connection), 53 (resources) and 57 (the operator intervened) of PostgreSQL.
                Some(code) if code.len() == 5 && ["08", "53", "57"].contains(&&code[..2]) => {
                    Self::Unavailable
                }
                _ => Self::Other,
            },
            sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => Self::Full,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable,
            _ => Self::Other,
        }
    }
}

impl From<&sqlx::Error> for AppendError {
    fn from(error: &sqlx::Error) -> Self {
        match Failure::of(error) {
            Failure::Full => Self::Full,
            Failure::Unavailable => Self::Unavailable(error.to_string()),
            Failure::Taken | Failure::Other => Self::Other(error.to_string()),
        }
    }
}
