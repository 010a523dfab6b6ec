//! By which names identity providers know a person.
//!
//! Invariant: an identity belongs to one person and is never moved to another; it is taken away first.

use domain::envelope::ActorId;

use crate::database::on_read;
use crate::dialect::{Texts, for_the_living};
use crate::error::Error;
use crate::journal::{Journal, write_beside};
use crate::session::{Session, on};

/// What an identity provider calls somebody: `iss` and `sub` of OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) person: String,
}

const PUT: Texts = for_the_living!(
    "INSERT INTO identities (person, issuer, subject) SELECT people.id, $2, $3",
    "ON CONFLICT (issuer, subject) DO UPDATE SET person = excluded.person \
     WHERE identities.person = excluded.person"
);

pub(crate) const ALL: &str = "SELECT issuer, subject, person FROM identities ORDER BY issuer, subject";

/// The statement that puts an identity, for either database.
macro_rules! put {
    ($text:expr, $issuer:expr, $subject:expr, $person:expr) => {
        sqlx::query($text).bind($person.as_str()).bind($issuer).bind($subject)
    };
}

impl Session {
    /// Puts an identity in the transaction that is open.
    pub(crate) async fn identity_put(&mut self, identity: &Identity, person: &ActorId) -> sqlx::Result<()> {
        let Identity { issuer, subject } = identity;
        let text = self.text(PUT);
        on!(self, connection => {
            put!(text, issuer, subject, person).execute(&mut **connection).await.map(drop)
        })
    }
}

impl Journal {
    /// Remembers that an issuer means this person by this subject. Returns false, and changes nothing, if it means
    /// somebody else, or if the person is not known or has been erased.
    pub async fn identity_put(&self, issuer: &str, subject: &str, person: &ActorId) -> Result<bool, Error> {
        let text = self.store.text(PUT);
        let changed = write_beside!(self, pool => {
            put!(text, issuer, subject, person).execute(pool).await?.rows_affected()
        });
        Ok(changed > 0)
    }

    /// Returns whom an issuer means by a subject; both are compared exactly.
    pub async fn identity_get(&self, issuer: &str, subject: &str) -> Result<Option<ActorId>, Error> {
        const GET: &str = "SELECT person FROM identities WHERE issuer = $1 AND subject = $2";
        let person: Option<String> = on_read!(&self.store, pool => {
            sqlx::query_scalar(GET).bind(issuer).bind(subject).fetch_optional(pool).await?
        });
        Ok(person.map(ActorId::new))
    }

    /// Returns the identities of a person, in the order of their texts.
    pub async fn identities_of(&self, person: &ActorId) -> Result<Vec<Identity>, Error> {
        const OF: &str =
            "SELECT issuer, subject, person FROM identities WHERE person = $1 ORDER BY issuer, subject";
        let rows: Vec<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(OF).bind(person.as_str()).fetch_all(pool).await?
        });
        Ok(rows.into_iter().map(|Row { issuer, subject, .. }| Identity { issuer, subject }).collect())
    }

    /// Takes an identity away from a person. Returns false if it was not theirs.
    pub async fn identity_delete(
        &self,
        issuer: &str,
        subject: &str,
        person: &ActorId,
    ) -> Result<bool, Error> {
        const DELETE: &str = "DELETE FROM identities WHERE issuer = $1 AND subject = $2 AND person = $3";
        let deleted = write_beside!(self, pool => {
            sqlx::query(DELETE).bind(issuer).bind(subject).bind(person.as_str()).execute(pool).await?.rows_affected()
        });
        Ok(deleted > 0)
    }
}
