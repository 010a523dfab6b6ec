//! Deciding of a track's course: holding it, letting it go on, withdrawing it, taking it back, calling it stable.
//!
//! Invariant: a turn touches one track alone, and what is decided twice is done once.

use super::evidence::{track, writable};
use super::{LONGEST_TEXT, Settled, said};
use crate::course::submission;
use crate::event::{CourseTurned, Event, Turn};
use crate::handoff::Given;
use crate::id::TrackId;
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::store::{Pace, Stage};
use crate::track::Track;

/// Refuses to move a track on that is held, or withdrawn from the release.
pub(super) fn on_its_way(track: &Track) -> Result<(), Refusal> {
    let name = &track.description.name;
    let why = |given: &Given| given.text.clone().unwrap_or_default();
    if let Some(withdrawn) = &track.going.withdrawn {
        return Err(Refusal::contradiction(format!(
            "{name} was withdrawn from the release: {}. Take it back into the release first.",
            why(withdrawn)
        )));
    }
    if let Some(held) = &track.going.held {
        return Err(Refusal::contradiction(format!("{name} is held: {}. Let it go on first.", why(held))));
    }
    Ok(())
}

/// Decides a turn of a track's course.
///
/// # Errors
/// No reason, a turn that it does not have before it.
pub fn turn(
    release: &Release,
    track_id: &TrackId,
    turn: Turn,
    text: &str,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, track_id)?;
    speaker.sourced()?;
    let name = &track.description.name;
    let going = &track.going;
    let ask = match turn {
        Turn::Held => "Say why it is held, and what has to happen before it goes on.",
        Turn::Resumed => "Say in a few words why it goes on.",
        Turn::Withdrawn => "Say why it is no part of this release: whoever waits for it will ask.",
        Turn::Returned => "Say in a few words why it is part of the release after all.",
        Turn::Stable => "Say what makes you sure: the numbers you looked at, and for how long.",
        Turn::Unsettled => "Say what has come up.",
    };
    let text = said("The reason", text, LONGEST_TEXT, ask)?;
    let standing = match turn {
        Turn::Held => &going.held,
        Turn::Withdrawn => &going.withdrawn,
        Turn::Stable => &going.stable,
        Turn::Resumed | Turn::Returned | Turn::Unsettled => &None,
    };
    if let Some(given) = standing {
        let same = given.voice().whose() == speaker.whose() && given.text.as_ref() == Some(&text);
        let already = match turn {
            Turn::Held => "held",
            Turn::Withdrawn => "withdrawn",
            _ => "said to be stable",
        };
        return if same {
            Ok(Settled::Already(given.position))
        } else {
            Err(Refusal::contradiction(format!(
                "{name} is {already} already: {}.",
                given.text.as_deref().unwrap_or_default()
            )))
        };
    }
    let contradiction = |sentence: String| Err(Refusal::contradiction(sentence));
    let live = submission(release, track).filter(|of| of.stage() == Stage::Live);
    match turn {
        Turn::Held if going.withdrawn.is_some() => on_its_way(track)?,
        Turn::Resumed if going.held.is_none() => {
            return contradiction(format!("{name} is not held, so there is nothing to let go on."));
        }
        Turn::Returned if going.withdrawn.is_none() => {
            return contradiction(format!("{name} is part of the release. There is nothing to take back."));
        }
        Turn::Unsettled if going.stable.is_none() => {
            return contradiction(format!("Nobody has said that {name} is stable."));
        }
        Turn::Withdrawn if live.is_some() => {
            return contradiction(format!(
                "Users have {name} of this release already, so it cannot be withdrawn. Halt its rollout in the store, and \
                 say so here."
            ));
        }
        Turn::Stable => match live {
            None => {
                return contradiction(format!(
                    "{name} is not with users yet. It can be called stable when everybody is offered it."
                ));
            }
            Some(live) if live.pace() != Pace::Full => {
                return contradiction(format!(
                    "{name} is not offered to everybody yet. It can be called stable when it is."
                ));
            }
            Some(_) => {}
        },
        _ => {}
    }
    let provenance = speaker.provenance();
    Ok(Event::CourseTurned(CourseTurned { track: track_id.clone(), turn, text: Some(text), provenance })
        .into())
}
