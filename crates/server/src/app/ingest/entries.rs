//! The reports in a stream of bytes, one after the other.
//!
//! Invariant: a report larger than [`SMALL`] is never whole in memory.

use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::mpsc::Receiver;

use bytes::{Buf, Bytes};

use super::Container;
use crate::app::AppError;

/// Reports up to this many bytes are read whole, and in parallel.
pub(super) const SMALL: u64 = 4 << 20;

/// A report: its name, its length, and its bytes.
pub(super) enum Entry<'a> {
    Small { name: String, bytes: Vec<u8> },
    Large { name: String, length: u64, bytes: &'a mut dyn Read },
}

/// Hands each report to `each`, in the order of the stream.
pub(super) fn each_entry(
    container: Container,
    name: String,
    chunks: Receiver<Result<Bytes, String>>,
    mut each: impl FnMut(Entry<'_>) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let mut source = Chunks { chunks, current: Bytes::new() };
    match container {
        Container::Single => {
            let mut head = Vec::new();
            source.by_ref().take(SMALL).read_to_end(&mut head).map_err(reading)?;
            if (head.len() as u64) < SMALL {
                return each(Entry::Small { name, bytes: head });
            }
            // Its length must be known before it is packed, so a large one goes through a file.
            let mut spool = tempfile::tempfile().map_err(spooling)?;
            spool.write_all(&head).map_err(spooling)?;
            drop(head);
            let mut buffered = std::io::BufReader::with_capacity(1 << 20, source);
            let rest = std::io::copy(&mut buffered, &mut spool).map_err(spooling)?;
            spool.seek(SeekFrom::Start(0)).map_err(spooling)?;
            each(Entry::Large { name, length: SMALL + rest, bytes: &mut spool })
        }
        Container::Tar => {
            let mut archive = tar::Archive::new(source);
            for entry in archive.entries().map_err(archived)? {
                let mut entry = entry.map_err(archived)?;
                if !entry.header().entry_type().is_file() {
                    continue;
                }
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                let length = entry.size();
                if length > SMALL {
                    each(Entry::Large { name, length, bytes: &mut entry })?;
                } else {
                    let mut bytes = Vec::with_capacity(length as usize);
                    entry.read_to_end(&mut bytes).map_err(archived)?;
                    each(Entry::Small { name, bytes })?;
                }
            }
            Ok(())
        }
    }
}

fn reading(source: std::io::Error) -> AppError {
    AppError::Io { doing: "read the reports", source }
}

fn spooling(source: std::io::Error) -> AppError {
    AppError::Io { doing: "set a large report aside", source }
}

fn archived(source: std::io::Error) -> AppError {
    AppError::Report { file: "the archive of reports".to_owned(), problem: source.to_string() }
}

/// Chunks that arrive through a channel, as a reader.
struct Chunks {
    chunks: Receiver<Result<Bytes, String>>,
    current: Bytes,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.current.is_empty() {
            match self.chunks.recv() {
                Ok(Ok(chunk)) => self.current = chunk,
                Ok(Err(error)) => return Err(std::io::Error::other(error)),
                Err(_) => return Ok(0),
            }
        }
        let length = buffer.len().min(self.current.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
