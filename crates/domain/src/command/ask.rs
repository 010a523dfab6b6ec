//! Asking somebody for evidence, and what they may answer.
//!
//! Invariant: only an ask that is open can be answered, and only with what it asks for.

use super::evidence::{device, summarize, track, writable};
use crate::ask::{Ask, End, Standing, Wanted};
use crate::digest::Digest;
use crate::envelope::Position;
use crate::event::{AskDeclined, AskWithdrawn, Asked, DeviceAttested, Event, SummaryWritten};
use crate::evidence::AttestedResult;
use crate::id::BuildNumber;
use crate::refusal::Refusal;
use crate::release::Release;
use crate::time::Time;
use crate::voice::Provenance;

const DAY: i64 = 86_400_000_000;
/// How long an ask may stay open, in days.
pub const LONGEST_DAYS: i64 = 60;
/// The longest note or reason, in characters.
pub const LONGEST_TEXT: usize = 2_000;

/// Decides to ask somebody.
pub fn ask(release: &Release, asked: Asked, now: Time) -> Result<Event, Refusal> {
    writable(release)?;
    let track = track(release, asked.wanted.track())?;
    let number = asked.wanted.build();
    if !track.builds.contains_key(number) {
        let known: Vec<&str> = track.builds.keys().map(BuildNumber::as_str).collect();
        let known =
            if known.is_empty() { "no build yet".to_owned() } else { format!("builds {}", known.join(", ")) };
        return Err(Refusal::unknown(format!(
            "{} has no build {number} in {}; it has {known}. Add the build to the file and apply it.",
            track.description.name, release.id.name
        )));
    }
    if let Wanted::DeviceCheck { device: name, .. } = &asked.wanted {
        device(track, name)?;
    }
    if asked.until <= now {
        return Err(Refusal::invalid("Ask until a moment that is still to come."));
    }
    if asked.until > now.plus_micros(LONGEST_DAYS * DAY) {
        return Err(Refusal::invalid(format!(
            "Ask for at most {LONGEST_DAYS} days; whoever needs longer is asked again."
        )));
    }
    let note = text("The note", asked.note.as_deref().unwrap_or_default())?;
    let twice = release
        .asks
        .iter()
        .find(|ask| ask.of == asked.of && ask.wanted == asked.wanted && ask.standing(now) == Standing::Open);
    if let Some(ask) = twice {
        return Err(Refusal::contradiction(format!(
            "They have been asked for this already, as ask {}. Make a new link for it, or withdraw it first.",
            ask.position
        )));
    }
    Ok(Event::Asked(Asked { note: Some(note).filter(|note| !note.is_empty()), ..asked }))
}

/// Finds an ask that is open.
///
/// # Errors
/// What became of it.
pub fn open(release: &Release, position: Position, now: Time) -> Result<&Ask, Refusal> {
    writable(release)?;
    let ask = release.ask(position).ok_or_else(|| {
        Refusal::unknown(format!(
            "{} has no ask {position}. `seaworthy ask list` shows what there is.",
            release.id
        ))
    })?;
    let ended = match (&ask.end, ask.standing(now)) {
        (Some(End::Answered { evidence, .. }), _) => format!("has been answered, by evidence {evidence}"),
        (Some(End::Declined { .. }), _) => "has been declined; ask somebody else".to_owned(),
        (Some(End::Withdrawn { reason, .. }), _) => format!("is withdrawn already: {reason}"),
        (None, Standing::Expired) => "has expired; ask again".to_owned(),
        (None, _) => return Ok(ask),
    };
    Err(Refusal::contradiction(format!("Ask {position} {ended}.")))
}

/// Decides to ask no longer.
pub fn withdraw(release: &Release, position: Position, reason: &str, now: Time) -> Result<Event, Refusal> {
    let ask = open(release, position, now)?.position;
    let reason = text("The reason", reason)?;
    if reason.is_empty() {
        return Err(Refusal::invalid("Say in a few words why it is no longer asked."));
    }
    Ok(Event::AskWithdrawn(AskWithdrawn { ask, reason }))
}

/// Decides that the asked cannot do it.
pub fn decline(release: &Release, position: Position, reason: &str, now: Time) -> Result<Event, Refusal> {
    let ask = open(release, position, now)?.position;
    let reason = text("The reason", reason)?;
    if reason.is_empty() {
        return Err(Refusal::invalid("Say in a few words why not, so that somebody else can be asked."));
    }
    Ok(Event::AskDeclined(AskDeclined { ask, reason }))
}

/// Decides a check by hand that was asked for.
pub fn answer_check(
    release: &Release,
    position: Position,
    result: AttestedResult,
    notes: &str,
    now: Time,
) -> Result<Event, Refusal> {
    let Wanted::DeviceCheck { track, build, device } = open(release, position, now)?.wanted.clone() else {
        return Err(Refusal::invalid("A test summary was asked for, not a check by hand."));
    };
    let notes = text("What you saw", notes)?;
    let notes = Some(notes).filter(|notes| !notes.is_empty());
    Ok(Event::DeviceAttested(DeviceAttested {
        track,
        build,
        device,
        result,
        notes,
        photos: Vec::new(),
        provenance: answering(position),
    }))
}

/// Decides a test summary that was asked for, whose text is already stored.
pub fn answer_summary(
    release: &Release,
    position: Position,
    stored: Digest,
    words: i64,
    now: Time,
) -> Result<Event, Refusal> {
    let Wanted::Summary { track, build } = open(release, position, now)?.wanted.clone() else {
        return Err(Refusal::invalid("A check by hand was asked for, not a test summary."));
    };
    let written = SummaryWritten { track, build, text: stored, words, provenance: answering(position) };
    let mut events = summarize(release, written, None)?;
    events.pop().ok_or_else(|| Refusal::invalid("The summary is empty. Write at least a sentence."))
}

fn answering(position: Position) -> Provenance {
    Provenance { behalf: None, answers: Some(position) }
}

fn text(what: &str, text: &str) -> Result<String, Refusal> {
    super::text(what, text, LONGEST_TEXT)
}
