//! Test reports → cases, as a stream.
//!
//! Invariant: pure. Bytes come in as an argument and cases leave through a callback; there is no clock, no
//! file and no environment here, and memory stays bounded whatever the bytes are.
//!
//! ```
//! use reports::{Format, Item, Outcome};
//!
//! let bytes = br#"<testsuite name="Login"><testcase classname="app.Login" name="opens" time="0.2"/></testsuite>"#;
//! let format = reports::sniff(bytes).expect("a report");
//! let mut names = Vec::new();
//! let summary = reports::read_slice(format, bytes, &mut |item| {
//!     if let Item::Case(case) = item {
//!         assert_eq!(case.outcome, Outcome::Passed);
//!         names.push(case.name.to_owned());
//!     }
//! })?;
//! assert_eq!(format, Format::JUnit);
//! assert_eq!((summary.cases, names), (1, vec!["opens".to_owned()]));
//! # Ok::<(), reports::ReportError>(())
//! ```
//!
//! A format is one module with a `read` and a `read_slice`, one folder of fixtures, and one line in each of
//! [`Format`]'s matches.

mod alike;
mod case;
mod decode;
mod duration;
mod error;
mod guard;
mod junit;
mod limits;
mod sniff;
mod summary;
mod text;
mod xml;

use std::io::BufRead;

use serde::{Deserialize, Serialize};

pub use alike::alike;
pub use case::{Case, Item, Outcome};
pub use error::{At, Problem, ReportError};
pub use sniff::sniff;
pub use summary::{Summary, Warning};

/// The format of a report, told by its content and never by its file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// JUnit XML, in every dialect that calls its elements `testsuite` and `testcase`.
    JUnit,
}

/// Reads a report from a stream, in bounded memory, and hands each case to `sink`.
///
/// Cases reach `sink` before the end of the report is known: when this returns an error, what `sink` has seen
/// is the part before the fault, and is not a result.
///
/// # Errors
/// When the source fails, or when the bytes are not a whole report of this format; the error says where.
pub fn read(
    format: Format,
    source: impl BufRead,
    sink: &mut dyn FnMut(Item<'_>),
) -> Result<Summary, ReportError> {
    match format {
        Format::JUnit => junit::read(source, sink),
    }
}

/// Reads a report that is in memory: the fast path, which copies little. Otherwise like [`read`].
///
/// # Errors
/// When the bytes are not a whole report of this format; the error says where.
pub fn read_slice(
    format: Format,
    bytes: &[u8],
    sink: &mut dyn FnMut(Item<'_>),
) -> Result<Summary, ReportError> {
    match format {
        Format::JUnit => junit::read_slice(bytes, sink),
    }
}
