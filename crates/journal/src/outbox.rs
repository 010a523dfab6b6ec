//! What people are to be told: written with the event that is its cause, and kept until it is sent or given up.
//!
//! Invariant: a message is there if and only if its cause is, once for cause, person and what is told; it ends as sent,
//! dead or dropped, and never without a trace.

mod list;
mod row;

use domain::digest::Digest;
use domain::envelope::{ActorId, Position};
use domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::database::on_read;
use crate::dialect::{BEGIN_TO_WRITE, Texts};
use crate::error::Error;
use crate::expire::delete_in_turns;
use crate::journal::{Journal, write_beside};
use crate::session::{Connection, Session};

pub use list::{OutboxCount, OutboxPage};
pub use row::Message;
pub(crate) use row::{ALL, Row};

/// Something to tell somebody because of an event, handed in with that event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Which event of the append is the cause, counted through all its parts from 0.
    pub event: usize,
    pub person: ActorId,
    pub kind: String,
    pub urgency: String,
    /// JSON. It stays when the cause is redacted, so it names things and does not quote them.
    pub payload: String,
    pub not_before: Time,
}

/// A message whose cause has its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Placed {
    id: String,
    cause: i64,
    stream: String,
    person: String,
    kind: String,
    urgency: String,
    payload: String,
    not_before: i64,
    created_at: i64,
}

impl Placed {
    /// Names a message by its cause, its reader and what it tells: the same again is the same.
    pub(crate) fn of(
        new: &NewMessage,
        cause: Position,
        hash: &Digest,
        stream: &str,
        created_at: Time,
    ) -> Self {
        let parts = [new.person.as_str(), &new.kind, &new.payload].map(str::as_bytes);
        let id = hex::encode(&Digest::of(&[&hash.0[..], &parts.join(&0)].concat()).0[..16]);
        Self {
            id,
            cause: cause.0,
            stream: stream.to_owned(),
            person: new.person.as_str().to_owned(),
            kind: new.kind.clone(),
            urgency: new.urgency.clone(),
            payload: new.payload.clone(),
            not_before: new.not_before.micros(),
            created_at: created_at.micros(),
        }
    }
}

/// Whoever has been erased is told nothing.
const PUT: Texts = Texts {
    sqlite: "INSERT INTO outbox (id, cause, stream, person, kind, urgency, payload, not_before, created_at, state) \
         SELECT value->>'id', value->>'cause', value->>'stream', people.id, value->>'kind', value->>'urgency', \
           value->>'payload', value->>'not_before', value->>'created_at', 'waiting' \
         FROM json_each($1) JOIN people ON people.id = value->>'person' AND people.erased_at IS NULL \
         WHERE TRUE ON CONFLICT (id) DO NOTHING",
    postgres: "INSERT INTO outbox (id, cause, stream, person, kind, urgency, payload, not_before, created_at, state) \
         SELECT value->>'id', (value->>'cause')::BIGINT, value->>'stream', people.id, value->>'kind', \
           value->>'urgency', value->>'payload', (value->>'not_before')::BIGINT, (value->>'created_at')::BIGINT, \
           'waiting' \
         FROM json_array_elements($1::json) AS given (value) \
           JOIN people ON people.id = value->>'person' AND people.erased_at IS NULL \
         FOR SHARE OF people ON CONFLICT (id) DO NOTHING",
};

impl Session {
    /// Puts messages in the transaction of their causes.
    pub(crate) async fn messages_put(&mut self, messages: &[Placed]) -> sqlx::Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let text = self.text(PUT);
        let given = serde_json::to_string(messages).map_err(|error| sqlx::Error::Encode(error.into()))?;
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                sqlx::query(text).bind(given).execute(&mut **connection).await.map(drop)
            }
            Connection::Postgres(connection) => {
                sqlx::query(text).bind(given).execute(&mut **connection).await.map(drop)
            }
        }
    }
}

impl Journal {
    /// Returns what waits to go into a mail at this moment, the oldest first.
    pub async fn outbox_due(&self, now: Time, limit: i64) -> Result<Vec<Message>, Error> {
        const DUE: &str = "SELECT id, cause, stream, person, kind, urgency, payload, not_before, created_at, state, \
               mail, ended_at, decided_by, reason FROM outbox \
             WHERE state = 'waiting' AND mail IS NULL AND not_before <= $1 \
             ORDER BY not_before, id LIMIT $2";
        let rows: Vec<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(DUE).bind(now.micros()).bind(limit).fetch_all(pool).await?
        });
        Ok(rows.into_iter().map(Message::from).collect())
    }

    pub async fn outbox_get(&self, id: &str) -> Result<Option<Message>, Error> {
        const GET: &str = "SELECT id, cause, stream, person, kind, urgency, payload, not_before, created_at, state, \
               mail, ended_at, decided_by, reason FROM outbox WHERE id = $1";
        let row: Option<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(id).fetch_optional(pool).await?
        });
        Ok(row.map(Message::from))
    }

    /// Returns what a mail still has to tell, in the order it came.
    pub async fn outbox_of_mail(&self, mail: &str) -> Result<Vec<Message>, Error> {
        const OF: &str = "SELECT id, cause, stream, person, kind, urgency, payload, not_before, created_at, state, \
               mail, ended_at, decided_by, reason FROM outbox \
             WHERE mail = $1 AND state = 'waiting' ORDER BY created_at, cause, id";
        let rows: Vec<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(OF).bind(mail).fetch_all(pool).await?
        });
        Ok(rows.into_iter().map(Message::from).collect())
    }

    /// Gives up a message that has not gone out; a mail that is left with nothing to tell goes with it. Returns false
    /// if it was sent or dropped before.
    pub async fn outbox_drop(
        &self,
        id: &str,
        by: Option<&ActorId>,
        reason: &str,
        now: Time,
    ) -> Result<bool, Error> {
        const DROP: &str = "UPDATE outbox SET state = 'dropped', ended_at = $2, decided_by = $3, reason = $4 \
             WHERE id = $1 AND state IN ('waiting', 'dead')";
        // One that was tried keeps its half-day: it may have arrived.
        const EMPTIED: &str = "UPDATE mail SET state = 'dropped', ended_at = $2, \
               slot = CASE WHEN attempts = 0 THEN NULL ELSE slot END \
             WHERE id = (SELECT mail FROM outbox WHERE id = $1) AND state = 'open' \
               AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.mail = mail.id AND outbox.state = 'waiting')";
        let begin = self.store.text(BEGIN_TO_WRITE);
        let dropped = write_beside!(self, pool => {
            let mut transaction = pool.begin_with(begin).await?;
            let drop = sqlx::query(DROP).bind(id).bind(now.micros());
            let drop = drop.bind(by.map(ActorId::as_str)).bind(reason);
            let dropped = drop.execute(&mut *transaction).await?.rows_affected();
            sqlx::query(EMPTIED).bind(id).bind(now.micros()).execute(&mut *transaction).await?;
            transaction.commit().await?;
            dropped
        });
        Ok(dropped > 0)
    }

    /// Brings back a message that was given up. One of a digest joins the next; one that goes alone goes in its own
    /// mail again, under the same name. Returns false if it was sent, waits, or is for somebody who has been erased.
    pub async fn outbox_retry(&self, id: &str, by: &ActorId, now: Time) -> Result<bool, Error> {
        const RETRY: &str = "UPDATE outbox SET state = 'waiting', not_before = $2, ended_at = NULL, decided_by = $3, \
               reason = NULL, \
               mail = (SELECT mail.id FROM mail WHERE mail.id = outbox.mail AND mail.slot IS NULL \
                 AND mail.state IN ('dead', 'dropped') AND outbox.urgency <> 'digest') \
             WHERE id = $1 AND state IN ('dead', 'dropped') \
               AND EXISTS (SELECT 1 FROM people WHERE people.id = outbox.person AND people.erased_at IS NULL)";
        const REOPEN: &str = "UPDATE mail SET state = 'open', attempts = 0, next_try = $2, ended_at = NULL \
             WHERE id = (SELECT mail FROM outbox WHERE id = $1 AND state = 'waiting') AND state IN ('dead', 'dropped')";
        let begin = self.store.text(BEGIN_TO_WRITE);
        let retried = write_beside!(self, pool => {
            let mut transaction = pool.begin_with(begin).await?;
            let retry = sqlx::query(RETRY).bind(id).bind(now.micros()).bind(by.as_str());
            let retried = retry.execute(&mut *transaction).await?.rows_affected();
            if retried > 0 {
                sqlx::query(REOPEN).bind(id).bind(now.micros()).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            retried
        });
        Ok(retried > 0)
    }

    /// Sweeps away what ended before a moment, and was not left dead. Returns how many messages went.
    pub async fn outbox_expire(&self, before: Time) -> Result<u64, Error> {
        const DELETE: &str = "DELETE FROM outbox WHERE id IN \
             (SELECT id FROM outbox WHERE state IN ('sent', 'dropped') AND created_at <= $1 \
              AND COALESCE(ended_at, created_at) <= $1 ORDER BY created_at LIMIT $2)";
        const MAILS: &str = "DELETE FROM mail WHERE id IN \
             (SELECT id FROM mail WHERE state <> 'open' AND created_at <= $1 AND COALESCE(ended_at, created_at) <= $1 \
              AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.mail = mail.id) ORDER BY created_at LIMIT $2)";
        let swept = delete_in_turns(self, DELETE, before).await?;
        delete_in_turns(self, MAILS, before).await?;
        Ok(swept)
    }
}
