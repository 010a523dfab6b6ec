//! Who is concerned by what happens, and what is asked of them.
//!
//! Invariant: nobody is told of their own act; what a notice carries are names of things, so that it can be told as they
//! are when it is sent, and nothing that was redacted stays in it.

pub mod pace;
mod paths;
pub mod told;

use serde::{Deserialize, Serialize};

use crate::blocker::BlockerNumber;
use crate::criterion::Function;
use crate::envelope::{ActorId, Envelope, Position};
use crate::event::{CandidateNominated, Event};
use crate::id::{BuildNumber, ChangeKey, TrackId};
use crate::release::Release;
use crate::voice::Behalf;
use crate::waiver::{End, Waiver};

/// Something that somebody is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub to: To,
    pub kind: Kind,
    pub urgency: Urgency,
    pub what: What,
}

/// Whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    Person(ActorId),
    /// Everybody whose account speaks for it.
    Function(Function),
}

/// What it is to its reader, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Something is late, or about to be: it goes at any hour.
    Escalation,
    /// What was decided for a track.
    Decision,
    /// Something is asked of them.
    Ask,
    News,
}

/// Whether it may wait to be told together with what else there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    AtOnce,
    Digest,
}

/// What there is to tell. The event that caused it is known besides, so that it is not named here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// The cause is the draft.
    DefinitionDrafted {
        version: i64,
        function: Function,
    },
    DefinitionInForce {
        version: i64,
    },
    /// The cause is the waiver.
    WaiverRequested,
    WaiverAnswered {
        waiver: Position,
    },
    WaiverLapsed {
        waiver: Position,
    },
    SignOffLapsed {
        track: TrackId,
        build: BuildNumber,
        function: Function,
        signed: BuildNumber,
    },
    /// The cause is the ask; it comes with a link.
    Asked,
    EvidenceWithdrawn {
        evidence: Position,
    },
    EvidenceCorrected {
        evidence: Position,
    },
    ChangeTakenOut {
        change: ChangeKey,
    },
    HandoffAnswered {
        track: TrackId,
        handoff: Position,
    },
    StoreRefused {
        track: TrackId,
        submission: Position,
    },
    BlockerWantsOwner {
        blocker: BlockerNumber,
    },
    BlockerOwned {
        blocker: BlockerNumber,
    },
}

macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal),* }) => {
        impl $type {
            pub const ALL: &[(&str, Self)] = &[$(($name, Self::$variant)),*];

            pub fn as_str(self) -> &'static str {
                Self::ALL.iter().find(|(_, one)| *one == self).map_or("", |(name, _)| name)
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, one)| *one)
            }
        }
    };
}

names!(Kind { Escalation = "escalation", Decision = "decision", Ask = "ask", News = "news" });
names!(Urgency { AtOnce = "at_once", Digest = "digest" });

impl Kind {
    /// Returns what it is to its reader: "an ask", "news".
    pub fn label(self) -> &'static str {
        match self {
            Self::Escalation => "escalation",
            Self::Decision => "decision",
            Self::Ask => "asked of them",
            Self::News => "news",
        }
    }
}

fn ask(to: To, what: What) -> Notice {
    Notice { to, kind: Kind::Ask, urgency: Urgency::Digest, what }
}

fn news(to: To, what: What) -> Notice {
    Notice { to, kind: Kind::News, urgency: Urgency::Digest, what }
}

/// Tells whether an event could concern anybody: most do not, and the states around them need not be made.
pub fn concerns(event: &Event) -> bool {
    paths::concerns(event)
        || matches!(
            event,
            Event::DefinitionDrafted(_)
                | Event::DefinitionPutInForce(_)
                | Event::WaiverRequested(_)
                | Event::WaiverApproved(_)
                | Event::WaiverRejected(_)
                | Event::CandidateNominated(_)
                | Event::EvidenceWithdrawn(_)
                | Event::EvidenceCorrected(_)
                | Event::ChangeTakenOut(_)
                | Event::Asked(_)
        )
}

/// Returns who is concerned by an event, and what is asked of them. The position of the event is not known yet.
pub fn notices(before: &Release, after: &Release, event: &Event, envelope: &Envelope) -> Vec<Notice> {
    let to_agreeing = || after.agreeing().iter().copied();
    let brought_by = |evidence: Position| before.brought_by(evidence).cloned().map(To::Person);
    let mut notices = match event {
        Event::DefinitionDrafted(definition) => {
            let version = definition.version;
            let ask_of =
                |function| ask(To::Function(function), What::DefinitionDrafted { version, function });
            to_agreeing().map(ask_of).collect()
        }
        Event::DefinitionPutInForce(definition) => {
            let what = || What::DefinitionInForce { version: definition.version };
            let mut notices: Vec<Notice> =
                to_agreeing().map(|function| news(To::Function(function), what())).collect();
            notices.extend(lapsed(before, after));
            notices
        }
        Event::WaiverRequested(requested) => {
            let approvers = crate::waiver::approvers(after, &requested.subject).iter();
            approvers.map(|function| ask(To::Function(*function), What::WaiverRequested)).collect()
        }
        Event::WaiverApproved(approved) => answered(before, approved.waiver),
        Event::WaiverRejected(rejected) => answered(before, rejected.waiver),
        Event::CandidateNominated(nominated) => {
            let mut notices = lapsed(before, after);
            notices.extend(unsigned(before, nominated));
            notices
        }
        Event::EvidenceWithdrawn(withdrawn) => {
            let evidence = withdrawn.evidence;
            let tell = |to| news(to, What::EvidenceWithdrawn { evidence });
            brought_by(evidence).map(tell).into_iter().collect()
        }
        Event::EvidenceCorrected(corrected) => {
            let evidence = corrected.evidence;
            let tell = |to| news(to, What::EvidenceCorrected { evidence });
            brought_by(evidence).map(tell).into_iter().collect()
        }
        Event::ChangeTakenOut(taken) => {
            let change = taken.change.clone();
            vec![news(To::Function(Function::Product), What::ChangeTakenOut { change })]
        }
        Event::Asked(asked) => {
            let to = To::Person(asked.of.clone());
            vec![Notice { to, kind: Kind::Ask, urgency: Urgency::AtOnce, what: What::Asked }]
        }
        _ => paths::notices(before, after, event),
    };
    notices.retain(|notice| notice.to != To::Person(envelope.actor.clone()));
    notices
}

/// Tells whoever asked for a waiver what was answered.
fn answered(before: &Release, waiver: Position) -> Vec<Notice> {
    let of = before.waiver(waiver).filter(|waiver| waiver.answer.is_none());
    of.map(|of| news(To::Person(of.by.clone()), What::WaiverAnswered { waiver })).into_iter().collect()
}

/// Tells whoever asked for a waiver that it counts no longer.
fn lapsed(before: &Release, after: &Release) -> Vec<Notice> {
    let has_lapsed = |waiver: &&Waiver| {
        let ended = after.waiver(waiver.position).and_then(|waiver| waiver.end.as_ref());
        waiver.end.is_none() && matches!(ended, Some(End::Lapsed { .. }))
    };
    let tell =
        |waiver: &Waiver| news(To::Person(waiver.by.clone()), What::WaiverLapsed { waiver: waiver.position });
    before.waivers.iter().filter(has_lapsed).map(tell).collect()
}

/// Asks whoever signed off the candidate before to sign anew, once for each function.
fn unsigned(before: &Release, nominated: &CandidateNominated) -> Vec<Notice> {
    let Some(track) = before.tracks.get(&nominated.track) else { return Vec::new() };
    let Some(candidate) = track.candidate.as_ref().filter(|of| of.build != nominated.build) else {
        return Vec::new();
    };
    let live = track.sign_offs.iter().filter(|of| of.withdrawn.is_none());
    let signed_already: Vec<Function> =
        live.clone().filter(|of| of.build == nominated.build).map(|of| of.function).collect();
    let mut notices: Vec<Notice> = Vec::new();
    for signed in live.filter(|of| of.build == candidate.build) {
        let whose = signed.behalf.as_ref().map_or(&signed.actor, |Behalf { of, .. }| of);
        let notice = ask(
            To::Person(whose.clone()),
            What::SignOffLapsed {
                track: nominated.track.clone(),
                build: nominated.build.clone(),
                function: signed.function,
                signed: candidate.build.clone(),
            },
        );
        if !signed_already.contains(&signed.function) && !notices.contains(&notice) {
            notices.push(notice);
        }
    }
    notices
}
