//! Reading events: of one stream, of all, in bulk, and as of a moment.
//!
//! Invariant: events come in the order of their positions, and each is what its header says, never what the
//! columns beside it repeat.

use domain::envelope::{Position, Stream, StreamVersion};
use domain::time::Time;
use futures::StreamExt as _;
use sqlx::Row as _;

use crate::database::on_read;
use crate::error::Error;
use crate::journal::Journal;
use crate::session::read_head;
use crate::stored::{Head, Recorded, StoredEvent};

pub(crate) const STORED: &str = "SELECT position, stream, version, key, recorded_at, header, salt, payload, hash \
     FROM events WHERE position = $1";

const STREAM: &str = "SELECT position, header, payload FROM events \
     WHERE stream = $1 AND version > $2 AND position <= $3 ORDER BY version";

const RANGE: &str = "SELECT position, header, payload FROM events \
     WHERE position > $1 AND position <= $2 ORDER BY position";

const PAGE: &str =
    "SELECT position, header, payload FROM events WHERE position > $1 ORDER BY position LIMIT $2";

const PAGE_BEFORE: &str =
    "SELECT position, header, payload FROM events WHERE position < $1 ORDER BY position DESC LIMIT $2";

const STREAM_PAGE: &str = "SELECT position, header, payload FROM events \
     WHERE stream = $1 AND position > $2 ORDER BY version LIMIT $3";

const STREAM_PAGE_BEFORE: &str = "SELECT position, header, payload FROM events \
     WHERE stream = $1 AND position < $2 ORDER BY version DESC LIMIT $3";

const FACT: &str = "SELECT position, header, payload FROM events WHERE key = $1 AND stream = $2";

const HEAD: &str = "SELECT position, hash, recorded_at FROM events ORDER BY position DESC LIMIT 1";

/// Leaps from each stream's name to the next, so that only as many rows are read as there are streams.
const STREAMS: &str = "WITH RECURSIVE found (stream) AS ( \
       SELECT MIN(stream) FROM events WHERE stream >= $1 \
       UNION ALL \
       SELECT (SELECT MIN(events.stream) FROM events WHERE events.stream > found.stream) \
       FROM found WHERE found.stream < $2 \
     ) SELECT stream FROM found WHERE stream < $2 ORDER BY stream";

/// Halves the interval of positions until one is left: `recorded_at` never decreases and positions have no
/// gaps, so no index on the time is needed.
const AS_OF: &str = "WITH RECURSIVE search (low, high) AS ( \
       SELECT CAST(0 AS BIGINT), COALESCE((SELECT MAX(position) FROM events), 0) \
       UNION ALL \
       SELECT CASE WHEN middle.recorded_at <= $1 THEN middle.position ELSE search.low END, \
              CASE WHEN middle.recorded_at <= $1 THEN search.high ELSE middle.position - 1 END \
       FROM search JOIN events AS middle ON middle.position = (search.low + search.high + 1) / 2 \
       WHERE search.low < search.high \
     ) SELECT MAX(low) FROM search WHERE low = high";

/// Not a character, and greater than all of them, so that a prefix followed by it bounds all that begin with the prefix.
const LAST_CHARACTER: char = '\u{10ffff}';

/// How many rows a replay takes at a time, of those that have been read ahead.
const AT_ONCE: usize = 512;

macro_rules! recorded {
    ($row:expr) => {{
        let row = $row;
        Recorded::read(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)
    }};
}

impl Journal {
    /// Returns the events of a stream that come after a version, up to a position in the whole journal.
    pub async fn read_stream(
        &self,
        stream: &Stream,
        after: StreamVersion,
        up_to: Option<Position>,
    ) -> Result<Vec<Recorded>, Error> {
        let up_to = up_to.map_or(i64::MAX, |position| position.0);
        on_read!(&self.store, pool => {
            let query = sqlx::query(STREAM).bind(stream.as_str()).bind(after.0).bind(up_to);
            query.fetch_all(pool).await?.iter().map(|row| recorded!(row)).collect()
        })
    }

    /// Returns at most `limit` events of a stream that come after a position in the whole journal.
    pub async fn read_stream_page(
        &self,
        stream: &Stream,
        after: Position,
        limit: u32,
    ) -> Result<Vec<Recorded>, Error> {
        on_read!(&self.store, pool => {
            let query = sqlx::query(STREAM_PAGE).bind(stream.as_str()).bind(after.0).bind(i64::from(limit));
            query.fetch_all(pool).await?.iter().map(|row| recorded!(row)).collect()
        })
    }

    /// Returns at most `limit` events of a stream that come before a position in the whole journal, the last first.
    pub async fn read_stream_before(
        &self,
        stream: &Stream,
        before: Position,
        limit: u32,
    ) -> Result<Vec<Recorded>, Error> {
        on_read!(&self.store, pool => {
            let query = sqlx::query(STREAM_PAGE_BEFORE);
            let query = query.bind(stream.as_str()).bind(before.0).bind(i64::from(limit));
            query.fetch_all(pool).await?.iter().map(|row| recorded!(row)).collect()
        })
    }

    /// Returns the fact that a key names in a stream.
    pub async fn read_fact(&self, stream: &Stream, key: &str) -> Result<Option<Recorded>, Error> {
        on_read!(&self.store, pool => {
            let query = sqlx::query(FACT).bind(key).bind(stream.as_str());
            query.fetch_optional(pool).await?.map(|row| recorded!(row)).transpose()
        })
    }

    /// Returns at most `limit` events that come after a position.
    pub async fn read_all(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, Error> {
        on_read!(&self.store, pool => {
            let query = sqlx::query(PAGE).bind(after.0).bind(i64::from(limit));
            query.fetch_all(pool).await?.iter().map(|row| recorded!(row)).collect()
        })
    }

    /// Returns at most `limit` events that come before a position, the last first.
    pub async fn read_before(&self, before: Position, limit: u32) -> Result<Vec<Recorded>, Error> {
        on_read!(&self.store, pool => {
            let query = sqlx::query(PAGE_BEFORE).bind(before.0).bind(i64::from(limit));
            query.fetch_all(pool).await?.iter().map(|row| recorded!(row)).collect()
        })
    }

    /// Hands over every event after a position, up to another or the end, in one sweep of constant memory.
    ///
    /// Returns how many there were. On SQLite another thread reads ahead while `each` runs.
    pub async fn replay(
        &self,
        after: Position,
        up_to: Option<Position>,
        mut each: impl FnMut(Recorded),
    ) -> Result<u64, Error> {
        let up_to = up_to.map_or(i64::MAX, |position| position.0);
        let mut count = 0;
        on_read!(&self.store, pool => {
            // Many rows at a time: waking the thread that reads for each of them costs more than the row does.
            let mut rows = sqlx::query(RANGE).bind(after.0).bind(up_to).fetch(pool).ready_chunks(AT_ONCE);
            while let Some(rows) = rows.next().await {
                for row in rows {
                    each(recorded!(&row?)?);
                    count += 1;
                }
            }
        });
        Ok(count)
    }

    /// Returns the streams whose names begin with a prefix, in the order of their names.
    pub async fn streams(&self, prefix: &str) -> Result<Vec<Stream>, Error> {
        let end = format!("{prefix}{LAST_CHARACTER}");
        let names: Vec<String> = on_read!(&self.store, pool => {
            sqlx::query_scalar(STREAMS).bind(prefix).bind(end).fetch_all(pool).await?
        });
        Ok(names.into_iter().map(Stream::new).collect())
    }

    /// Returns the last event's place, or `None` while the journal is empty.
    pub async fn head(&self) -> Result<Option<Head>, Error> {
        let row = on_read!(&self.store, pool => sqlx::query_as(HEAD).fetch_optional(pool).await?);
        let head = read_head(row)?;
        Ok((head != Head::EMPTY).then_some(head))
    }

    /// Returns the last position recorded at or before a moment; 0 if there was nothing yet.
    pub async fn position_at(&self, time: Time) -> Result<Position, Error> {
        let position: Option<i64> = on_read!(&self.store, pool => {
            sqlx::query_scalar(AS_OF).bind(time.micros()).fetch_one(pool).await?
        });
        Ok(Position(position.unwrap_or(0)))
    }

    /// Returns an event's bytes as they are stored, for `sha256sum`.
    pub async fn raw(&self, position: Position) -> Result<Option<StoredEvent>, Error> {
        Ok(on_read!(&self.store, pool => {
            sqlx::query_as(STORED).bind(position.0).fetch_optional(pool).await?
        }))
    }
}
