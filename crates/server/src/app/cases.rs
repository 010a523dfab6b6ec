//! Read back what was ingested: case records, notes, and the reports themselves.
//!
//! Invariant: the reports as they came are the store; everything said of a case can be read from them again.

use std::io::{BufRead, BufReader, Read};
use std::ops::Range;

use bytes::{Buf, Bytes};
use domain::cases::{MAGIC, Note, RECORD, Record};
use domain::digest::Digest;
use domain::envelope::Position;
use domain::id::ReleaseId;
use domain::refusal::Refusal;
use journal::Blobs;
use reports::{Format, Item, Outcome};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, ToSchema};

use super::{App, AppError};

/// How much of a blob is fetched at a time.
const PIECE: u64 = 1 << 20;

/// A blob as a reader, fetched piece by piece; for a thread that may block.
pub(crate) struct BlobReader {
    runtime: Handle,
    blobs: Blobs,
    digest: Digest,
    rest: Range<u64>,
    piece: Bytes,
}

impl BlobReader {
    pub(crate) fn open(runtime: &Handle, blobs: &Blobs, digest: Digest) -> Result<Self, AppError> {
        let length = runtime.block_on(blobs.size(&digest))?.ok_or(AppError::BlobLost(digest))?;
        Ok(Self {
            runtime: runtime.clone(),
            blobs: blobs.clone(),
            digest,
            rest: 0..length,
            piece: Bytes::new(),
        })
    }

    /// Goes on reading at a place; what has been fetched already is not fetched again.
    pub(crate) fn seek(&mut self, to: u64) {
        let ahead = to.checked_sub(self.rest.start - self.piece.len() as u64);
        match ahead.and_then(|ahead| usize::try_from(ahead).ok()) {
            Some(ahead) if ahead <= self.piece.len() => self.piece.advance(ahead),
            _ => {
                self.rest.start = to.min(self.rest.end);
                self.piece = Bytes::new();
            }
        }
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.piece.is_empty() && !self.rest.is_empty() {
            let end = self.rest.end.min(self.rest.start + PIECE);
            let range = self.rest.start..end;
            let piece = self.runtime.block_on(self.blobs.get_range(&self.digest, range));
            let lost = || std::io::Error::other(AppError::BlobLost(self.digest));
            self.piece = piece.map_err(std::io::Error::other)?.ok_or_else(lost)?;
            self.rest.start = end;
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

/// How many records are read at once.
const AT_ONCE: u64 = 1024;

/// The case records of an ingest, in their order.
pub(crate) struct Records {
    reader: BlobReader,
    read: Vec<u8>,
    /// Where in what is read the next record begins.
    at: usize,
    left: u64,
    notes_at: u64,
}

impl Records {
    pub(crate) fn open(runtime: &Handle, blobs: &Blobs, digest: Digest) -> Result<Self, AppError> {
        let mut reader = BlobReader::open(runtime, blobs, digest)?;
        let mut head = [0; 24];
        reader.read_exact(&mut head).map_err(unreadable)?;
        let (magic, count) = head.split_at(16);
        if magic != MAGIC {
            return Err(AppError::Internal(format!("blob {digest} holds no case records")));
        }
        let left = count.try_into().map(u64::from_le_bytes).unwrap_or_default();
        Ok(Self { reader, read: Vec::new(), at: 0, left, notes_at: 24 + left * RECORD as u64 })
    }

    #[cold]
    fn read_on(&mut self) -> Result<(), AppError> {
        let records = self.left.min(AT_ONCE);
        self.left -= records;
        self.at = 0;
        self.read.resize(records as usize * RECORD, 0);
        self.reader.read_exact(&mut self.read).map_err(unreadable)
    }

    /// Reads the note that a record points at.
    pub(crate) fn note(
        runtime: &Handle,
        blobs: &Blobs,
        digest: Digest,
        at: &[u32],
    ) -> Result<Vec<Note>, AppError> {
        let notes_at = Self::open(runtime, blobs, digest)?.notes_at;
        let mut reader = BlobReader::open(runtime, blobs, digest)?;
        let mut notes = Vec::with_capacity(at.len());
        for at in at {
            reader.seek(notes_at + u64::from(*at) - 1);
            let mut length = [0; 4];
            reader.read_exact(&mut length).map_err(unreadable)?;
            let mut json = vec![0; u32::from_le_bytes(length) as usize];
            reader.read_exact(&mut json).map_err(unreadable)?;
            notes.push(serde_json::from_slice(&json).map_err(|error| AppError::Internal(error.to_string()))?);
        }
        Ok(notes)
    }
}

impl Iterator for Records {
    type Item = Result<Record, AppError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.read.len() {
            if self.left == 0 {
                return None;
            }
            if let Err(error) = self.read_on() {
                self.left = 0;
                self.read.clear();
                return Some(Err(error));
            }
        }
        let bytes = self.read.get(self.at..)?.first_chunk()?;
        self.at += RECORD;
        let record = Record::from_bytes(bytes);
        Some(record.ok_or_else(|| AppError::Internal("a case record is not one".to_owned())))
    }
}

fn unreadable(source: std::io::Error) -> AppError {
    AppError::Io { doing: "read what was ingested", source }
}

impl App {
    /// Returns a small blob as text.
    pub(crate) async fn blob_text(&self, digest: &Digest) -> Result<String, AppError> {
        let bytes = self.blobs().get(digest).await?.ok_or(AppError::BlobLost(*digest))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Hands over every case of a pack of reports, with the name of its report.
pub(crate) fn each_case(
    runtime: &Handle,
    blobs: &Blobs,
    pack: Digest,
    each: &mut dyn FnMut(&str, &reports::Case<'_>),
) -> Result<(), AppError> {
    let pack = BlobReader::open(runtime, blobs, pack)?;
    let decoder = zstd::Decoder::new(pack).map_err(unreadable)?;
    let mut archive = tar::Archive::new(decoder);
    for entry in archive.entries().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut source = BufReader::with_capacity(256 << 10, entry);
        let format = reports::sniff(source.fill_buf().map_err(unreadable)?).unwrap_or(Format::JUnit);
        reports::read(format, source, &mut |item| {
            if let Item::Case(case) = item {
                each(&name, &case);
            }
        })
        .map_err(|error| AppError::Report { file: name.clone(), problem: error.to_string() })?;
    }
    Ok(())
}

/// Which cases of an ingest to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CasesQuery {
    /// Only cases that ended so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(schema_with = outcome)]
    pub outcome: Option<Outcome>,
    /// A part of the case's name, class or suite; case does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find: Option<String>,
}

/// A case as it was reported.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CaseLine {
    /// The file that it was reported in.
    pub report: String,
    /// The names of the enclosing suites, outermost first, joined by " › ".
    pub suite: String,
    /// Empty where the report gives none.
    pub class: String,
    pub name: String,
    #[schema(schema_with = outcome)]
    pub outcome: Outcome,
    /// Passed after a failure.
    pub flaky: bool,
    /// One, plus the marked reruns.
    pub attempts: u32,
    pub duration_ms: Option<f64>,
    /// Why it failed, erred or was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl App {
    /// Streams the cases of an ingest, as reported, through a channel of lines.
    pub async fn cases(
        &self,
        id: &ReleaseId,
        evidence: Position,
        query: CasesQuery,
    ) -> Result<tokio::sync::mpsc::Receiver<Result<CaseLine, AppError>>, AppError> {
        let release = self.release(id).await?;
        let ingests = release.tracks.values().flat_map(|track| &track.ingests);
        let pack =
            ingests.into_iter().find(|ingest| ingest.position == evidence).map(|ingest| ingest.reports);
        let Some(pack) = pack else {
            let sentence = format!(
                "Evidence {evidence} of {id} is no test run. `seaworthy evidence list` shows what there is."
            );
            return Err(Refusal::unknown(sentence).into());
        };
        let (lines, receiver) = tokio::sync::mpsc::channel(256);
        let (runtime, blobs) = (Handle::current(), self.blobs().clone());
        let find = query.find.map(|find| find.to_lowercase());
        tokio::task::spawn_blocking(move || {
            let matches =
                |text: &str| find.as_ref().is_none_or(|find| text.to_lowercase().contains(find.as_str()));
            let read = each_case(&runtime, &blobs, pack, &mut |report, case| {
                let wanted = query.outcome.is_none_or(|outcome| outcome == case.outcome);
                if wanted && (matches(case.name) || matches(case.class) || matches(case.suite)) {
                    // A reader that went away wants no more lines.
                    let _ = lines.blocking_send(Ok(line(report, case)));
                }
            });
            if let Err(error) = read {
                let _ = lines.blocking_send(Err(error));
            }
        });
        Ok(receiver)
    }
}

/// Describes how a case ended; reports are read without knowing of an API.
fn outcome() -> RefOr<Schema> {
    let all = [Outcome::Passed, Outcome::Failed, Outcome::Errored, Outcome::Skipped];
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(all.map(|one| format!("{one:?}").to_lowercase())))
        .into()
}

pub(crate) fn line(report: &str, case: &reports::Case<'_>) -> CaseLine {
    CaseLine {
        report: report.to_owned(),
        suite: case.suite.to_owned(),
        class: case.class.to_owned(),
        name: case.name.to_owned(),
        outcome: case.outcome,
        flaky: case.flaky,
        attempts: case.attempts,
        duration_ms: case.duration_ms,
        message: case.message.map(str::to_owned),
    }
}
