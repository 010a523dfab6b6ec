//! Apply a product's file.
//!
//! Invariant: a file is applied whole or not at all.

use std::collections::BTreeMap;

use domain::cases::plan_lines;
use domain::command::apply::{Decided, Present, apply};
use domain::criteria::check;
use domain::criteria::expression::Expression;
use domain::digest::Digest;
use domain::envelope::{Position, Stream, StreamVersion};
use domain::file::{self, File, Outside};
use domain::id::{ReleaseId, ReleaseName};
use domain::release::Release;
use domain::track::Plan;
use journal::{Append, Expect, NewEvent, Part};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moved::Seen;
use super::outbox::Coming;
use super::{App, AppError};

/// A product's file, with the plan files that it names.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyRequest {
    /// The file itself, TOML.
    #[schema(
        example = "[product]\nname = \"Tidewatch\"\n[tracks.ios]\n[[criteria]]\nuse = \"smoke-passed\"\n"
    )]
    pub source: String,
    /// The text of each plan file, by the path that the file gives it.
    #[serde(default)]
    pub plans: BTreeMap<String, String>,
    /// Why; a definition of ready that is in force changes for a reason only.
    #[serde(default)]
    pub reason: Option<String>,
    /// Only says what it would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// What applying changed, or would change.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ApplyResponse {
    /// Each change in words; none if all is as the file has it.
    pub changes: Vec<String>,
    pub dry_run: bool,
}

/// How often a decision is made anew because somebody else decided first.
pub(crate) const TRIES: usize = 32;

/// Waits a little before a decision is made anew, a little longer each time.
pub(crate) async fn pause(attempt: usize) {
    tokio::time::sleep(std::time::Duration::from_millis(attempt as u64)).await;
}

impl App {
    /// Applies a file, if all that it is about is still as it was seen; with `dry_run` only says what it would change.
    ///
    /// Returns also the last position of what the file is about, before it was applied; 0 if there is nothing yet.
    pub async fn apply(
        &self,
        request: ApplyRequest,
        seen: Option<&Seen>,
    ) -> Result<(ApplyResponse, Position), AppError> {
        let file = self.read_file(request.source.clone()).await?;
        let plans = self.plans(&request).await?;
        for attempt in 0..TRIES {
            let (product, at) = self.product(&file.product.id).await?;
            let releases = self.releases_of(&file).await?;
            let newest = releases.values().map(|release| release.position).fold(at, Position::max);
            let present = Present {
                product: product.as_ref(),
                releases: &releases,
                plans: &plans,
                reason: request.reason.as_deref(),
            };
            let mut applied = apply(&file, &present).map_err(AppError::Mistakes)?;
            if let Some(seen) = seen {
                if !seen.is_still(newest) {
                    let streams = streams(&file).collect::<Vec<_>>();
                    return Err(self.moved(&file.product.name, &streams, seen).await?);
                }
                insist(&mut applied.decided, &file, &present);
            } else if let Some(product) = &product {
                // What a release takes over from its product must be as the product has it when the release is written.
                let stream = file.product.id.stream();
                if !applied.decided.iter().any(|decided| decided.stream == stream) {
                    applied.decided.push(Decided { stream, expected: product.version, events: Vec::new() });
                }
            }
            if !request.dry_run {
                match self.append_decided(applied.decided).await {
                    Err(AppError::Conflict(_)) => {
                        pause(attempt).await;
                        continue;
                    }
                    Err(error) => return Err(error),
                    Ok(_) => {}
                }
            }
            return Ok((ApplyResponse { changes: applied.changes, dry_run: request.dry_run }, newest));
        }
        Err(AppError::Conflict(file.product.name))
    }

    async fn read_file(&self, source: String) -> Result<File, AppError> {
        let read = move || {
            let outside = Outside {
                compile: &|source, facts, wanted| check::check(&Expression::compile(source)?, facts, wanted),
                zone: &known_zone,
            };
            file::read(&source, &outside)
        };
        self.inner.evaluator.run(move |_| read()).await?.map_err(AppError::Mistakes)
    }

    /// Stores the plan files that came along. A dry run stores them too: a blob that nothing names does no harm.
    async fn plans(&self, request: &ApplyRequest) -> Result<BTreeMap<String, Plan>, AppError> {
        let mut plans = BTreeMap::new();
        for (path, text) in &request.plans {
            let cases = plan_lines(text).collect::<std::collections::BTreeSet<_>>().len() as i64;
            let list: Digest = self.blobs().put(text.clone().into_bytes()).await?;
            plans.insert(path.clone(), Plan { list, cases, source: path.clone() });
        }
        Ok(plans)
    }

    async fn releases_of(&self, file: &File) -> Result<BTreeMap<ReleaseName, Release>, AppError> {
        let mut releases = BTreeMap::new();
        for wanted in &file.releases {
            let id = ReleaseId { product: file.product.id.clone(), name: wanted.name.clone() };
            if let Some(release) = self.find_release(&id).await? {
                releases.insert(wanted.name.clone(), Release::clone(&release));
            }
        }
        Ok(releases)
    }

    /// Appends decisions to their streams, all or none; returns the position of the last event, 0 if there is none.
    pub(crate) async fn append_decided(&self, decided: Vec<Decided>) -> Result<Position, AppError> {
        if decided.iter().all(|decided| decided.events.is_empty()) {
            return Ok(Position(0));
        }
        let now = self.now();
        let new = |event: &domain::event::Event| {
            let (kind, kind_version) = event.kind();
            NewEvent { kind: kind.into(), kind_version, occurred_at: now, payload: event.payload() }
        };
        let moved = decided.iter().filter(|decided| !decided.events.is_empty());
        let streams: Vec<_> = moved.map(|d| (d.stream.clone(), d.events.len() as i64)).collect();
        let actor = self.actor().await?;
        let coming: Vec<Coming<'_>> = decided
            .iter()
            .map(|decided| Coming { stream: &decided.stream, at: decided.expected, events: &decided.events })
            .collect();
        let outbox = self.messages(&coming, &actor, now).await?;
        let parts = decided
            .into_iter()
            .map(|decided| Part {
                stream: decided.stream,
                expect: Expect::Version(decided.expected),
                events: decided.events.iter().map(new).collect(),
            })
            .collect();
        let last = self.journal().append(Append { actor, now, parts, outbox }).await?.position;
        let mut noticed = last;
        for (stream, events) in streams.iter().rev() {
            self.noticed(stream, noticed);
            noticed.0 -= events;
        }
        Ok(last)
    }
}

/// Returns every stream that a file is about.
fn streams(file: &File) -> impl Iterator<Item = Stream> {
    let product = &file.product.id;
    let names = file.releases.iter().map(|wanted| wanted.name.clone());
    let releases = names.map(move |name| ReleaseId { product: product.clone(), name }.stream());
    [product.stream()].into_iter().chain(releases)
}

/// Makes a decision insist that also what it leaves alone is as it was seen.
fn insist(decided: &mut Vec<Decided>, file: &File, present: &Present<'_>) {
    let product = present.product.map_or(StreamVersion(0), |product| product.version);
    let release =
        |name: &ReleaseName| present.releases.get(name).map_or(StreamVersion(0), |release| release.version);
    let versions = [product].into_iter().chain(file.releases.iter().map(|wanted| release(&wanted.name)));
    for (stream, expected) in streams(file).zip(versions) {
        if !decided.iter().any(|decided| decided.stream == stream) {
            decided.push(Decided { stream, expected, events: Vec::new() });
        }
    }
}

fn known_zone(zone: &str) -> Result<(), Option<String>> {
    if jiff::tz::TimeZone::get(zone).is_ok() {
        return Ok(());
    }
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    Err(check::closest(zone, known.iter().map(String::as_str)))
}
