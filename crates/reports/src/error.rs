//! Why a report is refused, and where.
//!
//! Invariant: every refusal names a line and a column, what was found, and what was expected.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits;

/// A place in a report. Lines and columns count from one; columns count bytes of UTF-8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// Bytes from the start of the file, had it been written in UTF-8.
    pub byte: u64,
    pub line: u64,
    pub column: u64,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A report that cannot be read, or only in part.
#[derive(Debug, Error)]
#[error("{at}: {problem}")]
pub struct ReportError {
    pub at: At,
    #[source]
    pub problem: Problem,
}

#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Problem {
    #[error("the file is empty; expected {EXPECTED}")]
    Empty,
    #[error("found {found}; expected {EXPECTED}")]
    NotAReport { found: String },
    #[error("found {found} after the end of the report; expected nothing more")]
    AfterTheEnd { found: String },
    #[error("the file ends inside <{inside}>; it was cut off, so its cases are not all there")]
    CutOff { inside: String },
    #[error("the file ends inside {inside}; it was cut off, so its cases are not all there")]
    CutOffInside { inside: &'static str },
    #[error(
        "found a document type declaration; a report must not declare types or entities, since they can reach out of the file"
    )]
    Doctype,
    #[error(
        "found `<!` that begins neither a comment nor CDATA; a report must not declare types or entities"
    )]
    Declaration,
    #[error(
        "the entity `&{name};` is not defined; expected one of lt, gt, amp, quot, apos, or a character's number"
    )]
    UnknownEntity { name: String },
    #[error("found `&` that begins no reference; an ampersand is written `&amp;`")]
    LoneAmpersand,
    #[error("found </{found}>; expected </{expected}>")]
    MismatchedEnd { expected: String, found: String },
    #[error("found </{found}>, which closes nothing; expected an element or the end of the file")]
    UnmatchedEnd { found: String },
    #[error("the attribute `{name}` has no value; expected `=` and a quoted text")]
    AttributeWithoutValue { name: String },
    #[error("the attribute `{name}` occurs twice; expected it once")]
    DuplicateAttribute { name: String },
    #[error("the element has more than {} attributes; expected a dozen", limits::ATTRIBUTES)]
    TooManyAttributes,
    #[error("suites are nested more than {} deep", limits::SUITE_DEPTH)]
    SuitesTooDeep,
    #[error("elements are nested more than {} deep", limits::ELEMENT_DEPTH)]
    ElementsTooDeep,
    #[error("the name of an element is longer than {} bytes", limits::ELEMENT_NAME)]
    ElementNameTooLong,
    #[error("a tag is longer than {} bytes", limits::TAG)]
    TagTooLong,
    #[error(
        "the file declares the encoding `{label}`, which is not known; expected UTF-8, UTF-16 or another encoding of the web"
    )]
    UnknownEncoding { label: String },
    #[error("not well-formed XML: {0}")]
    Malformed(String),
    #[error("the source failed: {0}")]
    Source(#[source] io::Error),
}

const EXPECTED: &str = "a JUnit report, which begins with <testsuites>, <testsuite> or <testcase>";

impl Problem {
    /// Says this of a byte of the token at hand.
    pub(crate) fn within(self, within: usize) -> Fault {
        Fault(Box::new((within, self)))
    }
}

/// A byte inside the token being read, and its problem; only the tokenizer knows where that token stands.
///
/// Boxed, so that the results on the path of every attribute fit in registers.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) Box<(usize, Problem)>);

impl Fault {
    /// Moves the place by what stands before it in the token.
    pub(crate) fn after(mut self, bytes: usize) -> Self {
        self.0.0 += bytes;
        self
    }
}
