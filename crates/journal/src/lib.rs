//! The journal: the append-only, hash-chained list of everything that happened, on SQLite or PostgreSQL, and
//! the blobs that its events name.
//!
//! Invariant: what is acknowledged is on the disk, and an event is kept as the bytes that were hashed.

mod account;
mod append;
mod archive;
mod backup;
mod blobs;
mod chain;
mod checkpoint;
mod database;
mod derived;
mod dialect;
mod error;
mod expire;
mod hours;
mod identity;
mod journal;
mod kept;
mod lease;
mod mail;
mod news;
mod outbox;
mod person;
mod plan;
mod read;
mod redact;
mod restore;
mod session;
mod signed;
mod signed_in;
mod stored;
mod texts;
mod ticket;
mod token;
mod turn;
mod unpack;
mod verify;
mod writer;

pub use account::Account;
pub use append::{Append, Appended, Expect, NewEvent, PAYLOAD_LIMIT, Part};
pub use archive::Manifest;
pub use backup::BackupError;
pub use blobs::{BlobCheck, BlobEntry, BlobError, BlobWriter, Blobs};
pub use chain::Header;
pub use database::Database;
pub use domain::digest::{Digest, NotADigest};
pub use error::{AppendError, Error};
pub use identity::Identity;
pub use journal::Journal;
pub use mail::{Mail, NewMail};
pub use news::News;
pub use outbox::{Message, NewMessage, OutboxCount, OutboxPage};
pub use person::Person;
pub use redact::{EVENT_REDACTED, EVENT_REDACTED_VERSION, EventRedacted};
pub use signed::{HeadKey, HeadKeyError, SignedHead, SignedHeadError};
pub use signed_in::SignedIn;
pub use stored::{Body, Head, Recorded, StoredEvent};
pub use ticket::Ticket;
pub use token::Token;
pub use turn::Turn;
pub use unpack::backup_check;
pub use verify::{Broken, Fault, Redaction, Verification};
