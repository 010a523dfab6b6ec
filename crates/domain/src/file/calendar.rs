//! `[calendar]`: the days that the team works, its holidays, and when it or a store ships nothing.
//!
//! Invariant: a calendar in which nobody ever works is a mistake, and so is a day that is named twice.

use toml::de::DeTable;

use super::FileTrack;
use super::reader::{Reader, Value};
use crate::calendar::{Calendar, Freeze, Holiday, Stops, Weekday};
use crate::id::TrackId;

/// How many holidays or freezes a file may name.
const MOST: usize = 1_000;
/// The longest name, in characters.
const LONGEST: usize = 120;
/// The longest freeze, in days: one that never ends is no freeze.
const LONGEST_FREEZE: i32 = 366;

pub(super) fn read(reader: &mut Reader<'_>, root: &DeTable<'_>, tracks: &[FileTrack]) -> Calendar {
    let Some(value) = root.get("calendar") else { return Calendar::default() };
    let Some(table) = reader.table(value, "[calendar]") else { return Calendar::default() };
    reader.only(table, &["workdays", "holidays", "freezes"], "in [calendar]");
    let workdays = table.get("workdays").map(|value| workdays(reader, value)).unwrap_or_default();
    let holidays = table.get("holidays").map(|value| holidays(reader, value)).unwrap_or_default();
    let freezes = table.get("freezes").map(|value| freezes(reader, value, tracks)).unwrap_or_default();
    Calendar { workdays, holidays, freezes, imported: Vec::new() }
}

fn workdays(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<Weekday> {
    let named = reader.texts(value, "days, as in `workdays = [\"mon\", \"tue\"]`");
    if named.is_empty() && value.get_ref().as_array().is_some_and(|days| days.is_empty()) {
        let label = "name at least one, or leave `workdays` out: then it is Monday to Friday";
        reader.mistake(value.span(), "nobody would ever work", Some(label));
    }
    let mut days: Vec<Weekday> = Vec::new();
    for (name, span) in named {
        match reader.one_of(&name, span.clone(), "day", &Weekday::ALL) {
            Some(day) if days.contains(&day) => reader.mistake(span, "this day is named twice", None),
            Some(day) => days.push(day),
            None => {}
        }
    }
    days.sort_unstable();
    days
}

fn holidays(reader: &mut Reader<'_>, value: &Value<'_>) -> Vec<Holiday> {
    let wanted = "a list, as in `holidays = [{ date = 2026-12-25, name = \"Christmas\" }]`";
    let items = reader.array(value, wanted);
    too_many(reader, value, items.len());
    let mut holidays: Vec<Holiday> = Vec::new();
    for item in items.iter().take(MOST) {
        let Some(table) = reader.table(item, "`{ date = 2026-12-25, name = \"Christmas\" }`") else {
            continue;
        };
        reader.only(table, &["date", "name"], "in a holiday");
        let name = name(reader, table, item, "its name, as in `name = \"Christmas\"`");
        let date = required_day(reader, table, item, "date");
        let (Some(name), Some(date)) = (name, date) else { continue };
        if let Some(earlier) = holidays.iter().find(|holiday| holiday.date == date) {
            let label = format!("it is “{}” already", earlier.name);
            reader.mistake(item.span(), "this day is a holiday twice", Some(&label));
            continue;
        }
        holidays.push(Holiday { date, name });
    }
    holidays.sort_by_key(|holiday| holiday.date);
    holidays
}

fn freezes(reader: &mut Reader<'_>, value: &Value<'_>, tracks: &[FileTrack]) -> Vec<Freeze> {
    let items = reader.array(value, "tables, as in `[[calendar.freezes]]`");
    too_many(reader, value, items.len());
    items.iter().take(MOST).filter_map(|item| freeze(reader, item, tracks)).collect()
}

fn freeze(reader: &mut Reader<'_>, item: &Value<'_>, tracks: &[FileTrack]) -> Option<Freeze> {
    let table = reader.table(item, "[[calendar.freezes]]")?;
    let keys = ["name", "from", "to", "whose", "stops", "tracks"];
    reader.only(table, &keys, "in [[calendar.freezes]]");
    let name = name(reader, table, item, "its name, as in `name = \"App Store holiday\"`");
    let from = required_day(reader, table, item, "from");
    let to = required_day(reader, table, item, "to");
    let stops = match table.get("stops") {
        None => Some(Stops::Both),
        Some(value) => reader
            .text(value, "what it stops, as in \"submission\"")
            .and_then(|(text, span)| reader.one_of(&text, span, "thing to stop", &Stops::ALL)),
    };
    let store = table.get("whose").and_then(|value| whose(reader, value, tracks));
    let known: Vec<(&str, &TrackId)> =
        tracks.iter().map(|track| (track.description.id.as_str(), &track.description.id)).collect();
    let named = table.get("tracks").map(|value| reader.texts(value, "tracks")).unwrap_or_default();
    let on: Vec<TrackId> = named
        .into_iter()
        .filter_map(|(id, span)| reader.one_of(&id, span, "track", &known).cloned())
        .collect();
    let (from, to) = (from?, to?);
    let at = table.get("to").map_or(item.span(), Value::span);
    if to < from {
        reader.mistake(at, "this freeze ends before it begins", Some("`to` is its last day"));
        return None;
    }
    if to.since(from) > LONGEST_FREEZE {
        let label = format!("a freeze lasts {LONGEST_FREEZE} days at most");
        reader.mistake(at, "this freeze never ends", Some(&label));
        return None;
    }
    Some(Freeze { from, to, name: name?, store: store.flatten(), stops: stops?, tracks: on })
}

/// Reads whose a freeze is: the team's own, or a store's.
fn whose(reader: &mut Reader<'_>, value: &Value<'_>, tracks: &[FileTrack]) -> Option<Option<String>> {
    let (text, span) = reader.text(value, "whose it is, as in \"team\" or \"app-store\"")?;
    let mut known = vec![("team", None), ("app-store", Some("app-store")), ("play", Some("play"))];
    for store in tracks.iter().filter_map(|track| track.description.store.as_deref()) {
        if !known.iter().any(|(name, _)| *name == store) {
            known.push((store, Some(store)));
        }
    }
    // As people say it; a track of it says "play".
    let text = if text == "google-play" { "play" } else { &text };
    Some(reader.one_of(text, span, "store", &known)?.map(str::to_owned))
}

fn too_many(reader: &mut Reader<'_>, value: &Value<'_>, count: usize) {
    if count > MOST {
        let label = format!("a file names {MOST} at most");
        reader.mistake(reader.head(value), "this list is longer than anybody can read", Some(&label));
    }
}

pub(super) fn name(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    of: &Value<'_>,
    wanted: &str,
) -> Option<String> {
    let (name, span) = reader.required_text(table, of, "name", wanted)?;
    if name.chars().count() > LONGEST {
        let label = format!("write {LONGEST} characters at most");
        reader.mistake(span, "this name is too long", Some(&label));
        return None;
    }
    Some(name.trim().to_owned())
}

fn required_day(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    of: &Value<'_>,
    key: &str,
) -> Option<crate::calendar::Day> {
    match table.get(key) {
        Some(value) => reader.day(value, "a day, as in 2026-12-25"),
        None => {
            let label = format!("add the day, as in `{key} = 2026-12-25`");
            reader.mistake(reader.head(of), &format!("`{key}` is missing"), Some(&label));
            None
        }
    }
}
