//! Proving the journal whole, event by event.
//!
//! Invariant: the first event that does not hold is named, whatever else is wrong. Memory grows with the number
//! of streams and redactions, never with the number of events.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use domain::envelope::{ActorId, Position};
use domain::time::Time;
use futures::TryStreamExt as _;

use crate::chain::Header;
use crate::database::on_read;
use crate::error::Error;
use crate::journal::Journal;
use crate::redact::{EVENT_REDACTED, EventRedacted};
use crate::signed::SignedHead;
use crate::stored::{Head, StoredEvent};
use domain::digest::Digest;

pub(crate) const ALL: &str = "SELECT position, stream, version, key, recorded_at, header, salt, payload, hash \
     FROM events ORDER BY position";

/// What a walk over the whole journal found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// How many events were walked over.
    pub events: u64,
    /// The last of them, if it holds.
    pub head: Option<Head>,
    pub redacted: Vec<Redaction>,
    /// The first event that does not hold.
    pub broken: Option<Broken>,
}

/// An event that no longer says anything, on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    pub position: Position,
    pub by: ActorId,
    pub at: Time,
}

/// An event that does not hold, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {position}: {fault}")]
pub struct Broken {
    pub position: Position,
    pub fault: Fault,
}

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it is missing; the next event there is {next}")]
    Gap { next: Position },
    #[error("its header is not in the form that is written")]
    Header,
    #[error("its header does not have the hash that is stored beside it")]
    Hash,
    #[error("it does not follow the event before it: one of the two was replaced")]
    Link,
    #[error("the column `{0}` disagrees with the header")]
    Column(&'static str),
    #[error("it was recorded before the event that precedes it")]
    Time,
    #[error("its version does not follow the last version of its stream, {last}")]
    Version { last: i64 },
    #[error("its payload is not what was recorded")]
    Payload,
    #[error("its payload is gone, and no redaction accounts for it")]
    Missing,
    #[error("the journal ends at {actual}, before it: events were cut off")]
    Truncated { actual: Position },
    #[error("it is not the event of the expected head: the journal was rewritten")]
    Rewritten,
}

impl Verification {
    pub fn holds(&self) -> bool {
        self.broken.is_none()
    }
}

impl Journal {
    /// Walks over every event and checks all that the journal promises of it. With a signed head that was kept
    /// elsewhere, it also finds that events were cut off the end, or that all of it was rewritten.
    pub async fn verify(&self, expect: Option<&SignedHead>) -> Result<Verification, Error> {
        let mut checker = Checker::new(expect.map(|signed| signed.head));
        on_read!(&self.store, pool => {
            let mut events = sqlx::query_as(ALL).fetch(pool);
            while let Some(event) = events.try_next().await? {
                checker.take(&event);
                if checker.is_decided() {
                    break;
                }
            }
        });
        Ok(checker.finish())
    }
}

impl fmt::Display for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}: redacted by {} at {}", self.position, self.by, self.at)
    }
}

/// Walks over events one by one, in the order of their positions.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    expected: Option<Head>,
    events: u64,
    last: Option<Head>,
    versions: HashMap<String, i64>,
    /// Events without payload that nothing accounts for yet, and their streams.
    unaccounted: BTreeMap<Position, String>,
    redacted: Vec<Redaction>,
    broken: Option<Broken>,
}

impl Checker {
    pub(crate) fn new(expected: Option<Head>) -> Self {
        Self { expected, ..Self::default() }
    }

    /// Takes the next event. Once one is broken, the rest only matters for redactions of earlier ones.
    pub(crate) fn take(&mut self, event: &StoredEvent) {
        self.events += 1;
        let header = Header::read(&event.header);
        if self.broken.is_none() {
            match self.check(event, header.as_ref()) {
                Ok(head) => self.last = Some(head),
                Err(broken) => self.broken = Some(broken),
            }
        }
        if let Some(header) = header.filter(|header| header.kind == EVENT_REDACTED) {
            self.account(event, &header);
        }
    }

    /// True when no event to come can change the outcome.
    pub(crate) fn is_decided(&self) -> bool {
        self.broken.is_some() && self.unaccounted.is_empty()
    }

    pub(crate) fn finish(mut self) -> Verification {
        if let Some((position, _)) = self.unaccounted.pop_first()
            && self.broken.as_ref().is_none_or(|broken| position < broken.position)
        {
            self.broken = Some(Broken { position, fault: Fault::Missing });
        }
        let actual = self.last.map_or(Position(0), |head| head.position);
        if let Some(expected) = self.expected
            && self.broken.is_none()
            && actual < expected.position
        {
            self.broken = Some(Broken { position: expected.position, fault: Fault::Truncated { actual } });
        }
        let Self { events, last: head, redacted, broken, .. } = self;
        Verification { events, head, redacted, broken }
    }

    fn check(&mut self, event: &StoredEvent, header: Option<&Header<'_>>) -> Result<Head, Broken> {
        let at = |fault| Broken { position: Position(event.position), fault };
        let last = self.last.unwrap_or(Head::EMPTY);
        let next = Position(last.position.0 + 1);
        if event.position != next.0 {
            return Err(Broken { position: next, fault: Fault::Gap { next: Position(event.position) } });
        }
        let hash = Digest::of(&event.header);
        if hash.0[..] != event.hash[..] {
            return Err(at(Fault::Hash));
        }
        let header = header.ok_or_else(|| at(Fault::Header))?;
        if header.previous != last.hash {
            return Err(at(Fault::Link));
        }
        check_columns(event, header).map_err(|column| at(Fault::Column(column)))?;
        if self.last.is_some() && header.recorded_at < last.recorded_at {
            return Err(at(Fault::Time));
        }
        let version = self.versions.get(&event.stream).copied().unwrap_or(0);
        if event.version != version + 1 {
            return Err(at(Fault::Version { last: version }));
        }
        match (&event.salt, &event.payload) {
            (Some(salt), Some(payload)) if Digest::salted(salt, payload) == header.payload => {}
            (None, None) => {
                self.unaccounted.insert(header.position, event.stream.clone());
            }
            _ => return Err(at(Fault::Payload)),
        }
        match self.versions.get_mut(&event.stream) {
            Some(version) => *version += 1,
            None => {
                self.versions.insert(event.stream.clone(), 1);
            }
        }
        if self.expected.is_some_and(|expected| expected.position == header.position && expected.hash != hash)
        {
            return Err(at(Fault::Rewritten));
        }
        Ok(Head { position: header.position, hash, recorded_at: header.recorded_at })
    }

    /// Strikes off an event that this one says was redacted.
    fn account(&mut self, event: &StoredEvent, header: &Header<'_>) {
        let Some((salt, payload)) = event.salt.as_ref().zip(event.payload.as_ref()) else {
            return;
        };
        if Digest::salted(salt, payload) != header.payload {
            return;
        }
        let Ok(EventRedacted { position, .. }) = serde_json::from_slice(payload) else {
            return;
        };
        if position < header.position && self.unaccounted.get(&position).is_some_and(|s| *s == header.stream)
        {
            self.unaccounted.remove(&position);
            let by = ActorId::new(&*header.actor);
            self.redacted.push(Redaction { position, by, at: header.recorded_at });
        }
    }
}

fn check_columns(event: &StoredEvent, header: &Header<'_>) -> Result<(), &'static str> {
    let columns = [
        ("position", event.position == header.position.0),
        ("stream", event.stream == header.stream),
        ("version", event.version == header.version.0),
        ("key", event.key.as_deref() == header.key.as_deref()),
        ("recorded_at", event.recorded_at == header.recorded_at.micros()),
    ];
    columns.iter().find(|(_, agrees)| !agrees).map_or(Ok(()), |(column, _)| Err(column))
}
