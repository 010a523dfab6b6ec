//! `[areas]`, `agreed_by` and `defects_waivable_by`: how the team works.
//!
//! Invariant: a track or a function that is not there is pointed at, and never left out in silence.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::FileTrack;
use super::reader::{Reader, Value};
use crate::criterion::Function;
use crate::id::TrackId;
use crate::policy::Policy;

/// The longest name of an area, in characters.
const LONGEST: usize = 80;

/// Reads what `[product]` says of who agrees and who may accept a defect.
pub(super) fn of_product(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Policy {
    let mut functions =
        |key: &str| table.get(key).map(|value| functions(reader, key, value)).unwrap_or_default();
    let (agreed_by, defects_waivable_by) = (functions("agreed_by"), functions("defects_waivable_by"));
    Policy { agreed_by, defects_waivable_by, ..Policy::default() }
}

fn functions(reader: &mut Reader<'_>, key: &str, value: &Value<'_>) -> Vec<Function> {
    let named = reader.texts(value, "functions");
    if named.is_empty() && value.get_ref().as_array().is_some() {
        let label = format!("name at least one, or leave `{key}` out");
        reader.mistake(value.span(), "this names nobody", Some(&label));
    }
    let mut functions: Vec<Function> = Vec::new();
    for (name, span) in named {
        match reader.one_of(&name, span.clone(), "function", &Function::ALL) {
            Some(function) if functions.contains(&function) => {
                reader.mistake(span, "this function is named twice", None);
            }
            Some(function) => functions.push(function),
            None => {}
        }
    }
    functions
}

/// Reads which tracks ship which area.
pub(super) fn areas(
    reader: &mut Reader<'_>,
    root: &DeTable<'_>,
    tracks: &[FileTrack],
) -> BTreeMap<String, Vec<TrackId>> {
    let Some(value) = root.get("areas") else { return BTreeMap::new() };
    let Some(table) = reader.table(value, "[areas], as in `Sync = [\"ios\", \"wearos\"]`") else {
        return BTreeMap::new();
    };
    let known: Vec<(&str, &TrackId)> =
        tracks.iter().map(|track| (track.description.id.as_str(), &track.description.id)).collect();
    let mut areas = BTreeMap::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        if name.trim() != name || name.is_empty() || name.chars().count() > LONGEST {
            let label = format!("write 1 to {LONGEST} characters, without spaces around them");
            reader.mistake(key.span(), "this is not the name of an area", Some(&label));
            continue;
        }
        let named = reader.texts(value, "tracks");
        if named.is_empty() && value.get_ref().as_array().is_some() {
            let label = "name the tracks that ship it, or leave it out: an area that is not listed ships on every track";
            reader.mistake(value.span(), "no track ships this area", Some(label));
        }
        let mut of_area: Vec<TrackId> = named
            .into_iter()
            .filter_map(|(id, span)| reader.one_of(&id, span, "track", &known).cloned())
            .collect();
        of_area.sort_unstable();
        of_area.dedup();
        areas.insert(name.to_owned(), of_area);
    }
    areas
}
