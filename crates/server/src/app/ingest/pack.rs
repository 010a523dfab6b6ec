//! The pack of reports: a `.tar.zst`, of which each report is a frame of its own.
//!
//! Frames side by side are one zstd stream, so `zstd -dc pack | tar x` gives the reports back as they came.
//!
//! Invariant: what is in the pack is byte for byte what was ingested.

use std::io::Write;

use crate::app::AppError;

/// The level at which reports are compressed: they are repetitive, and the disk is slower than this.
const LEVEL: i32 = 1;
const BLOCK: u64 = 512;

/// One report on its way into the pack.
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
        let padding = (BLOCK - self.length % BLOCK) % BLOCK;
        self.encoder.write_all(&[0; BLOCK as usize][..padding as usize]).map_err(packing)?;
        self.encoder.finish().map_err(packing)
    }
}

/// Returns the frame that ends a pack: two empty blocks.
pub(super) fn end() -> Result<Vec<u8>, AppError> {
    zstd::encode_all(&[0; 2 * BLOCK as usize][..], LEVEL).map_err(packing)
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
        .append_data(&mut header, if name.is_empty() { "report" } else { &name }, std::io::empty())
        .map_err(packing)?;
    let mut bytes = builder.into_inner().map_err(packing)?;
    // The builder closes the archive; a pack goes on.
    bytes.truncate(bytes.len() - 2 * BLOCK as usize);
    Ok(bytes)
}

fn packing(source: std::io::Error) -> AppError {
    AppError::Io { doing: "pack a report", source }
}
