//! `[tracks.*]`: names, stores, devices and plans.
//!
//! Invariant: a track whose name and store are well known needs neither written down.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::reader::{Reader, Value};
use super::{FilePlan, FileTrack};
use crate::criteria::check::closest;
use crate::id::{RunKind, TrackId};
use crate::release::COMMON_KINDS;
use crate::track::TrackDescription;

/// Platforms that need no explanation: id, name, store.
const PLATFORMS: [(&str, &str, Option<&str>); 9] = [
    ("ios", "iOS", Some("app-store")),
    ("ipados", "iPadOS", Some("app-store")),
    ("watchos", "watchOS", Some("app-store")),
    ("tvos", "tvOS", Some("app-store")),
    ("macos", "macOS", Some("app-store")),
    ("visionos", "visionOS", Some("app-store")),
    ("android", "Android", Some("play")),
    ("wearos", "Wear OS", Some("play")),
    ("web", "Web", None),
];

pub(super) fn read(reader: &mut Reader<'_>, root: &DeTable<'_>, kinds: &[RunKind]) -> Vec<FileTrack> {
    let Some(value) = root.get("tracks") else {
        reader.mistake_with(
            0..0,
            "there is no track",
            Some("add one, as in [tracks.ios]"),
            Some("a track is one platform's own path to users"),
        );
        return Vec::new();
    };
    let Some(table) = reader.table(value, "[tracks.…]") else { return Vec::new() };
    let mut tracks = Vec::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        match TrackId::parse(name) {
            Ok(id) => tracks.extend(track(reader, id, value, kinds)),
            Err(invalid) => {
                reader.mistake(key.span(), &format!("`{name}` is not {}", invalid.what), Some(invalid.rule))
            }
        }
    }
    shared_submissions(reader, table, &tracks);
    tracks
}

fn track(reader: &mut Reader<'_>, id: TrackId, value: &Value<'_>, kinds: &[RunKind]) -> Option<FileTrack> {
    let table = reader.table(value, &format!("[tracks.{id}]"))?;
    let keys = ["name", "store", "devices", "shares_submission_with", "review_days", "plans"];
    reader.only(table, &keys, &format!("in [tracks.{id}]"));
    let platform = PLATFORMS.iter().find(|(platform, ..)| *platform == id.as_str());
    let name = table.get("name").and_then(|name| reader.text(name, "the track's name, as in \"Wear OS\""));
    let store =
        table.get("store").and_then(|store| reader.text(store, "a store, as in \"app-store\" or \"play\""));
    let devices = table
        .get("devices")
        .map(|devices| reader.texts(devices, "devices, as in \"Pixel Watch 3 / Wear OS 5\""));
    let devices = devices.unwrap_or_default();
    for (index, (device, span)) in devices.iter().enumerate() {
        if devices.iter().take(index).any(|(earlier, _)| earlier == device) {
            reader.mistake(span.clone(), "this device is listed twice", None);
        }
    }
    let shares = table.get("shares_submission_with").and_then(|other| reader.id(other, TrackId::parse));
    let plans = table.get("plans").map(|plans| plan_files(reader, &id, plans, kinds)).unwrap_or_default();
    Some(FileTrack {
        description: TrackDescription {
            name: name.map(|(name, _)| name).unwrap_or_else(|| match platform {
                Some((_, name, _)) => (*name).to_owned(),
                None => id.to_string(),
            }),
            store: store
                .map(|(store, _)| store)
                .or_else(|| platform.and_then(|(_, _, store)| store.map(str::to_owned))),
            devices: devices.into_iter().map(|(device, _)| device).collect(),
            shares_submission_with: shares,
            id,
        },
        plans,
    })
}

/// The longest review that may be allowed for, in business days.
const LONGEST_REVIEW: i64 = 60;

/// Reads how many business days a store's review is allowed, for tracks that say.
pub(super) fn review_days(reader: &mut Reader<'_>, root: &DeTable<'_>) -> BTreeMap<TrackId, u32> {
    let tracks = root.get("tracks").and_then(|tracks| tracks.get_ref().as_table());
    let mut days = BTreeMap::new();
    for (key, track) in tracks.into_iter().flatten() {
        let value = track.get_ref().as_table().and_then(|track| track.get("review_days"));
        let (Some(value), Ok(id)) = (value, TrackId::parse(key.get_ref())) else { continue };
        match reader.whole(value, "a number of business days, as in `review_days = 2`") {
            Some(count) if count > LONGEST_REVIEW => {
                let label = format!("a review is allowed {LONGEST_REVIEW} business days at most");
                reader.mistake(value.span(), "this is longer than any review", Some(&label));
            }
            Some(count) => {
                days.insert(id, count.try_into().unwrap_or(0));
            }
            None => {}
        }
    }
    days
}

fn plan_files(
    reader: &mut Reader<'_>,
    track: &TrackId,
    value: &Value<'_>,
    kinds: &[RunKind],
) -> Vec<FilePlan> {
    let Some(table) = reader.table(value, &format!("[tracks.{track}.plans]")) else { return Vec::new() };
    let known: Vec<&str> = COMMON_KINDS.into_iter().chain(kinds.iter().map(RunKind::as_str)).collect();
    reader.only(table, &known, &format!("in [tracks.{track}.plans]"));
    let mut plans = Vec::new();
    for (key, value) in table {
        let Ok(kind) = RunKind::parse(key.get_ref()) else { continue };
        if let Some((path, span)) = reader.text(value, "the path of a plan file, one case a line") {
            plans.push(FilePlan { kind, path, span });
        }
    }
    plans
}

fn shared_submissions(reader: &mut Reader<'_>, table: &DeTable<'_>, tracks: &[FileTrack]) {
    for track in tracks {
        let Some(other) = &track.description.shares_submission_with else { continue };
        let id = &track.description.id;
        let Some(value) =
            table.get(id.as_str()).and_then(|track| track.get_ref().get("shares_submission_with"))
        else {
            continue;
        };
        let names = || tracks.iter().map(|track| track.description.id.as_str());
        if other == id {
            reader.mistake(value.span(), "a track cannot share its submission with itself", None);
        } else if !names().any(|name| name == other.as_str()) {
            let label = closest(other.as_str(), names()).map(|meant| format!("did you mean \"{meant}\"?"));
            reader.mistake(value.span(), &format!("no such track: {other}"), label.as_deref());
        } else if tracks
            .iter()
            .any(|track| track.description.id == *other && track.description.shares_submission_with.is_some())
        {
            let message = format!("{other} has no submission of its own to share");
            reader.mistake(value.span(), &message, Some("it shares another track's"));
        }
    }
}
