//! Waivers: asking to have something accepted as it is, approving, refusing, taking back.
//!
//! Invariant: nobody approves what they asked for, neither by their own word nor by recording another's.

use super::evidence::{track, writable};
use super::{LONGEST_TEXT, Settled, perhaps, said};
use crate::criterion::Function;
use crate::envelope::{ActorId, Position};
use crate::event::{Event, WaiverApproved, WaiverRejected, WaiverRequested, WaiverRevoked};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::time::Time;
use crate::track::Track;
use crate::waiver::{Answer, End, Scope, Standing, Subject, Waiver, approvers};
use crate::words;

const DAY: i64 = 86_400_000_000;
/// How long a waiver may count, in days.
pub const LONGEST_DAYS: i64 = 180;

/// Decides to ask for a waiver.
///
/// # Errors
/// What is not there to be waived or what nobody may waive, an expiry that is past or far off, one that is open already.
pub fn request(
    release: &Release,
    wanted: &WaiverRequested,
    by: &ActorId,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, &wanted.track)?;
    subject(release, track, &wanted.subject)?;
    scope(track, &wanted.scope)?;
    let reason = said(
        "The reason",
        &wanted.reason,
        LONGEST_TEXT,
        "Say why it should be accepted as it is: what speaks for shipping with it?",
    )?;
    let mitigation = said(
        "The mitigation",
        &wanted.mitigation,
        LONGEST_TEXT,
        "Say what is done meanwhile so that users are hurt less; if nothing is, say that.",
    )?;
    if wanted.expires <= now {
        return Err(Refusal::invalid("Let it expire at a moment that is still to come."));
    }
    if wanted.expires > now.plus_micros(LONGEST_DAYS * DAY) {
        return Err(Refusal::invalid(format!(
            "A waiver counts for at most {LONGEST_DAYS} days; what is needed for longer is asked for again."
        )));
    }
    let alike = |waiver: &&Waiver| {
        waiver.subject == wanted.subject
            && waiver.track == wanted.track
            && waiver.scope == wanted.scope
            && matches!(waiver.standing(now), Standing::Requested | Standing::InForce)
    };
    if let Some(waiver) = release.waivers.iter().rfind(alike) {
        let same = waiver.by == *by
            && waiver.reason == reason
            && waiver.mitigation == mitigation
            && waiver.expires == wanted.expires;
        if same {
            return Ok(Settled::Already(waiver.position));
        }
        let (what, then) = match waiver.standing(now) {
            Standing::InForce => {
                ("is in force for exactly this already", "To have another, revoke that one first.")
            }
            _ => ("asks for exactly this already", "Have it approved or refused, or revoke it first."),
        };
        return Err(Refusal::contradiction(format!("Waiver {} {what}. {then}", waiver.position)));
    }
    Ok(Event::WaiverRequested(WaiverRequested { reason, mitigation, ..wanted.clone() }).into())
}

/// Checks that there is such a thing to accept on a track, and somebody who may.
fn subject(release: &Release, track: &Track, subject: &Subject) -> Result<(), Refusal> {
    let name = &track.description.name;
    match subject {
        Subject::Defect { defect } if release.defects.contains_key(defect) => Ok(()),
        Subject::Defect { defect } => Err(Refusal::unknown(format!(
            "{} has no defect {defect}. Report it first; then it can be waived.",
            release.id
        ))),
        Subject::Criterion { criterion } => {
            let Some(definition) = release.definition() else {
                return Err(Refusal::contradiction(
                    "No definition of ready is in force, so there is no criterion to waive.",
                ));
            };
            let Some(found) = definition.criterion(criterion) else {
                let ids: Vec<&str> =
                    definition.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
                return Err(Refusal::unknown(format!(
                    "Version {} of the definition of ready has no criterion {criterion}; it has {}.",
                    definition.version,
                    words::list(&ids, ids.len(), 12)
                )));
            };
            if !found.applies_to(&track.description.id) {
                return Err(Refusal::contradiction(format!(
                    "“{}” does not apply to {name}, so there is nothing to waive there.",
                    found.title
                )));
            }
            may_be_waived(release, subject).map(|_| ())
        }
    }
}

fn scope(track: &Track, scope: &Scope) -> Result<(), Refusal> {
    let Scope::Build { build } = scope else { return Ok(()) };
    let name = &track.description.name;
    match &track.candidate {
        Some(candidate) if candidate.build == *build => Ok(()),
        Some(candidate) => Err(Refusal::contradiction(format!(
            "A waiver for one build is for the candidate, and on {name} that is {}, not {}.",
            track.build_label(&candidate.build),
            track.build_label(build)
        ))),
        None => Err(Refusal::contradiction(format!(
            "{name} has no candidate yet. Nominate one first, or ask for the whole release."
        ))),
    }
}

/// Returns the functions that may accept something as it is.
fn may_be_waived<'a>(release: &'a Release, subject: &Subject) -> Result<&'a [Function], Refusal> {
    match approvers(release, subject) {
        [] => Err(Refusal::forbidden(format!(
            "Nobody may waive {}: the definition of ready names no function for it. To change that, amend the definition \
             with `waivable_by` on this criterion, and have it agreed.",
            subject.told(release)
        ))),
        functions => Ok(functions),
    }
}

/// Finds a waiver that waits for an answer.
///
/// # Errors
/// What became of it.
fn requested(release: &Release, position: Position, now: Time) -> Result<&Waiver, Refusal> {
    let waiver = found(release, position)?;
    let became = match waiver.standing(now) {
        Standing::Requested => return Ok(waiver),
        Standing::InForce => "is approved already".to_owned(),
        Standing::Expired => "has expired. Ask for it anew".to_owned(),
        Standing::Rejected | Standing::Revoked | Standing::Lapsed => became(waiver),
    };
    Err(Refusal::contradiction(format!("Waiver {position} {became}.")))
}

fn found(release: &Release, position: Position) -> Result<&Waiver, Refusal> {
    writable(release)?;
    release.waiver(position).ok_or_else(|| {
        Refusal::unknown(format!(
            "{} has no waiver {position}. `seaworthy waiver list` shows what there is.",
            release.id
        ))
    })
}

/// Says what ended a waiver.
fn became(waiver: &Waiver) -> String {
    match (&waiver.answer, &waiver.end) {
        (_, Some(End::Revoked { reason, .. })) => format!("is revoked already: {reason}"),
        (_, Some(End::Lapsed { why, .. })) => format!("has lapsed: {why}. Ask for it anew"),
        (Some(Answer::Rejected { reason, .. }), _) => {
            format!("was refused: {reason}. Ask for it anew, with what has changed")
        }
        _ => "has ended".to_owned(),
    }
}

/// Returns functions as a sentence names them: "product or leadership".
pub fn told(functions: &[Function]) -> String {
    let names: Vec<&str> = functions.iter().map(|function| function.as_str()).collect();
    words::joined(&names, names.len(), "or")
}

/// Refuses a word to whoever asked for the waiver, and says whose it takes: by their names, where they are known.
pub fn not_by_the_asker(release: &Release, waiver: &Waiver, asker: &str, able: &[&str]) -> Refusal {
    let functions = words::capital(&told(waiver.approvers(release)));
    let able = match able {
        [] => "ask somebody who speaks for it".to_owned(),
        able => format!("{} can", words::joined(able, 4, "and")),
    };
    Refusal::forbidden(format!(
        "This waiver needs someone other than {asker}, who asked for it. {functions} may approve it: {able}."
    ))
}

/// Decides to approve a waiver for a function.
///
/// # Errors
/// A function that may not, one that is not the speaker's, whoever asked for it, and a waiver that has ended.
pub fn approve(
    release: &Release,
    position: Position,
    function: Function,
    note: Option<&str>,
    speaker: &Speaker,
    now: Time,
) -> Result<Settled, Refusal> {
    let note = perhaps("The note", note, LONGEST_TEXT)?;
    let waiver = found(release, position)?;
    if let Some(Answer::Approved { position, behalf, function: of, note: with, by, .. }) = &waiver.answer
        && waiver.standing(now) == Standing::InForce
        && (by, behalf, of, with) == (&speaker.actor, &speaker.behalf, &function, &note)
    {
        return Ok(Settled::Already(*position));
    }
    let waiver = requested(release, position, now)?;
    let functions = may_be_waived(release, &waiver.subject)?;
    if speaker.actor == waiver.by || *speaker.whose() == waiver.by {
        return Err(not_by_the_asker(release, waiver, "whoever", &[]));
    }
    if !functions.contains(&function) {
        return Err(Refusal::forbidden(format!(
            "{} may not waive {}; {} may. Ask somebody who speaks for it.",
            words::capital(function.as_str()),
            waiver.subject.told(release),
            told(functions)
        )));
    }
    speaker.sourced()?;
    speaker.speaks_for(function)?;
    let provenance = speaker.provenance();
    Ok(Event::WaiverApproved(WaiverApproved { waiver: position, function, note, provenance }).into())
}

/// Decides to refuse a waiver.
///
/// # Errors
/// Somebody who could not approve it either, and a waiver that has ended.
pub fn reject(
    release: &Release,
    position: Position,
    reason: &str,
    speaker: &Speaker,
    now: Time,
) -> Result<Settled, Refusal> {
    let reason = said(
        "The reason",
        reason,
        LONGEST_TEXT,
        "Say in a few words why not: what would have to be different for it to be accepted?",
    )?;
    let waiver = found(release, position)?;
    if let Some(Answer::Rejected { by, reason: with, position, .. }) = &waiver.answer
        && (by, with) == (&speaker.actor, &reason)
    {
        return Ok(Settled::Already(*position));
    }
    let waiver = requested(release, position, now)?;
    if speaker.actor == waiver.by {
        return Err(Refusal::forbidden("You asked for this waiver yourself. To take it back, revoke it."));
    }
    could_approve(release, waiver, speaker, "refuse")?;
    Ok(Event::WaiverRejected(WaiverRejected { waiver: position, reason }).into())
}

/// Checks that somebody speaks for a function that may accept it.
fn could_approve(release: &Release, waiver: &Waiver, speaker: &Speaker, verb: &str) -> Result<(), Refusal> {
    let functions = may_be_waived(release, &waiver.subject)?;
    match &speaker.functions {
        Some(theirs) if !theirs.iter().any(|function| functions.contains(function)) => {
            Err(Refusal::forbidden(format!(
                "Whoever may approve a waiver may {verb} it: for this one that is {}. Ask somebody who speaks for it.",
                told(functions)
            )))
        }
        _ => Ok(()),
    }
}

/// Decides to take a waiver back, whether it is in force or only asked for. `coordinates` says that they hold the release
/// together, and may do so for others.
///
/// # Errors
/// Somebody who neither asked for it nor could approve it, and a waiver that has ended.
pub fn revoke(
    release: &Release,
    position: Position,
    reason: &str,
    speaker: &Speaker,
    coordinates: bool,
    now: Time,
) -> Result<Settled, Refusal> {
    let reason = said("The reason", reason, LONGEST_TEXT, "Say in a few words why it no longer holds.")?;
    let waiver = found(release, position)?;
    match (&waiver.end, waiver.standing(now)) {
        (Some(End::Revoked { by, reason: with, position, .. }), _)
            if (by, with) == (&speaker.actor, &reason) =>
        {
            return Ok(Settled::Already(*position));
        }
        (_, Standing::Requested | Standing::InForce) => {}
        (_, Standing::Expired) => {
            return Err(Refusal::contradiction(format!(
                "Waiver {position} has expired, and counts for nothing any more."
            )));
        }
        _ => return Err(Refusal::contradiction(format!("Waiver {position} {}.", became(waiver)))),
    }
    if speaker.actor != waiver.by && !coordinates {
        could_approve(release, waiver, speaker, "revoke")?;
    }
    Ok(Event::WaiverRevoked(WaiverRevoked { waiver: position, reason }).into())
}
