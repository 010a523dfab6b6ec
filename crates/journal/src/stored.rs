//! An event as it lies in the table `events`, and what a reader gets of it.
//!
//! Invariant: the header and the payload are the bytes that were hashed; the other columns only repeat what
//! the header says, so that the database can find it.

use domain::envelope::{Envelope, Position};
use domain::time::Time;

use crate::chain::Header;
use crate::error::Error;
use domain::digest::Digest;

/// One row of the journal, byte for byte: `sha256sum` of `header` is `hash`, and `sha256sum` of `salt` followed
/// by `payload` is what the header names as its payload.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredEvent {
    pub position: i64,
    pub stream: String,
    pub version: i64,
    pub key: Option<String>,
    pub recorded_at: i64,
    pub header: Vec<u8>,
    /// `None`, like the payload, once the event is redacted.
    pub salt: Option<Vec<u8>>,
    pub payload: Option<Vec<u8>>,
    pub hash: Vec<u8>,
}

/// The last event of the journal, at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub position: Position,
    pub hash: Digest,
    pub recorded_at: Time,
}

/// An event as readers get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub envelope: Envelope,
    pub body: Body,
}

/// What an event says, unless that has been forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The JSON that was appended, byte for byte.
    Payload(Vec<u8>),
    Redacted,
}

impl StoredEvent {
    /// Lays a header, whose bytes and hash are given, and its payload out as a row.
    pub(crate) fn of(header: &Header<'_>, bytes: Vec<u8>, hash: Digest, salt: &[u8], payload: &[u8]) -> Self {
        Self {
            position: header.position.0,
            stream: header.stream.clone().into_owned(),
            version: header.version.0,
            key: header.key.clone().map(Into::into),
            recorded_at: header.recorded_at.micros(),
            header: bytes,
            salt: Some(salt.to_vec()),
            payload: Some(payload.to_vec()),
            hash: hash.0.to_vec(),
        }
    }

    /// Returns about how many bytes the row takes.
    pub(crate) fn size(&self) -> usize {
        self.header.len() + self.payload.as_ref().map_or(0, Vec::len) + 2 * self.stream.len() + 128
    }
}

impl Recorded {
    /// Reads what a row says of its event. `position` is only for the message when it cannot be read.
    pub(crate) fn read(position: i64, header: &[u8], payload: Option<&[u8]>) -> Result<Self, Error> {
        let header = Header::read(header).ok_or(Error::Unreadable(Position(position)))?;
        let body = payload.map_or(Body::Redacted, |payload| Body::Payload(payload.to_vec()));
        Ok(Self { envelope: header.envelope(), body })
    }
}

impl Head {
    /// The head of a journal without events.
    pub const EMPTY: Self =
        Self { position: Position(0), hash: Digest::ZERO, recorded_at: Time::from_micros(0) };
}
