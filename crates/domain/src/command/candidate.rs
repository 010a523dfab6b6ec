//! Nominating a candidate, and carrying evidence forward to it.
//!
//! Invariant: a candidate is a build on record, and it takes the place of another only with a reason.

use std::cmp::Ordering;

use super::evidence::{build, track, writable};
use super::{LONGEST_TEXT, Settled, perhaps, said};
use crate::carry::Carry;
use crate::envelope::{ActorId, Position};
use crate::event::{CandidateNominated, Event, EvidenceCarried};
use crate::exposure::order;
use crate::id::{BuildNumber, Commit, TrackId};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::track::Track;

/// Decides to nominate a build; one that is not known is registered, if its commit comes along.
///
/// # Errors
/// A build that nobody knows, and taking the place of another candidate without a reason.
pub fn nominate(
    release: &Release,
    track_id: &TrackId,
    number: &BuildNumber,
    commit: Option<&Commit>,
    reason: Option<&str>,
) -> Result<Settled, Refusal> {
    let registered = nominable(release, track_id, number, commit)?;
    let track = track(release, track_id)?;
    let reason = perhaps("The reason", reason, LONGEST_TEXT)?;
    if let Some(candidate) = &track.candidate {
        if candidate.build == *number {
            return Ok(Settled::Already(candidate.position));
        }
        if reason.is_none() {
            return Err(Refusal::invalid(format!(
                "Say in a few words why {} takes the place of {}: what was signed and seen for {} no longer counts.",
                track.build_label(number),
                track.build_label(&candidate.build),
                candidate.build
            )));
        }
    }
    let nominated = CandidateNominated { track: track_id.clone(), build: number.clone(), reason };
    Ok(Settled::New(registered.into_iter().chain([Event::CandidateNominated(nominated)]).collect()))
}

/// Checks that a build could be nominated, and returns the event that registers it, if it is not known yet.
///
/// # Errors
/// A track or a build that nobody knows.
pub fn nominable(
    release: &Release,
    track_id: &TrackId,
    number: &BuildNumber,
    commit: Option<&Commit>,
) -> Result<Option<Event>, Refusal> {
    writable(release)?;
    build(release, track(release, track_id)?, number, commit)
}

/// Decides to take a piece of evidence of an earlier build to hold for the candidate.
///
/// # Errors
/// What is no evidence of this track, was withdrawn, or counts already.
pub fn carry(
    release: &Release,
    track_id: &TrackId,
    evidence: Position,
    reason: &str,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, track_id)?;
    let name = &track.description.name;
    let reason = said(
        "The reason",
        reason,
        LONGEST_TEXT,
        "Say in a few words why it holds for the candidate too: what did not change between the two builds?",
    )?;
    let Some(candidate) = &track.candidate else {
        return Err(Refusal::contradiction(format!(
            "{name} has no candidate to carry evidence forward to. Nominate one first."
        )));
    };
    let of = piece(release, track, evidence)?;
    if of == candidate.build {
        return Err(Refusal::contradiction(format!(
            "Evidence {evidence} counts already: it was made on the candidate, {}.",
            track.build_label(&of)
        )));
    }
    if order(track, &of, &candidate.build) == Some(Ordering::Greater) {
        return Err(Refusal::contradiction(format!(
            "Evidence {evidence} was made on {}, which is later than the candidate, {}: what was seen there may not be in \
             the candidate yet. Evidence is only carried forward.",
            track.build_label(&of),
            track.build_label(&candidate.build)
        )));
    }
    let carried = |carry: &&Carry| {
        carry.evidence == evidence && carry.to == candidate.build && carry.withdrawn.is_none()
    };
    match track.carried.iter().find(carried) {
        Some(carry) if carry.by == *by && carry.reason == reason => Ok(Settled::Already(carry.position)),
        Some(carry) => Err(Refusal::contradiction(format!(
            "Evidence {evidence} is carried forward to {} already: {}. To say it otherwise, withdraw evidence {} first.",
            carry.to, carry.reason, carry.position
        ))),
        None => Ok(Event::EvidenceCarried(EvidenceCarried {
            track: track_id.clone(),
            evidence,
            to: candidate.build.clone(),
            reason,
        })
        .into()),
    }
}

/// Returns the build of a piece of evidence of a track that still counts for it.
fn piece(release: &Release, track: &Track, evidence: Position) -> Result<BuildNumber, Refusal> {
    let found = release.brought().find(|brought| brought.position == evidence);
    let Some(brought) = found else {
        return Err(Refusal::unknown(format!(
            "{} has no evidence {evidence}. `seaworthy evidence list` shows what there is.",
            release.id
        )));
    };
    let elsewhere = brought.track.filter(|of| **of != track.description.id);
    if let Some(other) = elsewhere.and_then(|of| release.tracks.get(of)) {
        return Err(Refusal::contradiction(format!(
            "Evidence {evidence} is of {}, and nothing of one track holds for another. Bring evidence of {} itself.",
            other.description.name, track.description.name
        )));
    }
    if let Some(withdrawal) = brought.withdrawn {
        return Err(Refusal::contradiction(format!(
            "Evidence {evidence} is withdrawn: {}. What does not count cannot be carried forward.",
            withdrawal.reason
        )));
    }
    track.evidence_build(evidence).cloned().ok_or_else(|| {
        Refusal::invalid(format!(
            "{evidence} is a word that somebody gave for one build, and it is theirs to give again. Runs, checks by hand \
             and summaries can be carried forward."
        ))
    })
}
