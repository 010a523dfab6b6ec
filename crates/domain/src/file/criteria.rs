//! `[[criteria]]`: presets and expressions, compiled and pointed at in the file.
//!
//! Invariant: a criterion leaves this file with its expression checked against the facts there are.

use std::ops::Range;

use toml::de::DeTable;

use super::reader::{Reader, Value};
use super::{FileTrack, Outside};
use crate::criteria::catalogue::{Type, catalogue};
use crate::criteria::check::{Wanted, closest};
use crate::criteria::preset::{self, Parameter, Parameters, Preset};
use crate::criterion::{Criterion, Function, Gate, Rule};
use crate::defect::Severity;
use crate::id::{CriterionId, RunKind, TrackId};
use crate::release::COMMON_KINDS;

const COMMON: [&str; 8] = ["id", "title", "owner", "waivable_by", "gate", "tracks", "max_age", "use"];

pub(super) fn read(
    reader: &mut Reader<'_>,
    root: &DeTable<'_>,
    kinds: &[RunKind],
    tracks: &[FileTrack],
    outside: &Outside<'_>,
) -> Vec<Criterion> {
    let Some(value) = root.get("criteria") else { return Vec::new() };
    let all: Vec<RunKind> = COMMON_KINDS
        .iter()
        .filter_map(|kind| RunKind::parse(kind).ok())
        .chain(kinds.iter().cloned())
        .collect();
    let facts = catalogue(&all);
    let mut criteria: Vec<Criterion> = Vec::new();
    for value in reader.array(value, "a list of tables, [[criteria]]") {
        let Some(table) = reader.table(value, "[[criteria]]") else { continue };
        let mut one = One { reader, table, value, kinds: &all, tracks, facts: &facts, outside };
        let Some((criterion, span)) = one.read() else { continue };
        if criteria.iter().any(|earlier| earlier.id == criterion.id) {
            let message = format!("two criteria are called {}", criterion.id);
            reader.mistake_with(span, &message, Some("the second"), Some("give this one an `id` of its own"));
        } else {
            criteria.push(criterion);
        }
    }
    criteria
}

struct Rest {
    waivable_by: Vec<Function>,
    gate: Gate,
    tracks: Option<Vec<TrackId>>,
    max_age_hours: Option<i64>,
}

struct One<'r, 'a, 'v> {
    reader: &'r mut Reader<'a>,
    table: &'v DeTable<'v>,
    value: &'v Value<'v>,
    kinds: &'v [RunKind],
    tracks: &'v [FileTrack],
    facts: &'v Type,
    outside: &'v Outside<'v>,
}

impl<'v> One<'_, '_, 'v> {
    fn read(&mut self) -> Option<(Criterion, Range<usize>)> {
        match self.table.get("use") {
            Some(value) => {
                let (name, span) = self.reader.text(value, "the name of a preset, as in \"smoke-passed\"")?;
                let known: Vec<(&str, &'static Preset)> =
                    preset::PRESETS.iter().map(|preset| (preset.name, preset)).collect();
                let preset = self.reader.one_of(&name, span.clone(), "preset", &known)?;
                Some((self.preset(preset)?, span))
            }
            None => self.expression(),
        }
    }

    fn preset(&mut self, preset: &'static Preset) -> Option<Criterion> {
        let own = preset.parameters.iter().map(|parameter| parameter.key());
        let keys: Vec<&str> = COMMON.into_iter().chain(own).collect();
        for rule in ["holds", "offenders"] {
            if let Some((key, _)) = self.table.get_key_value(rule) {
                let span = key.span();
                self.reader.mistake(
                    span,
                    &format!("a preset brings its own rule; `{rule}` has no place beside `use`"),
                    None,
                );
            }
        }
        let keys: Vec<&str> = keys.into_iter().chain(["holds", "offenders"]).collect();
        self.reader.only(self.table, &keys, &format!("with use = \"{}\"", preset.name));
        let parameters = Parameters {
            run: self.kind_of_run(preset),
            max: self.get("max").and_then(|value| self.reader.share(value)),
            min: self.get("min").and_then(|value| self.reader.share(value)),
            min_words: self.get("min_words").and_then(|value| self.reader.whole(value, "a number of words")),
            allow_failures: self
                .get("allow_failures")
                .and_then(|value| self.reader.flag(value))
                .unwrap_or(false),
            severity: self.severities(),
            by: self.function("by"),
        };
        let id = match self.get("id") {
            Some(id) => self.reader.id(id, CriterionId::parse),
            None => CriterionId::parse(&preset.id(&parameters)).ok(),
        };
        let title = self.get("title").and_then(|title| self.reader.text(title, "a sentence"));
        let owner = self.function("owner").unwrap_or(preset.owner);
        let rest = self.rest();
        Some(Criterion {
            id: id?,
            title: title.map_or_else(|| preset.title(&parameters), |(title, _)| title),
            owner,
            rule: preset.rule(&parameters),
            preset: Some(preset.name.to_owned()),
            waivable_by: rest.waivable_by,
            gate: rest.gate,
            tracks: rest.tracks,
            max_age_hours: rest.max_age_hours,
        })
    }

    /// One severity, or a list of them.
    fn severities(&mut self) -> Vec<Severity> {
        let Some(value) = self.get("severity") else { return Vec::new() };
        let named = match value.get_ref().as_str() {
            Some(name) => vec![(name.to_owned(), value.span())],
            None => self.reader.texts(value, "severities, as in [\"critical\", \"high\"]"),
        };
        if named.is_empty() && value.get_ref().as_array().is_some() {
            let label = "name at least one, or leave `severity` out to mean critical and high";
            self.reader.mistake(value.span(), "this criterion would be about nothing", Some(label));
        }
        let mut severities: Vec<Severity> = named
            .into_iter()
            .filter_map(|(name, span)| self.reader.one_of(&name, span, "severity", &Severity::ALL))
            .collect();
        severities.sort_unstable();
        severities.dedup();
        severities
    }

    fn kind_of_run(&mut self, preset: &Preset) -> Option<String> {
        if !preset.takes(Parameter::Run) {
            return None;
        }
        let (name, span) = self.reader.text(self.get("run")?, "a kind of run, as in \"regression\"")?;
        if self.kinds.iter().any(|kind| kind.as_str() == name) {
            return Some(name);
        }
        let names: Vec<&str> = self.kinds.iter().map(RunKind::as_str).collect();
        let label = closest(&name, names.iter().copied()).map(|meant| format!("did you mean \"{meant}\"?"));
        let help = format!("there is {}; more are named in `kinds` under [product]", names.join(", "));
        self.reader.mistake_with(
            span,
            &format!("no such kind of run: {name}"),
            label.as_deref(),
            Some(&help),
        );
        None
    }

    fn expression(&mut self) -> Option<(Criterion, Range<usize>)> {
        let keys: Vec<&str> = COMMON.into_iter().chain(["holds", "offenders"]).collect();
        self.reader.only(self.table, &keys, "in [[criteria]]");
        let (holds, offenders) = (self.table.get("holds"), self.table.get("offenders"));
        let (value, wanted) = match (holds, offenders) {
            (Some(holds), None) => (holds, Wanted::Truth),
            (None, Some(offenders)) => (offenders, Wanted::List),
            (Some(_), Some(offenders)) => {
                self.reader.mistake(
                    offenders.span(),
                    "a criterion has either `holds` or `offenders`",
                    Some("the second"),
                );
                return None;
            }
            (None, None) => {
                let help = format!("presets are {}", preset::PRESETS.map(|preset| preset.name).join(", "));
                let head = self.reader.head(self.value);
                let label = "add `use` (a preset), `holds` (true or false) or `offenders` (a list)";
                self.reader.mistake_with(head, "this criterion has no rule", Some(label), Some(&help));
                return None;
            }
        };
        let (source, span) = self.reader.text(value, "an expression, as in \"runs.smoke.failed == 0\"")?;
        if let Err(error) = (self.outside.compile)(&source, self.facts, wanted) {
            let at = self.inside(&source, span.clone(), error.span.start..error.span.end);
            let label = error.suggestion.map(|meant| format!("did you mean {meant}?"));
            let help = "`seaworthy facts` lists what a criterion can see, with today's values";
            self.reader.mistake_with(at, &error.message, label.as_deref(), Some(help));
        }
        let id = match self.get("id") {
            Some(id) => self.reader.id(id, CriterionId::parse),
            None => {
                let head = self.reader.head(self.value);
                self.reader.mistake(
                    head,
                    "`id` is missing",
                    Some("add a short name, as in `id = \"cold-start\"`"),
                );
                None
            }
        };
        let title = self.get("title").and_then(|title| self.reader.text(title, "a sentence"));
        let owner = self.function("owner").unwrap_or(Function::Qa);
        let rest = self.rest();
        let id = id?;
        let criterion = Criterion {
            title: title.map_or_else(|| id.to_string(), |(title, _)| title),
            id,
            owner,
            rule: if wanted == Wanted::Truth { Rule::Holds(source) } else { Rule::Offenders(source) },
            preset: None,
            waivable_by: rest.waivable_by,
            gate: rest.gate,
            tracks: rest.tracks,
            max_age_hours: rest.max_age_hours,
        };
        Some((criterion, span))
    }

    /// The keys that every criterion may have, whatever its rule.
    fn rest(&mut self) -> Rest {
        let waivable_by =
            self.get("waivable_by").map(|value| self.reader.texts(value, "functions")).unwrap_or_default();
        let waivable_by = waivable_by
            .into_iter()
            .filter_map(|(name, span)| self.reader.one_of(&name, span, "function", &Function::ALL))
            .collect();
        let gate = self.get("gate").and_then(|gate| {
            let (name, span) =
                self.reader.text(gate, "a gate, \"submission\", \"release\" or \"rollout\"")?;
            self.reader.one_of(&name, span, "gate", &Gate::ALL)
        });
        let tracks = self.get("tracks").map(|value| {
            let names = self.reader.texts(value, "tracks");
            if value.get_ref().as_array().is_some_and(|names| names.is_empty()) {
                let label = "name at least one, or leave `tracks` out to mean all";
                self.reader.mistake(value.span(), "this criterion would never apply", Some(label));
            }
            let known: Vec<(&str, &TrackId)> = self
                .tracks
                .iter()
                .map(|track| (track.description.id.as_str(), &track.description.id))
                .collect();
            let found =
                names.into_iter().filter_map(|(name, span)| self.reader.one_of(&name, span, "track", &known));
            found.cloned().collect()
        });
        let max_age_hours = self.get("max_age").and_then(|value| self.age(value));
        Rest { waivable_by, gate: gate.unwrap_or_default(), tracks, max_age_hours }
    }

    fn age(&mut self, value: &Value<'_>) -> Option<i64> {
        let (text, span) = self.reader.text(value, "an age, as in \"3d\" or \"36h\"")?;
        let hours = text.split_at_checked(text.len() - 1).and_then(|(digits, unit)| {
            let count: i64 = digits.trim().parse().ok().filter(|count| (1..=10_000).contains(count))?;
            match unit {
                "h" => Some(count),
                "d" => Some(count * 24),
                _ => None,
            }
        });
        if hours.is_none() {
            self.reader.mistake(
                span,
                "this is not an age",
                Some("write days or hours, as in \"3d\" or \"36h\""),
            );
        }
        hours
    }

    fn function(&mut self, key: &str) -> Option<Function> {
        let (name, span) = self.reader.text(self.get(key)?, "a function, as in \"qa\"")?;
        self.reader.one_of(&name, span, "function", &Function::ALL)
    }

    fn get(&self, key: &str) -> Option<&'v Value<'v>> {
        self.table.get(key)
    }

    /// Places a span of an expression in the file. Text with escapes is pointed at as a whole.
    fn inside(&self, source: &str, whole: Range<usize>, part: Range<usize>) -> Range<usize> {
        let written = self.reader.source.get(whole.clone()).unwrap_or_default();
        match written.find(source) {
            Some(at) => whole.start + at + part.start..whole.start + at + part.end.max(part.start + 1),
            None => whole,
        }
    }
}
