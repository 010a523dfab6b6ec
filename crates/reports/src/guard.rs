//! Keeps a stream's tokens small, by dropping the middle of what is oversized before the tokenizer sees it.
//!
//! Invariant: between two tags, inside one CDATA section, one comment or one attribute value, at most
//! [`limits::RUN`] bytes (and a few) come out; and the structure of the document is what it was.
//!
//! The tokenizer keeps each token whole, so that half a gigabyte of output in one CDATA section would be half a
//! gigabyte of memory. What is dropped here lies beyond everything that the reader would keep.

mod scan;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Read};

use crate::limits;
use scan::Scan;

/// A run of bytes that was dropped.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Dropped {
    /// How many bytes had come out before.
    pub(crate) at: u64,
    /// Negative where the end that was given back is longer than what was dropped.
    pub(crate) bytes: i64,
    pub(crate) newlines: u64,
    /// Bytes after the last line break dropped; meaningful if there was one.
    pub(crate) after_newline: i64,
}

pub(crate) struct Guard<R> {
    inner: R,
    scan: Scan,
    dropping: bool,
    /// Bytes of the inner buffer that may be consumed.
    ready: usize,
    /// The end of a section whose own end was dropped with its middle.
    ending: &'static [u8],
    /// Bytes that came out.
    passed: u64,
    /// A tag that holds more than a few of these is too long.
    dropped: Vec<Dropped>,
}

/// Marks the error of a tag or a declaration that is longer than [`limits::TAG`].
#[derive(Debug, thiserror::Error)]
#[error("too long")]
pub(crate) struct TooLong {
    pub(crate) declaration: bool,
}

impl<R: BufRead> Guard<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self::with_limit(inner, limits::RUN)
    }

    fn with_limit(inner: R, limit: usize) -> Self {
        Self {
            inner,
            scan: Scan::new(limit),
            dropping: false,
            ready: 0,
            ending: b"",
            passed: 0,
            dropped: Vec::new(),
        }
    }

    /// Returns what was dropped since the last call to [`Self::forget_dropped`].
    pub(crate) fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    pub(crate) fn forget_dropped(&mut self) {
        self.dropped.clear();
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.ready == 0 && self.ending.is_empty() {
            let chunk = self.inner.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            if self.dropping {
                let (length, ending) = self.scan.skip(chunk);
                if let Some(dropped) = self.dropped.last_mut() {
                    dropped.note(&chunk[..length], ending.len());
                }
                self.dropping = length == chunk.len() && ending.is_empty();
                self.ending = ending;
                self.inner.consume(length);
            } else {
                (self.ready, self.dropping) = self.scan.pass(chunk);
                if self.dropping {
                    let at = self.passed + self.ready as u64;
                    self.dropped.push(Dropped { at, ..Dropped::default() });
                }
                if self.scan.tag() > limits::TAG {
                    let declaration = self.scan.is_declaration();
                    return Err(io::Error::other(TooLong { declaration }));
                }
            }
        }
        if !self.ending.is_empty() {
            return Ok(self.ending);
        }
        let chunk = self.inner.fill_buf()?;
        Ok(&chunk[..self.ready.min(chunk.len())])
    }

    fn consume(&mut self, length: usize) {
        self.passed += length as u64;
        if self.ending.is_empty() {
            self.ready -= length.min(self.ready);
            self.inner.consume(length);
        } else {
            self.ending = &self.ending[length.min(self.ending.len())..];
        }
    }
}

impl Dropped {
    fn note(&mut self, bytes: &[u8], given_back: usize) {
        self.bytes += bytes.len() as i64 - given_back as i64;
        let mut after = bytes.len();
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.newlines += memchr::memchr_iter(b'\n', bytes).count() as u64;
            self.after_newline = 0;
            after -= last + 1;
        }
        self.after_newline += after as i64 - given_back as i64;
    }
}
