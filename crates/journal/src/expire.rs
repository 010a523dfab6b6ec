//! Sweeping away what has expired, without keeping others from writing.
//!
//! Invariant: appends wait for one bounded statement at most, however much there is to sweep.

use domain::time::Time;

use crate::error::Error;
use crate::journal::{Journal, write_beside};

/// The most rows of one statement: a few milliseconds' work.
const ROWS: u64 = 250;

/// Runs a DELETE of the rows that have expired by `$1`, `$2` at most, until none is left. Returns how many rows
/// went. Whoever waits for a turn to write gets it in between.
pub(crate) async fn delete_in_turns(
    journal: &Journal,
    delete: &'static str,
    now: Time,
) -> Result<u64, Error> {
    let mut total = 0;
    loop {
        let deleted = write_beside!(journal, pool => {
            let delete = sqlx::query(delete).bind(now.micros()).bind(ROWS.cast_signed());
            delete.execute(pool).await?.rows_affected()
        });
        total += deleted;
        if deleted < ROWS {
            return Ok(total);
        }
    }
}
