//! Chunks that arrive through a channel, as a reader.
//!
//! Invariant: bytes are copied once, from the chunk to where they are wanted.

use std::io::{Read, Write};
use std::sync::mpsc::Receiver;

use bytes::{Buf, Bytes};

/// A stream of bytes from another thread; it ends when that one lets go of the channel.
pub(super) struct Chunks {
    chunks: Receiver<Result<Bytes, String>>,
    current: Bytes,
}

impl Chunks {
    pub(super) fn new(chunks: Receiver<Result<Bytes, String>>) -> Self {
        Self {
            chunks,
            current: Bytes::new(),
        }
    }

    /// Returns what has come and is not yet read, waiting for some; empty at the end.
    fn some(&mut self) -> std::io::Result<&mut Bytes> {
        while self.current.is_empty() {
            match self.chunks.recv() {
                Ok(Ok(chunk)) => self.current = chunk,
                Ok(Err(error)) => return Err(std::io::Error::other(error)),
                Err(_) => break,
            }
        }
        Ok(&mut self.current)
    }

    /// Hands over so many bytes piece by piece, fewer at the end; returns how many there were.
    pub(super) fn each_piece(
        &mut self,
        length: u64,
        mut each: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> std::io::Result<u64> {
        let mut left = length;
        while left > 0 {
            let some = self.some()?;
            if some.is_empty() {
                break;
            }
            let take = usize::try_from(left).unwrap_or(usize::MAX).min(some.len());
            each(&some[..take])?;
            some.advance(take);
            left -= take as u64;
        }
        Ok(length - left)
    }

    /// Copies everything that is left.
    pub(super) fn copy_to(&mut self, file: &mut impl Write) -> std::io::Result<u64> {
        self.each_piece(u64::MAX, |piece| file.write_all(piece))
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let some = self.some()?;
        let length = buffer.len().min(some.len());
        some.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
