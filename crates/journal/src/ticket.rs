//! Secrets that are good for one use: an invitation, a new password, the way back from an identity provider.
//!
//! Invariant: of any number of takers of a ticket one gets it, once. A backup does not hold tickets.

use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::time::Time;

use crate::database::on_read;
use crate::dialect::{Texts, for_the_living};
use crate::error::Error;
use crate::expire::delete_in_turns;
use crate::journal::{Journal, write_beside};
use crate::session::read_digest;

/// A secret for one purpose, good for one use until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// SHA-256 of the ticket's secret.
    pub digest: Digest,
    pub purpose: String,
    /// Whose ticket it is, if it is anybody's yet; it is erased with them.
    pub person: Option<ActorId>,
    /// JSON, of whoever gives the ticket out.
    pub payload: String,
    pub created_at: Time,
    pub expires_at: Time,
}

#[derive(sqlx::FromRow)]
struct Row {
    digest: Vec<u8>,
    purpose: String,
    person: Option<String>,
    payload: String,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for Ticket {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            digest: read_digest(&row.digest)?,
            purpose: row.purpose,
            person: row.person.map(ActorId::new),
            payload: row.payload,
            created_at: Time::from_micros(row.created_at),
            expires_at: Time::from_micros(row.expires_at),
        })
    }
}

const PUT: Texts = for_the_living!(
    "INSERT INTO tickets (person, digest, purpose, payload, created_at, expires_at) \
     SELECT people.id, $2, $3, $4, $5, $6",
    ""
);

const PUT_FOR_NOBODY: &str = "INSERT INTO tickets (person, digest, purpose, payload, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";

impl Journal {
    /// Adds a ticket. Returns false, and adds none, if it is for a person who is not known or has been erased. A digest
    /// that is there already is an error: a secret is drawn anew for each.
    pub async fn ticket_put(&self, ticket: &Ticket) -> Result<bool, Error> {
        let text = if ticket.person.is_some() { self.store.text(PUT) } else { PUT_FOR_NOBODY };
        let added = write_beside!(self, pool => {
            let put = sqlx::query(text)
                .bind(ticket.person.as_ref().map(ActorId::as_str))
                .bind(ticket.digest.0.as_slice())
                .bind(&ticket.purpose)
                .bind(&ticket.payload)
                .bind(ticket.created_at.micros())
                .bind(ticket.expires_at.micros());
            put.execute(pool).await?.rows_affected()
        });
        Ok(added > 0)
    }

    /// Returns a ticket that could be taken now, and leaves it.
    pub async fn ticket_get(
        &self,
        digest: &Digest,
        purpose: &str,
        now: Time,
    ) -> Result<Option<Ticket>, Error> {
        const GET: &str = "SELECT digest, purpose, person, payload, created_at, expires_at FROM tickets \
             WHERE digest = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3";
        let row: Option<Row> = on_read!(&self.store, pool => {
            let get = sqlx::query_as(GET).bind(digest.0.as_slice()).bind(purpose).bind(now.micros());
            get.fetch_optional(pool).await?
        });
        row.map(Ticket::try_from).transpose()
    }

    /// Returns every ticket for a purpose that could be taken now, the oldest first.
    pub async fn tickets_open(&self, purpose: &str, now: Time) -> Result<Vec<Ticket>, Error> {
        const OPEN: &str = "SELECT digest, purpose, person, payload, created_at, expires_at FROM tickets \
             WHERE purpose = $1 AND used_at IS NULL AND expires_at > $2 ORDER BY created_at, digest";
        let rows: Vec<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(OPEN).bind(purpose).bind(now.micros()).fetch_all(pool).await?
        });
        rows.into_iter().map(Ticket::try_from).collect()
    }

    /// Takes a ticket, which nobody can take again. Returns `None` if it was taken before, has expired, or is for
    /// another purpose; then it stays as it is.
    pub async fn ticket_take(
        &self,
        digest: &Digest,
        purpose: &str,
        now: Time,
    ) -> Result<Option<Ticket>, Error> {
        const TAKE: &str = "UPDATE tickets SET used_at = $3 \
             WHERE digest = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 \
             RETURNING digest, purpose, person, payload, created_at, expires_at";
        let rows: Vec<Row> = write_beside!(self, pool => {
            let take = sqlx::query_as(TAKE).bind(digest.0.as_slice()).bind(purpose).bind(now.micros());
            // To the end, which is where the commit is: reading one row would not wait for it.
            take.fetch_all(pool).await?
        });
        rows.into_iter().next().map(Ticket::try_from).transpose()
    }

    /// Withdraws a person's tickets for a purpose. Returns how many.
    pub async fn tickets_delete_of(&self, person: &ActorId, purpose: &str) -> Result<u64, Error> {
        const DELETE: &str = "DELETE FROM tickets WHERE person = $1 AND purpose = $2";
        Ok(write_beside!(self, pool => {
            sqlx::query(DELETE).bind(person.as_str()).bind(purpose).execute(pool).await?.rows_affected()
        }))
    }

    /// Withdraws a person's tickets for a purpose that carry a payload. Returns how many.
    pub async fn tickets_delete_alike(
        &self,
        person: &ActorId,
        purpose: &str,
        payload: &str,
    ) -> Result<u64, Error> {
        const DELETE: &str = "DELETE FROM tickets WHERE person = $1 AND purpose = $2 AND payload = $3";
        Ok(write_beside!(self, pool => {
            let delete = sqlx::query(DELETE).bind(person.as_str()).bind(purpose).bind(payload);
            delete.execute(pool).await?.rows_affected()
        }))
    }

    /// Sweeps away the tickets that have expired, taken or not. Returns how many.
    pub async fn tickets_expire(&self, now: Time) -> Result<u64, Error> {
        const DELETE: &str = "DELETE FROM tickets WHERE digest IN \
             (SELECT digest FROM tickets WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
        delete_in_turns(self, DELETE, now).await
    }
}
