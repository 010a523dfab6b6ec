//! A row that is a defect.
//!
//! Invariant: what the file has no column for stays as it is on record; an empty cell empties.

use std::collections::HashSet;

use super::Field;
use super::plan::{Drafted, Named, Planning, differences};
use super::row::Reading;
use super::word::{self, Closed, Stands};
use crate::command::{LONGEST_LINE, LONGEST_TEXT, Settled, defect as command};
use crate::defect::{Defect, DefectReport, DefectState, OnBuild, Source};
use crate::id::{DefectKey, TrackId};
use crate::refusal::Refusal;
use crate::release::Release;

impl Planning<'_> {
    pub(super) fn defect(&mut self, reading: &mut Reading<'_>) -> (Named, Option<Drafted>) {
        let key = reading.key("a defect", DefectKey::parse);
        let before = key.as_ref().and_then(|key| reading.release.defects.get(key)).map(AsRef::as_ref);
        let report = self.report(reading, before.map(|before| &before.report));
        let named = Named {
            key: key.as_ref().map(ToString::to_string).unwrap_or_default(),
            title: report.title.clone(),
        };
        let Some(key) = key else { return (named, None) };
        self.once(reading, key.as_str(), self.columns.name(Field::Key));
        if reading.has_error() {
            return (named, None);
        }
        if let Some(before) = before
            && let Some(refusal) = self.not_theirs(before, &report)
        {
            reading.refused(None, refusal);
            return (named, None);
        }
        if let Some(before) = before {
            if let Some(withdrawn) = &before.withdrawn {
                let reason = withdrawn.reason.trim_end_matches('.').to_owned();
                reading.warn(
                    None,
                    format!(
                        "It was taken out of this release: {reason}. It stays out, as it was reported last."
                    ),
                );
            } else if before.source == Source::Hand && before.report != report {
                reading.warn(None, "It was written here by hand. From now on the file says how it is.");
            }
        }
        let fields = told(before.map(|before| &before.report), &report);
        let (source, actor) = (self.source.clone(), &self.of.speaker.actor);
        let column = self.columns.name(Field::DuplicateOf);
        match command::report(reading.release, Some(key), report, source, None, actor) {
            Err(refusal) => {
                reading.refused(column.filter(|_| refusal.sentence.contains("duplicate")), refusal);
                (named, None)
            }
            Ok(Settled::Already(_)) => (named, Some(Drafted::default())),
            Ok(Settled::New(events)) => {
                let (is_new, changes) = (before.is_none(), differences(&fields));
                (named, Some(Drafted { events, is_new, changes, done: Vec::new() }))
            }
        }
    }

    /// Refuses to replace what is neither of this file nor written by whoever imports it.
    fn not_theirs(&self, before: &Defect, report: &DefectReport) -> Option<Refusal> {
        if self.of.replaces || before.withdrawn.is_some() || before.report == *report {
            return None;
        }
        let from = match &before.source {
            Source::Hand if before.by == self.of.speaker.actor => return None,
            source if *source == self.source => return None,
            Source::Hand => "was written by hand by somebody else",
            Source::File { .. } => "comes from another file",
        };
        Some(Refusal::forbidden(format!(
            "{} {from}. To replace it takes a coordinator: ask one to import this file, or leave the row out.",
            before.key
        )))
    }

    fn report(&self, reading: &mut Reading<'_>, before: Option<&DefectReport>) -> DefectReport {
        let known = before.cloned().unwrap_or_default();
        let has = |field| self.columns.has(field);
        let all: Vec<TrackId> =
            reading.release.live_tracks().map(|track| track.description.id.clone()).collect();
        let tracks = if has(Field::Tracks) { reading.tracks(&all) } else { known.tracks };
        let builds = |reading: &mut Reading<'_>, field, known: Vec<OnBuild>| {
            if has(field) { reading.builds(field, &tracks) } else { known }
        };
        let found_in = builds(reading, Field::FoundIn, known.found_in);
        let fixed_in = builds(reading, Field::FixedIn, known.fixed_in);
        let duplicate_of = if has(Field::DuplicateOf) { reading.original() } else { known.duplicate_of };
        let (state, status) = match has(Field::State) || has(Field::Resolution) {
            true => reading.state(duplicate_of.is_some(), known.state),
            false => (known.state, known.status),
        };
        let title = reading.title(known.title, has(Field::Title));
        DefectReport {
            title,
            severity: match has(Field::Severity) {
                true => reading.word(Field::Severity, "severity", word::severity),
                false => known.severity,
            },
            priority: match has(Field::Priority) {
                true => reading.word(Field::Priority, "priority", word::priority),
                false => known.priority,
            },
            state,
            status,
            areas: if has(Field::Areas) { reading.areas() } else { known.areas },
            regression_of: match has(Field::RegressionOf) {
                true => reading
                    .text(Field::RegressionOf, LONGEST_LINE)
                    .filter(|text| word::mark(text) != Some(false)),
                false => known.regression_of,
            },
            url: if has(Field::Url) { reading.url() } else { known.url },
            tracks,
            found_in,
            fixed_in,
            duplicate_of,
        }
    }

    pub(super) fn defects_gone(&self, before: &Release) -> Vec<String> {
        let here: HashSet<&str> = self.seen.keys().map(String::as_str).collect();
        let live = before.defects.values().filter(|defect| defect.withdrawn.is_none());
        let of_file = live.filter(|defect| defect.source == self.source);
        of_file.filter(|defect| !here.contains(defect.key.as_str())).map(|defect| defect.label()).collect()
    }
}

impl Reading<'_> {
    /// Reads a key; a number that is written "#12" is 12.
    pub(super) fn key<K>(
        &mut self,
        what: &str,
        parse: impl Fn(&str) -> Result<K, crate::id::InvalidId>,
    ) -> Option<K> {
        let Some(cell) = self.cell(Field::Key) else {
            let column = self.columns.name(Field::Key).map(str::to_owned);
            self.error(
                column.as_deref(),
                format!(
                    "There is no key in this row. Give {what} its key: without one, importing again would bring it twice."
                ),
            );
            return None;
        };
        match parse(cell.text.trim_start_matches('#')) {
            Ok(key) => Some(key),
            Err(error) => {
                self.error(Some(cell.column), format!("{error}."));
                None
            }
        }
    }

    pub(super) fn title(&mut self, known: String, has: bool) -> String {
        if !has {
            return known;
        }
        if self.cell(Field::Title).is_none() {
            let column = self.columns.name(Field::Title).map(str::to_owned);
            self.error(column.as_deref(), "There is no title in this row. Say in one line what it is.");
        }
        self.text(Field::Title, LONGEST_LINE).unwrap_or_default()
    }

    /// Reads the address of a page; what is none is left out, with a warning.
    pub(super) fn url(&mut self) -> Option<String> {
        let column = self.cell(Field::Url)?.column;
        let url = self.text(Field::Url, LONGEST_TEXT).filter(|url| !word::is_nothing(url))?;
        match crate::command::page(&url) {
            Ok(url) => url,
            Err(refusal) => {
                self.warn(Some(column), format!("{} It is left out.", refusal.sentence));
                None
            }
        }
    }

    fn original(&mut self) -> Option<DefectKey> {
        let cell = self.cell(Field::DuplicateOf)?;
        let text =
            self.text(Field::DuplicateOf, LONGEST_LINE).filter(|text| word::mark(text) != Some(false))?;
        let first = text.split([';', ',', ' ', '\n']).find(|part| !part.is_empty()).unwrap_or_default();
        let key = DefectKey::parse(first.trim_start_matches('#')).ok();
        // "Yes" says that there is an original, and not which.
        let key = key.filter(|_| word::mark(&text) != Some(true));
        if key.is_none() {
            self.warn(
                Some(cell.column),
                format!("“{text}” is no key of a defect, so that it is not known which is the original."),
            );
        }
        key
    }

    /// Returns how a defect stands, and the tracker's own word for it.
    fn state(&mut self, has_original: bool, known: DefectState) -> (DefectState, Option<String>) {
        let state = self.cell(Field::State);
        let resolution = self.cell(Field::Resolution);
        let stands = self.word(Field::State, "state", word::stands);
        let closed = self.word(Field::Resolution, "resolution", word::closed);
        let written = |cell: Option<super::row::Cell<'_>>| cell.map(|cell| cell.text.to_owned());
        let status = match (written(state), written(resolution).filter(|text| !word::is_nothing(text))) {
            (Some(state), Some(resolution)) if closed != Some(Closed::AsItStands) => {
                Some(format!("{state}, {resolution}"))
            }
            (state, resolution) => state.or(resolution),
        };
        let status = status.map(|status| status.chars().take(LONGEST_LINE).collect());
        let duplicate = stands == Some(Stands::Duplicate) || closed == Some(Closed::Duplicate);
        if duplicate && !has_original {
            let column = if closed == Some(Closed::Duplicate) { resolution } else { state };
            self.error(
                column.map(|cell| cell.column),
                "It is said to be a duplicate, and not of which. Name the original in a column “Duplicate of”, or say \
                 that it is open or rejected.",
            );
        }
        let stands = match (closed, stands) {
            (Some(Closed::Unmended), _) => DefectState::Open,
            (Some(Closed::Rejected), _) => DefectState::Rejected,
            // A duplicate is settled, and counts as its original does; while that is not on record, nobody can tell.
            (Some(Closed::Duplicate), _) | (_, Some(Stands::Duplicate)) => DefectState::Rejected,
            (_, Some(Stands::As(state))) => state,
            (_, None) if self.columns.has(Field::State) => DefectState::Open,
            (_, None) => known,
        };
        (stands, status)
    }
}

type Told = (Field, Option<String>, Option<String>);

/// Tells a report field by field, beside the one before.
fn told(before: Option<&DefectReport>, after: &DefectReport) -> Vec<Told> {
    let of = |tell: &dyn Fn(&DefectReport) -> Option<String>| (before.and_then(tell), tell(after));
    let mut told: Vec<Told> = Vec::new();
    let mut add = |field, tell: &dyn Fn(&DefectReport) -> Option<String>| {
        let (from, to) = of(tell);
        told.push((field, from, to));
    };
    add(Field::Title, &|report| Some(report.title.clone()));
    add(Field::Severity, &|report| Some(report.severity?.as_str().to_owned()));
    add(Field::Priority, &|report| Some(report.priority?.as_str().to_owned()));
    add(Field::State, &|report| {
        let state = report.state.as_str();
        let own = report.status.as_ref().filter(|own| !own.eq_ignore_ascii_case(state));
        Some(own.map_or_else(|| state.to_owned(), |own| format!("{state} (“{own}”)")))
    });
    add(Field::Tracks, &|report| listed(&report.tracks));
    add(Field::Areas, &|report| listed(&report.areas));
    add(Field::FoundIn, &|report| builds(&report.found_in));
    add(Field::FixedIn, &|report| builds(&report.fixed_in));
    add(Field::RegressionOf, &|report| report.regression_of.clone());
    add(Field::DuplicateOf, &|report| report.duplicate_of.as_ref().map(ToString::to_string));
    add(Field::Url, &|report| report.url.clone());
    told
}

pub(super) fn listed<T: ToString>(things: &[T]) -> Option<String> {
    let things: Vec<String> = things.iter().map(ToString::to_string).collect();
    Some(things.join(", ")).filter(|text| !text.is_empty())
}

fn builds(builds: &[OnBuild]) -> Option<String> {
    let builds: Vec<String> = builds.iter().map(|on| format!("{} {}", on.track, on.build)).collect();
    listed(&builds)
}
