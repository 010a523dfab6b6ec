//! In which zone a person works, so that nobody is written to at night.
//!
//! Invariant: it is erased with the person.

use std::collections::HashMap;

use domain::envelope::ActorId;

use crate::database::on_read;
use crate::dialect::{Texts, for_the_living};
use crate::error::Error;
use crate::journal::{Journal, write_beside};
use crate::session::{Session, on};

const PUT: Texts = for_the_living!(
    "INSERT INTO hours (person, zone) SELECT people.id, $2",
    "ON CONFLICT (person) DO UPDATE SET zone = excluded.zone"
);

pub(crate) const ALL: &str = "SELECT person, zone FROM hours";

impl Session {
    /// Puts a zone in the transaction that is open.
    pub(crate) async fn zone_put(&mut self, person: &ActorId, zone: &str) -> sqlx::Result<()> {
        let text = self.text(PUT);
        on!(self, connection => {
            sqlx::query(text).bind(person.as_str()).bind(zone).execute(&mut **connection).await.map(drop)
        })
    }
}

impl Journal {
    /// Keeps the zone that a person works in. Returns false, and keeps nothing, if they are not known or have been
    /// erased.
    pub async fn zone_put(&self, person: &ActorId, zone: &str) -> Result<bool, Error> {
        let text = self.store.text(PUT);
        let put = write_beside!(self, pool => {
            sqlx::query(text).bind(person.as_str()).bind(zone).execute(pool).await?.rows_affected()
        });
        Ok(put > 0)
    }

    pub async fn zone_get(&self, person: &ActorId) -> Result<Option<String>, Error> {
        const GET: &str = "SELECT zone FROM hours WHERE person = $1";
        Ok(on_read!(&self.store, pool => {
            sqlx::query_scalar(GET).bind(person.as_str()).fetch_optional(pool).await?
        }))
    }

    /// Returns the zone of everybody who has one.
    pub async fn zones(&self) -> Result<HashMap<ActorId, String>, Error> {
        let rows: Vec<(String, String)> =
            on_read!(&self.store, pool => sqlx::query_as(ALL).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(person, zone)| (ActorId::new(person), zone)).collect())
    }
}
