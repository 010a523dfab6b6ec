//! Handing the candidate over to be submitted: offering it, accepting it, returning it, taking an offer back.
//!
//! Invariant: what is accepted is what was offered, by another than whoever offered it, and it is the candidate.

use super::course::on_its_way;
use super::evidence::{track, writable};
use super::{LONGEST_LINE, LONGEST_TEXT, Settled, perhaps, said};
use crate::envelope::Position;
use crate::event::{Event, HandoffAnswer, HandoffAnswered, HandoffOffered};
use crate::handoff::{Given, Handoff, Item, Standing};
use crate::id::{BuildNumber, TrackId};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::track::Track;

/// How many lines a checklist may have.
pub const MOST_ITEMS: usize = 30;

/// Decides to offer the candidate.
///
/// # Errors
/// Another build than the candidate, a line that is open and says nothing of why, one that is offered already.
pub fn offer(
    release: &Release,
    track_id: &TrackId,
    build: &BuildNumber,
    checklist: &[Item],
    note: Option<&str>,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, track_id)?;
    on_its_way(track)?;
    speaker.sourced()?;
    let name = &track.description.name;
    match &track.candidate {
        Some(candidate) if candidate.build == *build => {}
        Some(candidate) => {
            return Err(Refusal::contradiction(format!(
                "Only the candidate is handed over, and on {name} that is {}, not {}.",
                track.build_label(&candidate.build),
                track.build_label(build)
            )));
        }
        None => {
            return Err(Refusal::contradiction(format!(
                "{name} has no candidate yet, so there is nothing to hand over. Nominate a build first."
            )));
        }
    }
    let checklist = items(checklist)?;
    let note = perhaps("The note", note, LONGEST_TEXT)?;
    if let Some(live) = track.handoff() {
        let same =
            live.voice().whose() == speaker.whose() && live.checklist == checklist && live.note == note;
        return if same && live.standing == Standing::Offered {
            Ok(Settled::Already(live.position))
        } else {
            let then =
                if live.is_accepted() { "Have it returned first" } else { "Take that offer back first" };
            Err(Refusal::contradiction(format!(
                "{name} {} is {} already. {then}, if it is to be offered anew.",
                track.build_label(build),
                live.label()
            )))
        };
    }
    let offered = HandoffOffered {
        track: track_id.clone(),
        build: build.clone(),
        checklist,
        note,
        provenance: speaker.provenance(),
    };
    Ok(Event::HandoffOffered(offered).into())
}

fn items(checklist: &[Item]) -> Result<Vec<Item>, Refusal> {
    if checklist.len() > MOST_ITEMS {
        return Err(Refusal::invalid(format!("A checklist has at most {MOST_ITEMS} lines. Shorten it.")));
    }
    let read = |item: &Item| {
        let text =
            said("A line of the checklist", &item.text, LONGEST_LINE, "A line of the checklist is empty.")?;
        let note = perhaps("The note to a line", item.note.as_deref(), LONGEST_LINE)?;
        if !item.done && note.is_none() {
            return Err(Refusal::invalid(format!(
                "“{text}” is not done. Say beside it why it is offered all the same, or do it first."
            )));
        }
        Ok(Item { text, done: item.done, note })
    };
    checklist.iter().map(read).collect()
}

/// Finds the offer that a track's candidate has, or one by its position.
///
/// # Errors
/// One that is not there.
fn find(track: &Track, handoff: Position) -> Result<&Handoff, Refusal> {
    let found = track.handoffs.iter().find(|of| of.position == handoff);
    found.ok_or_else(|| Refusal::unknown(format!("{} has no handoff {handoff}.", track.description.name)))
}

/// Decides how a handoff is answered.
///
/// # Errors
/// One's own offer accepted, a return without a reason, one that is over, a track that is held.
pub fn answer(
    release: &Release,
    track_id: &TrackId,
    handoff: Position,
    answer: HandoffAnswer,
    text: Option<&str>,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, track_id)?;
    let offered = find(track, handoff)?;
    speaker.sourced()?;
    let text = match answer {
        HandoffAnswer::Accepted => perhaps("The note", text, LONGEST_TEXT)?,
        HandoffAnswer::Returned => Some(said(
            "The reason",
            text.unwrap_or_default(),
            LONGEST_TEXT,
            "Say why it goes back: what has to be different before it can be accepted?",
        )?),
        HandoffAnswer::TakenBack => Some(said(
            "The reason",
            text.unwrap_or_default(),
            LONGEST_TEXT,
            "Say in a few words why the offer is taken back.",
        )?),
    };
    if let (HandoffAnswer::Accepted, Standing::Accepted(given))
    | (HandoffAnswer::Returned, Standing::Returned(given))
    | (HandoffAnswer::TakenBack, Standing::TakenBack(given)) = (answer, &offered.standing)
        && given.voice().whose() == speaker.whose()
        && given.text == text
    {
        return Ok(Settled::Already(given.position));
    }
    let theirs = [offered.voice().whose(), &offered.by]
        .into_iter()
        .any(|by| by == speaker.whose() || *by == speaker.actor);
    match answer {
        HandoffAnswer::Accepted => {
            on_its_way(track)?;
            if theirs {
                return Err(Refusal::contradiction(
                    "Whoever offers a build does not accept it too: it takes somebody else, who looks at it with their own eyes.",
                ));
            }
        }
        HandoffAnswer::Returned => {
            let with_store = track.submissions.last().filter(|submission| {
                submission.build == offered.build && submission.position > offered.position
            });
            if let Some(submission) = with_store.filter(|submission| submission.stage().is_under_way()) {
                return Err(Refusal::contradiction(format!(
                    "{} was sent to {} on it. Take it back there first, and say so here.",
                    track.build_label(&offered.build),
                    submission.store.label()
                )));
            }
        }
        HandoffAnswer::TakenBack if !theirs => {
            return Err(Refusal::forbidden(
                "An offer is taken back by whoever made it. If it does not do, return it with the reason.",
            ));
        }
        HandoffAnswer::TakenBack => {}
    }
    // The noun itself knows what may follow what.
    let word = Given {
        by: speaker.actor.clone(),
        behalf: speaker.behalf.clone(),
        at: offered.at,
        position: offered.position,
        text: text.clone(),
    };
    match answer {
        HandoffAnswer::Accepted => offered.clone().accept(word)?,
        HandoffAnswer::Returned => offered.clone().send_back(word)?,
        HandoffAnswer::TakenBack => offered.clone().take_back(word)?,
    };
    let provenance = speaker.provenance();
    Ok(Event::HandoffAnswered(HandoffAnswered { handoff, track: track_id.clone(), answer, text, provenance })
        .into())
}
