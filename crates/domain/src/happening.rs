//! An event, told to a reader.
//!
//! Invariant: every event has a sentence, also one that was redacted and one that this version does not know.

mod agreed;
mod blocking;
mod listed;
mod planned;
mod shipped;
mod teller;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::blocker::BlockerNumber;
use crate::envelope::{ActorId, Envelope, Position};
use crate::event::Event;
use crate::id::{ChangeKey, DefectKey, TrackId};
use crate::release::Release;
use crate::time::Time;
use crate::voice::{Behalf, Voice};
use teller::Teller;

/// What happened, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    pub position: Position,
    /// When it was recorded.
    pub at: Time,
    pub occurred_at: Time,
    pub actor: ActorId,
    /// The event's type, such as `run_ingested`.
    pub kind: Arc<str>,
    pub topic: Topic,
    pub track: Option<TrackId>,
    /// Whose word it is, where another recorded it.
    pub behalf: Option<Behalf>,
    /// Who gave out the link that it came by.
    pub asked_by: Option<ActorId>,
    /// Completes "(name of the actor) …", without a full stop.
    pub sentence: String,
    /// Somebody whom the sentence goes on to name.
    pub whom: Option<Whom>,
    /// What the person added in their own words: a reason, notes.
    pub detail: Option<String>,
    /// What to link to.
    pub about: About,
}

/// Somebody whom a sentence names, and how it goes on after the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whom {
    pub person: ActorId,
    pub then: String,
}

impl Happening {
    /// Returns who did it, with whose word it is: what the sentence completes.
    pub fn subject<N: AsRef<str>>(&self, name: impl Fn(&ActorId) -> N) -> String {
        let voice =
            Voice { actor: &self.actor, behalf: self.behalf.as_ref(), asked_by: self.asked_by.as_ref() };
        voice.told(name)
    }

    /// Tells whether somebody acted in it, spoke in it, or is named by it.
    pub fn names(&self, person: &str) -> bool {
        let others =
            [self.behalf.as_ref().map(|behalf| &behalf.of), self.whom.as_ref().map(|whom| &whom.person)];
        [Some(&self.actor)].iter().chain(&others).flatten().any(|actor| actor.as_str() == person)
    }

    /// Returns the whole sentence, with the name of whomever it names.
    pub fn told<N: AsRef<str>>(&self, name: impl Fn(&ActorId) -> N) -> String {
        match &self.whom {
            None => self.sentence.clone(),
            Some(whom) => format!("{} {} {}", self.sentence, name(&whom.person).as_ref(), whom.then),
        }
    }
}

/// What a happening is about, for those who filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    Evidence,
    Ask,
    Candidate,
    Criteria,
    Waiver,
    Defect,
    Change,
    Risk,
    Blocker,
    Judgement,
    Timeline,
    Plan,
    Shipping,
    Setup,
    Correction,
}

impl Topic {
    pub const ALL: [(&'static str, Self); 15] = [
        ("evidence", Self::Evidence),
        ("ask", Self::Ask),
        ("candidate", Self::Candidate),
        ("criteria", Self::Criteria),
        ("waiver", Self::Waiver),
        ("defect", Self::Defect),
        ("change", Self::Change),
        ("risk", Self::Risk),
        ("blocker", Self::Blocker),
        ("judgement", Self::Judgement),
        ("timeline", Self::Timeline),
        ("plan", Self::Plan),
        ("shipping", Self::Shipping),
        ("setup", Self::Setup),
        ("correction", Self::Correction),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, topic)| *topic == self).map_or("", |(name, _)| name)
    }

    /// Returns the topic as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Evidence => "Evidence",
            Self::Ask => "Asking people",
            Self::Candidate => "Builds and candidates",
            Self::Criteria => "Criteria",
            Self::Waiver => "Waivers",
            Self::Defect => "Defects",
            Self::Change => "Changes",
            Self::Risk => "Risks",
            Self::Blocker => "Blockers",
            Self::Judgement => "Sign-offs and assessments",
            Self::Timeline => "Dates and milestones",
            Self::Plan => "Test plans",
            Self::Shipping => "Handoff, store and rollout",
            Self::Setup => "Setup",
            Self::Correction => "Corrections",
        }
    }
}

/// The thing that a happening is about, for those who link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "what", content = "of", rename_all = "snake_case")]
pub enum About {
    Product,
    Release,
    Track(TrackId),
    /// A version of the definition of ready.
    Definition(i64),
    Evidence(Position),
    Ask(Position),
    Defect(DefectKey),
    Change(ChangeKey),
    Risk(Position),
    Blocker(BlockerNumber),
    Waiver(Position),
    /// The dates of a release.
    Timeline,
    /// The working calendar of a product.
    Calendar,
    Event(Position),
    Nothing,
}

/// Tells an event. The release is any later state of its own stream; it lends names of tracks, builds and evidence.
pub fn happening(envelope: &Envelope, event: &Event, release: Option<&Release>) -> Happening {
    let told = Teller { envelope, release }.tell(event);
    Happening {
        position: envelope.position,
        at: envelope.recorded_at,
        occurred_at: envelope.occurred_at,
        actor: envelope.actor.clone(),
        kind: envelope.kind.clone(),
        topic: told.topic,
        track: told.track,
        behalf: told.provenance.behalf,
        asked_by: told.asked_by,
        sentence: told.sentence,
        whom: told.whom,
        detail: told.detail.filter(|detail| !detail.trim().is_empty()),
        about: told.about,
    }
}
