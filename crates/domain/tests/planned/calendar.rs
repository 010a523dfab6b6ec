//! Business days, counted over the ends of months and years, over a leap day and over a week of holidays.

use domain::calendar::{Calendar, FARTHEST, Holiday, Unreachable, Weekday};

use crate::story::day;

/// Holidays of the end of 2026, and a week without work in March.
fn calendar() -> Calendar {
    let holidays = [
        ("2026-12-25", "Christmas"),
        ("2027-01-01", "New Year"),
        ("2027-03-08", "Week off"),
        ("2027-03-09", "Week off"),
        ("2027-03-10", "Week off"),
        ("2027-03-11", "Week off"),
        ("2027-03-12", "Week off"),
    ];
    let holidays = holidays.map(|(date, name)| Holiday { date: day(date), name: name.to_owned() });
    Calendar { holidays: holidays.into(), ..Calendar::default() }
}

#[track_caller]
fn check(from: &str, offset: i32, expect: &str) {
    let calendar = calendar();
    let count = offset.unsigned_abs();
    let found = if offset < 0 {
        calendar.business_days_before(day(from), count)
    } else {
        calendar.business_days_after(day(from), count)
    };
    assert_eq!(found, Ok(day(expect)), "{offset} from {from}");
}

#[test]
fn business_days_are_counted_over_weekends_holidays_and_ends() {
    for (from, offset, expect) in [
        ("2026-12-01", 0, "2026-12-01"),
        ("2026-12-01", 1, "2026-12-02"),
        // Over a weekend, on and back.
        ("2026-12-04", 1, "2026-12-07"),
        ("2026-12-07", -1, "2026-12-04"),
        // From a day off, the first working day that follows is one day on.
        ("2026-12-05", 1, "2026-12-07"),
        ("2026-12-05", -1, "2026-12-04"),
        // Over the end of a month and of a year, with a holiday at each.
        ("2026-11-30", 1, "2026-12-01"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2026-12-31", 1, "2027-01-04"),
        ("2027-01-04", -1, "2026-12-31"),
        ("2027-01-04", -5, "2026-12-24"),
        // Over a leap day, and over the end of a February without one.
        ("2028-02-28", 1, "2028-02-29"),
        ("2028-03-01", -1, "2028-02-29"),
        ("2027-02-26", 1, "2027-03-01"),
        // Over a week in which nobody works.
        ("2027-03-05", 1, "2027-03-15"),
        ("2027-03-15", -1, "2027-03-05"),
        ("2027-03-10", 0, "2027-03-15"),
    ] {
        check(from, offset, expect);
    }
    let none_before = calendar().business_days_before(day("2027-03-10"), 0);
    assert_eq!(none_before, Ok(day("2027-03-05")), "none before a day off is the last working day");
}

#[test]
fn a_count_is_bounded_and_a_calendar_without_work_says_so() {
    let start = day("2026-12-01");
    assert!(calendar().business_days_after(start, FARTHEST).is_ok());
    assert_eq!(calendar().business_days_after(start, FARTHEST + 1), Err(Unreachable::TooFar));
    assert_eq!(calendar().business_days_before(day("1970-01-05"), 5), Err(Unreachable::NoWorkingDay));
    let holidays: Vec<Holiday> = (0..5_000)
        .filter_map(|days| Some(Holiday { date: start.plus(days)?, name: "Off".to_owned() }))
        .collect();
    let never = Calendar { holidays, ..Calendar::default() };
    assert_eq!(never.business_days_after(start, 1), Err(Unreachable::NoWorkingDay));
}

#[test]
fn the_days_between_are_those_that_were_worked() {
    let between = |from: &str, to: &str| calendar().business_days_between(day(from), day(to));
    assert_eq!(between("2026-12-24", "2026-12-28"), 1);
    assert_eq!(between("2026-12-28", "2026-12-24"), -1);
    assert_eq!(between("2026-12-05", "2026-12-06"), 0);
    assert_eq!(between("2027-03-05", "2027-03-15"), 1);
}

#[test]
fn another_week_is_worked_where_the_team_says_so() {
    let week = vec![Weekday::Sun, Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu];
    let calendar = Calendar { workdays: week, ..Calendar::default() };
    assert_eq!(calendar.business_days_after(day("2026-12-03"), 1), Ok(day("2026-12-06")));
    assert_eq!(calendar.idle(day("2026-12-04")).as_deref(), Some("a Friday"));
}

#[test]
fn a_day_is_read_in_one_spelling() {
    use domain::calendar::Day;
    for wrong in ["2026-12-4", "20261204", "2026-02-29", "1969-12-31", "2200-01-01", "2026-12-04T10:00", ""] {
        assert!(wrong.parse::<Day>().is_err(), "{wrong}");
    }
    assert_eq!(day("2028-02-29").to_string(), "2028-02-29");
    assert_eq!(day("2026-12-04").told(), "Fri 4 Dec 2026");
}

#[test]
fn the_day_begins_in_the_zone_of_the_release() {
    use domain::calendar::{Day, day::zone};
    let late: domain::time::Time = "2026-12-03T23:30:00Z".parse().unwrap();
    assert_eq!(Day::of(late, &zone("Europe/Berlin")), day("2026-12-04"));
    assert_eq!(Day::of(late, &zone("America/New_York")), day("2026-12-03"));
    assert_eq!(Day::of(late, &zone("Nowhere/Known")), day("2026-12-03"), "an unknown zone is UTC");
    let begins = day("2026-12-04").begins(&zone("Europe/Berlin")).unwrap();
    assert_eq!(begins.to_string(), "2026-12-03T23:00:00.000000Z");
    // In Beirut the clocks skip midnight when summer begins.
    let skipped = day("2026-03-29").begins(&zone("Asia/Beirut")).unwrap();
    assert_eq!(skipped.to_string(), "2026-03-28T22:00:00.000000Z");
}
