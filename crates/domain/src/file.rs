//! The product's file: a product, its tracks and criteria, and its releases, as people write them.
//!
//! Invariant: every mistake in a file is told at once, each with its place; a file with one is not applied.

mod calendar;
mod criteria;
mod milestones;
mod policy;
mod reader;
mod releases;
mod tracks;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::build::Build;
use crate::criteria::catalogue::Type;
use crate::criteria::check::Wanted;
use crate::criteria::expression::ExpressionError;
use crate::criterion::Criterion;
use crate::event::ProductDescribed;
use crate::id::{BuildNumber, ProductId, ReleaseName, RunKind, TrackId};
use crate::track::TrackDescription;

use reader::Reader;

/// A file, read and found without mistake.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub product: ProductDescribed,
    pub tracks: Vec<FileTrack>,
    pub criteria: Vec<Criterion>,
    pub releases: Vec<FileRelease>,
}

/// A track, with the plan files that it names.
#[derive(Clone, Debug, PartialEq)]
pub struct FileTrack {
    pub description: TrackDescription,
    pub plans: Vec<FilePlan>,
}

/// A plan file by its path, relative to the product's file.
#[derive(Clone, Debug, PartialEq)]
pub struct FilePlan {
    pub kind: RunKind,
    pub path: String,
    pub span: Range<usize>,
}

/// A release.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRelease {
    pub name: ReleaseName,
    pub version: String,
    pub tracks: Vec<FileReleaseTrack>,
}

/// What a release says of one of its tracks.
#[derive(Clone, Debug, PartialEq)]
pub struct FileReleaseTrack {
    pub track: TrackId,
    pub builds: Vec<(Build, Range<usize>)>,
    pub candidate: Option<(BuildNumber, Range<usize>)>,
}

/// A mistake in a file: where, what, and what would be right.
#[derive(
    Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error, utoipa::ToSchema,
)]
#[error("{message}")]
pub struct Mistake {
    /// In bytes from the start of the file.
    pub start: usize,
    pub end: usize,
    pub message: String,
    /// What stands at the place: what was expected, or probably meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// Checks that need what this crate does not have: a large stack, and the list of time zones.
pub struct Outside<'a> {
    pub compile: &'a dyn Fn(&str, &Type, Wanted) -> Result<(), ExpressionError>,
    /// Whether a zone exists; if not, perhaps the one that was meant.
    pub zone: &'a dyn Fn(&str) -> Result<(), Option<String>>,
}

impl std::fmt::Debug for Outside<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}

/// Reads a file.
///
/// # Errors
/// Every mistake found, in the order of the file.
pub fn read(text: &str, outside: &Outside<'_>) -> Result<File, Vec<Mistake>> {
    let root = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..text.len());
        vec![Mistake {
            start: span.start,
            end: span.end,
            message: format!("not TOML: {}", error.message()),
            label: None,
            help: None,
        }]
    })?;
    let mut reader = Reader::new(text);
    let file = file(&mut reader, root.get_ref(), outside);
    let mut mistakes = reader.mistakes;
    mistakes.sort_by_key(|mistake| mistake.start);
    match file {
        Some(file) if mistakes.is_empty() => Ok(file),
        _ => Err(mistakes),
    }
}

/// Returns the plan files that a file names, so that they can be sent along; nothing if it does not parse.
pub fn plan_paths(text: &str) -> Vec<String> {
    let Ok(root) = DeTable::parse(text) else { return Vec::new() };
    let tracks = root.get_ref().get("tracks").and_then(|tracks| tracks.get_ref().as_table());
    let plans = tracks
        .into_iter()
        .flat_map(|tracks| tracks.values())
        .filter_map(|track| track.get_ref().as_table()?.get("plans")?.get_ref().as_table());
    let mut paths: Vec<String> = plans
        .flat_map(|plans| plans.values())
        .filter_map(|path| path.get_ref().as_str().map(str::to_owned))
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

fn file(reader: &mut Reader<'_>, root: &DeTable<'_>, outside: &Outside<'_>) -> Option<File> {
    reader.only(
        root,
        &["product", "areas", "tracks", "criteria", "calendar", "milestones", "releases"],
        "in this file",
    );
    let mut product = match root.get("product") {
        Some(product) => product_described(reader, product, outside),
        None => {
            reader.mistake_with(
                0..0,
                "there is no [product]",
                Some("it begins with [product]"),
                Some("`seaworthy init` writes a file to start from"),
            );
            None
        }
    };
    let kinds = product.as_ref().map(|product| product.kinds.clone()).unwrap_or_default();
    let tracks = tracks::read(reader, root, &kinds);
    let criteria = criteria::read(reader, root, &kinds, &tracks, outside);
    let areas = policy::areas(reader, root, &tracks);
    let calendar = calendar::read(reader, root, &tracks);
    let milestones = milestones::read(reader, root, &tracks);
    let review_days = tracks::review_days(reader, root);
    if let Some(product) = &mut product {
        product.policy.areas = areas;
        product.policy.calendar = calendar;
        product.policy.milestones = milestones;
        product.policy.review_days = review_days;
    }
    let releases = releases::read(reader, root, &tracks);
    Some(File { product: product?, tracks, criteria, releases })
}

fn product_described(
    reader: &mut Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    outside: &Outside<'_>,
) -> Option<ProductDescribed> {
    let table = reader.table(value, "[product]")?;
    reader.only(table, &["name", "id", "zone", "kinds", "agreed_by", "defects_waivable_by"], "in [product]");
    let name = reader.required_text(table, value, "name", "the product's name, as in `name = \"Tidewatch\"`");
    let id = match table.get("id") {
        Some(id) => reader.id(id, ProductId::parse),
        None => name.as_ref().and_then(|(name, span)| {
            ProductId::from_name(name)
                .map_err(|_| {
                    reader.mistake_with(
                        span.clone(),
                        "no id can be made from this name",
                        Some("it holds no plain letter or digit"),
                        Some("give one: id = \"tidewatch\""),
                    );
                })
                .ok()
        }),
    };
    let zone = match table.get("zone") {
        None => Some("UTC".to_owned()),
        Some(value) => reader.text(value, "a time zone, as in \"Europe/Berlin\"").and_then(|(zone, span)| {
            match (outside.zone)(&zone) {
                Ok(()) => Some(zone),
                Err(meant) => {
                    let label = meant.map(|meant| format!("did you mean {meant}?"));
                    let help = "zones are named as in the IANA database: \"Europe/Berlin\", \"America/New_York\", \"UTC\"";
                    reader.mistake_with(span, &format!("no such time zone: {zone}"), label.as_deref(), Some(help));
                    None
                }
            }
        }),
    };
    let kinds =
        table.get("kinds").map(|kinds| reader.ids(kinds, "kinds", RunKind::parse)).unwrap_or_default();
    let policy = policy::of_product(reader, table);
    Some(ProductDescribed { id: id?, name: name?.0, zone: zone?, kinds, policy })
}
