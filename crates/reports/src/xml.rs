//! XML tokens with their places, from memory or from a stream.
//!
//! Invariant: both sources tell the same tokens and the same places; only a stream drops the middle of what is
//! oversized.

use std::io::BufRead;

use quick_xml::Error;
use quick_xml::errors::{IllFormedError, SyntaxError};
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use crate::error::{At, Fault, Problem, ReportError};
use crate::guard::{Dropped, Guard, TooLong};

/// A source of tokens.
pub(crate) trait Tokens {
    /// Returns the next token and the byte where it begins.
    fn next(&mut self) -> Result<(u64, Event<'_>), Error>;

    /// Returns the place of a byte inside the token that `next` told last, or failed to tell.
    fn place(&self, within: usize) -> At;

    /// Turns the tokenizer's complaint into ours.
    fn refuse(&self, error: Error) -> ReportError;

    fn blame(&self, fault: Fault) -> ReportError {
        let (within, problem) = *fault.0;
        ReportError { at: self.place(within), problem }
    }
}

/// Tokens that borrow from memory.
pub(crate) struct Slice<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a [u8],
    begin: u64,
    mark: u64,
}

impl<'a> Slice<'a> {
    /// `text` is UTF-8, and begins after a byte order mark of `mark` bytes.
    pub(crate) fn new(text: &'a [u8], mark: u64) -> Self {
        Self { reader: Reader::from_reader(text), text, begin: 0, mark }
    }
}

impl Tokens for Slice<'_> {
    #[inline]
    fn next(&mut self) -> Result<(u64, Event<'_>), Error> {
        self.begin = self.reader.buffer_position();
        let event = self.reader.read_event()?;
        Ok((self.begin + self.mark, event))
    }

    fn place(&self, within: usize) -> At {
        let byte = (self.begin as usize + within).min(self.text.len());
        let before = &self.text[..byte];
        let line_begin = memchr::memrchr(b'\n', before).map_or(0, |last| last + 1);
        At {
            byte: byte as u64 + self.mark,
            line: memchr::memchr_iter(b'\n', before).count() as u64 + 1,
            column: (byte - line_begin) as u64 + 1,
        }
    }

    fn refuse(&self, error: Error) -> ReportError {
        let within = self.reader.error_position().saturating_sub(self.begin);
        self.blame(problem(error).within(within as usize))
    }
}

/// Tokens of a stream.
pub(crate) struct Stream<R> {
    reader: Reader<Guard<R>>,
    /// The token at hand, as it stood in the source.
    token: Vec<u8>,
    /// Where the token at hand begins: in the file, and as the reader counts.
    at: At,
    begin: u64,
}

impl<R: BufRead> Stream<R> {
    pub(crate) fn new(source: R, mark: u64) -> Self {
        Self {
            reader: Reader::from_reader(Guard::new(source)),
            token: Vec::new(),
            at: At { byte: mark, line: 1, column: 1 },
            begin: 0,
        }
    }

    /// Moves past the token at hand.
    fn advance(&mut self) {
        self.at = self.place(usize::MAX);
        self.reader.get_mut().forget_dropped();
        self.token.clear();
        self.begin = self.reader.buffer_position();
    }
}

fn skip(at: &mut At, dropped: &Dropped) {
    // The end that was given back is subtracted here and added again by `step`: a sum may dip below zero.
    at.byte = at.byte.wrapping_add_signed(dropped.bytes);
    if dropped.newlines > 0 {
        at.line += dropped.newlines;
        at.column = 1_u64.wrapping_add_signed(dropped.after_newline);
    } else {
        at.column = at.column.wrapping_add_signed(dropped.bytes);
    }
}

fn step(at: &mut At, bytes: &[u8]) {
    at.byte = at.byte.wrapping_add(bytes.len() as u64);
    match memchr::memrchr(b'\n', bytes) {
        Some(last) => {
            at.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            at.column = (bytes.len() - last) as u64;
        }
        None => at.column = at.column.wrapping_add(bytes.len() as u64),
    }
}

impl<R: BufRead> Tokens for Stream<R> {
    fn next(&mut self) -> Result<(u64, Event<'_>), Error> {
        self.advance();
        let event = self.reader.read_event_into(&mut self.token)?;
        Ok((self.at.byte, event))
    }

    fn place(&self, within: usize) -> At {
        let mut at = self.at;
        let token = &self.token[..within.min(self.token.len())];
        let mut done = 0;
        for dropped in self.reader.get_ref().dropped() {
            let here = dropped.at.saturating_sub(self.begin) as usize;
            if here > token.len() || here < done {
                break;
            }
            step(&mut at, &token[done..here]);
            done = here;
            skip(&mut at, dropped);
        }
        step(&mut at, &token[done..]);
        at
    }

    fn refuse(&self, error: Error) -> ReportError {
        let within = match error {
            // What is too long is told where it begins; a source fails where it stopped.
            Error::Io(ref error) if too_long(error).is_some() => 0,
            Error::Io(_) => self.token.len() as u64,
            _ => self.reader.error_position().saturating_sub(self.begin),
        };
        self.blame(problem(error).within(within as usize))
    }
}

fn too_long(error: &std::io::Error) -> Option<&TooLong> {
    error.get_ref()?.downcast_ref()
}

fn problem(error: Error) -> Problem {
    match error {
        Error::Io(error) => match too_long(&error) {
            Some(TooLong { declaration: true }) => Problem::Doctype,
            Some(TooLong { declaration: false }) => Problem::TagTooLong,
            None => Problem::Source(std::io::Error::new(error.kind(), error.to_string())),
        },
        Error::Syntax(syntax) => match syntax {
            SyntaxError::InvalidBangMarkup => Problem::Declaration,
            SyntaxError::UnclosedDoctype => Problem::Doctype,
            SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl => {
                Problem::CutOffInside { inside: "a processing instruction" }
            }
            SyntaxError::UnclosedComment => Problem::CutOffInside { inside: "a comment" },
            SyntaxError::UnclosedCData => Problem::CutOffInside { inside: "CDATA" },
            SyntaxError::UnclosedTag => Problem::CutOffInside { inside: "a tag" },
            SyntaxError::UnclosedSingleQuotedAttributeValue
            | SyntaxError::UnclosedDoubleQuotedAttributeValue => {
                Problem::CutOffInside { inside: "an attribute's value" }
            }
        },
        Error::IllFormed(ill_formed) => match ill_formed {
            IllFormedError::MissingDoctypeName => Problem::Doctype,
            IllFormedError::UnclosedReference => Problem::LoneAmpersand,
            IllFormedError::MismatchedEndTag { expected, found } => {
                Problem::MismatchedEnd { expected: brief(&expected), found: brief(&found) }
            }
            IllFormedError::UnmatchedEndTag(found) => Problem::UnmatchedEnd { found: brief(&found) },
            other => Problem::Malformed(other.to_string()),
        },
        other => Problem::Malformed(other.to_string()),
    }
}

/// Returns the beginning of a text, fit for a message: one line, nothing invisible.
pub(crate) fn brief(text: &str) -> String {
    let mut brief: String = text.trim().chars().take(40).collect();
    if brief.len() < text.trim().len() {
        brief.push('…');
    }
    brief.replace(|c: char| c.is_control(), " ")
}
