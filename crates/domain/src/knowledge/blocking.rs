//! Blockers: what stands in the way and where it stands, what nobody can say of it, and what users get to feel of it.
//!
//! Invariant: a blocker without a status that still holds is never among what we know.

use super::Item;
use super::felt::some;
use crate::blocker::{Blocker, BlockerState, DeferredTo, How, StatusStanding};
use crate::facts::unanswered;
use crate::happening::About;
use crate::readiness::TrackReadiness;
use crate::words;

fn here<'a>(track: &TrackReadiness<'a>) -> impl Iterator<Item = (&'a Blocker, BlockerState)> {
    let (id, now) = (&track.track.description.id, track.at);
    let on = track.release.blockers.iter().filter(move |blocker| blocker.is_on(id));
    on.map(move |blocker| (&**blocker, blocker.state(now)))
}

fn item(track: &TrackReadiness<'_>, rank: u8, blocker: &Blocker, text: String) -> Item {
    Item::new(track, rank, text).about(About::Blocker(blocker.number))
}

/// Open blockers of which it is known where they stand.
pub(super) fn known(track: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let open = here(track).filter(|(_, state)| *state == BlockerState::Open);
    let told = open.filter_map(|(blocker, _)| {
        let StatusStanding::Current { .. } = blocker.status_at(track.at) else { return None };
        let (update, _) = blocker.status()?;
        Some(item(track, rank, blocker, format!("{} is open: {}", blocker.label(), update.text)))
    });
    some(track, rank, told.collect(), "open blocker", "open blockers").collect()
}

/// Blockers of which nobody can say where they stand, or whether they are any.
pub(super) fn unknown(track: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let told = here(track).filter_map(|(blocker, state)| unknown_of(track, rank, blocker, state));
    let (one, many) = ("blocker of which this is not known", "blockers of which this is not known");
    some(track, rank, told.collect(), one, many).collect()
}

fn unknown_of(track: &TrackReadiness<'_>, rank: u8, blocker: &Blocker, state: BlockerState) -> Option<Item> {
    let label = blocker.label();
    let text = match state {
        BlockerState::Proposed => unanswered(blocker),
        BlockerState::Open => match blocker.status_at(track.at) {
            StatusStanding::Current { .. } => return None,
            StatusStanding::Never { .. } => format!("where {label} stands, nobody has said yet"),
            StatusStanding::Due { .. } => {
                format!("where {label} stands now, nobody has said: the next status is due")
            }
        },
        // What it rested on may have been wrong.
        BlockerState::Resolved => {
            let Some((How::Resolved(resolution), _)) = blocker.end() else { return None };
            let run = resolution.run?;
            let withdrawn = track.release.brought().any(|of| of.position == run && of.withdrawn.is_some());
            if !withdrawn {
                return None;
            }
            format!("{label} was resolved by evidence {run}, which is withdrawn")
        }
        _ => return None,
    };
    Some(item(track, rank, blocker, text))
}

/// What users get to feel: they wait while something is open, and meet what was waived.
pub(super) fn means(track: &TrackReadiness<'_>, waits: u8, meets: u8) -> Vec<Item> {
    let open: Vec<&Blocker> =
        here(track).filter(|(_, state)| *state == BlockerState::Open).map(|(blocker, _)| blocker).collect();
    let waiting = match open.as_slice() {
        [] => None,
        [only] => {
            let text = format!("users wait for this release as long as {} is open", only.label());
            Some(item(track, waits, only, text))
        }
        [first, ..] => {
            let blockers = words::number(open.len() as i64);
            let text = format!(
                "users wait for this release as long as {blockers} blockers are open, {} first",
                first.label()
            );
            Some(Item::new(track, waits, text).weighing(open.len() as i64))
        }
    };
    let told = here(track).filter_map(|(blocker, state)| match (state, blocker.end()) {
        (BlockerState::Waived, Some((How::Waived { users, reason, .. }, _))) => {
            let users = users.trim_end_matches('.');
            Some(item(track, meets, blocker, format!("{users}. It is accepted: {reason}")))
        }
        (
            BlockerState::Deferred,
            Some((How::Deferred { to: DeferredTo::Release { release }, reason }, _)),
        ) => {
            let text = format!("{} is left to {release}: {reason}", blocker.label());
            Some(item(track, meets, blocker, text))
        }
        _ => None,
    });
    let (one, many) = ("blocker was waived or deferred", "blockers were waived or deferred");
    waiting.into_iter().chain(some(track, meets, told.collect(), one, many)).collect()
}
