//! Importing a file: reading it, telling what it would change, and recording that.
//!
//! Invariant: what is recorded is what the same plan tells; all of it, with what its columns hold, or nothing.

mod delimited;
mod json;
pub(crate) mod read;
mod text;
mod workbook;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use domain::command::apply::Decided;
use domain::digest::Digest;
use domain::envelope::Position;
use domain::event::{Event, ImportMappingRemembered};
use domain::id::ReleaseId;
use domain::import::{
    self as command, ColumnUse, Counts, Importing, Kind, Mapping, Plan, Planned, Signer, Table, UnknownValue,
};
use domain::permission::{Act, Whose, may};
use domain::person::{Choice, Meant, choose};
use domain::product::Product;
use domain::refusal::Refusal;
use domain::release::Release;
use journal::Person;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use read::Format;
use read::Read;

use super::apply::{TRIES, pause};
use super::moved::Seen;
use super::who::sign_in_first;
use super::{App, AppError, new_id};

/// How many rows an answer tells.
const TOLD: usize = 500;
/// How many people a file may name.
const MOST_PEOPLE: usize = 1_000;
/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 200;

/// How to import a file.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportRequest {
    /// What the file is a list of.
    #[serde(rename = "as")]
    pub kind: Kind,
    /// The name of the file. What came from a file of this name before is compared with what is in it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(example = "defects.xlsx")]
    pub name: Option<String>,
    /// Which sheet of a workbook; the first with a list in it, if none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// What columns hold and what words in them mean, as JSON, as far as it is not as guessed or remembered:
    /// `{"columns": {"Summary": "title", "Assignee": null}, "values": {"Status": {"In Arbeit": "open"}}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    /// Only says what it would change.
    #[serde(default)]
    pub dry_run: bool,
    /// Imports the rows that can be, and leaves out those that cannot; without it, one that cannot be imported refuses all.
    #[serde(default)]
    pub partial: bool,
    /// These are all there are: the list is whole with them.
    #[serde(default)]
    pub whole: bool,
    /// After which row the answer goes on to tell rows: the `next` of the answer before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
}

/// What an import changed, or would change.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ImportResponse {
    #[serde(rename = "as")]
    pub kind: Kind,
    pub format: Format,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Every sheet of a workbook that could be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// The row with the names of the columns; 0 where they are not in a row.
    pub header: u32,
    /// What each column was taken for.
    pub columns: Vec<ColumnUse>,
    pub counts: Counts,
    /// Texts that nobody understands: say what they mean in `mapping`.
    pub unknown: Vec<UnknownValue>,
    /// What came from a file of that name before and is not in it any more; it stays as it is. At most 500 are told.
    pub gone: Vec<String>,
    pub gone_total: u32,
    /// What is to be known of the file as a whole.
    pub notes: Vec<String>,
    /// The rows, at most 500.
    pub rows: Vec<Planned>,
    /// Where to go on with `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
    /// Why it cannot be imported as it is; only of a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    pub dry_run: bool,
    /// The last event that it brought; none if nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// What came of importing, or would come.
#[derive(Clone, Debug)]
pub(crate) struct Imported {
    pub(crate) read: Arc<Read>,
    pub(crate) uses: Vec<ColumnUse>,
    pub(crate) plan: Plan,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) position: Option<Position>,
}

/// What is the same however often the decision is made anew.
struct Prepared {
    kind: Kind,
    file: String,
    read: Arc<Read>,
    uses: Vec<ColumnUse>,
    said: Mapping,
    remembered: Mapping,
    signers: HashMap<(String, String), Result<Signer, Refusal>>,
    new_people: Vec<Person>,
}

impl App {
    /// Imports a file, if the release is still as it was seen; with `dry_run` only says what it would change.
    pub async fn import(
        &self,
        id: &ReleaseId,
        bytes: Bytes,
        request: &ImportRequest,
        seen: Option<&Seen>,
    ) -> Result<ImportResponse, AppError> {
        let imported = self.import_file(id, bytes, request, seen).await?;
        Ok(told(request, imported))
    }

    /// As [`import`](Self::import), with all that was planned.
    pub(crate) async fn import_file(
        &self,
        id: &ReleaseId,
        bytes: Bytes,
        request: &ImportRequest,
        seen: Option<&Seen>,
    ) -> Result<Imported, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        if request.kind == Kind::SignOffs {
            self.allows(Act::GiveWord, Whose::Own)?;
        }
        self.release(id).await?;
        let prepared = Arc::new(self.prepare(id, bytes, request).await?);
        let (_, speaker) = self.speaker(None).await?;
        if prepared.signers.values().flatten().any(|signer| signer.id != speaker.actor) {
            self.allows(Act::GiveWord, Whose::Others)?;
        }
        let role = self.who.role().ok_or_else(sign_in_first)?;
        let replaces = may(role, Act::Scope, Whose::Others).is_ok();
        for attempt in 0..TRIES {
            let (release, now) = (self.release(id).await?, self.now());
            let (product, _) = self.product(&id.product).await?;
            let (with, of, whole) = (prepared.clone(), release.clone(), request.whole);
            let speaker = speaker.clone();
            let work = move || {
                let importing = Importing {
                    kind: with.kind,
                    file: &with.file,
                    table: &with.read.table,
                    uses: &with.uses,
                    words: [&with.said, &with.remembered],
                    signers: &with.signers,
                    speaker: &speaker,
                    replaces,
                    now,
                };
                planned(&of, &importing, whole)
            };
            let (plan, refusal) = blocking(work).await?;
            let refusal = refusal.or_else(|| left_out(&plan, request.partial));
            let mut imported = Imported {
                read: prepared.read.clone(),
                uses: prepared.uses.clone(),
                plan,
                refusal,
                position: None,
            };
            if request.dry_run {
                return Ok(imported);
            }
            if let Some(refusal) = imported.refusal {
                return Err(refusal.into());
            }
            if let Some(seen) = seen.filter(|seen| !seen.is_still(release.position)) {
                return Err(self.moved(&id.to_string(), &[id.stream()], seen).await?);
            }
            let decided = decided(id, &release, product.as_ref(), &prepared, &imported.plan);
            for person in &prepared.new_people {
                self.journal().person_put(person).await?;
            }
            if !prepared.new_people.is_empty() {
                self.refresh_names().await?;
            }
            match self.append_decided(decided).await {
                Err(AppError::Conflict(_)) => pause(attempt).await,
                Err(error) => return Err(error),
                Ok(position) => {
                    imported.position = Some(position).filter(|position| position.0 > 0);
                    return Ok(imported);
                }
            }
        }
        Err(AppError::Conflict(id.to_string()))
    }

    /// Keeps a file between two steps of a form.
    pub(crate) async fn keep_import(&self, bytes: Bytes) -> Result<Digest, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        if bytes.len() > command::LARGEST {
            return Err(read::too_large().into());
        }
        Ok(self.blobs().put(bytes).await?)
    }

    /// Returns a file that was kept.
    pub(crate) async fn kept_import(&self, digest: &Digest) -> Result<Bytes, AppError> {
        self.allows(Act::Report, Whose::Own)?;
        let gone = || Refusal::unknown("The file is not kept any more. Choose it once more.");
        let size = self.blobs().size(digest).await?.ok_or_else(gone)?;
        if size > command::LARGEST as u64 {
            return Err(gone().into());
        }
        Ok(self.blobs().get(digest).await?.ok_or_else(gone)?)
    }

    async fn prepare(
        &self,
        id: &ReleaseId,
        bytes: Bytes,
        request: &ImportRequest,
    ) -> Result<Prepared, AppError> {
        let said = said(request.mapping.as_deref())?;
        let (product, _) = self.product(&id.product).await?;
        let kind = request.kind;
        let remembered = product.and_then(|product| product.mappings.get(&kind).cloned()).unwrap_or_default();
        let (sheet, mappings) = (request.sheet.clone(), [said.clone(), remembered.clone()]);
        let work = move || {
            let [said, remembered] = &mappings;
            let read = read::read(&bytes, sheet.as_deref(), kind, &[said, remembered])?;
            let uses = command::guess(kind, &read.table.columns, said, remembered)?;
            Ok::<_, Refusal>((read, uses))
        };
        let (read, uses) = blocking(work).await??;
        let (signers, new_people) = match kind {
            Kind::SignOffs => self.signers(&read.table, &uses, [&said, &remembered]).await?,
            Kind::Defects | Kind::Changes => Default::default(),
        };
        let file = file_name(request.name.as_deref());
        Ok(Prepared { kind, file, read: Arc::new(read), uses, said, remembered, signers, new_people })
    }

    /// Finds everyone whom a file names; who is new is not kept yet.
    async fn signers(
        &self,
        table: &Table,
        uses: &[ColumnUse],
        words: [&Mapping; 2],
    ) -> Result<(HashMap<(String, String), Result<Signer, Refusal>>, Vec<Person>), AppError> {
        let named = command::named(table, uses, words);
        if named.len() > MOST_PEOPLE {
            return Err(Refusal::invalid(format!(
                "This file names {} people. Look whether the right column says who it was.",
                domain::words::number(named.len() as i64)
            ))
            .into());
        }
        let mut known = self.known_people().await?;
        let (mut signers, mut new_people) = (HashMap::new(), Vec::new());
        for (name, address) in named {
            let meant = Meant { person: None, name: name.clone(), address: Some(address.clone()) };
            let signer = match choose(&known, &meant) {
                Err(refusal) => Err(refusal),
                Ok(Choice::Known(id)) => Ok(Signer { functions: self.spoken_for(&id).await?, id }),
                Ok(Choice::New { name, address }) => {
                    let id = new_id()?;
                    let of = domain::person::Known {
                        id: id.clone(),
                        name: name.clone(),
                        address: address.clone(),
                        login: None,
                    };
                    known.push(of);
                    let (name, created_at) = (Some(name), self.now());
                    new_people.push(Person {
                        id: id.clone(),
                        login: None,
                        name,
                        address,
                        created_at,
                        erased_at: None,
                    });
                    Ok(Signer { functions: self.spoken_for(&id).await?, id })
                }
            };
            signers.insert((name, address), signer);
        }
        Ok((signers, new_people))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| AppError::Internal(error.to_string()))
}

/// Plans an import; of one that cannot be planned, only why.
fn planned(release: &Release, importing: &Importing<'_>, whole: bool) -> (Plan, Option<Refusal>) {
    let mut plan = match command::plan(release, importing) {
        Ok(plan) => plan,
        Err(refusal) => return (Plan::default(), Some(refusal)),
    };
    if !whole {
        return (plan, None);
    }
    match command::whole(release, importing, &plan) {
        Ok(event) => {
            plan.events.extend(event);
            (plan, None)
        }
        Err(refusal) => (plan, Some(refusal)),
    }
}

/// Refuses a file of which rows would be left out, unless that is wanted.
fn left_out(plan: &Plan, partial: bool) -> Option<Refusal> {
    const NAMED: usize = 5;
    if partial || plan.counts.errors == 0 {
        return None;
    }
    let failed = plan.rows.iter().filter(|row| row.outcome == command::Outcome::Error);
    let errors = failed.filter_map(|row| Some((row.row, row.troubles.iter().find(|trouble| trouble.error)?)));
    let told: Vec<String> = errors
        .take(NAMED)
        .map(|(row, trouble)| match &trouble.column {
            Some(column) => format!("Row {row}, column “{column}”: {}", trouble.sentence),
            None => format!("Row {row}: {}", trouble.sentence),
        })
        .collect();
    let count = i64::from(plan.counts.errors);
    let more = if count as usize > told.len() { " And more." } else { "" };
    Some(Refusal::invalid(format!(
        "{} cannot be imported, so nothing was. {}{more} Mend them and import again, or have the other rows imported \
         without them.",
        domain::words::count(count, "row", "rows"),
        told.join(" ")
    )))
}

fn decided(
    id: &ReleaseId,
    release: &Release,
    product: Option<&Product>,
    prepared: &Prepared,
    plan: &Plan,
) -> Vec<Decided> {
    let events = plan.events.clone();
    let mut decided = vec![Decided { stream: id.stream(), expected: release.version, events }];
    let Some(product) = product.filter(|product| product.unrecognised.is_none()) else { return decided };
    let before = product.mappings.get(&prepared.kind).cloned().unwrap_or_default();
    let mapping = command::remembered(&before, &prepared.uses, &prepared.said);
    if mapping != before {
        let event = Event::ImportMappingRemembered(ImportMappingRemembered { kind: prepared.kind, mapping });
        let (stream, expected) = (id.product.stream(), product.version);
        // First, so that the last event is one of the release.
        decided.insert(0, Decided { stream, expected, events: vec![event] });
    }
    decided
}

/// Reads what is said of columns and words.
fn said(mapping: Option<&str>) -> Result<Mapping, Refusal> {
    let Some(mapping) = mapping.filter(|mapping| !mapping.trim().is_empty()) else {
        return Ok(Mapping::default());
    };
    serde_json::from_str(mapping).map_err(|error| {
        Refusal::invalid(format!(
            "The mapping cannot be read: {error}. It is JSON, as {{\"columns\": {{\"Summary\": \"title\"}}}}."
        ))
    })
}

/// Returns the name of a file without its folders, as it can be told.
fn file_name(name: Option<&str>) -> String {
    let name = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let name = name.trim();
    if name.is_empty() { "a file".to_owned() } else { name.to_owned() }
}

fn told(request: &ImportRequest, imported: Imported) -> ImportResponse {
    let Imported { read, uses, plan, refusal, position, .. } = imported;
    let after = request.after.unwrap_or_default();
    let mut rest = plan.rows.into_iter().filter(|row| row.row > after);
    let rows: Vec<Planned> = rest.by_ref().take(TOLD).collect();
    let next = rest.next().and_then(|_| rows.last()).map(|last| last.row);
    let gone_total = plan.gone.len() as u32;
    ImportResponse {
        kind: request.kind,
        format: read.format,
        sheet: read.sheet.clone(),
        sheets: read.sheets.clone(),
        header: read.table.header,
        columns: uses,
        counts: plan.counts,
        unknown: plan.unknown,
        gone: plan.gone.into_iter().take(TOLD).collect(),
        gone_total,
        notes: plan.notes,
        rows,
        next,
        refusal: refusal.map(|refusal| refusal.sentence),
        dry_run: request.dry_run,
        position,
    }
}
