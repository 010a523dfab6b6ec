//! What programs sign in with.
//!
//! Invariant: the secret of a token is kept nowhere, only its digest, and a token that was revoked stays so.

use domain::digest::Digest;
use domain::envelope::ActorId;
use domain::time::Time;

use crate::database::on_read;
use crate::dialect::{Texts, for_the_living};
use crate::error::Error;
use crate::journal::{Journal, write_beside};
use crate::session::{Session, on, read_digest};
use crate::texts::{list_json, read_list};

/// A token of a person, for a program that acts in their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: String,
    /// SHA-256 of the token's secret.
    pub digest: Digest,
    pub person: ActorId,
    /// What the person calls it.
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: Time,
    pub expires_at: Option<Time>,
    /// When it was last used, to a minute.
    pub used_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: String,
    digest: Vec<u8>,
    person: String,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<Row> for Token {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            digest: read_digest(&row.digest)?,
            person: ActorId::new(row.person),
            name: row.name,
            scopes: read_list(&row.scopes)?,
            created_at: Time::from_micros(row.created_at),
            expires_at: row.expires_at.map(Time::from_micros),
            used_at: row.used_at.map(Time::from_micros),
            revoked_at: row.revoked_at.map(Time::from_micros),
        })
    }
}

const PUT: Texts = for_the_living!(
    "INSERT INTO tokens (person, id, digest, name, scopes, created_at, expires_at, used_at, revoked_at) \
     SELECT people.id, $2, $3, $4, $5, $6, $7, $8, $9",
    "ON CONFLICT (id) DO UPDATE SET person = excluded.person, digest = excluded.digest, name = excluded.name, \
       scopes = excluded.scopes, created_at = excluded.created_at, expires_at = excluded.expires_at, \
       used_at = excluded.used_at, revoked_at = COALESCE(tokens.revoked_at, excluded.revoked_at)"
);

pub(crate) const ALL: &str = "SELECT id, digest, person, name, scopes, created_at, expires_at, used_at, revoked_at \
     FROM tokens ORDER BY created_at, id";

/// The statement that puts a token, for either database.
macro_rules! put {
    ($text:expr, $token:expr) => {
        sqlx::query($text)
            .bind($token.person.as_str())
            .bind(&$token.id)
            .bind($token.digest.0.as_slice())
            .bind(&$token.name)
            .bind(list_json(&$token.scopes))
            .bind($token.created_at.micros())
            .bind($token.expires_at.map(Time::micros))
            .bind($token.used_at.map(Time::micros))
            .bind($token.revoked_at.map(Time::micros))
    };
}

impl Session {
    /// Puts a token in the transaction that is open.
    pub(crate) async fn token_put(&mut self, token: &Token) -> sqlx::Result<()> {
        let text = self.text(PUT);
        on!(self, connection => put!(text, token).execute(&mut **connection).await.map(drop))
    }
}

impl Journal {
    /// Adds a token or replaces what is known of it, but for when it was revoked. Returns false, and changes nothing,
    /// if the person is not known or has been erased.
    pub async fn token_put(&self, token: &Token) -> Result<bool, Error> {
        let text = self.store.text(PUT);
        let changed = write_beside!(self, pool => put!(text, token).execute(pool).await?.rows_affected());
        Ok(changed > 0)
    }

    /// Returns the token of a secret, also one that has expired or was revoked.
    pub async fn token_by_digest(&self, digest: &Digest) -> Result<Option<Token>, Error> {
        const GET: &str = "SELECT id, digest, person, name, scopes, created_at, expires_at, used_at, revoked_at \
             FROM tokens WHERE digest = $1";
        let row: Option<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(digest.0.as_slice()).fetch_optional(pool).await?
        });
        row.map(Token::try_from).transpose()
    }

    /// Returns the tokens of a person, the oldest first, with those that have expired or were revoked.
    pub async fn tokens_of(&self, person: &ActorId) -> Result<Vec<Token>, Error> {
        const OF: &str = "SELECT id, digest, person, name, scopes, created_at, expires_at, used_at, revoked_at \
             FROM tokens WHERE person = $1 ORDER BY created_at, id";
        let rows: Vec<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(OF).bind(person.as_str()).fetch_all(pool).await?
        });
        rows.into_iter().map(Token::try_from).collect()
    }

    /// Returns everybody's tokens, the oldest first, with those that have expired or were revoked.
    pub async fn tokens(&self) -> Result<Vec<Token>, Error> {
        let rows: Vec<Row> = on_read!(&self.store, pool => sqlx::query_as(ALL).fetch_all(pool).await?);
        rows.into_iter().map(Token::try_from).collect()
    }

    /// Notes that a token was used, at most once a minute. Returns whether it was noted.
    pub async fn token_used(&self, id: &str, now: Time) -> Result<bool, Error> {
        const USED: &str =
            "UPDATE tokens SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $3)";
        let minute_ago = now.plus_micros(-60_000_000);
        let noted = write_beside!(self, pool => {
            let used = sqlx::query(USED).bind(id).bind(now.micros()).bind(minute_ago.micros());
            used.execute(pool).await?.rows_affected()
        });
        Ok(noted > 0)
    }

    /// Revokes a token for good. Returns false if there is none, or if it is revoked already.
    pub async fn token_revoke(&self, id: &str, now: Time) -> Result<bool, Error> {
        const REVOKE: &str = "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        let revoked = write_beside!(self, pool => {
            sqlx::query(REVOKE).bind(id).bind(now.micros()).execute(pool).await?.rows_affected()
        });
        Ok(revoked > 0)
    }
}
