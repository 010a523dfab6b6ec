//! What surrounds every event: where it stands in the journal, who caused it, and when.
//!
//! Invariant: `recorded_at` never decreases with `position`, and *as of* always means recorded.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// The place of an event in the whole journal, counted from 1 without gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub i64);

/// The place of an event in its stream, counted from 1 without gaps. 0 is the version of an empty stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamVersion(pub i64);

/// The name of a stream: `product/tidewatch` or `release/tidewatch/2026.12`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stream(Arc<str>);

/// An opaque id of whoever acted. Names and addresses live in an erasable table, never in the journal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActorId(Arc<str>);

/// Everything the journal says of an event besides its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub position: Position,
    pub stream: Stream,
    pub version: StreamVersion,
    /// The event's type, such as `run_ingested`.
    pub kind: Arc<str>,
    /// The version of that type; old versions are read through upcasts.
    pub kind_version: u32,
    pub actor: ActorId,
    /// When it happened, as claimed by whoever told us.
    pub occurred_at: Time,
    /// When it was written, assigned in the append.
    pub recorded_at: Time,
}

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(Stream);
text_id!(ActorId);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for StreamVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
