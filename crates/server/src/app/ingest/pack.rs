//! The pack: every report of an ingest, as it came, in one compressed archive.
//!
//! Frames side by side are one zstd stream, so `zstd -dc pack | tar x` gives the reports back as they came.
//!
//! Invariant: what is in the pack is byte for byte what was ingested.

use std::io::Write;
use std::ops::Range;

use zstd::bulk::Compressor;
use zstd::zstd_safe::compress_bound;

use crate::app::AppError;

/// The level at which reports are compressed: they are repetitive, and the disk is slower than this.
const LEVEL: i32 = 1;
const BLOCK: usize = 512;

/// Reports side by side, laid out as they will stand in the pack.
#[derive(Debug)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    reports: Vec<(String, Range<usize>)>,
}

impl Batch {
    pub(super) fn with_capacity(length: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(length + (length >> 3)),
            reports: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a report, whose bytes `fill` appends.
    pub(super) fn add(
        &mut self,
        name: String,
        length: u64,
        fill: impl FnOnce(&mut Vec<u8>) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        self.bytes.extend_from_slice(&header(&name, length)?);
        let start = self.bytes.len();
        fill(&mut self.bytes)?;
        let end = self.bytes.len();
        self.bytes.resize(end + padding(length), 0);
        self.reports.push((name, start..end));
        Ok(())
    }

    /// Returns each report's name and bytes.
    pub(super) fn reports(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.reports
            .iter()
            .map(|(name, at)| (name.as_str(), &self.bytes[at.clone()]))
    }
}

/// Compresses batches; what it works with is made once.
pub(super) struct Packer {
    compressor: Compressor<'static>,
    packed: Vec<u8>,
}

impl Packer {
    pub(super) fn new() -> Result<Self, AppError> {
        Ok(Self {
            compressor: Compressor::new(LEVEL).map_err(packing)?,
            packed: Vec::new(),
        })
    }

    pub(super) fn pack(&mut self, batch: &Batch) -> Result<Vec<u8>, AppError> {
        self.packed.clear();
        self.packed.reserve(compress_bound(batch.bytes.len()));
        self.compressor
            .compress_to_buffer(&batch.bytes, &mut self.packed)
            .map_err(packing)?;
        Ok(self.packed.as_slice().to_vec())
    }
}

/// One large report on its way into the pack.
pub(super) struct Frame {
    encoder: zstd::Encoder<'static, Vec<u8>>,
    length: u64,
}

impl Frame {
    pub(super) fn begin(name: &str, length: u64) -> Result<Self, AppError> {
        let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL).map_err(packing)?;
        encoder.write_all(&header(name, length)?).map_err(packing)?;
        Ok(Self { encoder, length })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.encoder.write_all(bytes).map_err(packing)
    }

    /// Returns what is compressed so far, and forgets it.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.encoder.get_mut())
    }

    /// Returns about how many bytes wait to be taken.
    pub(super) fn waiting(&self) -> usize {
        self.encoder.get_ref().len()
    }

    pub(super) fn end(mut self) -> Result<Vec<u8>, AppError> {
        self.encoder
            .write_all(&[0; BLOCK][..padding(self.length)])
            .map_err(packing)?;
        self.encoder.finish().map_err(packing)
    }
}

/// Returns the frame that ends a pack: two empty blocks.
pub(super) fn end() -> Result<Vec<u8>, AppError> {
    zstd::encode_all(&[0; 2 * BLOCK][..], LEVEL).map_err(packing)
}

/// Returns how many bytes follow a report up to the next whole block.
fn padding(length: u64) -> usize {
    (BLOCK - (length % BLOCK as u64) as usize) % BLOCK
}

/// Returns the tar header of a report; a long name takes an entry of its own before it.
fn header(name: &str, length: u64) -> Result<Vec<u8>, AppError> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o644);
    header.set_mtime(0);
    // A path that leads out of the folder is kept as a name, not as a way.
    let name = name.trim_start_matches('/').replace("../", "");
    builder
        .append_data(
            &mut header,
            if name.is_empty() { "report" } else { &name },
            std::io::empty(),
        )
        .map_err(packing)?;
    let mut bytes = builder.into_inner().map_err(packing)?;
    // The builder closes the archive; a pack goes on.
    bytes.truncate(bytes.len() - 2 * BLOCK);
    Ok(bytes)
}

fn packing(source: std::io::Error) -> AppError {
    AppError::Io {
        doing: "pack a report",
        source,
    }
}
