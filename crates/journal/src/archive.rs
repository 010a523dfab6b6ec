//! The form of a backup: one `.tar.zst` that knows no database.
//!
//! Events lie in `events/00000001.jsonl` and so on, people in `people.json`, messages and mails
//! in `outbox.json`, blobs in `blobs/<digest>`. The
//! manifest comes last.
//!
//! Invariant: an archive without its manifest is unfinished, and nobody takes it for a backup.

use domain::envelope::Position;
use domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::chain::Header;
use crate::stored::{Head, StoredEvent};
use domain::digest::Digest;

/// The form that is written. Those from 1 on are read: the second keeps accounts, identities and tokens with people,
/// which a reader of the first would lose without a word; the third keeps the outbox and the hours of people.
pub(crate) const FORMAT: u32 = 3;
pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const PEOPLE: &str = "people.json";
pub(crate) const OUTBOX: &str = "outbox.json";
pub(crate) const EVENTS: &str = "events/";
pub(crate) const BLOBS: &str = "blobs/";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The last event, or zeros if there is none.
    pub position: Position,
    pub hash: Digest,
    pub recorded_at: Time,
    pub people: u64,
    pub blobs: u64,
}

impl Manifest {
    pub fn head(&self) -> Head {
        Head { position: self.position, hash: self.hash, recorded_at: self.recorded_at }
    }
}

/// An event as a line of JSON. What the columns repeat is read from the header again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    header: String,
    hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    /// The payload, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<String>,
    /// The payload in hex, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_hex: Option<String>,
}

impl Line {
    pub(crate) fn write(event: StoredEvent, out: &mut Vec<u8>) -> Result<(), &'static str> {
        let (payload, payload_hex) = match event.payload.map(String::from_utf8) {
            None => (None, None),
            Some(Ok(text)) => (Some(text), None),
            Some(Err(bytes)) => (None, Some(hex::encode(bytes.as_bytes()))),
        };
        let line = Self {
            header: String::from_utf8(event.header).map_err(|_| "a header is not text")?,
            hash: hex::encode(event.hash),
            salt: event.salt.map(hex::encode),
            payload,
            payload_hex,
        };
        serde_json::to_writer(&mut *out, &line).map_err(|_| "an event has no JSON form")?;
        out.push(b'\n');
        Ok(())
    }

    pub(crate) fn read(line: &[u8]) -> Result<StoredEvent, &'static str> {
        let line: Self = serde_json::from_slice(line).map_err(|_| "a line of events is not in its form")?;
        let bytes =
            |text: String| hex::decode(text).map_err(|_| "a line of events has a hex number that is none");
        let hash = bytes(line.hash)?;
        let salt = line.salt.map(bytes).transpose()?;
        let payload = match line.payload_hex {
            Some(payload) => Some(bytes(payload)?),
            None => line.payload.map(String::into_bytes),
        };
        let header = line.header.into_bytes();
        let read = Header::read(&header).ok_or("the header of an event is not in its form")?;
        let (position, version) = (read.position.0, read.version.0);
        let (stream, key) = (read.stream.clone().into_owned(), read.key.clone().map(Into::into));
        let recorded_at = read.recorded_at.micros();
        Ok(StoredEvent { position, stream, version, key, recorded_at, header, salt, payload, hash })
    }
}
