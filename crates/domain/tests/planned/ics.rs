//! Holidays out of calendar files, and what is not believed of them.

use domain::calendar::ics::{LARGEST, read};

/// Reads the events of a file for 2026 and 2027: each holiday, then what was not understood, then how many lie outside.
#[track_caller]
fn check(events: &str, expect: &[&str]) {
    let file = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", events.replace('\n', "\r\n"));
    let found = read(&file, 2026..=2027).unwrap();
    let mut told: Vec<String> =
        found.holidays.iter().map(|holiday| format!("{} {}", holiday.date, holiday.name)).collect();
    told.extend(found.not_understood.iter().map(|what| format!("? {what}")));
    if found.outside > 0 {
        told.push(format!("{} outside", found.outside));
    }
    assert_eq!(told, expect);
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT\n")
}

#[test]
fn whole_days_are_holidays() {
    check(&event("SUMMARY:Christmas\nDTSTART;VALUE=DATE:20261225"), &["2026-12-25 Christmas"]);
    check(
        &event("SUMMARY:Christmas\nDTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227"),
        &["2026-12-25 Christmas", "2026-12-26 Christmas"],
    );
    check(
        &event("SUMMARY:New Year\nDTSTART;VALUE=DATE:20261231\nDURATION:P2D"),
        &["2026-12-31 New Year", "2027-01-01 New Year"],
    );
    check(&event("SUMMARY:Old\nDTSTART;VALUE=DATE:20191225"), &["1 outside"]);
}

#[test]
fn texts_are_read_as_people_wrote_them() {
    check(
        &event("SUMMARY:Saint Stephen\\, or\n  Boxing Day\nDTSTART;VALUE=DATE:20261226"),
        &["2026-12-26 Saint Stephen, or Boxing Day"],
    );
    let both =
        event("SUMMARY:A\nDTSTART;VALUE=DATE:20261226") + &event("SUMMARY:B\nDTSTART;VALUE=DATE:20261226");
    check(&both, &["2026-12-26 A, B"]);
}

#[test]
fn what_comes_every_year_is_told_for_the_years_asked() {
    check(
        &event("SUMMARY:Unity\nDTSTART;VALUE=DATE:20201003\nRRULE:FREQ=YEARLY"),
        &["2026-10-03 Unity", "2027-10-03 Unity"],
    );
    check(
        &event(
            "SUMMARY:Unity\nDTSTART;VALUE=DATE:20201003\nRRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=3;UNTIL=20261231T000000Z",
        ),
        &["2026-10-03 Unity"],
    );
    check(&event("SUMMARY:Ended\nDTSTART;VALUE=DATE:20201003\nRRULE:FREQ=YEARLY;COUNT=2"), &["1 outside"]);
    check(
        &event("SUMMARY:Moved\nDTSTART;VALUE=DATE:20201003\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20261003"),
        &["2027-10-03 Moved"],
    );
    check(&event("SUMMARY:Leap\nDTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY"), &["1 outside"]);
}

#[test]
fn what_is_not_understood_is_named() {
    check(
        &event("SUMMARY:Thanksgiving\nDTSTART;VALUE=DATE:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
        &[
            "? “Thanksgiving”: it comes again by FREQ=YEARLY;BYMONTH=11;BYDAY=4TH, which is more than once a year on one date",
        ],
    );
    check(
        &event("SUMMARY:Standup\nDTSTART:20261201T090000Z"),
        &["? “Standup”: it is at a time of the day, and a holiday is whole days"],
    );
    check(&event("SUMMARY:Nothing"), &["? “Nothing”: it has no date"]);
    check(
        &event("DTSTART;VALUE=DATE:20261301"),
        &["? “an event without a name”: 20261301 is no date between 1970 and 2199"],
    );
    check(
        &event("SUMMARY:For ever\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101"),
        &["? “For ever”: it lasts 365 days, and a holiday 60 at most"],
    );
    check(
        &event("SUMMARY:Off\nDTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED"),
        &["? “Off”: it is called off"],
    );
}

#[test]
fn a_file_that_is_no_calendar_says_where() {
    let nested = "BEGIN:VCALENDAR\n".repeat(20_000);
    for (file, expect) in [
        ("", "line 1: the file is empty; a calendar begins with BEGIN:VCALENDAR"),
        (
            "date,name\n2026-12-25,Christmas\n",
            "line 1: “date,name” is no line of a calendar: it has no colon",
        ),
        ("SUMMARY:x\n", "line 1: a calendar begins with BEGIN:VCALENDAR"),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n",
            "line 3: END:VCALENDAR ends nothing: VEVENT began at line 2",
        ),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "line 2: VEVENT begins here and never ends"),
        (
            "BEGIN:VCALENDAR\nnonsense\nEND:VCALENDAR\n",
            "line 2: “nonsense” is no line of a calendar: it has no colon",
        ),
        (nested.as_str(), "line 9: parts of this file lie in one another too deeply"),
    ] {
        assert_eq!(read(file, 2026..=2027).unwrap_err().to_string(), expect);
    }
    let large = "x".repeat(LARGEST + 1);
    assert!(read(&large, 2026..=2027).unwrap_err().to_string().contains("larger than 1 MiB"));
    let many: String = (0..40)
        .map(|n| event(&format!("SUMMARY:{n}\nDTSTART;VALUE=DATE:{}0101\nDURATION:P60D", 2026 + n)))
        .collect();
    let file = format!("BEGIN:VCALENDAR\n{many}END:VCALENDAR\n");
    assert!(read(&file, 1970..=2199).unwrap_err().to_string().contains("more than 1000 holidays"));
}
