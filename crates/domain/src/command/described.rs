//! What descriptions of defects, changes and risks have in common: tracks, areas, addresses, reasons.
//!
//! Invariant: what is kept is as it was written but for the spaces around it and for what was said twice.

use super::evidence::track;
use super::{LONGEST_LINE, LONGEST_TEXT, perhaps, said, text};
use crate::id::TrackId;
use crate::refusal::Refusal;
use crate::release::Release;

/// How many areas, tracks or builds one thing may name.
const MOST: usize = 100;
/// The longest address of a page, in characters.
const LONGEST_URL: usize = 2_000;

/// Returns tracks that are live, or that were on record for the same thing before.
///
/// # Errors
/// One that the release does not have; the refusal says which it has.
pub(super) fn tracks(
    release: &Release,
    tracks: Vec<TrackId>,
    before: &[TrackId],
) -> Result<Vec<TrackId>, Refusal> {
    for id in &tracks {
        if !before.contains(id) {
            track(release, id)?;
        }
    }
    each_once("tracks", tracks)
}

/// Returns the areas without what is empty or said twice.
pub(super) fn areas(areas: Vec<String>) -> Result<Vec<String>, Refusal> {
    let mut kept = Vec::with_capacity(areas.len());
    for area in areas {
        kept.push(text("The name of an area", &area, LONGEST_LINE)?);
    }
    kept.retain(|area| !area.is_empty());
    each_once("areas", kept)
}

/// Returns things in their order, each once.
pub(super) fn each_once<T: PartialEq>(what: &str, things: Vec<T>) -> Result<Vec<T>, Refusal> {
    if things.len() > MOST {
        return Err(Refusal::invalid(format!("It names more than {MOST} {what}. Name fewer.")));
    }
    let mut once = Vec::with_capacity(things.len());
    for thing in things {
        if !once.contains(&thing) {
            once.push(thing);
        }
    }
    Ok(once)
}

/// Returns the address of a page on the web.
///
/// # Errors
/// One that a browser would not open as a page: links are made of it.
pub(super) fn url(url: Option<&str>) -> Result<Option<String>, Refusal> {
    let url = perhaps("The address", url, LONGEST_URL)?;
    let opens = |url: &String| {
        let rest = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme));
        rest.is_some_and(|rest| !rest.is_empty())
            && !url.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    match url {
        Some(url) if !opens(&url) => Err(Refusal::invalid(format!(
            "{} is no address of a page. Write it as https://tracker.example/TW-2304, or leave it out.",
            url.chars().take(80).collect::<String>()
        ))),
        url => Ok(url),
    }
}

/// Returns a title.
pub(super) fn title(title: &str, ask: &str) -> Result<String, Refusal> {
    said("The title", title, LONGEST_LINE, ask)
}

/// Returns a line that may be left out.
pub(super) fn line(what: &str, line: Option<&str>) -> Result<Option<String>, Refusal> {
    perhaps(what, line, LONGEST_LINE)
}

/// Returns a reason, which must be given.
pub(super) fn reason(reason: &str, ask: &str) -> Result<String, Refusal> {
    said("The reason", reason, LONGEST_TEXT, ask)
}

/// Checks that a key can stand in the address of a page.
pub(super) fn addressable(key: &str) -> Result<(), Refusal> {
    if key.bytes().all(|byte| byte == b'.') {
        return Err(Refusal::invalid(format!(
            "{key} is no key that a page could be found by. Choose another."
        )));
    }
    Ok(())
}

/// Returns the key after the last of ours: D-7 for D-2, D-6 and TW-2304 with "D-".
pub(super) fn next_key<'a>(keys: impl Iterator<Item = &'a str> + Clone, prefix: &str) -> String {
    let numbers = keys.clone().filter_map(|key| key.strip_prefix(prefix)?.parse::<u32>().ok());
    let mut number = numbers.max().map_or(1, |last| u64::from(last) + 1);
    loop {
        let key = format!("{prefix}{number}");
        // Somebody may have given a key with a greater number than are counted here.
        if !keys.clone().any(|known| known == key) {
            return key;
        }
        number += 1;
    }
}
