//! Bytes in any encoding → UTF-8, chunk by chunk.
//!
//! Invariant: every chunk that comes out is valid UTF-8 and ends at a character; what the encoding cannot mean
//! becomes U+FFFD, because a test that prints a stray byte must not cost the whole report.

use std::io::{self, BufRead, Cursor, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memmem;

use crate::error::Problem;

/// Bytes in which a declaration must end to be seen.
const HEAD: usize = 1024;

/// Bytes decoded at a time.
const CHUNK: usize = 32 * 1024;

/// Returns the encoding of a text that begins so, and the length of its byte order mark.
///
/// A mark wins over a declaration, and what the bytes plainly are wins over both: a declaration of UTF-16 that
/// can be read as ASCII is false.
pub(crate) fn detect(head: &[u8]) -> Result<(&'static Encoding, usize), Problem> {
    if let Some((encoding, length)) = Encoding::for_bom(head) {
        return Ok((encoding, length));
    }
    match head {
        [b'<', 0, second, 0, ..] if *second != 0 => return Ok((UTF_16LE, 0)),
        [0, b'<', 0, second, ..] if *second != 0 => return Ok((UTF_16BE, 0)),
        _ => {}
    }
    let Some(label) = declared(head) else {
        return Ok((UTF_8, 0));
    };
    match Encoding::for_label(label) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok((UTF_8, 0)),
        Some(encoding) => Ok((encoding, 0)),
        // ASCII has many names, and the web knows few of them.
        None if label.len() < 8 && label.to_ascii_lowercase().starts_with(b"ascii") => Ok((UTF_8, 0)),
        None => {
            let label = String::from_utf8_lossy(&label[..label.len().min(40)]).into_owned();
            Err(Problem::UnknownEncoding { label })
        }
    }
}

fn declared(head: &[u8]) -> Option<&[u8]> {
    let head = head.trim_ascii_start().get(..HEAD.min(head.trim_ascii_start().len()))?;
    let declaration = head.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memmem::find(declaration, b"?>")?];
    let value = declaration[memmem::find(declaration, b"encoding")? + 8..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, value) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    Some(value[..memchr::memchr(quote, value)?].trim_ascii())
}

/// A source of UTF-8 over a source of anything.
pub(crate) struct Decoding<R> {
    inner: io::Chain<Cursor<Vec<u8>>, R>,
    decoder: Decoder,
    chunk: Box<[u8]>,
    begin: usize,
    end: usize,
    finished: bool,
}

impl<R: BufRead> Decoding<R> {
    /// Looks at the head of the source and settles its encoding. Also returns the length of the mark dropped,
    /// as UTF-8 would have it.
    pub(crate) fn new(mut source: R) -> Result<(Self, u64), Problem> {
        let mut head = Vec::with_capacity(HEAD);
        source.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(Problem::Source)?;
        let (encoding, mark) = detect(&head)?;
        let mut head = Cursor::new(head);
        head.set_position(mark as u64);
        let decoding = Self {
            inner: head.chain(source),
            decoder: encoding.new_decoder_without_bom_handling(),
            chunk: vec![0; CHUNK].into_boxed_slice(),
            begin: 0,
            end: 0,
            finished: false,
        };
        Ok((decoding, if mark == 0 { 0 } else { 3 }))
    }
}

impl<R: BufRead> Read for Decoding<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(into)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Decoding<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // One call may decode nothing: a few bytes of an unfinished character.
        while self.begin == self.end && !self.finished {
            let bytes = match self.inner.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                bytes => bytes?,
            };
            let last = bytes.is_empty();
            let (result, read, written, _) = self.decoder.decode_to_utf8(bytes, &mut self.chunk, last);
            self.inner.consume(read);
            self.finished = last && result == encoding_rs::CoderResult::InputEmpty;
            (self.begin, self.end) = (0, written);
        }
        Ok(&self.chunk[self.begin..self.end])
    }

    fn consume(&mut self, length: usize) {
        self.begin = (self.begin + length).min(self.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[track_caller]
    fn check(bytes: &[u8], expect: &str) {
        // A source of one byte at a time finds every seam.
        let (mut decoding, _) = Decoding::new(BufReader::with_capacity(1, bytes)).unwrap();
        let mut text = String::new();
        decoding.read_to_string(&mut text).unwrap();
        assert_eq!(text, expect);
    }

    fn utf_16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn marks_decide_and_are_dropped() {
        check(b"\xef\xbb\xbf<a/>", "<a/>");
        check(&utf_16("\u{feff}<a>é😀</a>", u16::to_le_bytes), "<a>é😀</a>");
        check(&utf_16("\u{feff}<a>é😀</a>", u16::to_be_bytes), "<a>é😀</a>");
    }

    #[test]
    fn sixteen_bits_show_without_a_mark() {
        check(&utf_16("<a>é</a>", u16::to_le_bytes), "<a>é</a>");
        check(&utf_16("<a>é</a>", u16::to_be_bytes), "<a>é</a>");
    }

    #[test]
    fn declarations_decide() {
        let declared = b"<?xml version='1.0' encoding = 'ISO-8859-1'?><a>\xe9</a>";
        check(declared, "<?xml version='1.0' encoding = 'ISO-8859-1'?><a>é</a>");
        let shift_jis = b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>\x83e</a>";
        check(shift_jis, "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>テ</a>");
    }

    #[test]
    fn a_false_declaration_of_sixteen_bits_is_ignored() {
        check(b"<?xml version='1.0' encoding='utf-16'?><a/>", "<?xml version='1.0' encoding='utf-16'?><a/>");
    }

    #[test]
    fn stray_bytes_are_replaced() {
        check(b"<a>\xff\xfe\xe9</a>", "<a>\u{fffd}\u{fffd}\u{fffd}</a>");
        check(b"<a>\xe2\x82", "<a>\u{fffd}");
    }
}
