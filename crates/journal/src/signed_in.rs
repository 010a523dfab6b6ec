//! Browsers that are signed in.
//!
//! Invariant: the secret of a cookie is kept nowhere, only its digest. A backup does not hold these: whoever can
//! read one is not signed in by it.

use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::time::Time;

use crate::database::on_read;
use crate::dialect::{Texts, for_the_living};
use crate::error::Error;
use crate::expire::delete_in_turns;
use crate::journal::{Journal, write_beside};
use crate::session::read_digest;

/// A browser that is signed in, as long as it is not past `expires_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// SHA-256 of the cookie's secret.
    pub digest: Digest,
    pub person: ActorId,
    pub created_at: Time,
    pub seen_at: Time,
    pub expires_at: Time,
    /// What the browser says it is.
    pub agent: String,
    /// The address it came from.
    pub address: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    digest: Vec<u8>,
    person: String,
    created_at: i64,
    seen_at: i64,
    expires_at: i64,
    agent: String,
    address: String,
}

impl TryFrom<Row> for SignedIn {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            digest: read_digest(&row.digest)?,
            person: ActorId::new(row.person),
            created_at: Time::from_micros(row.created_at),
            seen_at: Time::from_micros(row.seen_at),
            expires_at: Time::from_micros(row.expires_at),
            agent: row.agent,
            address: row.address,
        })
    }
}

const PUT: Texts = for_the_living!(
    "INSERT INTO sessions (person, digest, created_at, seen_at, expires_at, agent, address) \
     SELECT people.id, $2, $3, $4, $5, $6, $7",
    ""
);

impl Journal {
    /// Adds a session. Returns false, and adds none, if the person is not known or has been erased. A digest that is
    /// there already is an error: a secret is drawn anew for each.
    pub async fn session_put(&self, session: &SignedIn) -> Result<bool, Error> {
        let text = self.store.text(PUT);
        let added = write_beside!(self, pool => {
            let put = sqlx::query(text)
                .bind(session.person.as_str())
                .bind(session.digest.0.as_slice())
                .bind(session.created_at.micros())
                .bind(session.seen_at.micros())
                .bind(session.expires_at.micros())
                .bind(&session.agent)
                .bind(&session.address);
            put.execute(pool).await?.rows_affected()
        });
        Ok(added > 0)
    }

    /// Returns the session of a secret, also one that has expired and was not yet swept away.
    pub async fn session_get(&self, digest: &Digest) -> Result<Option<SignedIn>, Error> {
        const GET: &str = "SELECT digest, person, created_at, seen_at, expires_at, agent, address \
             FROM sessions WHERE digest = $1";
        let row: Option<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(digest.0.as_slice()).fetch_optional(pool).await?
        });
        row.map(SignedIn::try_from).transpose()
    }

    /// Notes that a session was used, and until when it lasts now. Returns false, and changes nothing, if it is over:
    /// one that has expired does not come back.
    pub async fn session_seen(&self, digest: &Digest, now: Time, expires_at: Time) -> Result<bool, Error> {
        // Of requests at one time, the later one's moment stays.
        const SEEN: &str = "UPDATE sessions \
             SET seen_at = CASE WHEN seen_at < $2 THEN $2 ELSE seen_at END, expires_at = $3 \
             WHERE digest = $1 AND expires_at > $2";
        let seen = write_beside!(self, pool => {
            let seen = sqlx::query(SEEN).bind(digest.0.as_slice()).bind(now.micros()).bind(expires_at.micros());
            seen.execute(pool).await?.rows_affected()
        });
        Ok(seen > 0)
    }

    /// Ends a session. Returns false if there was none.
    pub async fn session_delete(&self, digest: &Digest) -> Result<bool, Error> {
        const DELETE: &str = "DELETE FROM sessions WHERE digest = $1";
        let deleted = write_beside!(self, pool => {
            sqlx::query(DELETE).bind(digest.0.as_slice()).execute(pool).await?.rows_affected()
        });
        Ok(deleted > 0)
    }

    /// Returns the sessions of a person, the last seen first, with those that have expired and were not yet swept
    /// away.
    pub async fn sessions_of(&self, person: &ActorId) -> Result<Vec<SignedIn>, Error> {
        const OF: &str = "SELECT digest, person, created_at, seen_at, expires_at, agent, address \
             FROM sessions WHERE person = $1 ORDER BY seen_at DESC, digest";
        let rows: Vec<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(OF).bind(person.as_str()).fetch_all(pool).await?
        });
        rows.into_iter().map(SignedIn::try_from).collect()
    }

    /// Ends the sessions of a person, but for one that may stay. Returns how many ended.
    pub async fn sessions_delete_of(&self, person: &ActorId, except: Option<&Digest>) -> Result<u64, Error> {
        const DELETE: &str = "DELETE FROM sessions WHERE person = $1 AND ($2 IS NULL OR digest <> $2)";
        Ok(write_beside!(self, pool => {
            let delete = sqlx::query(DELETE).bind(person.as_str());
            let delete = delete.bind(except.map(|digest| digest.0.as_slice()));
            delete.execute(pool).await?.rows_affected()
        }))
    }

    /// Sweeps away the sessions that have expired. Returns how many.
    pub async fn sessions_expire(&self, now: Time) -> Result<u64, Error> {
        const DELETE: &str = "DELETE FROM sessions WHERE digest IN \
             (SELECT digest FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)";
        delete_in_turns(self, DELETE, now).await
    }
}
