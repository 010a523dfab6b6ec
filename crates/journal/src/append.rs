//! What callers hand in to be recorded, and what they get back.
//!
//! Invariant: an append is recorded whole or not at all, and it is acknowledged only once it is on the disk.

use std::sync::{Arc, Mutex};

use domain::envelope::{ActorId, Position, Stream, StreamVersion};
use domain::time::Time;

use crate::error::AppendError;
use crate::outbox::NewMessage;
use domain::digest::Digest;

/// The longest payload of one event, in bytes. What is larger belongs in a blob, with its digest in the event.
pub const PAYLOAD_LIMIT: usize = 4 << 20;
/// The longest name of a stream, key, type or actor, in bytes.
const TEXT_LIMIT: usize = 1024;
/// The most events of one append.
const EVENT_LIMIT: usize = 10_000;
/// The longest payload of one message, in bytes.
const MESSAGE_LIMIT: usize = 16 << 10;

pub(crate) const SALT_LENGTH: usize = 16;

/// Events to record together, possibly in several streams.
#[derive(Clone, Debug)]
pub struct Append {
    pub actor: ActorId,
    /// The moment of recording, unless the journal's last event is younger: then that one's moment.
    pub now: Time,
    pub parts: Vec<Part>,
    /// What people are to be told because of it: recorded with the events, or not at all.
    pub outbox: Vec<NewMessage>,
}

/// The events of an append that go to one stream.
#[derive(Clone, Debug)]
pub struct Part {
    pub stream: Stream,
    pub expect: Expect,
    /// May be empty with [`Expect::Version`]: then the part only insists that the stream has not moved.
    pub events: Vec<NewEvent>,
}

/// What must hold of the stream for the part to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// A fact: recorded once per key and stream, whatever else has happened there. The key cannot be redacted,
    /// so it must not name a person.
    Fact { key: String },
    /// A decision: recorded only if the stream is still at the version it was made on.
    Version(StreamVersion),
}

/// An event that has no place in the journal yet.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub kind: Arc<str>,
    pub kind_version: u32,
    /// When it happened, as claimed.
    pub occurred_at: Time,
    /// JSON; stored and hashed as it is.
    pub payload: Vec<u8>,
}

/// Where an append came to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The last event of the append or, when nothing was new, the earlier event that has the key.
    pub position: Position,
    /// The hash of that event.
    pub hash: Digest,
    /// False if every key was there already and nothing was recorded.
    pub fresh: bool,
}

/// An append that has been checked and digested, as far as that is possible without a place in the journal.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) append: Append,
    /// For each event in turn: its salt, and the digest of salt and payload.
    pub(crate) sealed: Vec<([u8; SALT_LENGTH], Digest)>,
    /// About how many bytes it will take.
    pub(crate) size: usize,
}

impl Ready {
    pub(crate) fn new(append: Append) -> Result<Self, AppendError> {
        check(&append)?;
        let events = || append.parts.iter().flat_map(|part| &part.events);
        let seal = |event: &NewEvent| salt().map(|salt| (salt, Digest::salted(&salt, &event.payload)));
        let sealed = events().map(seal).collect::<Option<_>>();
        let sealed = sealed.ok_or_else(|| AppendError::Other("there is no randomness".to_owned()))?;
        let size = events().map(|event| event.payload.len() + 512).sum::<usize>()
            + append.outbox.iter().map(|message| message.payload.len() + 512).sum::<usize>();
        Ok(Self { append, sealed, size })
    }
}

/// Draws a salt from randomness that is fetched for many at once: each fetch is a system call.
fn salt() -> Option<[u8; SALT_LENGTH]> {
    static DRAWN: Mutex<Vec<[u8; SALT_LENGTH]>> = Mutex::new(Vec::new());

    let mut drawn = DRAWN.lock().ok()?;
    if drawn.is_empty() {
        let mut random = [0; SALT_LENGTH * 64];
        getrandom::fill(&mut random).ok()?;
        drawn.extend(random.as_chunks().0);
    }
    drawn.pop()
}

fn check(append: &Append) -> Result<(), AppendError> {
    use AppendError::Invalid;

    let mut count = 0;
    check_text(append.actor.as_str())?;
    for part in &append.parts {
        check_text(part.stream.as_str())?;
        count += part.events.len();
        if let Expect::Fact { key } = &part.expect {
            check_text(key)?;
            if part.events.is_empty() {
                return Err(Invalid("a fact has at least one event"));
            }
        }
        for event in &part.events {
            check_text(&event.kind)?;
            if event.payload.len() > PAYLOAD_LIMIT {
                return Err(Invalid("a payload has at most 4 MiB; put what is larger in a blob"));
            }
        }
    }
    for message in &append.outbox {
        check_text(message.person.as_str())?;
        if message.event >= count {
            return Err(Invalid("a message is about one of the events that it comes with"));
        }
        if message.payload.len() > MESSAGE_LIMIT || message.payload.contains('\0') {
            return Err(Invalid("what a message tells has at most 16 KiB, none of them zero"));
        }
    }
    match count {
        0 => Err(Invalid("there is no event in it")),
        1..=EVENT_LIMIT => Ok(()),
        _ => Err(Invalid("there are more than 10000 events in it; split it")),
    }
}

fn check_text(text: &str) -> Result<(), AppendError> {
    if text.is_empty() || text.len() > TEXT_LIMIT || text.contains('\0') {
        return Err(AppendError::Invalid(
            "the names of streams, keys, types and actors have 1 to 1024 bytes, none of them zero",
        ));
    }
    Ok(())
}
