//! Reads reports in parallel and brings what they hold together, in the order they came.
//!
//! Invariant: memory depends on the number of readers, not on the number or the size of the reports.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use bytes::Bytes;
use domain::cases::MAGIC;
use domain::digest::Digest;
use domain::evidence::Counts;
use journal::{BlobWriter, Blobs};
use tokio::runtime::Handle;

use super::chunks::Chunks;
use super::entries::{Entry, each_entry};
use super::pack::{Batch, Packer};
use super::read::{self, Part, Whole};
use super::sorter::Sorter;
use super::{Container, pack};
use crate::app::AppError;

/// How much is kept of failed cases in words, in bytes; some 10,000 cases.
const NOTES: usize = 2 << 20;
/// How many self-contradictions of reports are told.
const WARNINGS: usize = 20;
/// How much is gathered before it goes to a blob.
const CHUNK: usize = 1 << 20;

/// Everything an ingest brought, stored and counted.
#[derive(Debug)]
pub(super) struct Collected {
    /// The digest of each report, in the order they came.
    pub(super) files: Vec<Digest>,
    pub(super) bytes: i64,
    pub(super) counts: Counts,
    pub(super) metrics: BTreeMap<String, f64>,
    pub(super) warnings: Vec<String>,
    pub(super) reports: Digest,
    pub(super) cases: Digest,
}

impl Default for Collected {
    fn default() -> Self {
        let nothing = Digest([0; 32]);
        Self {
            files: Vec::new(),
            bytes: 0,
            counts: Counts::default(),
            metrics: BTreeMap::new(),
            warnings: Vec::new(),
            reports: nothing,
            cases: nothing,
        }
    }
}

/// Reports to be read by whichever reader is free, and their turn.
type Job = (usize, Batch);

/// What a reader hands on: its turn, and what it read or what is wrong with it.
type Handed = (usize, Result<Part, AppError>);

/// Reads everything that comes through the channel and stores it.
pub(super) fn run(
    runtime: &Handle,
    blobs: &Blobs,
    container: Container,
    name: String,
    chunks: Receiver<Result<Bytes, String>>,
) -> Result<Collected, AppError> {
    let readers = std::thread::available_parallelism().map_or(2, usize::from).clamp(1, 4);
    let (jobs, waiting) = sync_channel::<Job>(2);
    let (hand, handed) = sync_channel::<Handed>(readers * 2);
    let waiting = &Mutex::new(waiting);
    std::thread::scope(move |scope| {
        for _ in 0..readers {
            let hand = hand.clone();
            scope.spawn(move || reader(waiting, hand));
        }
        scope.spawn(move || divide(container, name, chunks, &jobs, &hand));
        // The receiver goes with the collector: when that gives up, nobody waits for it to listen.
        Collector::begin(runtime, blobs)?.collect(handed)
    })
}

fn reader(waiting: &Mutex<Receiver<Job>>, hand: SyncSender<Handed>) {
    let mut packer = match Packer::new() {
        Ok(packer) => packer,
        Err(error) => {
            let _ = hand.send((0, Err(error)));
            return;
        }
    };
    loop {
        let job = match waiting.lock() {
            Ok(waiting) => waiting.recv(),
            Err(_) => return,
        };
        let Ok((turn, batch)) = job else { return };
        if hand.send((turn, read::batch(&mut packer, &batch))).is_err() {
            return;
        }
    }
}

/// Divides the stream into reports; reads a large one itself while the readers rest.
fn divide(
    container: Container,
    name: String,
    chunks: Receiver<Result<Bytes, String>>,
    jobs: &SyncSender<Job>,
    hand: &SyncSender<Handed>,
) {
    let gone = || AppError::Internal("the ingest was given up".to_owned());
    let mut turn = 0;
    let divided = each_entry(container, name, Chunks::new(chunks), |entry| {
        match entry {
            Entry::Small(batch) => jobs.send((turn, batch)).map_err(|_| gone())?,
            Entry::Large { name, length, bytes } => {
                read::large(name, length, bytes, &mut |part| {
                    hand.send((turn, Ok(part))).map_err(|_| gone())
                })?;
            }
        }
        turn += 1;
        Ok(())
    });
    if let Err(error) = divided {
        // If nobody listens any more, an earlier error has been told already.
        let _ = hand.send((turn, Err(error)));
    }
}

struct Collector<'a> {
    runtime: &'a Handle,
    blobs: &'a Blobs,
    reports: BlobWriter,
    gathered: Vec<u8>,
    sorter: Sorter,
    notes: Vec<u8>,
    collected: Collected,
}

impl<'a> Collector<'a> {
    fn begin(runtime: &'a Handle, blobs: &'a Blobs) -> Result<Self, AppError> {
        Ok(Self {
            runtime,
            blobs,
            reports: runtime.block_on(blobs.writer())?,
            gathered: Vec::with_capacity(CHUNK * 2),
            sorter: Sorter::new(),
            notes: Vec::new(),
            collected: Collected::default(),
        })
    }

    fn collect(mut self, handed: Receiver<Handed>) -> Result<Collected, AppError> {
        let mut early: BTreeMap<usize, Vec<Result<Part, AppError>>> = BTreeMap::new();
        let mut turn = 0;
        while let Ok((of, part)) = handed.recv() {
            early.entry(of).or_default().push(part);
            while let Some(parts) = early.remove(&turn) {
                let mut ended = false;
                for part in parts {
                    ended = self.take(part?)?;
                }
                if !ended {
                    break;
                }
                turn += 1;
            }
        }
        // What is left belongs to no report that began: the stream itself broke.
        for part in early.into_values().flatten() {
            part?;
        }
        self.finish()
    }

    /// Takes a part, and tells whether its entry has ended.
    fn take(&mut self, part: Part) -> Result<bool, AppError> {
        self.pack(&part.packed)?;
        // The notes of a part are kept together or not at all, so that no record points at what is not there.
        let shift = self.notes.len() as u32;
        let noted = self.notes.len() + part.notes.len() <= NOTES;
        for mut record in part.records {
            if record.note > 0 {
                record.note = if noted { record.note + shift } else { 0 };
            }
            self.sorter.push(record).map_err(sorting)?;
        }
        if noted {
            self.notes.extend_from_slice(&part.notes);
        }
        let ended = !part.ended.is_empty();
        part.ended.into_iter().for_each(|whole| self.count(whole));
        Ok(ended)
    }

    fn count(&mut self, whole: Whole) {
        let (collected, summary) = (&mut self.collected, &whole.summary);
        collected.bytes += whole.length as i64;
        collected.counts.add(&Counts {
            suites: summary.suites as i64,
            cases: summary.cases as i64,
            attempts: summary.attempts as i64,
            passed: summary.passed as i64,
            failed: summary.failed as i64,
            errored: summary.errored as i64,
            skipped: summary.skipped as i64,
            flaky: summary.flaky as i64,
            duration_s: summary.duration_ms / 1000.0,
        });
        let room = WARNINGS.saturating_sub(collected.warnings.len());
        let warnings = summary.first_warnings.iter().take(room);
        collected
            .warnings
            .extend(warnings.map(|warning| format!("{}: {}: {}", whole.name, warning.at, warning.text)));
        collected.metrics.extend(whole.metrics);
        collected.files.push(whole.digest);
    }

    fn pack(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= CHUNK {
            let chunk = std::mem::replace(&mut self.gathered, Vec::with_capacity(CHUNK * 2));
            self.runtime.block_on(self.reports.write(chunk.into()))?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Collected, AppError> {
        if self.collected.files.is_empty() {
            let problem = "there is no report in it".to_owned();
            return Err(AppError::Report { file: "what was sent".to_owned(), problem });
        }
        self.pack(&pack::end()?)?;
        let (reports, rest) = (self.reports, self.gathered);
        // While the reports reach the disk, the records are sorted.
        let reports = self.runtime.spawn(async move {
            let mut reports = reports;
            reports.write(rest.into()).await?;
            reports.finish().await
        });
        self.collected.cases = store_cases(self.runtime, self.blobs, self.sorter, self.notes)?;
        let reports = self.runtime.block_on(reports).map_err(super::internal)?;
        self.collected.reports = reports?;
        Ok(self.collected)
    }
}

/// Stores the case records: what they begin with, how many there are, the records, the notes.
///
/// While some are hashed and written, the next are sorted.
fn store_cases(runtime: &Handle, blobs: &Blobs, sorter: Sorter, notes: Vec<u8>) -> Result<Digest, AppError> {
    let mut writer = runtime.block_on(blobs.writer())?;
    let (full, mut chunks) = tokio::sync::mpsc::channel::<Vec<u8>>(2);
    let storing = runtime.spawn(async move {
        while let Some(chunk) = chunks.recv().await {
            writer.write(chunk.into()).await?;
        }
        writer.finish().await
    });
    let mut chunk = Vec::with_capacity(CHUNK + 64);
    chunk.extend_from_slice(MAGIC);
    chunk.extend_from_slice(&sorter.count().to_le_bytes());
    let gone = |_| std::io::Error::other("the cases could not be written");
    let sorted = sorter.finish(&mut |record| {
        record.write(&mut chunk);
        if chunk.len() < CHUNK {
            return Ok(());
        }
        full.blocking_send(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK + 64))).map_err(gone)
    });
    let sent = sorted.and_then(|()| {
        chunk.extend_from_slice(&notes);
        full.blocking_send(chunk).map_err(gone)
    });
    drop(full);
    // Why writing failed says more than that it did. What lacks its end is named after what it has, and by nobody.
    let cases = runtime.block_on(storing).map_err(super::internal)??;
    sent.map_err(sorting)?;
    Ok(cases)
}

fn sorting(source: std::io::Error) -> AppError {
    AppError::Io { doing: "sort the cases", source }
}
