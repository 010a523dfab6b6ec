//! Forgetting what an event said, while the chain goes on to hold.
//!
//! Invariant: a payload disappears in the same transaction that records who made it disappear and why; a
//! payload that is missing without such a record is damage.

use domain::envelope::{ActorId, Position, Stream};
use domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::append::{Append, Appended, Expect, NewEvent, Part, Ready};
use crate::chain::Header;
use crate::database::Store;
use crate::error::{AppendError, Error};
use crate::plan::{Rows, Tail};
use crate::session::Session;

/// The type of the event that records a redaction.
pub const EVENT_REDACTED: &str = "event_redacted";
pub const EVENT_REDACTED_VERSION: u32 = 1;

/// The payload of that event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRedacted {
    /// The event that no longer says anything.
    pub position: Position,
    pub reason: String,
}

#[derive(Debug)]
pub(crate) struct Redact {
    pub(crate) position: Position,
    pub(crate) actor: ActorId,
    pub(crate) reason: String,
    pub(crate) now: Time,
}

pub(crate) async fn redact(store: &Store, request: Redact) -> Result<Appended, Error> {
    let mut session = Session::of(store).await?;
    match redact_in(&mut session, request).await {
        Ok(appended) => Ok(appended),
        Err(error) => {
            session.rollback().await;
            Err(error)
        }
    }
}

async fn redact_in(session: &mut Session, request: Redact) -> Result<Appended, Error> {
    let position = request.position;
    session.begin().await?;
    let stored = session.stored(position).await?.ok_or(Error::NoSuchEvent(position))?;
    let header = Header::read(&stored.header).ok_or(Error::Unreadable(position))?;
    if header.kind == EVENT_REDACTED {
        return Err(Error::RecordOfRedaction(position));
    }
    if stored.payload.is_none() {
        return Err(Error::AlreadyRedacted(position));
    }
    let stream = Stream::new(&*header.stream);
    let mut tail = Tail::new(session.head().await?);
    session.look_up(&mut tail, std::slice::from_ref(&stream), &[]).await?;
    let version = tail.versions.get(&stream).copied().unwrap_or_default();
    let ready = Ready::new(record(request, stream, version)?)?;
    let mut rows = Rows::default();
    let appended = tail.plan(&ready, &mut rows)?;
    let recorded = async {
        session.forget(position).await?;
        session.insert(rows.events).await?;
        session.commit().await
    };
    // A full disk or a lost connection has its own sentence.
    recorded.await.map_err(|error| AppendError::from(&error))?;
    Ok(appended)
}

fn record(
    request: Redact,
    stream: Stream,
    version: domain::envelope::StreamVersion,
) -> Result<Append, AppendError> {
    let payload = EventRedacted { position: request.position, reason: request.reason };
    let payload = serde_json::to_vec(&payload).map_err(|error| AppendError::Other(error.to_string()))?;
    let event = NewEvent {
        kind: EVENT_REDACTED.into(),
        kind_version: EVENT_REDACTED_VERSION,
        occurred_at: request.now,
        payload,
    };
    let part = Part { stream, expect: Expect::Version(version), events: vec![event] };
    Ok(Append { actor: request.actor, now: request.now, parts: vec![part], outbox: Vec::new() })
}
