//! A product: the app as its users know it; it owns the tracks and the template of criteria.
//!
//! Invariant: releases carry their own copies, so that a change to the product never rewrites a release.

use std::collections::BTreeMap;

use crate::calendar::{Holiday, take};
use crate::criterion::Criterion;
use crate::envelope::{Envelope, StreamVersion};
use crate::event::{Event, ProductDescribed};
use crate::id::TrackId;
use crate::import;
use crate::track::TrackDescription;

/// A product, as of the last event folded.
#[derive(Clone, Debug)]
pub struct Product {
    pub description: ProductDescribed,
    pub tracks: BTreeMap<TrackId, TrackDescription>,
    pub template: Vec<Criterion>,
    /// What the columns of imported files hold, as it was the last time.
    pub mappings: BTreeMap<import::Kind, import::Mapping>,
    /// Holidays beside those of the file, by date.
    pub imported: Vec<Holiday>,
    pub version: StreamVersion,
    pub unrecognised: Option<String>,
}

impl Product {
    /// Folds a whole stream; `None` when it holds no product.
    pub fn fold(events: impl IntoIterator<Item = (Envelope, Event)>) -> Option<Self> {
        let mut product: Option<Self> = None;
        for (envelope, event) in events {
            if let Some(product) = &mut product {
                product.version = envelope.version;
            }
            match (&mut product, event) {
                (None, Event::ProductDescribed(description)) => {
                    product = Some(Self {
                        description,
                        tracks: BTreeMap::new(),
                        template: Vec::new(),
                        mappings: BTreeMap::new(),
                        imported: Vec::new(),
                        version: envelope.version,
                        unrecognised: None,
                    });
                }
                (Some(product), Event::ProductDescribed(description)) => product.description = description,
                (Some(product), Event::TrackDescribed(track)) => {
                    product.tracks.insert(track.id.clone(), track);
                }
                (Some(product), Event::TrackRetired(retired)) => {
                    product.tracks.remove(&retired.track);
                }
                (Some(product), Event::TemplateChanged(changed)) => product.template = changed.criteria,
                (Some(product), Event::ImportMappingRemembered(remembered)) => {
                    product.mappings.insert(remembered.kind, remembered.mapping);
                }
                (Some(product), Event::HolidaysImported(imported)) => {
                    take(&mut product.imported, imported.holidays);
                }
                (Some(product), Event::HolidayRemoved(removed)) => {
                    product.imported.retain(|holiday| holiday.date != removed.date);
                }
                (Some(product), Event::Unrecognised) => {
                    product.unrecognised.get_or_insert_with(|| {
                        format!("{} version {}", envelope.kind, envelope.kind_version)
                    });
                }
                _ => {}
            }
        }
        product
    }
}
