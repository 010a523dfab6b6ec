//! A tar archive as it streams by: the files in it, with long names as GNU and POSIX write them.
//!
//! Invariant: content goes from chunk to batch in one copy; that, and nothing else, is why the `tar` crate's
//! own reader is not used.

use std::io::{Error, ErrorKind, Read, Result};

use tar::{EntryType, Header, PaxExtensions};

use super::chunks::Chunks;

const BLOCK: u64 = 512;
/// How long a name, or another extension of a header, may be.
const EXTENSION: u64 = 64 << 10;

/// A file of the archive; its content comes next.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) length: u64,
}

pub(super) struct Archive {
    chunks: Chunks,
    /// What is left of the content of the current file.
    left: u64,
    padding: u64,
}

impl Archive {
    pub(super) fn new(chunks: Chunks) -> Self {
        Self { chunks, left: 0, padding: 0 }
    }

    /// Goes on to the next file; what was not read of the one before is passed over.
    pub(super) fn next(&mut self) -> Result<Option<Member>> {
        let (mut long_name, mut pax_name, mut pax_length) = (None, None, None);
        loop {
            self.pass_over()?;
            let mut header = Header::new_old();
            if !self.header(&mut header)? {
                return Ok(None);
            }
            self.begin(header.entry_size()?);
            match header.entry_type() {
                EntryType::GNULongName => long_name = Some(self.extension()?),
                EntryType::XHeader => {
                    let extension = self.extension()?;
                    for field in PaxExtensions::new(&extension) {
                        let field = field?;
                        match field.key_bytes() {
                            b"path" => pax_name = Some(field.value_bytes().to_vec()),
                            b"size" => pax_length = field.value().ok().and_then(|text| text.parse().ok()),
                            _ => {}
                        }
                    }
                }
                of => {
                    if let Some(length) = pax_length.take() {
                        self.begin(length);
                    }
                    let name = pax_name.take().or_else(|| long_name.take());
                    let name = name.unwrap_or_else(|| header.path_bytes().into_owned());
                    if of.is_file() {
                        let name =
                            String::from_utf8_lossy(name.strip_suffix(b"\0").unwrap_or(&name)).into_owned();
                        return Ok(Some(Member { name, length: self.left }));
                    }
                    long_name = None;
                }
            }
        }
    }

    /// Returns the content of the current file as a reader.
    pub(super) fn content(&mut self) -> Content<'_> {
        Content(self)
    }

    /// Appends the content of the current file.
    pub(super) fn content_into(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        let wanted = std::mem::take(&mut self.left);
        let got = self.chunks.each_piece(wanted, |piece| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        if got == wanted { Ok(()) } else { Err(cut_off()) }
    }

    fn begin(&mut self, length: u64) {
        self.left = length;
        self.padding = (BLOCK - length % BLOCK) % BLOCK;
    }

    fn pass_over(&mut self) -> Result<()> {
        let rest = std::mem::take(&mut self.left) + std::mem::take(&mut self.padding);
        let passed = self.chunks.each_piece(rest, |_| Ok(()))?;
        if passed == rest { Ok(()) } else { Err(cut_off()) }
    }

    /// Reads a header; false at the end, which is an empty block or the end of the bytes.
    fn header(&mut self, header: &mut Header) -> Result<bool> {
        let bytes = header.as_mut_bytes();
        let mut at = 0;
        let read = self.chunks.each_piece(BLOCK, |piece| {
            bytes[at..at + piece.len()].copy_from_slice(piece);
            at += piece.len();
            Ok(())
        })?;
        if read == 0 || bytes.iter().all(|byte| *byte == 0) {
            return Ok(false);
        }
        if read < BLOCK {
            return Err(cut_off());
        }
        let (before, rest) = bytes.split_at(148);
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        let sum = sum(before) + 8 * u32::from(b' ') + sum(&rest[8..]);
        if header.cksum().ok() != Some(sum) {
            return Err(Error::new(ErrorKind::InvalidData, "it is not a tar archive, or it is damaged"));
        }
        Ok(true)
    }

    fn extension(&mut self) -> Result<Vec<u8>> {
        if self.left > EXTENSION {
            return Err(Error::new(ErrorKind::InvalidData, "the name of a file in it is too long"));
        }
        let mut bytes = Vec::with_capacity(self.left as usize);
        self.content_into(&mut bytes)?;
        Ok(bytes)
    }
}

fn cut_off() -> Error {
    Error::new(ErrorKind::UnexpectedEof, "it ends in the middle of a file")
}

/// The content of a file of an archive.
pub(super) struct Content<'a>(&'a mut Archive);

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let archive = &mut *self.0;
        let length = buffer.len().min(usize::try_from(archive.left).unwrap_or(usize::MAX));
        let read = archive.chunks.read(&mut buffer[..length])?;
        archive.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads an archive that comes in chunks of a few bytes.
    fn read(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
        let (sender, receiver) = std::sync::mpsc::channel();
        for chunk in bytes.chunks(7) {
            sender.send(Ok(chunk.to_vec().into())).unwrap();
        }
        drop(sender);
        let mut archive = Archive::new(Chunks::new(receiver));
        let mut files = Vec::new();
        while let Some(member) = archive.next()? {
            let mut content = Vec::new();
            archive.content_into(&mut content)?;
            assert_eq!(content.len() as u64, member.length);
            files.push((member.name, content));
        }
        Ok(files)
    }

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, name, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn files_come_out_as_they_went_in_whatever_their_names_and_lengths() {
        let long = format!("reports/{}.xml", "a-long-name/".repeat(20));
        let files: &[(&str, &[u8])] =
            &[("a.xml", b"<a/>"), (&long, &[b'x'; 1024]), ("empty.xml", b""), ("ü.xml", b"z")];
        let expected: Vec<_> =
            files.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect();
        assert_eq!(read(&archive(files)).unwrap(), expected);
    }

    #[test]
    fn a_name_in_an_extended_header_counts_before_the_short_one() {
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_pax_extensions([("path", &b"from/pax.xml"[..])]).unwrap();
        let bytes = [builder.into_inner().unwrap(), archive(&[("short.xml", b"<a/>")])];
        // The builder closes what it wrote with two empty blocks, which belong at the end only.
        let bytes = [&bytes[0][..bytes[0].len() - 2 * BLOCK as usize], &bytes[1]].concat();
        assert_eq!(read(&bytes).unwrap(), [("from/pax.xml".to_owned(), b"<a/>".to_vec())]);
    }

    #[test]
    fn what_is_cut_off_or_no_archive_is_refused() {
        let whole = archive(&[("a.xml", &[b'x'; 2000])]);
        for end in [100, 600, 2500] {
            assert_eq!(read(&whole[..end]).unwrap_err().kind(), ErrorKind::UnexpectedEof, "cut off at {end}");
        }
        assert_eq!(read(&[b'<'; 1024]).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
