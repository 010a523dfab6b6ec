//! The mails that messages go out in, each under a name that it keeps however often it is tried.
//!
//! Invariant: a person has at most one digest for a working half-day, and one that is on its way at a time; what a mail
//! tells is settled before it is tried, so that sent twice it is the same mail twice.

use domain::envelope::ActorId;
use domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::database::on_read;
use crate::dialect::BEGIN_TO_WRITE;
use crate::error::{Error, Failure};
use crate::journal::{Journal, write_beside};

/// One mail to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The local part of its Message-ID.
    pub id: String,
    pub person: ActorId,
    /// The working half-day that a digest counts for; `None` for what goes at once.
    pub slot: Option<String>,
    /// `open`, `sent`, `dead` or `dropped`.
    pub state: String,
    pub attempts: i64,
    pub next_try: Time,
    /// Why the last attempt failed.
    pub error: Option<String>,
    pub created_at: Time,
    pub ended_at: Option<Time>,
}

/// A mail to open, with the messages that go into it.
#[derive(Clone, Debug)]
pub struct NewMail {
    pub id: String,
    pub person: ActorId,
    pub slot: Option<String>,
    pub messages: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) person: String,
    pub(crate) slot: Option<String>,
    pub(crate) state: String,
    pub(crate) attempts: i64,
    pub(crate) next_try: i64,
    pub(crate) error: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) ended_at: Option<i64>,
}

impl From<Row> for Mail {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            person: ActorId::new(row.person),
            slot: row.slot,
            state: row.state,
            attempts: row.attempts,
            next_try: Time::from_micros(row.next_try),
            error: row.error,
            created_at: Time::from_micros(row.created_at),
            ended_at: row.ended_at.map(Time::from_micros),
        }
    }
}

pub(crate) const ALL: &str = "SELECT id, person, slot, state, attempts, next_try, error, created_at, ended_at \
     FROM mail ORDER BY id";

impl Journal {
    /// Opens a mail and settles what it tells. Returns false, and opens none, if there is one of that name, if the person
    /// has had a digest for that half-day or has one on its way, if they have been erased, or if nothing is left to tell.
    pub async fn mail_open(&self, mail: &NewMail, now: Time) -> Result<bool, Error> {
        const OPEN: &str = "INSERT INTO mail (id, person, slot, state, attempts, next_try, created_at) \
             SELECT $2, people.id, $3, 'open', 0, $4, $4 FROM people \
             WHERE people.id = $1 AND people.erased_at IS NULL ON CONFLICT DO NOTHING";
        const SETTLE: &str = "UPDATE outbox SET mail = $2 \
             WHERE id = $1 AND person = $3 AND state = 'waiting' AND mail IS NULL";
        let begin = self.store.text(BEGIN_TO_WRITE);
        let settled = write_beside!(self, pool => {
            let mut transaction = pool.begin_with(begin).await?;
            let open = sqlx::query(OPEN).bind(mail.person.as_str()).bind(&mail.id).bind(&mail.slot);
            let mut settled = 0;
            if open.bind(now.micros()).execute(&mut *transaction).await?.rows_affected() > 0 {
                for message in &mail.messages {
                    let settle = sqlx::query(SETTLE).bind(message).bind(&mail.id).bind(mail.person.as_str());
                    settled += settle.execute(&mut *transaction).await?.rows_affected();
                }
            }
            match settled {
                0 => transaction.rollback().await?,
                _ => transaction.commit().await?,
            }
            settled
        });
        Ok(settled > 0)
    }

    pub async fn mail_get(&self, id: &str) -> Result<Option<Mail>, Error> {
        const GET: &str = "SELECT id, person, slot, state, attempts, next_try, error, created_at, ended_at \
             FROM mail WHERE id = $1";
        let row: Option<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(id).fetch_optional(pool).await?
        });
        Ok(row.map(Mail::from))
    }

    /// Returns the mails that are to be tried at this moment, the oldest first.
    pub async fn mail_due(&self, now: Time, limit: i64) -> Result<Vec<Mail>, Error> {
        const DUE: &str = "SELECT id, person, slot, state, attempts, next_try, error, created_at, ended_at FROM mail \
             WHERE state = 'open' AND next_try <= $1 ORDER BY next_try, id LIMIT $2";
        let rows: Vec<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(DUE).bind(now.micros()).bind(limit).fetch_all(pool).await?
        });
        Ok(rows.into_iter().map(Mail::from).collect())
    }

    /// Takes a mail to try it; nobody else does until `until`. A digest counts for the half-day in which it is tried.
    /// Returns `None` if somebody has it, if it has ended, or if the person has had a digest for that half-day.
    pub async fn mail_take(
        &self,
        id: &str,
        slot: Option<&str>,
        now: Time,
        until: Time,
    ) -> Result<Option<Mail>, Error> {
        const TAKE: &str = "UPDATE mail SET slot = $2, next_try = $4, attempts = attempts + 1 \
             WHERE id = $1 AND state = 'open' AND next_try <= $3 \
               AND NOT EXISTS (SELECT 1 FROM mail AS other \
                 WHERE other.person = mail.person AND other.slot = $2 AND other.id <> mail.id) \
             RETURNING id, person, slot, state, attempts, next_try, error, created_at, ended_at";
        let taken: sqlx::Result<Vec<Row>> = write_beside!(self, pool => {
            let take = sqlx::query_as(TAKE).bind(id).bind(slot).bind(now.micros()).bind(until.micros());
            // To the end, which is where the commit is: reading one row would not wait for it.
            take.fetch_all(pool).await
        });
        match taken {
            Ok(rows) => Ok(rows.into_iter().next().map(Mail::from)),
            // Another digest took the half-day at this moment.
            Err(error) if Failure::of(&error) == Failure::Taken => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes that a mail was taken by a server, and all that it told with it.
    pub async fn mail_sent(&self, id: &str, now: Time) -> Result<(), Error> {
        const SENT: &str = "UPDATE mail SET state = 'sent', ended_at = $2, error = NULL \
             WHERE id = $1 AND state IN ('open', 'dropped')";
        const TOLD: &str =
            "UPDATE outbox SET state = 'sent', ended_at = $2 WHERE mail = $1 AND state = 'waiting'";
        self.end_mail(id, [SENT, TOLD], now, None).await
    }

    /// Notes that a mail failed, and when it is tried again; never, where there is no such moment: then it is dead, and
    /// all that it would have told with it.
    pub async fn mail_failed(
        &self,
        id: &str,
        error: &str,
        next_try: Option<Time>,
        now: Time,
    ) -> Result<(), Error> {
        const DEAD: &str =
            "UPDATE mail SET state = 'dead', ended_at = $2, error = $3 WHERE id = $1 AND state = 'open'";
        const UNTOLD: &str = "UPDATE outbox SET state = 'dead', ended_at = $2, reason = $3 WHERE mail = $1 AND state = 'waiting'";
        const AGAIN: &str = "UPDATE mail SET error = $2, next_try = $3 WHERE id = $1 AND state = 'open'";
        let Some(next_try) = next_try else {
            return self.end_mail(id, [DEAD, UNTOLD], now, Some(error)).await;
        };
        write_beside!(self, pool => {
            sqlx::query(AGAIN).bind(id).bind(error).bind(next_try.micros()).execute(pool).await.map(drop)?;
        });
        Ok(())
    }

    /// Ends a mail and what it tells, together.
    async fn end_mail(
        &self,
        id: &str,
        texts: [&'static str; 2],
        now: Time,
        error: Option<&str>,
    ) -> Result<(), Error> {
        let begin = self.store.text(BEGIN_TO_WRITE);
        write_beside!(self, pool => {
            let mut transaction = pool.begin_with(begin).await?;
            for text in texts {
                let end = sqlx::query(text).bind(id).bind(now.micros());
                let end = match error {
                    Some(error) => end.bind(error),
                    None => end,
                };
                end.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        });
        Ok(())
    }
}
