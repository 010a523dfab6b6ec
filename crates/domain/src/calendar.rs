//! The working calendar of a team: which days it works, its holidays, and when it or a store ships nothing.
//!
//! Business days are counted by one rule. `n` business days after a day is the `n`th working day that follows it; `n`
//! before is the `n`th that went. None after a day is the day itself, or the next working day where it is none; none
//! before is the day itself, or the last working day before it. A freeze is no holiday: people work, and its days count.
//!
//! Invariant: what a count of business days comes to is a working day, and every count ends.

pub mod day;
pub mod ics;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::TrackId;
use crate::track::TrackDescription;

pub use day::{Day, Weekday};

/// How many business days may be counted, on or back.
pub const FARTHEST: u32 = 400;
/// How many days are looked at before a calendar is said to have no working day there.
const LOOKED_AT: i32 = 4_000;
/// The days worked where the product's file does not say.
pub const WORKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// A working calendar, as the product's file and what was imported beside it have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// None named means Monday to Friday.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workdays: Vec<Weekday>,
    /// By date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Freeze>,
    /// Holidays that were imported beside the file's own; by date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imported: Vec<Holiday>,
}

/// A day on which nobody works.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Holiday {
    pub date: Day,
    #[schema(example = "Christmas")]
    pub name: String,
}

/// What a freeze stops.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Stops {
    Submission,
    Release,
    #[default]
    Both,
}

/// Days on which nothing is submitted, or nothing goes to users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Freeze {
    pub from: Day,
    /// Its last day.
    pub to: Day,
    #[schema(example = "App Store holiday")]
    pub name: String,
    /// Whose it is: a store's, as in `app-store`; nothing where it is the team's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    #[serde(default)]
    pub stops: Stops,
    /// Only these tracks; none named means every one of that store, or of the release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackId>,
}

/// Why no day can be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    #[error("a plan reaches {FARTHEST} business days at most")]
    TooFar,
    #[error("the calendar has no working day there")]
    NoWorkingDay,
}

impl Calendar {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Takes holidays in beside the file's own; a day that is one already is so by its newer name.
    pub fn import(&mut self, holidays: Vec<Holiday>) {
        take(&mut self.imported, holidays);
    }

    /// Takes an imported holiday out.
    pub fn remove(&mut self, date: Day) {
        self.imported.retain(|holiday| holiday.date != date);
    }

    pub fn workdays(&self) -> &[Weekday] {
        if self.workdays.is_empty() { &WORKDAYS } else { &self.workdays }
    }

    /// Returns the holiday that a day is, if it is one.
    pub fn holiday(&self, day: Day) -> Option<&Holiday> {
        [&self.holidays, &self.imported].into_iter().find_map(|holidays| {
            let index = holidays.binary_search_by_key(&day, |holiday| holiday.date).ok()?;
            holidays.get(index)
        })
    }

    pub fn is_working(&self, day: Day) -> bool {
        self.workdays().contains(&day.weekday()) && self.holiday(day).is_none()
    }

    /// Says why a day is no working day: "a Saturday", "Christmas"; nothing where it is one.
    pub fn idle(&self, day: Day) -> Option<String> {
        match self.holiday(day) {
            Some(holiday) => Some(format!("“{}”", holiday.name)),
            None if self.workdays().contains(&day.weekday()) => None,
            None => Some(format!("a {}", day.weekday().name())),
        }
    }

    /// Returns the `count`th working day after a day; of none, the day itself or the next working day.
    ///
    /// # Errors
    /// A count beyond what a plan reaches, and a calendar without a working day there.
    pub fn business_days_after(&self, day: Day, count: u32) -> Result<Day, Unreachable> {
        self.walk(day, count, 1, |day| self.is_working(day))
    }

    /// Returns the `count`th working day before a day; of none, the day itself or the last working day before it.
    ///
    /// # Errors
    /// As of [`business_days_after`](Self::business_days_after).
    pub fn business_days_before(&self, day: Day, count: u32) -> Result<Day, Unreachable> {
        self.walk(day, count, -1, |day| self.is_working(day))
    }

    /// Returns the working day an offset leads to: before where it is less than none, else after.
    ///
    /// # Errors
    /// As of [`business_days_after`](Self::business_days_after).
    pub fn offset(&self, day: Day, days: i32) -> Result<Day, Unreachable> {
        if days < 0 {
            self.business_days_before(day, days.unsigned_abs())
        } else {
            self.business_days_after(day, days.unsigned_abs())
        }
    }

    /// Walks day by day to the `count`th that counts.
    pub(crate) fn walk(
        &self,
        day: Day,
        count: u32,
        step: i32,
        counts: impl Fn(Day) -> bool,
    ) -> Result<Day, Unreachable> {
        if count > FARTHEST {
            return Err(Unreachable::TooFar);
        }
        if count == 0 && counts(day) {
            return Ok(day);
        }
        let (mut at, mut left) = (day, count.max(1));
        for _ in 0..LOOKED_AT {
            at = at.plus(step).ok_or(Unreachable::NoWorkingDay)?;
            left -= u32::from(counts(at));
            if left == 0 {
                return Ok(at);
            }
        }
        Err(Unreachable::NoWorkingDay)
    }

    /// Counts the working days from one day, which does not count, to another, which does; less than none if it is earlier.
    pub fn business_days_between(&self, from: Day, to: Day) -> i32 {
        if to < from {
            return -self.business_days_between(to, from);
        }
        let days = (1..=to.since(from)).filter_map(|days| from.plus(days));
        days.filter(|day| self.is_working(*day)).count() as i32
    }

    /// Returns the freezes that stop something on a track on a day.
    pub fn freezes_on<'a>(
        &'a self,
        day: Day,
        track: &'a TrackDescription,
        what: Stops,
    ) -> impl Iterator<Item = &'a Freeze> {
        self.freezes
            .iter()
            .filter(move |freeze| freeze.holds(day) && freeze.stops(what) && freeze.is_on(track))
    }

    /// Tells whether something may happen on a track on a day: it is a working day, and no freeze stops it.
    pub fn is_free(&self, day: Day, track: &TrackDescription, what: Option<Stops>) -> bool {
        let frozen = |what| self.freezes_on(day, track, what).next().is_some();
        self.is_working(day) && !what.is_some_and(frozen)
    }
}

/// Takes holidays into a list that is in order by date and has each date once.
pub(crate) fn take(into: &mut Vec<Holiday>, holidays: Vec<Holiday>) {
    for holiday in holidays {
        match into.binary_search_by_key(&holiday.date, |known| known.date) {
            Ok(index) => {
                if let Some(known) = into.get_mut(index) {
                    *known = holiday;
                }
            }
            Err(index) => into.insert(index, holiday),
        }
    }
}

impl Freeze {
    pub fn holds(&self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    pub fn stops(&self, what: Stops) -> bool {
        self.stops == what || self.stops == Stops::Both || what == Stops::Both
    }

    /// Tells whether it is about a track: one that it names, or of its store.
    pub fn is_on(&self, track: &TrackDescription) -> bool {
        let of_store = self.store.is_none() || self.store == track.store;
        of_store && (self.tracks.is_empty() || self.tracks.contains(&track.id))
    }

    /// Returns it as readers see it: "the App Store’s freeze “Holidays”, 23 Dec to 27 Dec".
    pub fn label(&self) -> String {
        let whose = match self.store.as_deref() {
            None => "the team’s freeze".to_owned(),
            Some(store) => format!("{}’s freeze", store_name(store)),
        };
        format!("{whose} “{}”, {}", self.name, self.span())
    }

    /// Returns its days: "23 Dec to 27 Dec".
    pub fn span(&self) -> String {
        if self.from == self.to {
            self.from.short()
        } else {
            format!("{} to {}", self.from.short(), self.to.short())
        }
    }
}

impl Stops {
    pub const ALL: [(&'static str, Self); 3] =
        [("submission", Self::Submission), ("release", Self::Release), ("both", Self::Both)];

    /// Returns what it stops, as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Submission => "submissions",
            Self::Release => "releases",
            Self::Both => "submissions and releases",
        }
    }
}

/// Returns a store as readers see it.
pub fn store_name(store: &str) -> &str {
    match store {
        "app-store" => "the App Store",
        "play" => "Google Play",
        other => other,
    }
}
