//! How a team works, as far as it is theirs to say: which tracks ship an area, who agrees, who may accept a defect.
//!
//! Invariant: what is not said has a default that asks more of people, never less.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::criterion::Function;
use crate::id::TrackId;

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
}
