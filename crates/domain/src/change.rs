//! A change that a release carries: a feature or a fix, and what three functions say of it.
//!
//! Invariant: it is done when engineering, qa and product each say so, and not before; nobody speaks for another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::criterion::Function;
use crate::defect::{Priority, Source};
use crate::envelope::{ActorId, Position};
use crate::id::{ChangeKey, TrackId};
use crate::time::Time;
use crate::voice::{Behalf, Voice};

/// The functions that a change must be done by.
pub const DONE_BY: [Function; 3] = [Function::Engineering, Function::Qa, Function::Product];

/// What a change is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeDescription {
    #[schema(example = "Routes sync without a phone")]
    pub title: String,
    /// What users or the business get of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Runners leave the phone at home and lose nothing")]
    pub intent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    /// The tracks that carry it; none named means every track.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TrackId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a function last said of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub done: bool,
    /// Where the function had said that it is done, if this takes that back.
    pub takes_back: Option<Position>,
    pub notes: Option<String>,
    pub by: ActorId,
    pub behalf: Option<Behalf>,
    pub at: Time,
    pub position: Position,
}

impl Said {
    pub fn voice(&self) -> Voice<'_> {
        Voice { actor: &self.by, behalf: self.behalf.as_ref(), asked_by: None }
    }
}

/// That something is no part of a release any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOut {
    pub reason: String,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

/// A change of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub key: ChangeKey,
    pub description: ChangeDescription,
    pub source: Source,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
    /// When it was described last, and by which event.
    pub described_at: Time,
    pub described: Position,
    pub said: BTreeMap<Function, Said>,
    pub taken_out: Option<TakenOut>,
}

impl Change {
    pub fn label(&self) -> String {
        format!("{} “{}”", self.key, self.description.title)
    }

    pub fn is_on(&self, track: &TrackId) -> bool {
        self.description.tracks.is_empty() || self.description.tracks.contains(track)
    }

    pub fn done_by(&self, function: Function) -> bool {
        self.said.get(&function).is_some_and(|said| said.done)
    }

    /// Returns the functions that have not said that it is done, in their order.
    pub fn undone(&self) -> impl Iterator<Item = Function> {
        DONE_BY.into_iter().filter(|function| !self.done_by(*function))
    }
}
