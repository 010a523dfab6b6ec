//! When somebody may be written to: the working half-days of their zone, and the quiet hours between.
//!
//! Invariant: outside working hours nothing reaches anybody but an escalation; a half-day is counted by the reader's own
//! calendar, whatever the clocks are put to.

use std::fmt;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{Kind, Urgency};
use crate::time::Time;

const MORNING: i8 = 9;
const NOON: i8 = 13;
const EVENING: i8 = 18;
/// How long what happens is gathered before a digest tells it, so that one act of many events is one mail.
const GATHER: i64 = 10 * 60 * 1_000_000;

/// A working half-day of somebody: one digest at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    pub date: Date,
    pub half: Half,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Half {
    /// From 9 to 13.
    Morning,
    /// From 13 to 18.
    Afternoon,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.half == Half::Morning { "am" } else { "pm" };
        write!(f, "{}/{half}", self.date)
    }
}

/// Returns the working half-day that a moment is in; `None` in quiet hours.
pub fn slot(now: Time, zone: &TimeZone) -> Option<Slot> {
    let local = now.timestamp().to_zoned_datetime(zone.clone());
    if matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday) {
        return None;
    }
    let half = match local.hour() {
        MORNING..NOON => Half::Morning,
        NOON..EVENING => Half::Afternoon,
        _ => return None,
    };
    Some(Slot { date: local.date(), half })
}

/// Returns the first working half-day that begins after a moment, and when it begins.
pub fn next_slot(now: Time, zone: &TimeZone) -> (Slot, Time) {
    let mut date = now.timestamp().to_zoned_datetime(zone.clone()).date();
    loop {
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            for (half, hour) in [(Half::Morning, MORNING), (Half::Afternoon, NOON)] {
                let begins = date.at(hour, 0, 0, 0).to_zoned_datetime(zone.clone());
                match begins.map(|begins| Time::from(begins.timestamp())) {
                    Ok(begins) if begins > now => return (Slot { date, half }, begins),
                    _ => {}
                }
            }
        }
        match date.tomorrow() {
            Ok(tomorrow) => date = tomorrow,
            // The end of time.
            Err(_) => return (Slot { date, half: Half::Afternoon }, Time::from_micros(i64::MAX)),
        }
    }
}

/// Returns from when on something may be sent that came up at a moment.
pub fn not_before(now: Time, kind: Kind, urgency: Urgency, zone: &TimeZone) -> Time {
    match urgency {
        Urgency::AtOnce => working(now, kind, zone),
        Urgency::Digest => now.plus_micros(GATHER),
    }
}

/// Returns a moment itself if something of that kind may be sent then, or else the next at which it may.
pub fn working(now: Time, kind: Kind, zone: &TimeZone) -> Time {
    if kind == Kind::Escalation || slot(now, zone).is_some() { now } else { next_slot(now, zone).1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn check(now: &str, name: &str, expect: Option<&str>, next: &str) {
        let now: Time = now.parse().unwrap();
        let of = slot(now, &zone(name)).map(|slot| slot.to_string());
        assert_eq!(of.as_deref(), expect, "{now} in {name}");
        let (of, begins) = next_slot(now, &zone(name));
        assert_eq!(format!("{of} {:.0}", begins.timestamp()), next, "after {now} in {name}");
        assert_eq!(slot(begins, &zone(name)), Some(of), "it begins when it says");
    }

    #[test]
    fn a_half_day_is_counted_where_its_reader_lives() {
        check("2026-12-01T06:59:59Z", "Europe/Helsinki", None, "2026-12-01/am 2026-12-01T07:00:00Z");
        check(
            "2026-12-01T07:00:00Z",
            "Europe/Helsinki",
            Some("2026-12-01/am"),
            "2026-12-01/pm 2026-12-01T11:00:00Z",
        );
        check(
            "2026-12-01T11:00:00Z",
            "Europe/Helsinki",
            Some("2026-12-01/pm"),
            "2026-12-02/am 2026-12-02T07:00:00Z",
        );
        check(
            "2026-12-01T15:59:59Z",
            "Europe/Helsinki",
            Some("2026-12-01/pm"),
            "2026-12-02/am 2026-12-02T07:00:00Z",
        );
        check("2026-12-01T16:00:00Z", "Europe/Helsinki", None, "2026-12-02/am 2026-12-02T07:00:00Z");
        // Friday evening, and the whole weekend, wait for Monday.
        check("2026-12-04T23:30:00Z", "America/New_York", None, "2026-12-07/am 2026-12-07T14:00:00Z");
        check("2026-12-05T15:00:00Z", "America/New_York", None, "2026-12-07/am 2026-12-07T14:00:00Z");
        // It is Monday in Auckland while it is Sunday in London.
        check(
            "2026-12-06T21:00:00Z",
            "Pacific/Auckland",
            Some("2026-12-07/am"),
            "2026-12-07/pm 2026-12-07T00:00:00Z",
        );
        check("2026-12-06T21:00:00Z", "Europe/London", None, "2026-12-07/am 2026-12-07T09:00:00Z");
        check(
            "2026-12-01T05:30:00Z",
            "Asia/Kathmandu",
            Some("2026-12-01/am"),
            "2026-12-01/pm 2026-12-01T07:15:00Z",
        );
    }

    #[test]
    fn clocks_that_are_put_on_or_back_move_the_half_day_with_them() {
        // New York is five hours behind on Friday, and four on Monday.
        check("2026-03-06T13:30:00Z", "America/New_York", None, "2026-03-06/am 2026-03-06T14:00:00Z");
        check("2026-03-06T23:00:00Z", "America/New_York", None, "2026-03-09/am 2026-03-09T13:00:00Z");
        check(
            "2026-03-09T13:30:00Z",
            "America/New_York",
            Some("2026-03-09/am"),
            "2026-03-09/pm 2026-03-09T17:00:00Z",
        );
        // Berlin is two hours ahead on Friday, and one on Monday.
        check("2026-10-23T16:30:00Z", "Europe/Berlin", None, "2026-10-26/am 2026-10-26T08:00:00Z");
        check("2026-10-26T07:30:00Z", "Europe/Berlin", None, "2026-10-26/am 2026-10-26T08:00:00Z");
    }

    #[test]
    fn only_an_escalation_goes_at_night() {
        let night: Time = "2026-12-05T02:00:00Z".parse().unwrap();
        let monday: Time = "2026-12-07T08:00:00Z".parse().unwrap();
        let berlin = zone("Europe/Berlin");
        for (kind, expect) in
            [(Kind::Escalation, night), (Kind::Decision, monday), (Kind::Ask, monday), (Kind::News, monday)]
        {
            assert_eq!(not_before(night, kind, Urgency::AtOnce, &berlin), expect, "{kind:?}");
        }
        let noon: Time = "2026-12-07T11:00:00Z".parse().unwrap();
        assert_eq!(not_before(noon, Kind::Ask, Urgency::AtOnce, &berlin), noon);
        assert_eq!(not_before(noon, Kind::News, Urgency::Digest, &berlin), noon.plus_micros(GATHER));
    }
}
