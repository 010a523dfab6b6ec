//! Blockers: proposing one, accepting or rejecting it, giving it an owner, linking it.
//!
//! Invariant: what is accepted has an owner, or says who is asked to be one.

mod ending;
mod update;

use std::sync::Arc;

use super::described::{each_once, reason, title, tracks, url};
use super::evidence::writable;
use super::{LONGEST_TEXT, Settled, perhaps};
use crate::blocker::{Blocker, BlockerNumber, BlockerState, Did, Link, Owner, Proposal, Threatened, Verb};
use crate::criteria::check::closest;
use crate::envelope::{ActorId, Position};
use crate::event::{
    BlockerAccepted, BlockerLinked, BlockerOwned, BlockerProposed, BlockerRejected, BlockerUnlinked, Event,
};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::time::Time;

pub use ending::{Waiving, defer, merge, reopen, resolve, waive, withdraw};
pub use update::{LONGEST_STATUS_DAYS, update};

/// Finds a blocker.
///
/// # Errors
/// One that the release does not have.
pub fn find(release: &Release, number: BlockerNumber) -> Result<&Arc<Blocker>, Refusal> {
    release.blocker(number).ok_or_else(|| {
        let has = match release.blockers.as_slice() {
            [] => "it has none yet".to_owned(),
            [only] => format!("it has blocker {}", only.number),
            [first, .., last] => format!("it has {} to {}", first.number, last.number),
        };
        Refusal::unknown(format!(
            "{} has no blocker {number}; {has}. `seaworthy blocker list` shows them.",
            release.id
        ))
    })
}

/// Decides to propose a blocker.
///
/// # Errors
/// No title, no track, or something threatened or linked that is not there.
pub fn propose(release: &Release, proposal: Proposal, by: &ActorId, now: Time) -> Result<Settled, Refusal> {
    writable(release)?;
    let ask = "Say in one sentence what is blocked: “Routes do not sync to the watch on build 514.”";
    let proposal = Proposal {
        title: title(&proposal.title, ask)?,
        tracks: tracks(release, proposal.tracks, &[])?,
        threatens: cited(release, proposal.threatens)?,
        details: perhaps("The details", proposal.details.as_deref(), LONGEST_TEXT)?,
        owner: proposal.owner,
        links: linkable(release, proposal.links)?,
    };
    if proposal.tracks.is_empty() {
        return Err(Refusal::invalid(
            "Name the tracks that it blocks, at least one: nothing is inferred from one track to another.",
        ));
    }
    let same = |blocker: &&Arc<Blocker>| {
        blocker.state(now).is_live()
            && blocker.by == *by
            && blocker.title == proposal.title
            && blocker.tracks == proposal.tracks
            && blocker.threatens == proposal.threatens
            && blocker.details == proposal.details
    };
    match release.blockers.iter().find(same) {
        Some(blocker) => Ok(Settled::Already(blocker.position)),
        None => {
            let blocker = release.next_blocker();
            Ok(Event::BlockerProposed(Box::new(BlockerProposed { blocker, proposal })).into())
        }
    }
}

/// Checks that what a blocker threatens is there, or was: a criterion that an amendment took out is still what people
/// spoke of. Of milestones a well-formed id is enough.
pub fn cited(release: &Release, threatened: Threatened) -> Result<Threatened, Refusal> {
    let Threatened::Criterion { criterion } = &threatened else { return Ok(threatened) };
    let mut ever = release.definitions.iter().flat_map(|ruling| &ruling.definition.criteria);
    if ever.any(|known| known.id == *criterion) {
        return Ok(threatened);
    }
    let Some(definition) = release.definition() else {
        return Err(Refusal::contradiction(
            "No definition of ready is in force, so there is no criterion to threaten. Name a milestone instead.",
        ));
    };
    let ids: Vec<&str> = definition.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    let meant = closest(criterion.as_str(), ids.iter().copied());
    let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
    Err(Refusal::unknown(format!(
        "The definition of ready has no criterion {criterion} and never had; it has {}.{meant}",
        crate::words::list(&ids, ids.len(), 12)
    )))
}

/// Returns links that lead somewhere, each once.
fn linkable(release: &Release, links: Vec<Link>) -> Result<Vec<Link>, Refusal> {
    let leading: Result<Vec<Link>, Refusal> = links.into_iter().map(|link| leading(release, link)).collect();
    each_once("links", leading?)
}

/// Checks that a link leads somewhere. Of dependencies a well-formed id is enough.
fn leading(release: &Release, link: Link) -> Result<Link, Refusal> {
    match link {
        Link::Defect { defect } if release.defects.contains_key(&defect) => Ok(Link::Defect { defect }),
        Link::Defect { defect } => Err(Refusal::unknown(format!(
            "{} has no defect {defect}. Report it first; then a blocker can be linked with it.",
            release.id
        ))),
        Link::Change { change } if release.changes.contains_key(&change) => Ok(Link::Change { change }),
        Link::Change { change } => Err(Refusal::unknown(format!(
            "{} carries no change {change}. Describe it first; then a blocker can be linked with it.",
            release.id
        ))),
        Link::Dependency { dependency } => Ok(Link::Dependency { dependency }),
        Link::Page { url: page } => match url(Some(&page))? {
            Some(url) => Ok(Link::Page { url }),
            None => Err(Refusal::invalid("Give the address of the page: https://git.example/pull/4411.")),
        },
    }
}

/// Decides that a proposed blocker is one.
///
/// # Errors
/// One that nobody owns, where neither an owner is named nor who is asked to be.
pub fn accept(
    release: &Release,
    number: BlockerNumber,
    owner: Option<Owner>,
    asked: Option<ActorId>,
    by: &ActorId,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    if let Some(step) = blocker.accepted()
        && blocker.state(now) == BlockerState::Open
        && step.by == *by
        && step.did == (Did::Accepted { asked: asked.clone() })
        && (owner.is_none() || owner == blocker.owner)
    {
        return Ok(Settled::Already(step.position));
    }
    blocker.may(Verb::Accept, now)?;
    match (owner.as_ref().or(blocker.owner.as_ref()), &asked) {
        (None, None) => Err(Refusal::invalid(format!(
            "Nobody owns blocker {number} yet. Name an owner, or say who is asked to be."
        ))),
        (Some(_), Some(_)) => Err(Refusal::invalid(format!(
            "Blocker {number} has an owner, so nobody needs to be asked. Leave out one of the two."
        ))),
        _ => Ok(Event::BlockerAccepted(BlockerAccepted { blocker: number, owner, asked }).into()),
    }
}

/// Decides that a proposed blocker is none.
pub fn reject(
    release: &Release,
    number: BlockerNumber,
    why: &str,
    by: &ActorId,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let reason = reason(why, "Say in a few words why it does not stop the release.")?;
    let blocker = find(release, number)?;
    if let Some(position) =
        ending::same(blocker, by, now, &crate::blocker::How::Rejected { reason: reason.clone() })
    {
        return Ok(Settled::Already(position));
    }
    blocker.may(Verb::Reject, now)?;
    Ok(Event::BlockerRejected(BlockerRejected { blocker: number, reason }).into())
}

/// Decides who sees to a blocker from here on.
pub fn own(
    release: &Release,
    number: BlockerNumber,
    owner: Owner,
    reason: Option<&str>,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let reason = perhaps("The reason", reason, LONGEST_TEXT)?;
    let blocker = find(release, number)?;
    blocker.may(Verb::Own, now)?;
    if blocker.owner.as_ref() == Some(&owner) {
        let owned = blocker.steps.iter().rev().find(|step| matches!(step.did, Did::Owned { .. }));
        return Ok(Settled::Already(owned.map_or(blocker.position, |step| step.position)));
    }
    Ok(Event::BlockerOwned(BlockerOwned { blocker: number, owner, reason }).into())
}

/// Decides to link a blocker with something.
pub fn link(release: &Release, number: BlockerNumber, link: Link, now: Time) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    blocker.may(Verb::Link, now)?;
    let link = leading(release, link)?;
    if blocker.links.contains(&link) {
        return Ok(Settled::Already(last(blocker, &Did::Linked(link))));
    }
    linkable(release, blocker.links.iter().cloned().chain([link.clone()]).collect())?;
    Ok(Event::BlockerLinked(BlockerLinked { blocker: number, link }).into())
}

/// Decides to take a link off a blocker.
pub fn unlink(release: &Release, number: BlockerNumber, link: Link, now: Time) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    blocker.may(Verb::Link, now)?;
    if blocker.links.contains(&link) {
        return Ok(Event::BlockerUnlinked(BlockerUnlinked { blocker: number, link }).into());
    }
    let taken = blocker.steps.iter().rev().find(|step| step.did == Did::Unlinked(link.clone()));
    match taken {
        Some(step) => Ok(Settled::Already(step.position)),
        None => Err(Refusal::unknown(format!(
            "Blocker {number} is not linked with {}; it is with {}.",
            link.name(),
            match blocker.links.as_slice() {
                [] => "nothing".to_owned(),
                links => {
                    let names: Vec<&str> = links.iter().map(Link::name).collect();
                    crate::words::list(&names, names.len(), 6)
                }
            }
        ))),
    }
}

/// Returns the last step that did this, or else the one that proposed it.
fn last(blocker: &Blocker, did: &Did) -> Position {
    let step = blocker.steps.iter().rev().find(|step| step.did == *did);
    step.map_or(blocker.position, |step| step.position)
}
