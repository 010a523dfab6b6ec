//! A turn to manage accounts: of several servers on one PostgreSQL, one looks and changes at a time.
//!
//! Invariant: what was found while the turn is held, such as that there is another admin, still holds when the change is
//! made; the turn ends with its holder, also one that is killed.

use crate::database::Store;
use crate::error::Error;
use crate::journal::Journal;

/// Names the turn among the advisory locks of a PostgreSQL database; the schema is its second half.
const TURN: i32 = 0x5EA_0002;

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    /// SQLite has one server, which keeps turns among its own callers itself.
    _held: Option<sqlx::Transaction<'static, sqlx::Postgres>>,
}

impl Journal {
    /// Waits for the turn to manage accounts.
    pub async fn turn_to_manage(&self) -> Result<Turn, Error> {
        let Store::Postgres { read, .. } = &self.store else { return Ok(Turn { _held: None }) };
        let mut transaction = read.begin().await?;
        let lock = sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))").bind(TURN);
        lock.execute(&mut *transaction).await?;
        Ok(Turn { _held: Some(transaction) })
    }
}
