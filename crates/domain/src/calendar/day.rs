//! Days of the calendar, without a time: what people plan with.
//!
//! Invariant: a day that exists lies within the years 1970 to 2199, so that counting on from it never leaves the calendar.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

use crate::time::Time;

/// A day, as in 2026-12-04.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a day: write it as year-month-day, as in 2026-12-04, between 1970 and 2199")]
pub struct InvalidDay {
    pub text: String,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    pub const ALL: [(&'static str, Self); 7] = [
        ("mon", Self::Mon),
        ("tue", Self::Tue),
        ("wed", Self::Wed),
        ("thu", Self::Thu),
        ("fri", Self::Fri),
        ("sat", Self::Sat),
        ("sun", Self::Sun),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, weekday)| *weekday == self).map_or("", |(name, _)| name)
    }

    /// Returns it as readers see it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mon => "Monday",
            Self::Tue => "Tuesday",
            Self::Wed => "Wednesday",
            Self::Thu => "Thursday",
            Self::Fri => "Friday",
            Self::Sat => "Saturday",
            Self::Sun => "Sunday",
        }
    }
}

impl Day {
    /// Returns a day of the calendar, if it lies within what a plan may reach.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().and_then(Self::within)
    }

    fn within(date: Date) -> Option<Self> {
        (1970..=2199).contains(&date.year()).then_some(Self(date))
    }

    /// Returns the day that a moment falls on in a zone.
    pub fn of(time: Time, zone: &TimeZone) -> Self {
        let date = zone.to_datetime(time.timestamp()).date();
        Self::within(date).unwrap_or(if date.year() < 1970 { Self::FIRST } else { Self::LAST })
    }

    const FIRST: Self = Self(Date::constant(1970, 1, 1));
    const LAST: Self = Self(Date::constant(2199, 12, 31));

    /// Returns the moment at which the day begins in a zone.
    pub fn begins(self, zone: &TimeZone) -> Option<Time> {
        let midnight = self.0.to_datetime(jiff::civil::Time::midnight());
        // Where a clock skips midnight, the day begins when it goes on.
        Some(zone.to_ambiguous_timestamp(midnight).compatible().ok()?.into())
    }

    /// Returns the day some days on, or back where `days` is less than none; nothing beyond the calendar.
    pub fn plus(self, days: i32) -> Option<Self> {
        self.0.checked_add(jiff::Span::new().try_days(days).ok()?).ok().and_then(Self::within)
    }

    /// Returns how many days it is from another to this one.
    pub fn since(self, other: Self) -> i32 {
        self.0.since(other.0).map_or(0, |span| span.get_days())
    }

    pub fn weekday(self) -> Weekday {
        use jiff::civil::Weekday as Of;
        match self.0.weekday() {
            Of::Monday => Weekday::Mon,
            Of::Tuesday => Weekday::Tue,
            Of::Wednesday => Weekday::Wed,
            Of::Thursday => Weekday::Thu,
            Of::Friday => Weekday::Fri,
            Of::Saturday => Weekday::Sat,
            Of::Sunday => Weekday::Sun,
        }
    }

    pub fn year(self) -> i16 {
        self.0.year()
    }

    pub fn month(self) -> i8 {
        self.0.month()
    }

    pub fn day_of_month(self) -> i8 {
        self.0.day()
    }

    /// Returns it as readers see it: "Fri 4 Dec 2026".
    pub fn told(self) -> String {
        self.0.strftime("%a %-d %b %Y").to_string()
    }

    /// Returns it as readers see it, with its year only where that is another: "Fri 4 Dec".
    pub fn near(self, today: Self) -> String {
        if self.year() == today.year() { self.0.strftime("%a %-d %b").to_string() } else { self.told() }
    }

    /// Returns it where its year is plain: "4 Dec".
    pub fn short(self) -> String {
        self.0.strftime("%-d %b").to_string()
    }
}

/// Returns a zone by its name, from the list that comes with the program: the same everywhere, and read from nowhere else.
pub fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.strftime("%Y-%m-%d").to_string())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        // Told by its shape first: a reader of dates takes more than one spelling.
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let date = shaped.then(|| text.parse::<Date>().ok()).flatten();
        date.and_then(Self::within).ok_or_else(|| InvalidDay { text: text.chars().take(40).collect() })
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Day;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a day such as 2026-12-04")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Day, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
