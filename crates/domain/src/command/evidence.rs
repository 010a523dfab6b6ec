//! Bringing evidence, and taking it back.
//!
//! Invariant: evidence always lands on a build that is known, on a track that is there.

use crate::build::Build;
use crate::command::apply::claimed_twice;
use crate::criteria::check::closest;
use crate::envelope::{ActorId, Position};
use crate::event::{BuildRegistered, DeviceAttested, Event, EvidenceWithdrawn, RunIngested, SummaryWritten};
use crate::id::{BuildNumber, Commit, RunKind, TrackId};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::track::Track;
use crate::voice::Provenance;
use crate::words;

/// Finds a live track, or says which there are.
pub fn track<'a>(release: &'a Release, id: &TrackId) -> Result<&'a Track, Refusal> {
    if let Some(track) = release.tracks.get(id).filter(|track| !track.retired) {
        return Ok(track);
    }
    let names: Vec<&str> = release.live_tracks().map(|track| track.description.id.as_str()).collect();
    let meant = closest(id.as_str(), names.iter().copied()).map(|meant| format!(" Did you mean {meant}?"));
    Err(Refusal::unknown(format!(
        "{} has no track {id}; it has {}.{}",
        release.id.name,
        if names.is_empty() { "none".to_owned() } else { names.join(", ") },
        meant.unwrap_or_default()
    )))
}

/// Refuses to write to a stream that holds what this version cannot read.
pub fn writable(release: &Release) -> Result<(), Refusal> {
    match &release.unrecognised {
        None => Ok(()),
        Some(unrecognised) => Err(Refusal::contradiction(format!(
            "{} was written by a newer Seaworthy ({unrecognised}) and can only be read here. Run that version, or a newer one.",
            release.id
        ))),
    }
}

/// Decides to register a build that evidence brings along; nothing to decide if it is on record.
///
/// # Errors
/// A build that nobody registered and whose commit did not come along, or one that was made from another commit.
pub(super) fn build(
    release: &Release,
    track: &Track,
    number: &BuildNumber,
    commit: Option<&Commit>,
) -> Result<Option<Event>, Refusal> {
    let version = release.description.version.clone();
    let claimed = |commit: &Commit| Build {
        version: version.clone(),
        number: number.clone(),
        commit: commit.clone(),
        revision: None,
        artifact: None,
    };
    match (track.builds.get(number), commit) {
        (Some(_), None) => Ok(None),
        (Some(known), Some(commit)) if Build::same_commit(&known.commit, commit) => Ok(None),
        (Some(known), Some(commit)) => {
            let sentence = claimed_twice(&track.description.name, number, known, &claimed(commit));
            Err(Refusal::contradiction(format!(
                "{}. Give the new build a number of its own.",
                words::capital(&sentence)
            )))
        }
        (None, Some(commit)) => Ok(Some(Event::BuildRegistered(BuildRegistered {
            track: track.description.id.clone(),
            build: claimed(commit),
        }))),
        (None, None) => {
            let known: Vec<&str> = track.builds.keys().map(BuildNumber::as_str).collect();
            let known = if known.is_empty() {
                "no build yet".to_owned()
            } else {
                format!("builds {}", known.join(", "))
            };
            Err(Refusal::unknown(format!(
                "{} has no build {number} in {}; it has {known}. Add the build to the file and apply it, or name \
                 its commit with --commit.",
                track.description.name, release.id.name
            )))
        }
    }
}

/// Checks that a kind of run is one that this product has.
pub fn kind(release: &Release, kind: &RunKind) -> Result<(), Refusal> {
    let kinds = release.kinds();
    if kinds.contains(kind) {
        return Ok(());
    }
    let names: Vec<&str> = kinds.iter().map(RunKind::as_str).collect();
    let meant = closest(kind.as_str(), names.iter().copied()).map(|meant| format!(" Did you mean {meant}?"));
    Err(Refusal::unknown(format!(
        "There is no kind of run {kind}; there is {}.{} More are named in `kinds` under [product].",
        names.join(", "),
        meant.unwrap_or_default()
    )))
}

/// Checks that a device is one that the track is validated on.
pub fn device(track: &Track, device: &str) -> Result<(), Refusal> {
    let devices = &track.description.devices;
    if devices.iter().any(|listed| listed == device) {
        return Ok(());
    }
    let name = &track.description.name;
    if devices.is_empty() {
        let id = &track.description.id;
        return Err(Refusal::unknown(format!(
            "No devices are listed for {name}. Name them in the file: [tracks.{id}] devices = [\"{device}\"]."
        )));
    }
    let meant =
        closest(device, devices.iter().map(String::as_str)).map(|meant| format!(" Did you mean {meant}?"));
    Err(Refusal::unknown(format!(
        "{name} is not validated on {device}; it is on {}.{}",
        devices.join(", "),
        meant.unwrap_or_default()
    )))
}

/// Decides an ingest whose reports are already stored.
pub fn ingest(release: &Release, run: RunIngested, commit: Option<&Commit>) -> Result<Vec<Event>, Refusal> {
    writable(release)?;
    let track = track(release, &run.track)?;
    kind(release, &run.kind)?;
    if let Some(name) = &run.device {
        device(track, name)?;
    }
    let registered = build(release, track, &run.build, commit)?;
    Ok(registered.into_iter().chain([Event::RunIngested(Box::new(run))]).collect())
}

/// The longest words for where somebody's word was given, in characters.
const LONGEST_SOURCE: usize = 300;

/// Checks that what is recorded on somebody's behalf says where they said it.
pub(crate) fn sourced(provenance: &Provenance) -> Result<(), Refusal> {
    let Some(behalf) = &provenance.behalf else { return Ok(()) };
    let length = behalf.source.trim().chars().count();
    if (1..=LONGEST_SOURCE).contains(&length) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "Say in at most {LONGEST_SOURCE} characters where the word was given: “message in #release, 24 Nov 14:05”, a \
         link, “phone call”."
    )))
}

/// How many photos show a check by hand.
pub const MOST_PHOTOS: usize = 6;

/// Decides a check by hand.
pub fn attest(
    release: &Release,
    attested: DeviceAttested,
    commit: Option<&Commit>,
) -> Result<Vec<Event>, Refusal> {
    writable(release)?;
    sourced(&attested.provenance)?;
    if attested.photos.len() > MOST_PHOTOS {
        return Err(Refusal::invalid(format!(
            "A check by hand shows at most {MOST_PHOTOS} photos. Leave out those that show nothing more."
        )));
    }
    let track = track(release, &attested.track)?;
    device(track, &attested.device)?;
    let registered = build(release, track, &attested.build, commit)?;
    Ok(registered.into_iter().chain([Event::DeviceAttested(attested)]).collect())
}

/// Decides a test summary whose text is already stored.
pub fn summarize(
    release: &Release,
    written: SummaryWritten,
    commit: Option<&Commit>,
) -> Result<Vec<Event>, Refusal> {
    writable(release)?;
    if written.words == 0 {
        return Err(Refusal::invalid("The summary is empty. Write at least a sentence."));
    }
    sourced(&written.provenance)?;
    let track = track(release, &written.track)?;
    let registered = build(release, track, &written.build, commit)?;
    Ok(registered.into_iter().chain([Event::SummaryWritten(written)]).collect())
}

/// Decides a withdrawal; nothing to decide if the same person withdrew it for the same reason already.
pub fn withdraw(
    release: &Release,
    evidence: Position,
    reason: &str,
    by: &ActorId,
) -> Result<Option<Event>, Refusal> {
    writable(release)?;
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("A withdrawal needs a reason: what was wrong with the evidence?"));
    }
    let found = release.brought().find(|brought| brought.position == evidence);
    match found.map(|brought| brought.withdrawn) {
        None => Err(Refusal::unknown(format!(
            "{} has no evidence {evidence}. `seaworthy evidence list` shows what there is.",
            release.id
        ))),
        Some(Some(withdrawal)) if withdrawal.by == *by && withdrawal.reason == reason.trim() => Ok(None),
        Some(Some(withdrawal)) => Err(Refusal::contradiction(format!(
            "Evidence {evidence} is withdrawn already: {}.",
            withdrawal.reason
        ))),
        Some(None) => {
            let reason = reason.trim().to_owned();
            Ok(Some(Event::EvidenceWithdrawn(EvidenceWithdrawn { evidence, reason })))
        }
    }
}

/// Checks that an event may be redacted. Only evidence and asks hold what people wrote of people; the rest holds a release
/// together, and without it nothing could be read.
pub fn redact(kind: &str, position: Position, reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("A redaction needs a reason: why must this be forgotten?"));
    }
    const OF_PEOPLE: [&str; 12] = [
        "run_ingested",
        "device_attested",
        "summary_written",
        "asked",
        "ask_declined",
        "signed_off",
        "assessed",
        "defect_reported",
        "defect_translated",
        "exposure_told",
        "risk_noted",
        "blocker_updated",
    ];
    if OF_PEOPLE.contains(&kind) {
        return Ok(());
    }
    Err(Refusal::contradiction(format!(
        "Event {position} is a {kind}, which holds a release together. Only what people wrote of what they saw or were \
         asked can be redacted: runs, checks by hand, summaries, sign-offs, assessments, asks, defects, risks and \
         updates of blockers."
    )))
}
