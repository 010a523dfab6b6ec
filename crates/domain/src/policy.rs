//! How a team works, as far as it is theirs to say: which tracks ship an area, who agrees, who may
//! accept a defect, when it works, which steps lead to go-live.
//!
//! Invariant: what is not said has a default that asks more of people, never less.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::criterion::Function;
use crate::id::TrackId;
use crate::milestone::{Milestone, default_template};
use crate::track::TrackDescription;

/// The functions that may accept a defect as it is, unless the product names others.
pub const DEFECTS_WAIVABLE_BY: [Function; 2] = [Function::Product, Function::Leadership];

/// What a product's file says of how its team works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The tracks that ship an area, by its name. An area that is not here ships on every track.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub areas: BTreeMap<String, Vec<TrackId>>,
    /// The functions whose agreement a definition of ready needs. Where it is named, a file only ever drafts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed_by: Vec<Function>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects_waivable_by: Vec<Function>,
    #[serde(default, skip_serializing_if = "Calendar::is_default")]
    pub calendar: Calendar,
    /// The steps that the timeline of a track starts from; none written means those that every product has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
    /// How many business days a store's review is allowed on a track, where the product's file says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub review_days: BTreeMap<TrackId, u32>,
}

impl Policy {
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Tells whether a track ships any of these areas; of no areas, every track might.
    pub fn ships(&self, track: &TrackId, areas: &[String]) -> bool {
        areas.is_empty()
            || areas.iter().any(|area| self.areas.get(area).is_none_or(|tracks| tracks.contains(track)))
    }

    /// Returns the functions that may accept a defect as it is.
    pub fn defect_waivers(&self) -> &[Function] {
        match self.defects_waivable_by.as_slice() {
            [] => &DEFECTS_WAIVABLE_BY,
            named => named,
        }
    }

    /// Returns the steps that the timeline of a track starts from.
    pub fn template(&self) -> Vec<Milestone> {
        if self.milestones.is_empty() { default_template() } else { self.milestones.clone() }
    }

    /// Returns how many business days a store's review is allowed on a track; nothing where nobody says and the store is
    /// not one whose pace is known.
    pub fn review_days(&self, track: &TrackDescription) -> Option<u32> {
        let said = self.review_days.get(&track.id).copied();
        said.or(match track.store.as_deref() {
            Some("app-store") => Some(2),
            Some("play") => Some(3),
            _ => None,
        })
    }
}
