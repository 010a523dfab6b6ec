//! What is said of a device: by a check by hand, or by a run on it.
//!
//! Invariant: a check that failed stands until a later check; no run takes it back.

use crate::envelope::Position;
use crate::evidence::{Attestation, AttestedResult, Ingest};
use crate::id::BuildNumber;
use crate::time::Time;
use crate::track::Track;

/// A piece of evidence that says how a device does.
#[derive(Clone, Copy, Debug)]
pub enum Word<'a> {
    Check(&'a Attestation),
    Run(&'a Ingest),
}

impl<'a> Word<'a> {
    pub fn position(self) -> Position {
        match self {
            Self::Check(check) => check.position,
            Self::Run(ingest) => ingest.position,
        }
    }

    pub fn build(self) -> &'a BuildNumber {
        match self {
            Self::Check(check) => &check.build,
            Self::Run(ingest) => &ingest.build,
        }
    }

    pub fn recorded_at(self) -> Time {
        match self {
            Self::Check(check) => check.recorded_at,
            Self::Run(ingest) => ingest.recorded_at,
        }
    }
}

/// Returns what decides a device on a build: a failed check, or else the latest word, by hand or by a run.
pub fn deciding<'a>(track: &'a Track, device: &str, build: &BuildNumber) -> Option<Word<'a>> {
    let rank = |word: &Word<'_>| track.rank(word.position(), word.build(), word.recorded_at(), build);
    let counts = |word: &Word<'_>| track.counts(word.position(), word.build(), build);
    let check = checks(track, device).map(Word::Check).filter(counts).max_by_key(rank);
    let run = runs(track, device).map(Word::Run).filter(counts).max_by_key(rank);
    let failed =
        |word: &Word<'_>| matches!(word, Word::Check(check) if check.result == AttestedResult::Failed);
    check.filter(failed).or_else(|| check.into_iter().chain(run).max_by_key(rank))
}

/// Returns the latest word on a device, whatever its build.
pub fn newest<'a>(track: &'a Track, device: &str) -> Option<Word<'a>> {
    later(checks(track, device).next_back().map(Word::Check), runs(track, device).next_back().map(Word::Run))
}

fn later<'a>(one: Option<Word<'a>>, other: Option<Word<'a>>) -> Option<Word<'a>> {
    one.into_iter().chain(other).max_by_key(|word| word.position())
}

fn checks<'a>(track: &'a Track, device: &str) -> impl DoubleEndedIterator<Item = &'a Attestation> {
    track.attestations.iter().filter(move |check| check.device == device && check.withdrawn.is_none())
}

/// Returns what ran on a device and was not withdrawn, oldest first.
pub fn runs<'a>(track: &'a Track, device: &str) -> impl DoubleEndedIterator<Item = &'a Ingest> {
    let on_device = move |ingest: &&Ingest| ingest.device.as_deref() == Some(device);
    track.ingests.iter().filter(on_device).filter(|ingest| ingest.withdrawn.is_none())
}
