//! Reporting defects, telling what they are for users and where they are, and taking them out of a release.
//!
//! Invariant: what a file or a tracker owns is changed there and nowhere else; what is ours no report touches.

use super::described::{addressable, areas, each_once, line, next_key, reason, title, tracks, url};
use super::evidence::{sourced, track, writable};
use super::{LONGEST_TEXT, Settled, perhaps, said};
use crate::change::TakenOut;
use crate::criteria::check::closest;
use crate::defect::{Defect, DefectReport, Exposure, OnBuild, Source};
use crate::envelope::ActorId;
use crate::event::{DefectDeferred, DefectReported, DefectTranslated, DefectWithdrawn, Event, ExposureTold};
use crate::exposure::{Exposed, LONGEST_CHAIN, Sight, of, original};
use crate::id::{BuildNumber, DefectKey, TrackId};
use crate::impact::Impact;
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::words;

/// What our own keys begin with: "D-7".
const OURS: &str = "D-";

/// Finds a defect.
///
/// # Errors
/// One that the release does not have.
pub fn find<'a>(release: &'a Release, key: &DefectKey) -> Result<&'a Defect, Refusal> {
    if let Some(defect) = release.defects.get(key) {
        return Ok(defect);
    }
    let meant = closest(key.as_str(), release.defects.keys().map(DefectKey::as_str));
    let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
    Err(Refusal::unknown(format!(
        "{} has no defect {key}.{meant} `seaworthy defect list` shows what there is.",
        release.id
    )))
}

/// Finds a defect that belongs to the release.
fn live<'a>(release: &'a Release, key: &DefectKey) -> Result<&'a Defect, Refusal> {
    writable(release)?;
    let defect = find(release, key)?;
    match &defect.withdrawn {
        None => Ok(defect),
        Some(withdrawn) => Err(gone(release, key, withdrawn)),
    }
}

fn gone(release: &Release, key: &DefectKey, withdrawn: &TakenOut) -> Refusal {
    Refusal::contradiction(format!(
        "{key} does not belong to {}: {}. Take it back first, if it does after all.",
        release.id.name,
        withdrawn.reason.trim_end_matches('.')
    ))
}

/// Decides what a file, a tracker or a person reports of a defect; without a key it gets the next of ours. What is on
/// record already gives no event, and so does a file's report of a defect that was taken out of the release.
///
/// # Errors
/// What does not fit the release, and a change by hand of what a file owns.
pub fn report(
    release: &Release,
    key: Option<DefectKey>,
    report: DefectReport,
    source: Source,
    why: Option<&str>,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let before = key.as_ref().and_then(|key| release.defects.get(key)).map(AsRef::as_ref);
    let report = fitting(release, key.as_ref(), report, before)?;
    let why = perhaps("The reason", why, LONGEST_TEXT)?;
    let Some(before) = before else {
        let key = match key {
            Some(key) => {
                addressable(key.as_str())?;
                key
            }
            None => match said_before(release, &report, by) {
                Some(said) => return Ok(Settled::Already(said.reported)),
                None => free_key(release)?,
            },
        };
        return Ok(reported(key, report, source, why));
    };
    let key = before.key.clone();
    let same = before.report == report;
    match (&source, &before.source, &before.withdrawn) {
        (Source::File { .. }, _, Some(_)) => Ok(Settled::Already(before.reported)),
        (Source::Hand, _, Some(withdrawn)) => Err(gone(release, &key, withdrawn)),
        _ if same => Ok(Settled::Already(before.reported)),
        (Source::Hand, Source::File { name }, _) => Err(Refusal::contradiction(format!(
            "{key} comes from {name}: change it there and import again; impact, exposure and deferral are yours here."
        ))),
        (Source::Hand, Source::Hand, _) if why.is_none() => Err(Refusal::invalid(format!(
            "{} is on record already. To correct it, say in a few words why; if this is another defect, give it \
             another key, or none.",
            before.label()
        ))),
        _ => Ok(reported(key, report, source, why)),
    }
}

fn reported(defect: DefectKey, report: DefectReport, source: Source, reason: Option<String>) -> Settled {
    Event::DefectReported(Box::new(DefectReported { defect, report, source, reason })).into()
}

/// Finds what the same person reported by hand in the same words: a request that was sent twice.
fn said_before<'a>(release: &'a Release, report: &DefectReport, by: &ActorId) -> Option<&'a Defect> {
    let same = |defect: &&Defect| {
        defect.by == *by
            && defect.source == Source::Hand
            && defect.withdrawn.is_none()
            && defect.key.as_str().starts_with(OURS)
            && defect.report == *report
    };
    release.defects.values().map(AsRef::as_ref).find(same)
}

fn free_key(release: &Release) -> Result<DefectKey, Refusal> {
    let key = next_key(release.defects.keys().map(DefectKey::as_str), OURS);
    DefectKey::parse(&key).map_err(|error| Refusal::invalid(format!("{error}.")))
}

/// Returns a report without spaces and repetitions, if it fits the release.
fn fitting(
    release: &Release,
    key: Option<&DefectKey>,
    report: DefectReport,
    before: Option<&Defect>,
) -> Result<DefectReport, Refusal> {
    let ask = "Give the defect a title: what goes wrong, in one line.";
    let known = before.map(|before| &before.report);
    let no_tracks = Vec::new();
    let fits = DefectReport {
        title: title(&report.title, ask)?,
        severity: report.severity,
        priority: report.priority,
        state: report.state,
        status: line("The tracker’s status", report.status.as_deref())?,
        tracks: tracks(release, report.tracks, known.map_or(&no_tracks, |known| &known.tracks))?,
        areas: areas(report.areas)?,
        found_in: each_once("builds", report.found_in)?,
        fixed_in: each_once("builds", report.fixed_in)?,
        regression_of: line("What it is a regression of", report.regression_of.as_deref())?,
        duplicate_of: report.duplicate_of,
        url: url(report.url.as_deref())?,
    };
    for on in fits.found_in.iter().chain(&fits.fixed_in) {
        let was = known.is_some_and(|known| known.found_in.contains(on) || known.fixed_in.contains(on));
        if !was {
            registered(release, on)?;
        }
    }
    let twice = fits
        .fixed_in
        .iter()
        .enumerate()
        .find(|(index, on)| fits.fixed_in.iter().take(*index).any(|earlier| earlier.track == on.track));
    if let Some((_, on)) = twice {
        return Err(Refusal::invalid(format!(
            "It is mended in two builds of {}. Name the first that has it mended.",
            on.track
        )));
    }
    if let (Some(key), Some(of)) = (key, &fits.duplicate_of) {
        no_circle(release, key, of)?;
    }
    Ok(fits)
}

/// Checks that a build is registered on its track. An import asks this of each, and leaves out what is not.
///
/// # Errors
/// A track or a build that is not there; the refusal says how it is registered.
pub fn registered(release: &Release, on: &OnBuild) -> Result<(), Refusal> {
    let track = track(release, &on.track)?;
    if track.builds.contains_key(&on.build) {
        return Ok(());
    }
    let known: Vec<&str> = track.builds.keys().map(BuildNumber::as_str).collect();
    let known = match known.as_slice() {
        [] => "no build yet".to_owned(),
        [one] => format!("build {one}"),
        several => format!("builds {}", words::joined(several, 12, "and")),
    };
    Err(Refusal::unknown(format!(
        "{} has no build {} in {}; it has {known}. Add the build to the file and apply it.",
        track.description.name, on.build, release.id.name
    )))
}

/// Checks that a defect is no duplicate of itself, by however many steps.
fn no_circle(release: &Release, key: &DefectKey, of: &DefectKey) -> Result<(), Refusal> {
    if of == key {
        return Err(Refusal::invalid(format!("{key} cannot be a duplicate of itself. Name the original.")));
    }
    let mut passed = vec![of];
    while let Some(next) = passed
        .last()
        .and_then(|last| release.defects.get(*last))
        .and_then(|defect| defect.report.duplicate_of.as_ref())
    {
        if next == key {
            return Err(Refusal::contradiction(format!(
                "{of} counts as a duplicate of {key} already. Say of one of them alone that it is the duplicate."
            )));
        }
        if passed.contains(&next) {
            break;
        }
        passed.push(next);
        if passed.len() > LONGEST_CHAIN {
            return Err(Refusal::invalid(format!(
                "{of} is a duplicate of a duplicate, and so on more than {LONGEST_CHAIN} times. Name the original \
                 itself."
            )));
        }
    }
    Ok(())
}

/// Decides what a defect is for users.
///
/// # Errors
/// A slot that is empty.
pub fn translate(release: &Release, key: &DefectKey, impact: Impact) -> Result<Settled, Refusal> {
    let defect = live(release, key)?;
    let slot = |what: &str, text: &str, ask: &str| said(what, text, LONGEST_TEXT, ask);
    let impact = Impact {
        experience: slot(
            "What users experience",
            &impact.experience,
            "Say what users experience: “runners see their last route instead of the new one”.",
        )?,
        reach: impact.reach,
        often: impact.often,
        frequency: slot(
            "What its frequency is known by",
            &impact.frequency,
            "Say what reach and frequency are known by: a count as “4 of 212 syncs in the beta”, or when it will be \
             measured.",
        )?,
        circumstances: slot(
            "The circumstances",
            &impact.circumstances,
            "Say in which circumstances: “after a run without a phone nearby, on Wear OS 5”.",
        )?,
        workaround: perhaps("The workaround", impact.workaround.as_deref(), LONGEST_TEXT)?,
    };
    match &defect.impact {
        Some(told) if told.impact == impact => Ok(Settled::Already(told.position)),
        _ => Ok(Event::DefectTranslated(DefectTranslated { defect: key.clone(), impact }).into()),
    }
}

/// Decides what somebody says of whether a track has a defect.
///
/// # Errors
/// A word against what the report has seen, or against an earlier word without what shows it.
pub fn expose(
    release: &Release,
    key: &DefectKey,
    on: &TrackId,
    exposure: Exposure,
    note: Option<&str>,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    let defect = live(release, key)?;
    let provenance = speaker.provenance();
    sourced(&provenance)?;
    let name = &track(release, on)?.description.name;
    let note = perhaps("The note", note, LONGEST_TEXT)?;
    let before = defect.answers.get(on);
    if before.is_none()
        && let Some(original) = original(release, defect)
    {
        return Err(Refusal::contradiction(format!(
            "{key} is a duplicate and counts as {}: say it of that one.",
            original.label()
        )));
    }
    if exposure != Exposure::Affected {
        unseen(release, defect, on, name)?;
    }
    if let Some(before) = before {
        if before.exposure == exposure
            && before.note == note
            && before.by == speaker.actor
            && before.behalf == provenance.behalf
        {
            return Ok(Settled::Already(before.position));
        }
        if before.exposure == Exposure::Affected && exposure != Exposure::Affected && note.is_none() {
            return Err(Refusal::invalid(format!(
                "{name} was said to be affected by {key}. Say in the note what shows that this is not so."
            )));
        }
    }
    let told = ExposureTold { defect: key.clone(), track: on.clone(), exposure, note, provenance };
    Ok(Event::ExposureTold(told).into())
}

/// Checks that neither the report nor a duplicate has seen a defect on a track.
fn unseen(release: &Release, defect: &Defect, on: &TrackId, name: &str) -> Result<(), Refusal> {
    let key = &defect.key;
    let (says, how) = match (of(release, defect, on), &defect.source) {
        (Exposed::Seen(Sight::Report | Sight::FoundIn(_)), Source::File { name: file }) => {
            ("the report".to_owned(), format!("take {on} out of it in {file} and import again"))
        }
        (Exposed::Seen(Sight::Report | Sight::FoundIn(_)), Source::Hand) => {
            ("the report".to_owned(), format!("correct the report, and take {on} out of it"))
        }
        (Exposed::Seen(Sight::Duplicate(duplicate)), _) => {
            let duplicate = &duplicate.key;
            (format!("its duplicate {duplicate}"), format!("correct what {duplicate} says of {on}"))
        }
        _ => return Ok(()),
    };
    Err(Refusal::contradiction(format!("{key} was seen on {name}, says {says}. If it was not, {how}.")))
}

/// Decides that a defect is for another release.
pub fn defer(
    release: &Release,
    key: &DefectKey,
    to: &str,
    why: &str,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    let defect = live(release, key)?;
    let ask = "Say for which release it is: “4.3.0”, or “2027.01”.";
    let to = said("The release", to, super::LONGEST_LINE, ask)?;
    let reason = reason(why, "Say in a few words why it can wait: whoever meets it will ask.")?;
    match &defect.deferral {
        Some(deferral) if deferral.to == to && deferral.reason == reason && deferral.by == *by => {
            Ok(Settled::Already(deferral.position))
        }
        _ => {
            let deferred = DefectDeferred { defect: key.clone(), to: Some(to), reason };
            Ok(Event::DefectDeferred(deferred).into())
        }
    }
}

/// Decides that a deferred defect is for this release after all.
pub fn take_back(release: &Release, key: &DefectKey, why: &str) -> Result<Settled, Refusal> {
    let defect = live(release, key)?;
    let reason = reason(why, "Say in a few words why it is for this release after all.")?;
    if defect.deferral.is_none() {
        return Err(Refusal::contradiction(format!("{key} is not deferred: it is for this release.")));
    }
    Ok(Event::DefectDeferred(DefectDeferred { defect: key.clone(), to: None, reason }).into())
}

/// Decides that a defect does not belong to the release.
pub fn withdraw(release: &Release, key: &DefectKey, why: &str, by: &ActorId) -> Result<Settled, Refusal> {
    writable(release)?;
    let defect = find(release, key)?;
    let reason = reason(why, "Say in a few words why it does not belong to this release.")?;
    match &defect.withdrawn {
        Some(before) if before.by == *by && before.reason == reason => Ok(Settled::Already(before.position)),
        Some(before) => Err(gone(release, key, before)),
        None => Ok(Event::DefectWithdrawn(DefectWithdrawn { defect: key.clone(), reason }).into()),
    }
}

/// Decides that a defect that was taken out belongs to the release after all: it counts as it was reported last.
pub fn put_back(release: &Release, key: &DefectKey, why: &str) -> Result<Settled, Refusal> {
    writable(release)?;
    let defect = find(release, key)?;
    let reason = reason(why, "Say in a few words why it belongs to this release after all.")?;
    if defect.withdrawn.is_none() {
        return Err(Refusal::contradiction(format!("{key} belongs to {} already.", release.id.name)));
    }
    Ok(reported(key.clone(), defect.report.clone(), defect.source.clone(), Some(reason)))
}
