//! Leases: of several servers on one database, one does a job at a time.
//!
//! Invariant: a lease spares work and guards no truth. The clocks of two servers may differ, and one that was cut off
//! may still be at work when its lease has passed: a job that is done twice must do no harm.

use domain::time::Time;

use crate::database::on_read;
use crate::error::Error;
use crate::journal::{Journal, write_beside};

impl Journal {
    /// Takes or prolongs the lease of a job. Returns false if another holder's has not passed.
    pub async fn lease_take(&self, job: &str, holder: &str, now: Time, until: Time) -> Result<bool, Error> {
        const TAKE: &str = "INSERT INTO leases (job, holder, until) VALUES ($1, $2, $4) \
             ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE leases.until <= $3 OR leases.holder = excluded.holder";
        let taken = write_beside!(self, pool => {
            let take = sqlx::query(TAKE).bind(job).bind(holder).bind(now.micros()).bind(until.micros());
            take.execute(pool).await?.rows_affected()
        });
        Ok(taken > 0)
    }

    /// Returns who holds the lease of a job, and until when, also one that has passed.
    pub async fn lease_get(&self, job: &str) -> Result<Option<(String, Time)>, Error> {
        const GET: &str = "SELECT holder, until FROM leases WHERE job = $1";
        let row: Option<(String, i64)> = on_read!(&self.store, pool => {
            sqlx::query_as(GET).bind(job).fetch_optional(pool).await?
        });
        Ok(row.map(|(holder, until)| (holder, Time::from_micros(until))))
    }
}
