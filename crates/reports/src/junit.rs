//! JUnit XML: one reader for every dialect.
//!
//! Invariant: what a case *is* decides ([`record`]), never which tool wrote it; the dialects differ in what they
//! leave out, and agree in what their words mean.

mod attributes;
mod delivery;
mod reading;
mod record;
mod suites;
mod tag;
mod words;

use std::io::BufRead;

use encoding_rs::{Encoding, UTF_8};

use crate::decode::{self, Decoding};
use crate::error::{At, Fault, ReportError};
use crate::xml::{Slice, Stream, Tokens};
use crate::{Item, Summary, Warning};
use reading::Reading;

pub(crate) fn read(source: impl BufRead, sink: &mut dyn FnMut(Item<'_>)) -> Result<Summary, ReportError> {
    let (source, mark) = Decoding::new(source).map_err(at_the_start)?;
    run(Stream::new(source, mark), sink)
}

pub(crate) fn read_slice(bytes: &[u8], sink: &mut dyn FnMut(Item<'_>)) -> Result<Summary, ReportError> {
    let (encoding, mark) = decode::detect(bytes).map_err(at_the_start)?;
    let text = &bytes[mark..];
    if encoding == UTF_8 && Encoding::utf8_valid_up_to(text) == text.len() {
        run(Slice::new(text, mark as u64), sink)
    } else {
        // Another encoding, or stray bytes: decoded piece by piece, so that memory stays small here too.
        read(bytes, sink)
    }
}

fn at_the_start(problem: crate::Problem) -> ReportError {
    ReportError { at: At { byte: 0, line: 1, column: 1 }, problem }
}

fn run(mut tokens: impl Tokens, sink: &mut dyn FnMut(Item<'_>)) -> Result<Summary, ReportError> {
    let mut reading = Reading::new(sink);
    loop {
        let outcome = match tokens.next() {
            Ok((begin, event)) => reading.take(begin, event),
            Err(error) => return Err(tokens.refuse(error)),
        };
        match outcome {
            Ok(false) => {}
            Ok(true) => break,
            Err(fault) => return Err(tokens.blame(fault)),
        }
        if let Some(text) = reading.delivery.contradiction.take() {
            reading.delivery.summary.first_warnings.push(Warning { at: tokens.place(0), text });
        }
    }
    let end: Result<Summary, Fault> = reading.finish();
    end.map_err(|fault| tokens.blame(fault))
}
