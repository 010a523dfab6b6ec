//! What this machine can do on one core, so that one sees where the limits are.

use std::hint::black_box;
use std::io::Write;

use reports::{Format, Item};
use sha2::{Digest, Sha256};

use crate::figures::{Figures, say, timed};
use crate::inputs::input;
use crate::place::Place;

/// How much is compressed at once, as in an ingest.
const PIECE: usize = 512 << 10;

pub(crate) fn run(place: &Place, runs: usize) -> anyhow::Result<()> {
    let input = input(place, 500_000, 2_000, 1)?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&input.folder)? {
        files.push(std::fs::read(entry?.path())?);
    }
    let whole = files.concat();
    let megabytes = input.truth.megabytes();
    let [mut parse, mut hash, mut pack, mut sync] = std::array::from_fn(|_| Figures::default());
    let mut compressor = zstd::bulk::Compressor::new(1)?;
    let mut packed = Vec::with_capacity(zstd::zstd_safe::compress_bound(PIECE));
    let mut file = tempfile::tempfile_in(&place.cache)?;
    for _ in 0..runs {
        let mut labels = 0;
        let mut sink = |item: Item<'_>| {
            if let Item::Case(case) = item {
                labels ^= case.label_hash() ^ case.suite_hash();
            }
        };
        let (took, read) = timed(|| {
            files.iter().try_for_each(|file| {
                reports::read_slice(Format::JUnit, file, &mut sink)
                    .map(black_box)
                    .map(drop)
            })
        });
        read?;
        black_box(labels);
        parse.add(megabytes / took.as_secs_f64());
        hash.add(megabytes / timed(|| black_box(Sha256::digest(&whole))).0.as_secs_f64());
        let (took, compressed) = timed(|| {
            whole
                .chunks(PIECE)
                .try_for_each(|piece| compressor.compress_to_buffer(piece, &mut packed).map(drop))
        });
        compressed?;
        pack.add(megabytes / took.as_secs_f64());
        for _ in 0..100 {
            file.write_all(&[b'x'; 640])?;
            let (took, synced) = timed(|| file.sync_data());
            synced?;
            sync.add(took.as_secs_f64() * 1e3);
        }
    }
    say(&format!(
        "reports, parsed with both hashes of a case: {}",
        parse.tell("MB/s")
    ));
    say(&format!("SHA-256: {}", hash.tell("MB/s")));
    say(&format!("zstd, level 1: {}", pack.tell("MB/s")));
    say(&format!("fdatasync after 640 bytes: {}", sync.tell("ms")));
    Ok(())
}
