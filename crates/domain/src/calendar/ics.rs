//! Holidays out of a calendar file, as calendars export them (iCalendar, RFC 5545).
//!
//! Only whole days are holidays, once or every year. What else is in the file is named, so that nobody believes it was read.
//!
//! Invariant: every event of the file either gives holidays, lies outside the years asked, or is told as not understood.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use icalendar::parser::{Component, Property, read_calendar, unfold};

use super::{Day, Holiday};

/// The largest file, in bytes.
pub const LARGEST: usize = 1 << 20;
/// How many holidays one file may give.
pub const MOST_DAYS: usize = 1_000;
/// The longest holiday, in days.
const LONGEST: i32 = 60;
/// The longest name, in characters.
const LONGEST_NAME: usize = 120;
/// How deeply parts of a file may lie in one another: real ones need three, and the parser calls itself for each.
const DEEPEST: usize = 8;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// By date, each once.
    pub holidays: Vec<Holiday>,
    /// What was not understood, each with its name and why.
    pub not_understood: Vec<String>,
    /// How many events lie outside the years asked.
    pub outside: usize,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the file is larger than 1 MiB; export the holidays alone")]
    TooLarge,
    #[error("line {line}: {message}")]
    At { line: usize, message: String },
    #[error(
        "the file has more than {MOST_DAYS} holidays in these years; export fewer, or ask for fewer years"
    )]
    TooMany,
}

/// Reads the holidays of some years out of a file.
///
/// # Errors
/// A file that is no calendar, with the line where it goes wrong, and one that holds too much.
pub fn read(text: &str, years: RangeInclusive<i16>) -> Result<Found, Unreadable> {
    if text.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}');
    shape(text)?;
    let text = unfold(text);
    let calendar = read_calendar(&text).map_err(|_| Unreadable::At {
        line: 1,
        message: "this is no calendar file that can be read. Export it anew as .ics".to_owned(),
    })?;
    let mut found = Found::default();
    let mut days: BTreeMap<Day, String> = BTreeMap::new();
    for event in calendar.components.iter().filter(|component| component.name == "VEVENT") {
        let name = text_of(event, "SUMMARY").unwrap_or_else(|| "an event without a name".to_owned());
        match days_of(event, &years) {
            Err(why) => found.not_understood.push(format!("“{name}”: {why}")),
            Ok(of_event) if of_event.is_empty() => found.outside += 1,
            Ok(of_event) => {
                for day in of_event {
                    let names = days.entry(day).or_insert_with(|| name.clone());
                    if *names != name && !names.split(", ").any(|known| known == name) {
                        *names = short(&format!("{names}, {name}"));
                    }
                }
            }
        }
        if days.len() > MOST_DAYS {
            return Err(Unreadable::TooMany);
        }
    }
    found.holidays = days.into_iter().map(|(date, name)| Holiday { date, name }).collect();
    Ok(found)
}

/// Checks that lines are such as a calendar has, and that its parts begin and end; the parser knows no lines of the file as
/// it came, and would follow any depth.
fn shape(text: &str) -> Result<(), Unreadable> {
    let at = |line: usize, message: String| Unreadable::At { line, message };
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut begun = false;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.trim().is_empty() || (begun && line.starts_with([' ', '\t'])) {
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            let what = short(line);
            return Err(at(number, format!("“{what}” is no line of a calendar: it has no colon")));
        };
        let value = value.trim();
        if key.eq_ignore_ascii_case("BEGIN") {
            if !begun && !value.eq_ignore_ascii_case("VCALENDAR") {
                return Err(at(number, "a calendar begins with BEGIN:VCALENDAR".to_owned()));
            }
            begun = true;
            open.push((value, number));
            if open.len() > DEEPEST {
                return Err(at(number, "parts of this file lie in one another too deeply".to_owned()));
            }
        } else if !begun {
            return Err(at(number, "a calendar begins with BEGIN:VCALENDAR".to_owned()));
        } else if key.eq_ignore_ascii_case("END") {
            match open.pop() {
                Some((begun, _)) if begun.eq_ignore_ascii_case(value) => {}
                Some((begun, line)) => {
                    let message = format!("END:{} ends nothing: {begun} began at line {line}", short(value));
                    return Err(at(number, message));
                }
                None => return Err(at(number, format!("END:{} ends nothing", short(value)))),
            }
        }
    }
    match open.last() {
        Some((name, line)) => Err(at(*line, format!("{} begins here and never ends", short(name)))),
        None if begun => Ok(()),
        None => Err(at(1, "the file is empty; a calendar begins with BEGIN:VCALENDAR".to_owned())),
    }
}

/// Returns the days of an event within some years, or why they cannot be told.
fn days_of(event: &Component<'_>, years: &RangeInclusive<i16>) -> Result<Vec<Day>, String> {
    if text_of(event, "STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
        return Err("it is called off".to_owned());
    }
    let start = event.find_prop("DTSTART").ok_or("it has no date")?;
    let start = whole_day(start)?;
    let length = length(event, start)?;
    if !(1..=LONGEST).contains(&length) {
        return Err(format!("it lasts {length} days, and a holiday {LONGEST} at most"));
    }
    if event.find_prop("RDATE").is_some() {
        return Err("it comes again on dates that are listed one by one".to_owned());
    }
    let starts = match event.find_prop("RRULE") {
        None => vec![start],
        Some(rule) => yearly(rule.val.as_str(), start, *years.end())?,
    };
    let except = except(event)?;
    let starts = starts.into_iter().filter(|start| !except.contains(start));
    let days = starts.flat_map(|start| (0..length).filter_map(move |days| start.plus(days)));
    Ok(days.filter(|day| years.contains(&day.year())).collect())
}

/// Returns how many days an event lasts; its end is the first day that it does not hold.
fn length(event: &Component<'_>, start: Day) -> Result<i32, String> {
    if let Some(end) = event.find_prop("DTEND") {
        // Some write the same day where they mean one.
        return Ok(whole_day(end)?.since(start)).map(|days| if days == 0 { 1 } else { days });
    }
    let Some(duration) = event.find_prop("DURATION") else { return Ok(1) };
    let text = duration.val.as_str().trim();
    let counted = |unit: char, days: i32| {
        let count = text.strip_prefix('P')?.strip_suffix(unit)?.parse::<i32>().ok()?;
        count.checked_mul(days)
    };
    counted('D', 1).or_else(|| counted('W', 7)).ok_or_else(|| format!("how long it lasts, {}", short(text)))
}

/// Returns the first days of what comes every year, up to a year.
fn yearly(rule: &str, start: Day, until_year: i16) -> Result<Vec<Day>, String> {
    let unknown = || format!("it comes again by {}, which is more than once a year on one date", short(rule));
    let (mut month, mut day) = (start.month(), start.day_of_month());
    let (mut every, mut most, mut until) = (1_i16, usize::MAX, None);
    let mut is_yearly = false;
    for part in rule.split(';').filter(|part| !part.trim().is_empty()) {
        let (key, value) = part.split_once('=').ok_or_else(unknown)?;
        match (key.trim().to_ascii_uppercase().as_str(), value.trim()) {
            ("FREQ", value) => is_yearly = value.eq_ignore_ascii_case("YEARLY"),
            ("INTERVAL", value) => {
                every = value.parse().ok().filter(|every| (1..=200).contains(every)).ok_or_else(unknown)?;
            }
            ("COUNT", value) => most = value.parse().map_err(|_| unknown())?,
            ("UNTIL", value) => until = Some(date(value.get(..8).unwrap_or_default()).ok_or_else(unknown)?),
            ("BYMONTH", value) => month = value.parse().map_err(|_| unknown())?,
            ("BYMONTHDAY", value) => day = value.parse().map_err(|_| unknown())?,
            ("WKST", _) => {}
            _ => return Err(unknown()),
        }
    }
    if !is_yearly || Day::new(2024, month, day).is_none() {
        return Err(unknown());
    }
    // A year that does not have the date, as for 29 February, is passed over.
    let all = (start.year()..=until_year.min(2199)).step_by(every.unsigned_abs().into());
    let all = all.filter_map(|year| Day::new(year, month, day)).filter(|day| *day >= start);
    Ok(all.take(most).filter(|day| until.is_none_or(|until| *day <= until)).collect())
}

fn except(event: &Component<'_>) -> Result<Vec<Day>, String> {
    let mut days = Vec::new();
    for property in event.properties.iter().filter(|property| property.name == "EXDATE") {
        for value in property.val.as_str().split(',') {
            days.push(date(value.trim().get(..8).unwrap_or_default()).ok_or("a date that is left out")?);
        }
    }
    Ok(days)
}

fn whole_day(property: &Property<'_>) -> Result<Day, String> {
    let value = property.val.as_str().trim();
    if value.len() != 8 {
        return Err("it is at a time of the day, and a holiday is whole days".to_owned());
    }
    date(value).ok_or_else(|| format!("{} is no date between 1970 and 2199", short(value)))
}

fn date(text: &str) -> Option<Day> {
    let is_date = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>| text.get(range);
    let day = is_date
        .then(|| Day::new(part(0..4)?.parse().ok()?, part(4..6)?.parse().ok()?, part(6..8)?.parse().ok()?));
    day.flatten()
}

/// Returns the text of a property, in one line.
fn text_of(event: &Component<'_>, name: &str) -> Option<String> {
    Some(short(event.find_prop(name)?.val.as_str())).filter(|text| !text.is_empty())
}

fn short(text: &str) -> String {
    let plain = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(LONGEST_NAME).collect()
}
