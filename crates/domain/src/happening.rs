//! An event, told to a reader.
//!
//! Invariant: every event has a sentence, also one that was redacted and one that this version does not know.

mod teller;

use std::sync::Arc;

use crate::envelope::{ActorId, Envelope, Position};
use crate::event::Event;
use crate::id::TrackId;
use crate::release::Release;
use crate::time::Time;
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
    /// Completes "(name of the actor) …", without a full stop.
    pub sentence: String,
    /// What the person added in their own words: a reason, notes.
    pub detail: Option<String>,
    /// What to link to.
    pub about: About,
}

/// What a happening is about, for those who filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    Evidence,
    Candidate,
    Criteria,
    Plan,
    Setup,
    Correction,
}

impl Topic {
    pub const ALL: [(&'static str, Self); 6] = [
        ("evidence", Self::Evidence),
        ("candidate", Self::Candidate),
        ("criteria", Self::Criteria),
        ("plan", Self::Plan),
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
            Self::Candidate => "Builds and candidates",
            Self::Criteria => "Criteria",
            Self::Plan => "Test plans",
            Self::Setup => "Setup",
            Self::Correction => "Corrections",
        }
    }
}

/// The thing that a happening is about, for those who link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Product,
    Release,
    Track(TrackId),
    /// A version of the definition of ready.
    Definition(i64),
    Evidence(Position),
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
        sentence: told.sentence,
        detail: told.detail.filter(|detail| !detail.trim().is_empty()),
        about: told.about,
    }
}
