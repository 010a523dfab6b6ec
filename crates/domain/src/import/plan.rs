//! What importing a table would change of a release, row by row.
//!
//! Invariant: it is planned on a copy in which each row has come before the next, so that what is told beforehand is what
//! happens, and two rows cannot contradict each other.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::row::{Columns, Reading, Trouble};
use super::{ColumnUse, Field, Kind, Line, Mapping, Signer, Table};
use crate::command::Settled;
use crate::criterion::Function;
use crate::defect::Source;
use crate::envelope::{Envelope, Position, StreamVersion};
use crate::event::Event;
use crate::refusal::Refusal;
use crate::release::Release;
use crate::speaker::Speaker;
use crate::time::Time;

/// What is imported, by whom.
#[derive(Clone, Copy, Debug)]
pub struct Importing<'a> {
    pub kind: Kind,
    /// The name of the file.
    pub file: &'a str,
    pub table: &'a Table,
    pub uses: &'a [ColumnUse],
    /// What words mean: as somebody says now, and as it was remembered.
    pub words: [&'a Mapping; 2],
    /// Who are named in it, by name and address as they are written; for sign-offs.
    pub signers: &'a HashMap<(String, String), Result<Signer, Refusal>>,
    pub speaker: &'a Speaker,
    /// Whether they may replace what others wrote by hand, and what came from another file.
    pub replaces: bool,
    pub now: Time,
}

/// What a row comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    New,
    Changed,
    /// It is on record as the file has it, or there is nothing to record.
    Same,
    /// It is left out, for what is wrong with it.
    Error,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Error => "error",
        }
    }
}

/// What changes of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    pub field: Field,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A row, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Planned {
    /// Its number in the file, as a spreadsheet counts rows.
    pub row: u32,
    /// What it is about: a key, or a build and a function.
    pub key: String,
    pub title: String,
    pub outcome: Outcome,
    /// What is new, or changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<Trouble>,
}

/// A text that nobody understands, and what it can be said to mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnknownValue {
    pub column: String,
    pub text: String,
    pub field: Field,
    /// In how many rows it is.
    pub rows: u32,
    /// What it can be said to mean; "-" is nothing.
    pub choices: Vec<String>,
}

/// How many rows come to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportCounts)]
pub struct Counts {
    pub rows: u32,
    pub new: u32,
    pub changed: u32,
    pub same: u32,
    /// Rows that are left out for what is wrong with them.
    pub errors: u32,
    /// Rows that come, and with them a warning.
    pub warnings: u32,
}

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub rows: Vec<Planned>,
    pub counts: Counts,
    pub unknown: Vec<UnknownValue>,
    /// What came from a file of that name before and is no longer in it.
    pub gone: Vec<String>,
    /// What is to be known of the file as a whole.
    pub notes: Vec<String>,
    pub events: Vec<Event>,
}

/// What is read of a row that has no mistake in it.
#[derive(Default)]
pub(super) struct Drafted {
    pub(super) events: Vec<Event>,
    pub(super) is_new: bool,
    pub(super) changes: Vec<FieldChange>,
    /// The functions that a change is marked as done by.
    pub(super) done: Vec<Function>,
}

/// What a row is about.
pub(super) struct Named {
    pub(super) key: String,
    pub(super) title: String,
}

/// What stays the same from row to row, and what came in the rows so far.
pub(super) struct Planning<'a> {
    pub(super) of: &'a Importing<'a>,
    pub(super) columns: &'a Columns<'a>,
    pub(super) source: Source,
    /// In which row a key came first.
    pub(super) seen: HashMap<String, u32>,
}

/// Plans an import.
///
/// # Errors
/// A column that is needed and not there, so that no row could come.
pub fn plan(release: &Release, importing: &Importing<'_>) -> Result<Plan, Refusal> {
    crate::command::evidence::writable(release)?;
    let columns = Columns::new(importing.table, importing.uses, importing.words);
    has_needed(importing, &columns)?;
    let mut planning = Planning {
        of: importing,
        columns: &columns,
        source: Source::File { name: importing.file.to_owned() },
        seen: HashMap::new(),
    };
    let (mut plan, mut after) = (Plan::default(), release.clone());
    let mut unknown: BTreeMap<(String, String), UnknownValue> = BTreeMap::new();
    for line in &importing.table.rows {
        let (mut planned, done, mut events, words) = planning.row(&after, line);
        for event in &events {
            step(&mut after, event, importing);
        }
        if !done.is_empty() {
            let said = planning.say(&after, done, &mut planned);
            for event in &said {
                step(&mut after, event, importing);
            }
            events.extend(said);
        }
        for word in words {
            let known = unknown.entry((word.column.clone(), word.text.clone()));
            known.and_modify(|known| known.rows += 1).or_insert(word);
        }
        plan.counts.add(&planned);
        plan.rows.push(planned);
        plan.events.extend(events);
    }
    plan.unknown = unknown.into_values().collect();
    plan.gone = planning.gone(release);
    plan.notes = notes(importing, &columns);
    Ok(plan)
}

/// Decides that a file was all there is, after what a plan does.
///
/// # Errors
/// A list that cannot be whole, or a file of which something is left out.
pub fn whole(release: &Release, importing: &Importing<'_>, plan: &Plan) -> Result<Option<Event>, Refusal> {
    let Some(list) = importing.kind.list() else {
        return Err(Refusal::invalid("There is no list of sign-offs that could be whole. Leave that out."));
    };
    if plan.counts.errors > 0 {
        return Err(Refusal::contradiction(format!(
            "{} cannot be imported, so that this is not all of them. Mend the file, or do not say that it is all.",
            crate::words::count(i64::from(plan.counts.errors), "row", "rows")
        )));
    }
    let mut after = release.clone();
    for event in &plan.events {
        step(&mut after, event, importing);
    }
    let source = Source::File { name: importing.file.to_owned() };
    match crate::command::listing::whole(&after, list, source, None, &importing.speaker.actor)? {
        Settled::Already(_) => Ok(None),
        Settled::New(events) => Ok(events.into_iter().next()),
    }
}

/// Folds an event into what a release would be.
pub(super) fn step(release: &mut Release, event: &Event, importing: &Importing<'_>) {
    let (kind, kind_version) = event.kind();
    let envelope = Envelope {
        position: Position(release.position.0 + 1),
        stream: release.id.stream(),
        version: StreamVersion(release.version.0 + 1),
        kind: kind.into(),
        kind_version,
        actor: importing.speaker.actor.clone(),
        occurred_at: importing.now,
        recorded_at: importing.now,
    };
    release.apply(&envelope, event.clone());
}

fn has_needed(importing: &Importing<'_>, columns: &Columns<'_>) -> Result<(), Refusal> {
    let needed = Field::of(importing.kind).filter(|field| field.is_needed(importing.kind));
    let missing: Vec<&str> =
        needed.filter(|field| !columns.has(*field)).map(|field| field.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<String> =
        importing.table.columns.iter().map(|column| format!("“{}”", column.name)).collect();
    Err(Refusal::invalid(format!(
        "No column is known to hold the {}. Say which it is; there is {}.",
        crate::words::joined(&missing, missing.len(), "and the"),
        crate::words::list(&names, names.len(), 12)
    )))
}

fn notes(importing: &Importing<'_>, columns: &Columns<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if importing.table.rows.is_empty() {
        notes.push("There is no row under the names of the columns.".to_owned());
    }
    if importing.kind == Kind::Defects && !columns.has(Field::State) {
        notes.push("No column says how a defect stands: those that are new count as open.".to_owned());
    }
    if importing.kind == Kind::Defects && !columns.has(Field::Tracks) {
        notes.push(
            "No column says on which tracks a defect was seen: they are known by the builds alone."
                .to_owned(),
        );
    }
    notes
}

impl Planning<'_> {
    /// Plans a row, against the release as it is after the rows before.
    fn row(
        &mut self,
        release: &Release,
        line: &Line,
    ) -> (Planned, Vec<Function>, Vec<Event>, Vec<UnknownValue>) {
        let (troubles, unknown) = (Vec::new(), Vec::new());
        let mut reading = Reading { columns: self.columns, line, release, troubles, unknown };
        if self.of.table.ragged.contains(&line.number) {
            reading.error(
                None,
                "This row has more cells than the header, so that they may stand in the wrong columns. Put a text \
                 with a comma in it in quotes.",
            );
        }
        let (named, drafted) = match self.of.kind {
            Kind::Defects => self.defect(&mut reading),
            Kind::Changes => self.change(&mut reading),
            Kind::SignOffs => self.sign_off(&mut reading),
        };
        let drafted = drafted.filter(|_| !reading.has_error());
        let Reading { troubles, unknown, .. } = reading;
        let outcome = match &drafted {
            None => Outcome::Error,
            Some(drafted) if drafted.events.is_empty() => Outcome::Same,
            Some(drafted) if drafted.is_new => Outcome::New,
            Some(_) => Outcome::Changed,
        };
        let Drafted { events, changes, done, .. } = drafted.unwrap_or_default();
        let Named { key, title } = named;
        (Planned { row: line.number, key, title, outcome, changes, troubles }, done, events, unknown)
    }

    /// Notes in which row a key comes; twice is an error.
    pub(super) fn once(&mut self, reading: &mut Reading<'_>, key: &str, column: Option<&str>) {
        match self.seen.get(key) {
            Some(first) => {
                let sentence = format!("{key} is in row {first} already. Keep one of the two.");
                reading.error(column, sentence);
            }
            None => {
                self.seen.insert(key.to_owned(), reading.line.number);
            }
        }
    }

    fn gone(&self, before: &Release) -> Vec<String> {
        match self.of.kind {
            Kind::Defects => self.defects_gone(before),
            Kind::Changes => self.changes_gone(before),
            Kind::SignOffs => Vec::new(),
        }
    }
}

impl Counts {
    fn add(&mut self, planned: &Planned) {
        self.rows += 1;
        match planned.outcome {
            Outcome::New => self.new += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Same => self.same += 1,
            Outcome::Error => self.errors += 1,
        }
        if planned.outcome != Outcome::Error && !planned.troubles.is_empty() {
            self.warnings += 1;
        }
    }
}

/// Returns what changes between two ways to tell a thing, field by field.
pub(super) fn differences(fields: &[(Field, Option<String>, Option<String>)]) -> Vec<FieldChange> {
    let changed = fields.iter().filter(|(_, from, to)| from != to);
    changed
        .map(|(field, from, to)| FieldChange { field: *field, from: from.clone(), to: to.clone() })
        .collect()
}
