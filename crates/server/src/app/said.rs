//! What the API takes a little more loosely, or describes a little more strictly, than serde would by itself.
//!
//! Invariant: what is described is what is taken.

use domain::blocker::BlockerNumber;
use domain::envelope::Position;
use serde::{Deserializer, de};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Object, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Describes a text that says something: one that is not all spaces.
#[derive(Debug)]
pub(crate) struct Said;

/// Anything but what Unicode calls white space.
const NOT_SPACE: &str =
    r"[^\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

impl PartialSchema for Said {
    fn schema() -> RefOr<Schema> {
        let text =
            ObjectBuilder::new().schema_type(Type::String).pattern(Some(NOT_SPACE)).min_length(Some(1));
        Object::from(text.description(Some("A text that says something: not empty, and not all spaces.")))
            .into()
    }
}

impl ToSchema for Said {}

/// A whole number, and what it is of.
struct Whole(&'static str);

impl de::Visitor<'_> for Whole {
    type Value = i64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }

    fn visit_i64<E: de::Error>(self, whole: i64) -> Result<i64, E> {
        Ok(whole)
    }

    fn visit_u64<E: de::Error>(self, whole: u64) -> Result<i64, E> {
        i64::try_from(whole).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(whole), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<i64, E> {
        let whole = number as i64;
        if whole as f64 == number {
            return Ok(whole);
        }
        Err(E::invalid_value(de::Unexpected::Float(number), &self))
    }
}

/// Reads a position as JSON has whole numbers: also as 42.0, and from 1 on.
pub(crate) fn position<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Position, D::Error> {
    let whole = deserializer.deserialize_i64(Whole("a position, a whole number from 1 on"))?;
    if whole < 1 {
        return Err(de::Error::invalid_value(
            de::Unexpected::Signed(whole),
            &"a position, a whole number from 1 on",
        ));
    }
    Ok(Position(whole))
}

/// Reads a position that may be left out.
pub(crate) fn perhaps_position<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Position>, D::Error> {
    #[derive(serde::Deserialize)]
    struct Read(#[serde(deserialize_with = "position")] Position);
    let read: Option<Read> = serde::Deserialize::deserialize(deserializer)?;
    Ok(read.map(|Read(position)| position))
}

/// Reads the number of a blocker as JSON has whole numbers: also as 3.0, and from 1 on.
pub(crate) fn blocker<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BlockerNumber, D::Error> {
    let wanted = "the number of a blocker, a whole number from 1 on";
    let whole = deserializer.deserialize_i64(Whole(wanted))?;
    let number = u32::try_from(whole).ok().filter(|number| (1..=i32::MAX as u32).contains(number));
    number.map(BlockerNumber).ok_or_else(|| de::Error::invalid_value(de::Unexpected::Signed(whole), &wanted))
}

/// Reads a percentage as JSON has whole numbers: also as 80.0. Whether it is one from 0 to 100 is for the command to say.
pub(crate) fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    deserializer.deserialize_i64(Whole("a percentage, a whole number from 0 to 100"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for (json, expect) in [
            ("42", Some(42)),
            ("42.0", Some(42)),
            ("1e3", Some(1000)),
            ("9223372036854775807", Some(i64::MAX)),
            ("42.5", None),
            ("0", None),
            ("-1", None),
            ("9223372036854775808", None),
            ("1e300", None),
            ("\"42\"", None),
            ("null", None),
        ] {
            let mut deserializer = serde_json::Deserializer::from_str(json);
            let read = position(&mut deserializer).ok().map(|position| position.0);
            assert_eq!(read, expect, "{json}");
        }
    }

    #[test]
    fn a_text_says_something_exactly_where_the_description_says_so() {
        let described = regex::Regex::new(NOT_SPACE).unwrap();
        for text in ["a", " a ", "", " ", "\t\n", "\u{a0}", "\u{85}", "\u{2003}x", "\u{1c}", "\u{feff}"] {
            assert_eq!(described.is_match(text), !text.trim().is_empty(), "{text:?}");
        }
    }
}
