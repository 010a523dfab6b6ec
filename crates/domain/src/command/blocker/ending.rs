//! How a blocker ends, and how it comes up again.
//!
//! Invariant: nothing ends without a reason or evidence, and nobody waives the blocker that they own.

use super::{find, reason, writable};
use crate::blocker::{Blocker, BlockerNumber, BlockerState, DeferredTo, Did, How, Resolution, Verb};
use crate::command::described::url;
use crate::command::waiver::told;
use crate::command::{LONGEST_TEXT, Settled, said};
use crate::criterion::Function;
use crate::defect::OnBuild;
use crate::envelope::{ActorId, Position};
use crate::event::{
    BlockerDeferred, BlockerMerged, BlockerReopened, BlockerResolved, BlockerWaived, BlockerWithdrawn, Event,
};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::time::Time;
use crate::words;

/// Returns the event that ended a blocker in just this way already, by the same person.
pub(super) fn same(blocker: &Blocker, by: &ActorId, now: Time, how: &How) -> Option<Position> {
    let (ended, step) = blocker.end()?;
    let ends = !blocker.state(now).is_live();
    (ends && ended == how && step.by == *by).then_some(step.position)
}

/// Decides that a blocker is resolved.
///
/// # Errors
/// No evidence; a build or a run that is not on record, or was withdrawn.
pub fn resolve(
    release: &Release,
    number: BlockerNumber,
    resolution: Resolution,
    by: &ActorId,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    let resolution = Resolution {
        evidence: said(
            "The evidence",
            &resolution.evidence,
            LONGEST_TEXT,
            "Say what shows that it is resolved: “Routes arrived on three watches with build 515.”",
        )?,
        url: url(resolution.url.as_deref())?,
        ..resolution
    };
    if let Some(position) = same(blocker, by, now, &How::Resolved(resolution.clone())) {
        return Ok(Settled::Already(position));
    }
    blocker.may(Verb::Resolve, now)?;
    if let Some(OnBuild { track, build }) = &resolution.build {
        let track = crate::command::evidence::track(release, track)?;
        crate::command::evidence::build(release, track, build, None)?;
    }
    if let Some(run) = resolution.run {
        on_record(release, run)?;
    }
    Ok(Event::BlockerResolved(BlockerResolved { blocker: number, resolution }).into())
}

/// Checks that a piece of evidence counts.
fn on_record(release: &Release, evidence: Position) -> Result<(), Refusal> {
    match release.brought().find(|brought| brought.position == evidence) {
        None => Err(Refusal::unknown(format!(
            "{} has no evidence {evidence}. `seaworthy evidence list` shows what there is.",
            release.id
        ))),
        Some(brought) => match brought.withdrawn {
            None => Ok(()),
            Some(withdrawal) => Err(Refusal::contradiction(format!(
                "Evidence {evidence} is withdrawn, so it shows nothing: {}. Name another.",
                withdrawal.reason.trim_end_matches('.')
            ))),
        },
    }
}

/// What a function accepts, and at what cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiving {
    pub function: Function,
    pub reason: String,
    /// What users will meet.
    pub users: String,
}

/// Decides that a blocker is accepted as it is. The functions that may accept a defect may accept it.
///
/// # Errors
/// Its owner, a function that may not, and one that is not the speaker's.
pub fn waive(
    release: &Release,
    number: BlockerNumber,
    waiving: &Waiving,
    speaker: &Speaker,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    let function = waiving.function;
    let reason = reason(&waiving.reason, "Say why the release may go out with it: what speaks for that?")?;
    let users = said(
        "What users will meet",
        &waiving.users,
        LONGEST_TEXT,
        "Say what users will meet, as they would say it; if nothing, write that, and why.",
    )?;
    let how = How::Waived { function, reason: reason.clone(), users: users.clone() };
    let behalf = blocker.end().and_then(|(_, step)| step.behalf.as_ref());
    if let Some(position) =
        same(blocker, &speaker.actor, now, &how).filter(|_| behalf == speaker.behalf.as_ref())
    {
        return Ok(Settled::Already(position));
    }
    blocker.may(Verb::Waive, now)?;
    if let Some(owner) = &blocker.owner
        && (speaker.actor == owner.person || *speaker.whose() == owner.person)
    {
        return Err(Refusal::forbidden(format!(
            "Blocker {number} is waived by another than its owner. Ask somebody who speaks for {}.",
            told(release.description.policy.defect_waivers())
        )));
    }
    let functions = release.description.policy.defect_waivers();
    if !functions.contains(&function) {
        return Err(Refusal::forbidden(format!(
            "{} may not waive a blocker; {} may. Ask somebody who speaks for it.",
            words::capital(function.as_str()),
            told(functions)
        )));
    }
    speaker.sourced()?;
    speaker.speaks_for(function)?;
    let provenance = speaker.provenance();
    Ok(Event::BlockerWaived(BlockerWaived { blocker: number, function, reason, users, provenance }).into())
}

/// Decides to put a blocker off: to another release, or until a moment at which it is open again.
pub fn defer(
    release: &Release,
    number: BlockerNumber,
    to: DeferredTo,
    why: &str,
    by: &ActorId,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    let reason = reason(why, "Say in a few words why it can wait.")?;
    if let Some(position) = same(blocker, by, now, &How::Deferred { to: to.clone(), reason: reason.clone() })
    {
        return Ok(Settled::Already(position));
    }
    blocker.may(Verb::Defer, now)?;
    match &to {
        DeferredTo::Release { release: name } if *name == release.id.name => Err(Refusal::invalid(format!(
            "{name} is this release. Name the one in which it will be seen to."
        ))),
        DeferredTo::Moment { moment } if *moment <= now => {
            Err(Refusal::invalid("Put it off until a moment that is still to come."))
        }
        _ => Ok(Event::BlockerDeferred(BlockerDeferred { blocker: number, to, reason }).into()),
    }
}

/// Decides that a blocker was a mistake.
pub fn withdraw(
    release: &Release,
    number: BlockerNumber,
    why: &str,
    by: &ActorId,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    let reason = reason(why, "Say in a few words what was wrong about it.")?;
    if let Some(position) = same(blocker, by, now, &How::Withdrawn { reason: reason.clone() }) {
        return Ok(Settled::Already(position));
    }
    blocker.may(Verb::Withdraw, now)?;
    Ok(Event::BlockerWithdrawn(BlockerWithdrawn { blocker: number, reason }).into())
}

/// Decides that a blocker is the same as another, which keeps the tracks and links of both.
///
/// # Errors
/// Another that has ended; and an open one into one that nobody has accepted, which would weigh less.
pub fn merge(
    release: &Release,
    number: BlockerNumber,
    into: BlockerNumber,
    by: &ActorId,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    if number == into {
        return Err(Refusal::invalid(
            "A blocker is not the same as another by being itself. Name the other.",
        ));
    }
    let other = find(release, into)?;
    if let Some(position) = same(blocker, by, now, &How::Merged { into }) {
        return Ok(Settled::Already(position));
    }
    blocker.may(Verb::Merge, now)?;
    match (blocker.state(now), other.state(now)) {
        (BlockerState::Open, BlockerState::Proposed) => Err(Refusal::contradiction(format!(
            "Blocker {number} is accepted and {into} is not, so the one would be lost in the other. Accept {into} first, or \
             merge {into} into {number}."
        ))),
        (_, state) if !state.is_live() => Err(Refusal::contradiction(format!(
            "Blocker {into} is {}, so nothing can be told as it. {}",
            state.as_str(),
            match other.merged_into() {
                Some(last) => format!("It is told as blocker {last}: merge into that."),
                None => "Reopen it first, or merge the other way round.".to_owned(),
            }
        ))),
        _ => Ok(Event::BlockerMerged(BlockerMerged { blocker: number, into }).into()),
    }
}

/// Decides that a blocker which had ended stands in the way again.
pub fn reopen(
    release: &Release,
    number: BlockerNumber,
    why: &str,
    by: &ActorId,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    let reason = reason(why, "Say in a few words why it stands in the way again.")?;
    let last =
        blocker.steps.iter().rev().find(|step| matches!(step.did, Did::Ended(_) | Did::Reopened { .. }));
    if let Some(step) = last
        && step.did == (Did::Reopened { reason: reason.clone() })
        && step.by == *by
    {
        return Ok(Settled::Already(step.position));
    }
    blocker.may(Verb::Reopen, now)?;
    Ok(Event::BlockerReopened(BlockerReopened { blocker: number, reason }).into())
}
