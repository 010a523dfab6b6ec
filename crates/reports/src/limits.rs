//! How much of a report is believed.
//!
//! Invariant: everything that a report can make us keep has a bound here, so that reading a stream stays under
//! 8 MiB whatever the stream holds.

/// Suites inside suites. Real reports stay under ten.
pub(crate) const SUITE_DEPTH: usize = 64;

/// Elements inside elements, of any name.
pub(crate) const ELEMENT_DEPTH: usize = 256;

/// Bytes of an element's name. The tokenizer keeps the names of all open elements.
pub(crate) const ELEMENT_NAME: usize = 1024;

/// Attributes of one element.
pub(crate) const ATTRIBUTES: usize = 1024;

/// Bytes of a tag in a stream, after its values have been cut.
pub(crate) const TAG: usize = 1024 * 1024;

/// Bytes of one run of text, CDATA, comment or attribute value that a stream lets through; what follows is
/// dropped. It exceeds every limit below, so that dropping never shows.
pub(crate) const RUN: usize = 256 * 1024;

/// Bytes kept of a name: of a case, a class, a suite, a file, an exception type, a property.
pub(crate) const NAME: usize = 16 * 1024;

/// Bytes kept of a message.
pub(crate) const MESSAGE: usize = 16 * 1024;

/// Bytes kept of a trace.
pub(crate) const TRACE: usize = 64 * 1024;

/// Bytes of a trace's first line that stand in for a message.
pub(crate) const FIRST_LINE: usize = 1024;

/// Warnings kept with their text; the rest are counted.
pub(crate) const WARNINGS: usize = 16;
