//! Saying where a blocker stands.
//!
//! Invariant: what does not count as a status is kept as a note or not at all.

use super::{find, writable};
use crate::blocker::{BlockerNumber, Did, Kind, Update, Verb, counts_as_status};
use crate::command::{LONGEST_TEXT, Settled, said, text};
use crate::event::{BlockerUpdated, Event};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::time::Time;
use crate::words;

const DAY: i64 = 86_400_000_000;
/// For how long a status may hold, in days: a next update in a year is none.
pub const LONGEST_STATUS_DAYS: i64 = 30;

/// Decides what is said about a blocker: a status, or a note.
///
/// # Errors
/// What lacks for a status, all of it at once; and a note without a text.
pub fn update(
    release: &Release,
    number: BlockerNumber,
    update: Update,
    speaker: &Speaker,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let blocker = find(release, number)?;
    let Update { kind, text: of, next_update } = update;
    let update = match kind {
        Kind::Status => {
            blocker.may(Verb::Report, now)?;
            Update { kind, text: text("The status", &of, LONGEST_TEXT)?, next_update }
        }
        Kind::Note => {
            blocker.may(Verb::Note, now)?;
            if next_update.is_some() {
                return Err(Refusal::invalid(
                    "A note sets no next update. Save it as a status, or leave the time out.",
                ));
            }
            Update {
                kind,
                text: said("The note", &of, LONGEST_TEXT, "Write what is worth keeping.")?,
                next_update,
            }
        }
    };
    speaker.sourced()?;
    let says = |did: &Did| matches!(did, Did::Said(_));
    if let Some(step) = blocker.steps.iter().rev().find(|step| says(&step.did))
        && step.did == Did::Said(update.clone())
        && (&step.by, &step.behalf) == (&speaker.actor, &speaker.behalf)
    {
        return Ok(Settled::Already(step.position));
    }
    if kind == Kind::Status {
        if let Err(lacks) = counts_as_status(&update, blocker.owner.as_ref(), now) {
            let lacks: Vec<&str> = lacks.into_iter().map(|lack| lack.told()).collect();
            return Err(Refusal::invalid(format!(
                "To be a status, {}. Otherwise save it as a note; the blocker then stays without a status.",
                words::joined(&lacks, lacks.len(), "and")
            )));
        }
        if update.next_update.is_some_and(|next| next > now.plus_micros(LONGEST_STATUS_DAYS * DAY)) {
            return Err(Refusal::invalid(format!(
                "A status holds for at most {LONGEST_STATUS_DAYS} days. Name an earlier next update, or defer the blocker."
            )));
        }
    }
    let provenance = speaker.provenance();
    Ok(Event::BlockerUpdated(BlockerUpdated { blocker: number, update, provenance }).into())
}
