//! Statements whose text the two databases do not share, both texts side by side.
//!
//! Invariant: what is given to a person is never given to one who is being erased at this moment. SQLite has one
//! writer; PostgreSQL locks the person's row until the gift is committed.

use crate::database::Store;
use crate::session::{Connection, Session};

/// One statement in both dialects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// Begins a transaction that writes. Each statement sees what was committed while it waited for a lock.
pub(crate) const BEGIN_TO_WRITE: Texts =
    Texts { sqlite: "BEGIN IMMEDIATE", postgres: "BEGIN ISOLATION LEVEL READ COMMITTED" };

/// Begins a transaction whose statements all see one moment.
pub(crate) const BEGIN_TO_READ: Texts =
    Texts { sqlite: "BEGIN", postgres: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };

/// Builds an INSERT that does nothing unless `$1` is a person who has not been erased.
///
/// The first text selects what is inserted, the second says what happens to a row that is there.
macro_rules! for_the_living {
    ($insert:literal, $conflict:literal) => {
        $crate::dialect::Texts {
            sqlite: concat!(
                $insert,
                " FROM people WHERE people.id = $1 AND people.erased_at IS NULL ",
                $conflict
            ),
            postgres: concat!(
                $insert,
                " FROM people WHERE people.id = $1 AND people.erased_at IS NULL FOR SHARE ",
                $conflict
            ),
        }
    };
}

pub(crate) use for_the_living;

impl Store {
    pub(crate) fn text(&self, texts: Texts) -> &'static str {
        match self {
            Self::Sqlite { .. } => texts.sqlite,
            Self::Postgres { .. } => texts.postgres,
        }
    }
}

impl Session {
    pub(crate) fn text(&self, texts: Texts) -> &'static str {
        match &self.connection {
            Connection::Sqlite(_) => texts.sqlite,
            Connection::Postgres(_) => texts.postgres,
        }
    }
}
