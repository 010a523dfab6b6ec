//! A row under its columns: what it says in each, and what is wrong with it.
//!
//! Invariant: what cannot be read is told with its column, and with what would do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::field::plain;
use super::plan::UnknownValue;
use super::word::{self, NOTHING};
use super::{ColumnUse, Field, LONGEST_CELL, Line, Mapping, Table};
use crate::criteria::check::closest;
use crate::defect::OnBuild;
use crate::id::{BuildNumber, TrackId};
use crate::refusal::Refusal;
use crate::release::Release;
use crate::track::Track;

/// Something wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Trouble {
    /// The column that it is in, where it is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong, and what would be right.
    #[schema(example = "“S9” is no severity: write critical, high, medium or low, or say what it means.")]
    pub sentence: String,
    /// Whether the row is left out for it; otherwise it comes without what is wrong.
    pub error: bool,
}

/// What a cell says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub(super) column: &'a str,
    /// As it is written, without the spaces around it.
    pub(super) text: &'a str,
    /// What somebody said that it means.
    pub(super) said: Option<&'a str>,
}

impl<'a> Cell<'a> {
    /// Returns what it means, if it means anything.
    fn meant(&self) -> Option<&'a str> {
        let text = self.said.unwrap_or(self.text);
        Some(text).filter(|text| !text.is_empty() && *text != NOTHING)
    }
}

/// The columns of a table by what they hold.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    at: BTreeMap<Field, Vec<(&'a str, &'a [usize])>>,
    mappings: [&'a Mapping; 2],
}

impl<'a> Columns<'a> {
    /// `mappings` say what words mean, the first before the second.
    pub(super) fn new(table: &'a Table, uses: &[ColumnUse], mappings: [&'a Mapping; 2]) -> Self {
        let mut at: BTreeMap<Field, Vec<(&str, &[usize])>> = BTreeMap::new();
        for (column, taken) in table.columns.iter().zip(uses) {
            if let Some(field) = taken.field {
                at.entry(field).or_default().push((column.name.as_str(), column.at.as_slice()));
            }
        }
        Self { at, mappings }
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.at.contains_key(&field)
    }

    /// Returns the name of the first column that holds a field.
    pub(super) fn name(&self, field: Field) -> Option<&'a str> {
        self.at.get(&field)?.first().map(|(name, _)| *name)
    }

    /// Returns what is written in a row for a field, cell by cell, without what is empty.
    pub(super) fn cells(&self, line: &'a Line, field: Field) -> impl Iterator<Item = Cell<'a>> {
        let columns = self.at.get(&field).into_iter().flatten();
        columns.flat_map(move |(column, at)| {
            let texts = at.iter().filter_map(|at| line.cells.get(*at)).map(|text| text.trim());
            texts.filter(|text| !text.is_empty()).map(move |text| {
                let said = self.mappings.iter().find_map(|mapping| mapping.word(column, text));
                Cell { column, text, said }
            })
        })
    }
}

/// What is read of one row, while it is read.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) columns: &'a Columns<'a>,
    pub(super) line: &'a Line,
    pub(super) release: &'a Release,
    pub(super) troubles: Vec<Trouble>,
    /// Words that nobody knows, for whoever may say what they mean.
    pub(super) unknown: Vec<UnknownValue>,
}

impl<'a> Reading<'a> {
    pub(super) fn error(&mut self, column: Option<&str>, sentence: impl Into<String>) {
        let column = column.map(str::to_owned);
        self.troubles.push(Trouble { column, sentence: sentence.into(), error: true });
    }

    pub(super) fn warn(&mut self, column: Option<&str>, sentence: impl Into<String>) {
        let column = column.map(str::to_owned);
        self.troubles.push(Trouble { column, sentence: sentence.into(), error: false });
    }

    pub(super) fn refused(&mut self, column: Option<&str>, refusal: Refusal) {
        self.error(column, refusal.sentence);
    }

    pub(super) fn has_error(&self) -> bool {
        self.troubles.iter().any(|trouble| trouble.error)
    }

    /// Returns the first cell of a field that says anything.
    pub(super) fn cell(&self, field: Field) -> Option<Cell<'a>> {
        self.columns.cells(self.line, field).next()
    }

    /// Returns what is written for a field; nothing where the row says nothing.
    pub(super) fn text(&mut self, field: Field, most: usize) -> Option<String> {
        let cell = self.cell(field)?;
        let text = cell.meant()?;
        if text.chars().count() > most {
            let read = if most >= LONGEST_CELL { "is read" } else { "fits there" };
            self.error(
                Some(cell.column),
                format!("This text is longer than {most} characters, and no more {read}. Shorten it."),
            );
            return None;
        }
        Some(text.to_owned())
    }

    /// Returns what a word means; `None` where the row says nothing, or what nobody understands, which is an error.
    pub(super) fn word<T>(
        &mut self,
        field: Field,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let cell = self.cell(field)?;
        let meant = cell.meant()?;
        let found = read(meant);
        if found.is_none() && !word::is_nothing(meant) {
            self.not_understood(field, cell.column, meant, what);
        }
        found
    }

    fn not_understood(&mut self, field: Field, column: &str, text: &str, what: &str) {
        let choices = word::choices(field, self.release);
        let named: Vec<&str> =
            choices.iter().map(String::as_str).filter(|choice| *choice != NOTHING).collect();
        let shown: String = text.chars().take(80).collect();
        let meant = closest(&shown, named.iter().copied()).map(|meant| format!(" Did you mean {meant}?"));
        let sentence = format!(
            "“{shown}” is no {what} that is known here.{} Write {}, or say what it means.",
            meant.unwrap_or_default(),
            crate::words::joined(&named, 12, "or"),
        );
        self.error(Some(column), sentence);
        self.unknown.push(UnknownValue {
            column: column.to_owned(),
            text: text.chars().take(crate::command::LONGEST_LINE).collect(),
            field,
            rows: 1,
            choices,
        });
    }

    /// Returns the parts of a field that may name several things in a cell, or in several columns.
    fn parts(&self, field: Field, between: &[char]) -> Vec<(&'a str, String)> {
        let mut parts = Vec::new();
        for cell in self.columns.cells(self.line, field) {
            if cell.said.is_some() {
                parts.extend(cell.meant().map(|meant| (cell.column, meant.to_owned())));
                continue;
            }
            for part in cell.text.split(between).map(str::trim).filter(|part| !part.is_empty()) {
                let said = self.columns.mappings.iter().find_map(|mapping| mapping.word(cell.column, part));
                let meant = Cell { column: cell.column, text: part, said }.meant();
                parts.extend(meant.map(|meant| (cell.column, meant.to_owned())));
            }
        }
        parts
    }

    pub(super) fn areas(&self) -> Vec<String> {
        let parts = self.parts(Field::Areas, &[';', ',', '|', '\n']).into_iter();
        parts.map(|(_, part)| part).filter(|part| !word::is_nothing(part)).collect()
    }

    /// Returns the tracks that a row names; `all` is what "all" means.
    pub(super) fn tracks(&mut self, all: &[TrackId]) -> Vec<TrackId> {
        let mut tracks: Vec<TrackId> = Vec::new();
        for (column, part) in self.parts(Field::Tracks, &[';', ',', '|', '/', '\n', '&', '+']) {
            if ["all", "allplatforms", "alltracks", "every", "both"].contains(&plain(&part).as_str()) {
                tracks.extend(all.iter().cloned());
            } else if let Some(track) = track_of(self.release, &part) {
                tracks.push(track.description.id.clone());
            } else if !word::is_nothing(&part) {
                self.not_understood(Field::Tracks, column, &part, "track");
            }
        }
        let mut once = Vec::with_capacity(tracks.len());
        tracks.retain(|track| {
            let new = !once.contains(track);
            if new {
                once.push(track.clone());
            }
            new
        });
        tracks
    }

    /// Returns the builds that a row names, of the tracks that it is about. What is no build on record is left out, with a
    /// warning: the row is worth having without it.
    pub(super) fn builds(&mut self, field: Field, tracks: &[TrackId]) -> Vec<OnBuild> {
        let mut builds: Vec<OnBuild> = Vec::new();
        for (column, part) in self.parts(field, &[';', ',', '|', '\n']) {
            if word::is_nothing(&part) {
                continue;
            }
            match build_of(self.release, &part, tracks) {
                Ok(on) if builds.contains(&on) => {}
                Ok(on) => builds.push(on),
                Err(why) => self.warn(Some(column), format!("{why} It is left out.")),
            }
        }
        if field == Field::FixedIn {
            self.first_of_each(&mut builds);
        }
        builds
    }

    /// Keeps the first build of each track: what has a defect mended is one.
    fn first_of_each(&mut self, builds: &mut Vec<OnBuild>) {
        let mut kept: Vec<OnBuild> = Vec::new();
        for on in std::mem::take(builds) {
            match kept.iter().find(|kept| kept.track == on.track) {
                Some(first) => {
                    let sentence = format!(
                        "It names two builds of {}. {} counts, and {} is left out.",
                        on.track, first.build, on.build
                    );
                    let column = self.columns.name(Field::FixedIn).map(str::to_owned);
                    self.warn(column.as_deref(), sentence);
                }
                None => kept.push(on),
            }
        }
        *builds = kept;
    }
}

/// Finds a live track by its id or its name, however either is spelled.
pub(super) fn track_of<'r>(release: &'r Release, text: &str) -> Option<&'r Track> {
    let text = plain(text);
    let named = |track: &&Track| {
        plain(track.description.id.as_str()) == text || plain(&track.description.name) == text
    };
    release.live_tracks().find(named)
}

/// Reads a build: "iOS 514", "iOS: 4.2.0 (514)", "514".
pub(super) fn build_of(release: &Release, text: &str, tracks: &[TrackId]) -> Result<OnBuild, String> {
    let shown: String = text.chars().take(80).collect();
    let (track, rest) = leading_track(release, text);
    let inner = rest.rsplit_once('(').and_then(|(_, inner)| inner.strip_suffix(')'));
    let number = inner.unwrap_or(rest).trim();
    let unlabelled = ["build", "Build", "BUILD"].iter().find_map(|label| number.strip_prefix(label));
    let number = unlabelled.unwrap_or(number).trim().trim_start_matches(['#', ':']).trim();
    let number = BuildNumber::parse(number)
        .map_err(|_| format!("“{shown}” names no build: write the track and its build, as in “iOS 514”."))?;
    let on = |track: &Track| OnBuild { track: track.description.id.clone(), build: number.clone() };
    let has = |track: &&Track| track.builds.contains_key(&number);
    if let Some(track) = track {
        if has(&track) {
            return Ok(on(track));
        }
        let name = &track.description.name;
        return Err(format!("{name} has no build {number} on record."));
    }
    let about: Vec<&Track> = release
        .live_tracks()
        .filter(|track| tracks.is_empty() || tracks.contains(&track.description.id))
        .collect();
    let having: Vec<&Track> = about.iter().copied().filter(has).collect();
    match (having.as_slice(), about.as_slice()) {
        ([only], _) => Ok(on(only)),
        ([], [only]) => Err(format!("{} has no build {number} on record.", only.description.name)),
        ([], _) => Err(format!("No track has a build {number} on record.")),
        _ => Err(format!("Several tracks have a build {number}: write which, as in “iOS {number}”.")),
    }
}

/// Takes the track off that a text begins with.
fn leading_track<'r, 't>(release: &'r Release, text: &'t str) -> (Option<&'r Track>, &'t str) {
    let ends = text.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(at, _)| at);
    let mut found = (None, text);
    for end in ends {
        let (begin, rest) = text.split_at(end);
        if let Some(track) = track_of(release, begin) {
            found = (Some(track), rest.trim_start_matches([' ', ':', '-', '–', '/', '#', '\u{a0}']));
        }
    }
    found
}
