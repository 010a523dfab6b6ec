//! Putting evidence where it belongs.
//!
//! Invariant: what is put elsewhere stays where it was, marked; a word that somebody gave is never moved for them.

use super::evidence::{build, device, kind, track, writable};
use super::{LONGEST_TEXT, Settled, said};
use crate::envelope::{ActorId, Position};
use crate::event::{Event, EvidenceCorrected};
use crate::evidence::Withdrawal;
use crate::id::{BuildNumber, Commit, RunKind, TrackId};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::track::Track;

/// Where evidence belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub track: &'a TrackId,
    pub build: &'a BuildNumber,
    /// Registers the build, where it is not yet known.
    pub commit: Option<&'a Commit>,
}

/// What would move.
struct Piece<'a> {
    track: &'a Track,
    build: &'a BuildNumber,
    kind: Option<&'a RunKind>,
    device: Option<&'a str>,
    withdrawn: Option<&'a Withdrawal>,
}

/// Decides to put a run, a check by hand or a summary on the track and build that it is of.
///
/// # Errors
/// What is no such evidence, was withdrawn, is there already, or cannot be of that track: a device that is not listed there.
pub fn correct(
    release: &Release,
    evidence: Position,
    place: Place<'_>,
    reason: &str,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let piece = piece(release, evidence)?;
    let to = track(release, place.track)?;
    let reason = said(
        "The reason",
        reason,
        LONGEST_TEXT,
        "Say in a few words how it came to be recorded in the wrong place.",
    )?;
    if let Some(withdrawal) = piece.withdrawn {
        return moved(release, evidence, place, withdrawal, &reason, by);
    }
    if piece.track.description.id == *place.track && piece.build == place.build {
        return Err(Refusal::contradiction(format!(
            "Evidence {evidence} is on {} {} already. Name the track or the build that it is really of.",
            to.description.name,
            to.build_label(place.build)
        )));
    }
    if let Some(of) = piece.kind {
        kind(release, of)?;
    }
    if let Some(name) = piece.device {
        device(to, name)?;
    }
    let registered = build(release, to, place.build, place.commit)?;
    let corrected =
        EvidenceCorrected { evidence, track: place.track.clone(), build: place.build.clone(), reason };
    Ok(Settled::New(registered.into_iter().chain([Event::EvidenceCorrected(corrected)]).collect()))
}

/// Tells whether it was put there already, by the same person for the same reason.
fn moved(
    release: &Release,
    evidence: Position,
    place: Place<'_>,
    withdrawal: &Withdrawal,
    reason: &str,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    let there = release.in_place_of(evidence);
    let same = |(track, position): &(&Track, Position)| {
        track.description.id == *place.track
            && track.evidence_build(*position) == Some(place.build)
            && withdrawal.by == *by
            && withdrawal.reason.ends_with(&format!(": {reason}"))
    };
    match there {
        Some((_, position)) if there.as_ref().is_some_and(same) => Ok(Settled::Already(position)),
        Some((track, position)) => Err(Refusal::contradiction(format!(
            "Evidence {evidence} was put on {} already, as evidence {position}. Correct that one.",
            track.description.name
        ))),
        None => Err(Refusal::contradiction(format!(
            "Evidence {evidence} is withdrawn: {}. Bring it anew where it belongs.",
            withdrawal.reason
        ))),
    }
}

fn piece(release: &Release, evidence: Position) -> Result<Piece<'_>, Refusal> {
    let found = release.tracks.values().find_map(|track| {
        let runs = track.ingests.iter().map(|of| {
            let (kind, device) = (Some(&of.ingested.kind), of.ingested.device.as_deref());
            (
                of.position,
                Piece { track, build: &of.ingested.build, kind, device, withdrawn: of.withdrawn.as_ref() },
            )
        });
        let checks = track.attestations.iter().map(|of| {
            let device = Some(of.device.as_str());
            (
                of.position,
                Piece { track, build: &of.build, kind: None, device, withdrawn: of.withdrawn.as_ref() },
            )
        });
        let summaries = track.summaries.iter().map(|of| {
            (
                of.position,
                Piece { track, build: &of.build, kind: None, device: None, withdrawn: of.withdrawn.as_ref() },
            )
        });
        runs.chain(checks).chain(summaries).find(|(at, _)| *at == evidence).map(|(_, piece)| piece)
    });
    found.ok_or_else(|| match release.brought_by(evidence) {
        Some(_) => Refusal::invalid(format!(
            "{evidence} is a word that somebody gave, which only they can give elsewhere. Withdraw it, and have them give it \
             where it belongs."
        )),
        None => Refusal::unknown(format!(
            "{} has no evidence {evidence}. `seaworthy evidence list` shows what there is.",
            release.id
        )),
    })
}
