//! Ingest test reports: read, count, keep, and only then say so.
//!
//! Invariant: nothing is acknowledged before reports, case records and event are on the disk; and a report
//! that cannot be read leaves nothing behind.

mod archive;
mod chunks;
mod collect;
mod entries;
mod pack;
mod read;
mod sorter;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use domain::command::evidence;
use domain::envelope::Position;
use domain::event::{Event, RunIngested};
use domain::evidence::{Counts, Ingest};
use domain::id::{BuildNumber, Commit, ReleaseId, RunId, RunKind, TrackId};
use domain::release::Release;
use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::evidence::EvidenceResponse;
use super::once::Once;
use super::{App, AppError};
use collect::Collected;
pub(crate) use read::key;

const DAY: i64 = 86_400_000_000;
/// Bytes of reports that one ingest may bring: far more than a night of every platform, and less than a disk.
const MOST: u64 = 8 << 30;

/// What the reports are of.
#[derive(Clone, Debug, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IngestRequest {
    pub track: TrackId,
    pub build: BuildNumber,
    /// Registers the build, where it is not yet known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    pub kind: RunKind,
    /// Groups shards and reruns; named after the content unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The device that all of it ran on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Says that everything of this kind is in it: it is a plan for later runs.
    #[serde(default)]
    pub complete: bool,
    /// The name of a single report, where the body is no archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How the reports come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A tar archive of reports.
    Tar,
    /// One report.
    Single,
}

/// What an ingest brought.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct IngestResponse {
    pub evidence: Position,
    /// False when the same was on record already: then nothing changed.
    pub new: bool,
    pub run: RunId,
    /// How many reports there were.
    pub files: i64,
    /// How large they were together.
    pub bytes: i64,
    pub counts: Counts,
    /// Places where a report contradicts itself; its cases are what counts.
    pub warnings: Vec<String>,
}

impl App {
    /// Ingests reports from a stream of bytes.
    pub async fn ingest<S, E>(
        &self,
        id: &ReleaseId,
        request: IngestRequest,
        container: Container,
        body: S,
        once: Option<&Once>,
    ) -> Result<IngestResponse, AppError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        // Refused before the first report is read, rather than after the last.
        let commit = request.commit.as_ref();
        let unnamed = RunId::parse("unnamed").map_err(internal)?;
        let release = self.release(id).await?;
        if self.first(&id.stream(), once, &self.actor().await?).await?.is_none() {
            evidence::ingest(&release, ingested(&request, &Collected::default(), unnamed), commit)?;
        }
        let name = request.name.clone().unwrap_or_else(|| "standard input".to_owned());
        let collected = self.collect(container, name, body).await?;
        self.is_sound(collected.cases);
        let content = content_digest(&collected);
        let run = match &request.run {
            Some(run) => run.clone(),
            None => RunId::parse(&hex::encode(&content[..6])).map_err(internal)?,
        };
        let decide = |release: &Release| {
            let run = ingested(&request, &collected, run.clone());
            let key = idempotency_key(&request, &run.run, &content, withdrawn_before(release, &run));
            Ok((evidence::ingest(release, run, commit)?, key))
        };
        let fact = Event::RunIngested(Box::new(ingested(&request, &collected, run.clone())));
        let EvidenceResponse { evidence, new } = self.append_evidence(id, fact, once, decide).await?;
        self.merge_ahead(id.clone());
        Ok(IngestResponse {
            evidence,
            new,
            run,
            files: collected.files.len() as i64,
            bytes: collected.bytes,
            counts: collected.counts,
            warnings: collected.warnings,
        })
    }

    /// Merges in the background what the next check will want.
    fn merge_ahead(&self, id: ReleaseId) {
        let app = self.clone();
        self.inner.tasks.spawn(async move {
            let merged = async {
                let release: Arc<Release> = app.release(&id).await?;
                app.merges_for(&release, app.now()).await
            };
            if let Err(error) = merged.await {
                tracing::warn!(release = %id, "failed to merge ahead: {error}");
            }
            // What an ingest that was killed left half written is of no use to anybody after a day.
            if let Err(error) = app.blobs().sweep(app.now().plus_micros(-DAY)).await {
                tracing::warn!("failed to sweep unfinished blobs: {error}");
            }
        });
    }

    async fn collect<S, E>(
        &self,
        container: Container,
        name: String,
        mut body: S,
    ) -> Result<Collected, AppError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let (chunks, receiver) = std::sync::mpsc::sync_channel::<Result<Bytes, String>>(4);
        let runtime = tokio::runtime::Handle::current();
        let blobs = self.blobs().clone();
        let work =
            tokio::task::spawn_blocking(move || collect::run(&runtime, &blobs, container, name, receiver));
        let mut room = Room(MOST);
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| error.to_string()).and_then(|chunk| room.take(chunk));
            let broken = chunk.is_err();
            // Sending blocks while the readers are busy: that is what keeps memory flat.
            let sent = tokio::task::block_in_place(|| chunks.send(chunk));
            if sent.is_err() || broken {
                break;
            }
        }
        drop(chunks);
        let collected = work.await.map_err(internal)?;
        // Whatever the readers made of the end, this is why it ended.
        room.check().and(collected)
    }
}

/// How many bytes may still come.
struct Room(u64);

impl Room {
    fn take(&mut self, chunk: Bytes) -> Result<Bytes, String> {
        let length = chunk.len() as u64;
        // What is too much stays too much, whatever comes later.
        self.0 = self.0.saturating_sub(length);
        if self.0 == 0 { Err("it is too long".to_owned()) } else { Ok(chunk) }
    }

    fn check(&self) -> Result<(), AppError> {
        if self.0 > 0 {
            return Ok(());
        }
        let problem = format!("there are more than {} GiB; send them as several ingests", MOST >> 30);
        Err(AppError::Report { file: "the reports".to_owned(), problem })
    }
}

fn internal(error: impl std::fmt::Display) -> AppError {
    AppError::Internal(error.to_string())
}

fn ingested(request: &IngestRequest, collected: &Collected, run: RunId) -> RunIngested {
    RunIngested {
        track: request.track.clone(),
        build: request.build.clone(),
        kind: request.kind.clone(),
        run,
        device: request.device.clone(),
        complete: request.complete,
        counts: collected.counts.clone(),
        files: collected.files.len() as i64,
        bytes: collected.bytes,
        reports: collected.reports,
        cases: collected.cases,
        metrics: collected.metrics.clone(),
    }
}

/// The digest of what was ingested, whatever the files were called and in which order they came.
fn content_digest(collected: &Collected) -> [u8; 32] {
    let mut files = collected.files.clone();
    files.sort_unstable();
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(file.0);
    }
    hasher.finalize().into()
}

/// The same reports for the same build, kind, run and device are the same fact, unless they were withdrawn since.
fn idempotency_key(request: &IngestRequest, run: &RunId, content: &[u8; 32], withdrawn: usize) -> String {
    let of = BTreeMap::from([
        ("track", request.track.as_str()),
        ("build", request.build.as_str()),
        ("kind", request.kind.as_str()),
        ("run", run.as_str()),
        ("device", request.device.as_deref().unwrap_or_default()),
        ("complete", if request.complete { "yes" } else { "no" }),
    ]);
    let mut hasher = Sha256::new();
    hasher.update(serde_json::to_vec(&of).unwrap_or_default());
    hasher.update(content);
    hasher.update((withdrawn as u64).to_le_bytes());
    format!("ingest:{}", hex::encode(&hasher.finalize()[..16]))
}

/// How often the same was ingested and withdrawn before.
fn withdrawn_before(release: &Release, run: &RunIngested) -> usize {
    let ingests = release.tracks.get(&run.track).map(|track| track.ingests.as_slice()).unwrap_or_default();
    let same = |ingest: &&Ingest| {
        let of = (&ingest.build, &ingest.kind, &ingest.run, &ingest.device, &ingest.cases);
        of == (&run.build, &run.kind, &run.run, &run.device, &run.cases) && ingest.withdrawn.is_some()
    };
    ingests.iter().filter(same).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ingest_ends_where_there_is_no_more_room() {
        let mut room = Room(10);
        for (chunk, fits) in [("1234", true), ("12345", true), ("123", false), ("", false)] {
            assert_eq!(room.take(Bytes::from_static(chunk.as_bytes())).is_ok(), fits, "{chunk}");
            assert_eq!(room.check().is_ok(), fits, "{chunk}");
        }
    }
}
