//! Who the actors of the journal are: what may be forgotten.
//!
//! Invariant: an erased person keeps an id and nothing else, nor does anything of theirs stay, and an id is never given
//! out twice.

use domain::envelope::ActorId;
use domain::time::Time;

use crate::checkpoint;
use crate::database::on_read;
use crate::dialect::{BEGIN_TO_WRITE, Texts};
use crate::error::Error;
use crate::journal::{Journal, write_beside};
use crate::session::{Session, on};

/// A person, as far as they have not been forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: ActorId,
    /// Unique among those who have one; among those who have an account, in any case of ASCII letters.
    pub login: Option<String>,
    pub name: Option<String>,
    pub address: Option<String>,
    pub created_at: Time,
    pub erased_at: Option<Time>,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: String,
    login: Option<String>,
    name: Option<String>,
    address: Option<String>,
    created_at: i64,
    erased_at: Option<i64>,
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        Self {
            id: ActorId::new(row.id),
            login: row.login,
            name: row.name,
            address: row.address,
            created_at: Time::from_micros(row.created_at),
            erased_at: row.erased_at.map(Time::from_micros),
        }
    }
}

const PUT: &str = "INSERT INTO people (id, login, name, address, created_at, erased_at) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, \
       address = excluded.address, created_at = excluded.created_at, erased_at = excluded.erased_at \
     WHERE people.erased_at IS NULL";

/// An account is found by its person's login, in small letters.
const FOLLOW: &str =
    "UPDATE accounts SET login = (SELECT lower(login) FROM people WHERE id = $1) WHERE person = $1";

/// What goes with a person who is erased.
const FORGET: [&str; 8] = [
    "DELETE FROM hours WHERE person = $1",
    "UPDATE mail SET state = 'dropped' WHERE person = $1 AND state = 'open'",
    "UPDATE outbox SET state = 'dropped', reason = 'whom it was for has been erased' \
     WHERE person = $1 AND state IN ('waiting', 'dead')",
    "DELETE FROM accounts WHERE person = $1",
    "DELETE FROM identities WHERE person = $1",
    "DELETE FROM sessions WHERE person = $1",
    "DELETE FROM tokens WHERE person = $1",
    // One that was used tells who was invited, and is good for nothing any more.
    "DELETE FROM tickets WHERE person = $1 OR used_at IS NOT NULL",
];

/// An invitation is nobody's yet, and names a login.
const FORGET_INVITATIONS: Texts = Texts {
    sqlite: "DELETE FROM tickets WHERE person IS NULL AND lower(payload ->> '$.login') = \
         (SELECT lower(login) FROM people WHERE id = $1)",
    postgres: "DELETE FROM tickets WHERE person IS NULL AND lower(payload::json ->> 'login') = \
         (SELECT lower(login) FROM people WHERE id = $1)",
};

pub(crate) const ALL: &str = "SELECT id, login, name, address, created_at, erased_at FROM people ORDER BY id";

/// The statement that puts a person, for either database.
macro_rules! put {
    ($person:expr) => {
        sqlx::query(PUT)
            .bind($person.id.as_str())
            .bind(&$person.login)
            .bind(&$person.name)
            .bind(&$person.address)
            .bind($person.created_at.micros())
            .bind($person.erased_at.map(Time::micros))
    };
}

impl Session {
    /// Puts a person in the transaction that is open.
    pub(crate) async fn person_put(&mut self, person: &Person) -> sqlx::Result<()> {
        on!(self, connection => put!(person).execute(&mut **connection).await.map(drop))
    }
}

impl Journal {
    /// Adds a person or replaces what is known of them. Returns false, and changes nothing, if the person has
    /// been erased: what was forgotten does not come back under the same id. Fails with [`Error::LoginTaken`] if
    /// another person has the login or, of those with an account, another has it in any case of letters.
    pub async fn person_put(&self, person: &Person) -> Result<bool, Error> {
        let begin = self.store.text(BEGIN_TO_WRITE);
        let changed = write_beside!(self, pool => {
            let mut transaction = pool.begin_with(begin).await?;
            let put = put!(person).execute(&mut *transaction).await.map_err(Error::of_login)?;
            if put.rows_affected() > 0 {
                let afterwards = if person.erased_at.is_some() { FORGET.as_slice() } else { &[FOLLOW] };
                for text in afterwards {
                    let query = sqlx::query(*text).bind(person.id.as_str());
                    query.execute(&mut *transaction).await.map_err(Error::of_login)?;
                }
            }
            transaction.commit().await?;
            put.rows_affected()
        });
        Ok(changed > 0)
    }

    pub async fn person_get(&self, id: &ActorId) -> Result<Option<Person>, Error> {
        const GET: &str = "SELECT id, login, name, address, created_at, erased_at FROM people WHERE id = $1";
        let row: Option<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(id.as_str()).fetch_optional(pool).await?
        });
        Ok(row.map(Person::from))
    }

    pub async fn person_by_login(&self, login: &str) -> Result<Option<Person>, Error> {
        const GET: &str =
            "SELECT id, login, name, address, created_at, erased_at FROM people WHERE login = $1";
        let row: Option<Row> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(login).fetch_optional(pool).await?
        });
        Ok(row.map(Person::from))
    }

    /// Returns everyone, the erased too, in the order of their ids.
    pub async fn people(&self) -> Result<Vec<Person>, Error> {
        let rows: Vec<Row> = on_read!(&self.store, pool => sqlx::query_as(ALL).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Person::from).collect())
    }

    /// Returns how many people there are and how many of them are erased, for whoever keeps names in memory.
    pub async fn people_count(&self) -> Result<(i64, i64), Error> {
        const COUNT: &str = "SELECT COUNT(*), COUNT(erased_at) FROM people";
        Ok(on_read!(&self.store, pool => sqlx::query_as(COUNT).fetch_one(pool).await?))
    }

    /// Forgets a person's login, name and address, and with them their account, identities, sessions, tokens and
    /// tickets, all at once. Returns false if there is nobody left to forget.
    pub async fn person_erase(&self, id: &ActorId, now: Time) -> Result<bool, Error> {
        const ERASE: &str = "UPDATE people SET login = NULL, name = NULL, address = NULL, erased_at = $2 \
             WHERE id = $1 AND erased_at IS NULL";
        let begin = self.store.text(BEGIN_TO_WRITE);
        let invitations = self.store.text(FORGET_INVITATIONS);
        let changed = write_beside!(self, pool => {
            let mut transaction = pool.begin_with(begin).await?;
            sqlx::query(invitations).bind(id.as_str()).execute(&mut *transaction).await?;
            let erase = sqlx::query(ERASE).bind(id.as_str()).bind(now.micros());
            let changed = erase.execute(&mut *transaction).await?.rows_affected();
            if changed > 0 {
                for text in FORGET {
                    sqlx::query(text).bind(id.as_str()).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
            changed
        });
        if changed > 0 {
            checkpoint::scrub(&self.store).await;
        }
        Ok(changed > 0)
    }
}
