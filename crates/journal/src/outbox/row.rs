//! A message as it is kept.
//!
//! Invariant: what is read is what was written, in the same columns everywhere.

use domain::envelope::{ActorId, Position, Stream};
use domain::time::Time;
use serde::{Deserialize, Serialize};

/// Something that somebody is to be told, or was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    /// The event that is its cause.
    pub cause: Position,
    pub stream: Stream,
    pub person: ActorId,
    pub kind: String,
    pub urgency: String,
    /// JSON, as it was handed in.
    pub payload: String,
    pub not_before: Time,
    pub created_at: Time,
    /// `waiting`, `sent`, `dead` or `dropped`.
    pub state: String,
    /// The mail that it goes out in.
    pub mail: Option<String>,
    pub ended_at: Option<Time>,
    pub decided_by: Option<ActorId>,
    pub reason: Option<String>,
}

pub(crate) const ALL: &str = "SELECT id, cause, stream, person, kind, urgency, payload, not_before, created_at, state, \
       mail, ended_at, decided_by, reason FROM outbox ORDER BY id";

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) cause: i64,
    pub(crate) stream: String,
    pub(crate) person: String,
    pub(crate) kind: String,
    pub(crate) urgency: String,
    pub(crate) payload: String,
    pub(crate) not_before: i64,
    pub(crate) created_at: i64,
    pub(crate) state: String,
    pub(crate) mail: Option<String>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) decided_by: Option<String>,
    pub(crate) reason: Option<String>,
}

impl From<Row> for Message {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            cause: Position(row.cause),
            stream: Stream::new(row.stream),
            person: ActorId::new(row.person),
            kind: row.kind,
            urgency: row.urgency,
            payload: row.payload,
            not_before: Time::from_micros(row.not_before),
            created_at: Time::from_micros(row.created_at),
            state: row.state,
            mail: row.mail,
            ended_at: row.ended_at.map(Time::from_micros),
            decided_by: row.decided_by.map(ActorId::new),
            reason: row.reason,
        }
    }
}
