//! Looking through the outbox: what waits, what was sent, what is stuck.
//!
//! Invariant: a page ends where the next begins, whatever is written meanwhile.

use domain::time::Time;

use super::Message;
use super::row::Row;
use crate::database::on_read;
use crate::error::Error;
use crate::journal::Journal;

/// Which messages to list, the latest first.
#[derive(Clone, Debug, Default)]
pub struct OutboxPage {
    /// In one state, or in any.
    pub state: Option<String>,
    /// Only those before this one, by when it was written and its id.
    pub before: Option<(Time, String)>,
    pub limit: i64,
}

/// How many messages are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxCount {
    pub waiting: i64,
    pub sent: i64,
    pub dead: i64,
    pub dropped: i64,
}

impl Journal {
    pub async fn outbox_page(&self, page: &OutboxPage) -> Result<Vec<Message>, Error> {
        const PAGE: &str = "SELECT id, cause, stream, person, kind, urgency, payload, not_before, created_at, state, \
               mail, ended_at, decided_by, reason FROM outbox \
             WHERE (created_at < $1 OR (created_at = $1 AND id < $2)) AND ($3 = '' OR state = $3) \
             ORDER BY created_at DESC, id DESC LIMIT $4";
        let (time, id) = match &page.before {
            Some((time, id)) => (time.micros(), id.as_str()),
            None => (i64::MAX, ""),
        };
        let rows: Vec<Row> = on_read!(&self.store, pool => {
            let get = sqlx::query_as(PAGE).bind(time).bind(id).bind(page.state.as_deref().unwrap_or_default());
            get.bind(page.limit).fetch_all(pool).await?
        });
        Ok(rows.into_iter().map(Message::from).collect())
    }

    pub async fn outbox_count(&self) -> Result<OutboxCount, Error> {
        const COUNT: &str = "SELECT COUNT(*) FILTER (WHERE state = 'waiting'), COUNT(*) FILTER (WHERE state = 'sent'), \
               COUNT(*) FILTER (WHERE state = 'dead'), COUNT(*) FILTER (WHERE state = 'dropped') FROM outbox";
        let (waiting, sent, dead, dropped): (i64, i64, i64, i64) =
            on_read!(&self.store, pool => sqlx::query_as(COUNT).fetch_one(pool).await?);
        Ok(OutboxCount { waiting, sent, dead, dropped })
    }
}
