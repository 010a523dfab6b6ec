//! Changes that a release carries: describing them, saying that they are done, taking them out and putting them back.
//!
//! Invariant: whether a change is done is said by those who speak for a function, and never by a file.

use super::described::{addressable, areas, next_key, reason, title, tracks, url};
use super::evidence::{sourced, writable};
use super::{LONGEST_TEXT, Settled, perhaps};
use crate::change::{Change, ChangeDescription, DONE_BY};
use crate::criteria::check::closest;
use crate::criterion::Function;
use crate::defect::Source;
use crate::envelope::ActorId;
use crate::event::{ChangeDescribed, ChangePutBack, ChangeSaid, ChangeTakenOut, Event};
use crate::id::ChangeKey;
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;

/// What our own keys begin with: "C-7".
const OURS: &str = "C-";

/// Finds a change.
///
/// # Errors
/// One that the release does not have.
pub fn find<'a>(release: &'a Release, key: &ChangeKey) -> Result<&'a Change, Refusal> {
    if let Some(change) = release.changes.get(key) {
        return Ok(change);
    }
    let meant = closest(key.as_str(), release.changes.keys().map(ChangeKey::as_str));
    let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
    Err(Refusal::unknown(format!(
        "{} has no change {key}.{meant} `seaworthy change list` shows what there is.",
        release.id
    )))
}

/// Decides what a file, a tracker or a person says a change is; without a key it gets the next of ours. What is on
/// record already gives no event.
///
/// # Errors
/// What does not fit the release, and a change by hand of what a file owns.
pub fn describe(
    release: &Release,
    key: Option<ChangeKey>,
    description: ChangeDescription,
    source: Source,
    why: Option<&str>,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let before = key.as_ref().and_then(|key| release.changes.get(key)).map(AsRef::as_ref);
    let known = before.map(|before| before.description.tracks.as_slice()).unwrap_or_default();
    let description = ChangeDescription {
        title: title(&description.title, "Give the change a title: what it brings, in one line.")?,
        intent: perhaps("What it is for", description.intent.as_deref(), LONGEST_TEXT)?,
        priority: description.priority,
        areas: areas(description.areas)?,
        tracks: tracks(release, description.tracks, known)?,
        url: url(description.url.as_deref())?,
    };
    let why = perhaps("The reason", why, LONGEST_TEXT)?;
    let Some(before) = before else {
        let key = match key {
            Some(key) => {
                addressable(key.as_str())?;
                key
            }
            None => match said_before(release, &description, by) {
                Some(said) => return Ok(Settled::Already(said.described)),
                None => free_key(release)?,
            },
        };
        return Ok(described(key, description, source, why));
    };
    if before.description == description {
        return Ok(Settled::Already(before.described));
    }
    let key = before.key.clone();
    match (&source, &before.source) {
        (Source::Hand, Source::File { name }) => Err(Refusal::contradiction(format!(
            "{key} comes from {name}: change it there and import again; whether it is done, and whether it is in, is \
             said here."
        ))),
        (Source::Hand, Source::Hand) if why.is_none() => Err(Refusal::invalid(format!(
            "{} is on record already. To correct it, say in a few words why; if this is another change, give it \
             another key, or none.",
            before.label()
        ))),
        _ => Ok(described(key, description, source, why)),
    }
}

fn described(
    change: ChangeKey,
    description: ChangeDescription,
    source: Source,
    reason: Option<String>,
) -> Settled {
    Event::ChangeDescribed(ChangeDescribed { change, description, source, reason }).into()
}

/// Finds what the same person described by hand in the same words: a request that was sent twice.
fn said_before<'a>(
    release: &'a Release,
    description: &ChangeDescription,
    by: &ActorId,
) -> Option<&'a Change> {
    let same = |change: &&Change| {
        change.by == *by
            && change.source == Source::Hand
            && change.key.as_str().starts_with(OURS)
            && change.description == *description
    };
    release.changes.values().map(AsRef::as_ref).find(same)
}

fn free_key(release: &Release) -> Result<ChangeKey, Refusal> {
    let key = next_key(release.changes.keys().map(ChangeKey::as_str), OURS);
    ChangeKey::parse(&key).map_err(|error| Refusal::invalid(format!("{error}.")))
}

/// Decides that a function says that a change is done, or that it is not after all.
///
/// # Errors
/// A function that is not asked, or for which the speaker does not speak.
pub fn say(
    release: &Release,
    key: &ChangeKey,
    function: Function,
    done: bool,
    notes: Option<&str>,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let change = find(release, key)?;
    if !DONE_BY.contains(&function) {
        return Err(Refusal::invalid(format!(
            "A change is done when engineering, qa and product say so; {} is not asked.",
            function.as_str()
        )));
    }
    speaker.speaks_for(function)?;
    let provenance = speaker.provenance();
    sourced(&provenance)?;
    if let Some(taken_out) = &change.taken_out {
        return Err(Refusal::contradiction(format!(
            "{key} was taken out of {}: {}. Put it back first.",
            release.id.name,
            taken_out.reason.trim_end_matches('.')
        )));
    }
    let notes = perhaps("The note", notes, LONGEST_TEXT)?;
    match change.said.get(&function) {
        Some(said)
            if said.done == done
                && said.notes == notes
                && said.by == speaker.actor
                && said.behalf == provenance.behalf =>
        {
            return Ok(Settled::Already(said.position));
        }
        None if !done => {
            return Err(Refusal::contradiction(format!(
                "Nobody has said for {} that {key} is done, so it is not.",
                function.as_str()
            )));
        }
        _ if !done && notes.is_none() => {
            return Err(Refusal::invalid("Say in a few words what is missing, so that somebody can do it."));
        }
        _ => {}
    }
    Ok(Event::ChangeSaid(ChangeSaid { change: key.clone(), function, done, notes, provenance }).into())
}

/// Decides that the release no longer carries a change.
pub fn take_out(release: &Release, key: &ChangeKey, why: &str, by: &ActorId) -> Result<Settled, Refusal> {
    writable(release)?;
    let change = find(release, key)?;
    let reason = reason(why, "Say in a few words why it is taken out: whoever waits for it will ask.")?;
    match &change.taken_out {
        Some(before) if before.by == *by && before.reason == reason => Ok(Settled::Already(before.position)),
        Some(before) => Err(Refusal::contradiction(format!(
            "{key} is out of {} already: {}.",
            release.id.name,
            before.reason.trim_end_matches('.')
        ))),
        None => Ok(Event::ChangeTakenOut(ChangeTakenOut { change: key.clone(), reason }).into()),
    }
}

/// Decides that the release carries a change again.
pub fn put_back(release: &Release, key: &ChangeKey, why: &str) -> Result<Settled, Refusal> {
    writable(release)?;
    let change = find(release, key)?;
    let reason = reason(why, "Say in a few words why it is in again.")?;
    if change.taken_out.is_none() {
        return Err(Refusal::contradiction(format!("{key} is in {} already.", release.id.name)));
    }
    Ok(Event::ChangePutBack(ChangePutBack { change: key.clone(), reason }).into())
}
