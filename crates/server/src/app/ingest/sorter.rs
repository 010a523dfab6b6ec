//! Sorting case records, however many: in memory while they are few, through temporary files when not.
//!
//! Keys are hashes, so records spread evenly over parts by their first bits; each part fits a core's cache.
//!
//! Invariant: the order is that of the key, and within a key that of arrival.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use domain::cases::{CaseKey, RECORD, Record};

/// The first bits of a label choose the part.
const PART_BITS: u32 = 6;
/// The bits after those choose the place in the part, up to a few records.
const PLACE_BITS: u32 = 10;
/// Records of a block.
const BLOCK: usize = 256;
/// Records held in memory, of 32 bytes each, before they go to a file.
const HELD: u64 = 512 << 10;

/// Records of one part, in blocks, so that none is moved when more come.
type Part = Vec<Vec<Record>>;

pub(super) struct Sorter {
    parts: Vec<Part>,
    spare: Vec<Vec<Record>>,
    spilled: Vec<File>,
    count: u64,
}

impl Sorter {
    pub(super) fn new() -> Self {
        Self { parts: vec![Part::new(); 1 << PART_BITS], spare: Vec::new(), spilled: Vec::new(), count: 0 }
    }

    pub(super) fn push(&mut self, record: Record) -> std::io::Result<()> {
        let part = &mut self.parts[(record.key.label >> (u64::BITS - PART_BITS)) as usize];
        match part.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(record),
            _ => {
                let mut block = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(BLOCK));
                block.push(record);
                part.push(block);
            }
        }
        self.count += 1;
        if self.count.is_multiple_of(HELD) { self.spill() } else { Ok(()) }
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    fn spill(&mut self) -> std::io::Result<()> {
        let mut file = tempfile::tempfile()?;
        let (mut sorted, mut bytes) = (Vec::new(), Vec::new());
        for part in &mut self.parts {
            sort(part, &mut sorted);
            sorted.iter().for_each(|record| record.write(&mut bytes));
            file.write_all(&bytes)?;
            bytes.clear();
            for mut block in part.drain(..) {
                block.clear();
                self.spare.push(block);
            }
        }
        file.seek(SeekFrom::Start(0))?;
        self.spilled.push(file);
        Ok(())
    }

    /// Hands over every record in order.
    pub(super) fn finish(
        mut self,
        each: &mut dyn FnMut(&Record) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        if !self.spilled.is_empty() {
            self.spill()?;
            let Self { spilled, .. } = self;
            let open = |file| BufReader::with_capacity(64 << 10, file);
            return merge(spilled.into_iter().map(open).collect(), each);
        }
        let mut sorted = Vec::new();
        for part in self.parts {
            sort(&part, &mut sorted);
            sorted.iter().try_for_each(&mut *each)?;
        }
        Ok(())
    }
}

/// Sorts a part: records go to their places by the bits of their labels, and few share a place.
fn sort(part: &Part, sorted: &mut Vec<Record>) {
    let place = |record: &Record| {
        (record.key.label >> (u64::BITS - PART_BITS - PLACE_BITS)) as usize & ((1 << PLACE_BITS) - 1)
    };
    let records = || part.iter().flatten();
    let mut ends = vec![0; 1 << PLACE_BITS];
    records().for_each(|record| ends[place(record)] += 1);
    let mut sum = 0;
    for end in &mut ends {
        sum += std::mem::replace(end, sum);
    }
    sorted.clear();
    sorted.extend(records());
    for record in records() {
        let end = &mut ends[place(record)];
        sorted[*end] = *record;
        *end += 1;
    }
    let mut start = 0;
    for end in ends {
        // Where the places hold few, this is an insertion sort; where keys are no good hashes, it is still fast.
        sorted[start..end].sort_by_key(|record| record.key);
        start = end;
    }
}

/// Returns the next record of a file.
fn next(file: &mut BufReader<File>) -> std::io::Result<Option<Record>> {
    let mut bytes = [0; RECORD];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Record::from_bytes(&bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// Merges files that are sorted; earlier ones come first where keys are equal.
fn merge(
    mut files: Vec<BufReader<File>>,
    each: &mut dyn FnMut(&Record) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut heads: Vec<Option<Record>> = Vec::with_capacity(files.len());
    let mut heap: BinaryHeap<Reverse<(CaseKey, usize)>> = BinaryHeap::new();
    for (index, file) in files.iter_mut().enumerate() {
        let head = next(file)?;
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
        heads[index] = next(&mut files[index])?;
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

    #[track_caller]
    fn check(label: impl Fn(u64) -> u64) {
        let mut sorter = Sorter::new();
        let total = HELD * 2 + 17;
        let mut state = 1_u64;
        for arrival in 0..total {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let key = CaseKey { label: label(state), suite: state >> 63 };
            let note = arrival as u32;
            let passed = Outcome::Passed;
            sorter
                .push(Record { key, note, duration_ms: 0.0, outcome: passed, flaky: false, attempts: 1 })
                .unwrap();
        }
        let mut seen = Vec::new();
        let mut each = |record: &Record| {
            seen.push((record.key, record.note));
            Ok(())
        };
        sorter.finish(&mut each).unwrap();
        assert_eq!(seen.len() as u64, total);
        assert!(seen.is_sorted());
    }

    #[test]
    fn records_come_out_in_order_and_equal_keys_in_the_order_they_came() {
        check(|random| random & !0 << 44);
    }

    #[test]
    fn labels_that_are_no_good_hashes_come_out_in_order_too() {
        check(|random| random >> 44);
    }
}
