//! Lists that grow, a page at a time.
//!
//! Invariant: a cursor names the last thing of its page, so that it stays good while things are added.

use domain::envelope::Position;
use domain::id::ReleaseId;
use domain::time::Time;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Object, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// A page of a list.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Send it as `after` for the page that follows; null at the end.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Takes a page off things that are in order and come after the cursor.
    pub(crate) fn of(
        mut things: impl Iterator<Item = T>,
        limit: Limit,
        cursor: impl Fn(&T) -> String,
    ) -> Self {
        let items: Vec<T> = things.by_ref().take(usize::from(limit.0)).collect();
        let next = things.next().and_then(|_| items.last()).map(cursor);
        Self { items, next }
    }
}

/// How many things a page holds.
#[derive(Clone, Copy, Debug)]
pub struct Limit(u16);

impl Limit {
    const MOST: u16 = 500;

    /// One more than the page holds, to see whether there is more.
    pub(crate) fn and_one(self) -> u32 {
        u32::from(self.0) + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(100)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let limit = digits(&text).and_then(|limit| u16::try_from(limit).ok());
        let limit = limit.filter(|limit| (1..=Self::MOST).contains(limit));
        limit.map(Self).ok_or_else(|| de::Error::custom("a page holds 1 to 500 things"))
    }
}

/// Where a page of things that have positions begins.
#[derive(Clone, Copy, Debug)]
pub struct AfterPosition(pub(crate) Position);

impl<'de> Deserialize<'de> for AfterPosition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let position = digits(&text).map(|position| Self(Position(position)));
        position.ok_or_else(|| de::Error::custom("this is no place in the list; take it from `next`"))
    }
}

/// Where a page of messages begins: when it was written, and its id.
#[derive(Clone, Debug)]
pub struct AfterMessage(pub(crate) Time, pub(crate) String);

impl<'de> Deserialize<'de> for AfterMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split_once('-').and_then(|(at, id)| {
            let plain = (1..=64).contains(&id.len())
                && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            Some(Self(Time::from_micros(digits(at)?), id.to_owned())).filter(|_| plain)
        });
        parts.ok_or_else(|| de::Error::custom("this is no place in the list; take it from `next`"))
    }
}

/// Where a page of releases begins.
#[derive(Clone, Debug)]
pub struct AfterRelease(pub(crate) ReleaseId);

impl<'de> Deserialize<'de> for AfterRelease {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(de::Error::custom)
    }
}

/// Reads a number of at most 18 digits that does not begin with zero.
fn digits(text: &str) -> Option<i64> {
    let plain = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain && !text.starts_with('0'))
}

macro_rules! schema {
    ($($name:ty: $says:literal, $of:expr;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                Object::from($of.description(Some($says))).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

fn cursor(pattern: &str, longest: usize) -> ObjectBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    text.min_length(Some(1)).max_length(Some(longest))
}

const NAME: &str = "[a-z0-9][a-z0-9._-]{0,63}";

schema! {
    Limit: "How many things a page holds.", ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(isize::from(500_i16)))
        .default(Some(100.into()));
    AfterPosition: "Where the page begins: the `next` of the page before.", cursor("^[1-9][0-9]{0,17}$", 18);
    AfterMessage: "Where the page begins: the `next` of the page before.", cursor("^[1-9][0-9]{0,17}-[0-9a-f]{1,64}$", 83);
    AfterRelease: "Where the page begins: the `next` of the page before.", cursor(&format!("^{NAME}/{NAME}$"), 129);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        for (length, limit, expect) in
            [(0, 3, vec![0]), (3, 3, vec![3]), (4, 3, vec![3, 1]), (7, 3, vec![3, 3, 1])]
        {
            let (mut after, mut pages) = (0, Vec::new());
            loop {
                let page = Page::of(after + 1..=length, Limit(limit), ToString::to_string);
                assert!(page.items.iter().copied().eq(after + 1..=after + page.items.len() as i32));
                pages.push(page.items.len());
                match page.next {
                    Some(next) => after = next.parse().unwrap(),
                    None => break,
                }
            }
            assert_eq!(pages, expect, "{length} by {limit}");
        }
    }

    #[test]
    fn a_number_is_written_in_one_way() {
        for (text, expect) in [
            ("1", Some(1)),
            ("500", Some(500)),
            ("01", None),
            ("+1", None),
            ("0", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(digits(text), expect, "{text}");
        }
        assert_eq!(digits(&"9".repeat(18)), Some(999_999_999_999_999_999));
        assert_eq!(digits(&"9".repeat(19)), None);
    }
}
