//! Giving a build to a store, and telling what the store says.
//!
//! Invariant: what is sent is the candidate, handed over and accepted; and the store's words follow each other as the store
//! has them.

use super::course::on_its_way;
use super::evidence::{track, writable};
use super::{LONGEST_LINE, LONGEST_TEXT, Settled, perhaps, said};
use crate::course::carrier;
use crate::criteria::check::closest;
use crate::event::{Event, ReviewExpedited, ReworkPlanned, RolloutSaid, StoreSaid, Submitted};
use crate::id::{BuildNumber, TrackId};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::store::{Pace, Stage, Store};
use crate::submission::Submission;
use crate::time::Time;
use crate::track::Track;
use crate::words;

/// What was told of a store.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The store's own word.
    pub word: String,
    /// When the store said it; not in the future.
    pub said_at: Time,
    /// Why it refused, or what else it wrote.
    pub reason: Option<String>,
    /// The store does say just that, though it is not known here.
    pub verbatim: bool,
}

/// Refuses to submit a track that ships inside another's submission.
fn own(release: &Release, track: &Track) -> Result<(), Refusal> {
    let carrier = carrier(release, track);
    if carrier.description.id == track.description.id {
        return Ok(());
    }
    let (name, other) = (&track.description.name, &carrier.description.name);
    Err(Refusal::contradiction(format!(
        "{name} ships inside the submission of {other}: submit {other}, and what the store says of that holds for {name} too."
    )))
}

/// Decides that the candidate was sent to its store. Without a word it began as what is just sent does; its reason is a note.
///
/// # Errors
/// A build that was not handed over, one that is with the store already, a track that ships inside another's submission.
pub fn submit(
    release: &Release,
    track_id: &TrackId,
    build: &BuildNumber,
    word: &Word,
    speaker: &Speaker,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let track = track(release, track_id)?;
    own(release, track)?;
    on_its_way(track)?;
    speaker.sourced()?;
    past(word.said_at, now)?;
    let store = Store::named(track.description.store.as_deref());
    let note = perhaps("The note", word.reason.as_deref(), LONGEST_TEXT)?;
    let said_at = word.said_at;
    let word = Some(word.word.trim()).filter(|word| !word.is_empty()).unwrap_or(store.sent());
    let began = matches!(store.stage(word), Stage::Preparing | Stage::Waiting | Stage::InReview);
    if !began {
        let words: Vec<&str> = store
            .words()
            .filter(|word| matches!(store.stage(word), Stage::Preparing | Stage::Waiting | Stage::InReview))
            .collect();
        return Err(Refusal::invalid(format!(
            "A submission to {} begins as {}, not as {word}.",
            store.label(),
            words::joined(&words, words.len(), "or")
        )));
    }
    let label = track.build_label(build);
    if let Some(last) = track.submissions.last() {
        let same = last.build == *build
            && last.says.len() == 1
            && last.word() == word
            && last.voice().whose() == speaker.whose()
            && last.note == note;
        if same {
            return Ok(Settled::Already(last.position));
        }
        let open = last.stage().is_under_way() || (last.build == *build && last.stage() != Stage::TakenBack);
        if open {
            return Err(Refusal::contradiction(format!(
                "{} of {} stands at {} ({}). Tell what the store says of that; another is sent when it was taken back, \
                 refused or released.",
                track.build_label(&last.build),
                track.description.name,
                last.word(),
                last.stage().label()
            )));
        }
    }
    accepted(track, build, &label)?;
    let along = release.live_tracks().filter(|other| {
        other.description.shares_submission_with.as_ref() == Some(track_id)
            && other.going.withdrawn.is_none()
            && other.going.held.is_none()
    });
    for other in along {
        let Some(candidate) = &other.candidate else {
            return Err(Refusal::contradiction(format!(
                "{0} ships inside this submission and has no candidate. Nominate one and hand it over, or hold {0} or \
                 withdraw it.",
                other.description.name
            )));
        };
        let inside = format!(" {} ships inside this submission.", other.description.name);
        let label = other.build_label(&candidate.build);
        accepted(other, &candidate.build, &label)
            .map_err(|refusal| Refusal { sentence: format!("{}{inside}", refusal.sentence), ..refusal })?;
    }
    let submitted = Submitted {
        track: track_id.clone(),
        build: build.clone(),
        word: word.to_owned(),
        said_at,
        note,
        provenance: speaker.provenance(),
    };
    Ok(Event::Submitted(submitted).into())
}

/// Checks that a build was handed over and accepted, and still is the candidate.
fn accepted(track: &Track, build: &BuildNumber, label: &str) -> Result<(), Refusal> {
    let name = &track.description.name;
    match track.handoff() {
        Some(handoff) if handoff.build == *build && handoff.is_accepted() => Ok(()),
        Some(handoff) if handoff.build == *build => Err(Refusal::contradiction(format!(
            "The handoff of {name} {label} waits to be accepted. Have it accepted first."
        ))),
        Some(handoff) => Err(Refusal::contradiction(format!(
            "What was handed over on {name} is {}, not {label}.",
            track.build_label(&handoff.build)
        ))),
        None => Err(Refusal::contradiction(format!(
            "{name} {label} was not handed over. Offer it, and have it accepted; then it can be sent."
        ))),
    }
}

fn past(said_at: Time, now: Time) -> Result<(), Refusal> {
    if said_at > now {
        return Err(Refusal::invalid(
            "The store cannot have said it in the future. Give the moment that has been.",
        ));
    }
    Ok(())
}

/// Finds the submission that a track's store has, the last one.
///
/// # Errors
/// A track of which nothing was sent, or one that ships inside another's.
pub fn last<'a>(release: &'a Release, track_id: &TrackId) -> Result<(&'a Track, &'a Submission), Refusal> {
    let track = track(release, track_id)?;
    own(release, track)?;
    let last = track.submissions.last();
    let last = last.ok_or_else(|| {
        Refusal::contradiction(format!(
            "Nothing of {} was sent to {} yet.",
            track.description.name,
            Store::named(track.description.store.as_deref()).label()
        ))
    })?;
    Ok((track, last))
}

/// Reads a store's word, and checks that it may follow the one before.
fn follows<'w>(
    (what, store): (&str, Store),
    word: &'w Word,
    known: &[&'static str],
    before: &str,
    next: Option<&[&'static str]>,
) -> Result<&'w str, Refusal> {
    let said = word.word.trim();
    if said.is_empty() || said.chars().count() > 80 || said.chars().any(char::is_control) {
        return Err(Refusal::invalid(format!(
            "Give the word that {} has for it, as in {}.",
            store.label(),
            known[0]
        )));
    }
    if !known.contains(&said) {
        if word.verbatim {
            return Ok(said);
        }
        let meant = closest(&said.to_uppercase(), known.iter().copied())
            .or_else(|| closest(said, known.iter().copied()));
        let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        return Err(Refusal::invalid(format!(
            "{said} is no word that {} is known to have for {what}; it has {}.{meant} If the store does say just that, \
             record it as what it says word for word.",
            store.label(),
            words::joined(known, known.len(), "and")
        )));
    }
    match next {
        Some(next) if !next.contains(&said) => Err(Refusal::contradiction(if next.is_empty() {
            format!("After {before} there is nothing more to come from {}.", store.label())
        } else {
            format!(
                "After {before}, {} goes on with {}, not with {said}. If there were steps in between, tell them first, each \
                 with when it was.",
                store.label(),
                words::joined(next, next.len(), "or")
            )
        })),
        _ => Ok(said),
    }
}

/// Decides to keep what the store says of a submission.
///
/// # Errors
/// A word that may not follow, a refusal without its reason, a moment before what was said last.
pub fn store_says(
    release: &Release,
    track_id: &TrackId,
    word: &Word,
    speaker: &Speaker,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let (_, submission) = last(release, track_id)?;
    speaker.sourced()?;
    past(word.said_at, now)?;
    let store = submission.store;
    let before = submission.word();
    let reason = perhaps("The reason", word.reason.as_deref(), LONGEST_TEXT)?;
    if let Some(last) = submission.says.last()
        && last.word == word.word.trim()
        && last.reason == reason
    {
        return Ok(Settled::Already(last.position));
    }
    let known: Vec<&'static str> = store.words().collect();
    let said = follows(("a submission", store), word, &known, before, store.next(before))?;
    if submission.says.last().is_some_and(|last| word.said_at < last.said_at) {
        return Err(Refusal::invalid(format!(
            "{} said {before} later than that. Give the moment after it.",
            words::capital(store.label())
        )));
    }
    if store.stage(said) == Stage::Rejected && reason.is_none() {
        return Err(Refusal::invalid(
            "Say why the store refused it, in its own words: the guideline it names and what it saw.",
        ));
    }
    let event = StoreSaid {
        track: track_id.clone(),
        submission: submission.position,
        word: said.to_owned(),
        said_at: word.said_at,
        reason,
        provenance: speaker.provenance(),
    };
    Ok(Event::StoreSaid(event).into())
}

/// Decides to keep how a rollout goes.
///
/// # Errors
/// One that users cannot get yet, a word that may not follow, fewer users than before, a halt without a reason.
pub fn rollout(
    release: &Release,
    track_id: &TrackId,
    word: &Word,
    percent: Option<f64>,
    now: Time,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let (track, submission) = last(release, track_id)?;
    past(word.said_at, now)?;
    let store = submission.store;
    let name = &track.description.name;
    if submission.stage() != Stage::Live {
        return Err(Refusal::contradiction(format!(
            "{name} stands at {} ({}). A rollout begins when users can get it.",
            submission.word(),
            submission.stage().label()
        )));
    }
    if percent.is_some_and(|percent| !(0.0..=100.0).contains(&percent)) {
        return Err(Refusal::invalid("How many are offered it is a percentage from 0 to 100."));
    }
    let reason = perhaps("The reason", word.reason.as_deref(), LONGEST_TEXT)?;
    let last = submission.rollout.last();
    if let Some(last) = last
        && last.word == word.word.trim()
        && last.percent == percent
        && last.reason == reason
    {
        return Ok(Settled::Already(last.position));
    }
    let known: Vec<&'static str> = store.rollout_words().collect();
    let before = last.map_or("", |last| last.word.as_str());
    // More of the same is a step: 5 % after 1 %.
    let same = before == word.word.trim();
    let next = if same || last.is_none() { None } else { store.next_pace(before) };
    let said = follows(("a rollout", store), word, &known, before, next)?;
    let pace = store.pace(said);
    let least = last.and_then(|last| last.percent).filter(|_| pace == Pace::Going).unwrap_or_default();
    if percent.is_some_and(|percent| percent < least) {
        return Err(Refusal::invalid(format!(
            "{} % were offered it already, and a store takes it back from nobody.",
            words::decimal(least)
        )));
    }
    if pace == Pace::Halted && reason.is_none() {
        return Err(Refusal::invalid("Say why it was halted: what was seen, and by whom."));
    }
    let event = RolloutSaid {
        track: track_id.clone(),
        submission: submission.position,
        word: said.to_owned(),
        percent,
        said_at: word.said_at,
        reason,
    };
    Ok(Event::RolloutSaid(event).into())
}

/// Decides that a sooner review was asked for, or how the store answered that.
///
/// # Errors
/// No reason, one that is not waiting for a review, an answer to what nobody asked.
pub fn expedite(
    release: &Release,
    track_id: &TrackId,
    granted: Option<bool>,
    text: Option<&str>,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let (track, submission) = last(release, track_id)?;
    speaker.sourced()?;
    let name = &track.description.name;
    let text = match granted {
        None => Some(said(
            "The reason",
            text.unwrap_or_default(),
            LONGEST_TEXT,
            "Say what the store was told: why this review cannot wait.",
        )?),
        Some(_) => perhaps("The note", text, LONGEST_LINE)?,
    };
    match (granted, &submission.expedited) {
        (None, Some(asked)) if asked.granted.is_none() => {
            if asked.asked.text == text && asked.asked.voice().whose() == speaker.whose() {
                return Ok(Settled::Already(asked.asked.position));
            }
            return Err(Refusal::contradiction(format!(
                "A sooner review of {name} was asked for already. Tell what the store answered."
            )));
        }
        (None, _) if !matches!(submission.stage(), Stage::Preparing | Stage::Waiting | Stage::InReview) => {
            return Err(Refusal::contradiction(format!(
                "{name} stands at {}: there is no review to wait for.",
                submission.word()
            )));
        }
        (Some(_), None) => {
            return Err(Refusal::contradiction(format!(
                "Nobody has asked for a sooner review of {name}. Record first that it was asked for."
            )));
        }
        (Some(granted), Some(asked)) => {
            if let Some((before, given)) = &asked.granted {
                if *before == granted && given.text == text {
                    return Ok(Settled::Already(given.position));
                }
                return Err(Refusal::contradiction("The store has answered that already."));
            }
        }
        (None, _) => {}
    }
    let event = ReviewExpedited {
        track: track_id.clone(),
        submission: submission.position,
        granted,
        text,
        provenance: speaker.provenance(),
    };
    Ok(Event::ReviewExpedited(event).into())
}

/// Decides what is done about a rejection.
///
/// # Errors
/// A submission that was not rejected, no plan.
pub fn rework(
    release: &Release,
    track_id: &TrackId,
    plan: &str,
    new_build: bool,
    speaker: &Speaker,
) -> Result<Settled, Refusal> {
    writable(release)?;
    let (track, submission) = last(release, track_id)?;
    speaker.sourced()?;
    if submission.stage() != Stage::Rejected {
        return Err(Refusal::contradiction(format!(
            "{} stands at {} ({}): there is no rejection to answer.",
            track.description.name,
            submission.word(),
            submission.stage().label()
        )));
    }
    let plan = said("The plan", plan, LONGEST_TEXT, "Say what is done about it, by whom and by when.")?;
    if let Some(last) = submission.reworks.last()
        && last.plan.text.as_ref() == Some(&plan)
        && last.new_build == new_build
        && last.plan.voice().whose() == speaker.whose()
    {
        return Ok(Settled::Already(last.plan.position));
    }
    let event = ReworkPlanned {
        track: track_id.clone(),
        submission: submission.position,
        plan,
        new_build,
        provenance: speaker.provenance(),
    };
    Ok(Event::ReworkPlanned(event).into())
}
