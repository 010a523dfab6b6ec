//! Reports: their cases as records, their counts, their digests, their place in the pack.
//!
//! Invariant: a report is hashed as it came, parsed from the same bytes, and packed from the same bytes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufReader, Read};

use domain::cases::{CaseKey, Note, Record};
use domain::digest::Digest;
use reports::{Case, Format, Item, Outcome, Summary};
use sha2::{Digest as _, Sha256};

use super::pack::{Batch, Frame, Packer};
use crate::app::AppError;

/// How much of a message a note keeps, in bytes.
const MESSAGE: usize = 300;
/// How many `metric.*` properties one report may bring.
const METRICS: usize = 64;

/// What an entry brings: all of a batch of reports, or a part of a large one.
#[derive(Default)]
pub(super) struct Part {
    /// Compressed bytes for the pack.
    pub(super) packed: Vec<u8>,
    pub(super) records: Vec<Record>,
    /// The notes that records point into.
    pub(super) notes: Vec<u8>,
    /// The reports that end with this part, and with them the entry; none while it goes on.
    pub(super) ended: Vec<Whole>,
}

/// What is known of a report at its end.
pub(super) struct Whole {
    pub(super) name: String,
    pub(super) length: u64,
    pub(super) digest: Digest,
    pub(super) summary: Summary,
    pub(super) metrics: BTreeMap<String, f64>,
}

/// Reads reports that are in memory.
pub(super) fn batch(packer: &mut Packer, batch: &Batch) -> Result<Part, AppError> {
    let mut cases = Cases::default();
    let mut ended = Vec::new();
    for (name, bytes) in batch.reports() {
        let summary = reports::read_slice(sniff(bytes), bytes, &mut |item| cases.take(item));
        let summary = summary.map_err(|error| unreadable(name, &error))?;
        let (name, digest) = (name.to_owned(), Digest(Sha256::digest(bytes).into()));
        ended.push(Whole {
            length: bytes.len() as u64,
            name,
            digest,
            summary,
            metrics: cases.metrics(),
        });
    }
    Ok(Part {
        ended,
        ..cases.part(packer.pack(batch)?)
    })
}

/// Reads a report as it streams by, handing on what it brings piece by piece.
pub(super) fn large(
    name: String,
    length: u64,
    bytes: &mut dyn Read,
    hand_on: &mut dyn FnMut(Part) -> Result<(), AppError>,
) -> Result<(), AppError> {
    // Both the bytes that pass and the cases that are found are handed on, each as it comes.
    let hand_on = RefCell::new(hand_on);
    let frame = Frame::begin(&name, length)?;
    let mut tee = Tee {
        source: bytes,
        hasher: Sha256::new(),
        frame,
        length: 0,
        hand_on: &hand_on,
    };
    let mut head = vec![0; 64 << 10];
    let filled = fill(&mut tee, &mut head).map_err(|source| AppError::Io {
        doing: "read a report",
        source,
    })?;
    head.truncate(filled);
    let format = sniff(&head);
    let mut cases = Cases::default();
    let mut trouble = None;
    let source = BufReader::with_capacity(256 << 10, std::io::Cursor::new(head).chain(&mut tee));
    let summary = reports::read(format, source, &mut |item| {
        cases.take(item);
        if cases.records.len() >= 16 << 10 && trouble.is_none() {
            trouble = (hand_on.borrow_mut())(cases.part(Vec::new())).err();
        }
    })
    .map_err(|error| unreadable(&name, &error))?;
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    // What follows the end of the document belongs to the file all the same.
    std::io::copy(&mut tee, &mut std::io::sink()).map_err(|source| AppError::Io {
        doing: "read a report",
        source,
    })?;
    let Tee {
        hasher,
        frame,
        length: read,
        ..
    } = tee;
    if read != length {
        return Err(AppError::Report {
            file: name,
            problem: format!("it ends after {read} of {length} bytes"),
        });
    }
    let whole = Whole {
        name,
        length,
        digest: Digest(hasher.finalize().into()),
        summary,
        metrics: cases.metrics(),
    };
    let part = Part {
        ended: vec![whole],
        ..cases.part(frame.end()?)
    };
    (hand_on.borrow_mut())(part)
}

fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// What no format claims is read as the commonest one, whose reader says what is wrong with it.
fn sniff(head: &[u8]) -> Format {
    reports::sniff(head).unwrap_or(Format::JUnit)
}

fn unreadable(name: &str, error: &reports::ReportError) -> AppError {
    AppError::Report {
        file: name.to_owned(),
        problem: error.to_string(),
    }
}

/// Hashes and packs what is read through it.
struct Tee<'a, 'h> {
    source: &'a mut dyn Read,
    hasher: Sha256,
    frame: Frame,
    length: u64,
    hand_on: &'a RefCell<&'h mut dyn FnMut(Part) -> Result<(), AppError>>,
}

/// How much is packed before it is handed on.
const WAITING: usize = 256 << 10;

impl Read for Tee<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.frame.write(&buffer[..read]).map_err(std::io::Error::other)?;
        self.length += read as u64;
        if self.frame.waiting() > WAITING {
            let part = Part {
                packed: self.frame.take(),
                ..Part::default()
            };
            (self.hand_on.borrow_mut())(part).map_err(std::io::Error::other)?;
        }
        Ok(read)
    }
}

#[derive(Default)]
struct Cases {
    records: Vec<Record>,
    notes: Vec<u8>,
    metrics: BTreeMap<String, f64>,
}

impl Cases {
    fn take(&mut self, item: Item<'_>) {
        match item {
            Item::Case(case) => {
                let note = self.note(&case);
                self.records.push(Record {
                    key: key(&case),
                    note,
                    duration_ms: case.duration_ms.unwrap_or(0.0) as f32,
                    outcome: case.outcome,
                    flaky: case.flaky,
                    attempts: u16::try_from(case.attempts).unwrap_or(u16::MAX),
                });
            }
            Item::Property { name, value } => {
                if let Some(metric) = name.strip_prefix("metric.")
                    && self.metrics.len() < METRICS
                    && let Ok(value) = value.trim().parse::<f64>()
                    && value.is_finite()
                {
                    self.metrics.insert(metric.to_owned(), value);
                }
            }
        }
    }

    /// Keeps a failed case in words, and returns where; 0 for a case that did not fail.
    fn note(&mut self, case: &Case<'_>) -> u32 {
        if !matches!(case.outcome, Outcome::Failed | Outcome::Errored) {
            return 0;
        }
        let message = case
            .message
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default();
        let end = (0..=MESSAGE.min(message.len()))
            .rev()
            .find(|end| message.is_char_boundary(*end))
            .unwrap_or(0);
        let note = Note {
            class: case.class.to_owned(),
            name: case.name.to_owned(),
            message: message[..end].to_owned(),
        };
        let json = serde_json::to_vec(&note).unwrap_or_default();
        let at = self.notes.len() as u32 + 1;
        self.notes.extend_from_slice(&(json.len() as u32).to_le_bytes());
        self.notes.extend_from_slice(&json);
        at
    }

    /// Returns the metrics of the report that has ended.
    fn metrics(&mut self) -> BTreeMap<String, f64> {
        std::mem::take(&mut self.metrics)
    }

    /// Returns the cases found so far, with what is packed of the bytes they were found in.
    fn part(&mut self, packed: Vec<u8>) -> Part {
        Part {
            packed,
            records: std::mem::take(&mut self.records),
            notes: std::mem::take(&mut self.notes),
            ended: Vec::new(),
        }
    }
}

/// Returns what makes a case the same in another run.
pub(crate) fn key(case: &Case<'_>) -> CaseKey {
    CaseKey {
        label: case.label_hash(),
        suite: case.suite_hash(),
    }
}
