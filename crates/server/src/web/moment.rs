//! Times as a reader sees them: in their zone, with how long ago beside it.
//!
//! Invariant: a page that shows a time says in which zone.

use domain::time::Time;
use domain::words;
use jiff::ZonedDateTime;
use jiff::tz::TimeZone;
use maud::{Markup, html};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The zone that times are shown in, and the moment they are seen from.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    pub(super) zone: TimeZone,
    pub(super) now: Time,
}

impl Clock {
    /// Shows a moment: "today 14:03", with the whole of it on hover and how long ago it was beside it.
    pub(super) fn when(&self, at: Time) -> Markup {
        html! {
            time datetime=(rfc3339(at)) title=(self.exact(at)) { (self.day_and_time(at)) }
            " "
            span.ago data-ago=(at.micros() / 1000) { (self.ago(at)) }
        }
    }

    /// Shows a moment where there is room for little.
    pub(super) fn short(&self, at: Time) -> Markup {
        html! { time datetime=(rfc3339(at)) title=(self.exact(at)) { (self.day_and_time(at)) } }
    }

    /// Returns "today 14:03", "yesterday 09:12", "Mon 24 Nov, 14:03".
    pub(super) fn day_and_time(&self, at: Time) -> String {
        let here = self.here(at);
        let (day, today) = (here.date(), self.here(self.now).date());
        let (hour, minute) = (here.hour(), here.minute());
        let near = [(Ok(today), "today"), (today.yesterday(), "yesterday"), (today.tomorrow(), "tomorrow")];
        if let Some((_, name)) = near.iter().find(|(near, _)| near.as_ref().is_ok_and(|near| *near == day)) {
            return format!("{name} {hour:02}:{minute:02}");
        }
        if day.year() == today.year() {
            return format!("{}, {hour:02}:{minute:02}", weekday_and_day(&here));
        }
        format!("{} {} {}, {hour:02}:{minute:02}", day.day(), month(&here), day.year())
    }

    /// Returns all of a moment, with its zone: "Mon 24 Nov 2026, 14:03:09 CET".
    pub(super) fn exact(&self, at: Time) -> String {
        let here = self.here(at);
        let (year, hour, minute, second) = (here.year(), here.hour(), here.minute(), here.second());
        let zone = self.zone.to_offset_info(here.timestamp());
        format!(
            "{} {year}, {hour:02}:{minute:02}:{second:02} {}",
            weekday_and_day(&here),
            zone.abbreviation()
        )
    }

    /// Returns a moment for somebody who reads it elsewhere: "Mon 24 Nov 2026, 14:03 CET".
    pub(super) fn exact_to_the_minute(&self, at: Time) -> String {
        let here = self.here(at);
        let zone = self.zone.to_offset_info(here.timestamp());
        let (year, hour, minute) = (here.year(), here.hour(), here.minute());
        format!("{} {year}, {hour:02}:{minute:02} {}", weekday_and_day(&here), zone.abbreviation())
    }

    fn here(&self, at: Time) -> ZonedDateTime {
        at.timestamp().to_zoned_datetime(self.zone.clone())
    }

    /// Returns a moment as a form's `datetime-local` holds it.
    pub(super) fn local(&self, at: Time) -> String {
        at.timestamp().to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Returns "5 min ago", "in 2 h 10 min", "3 days ago".
    pub(super) fn ago(&self, at: Time) -> String {
        let distance = self.now.micros().saturating_sub(at.micros());
        match distance {
            distance if distance.abs() < MINUTE => "just now".to_owned(),
            MINUTE.. => format!("{} ago", length(distance)),
            _ => format!("in {}", length(-distance)),
        }
    }

    /// Returns the moment at which the reader's day began.
    pub(super) fn start_of_day(&self) -> Time {
        let here = self.now.timestamp().to_zoned_datetime(self.zone.clone());
        here.start_of_day().map_or(self.now, |start| start.timestamp().into())
    }

    /// Returns the zone's name: "Europe/Berlin".
    pub(super) fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }
}

fn length(micros: i64) -> String {
    match micros {
        DAY.. => words::count(micros / DAY, "day", "days"),
        HOUR.. if micros < 6 * HOUR && micros / MINUTE % 60 > 0 => {
            format!("{} h {} min", micros / HOUR, micros / MINUTE % 60)
        }
        HOUR.. => format!("{} h", micros / HOUR),
        _ => format!("{} min", micros / MINUTE),
    }
}

fn weekday_and_day(day: &ZonedDateTime) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let weekday = DAYS[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs()) % DAYS.len()];
    format!("{weekday} {} {}", day.day(), month(day))
}

fn month(day: &ZonedDateTime) -> &'static str {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS[usize::from(day.month().unsigned_abs() - 1) % MONTHS.len()]
}

/// Returns a moment as machines read it, to the second.
pub(super) fn rfc3339(at: Time) -> String {
    format!("{:.0}", at.timestamp())
}

/// Reads what a form or a link says of a moment: RFC 3339, or a local time in the zone.
pub(super) fn read(text: &str, zone: &TimeZone) -> Option<Time> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Time>() {
        return Some(time);
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    local.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock { zone: TimeZone::get("Europe/Berlin").unwrap(), now: "2026-11-24T13:05:00Z".parse().unwrap() }
    }

    #[test]
    fn a_moment_is_told_as_a_reader_would() {
        for (at, day_and_time, ago) in [
            ("2026-11-24T13:04:30Z", "today 14:04", "just now"),
            ("2026-11-24T11:55:00Z", "today 12:55", "1 h 10 min ago"),
            ("2026-11-23T22:59:00Z", "yesterday 23:59", "14 h ago"),
            ("2026-11-20T08:00:00Z", "Fri 20 Nov, 09:00", "4 days ago"),
            ("2025-11-20T08:00:00Z", "20 Nov 2025, 09:00", "369 days ago"),
            ("2026-11-25T15:15:00Z", "tomorrow 16:15", "in 1 day"),
            ("2026-11-24T15:15:00Z", "today 16:15", "in 2 h 10 min"),
        ] {
            let at: Time = at.parse().unwrap();
            assert_eq!((clock().day_and_time(at).as_str(), clock().ago(at).as_str()), (day_and_time, ago));
        }
    }

    #[test]
    fn a_moment_is_read_in_the_readers_zone_or_as_it_says() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let nine: Time = "2026-11-24T08:00:00Z".parse().unwrap();
        for text in
            ["2026-11-24T09:00", "2026-11-24T08:00:00Z", " 2026-11-24T09:00:00 ", "2026-11-24T09:00+01:00"]
        {
            assert_eq!(read(text, &zone), Some(nine), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01T00:00", "24.11.2026"] {
            assert_eq!(read(text, &zone), None, "{text}");
        }
    }
}
