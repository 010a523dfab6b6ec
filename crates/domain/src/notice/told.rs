//! The sentences of what somebody is told: what happened, what is asked, by when, and what happens otherwise.
//!
//! Invariant: it is told as it stands when it is sent; what is asked of nobody any more is told to nobody.

use super::{What, paths};
use crate::ask::Standing;
use crate::envelope::{ActorId, Position};
use crate::happening::About;
use crate::release::Release;
use crate::time::Time;
use crate::waiver::{self, Answer, End};
use crate::words;

/// What a reader is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it is in a few words, for a subject: "agree to version 2 of the definition of ready".
    pub short: String,
    /// What happened: one or two whole sentences.
    pub sentence: String,
    /// What somebody wrote with it, in their own words.
    pub quote: Option<String>,
    /// What they are asked to do, as a sentence.
    pub asked: Option<String>,
    /// Until when.
    pub by: Option<Time>,
    /// What happens if they do not.
    pub otherwise: Option<String>,
    pub about: About,
}

/// Tells what a notice says, as the release stands. `None` when it has passed: nobody asks that any more.
///
/// `cause` is the event that caused it; `name` says what somebody is called.
pub fn told(
    release: &Release,
    cause: Position,
    what: &What,
    now: Time,
    name: impl Fn(&ActorId) -> String,
) -> Option<Told> {
    match what {
        What::DefinitionDrafted { version, function } => {
            let draft = release.draft.as_ref().filter(|draft| draft.position == cause)?;
            if draft.agreed_by(*function).is_some() {
                return None;
            }
            let criteria = words::count(draft.definition.criteria.len() as i64, "criterion", "criteria");
            let rules = release.ruling().map(|ruling| ruling.definition.version);
            Some(Told {
                short: format!("agree to version {version} of the definition of ready"),
                sentence: format!(
                    "{} drafted version {version} of the definition of ready, with {criteria}.",
                    name(&draft.by)
                ),
                quote: draft.definition.reason.clone(),
                asked: Some(format!(
                    "Read it, and say for {} that you agree, or what is missing.",
                    function.as_str()
                )),
                by: None,
                otherwise: Some(match rules {
                    Some(rules) => format!("Until all agree, version {rules} goes on ruling."),
                    None => "Until all agree, no definition rules and no track can be ready.".to_owned(),
                }),
                about: About::Definition(*version),
            })
        }
        What::DefinitionInForce { version } => {
            let ruling = release.definitions.iter().find(|ruling| ruling.definition.version == *version)?;
            let criteria = words::count(ruling.definition.criteria.len() as i64, "criterion", "criteria");
            Some(Told {
                short: format!("version {version} of the definition of ready is in force"),
                sentence: format!(
                    "Version {version} of the definition of ready is in force, with {criteria}."
                ),
                quote: ruling.definition.reason.clone(),
                ..nothing_asked(About::Definition(*version))
            })
        }
        What::WaiverRequested => {
            let waiver = release.waiver(cause)?;
            if waiver.standing(now) != waiver::Standing::Requested {
                return None;
            }
            let (subject, track) = (waiver.subject.told(release), track_name(release, &waiver.track));
            Some(Told {
                short: format!("answer whether {subject} may stay as it is on {track}"),
                sentence: format!("{} asks to accept {subject} on {track} as it is.", name(&waiver.by)),
                quote: Some(waiver.reason.clone()),
                asked: Some("Approve it, or refuse it with a reason.".to_owned()),
                by: Some(waiver.expires),
                otherwise: Some(
                    "Until somebody does, nothing is waived and it stands in the way.".to_owned(),
                ),
                about: About::Waiver(cause),
            })
        }
        What::WaiverAnswered { waiver } => {
            let of = release.waiver(*waiver)?;
            let (subject, track) = (of.subject.told(release), track_name(release, &of.track));
            let (verb, by, quote) = match of.answer.as_ref()? {
                Answer::Approved { by, note, behalf, .. } => {
                    ("approved", behalf.as_ref().map_or(by, |behalf| &behalf.of), note.clone())
                }
                Answer::Rejected { by, reason, .. } => ("refused", by, Some(reason.clone())),
            };
            Some(Told {
                short: format!("the waiver of {subject} on {track} was {verb}"),
                sentence: format!("{} {verb} the waiver that you asked for: {subject} on {track}.", name(by)),
                quote,
                ..nothing_asked(About::Waiver(*waiver))
            })
        }
        What::WaiverLapsed { waiver } => {
            let of = release.waiver(*waiver)?;
            let Some(End::Lapsed { why, .. }) = &of.end else { return None };
            let (subject, track) = (of.subject.told(release), track_name(release, &of.track));
            Some(Told {
                short: format!("the waiver of {subject} on {track} lapsed"),
                sentence: format!(
                    "The waiver that you asked for counts no longer: {subject} on {track}. The reason: {why}. \
                     Ask for it anew if it is still needed."
                ),
                ..nothing_asked(About::Waiver(*waiver))
            })
        }
        What::SignOffLapsed { track, build, function, signed } => {
            let of = release.tracks.get(track).filter(|of| !of.retired)?;
            let is_candidate = of.candidate.as_ref().is_some_and(|candidate| candidate.build == *build);
            let is_signed = of
                .sign_offs
                .iter()
                .any(|of| of.build == *build && of.function == *function && of.withdrawn.is_none());
            if !is_candidate || is_signed {
                return None;
            }
            let (name, function) = (&of.description.name, function.as_str());
            let (is, was) = (of.build_label(build), of.build_label(signed));
            Some(Told {
                short: format!("sign off {name} {is} for {function}"),
                sentence: format!(
                    "The candidate of {name} is now {is}. Your sign-off for {function} was for {was}, and says nothing \
                     of this build."
                ),
                quote: of.candidate.as_ref().and_then(|candidate| candidate.reason.clone()),
                asked: Some("Look at the new candidate, and sign it off if it is fit.".to_owned()),
                by: None,
                otherwise: Some(format!("Until then, {function} has not signed off what would ship.")),
                about: About::Track(track.clone()),
            })
        }
        What::Asked => {
            let ask = release.ask(cause)?;
            if ask.standing(now) != Standing::Open {
                return None;
            }
            let deed = ask.wanted.deed(release);
            Some(Told {
                short: deed.clone(),
                sentence: format!("{} asks you to {deed}.", name(&ask.by)),
                quote: ask.note.clone(),
                asked: Some("The link below opens the one form it takes; no account is needed.".to_owned()),
                by: Some(ask.until),
                otherwise: Some(
                    "After that the link is closed, and what was asked stays unknown.".to_owned(),
                ),
                about: About::Ask(cause),
            })
        }
        What::EvidenceWithdrawn { evidence } | What::EvidenceCorrected { evidence } => {
            let brought = release.brought().find(|brought| brought.position == *evidence)?;
            let withdrawal = brought.withdrawn?;
            let (by, place) = (name(&withdrawal.by), release.in_place_of(*evidence));
            let (short, sentence) = match place {
                Some((track, _)) => (
                    format!("evidence {evidence} was put where it belongs"),
                    format!(
                        "{by} put evidence {evidence}, which you brought, where it belongs: {}.",
                        track.description.name
                    ),
                ),
                None => (
                    format!("evidence {evidence} was withdrawn"),
                    format!("{by} withdrew evidence {evidence}, which you brought. It counts no longer."),
                ),
            };
            let quote = Some(withdrawal.reason.clone());
            Some(Told { short, sentence, quote, ..nothing_asked(About::Evidence(*evidence)) })
        }
        What::HandoffAnswered { track, handoff } => paths::handoff(release, track, *handoff, name),
        What::StoreRefused { track, submission } => paths::refused(release, track, *submission),
        What::BlockerWantsOwner { blocker } => paths::blocker(release, *blocker, true, now),
        What::BlockerOwned { blocker } => paths::blocker(release, *blocker, false, now),
        What::ChangeTakenOut { change } => {
            let of = release.changes.get(change)?;
            let taken = of.taken_out.as_ref()?;
            Some(Told {
                short: format!("{} was taken out", of.label()),
                sentence: format!("{} took {} out of this release.", name(&taken.by), of.label()),
                quote: Some(taken.reason.clone()),
                ..nothing_asked(About::Change(change.clone()))
            })
        }
    }
}

pub(super) fn nothing_asked(about: About) -> Told {
    let (short, sentence) = (String::new(), String::new());
    Told { short, sentence, quote: None, asked: None, by: None, otherwise: None, about }
}

pub(super) fn track_name(release: &Release, track: &crate::id::TrackId) -> String {
    release.tracks.get(track).map_or_else(|| track.to_string(), |track| track.description.name.clone())
}
