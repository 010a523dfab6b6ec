//! Targets and milestones of tracks, and holidays that were imported.

use serde::{Deserialize, Serialize};

use crate::calendar::{Day, Holiday};
use crate::envelope::Position;
use crate::id::{MilestoneId, TrackId};

/// The day on which a track should go live; it takes the place of the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetSet {
    pub track: TrackId,
    pub on: Day,
    /// Why it moves, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A milestone that the template does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneAdded {
    pub track: TrackId,
    pub milestone: MilestoneId,
    pub name: String,
    pub on: Day,
}

/// A milestone has a day of its own, whatever the template says; none gives it back to the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestonePlanned {
    pub track: TrackId,
    pub milestone: MilestoneId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneReached {
    pub track: TrackId,
    pub milestone: MilestoneId,
    pub on: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// It was not reached after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachedWithdrawn {
    pub track: TrackId,
    pub milestone: MilestoneId,
    /// The event that said so.
    pub reached: Position,
    pub reason: String,
}

/// A milestone is none of a track; planning it takes it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneDropped {
    pub track: TrackId,
    pub milestone: MilestoneId,
    pub reason: String,
}

/// In a product's stream, and in those of its releases: holidays beside those of the product's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidaysImported {
    /// The name of the file that they came in.
    pub source: String,
    pub holidays: Vec<Holiday>,
}

/// In the same streams: an imported holiday is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayRemoved {
    pub date: Day,
    pub reason: String,
}
