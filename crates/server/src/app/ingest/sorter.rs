//! Sorting case records, however many: in memory while they are few, through temporary files when not.
//!
//! Invariant: the order is that of the key, and within a key that of arrival.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use domain::cases::{CaseKey, RECORD, Record};

/// Records sorted at once; a run of this many fits a core's cache.
const RUN: usize = 64 << 10;
/// Sorted runs held in memory, before they are merged into a file.
const HELD: usize = 8;

#[derive(Default)]
pub(super) struct Sorter {
    filling: Vec<Record>,
    held: Vec<Vec<Record>>,
    spilled: Vec<File>,
    count: u64,
}

impl Sorter {
    pub(super) fn push(&mut self, record: Record) -> std::io::Result<()> {
        self.filling.push(record);
        self.count += 1;
        if self.filling.len() >= RUN {
            self.sort_run();
            if self.held.len() >= HELD {
                self.spill()?;
            }
        }
        Ok(())
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    fn sort_run(&mut self) {
        let mut run = std::mem::take(&mut self.filling);
        run.sort_by_key(|record| record.key);
        self.held.push(run);
    }

    fn spill(&mut self) -> std::io::Result<()> {
        let mut file = BufWriter::with_capacity(256 << 10, tempfile::tempfile()?);
        let held = std::mem::take(&mut self.held);
        merge(held.into_iter().map(|run| Run::Held(run.into_iter())).collect(), &mut |record| {
            file.write_all(&record.to_bytes())
        })?;
        let mut file = file.into_inner().map_err(|error| error.into_error())?;
        file.seek(SeekFrom::Start(0))?;
        self.spilled.push(file);
        Ok(())
    }

    /// Hands over every record in order.
    pub(super) fn finish(mut self, each: &mut dyn FnMut(&Record) -> std::io::Result<()>) -> std::io::Result<()> {
        self.sort_run();
        let spilled = self.spilled.into_iter().map(|file| Run::Spilled(BufReader::with_capacity(64 << 10, file)));
        let held = self.held.into_iter().map(|run| Run::Held(run.into_iter()));
        merge(spilled.chain(held).collect(), each)
    }
}

enum Run {
    Held(std::vec::IntoIter<Record>),
    Spilled(BufReader<File>),
}

impl Run {
    fn next(&mut self) -> std::io::Result<Option<Record>> {
        match self {
            Self::Held(records) => Ok(records.next()),
            Self::Spilled(file) => {
                let mut bytes = [0; RECORD];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Record::from_bytes(&bytes)),
                    Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// Merges runs that are sorted; earlier runs come first where keys are equal.
fn merge(mut runs: Vec<Run>, each: &mut dyn FnMut(&Record) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut heads: Vec<Option<Record>> = Vec::with_capacity(runs.len());
    let mut heap: BinaryHeap<Reverse<(CaseKey, usize)>> = BinaryHeap::new();
    for (index, run) in runs.iter_mut().enumerate() {
        let head = run.next()?;
        if let Some(record) = &head {
            heap.push(Reverse((record.key, index)));
        }
        heads.push(head);
    }
    while let Some(mut least) = heap.peek_mut() {
        let Reverse((_, index)) = *least;
        if let Some(record) = &heads[index] {
            each(record)?;
        }
        heads[index] = runs[index].next()?;
        match &heads[index] {
            Some(record) => *least = Reverse((record.key, index)),
            None => {
                std::collections::binary_heap::PeekMut::pop(least);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reports::Outcome;

    #[test]
    fn records_come_out_in_order_and_equal_keys_in_the_order_they_came() {
        let mut sorter = Sorter::default();
        let total = RUN * (HELD * 2 + 1) + 17;
        let mut state = 1_u64;
        for arrival in 0..total {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = CaseKey { label: state >> 44, suite: 0 };
            let record = Record { key, note: arrival as u32, duration_ms: 0.0, outcome: Outcome::Passed, flaky: false, attempts: 1 };
            sorter.push(record).unwrap();
        }
        let mut seen = Vec::new();
        sorter.finish(&mut |record| { seen.push((record.key.label, record.note)); Ok(()) }).unwrap();
        assert_eq!(seen.len(), total);
        assert!(seen.is_sorted());
    }
}
