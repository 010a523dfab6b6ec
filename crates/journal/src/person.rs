//! Who the actors of the journal are: the one table that may forget.
//!
//! Invariant: an erased person keeps an id and nothing else, and an id is never given out twice.

use domain::envelope::ActorId;
use domain::time::Time;

use crate::checkpoint;
use crate::database::{on_read, on_write};
use crate::error::Error;
use crate::journal::Journal;
use crate::session::{Connection, Session};

/// A person, as far as they have not been forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: ActorId,
    /// Unique among those who have one.
    pub login: Option<String>,
    pub name: Option<String>,
    pub address: Option<String>,
    pub created_at: Time,
    pub erased_at: Option<Time>,
}

#[derive(sqlx::FromRow)]
struct Row {
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
        match &mut self.connection {
            Connection::Sqlite(connection) => put!(person).execute(&mut **connection).await.map(drop),
            Connection::Postgres(connection) => put!(person).execute(&mut **connection).await.map(drop),
        }
    }
}

impl Journal {
    /// Adds a person or replaces what is known of them. Returns false, and changes nothing, if the person has
    /// been erased: what was forgotten does not come back under the same id.
    pub async fn person_put(&self, person: &Person) -> Result<bool, Error> {
        let changed = on_write!(&self.store, pool => {
            put!(person).execute(pool).await?.rows_affected()
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
        const ALL: &str = "SELECT id, login, name, address, created_at, erased_at FROM people ORDER BY id";
        let rows: Vec<Row> = on_read!(&self.store, pool => sqlx::query_as(ALL).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Person::from).collect())
    }

    /// Forgets a person's login, name and address. Returns false if there is nobody left to forget.
    pub async fn person_erase(&self, id: &ActorId, now: Time) -> Result<bool, Error> {
        const ERASE: &str = "UPDATE people SET login = NULL, name = NULL, address = NULL, erased_at = $2 \
             WHERE id = $1 AND erased_at IS NULL";
        let changed = on_write!(&self.store, pool => {
            sqlx::query(ERASE).bind(id.as_str()).bind(now.micros()).execute(pool).await?.rows_affected()
        });
        if changed > 0 {
            checkpoint::scrub(&self.store).await;
        }
        Ok(changed > 0)
    }
}
