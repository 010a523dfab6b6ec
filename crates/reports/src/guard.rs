//! Keeps a stream's tokens small, by dropping the middle of what is oversized before the tokenizer sees it.
//!
//! Invariant: between two tags, inside one CDATA section, one comment or one attribute value, at most
//! [`limits::RUN`] bytes (and a few) come out; and the structure of the document is what it was.
//!
//! The tokenizer keeps each token whole, so that half a gigabyte of output in one CDATA section would be half a
//! gigabyte of memory. What is dropped here lies beyond everything that the reader would keep.

use std::io::{self, BufRead, Read};

use crate::limits;

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

/// Where the guard stands in the document.
#[derive(Clone, Copy, Debug)]
enum State {
    Text,
    /// After `<`.
    Open,
    /// After `<!` and `matched` more bytes of `--` or `[CDATA[`.
    Bang {
        matched: u8,
    },
    Tag,
    Quoted {
        quote: u8,
    },
    /// After a `<!` of any other kind. All of it is refused, so its structure does not matter.
    Declaration,
    /// Until a `>` that follows `count` bytes of `mark`: `]]>`, `-->`, `?>`.
    Until {
        mark: u8,
        count: u8,
        seen: u8,
    },
}

pub(crate) struct Guard<R> {
    inner: R,
    limit: usize,
    state: State,
    /// Bytes let through since the run began.
    run: usize,
    /// Bytes let through since the tag began.
    tag: usize,
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
            limit,
            state: State::Text,
            run: 0,
            tag: 0,
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
            let step = Step {
                limit: self.limit,
                state: &mut self.state,
                run: &mut self.run,
                tag: &mut self.tag,
            };
            if self.dropping {
                let (length, ending) = step.skip(chunk);
                if let Some(dropped) = self.dropped.last_mut() {
                    dropped.note(&chunk[..length], ending.len());
                }
                self.dropping = length == chunk.len() && ending.is_empty();
                self.ending = ending;
                self.inner.consume(length);
            } else {
                (self.ready, self.dropping) = step.pass(chunk);
                if self.dropping {
                    let at = self.passed + self.ready as u64;
                    self.dropped.push(Dropped {
                        at,
                        ..Dropped::default()
                    });
                }
                if self.tag > limits::TAG {
                    let declaration = matches!(self.state, State::Declaration);
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

/// One look at one chunk.
struct Step<'a> {
    limit: usize,
    state: &'a mut State,
    run: &'a mut usize,
    tag: &'a mut usize,
}

impl Step<'_> {
    /// Returns how many bytes of the chunk may pass, and whether the rest of the run must go.
    fn pass(self, chunk: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < chunk.len() {
            let rest = &chunk[at..];
            match *self.state {
                State::Text | State::Quoted { .. } => {
                    let end = match *self.state {
                        State::Quoted { quote } => quote,
                        _ => b'<',
                    };
                    let found = memchr::memchr(end, rest);
                    let length = found.unwrap_or(rest.len());
                    if let Some(cut) = cut(rest, length, *self.run, self.limit) {
                        return (at + cut, true);
                    }
                    *self.run += length;
                    at += length;
                    if end != b'<' {
                        *self.tag += length;
                    }
                    if found.is_some() {
                        *self.run = 0;
                        *self.state = if end == b'<' { State::Open } else { State::Tag };
                        if end == b'<' {
                            *self.tag = 0;
                        }
                        at += 1;
                    }
                }
                State::Until {
                    mark,
                    count,
                    seen: seen_before,
                } => {
                    let (length, seen, ended) = until(rest, mark, count, seen_before);
                    // A cut just before the end would split `]]>`; the end is close, so let it pass.
                    let inside = if ended { 0 } else { length };
                    if mark != b'?'
                        && let Some(cut) = cut(rest, inside, *self.run, self.limit)
                    {
                        let last = trailing(&rest[..cut], mark);
                        let last = if usize::from(last) == cut {
                            last + seen_before
                        } else {
                            last
                        };
                        *self.state = State::Until {
                            mark,
                            count,
                            seen: last.min(2),
                        };
                        return (at + cut, true);
                    }
                    *self.run += length;
                    *self.tag += if mark == b'?' { length } else { 0 };
                    at += length;
                    *self.state = if ended {
                        State::Text
                    } else {
                        State::Until { mark, count, seen }
                    };
                    if ended {
                        *self.run = 0;
                    }
                }
                State::Open => {
                    *self.run = 0;
                    match rest[0] {
                        b'!' => (*self.state, at) = (State::Bang { matched: 0 }, at + 1),
                        b'?' => {
                            (*self.state, at) = (
                                State::Until {
                                    mark: b'?',
                                    count: 1,
                                    seen: 0,
                                },
                                at + 1,
                            )
                        }
                        _ => *self.state = State::Tag,
                    }
                }
                State::Bang { matched } => {
                    at += 1;
                    *self.state = match (matched, rest[0]) {
                        (0, b'-') => State::Bang { matched: 10 },
                        (10, b'-') => State::Until {
                            mark: b'-',
                            count: 2,
                            seen: 0,
                        },
                        (6, b'[') => State::Until {
                            mark: b']',
                            count: 2,
                            seen: 0,
                        },
                        (matched @ 0..6, byte) if b"[CDATA"[usize::from(matched)] == byte => {
                            State::Bang { matched: matched + 1 }
                        }
                        _ => State::Declaration,
                    };
                }
                State::Declaration => {
                    *self.tag += rest.len();
                    at = chunk.len();
                }
                State::Tag => {
                    let found = memchr::memchr3(b'>', b'"', b'\'', rest);
                    let length = found.map_or(rest.len(), |found| found + 1);
                    *self.tag += length;
                    at += length;
                    *self.run = 0;
                    match found.map(|found| rest[found]) {
                        Some(b'>') => *self.state = State::Text,
                        Some(quote) => *self.state = State::Quoted { quote },
                        None => {}
                    }
                }
            }
        }
        (at, false)
    }

    /// Returns how many bytes of the chunk are dropped, and the end that must be given back.
    fn skip(self, chunk: &[u8]) -> (usize, &'static [u8]) {
        match *self.state {
            State::Until { mark, count, seen } => {
                let (length, seen, ended) = until(chunk, mark, count, seen);
                *self.state = if ended {
                    State::Text
                } else {
                    State::Until { mark, count, seen }
                };
                *self.run = 0;
                let ending: &[u8] = if mark == b']' { b"]]>" } else { b"-->" };
                (length, if ended { ending } else { b"" })
            }
            State::Quoted { quote } => (memchr::memchr(quote, chunk).unwrap_or(chunk.len()), b""),
            _ => (memchr::memchr(b'<', chunk).unwrap_or(chunk.len()), b""),
        }
    }
}

/// Returns where a run of `length` more bytes is cut, if it grows too long: at a character, and not inside a
/// reference such as `&quot;` unless that "reference" is absurdly long.
fn cut(rest: &[u8], length: usize, run: usize, limit: usize) -> Option<usize> {
    if run + length <= limit {
        return None;
    }
    let begin = limit.saturating_sub(run).min(length);
    let safe = |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b';') || is_inside(byte));
    let near = (begin..length).take(64).find(|&at| safe(rest[at]));
    match near {
        Some(at) => Some(at),
        None if run + length > limit + 128 => (begin..length)
            .rev()
            .find(|&at| !is_inside(rest[at]))
            .filter(|&at| at > 0 || run > limit),
        None => None,
    }
}

/// Whether a byte of UTF-8 is not the first of its character.
fn is_inside(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Returns the bytes up to and with the `>` that ends the section, the marks seen last, and whether it ended.
fn until(rest: &[u8], mark: u8, count: u8, seen: u8) -> (usize, u8, bool) {
    for end in memchr::memchr_iter(b'>', rest) {
        let before = trailing(&rest[..end], mark);
        let before = if usize::from(before) == end {
            before + seen
        } else {
            before
        };
        if before >= count {
            return (end + 1, 0, true);
        }
    }
    let last = trailing(rest, mark);
    let last = if usize::from(last) == rest.len() {
        last + seen
    } else {
        last
    };
    (rest.len(), last.min(2), false)
}

/// Counts the marks at the end, up to two: more do not matter.
fn trailing(bytes: &[u8], mark: u8) -> u8 {
    bytes
        .iter()
        .rev()
        .take(2)
        .take_while(|&&byte| byte == mark)
        .count() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use quick_xml::events::Event;
    use quick_xml::reader::Reader;
    use std::io::BufReader;

    const TOKENS: &[&str] = &[
        "<a>",
        "</a>",
        "<b c='",
        "'",
        "\"",
        "<b c=\"",
        "/>",
        ">",
        "<",
        "<![CDATA[",
        "]",
        "]]>",
        "<!--",
        "-",
        "-->",
        "<?p ",
        "?>",
        "é",
        " ",
        "\n",
        "word",
        "日本語日本語日本語",
        "<a/>",
        "loooooooooooooooooooooooooooooong",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

        #[test]
        fn what_is_dropped_is_never_structure(
            tokens in prop::collection::vec(0..TOKENS.len(), 0..40),
            capacity in 4..60_usize,
            limit in 0..40_usize,
        ) {
            let text: String = tokens.into_iter().map(|at| TOKENS[at]).collect();
            check(&text, capacity, limit);
        }
    }

    #[test]
    fn a_section_may_end_anywhere() {
        for length in 0..200 {
            for capacity in 1..9 {
                check(
                    &format!("<a><![CDATA[{}]]></a>", "x]".repeat(length)),
                    capacity,
                    8,
                );
                check(&format!("<a><!--{}--></a>", "-x".repeat(length)), capacity, 8);
                check(&format!("<a b='{}'/>", "x>".repeat(length)), capacity, 8);
            }
        }
    }

    /// The guarded document has the structure of the document.
    #[track_caller]
    fn check(text: &str, capacity: usize, limit: usize) {
        // Chunks must end at characters, as those of the decoder do.
        let source = Chunks {
            text,
            at: 0,
            capacity,
        };
        assert_eq!(
            structure(Guard::with_limit(source, limit)),
            structure(text.as_bytes()),
            "{text}"
        );
        let source = Chunks {
            text,
            at: 0,
            capacity,
        };
        let mut out = String::new();
        let mut guard = Guard::with_limit(source, limit);
        BufReader::with_capacity(1, &mut guard)
            .read_to_string(&mut out)
            .unwrap();
        let dropped: i64 = guard.dropped().iter().map(|dropped| dropped.bytes).sum();
        assert_eq!(out.len() as i64 + dropped, text.len() as i64, "{text}");
    }

    struct Chunks<'a> {
        text: &'a str,
        at: usize,
        capacity: usize,
    }

    impl Read for Chunks<'_> {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    impl BufRead for Chunks<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            let end = self.text.ceil_char_boundary(self.at + self.capacity);
            Ok(&self.text.as_bytes()[self.at..end])
        }

        fn consume(&mut self, length: usize) {
            self.at += length;
        }
    }

    /// A quote in a name begins what is cut like a value.
    fn plain(name: &str) -> &str {
        name.split(['\'', '"']).next().unwrap_or_default()
    }

    fn structure(source: impl BufRead) -> String {
        let mut reader = Reader::from_reader(source);
        let (mut told, mut token) = (String::new(), Vec::new());
        loop {
            token.clear();
            match reader.read_event_into(&mut token) {
                Ok(Event::Start(tag)) => told += &format!("<{}>", plain(tag.name().into_inner())),
                Ok(Event::Empty(tag)) => told += &format!("<{}/>", plain(tag.name().into_inner())),
                Ok(Event::End(tag)) => told += &format!("</{}>", plain(tag.name().into_inner())),
                Ok(Event::Eof) => return told,
                Ok(Event::Text(_)) => {}
                Ok(event) => told += &format!("{:?}", std::mem::discriminant(&event)),
                // The names in the message are cut too.
                Err(error) => return format!("{told} {:?}", std::mem::discriminant(&error)),
            }
        }
    }
}
