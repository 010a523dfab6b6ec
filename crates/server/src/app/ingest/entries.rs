//! The reports in a stream of bytes: small ones side by side in batches, large ones each as it streams by.
//!
//! Invariant: a report larger than [`SMALL`] is never whole in memory, and batches are cut by the lengths of
//! the reports alone, so that the same reports always make the same pack.

use std::io::{Read, Seek, SeekFrom, Write};

use super::Container;
use super::archive::Archive;
use super::chunks::Chunks;
use super::pack::Batch;
use crate::app::AppError;

/// Reports up to this many bytes are read whole, and in parallel.
pub(super) const SMALL: u64 = 2 << 20;
/// How many bytes of reports make a batch: enough to keep readers busy, and few enough for a core's cache.
const BATCH: usize = 512 << 10;

/// What is read at once: several reports, or a piece after the other of one.
pub(super) enum Entry<'a> {
    Small(Batch),
    Large {
        name: String,
        length: u64,
        bytes: &'a mut dyn Read,
    },
}

/// Hands all reports to `each`, in the order of the stream.
pub(super) fn each_entry(
    container: Container,
    name: String,
    chunks: Chunks,
    each: impl FnMut(Entry<'_>) -> Result<(), AppError>,
) -> Result<(), AppError> {
    match container {
        Container::Single => single(name, chunks, each),
        Container::Tar => archived(chunks, each),
    }
}

fn archived(chunks: Chunks, mut each: impl FnMut(Entry<'_>) -> Result<(), AppError>) -> Result<(), AppError> {
    let broken = |source: std::io::Error| AppError::Report {
        file: "the archive of reports".to_owned(),
        problem: source.to_string(),
    };
    let mut archive = Archive::new(chunks);
    let mut batch = Batch::with_capacity(BATCH);
    while let Some(member) = archive.next().map_err(broken)? {
        let large = member.length > SMALL;
        if !batch.is_empty() && (large || batch.length() + member.length as usize > BATCH) {
            each(Entry::Small(std::mem::replace(
                &mut batch,
                Batch::with_capacity(BATCH),
            )))?;
        }
        if large {
            each(Entry::Large {
                name: member.name,
                length: member.length,
                bytes: &mut archive.content(),
            })?;
        } else {
            batch.add(member.name, member.length, |bytes| {
                archive.content_into(bytes).map_err(broken)
            })?;
        }
    }
    if batch.is_empty() {
        Ok(())
    } else {
        each(Entry::Small(batch))
    }
}

fn single(
    name: String,
    mut chunks: Chunks,
    mut each: impl FnMut(Entry<'_>) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let mut head = Vec::new();
    let reading = |source| AppError::Io {
        doing: "read the reports",
        source,
    };
    chunks
        .by_ref()
        .take(SMALL + 1)
        .read_to_end(&mut head)
        .map_err(reading)?;
    if head.len() as u64 <= SMALL {
        let mut batch = Batch::with_capacity(head.len());
        batch.add(name, head.len() as u64, |bytes| {
            bytes.extend_from_slice(&head);
            Ok(())
        })?;
        return each(Entry::Small(batch));
    }
    // Its length must be known before it is packed, so a large one goes through a file.
    let spooling = |source| AppError::Io {
        doing: "set a large report aside",
        source,
    };
    let mut spool = tempfile::tempfile().map_err(spooling)?;
    spool.write_all(&head).map_err(spooling)?;
    let begun = head.len() as u64;
    drop(head);
    let rest = chunks.copy_to(&mut spool).map_err(spooling)?;
    spool.seek(SeekFrom::Start(0)).map_err(spooling)?;
    each(Entry::Large {
        name,
        length: begun + rest,
        bytes: &mut spool,
    })
}
