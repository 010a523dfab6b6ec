//! `[[milestones]]`: the steps that the timeline of a track starts from.
//!
//! Invariant: each step is named once, and no step is farther from go-live than a plan reaches.

use toml::de::DeTable;

use super::FileTrack;
use super::calendar::name;
use super::reader::{Reader, Value};
use crate::calendar::FARTHEST;
use crate::id::{MilestoneId, TrackId};
use crate::milestone::{Milestone, MilestoneKind, default_template};

/// How many steps a template may have.
const MOST: usize = 60;

pub(super) fn read(reader: &mut Reader<'_>, root: &DeTable<'_>, tracks: &[FileTrack]) -> Vec<Milestone> {
    let Some(value) = root.get("milestones") else { return Vec::new() };
    let items = reader.array(value, "tables, as in `[[milestones]]`");
    if items.len() > MOST {
        let label = format!("a template has {MOST} steps at most");
        reader.mistake(reader.head(value), "nobody can follow this many milestones", Some(&label));
        return Vec::new();
    }
    let mut milestones: Vec<Milestone> = Vec::new();
    for item in items {
        let Some((milestone, span)) = milestone(reader, item, tracks) else { continue };
        if milestones.iter().any(|earlier| earlier.id == milestone.id) {
            let label = "each step is named once; `tracks` says which tracks it is about";
            reader.mistake(span, "this milestone is named twice", Some(label));
            continue;
        }
        milestones.push(milestone);
    }
    milestones
}

fn milestone(
    reader: &mut Reader<'_>,
    item: &Value<'_>,
    tracks: &[FileTrack],
) -> Option<(Milestone, std::ops::Range<usize>)> {
    let table = reader.table(item, "[[milestones]]")?;
    reader.only(table, &["id", "name", "days", "tracks", "kind"], "in [[milestones]]");
    let (id, span) = id(reader, table, item)?;
    let known_name = || default_template().into_iter().find(|of| of.id == id).map(|of| of.name);
    let name = match (table.get("name"), known_name()) {
        // The steps that every product has need no name.
        (None, Some(name)) => Some(name),
        _ => name(reader, table, item, "its name, as in `name = \"Code freeze\"`"),
    };
    let kind = match table.get("kind") {
        None => Some(MilestoneKind::by_id(&id)),
        Some(value) => reader
            .text(value, "its kind, as in \"submission\"")
            .and_then(|(text, span)| reader.one_of(&text, span, "kind of milestone", &MilestoneKind::ALL)),
    };
    let known: Vec<(&str, &TrackId)> =
        tracks.iter().map(|track| (track.description.id.as_str(), &track.description.id)).collect();
    let named = table.get("tracks").map(|value| reader.texts(value, "tracks")).unwrap_or_default();
    let on: Vec<TrackId> = named
        .into_iter()
        .filter_map(|(id, span)| reader.one_of(&id, span, "track", &known).cloned())
        .collect();
    let days = days(reader, table, item)?;
    Some((Milestone { id, name: name?, days, tracks: on, kind: kind? }, span))
}

fn id(
    reader: &mut Reader<'_>,
    table: &DeTable<'_>,
    item: &Value<'_>,
) -> Option<(MilestoneId, std::ops::Range<usize>)> {
    match table.get("id") {
        Some(value) => Some((reader.id(value, MilestoneId::parse)?, value.span())),
        None => {
            let label = "add its id, as in `id = \"code-freeze\"`";
            reader.mistake(reader.head(item), "`id` is missing", Some(label));
            None
        }
    }
}

fn days(reader: &mut Reader<'_>, table: &DeTable<'_>, item: &Value<'_>) -> Option<i32> {
    let wanted = "business days from go-live, less than none before it, as in `days = -15`";
    let Some(value) = table.get("days") else {
        reader.mistake(reader.head(item), "`days` is missing", Some(&format!("add {wanted}")));
        return None;
    };
    let days = reader.signed(value, wanted)?;
    if days.unsigned_abs() > FARTHEST.into() {
        let label = format!("a plan reaches {FARTHEST} business days before and after go-live");
        reader.mistake(value.span(), "this is farther than a plan reaches", Some(&label));
        return None;
    }
    days.try_into().ok()
}
