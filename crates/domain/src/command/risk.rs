//! Risks: noting one, revising it, and closing it with what became of it.
//!
//! Invariant: every risk has an effect that users would feel, something that is done against it, and an owner.

use super::described::{areas, title, tracks};
use super::evidence::writable;
use super::{LONGEST_TEXT, Settled, said};
use crate::envelope::{ActorId, Position};
use crate::event::{Event, RiskClosed, RiskNoted};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::risk::{Risk, RiskDescription};

/// Finds a risk.
///
/// # Errors
/// One that the release does not have.
pub fn find(release: &Release, position: Position) -> Result<&Risk, Refusal> {
    release.risk(position).ok_or_else(|| {
        Refusal::unknown(format!(
            "{} has no risk {position}. `seaworthy risk list` shows what there is.",
            release.id
        ))
    })
}

/// Decides to note a risk.
pub fn note(release: &Release, description: RiskDescription, by: &ActorId) -> Result<Settled, Refusal> {
    writable(release)?;
    let description = fitting(release, description, None)?;
    let same = |risk: &&Risk| risk.closed.is_none() && risk.by == *by && risk.description == description;
    match release.risks.iter().find(same) {
        Some(risk) => Ok(Settled::Already(risk.position)),
        None => Ok(Event::RiskNoted(RiskNoted { risk: None, description }).into()),
    }
}

/// Decides what a risk has become; one that was closed is open again.
pub fn revise(
    release: &Release,
    position: Position,
    description: RiskDescription,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let risk = find(release, position)?;
    let description = fitting(release, description, Some(risk))?;
    if risk.description == description && risk.closed.is_none() {
        return Ok(Settled::Already(risk.revised));
    }
    Ok(Event::RiskNoted(RiskNoted { risk: Some(position), description }).into())
}

/// Decides that a risk is none any more: it happened, or it cannot happen now.
pub fn close(
    release: &Release,
    position: Position,
    happened: bool,
    outcome: &str,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let risk = find(release, position)?;
    let ask = if happened {
        "Say what happened, and what was done about it."
    } else {
        "Say why it cannot happen any more."
    };
    let outcome = said("The outcome", outcome, LONGEST_TEXT, ask)?;
    match &risk.closed {
        Some(end) if end.happened == happened && end.outcome == outcome && end.by == *by => {
            Ok(Settled::Already(end.position))
        }
        Some(end) => Err(Refusal::contradiction(format!(
            "Risk {position} is closed already: {}. Revise it to open it again.",
            end.outcome.trim_end_matches('.')
        ))),
        None => Ok(Event::RiskClosed(RiskClosed { risk: position, happened, outcome }).into()),
    }
}

fn fitting(
    release: &Release,
    description: RiskDescription,
    before: Option<&Risk>,
) -> Result<RiskDescription, Refusal> {
    let known = before.map(|risk| risk.description.tracks.as_slice()).unwrap_or_default();
    Ok(RiskDescription {
        title: title(&description.title, "Give the risk a title: what could go wrong, in one line.")?,
        likelihood: description.likelihood,
        effect: said(
            "The effect",
            &description.effect,
            LONGEST_TEXT,
            "Say what users would experience: “runners would see no routes until they update the watch”.",
        )?,
        mitigation: said(
            "The mitigation",
            &description.mitigation,
            LONGEST_TEXT,
            "Say what is done against it; if nothing is, write that, and why.",
        )?,
        tracks: tracks(release, description.tracks, known)?,
        areas: areas(description.areas)?,
        owner: description.owner,
    })
}
