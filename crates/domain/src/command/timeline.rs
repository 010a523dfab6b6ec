//! Targets and milestones: setting, moving, planning, reaching, withdrawing, dropping and adding.
//!
//! Invariant: a day that is planned is a working day when it is planned, and one that is reached has come.

use super::described::{line, reason as given, title};
use super::evidence::{track, writable};
use super::{LONGEST_TEXT, Settled, perhaps};
use crate::calendar::{Calendar, Day, FARTHEST};
use crate::criteria::check::closest;
use crate::envelope::ActorId;
use crate::event::{
    Event, MilestoneAdded, MilestoneDropped, MilestonePlanned, MilestoneReached, ReachedWithdrawn, TargetSet,
};
use crate::id::{MilestoneId, TrackId};
use crate::milestone::Milestone;
use crate::refusal::Refusal;
use crate::release::Release;
use crate::time::Time;
use crate::timeline::{self, Kept, milestones, zone};
use crate::track::Track;

/// How many milestones one track may have.
const MOST: usize = 100;
/// How many moves of one day are kept: beyond that, somebody's program runs wild.
const MOST_MOVES: usize = 500;

/// Decides on which day a track should go live.
///
/// # Errors
/// A day on which nobody works, and a move without a reason.
pub fn set_target(
    release: &Release,
    id: &TrackId,
    on: Day,
    reason: Option<&str>,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, id)?;
    let reason = line("The reason", reason)?;
    let before = track.course.target();
    if let Some(before) = before.filter(|before| before.on == on) {
        return Ok(Settled::Already(before.position));
    }
    working(release, on)?;
    let name = &track.description.name;
    match (before, &reason) {
        (Some(before), None) => Err(Refusal::invalid(format!(
            "The go-live of {name} is set for {}. Say in a few words why it moves to {}.",
            before.on.told(),
            on.told()
        ))),
        _ if track.course.targets.len() >= MOST_MOVES => Err(Refusal::contradiction(format!(
            "The go-live of {name} has moved {MOST_MOVES} times. Plan a new release for it."
        ))),
        _ => Ok(Event::TargetSet(TargetSet { track: id.clone(), on, reason }).into()),
    }
}

/// Decides to give a milestone a day of its own, or to give it back to the template; one that was dropped is taken back.
pub fn plan(
    release: &Release,
    id: &TrackId,
    milestone: &MilestoneId,
    on: Option<Day>,
    reason: &str,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, id)?;
    let found = find(release, track, milestone)?;
    let kept = track.course.milestones.get(milestone);
    let own = kept.and_then(|kept| kept.own.last());
    let dropped = kept.is_some_and(|kept| kept.dropped.is_some());
    match (own, on) {
        (Some(own), on) if own.on == on && !dropped => return Ok(Settled::Already(own.position)),
        (_, Some(on)) => working(release, on)?,
        (_, None) if kept.is_some_and(|kept| kept.added.is_some()) => {
            return Err(Refusal::invalid(format!(
                "{} was added by hand and has no day in the template. Give it a day, or drop it.",
                found.name
            )));
        }
        (None, None) if !dropped => {
            return Err(Refusal::contradiction(format!(
                "{} of {} has its day from the template. Name the day that it should have instead.",
                found.name, track.description.name
            )));
        }
        (_, None) => {}
    }
    if kept.is_some_and(|kept| kept.own.len() >= MOST_MOVES) {
        return Err(Refusal::contradiction(format!("{} was planned anew {MOST_MOVES} times.", found.name)));
    }
    let ask = format!("Say in a few words why {} is on another day.", found.name);
    let reason = given(reason, &ask)?;
    Ok(Event::MilestonePlanned(MilestonePlanned {
        track: id.clone(),
        milestone: milestone.clone(),
        on,
        reason,
    })
    .into())
}

/// Decides to add a milestone that the template does not have.
pub fn add(
    release: &Release,
    id: &TrackId,
    milestone: &MilestoneId,
    name: &str,
    on: Day,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, id)?;
    let name = title(name, "Give the milestone a name that people know, as in “Press kit ready”.")?;
    let known = milestones(release, track);
    if let Some(known) = known.iter().find(|known| known.id == *milestone) {
        let kept = track.course.milestones.get(milestone);
        let same = kept.filter(|kept| kept.added.as_ref() == Some(&name) && kept.dropped.is_none());
        if let Some((own, day)) = same.and_then(Kept::own)
            && day == on
        {
            return Ok(Settled::Already(own.position));
        }
        return Err(Refusal::contradiction(format!(
            "{} has the milestone {milestone} already: {}. Plan that one anew, or choose another id.",
            track.description.name, known.name
        )));
    }
    if known.len() >= MOST {
        return Err(Refusal::contradiction(format!(
            "{} has {MOST} milestones, which is as many as anybody can follow. Drop one first.",
            track.description.name
        )));
    }
    working(release, on)?;
    Ok(Event::MilestoneAdded(MilestoneAdded { track: id.clone(), milestone: milestone.clone(), name, on })
        .into())
}

/// Decides that a milestone is reached; today, where no day is named.
pub fn reach(
    release: &Release,
    id: &TrackId,
    milestone: &MilestoneId,
    on: Option<Day>,
    note: Option<&str>,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, id)?;
    let found = find(release, track, milestone)?;
    let note = perhaps("The note", note, LONGEST_TEXT)?;
    let today = Day::of(now, &zone(release));
    let kept = track.course.milestones.get(milestone);
    if let Some(dropped) = kept.and_then(|kept| kept.dropped.as_ref()) {
        return Err(Refusal::contradiction(format!(
            "{} was dropped for {}: {}. Plan it again first.",
            found.name,
            track.description.name,
            dropped.reason.trim_end_matches('.')
        )));
    }
    if let Some(reached) = kept.and_then(Kept::reached) {
        if on.is_none_or(|on| on == reached.on) && (note.is_none() || note == reached.note) {
            return Ok(Settled::Already(reached.position));
        }
        return Err(Refusal::contradiction(format!(
            "{} of {} was reached on {} already. Withdraw that first, with a reason.",
            found.name,
            track.description.name,
            reached.on.told()
        )));
    }
    let on = on.unwrap_or(today);
    if on > today {
        return Err(Refusal::invalid(format!(
            "{} has not come yet: it is {} in {}. Say so when it is reached; to plan another day, plan it.",
            on.told(),
            today.told(),
            release.description.zone
        )));
    }
    Ok(Event::MilestoneReached(MilestoneReached {
        track: id.clone(),
        milestone: milestone.clone(),
        on,
        note,
    })
    .into())
}

/// Finds who said that a milestone is reached.
///
/// # Errors
/// One that nobody said is reached.
pub fn reached_by<'a>(
    release: &'a Release,
    id: &TrackId,
    milestone: &MilestoneId,
) -> Result<&'a timeline::Reached, Refusal> {
    let track = track(release, id)?;
    let found = find(release, track, milestone)?;
    let kept = track.course.milestones.get(milestone);
    if let Some(reached) = kept.and_then(Kept::reached) {
        return Ok(reached);
    }
    let name = &track.description.name;
    Err(Refusal::contradiction(match timeline::known(release, track, milestone, &zone(release)) {
        Some(timeline::Actual::Known { from, .. }) => format!(
            "{} of {name} is known because {from}; nobody said it. Say on which day it was instead.",
            found.name
        ),
        _ => format!(
            "Nobody has said that {} of {name} is reached, so there is nothing to withdraw.",
            found.name
        ),
    }))
}

/// Decides that a milestone was not reached after all.
pub fn withdraw(
    release: &Release,
    id: &TrackId,
    milestone: &MilestoneId,
    reason: &str,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let reached = reached_by(release, id, milestone)?.position;
    let reason = given(reason, "Say in a few words why it is not reached after all.")?;
    let (track, milestone) = (id.clone(), milestone.clone());
    Ok(Event::ReachedWithdrawn(ReachedWithdrawn { track, milestone, reached, reason }).into())
}

/// Decides that a milestone is none of a track.
pub fn drop(
    release: &Release,
    id: &TrackId,
    milestone: &MilestoneId,
    reason: &str,
    by: &ActorId,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, id)?;
    let found = find(release, track, milestone)?;
    let kept = track.course.milestones.get(milestone);
    let reason =
        given(reason, &format!("Say in a few words why {} does not need it.", track.description.name))?;
    if let Some(dropped) = kept.and_then(|kept| kept.dropped.as_ref()) {
        if dropped.reason == reason && dropped.by == *by {
            return Ok(Settled::Already(dropped.position));
        }
        return Err(Refusal::contradiction(format!(
            "{} is dropped already: {}.",
            found.name,
            dropped.reason.trim_end_matches('.')
        )));
    }
    if kept.and_then(Kept::reached).is_some() {
        return Err(Refusal::contradiction(format!(
            "{} of {} is reached; there is nothing left to drop. If it was not, withdraw that first.",
            found.name, track.description.name
        )));
    }
    Ok(Event::MilestoneDropped(MilestoneDropped { track: id.clone(), milestone: milestone.clone(), reason })
        .into())
}

/// Finds a milestone of a track, or says which there are.
pub fn find(release: &Release, track: &Track, id: &MilestoneId) -> Result<Milestone, Refusal> {
    let all = milestones(release, track);
    if let Some(found) = all.iter().find(|milestone| milestone.id == *id) {
        return Ok(found.clone());
    }
    let names: Vec<&str> = all.iter().map(|milestone| milestone.id.as_str()).collect();
    let meant = closest(id.as_str(), names.iter().copied()).map(|meant| format!(" Did you mean {meant}?"));
    Err(Refusal::unknown(format!(
        "{} has no milestone {id}; it has {}.{} One of its own is added with a name and a day.",
        track.description.name,
        if names.is_empty() { "none".to_owned() } else { names.join(", ") },
        meant.unwrap_or_default()
    )))
}

/// Refuses a day on which nobody works.
fn working(release: &Release, day: Day) -> Result<(), Refusal> {
    let calendar: &Calendar = &release.description.policy.calendar;
    let Some(idle) = calendar.idle(day) else { return Ok(()) };
    let near = [calendar.business_days_before(day, 0), calendar.business_days_after(day, 0)];
    let near: Vec<String> = near.iter().flatten().map(|day| day.told()).collect();
    let near = match near.as_slice() {
        [] => format!("The calendar has no working day within {FARTHEST} days of it."),
        near => format!("Choose {}.", near.join(" or ")),
    };
    Err(Refusal::invalid(format!("{} is {idle}, and no working day. {near}", day.told())))
}
