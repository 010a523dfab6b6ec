//! Lists of texts, kept as JSON in one column.
//!
//! Invariant: a list comes back as it was put, in its order.

use crate::error::Error;

pub(crate) fn list_json(list: &[String]) -> String {
    // A list of texts always has a JSON form.
    serde_json::to_string(list).unwrap_or_default()
}

pub(crate) fn read_list(json: &str) -> Result<Vec<String>, Error> {
    serde_json::from_str(json).map_err(|error| Error::Database(sqlx::Error::Decode(error.into())))
}
