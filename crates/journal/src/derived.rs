//! A memo of what was worked out from the events, such as snapshots and projections.
//!
//! Invariant: nothing here is needed. It may be emptied at any time, and whoever reads it checks it first.

use crate::database::on_read;
use crate::error::Error;
use crate::journal::{Journal, write_beside};

impl Journal {
    pub async fn derived_get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        const GET: &str = "SELECT bytes FROM derived WHERE key = $1";
        Ok(on_read!(&self.store, pool => sqlx::query_scalar(GET).bind(key).fetch_optional(pool).await?))
    }

    pub async fn derived_put(&self, key: &str, bytes: &[u8]) -> Result<(), Error> {
        const PUT: &str = "INSERT INTO derived (key, bytes) VALUES ($1, $2) \
             ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes";
        write_beside!(self, bytes.len(), pool => sqlx::query(PUT).bind(key).bind(bytes).execute(pool).await.map(drop)?);
        Ok(())
    }

    /// Forgets everything derived.
    pub async fn derived_clear(&self) -> Result<(), Error> {
        write_beside!(self, pool => sqlx::query("DELETE FROM derived").execute(pool).await.map(drop)?);
        Ok(())
    }
}
