//! Signing: a function's sign-off of a build, and the coordinator's assessment of it.
//!
//! Invariant: only the candidate is signed, and by its number, so that nobody signs what they did not look at.

use super::evidence::{track, writable};
use super::{LONGEST_TEXT, Settled, perhaps, said};
use crate::assessment::{Assessment, Recommendation, SignOff};
use crate::criterion::Function;
use crate::envelope::ActorId;
use crate::event::{Assessed, Event, SignedOff};
use crate::id::{BuildNumber, TrackId};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::track::Track;

/// Decides that a function stands by the candidate.
///
/// # Errors
/// Another build than the candidate, or a function that is not the speaker's.
pub fn sign_off(
    release: &Release,
    track_id: &TrackId,
    build: &BuildNumber,
    function: Function,
    notes: Option<&str>,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, track_id)?;
    is_candidate(track, build, "signed off")?;
    speaker.sourced()?;
    speaker.speaks_for(function)?;
    let notes = perhaps("The notes", notes, LONGEST_TEXT)?;
    let same = |signed: &&SignOff| {
        signed.withdrawn.is_none()
            && signed.build == *build
            && signed.function == function
            && signed.voice().whose() == speaker.whose()
            && signed.notes == notes
    };
    if let Some(signed) = track.sign_offs.iter().rfind(same) {
        return Ok(Settled::Already(signed.position));
    }
    let (track, build) = (track_id.clone(), build.clone());
    Ok(Event::SignedOff(SignedOff { track, build, function, notes, provenance: speaker.provenance() }).into())
}

/// What a coordinator says of the candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub recommendation: Recommendation,
    /// In percent, 0 to 100.
    pub confidence: i64,
    pub reasons: String,
}

/// Decides to sign an assessment of the candidate.
///
/// # Errors
/// Another build than the candidate, no reasons, a confidence that is no percentage.
pub fn assess(
    release: &Release,
    track_id: &TrackId,
    build: &BuildNumber,
    judgement: &Judgement,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, track_id)?;
    is_candidate(track, build, "assessed")?;
    let Judgement { recommendation, confidence, reasons } = judgement;
    let (recommendation, confidence) = (*recommendation, *confidence);
    if !(0..=100).contains(&confidence) {
        return Err(Refusal::invalid(
            "Confidence is a percentage from 0 to 100: how sure you are that your recommendation is right.",
        ));
    }
    let reasons = said(
        "The reasons",
        reasons,
        LONGEST_TEXT,
        "Say why, in your own words: what makes you sure, and what does not.",
    )?;
    let same = |assessment: &&Assessment| {
        assessment.actor == *by
            && assessment.recommendation == recommendation
            && assessment.confidence == confidence
            && assessment.reasons == reasons
    };
    if let Some(assessment) = track.assessment().filter(same) {
        return Ok(Settled::Already(assessment.position));
    }
    let (track, build) = (track_id.clone(), build.clone());
    Ok(Event::Assessed(Assessed { track, build, recommendation, confidence, reasons }).into())
}

fn is_candidate(track: &Track, build: &BuildNumber, done: &str) -> Result<(), Refusal> {
    let name = &track.description.name;
    match &track.candidate {
        Some(candidate) if candidate.build == *build => Ok(()),
        Some(candidate) => Err(Refusal::contradiction(format!(
            "Only the candidate is {done}, and on {name} that is {}, not {}. Look at it, and sign that one.",
            track.build_label(&candidate.build),
            track.build_label(build)
        ))),
        None => Err(Refusal::contradiction(format!(
            "{name} has no candidate yet, so there is nothing to be {done}. Nominate a build first."
        ))),
    }
}
