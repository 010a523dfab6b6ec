//! Reads every report in a folder and prints the totals and the speed.
//!
//! `cargo run --release --example summarize -- FOLDER [--stream]`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks to its terminal")]

use std::error::Error;
use std::hint::black_box;
use std::io::BufReader;
use std::path::PathBuf;
use std::time::Instant;

use reports::{Item, Summary};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("expected a folder of reports")?;
    let stream = arguments.next().is_some_and(|flag| flag == "--stream");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    let files: Vec<Vec<u8>> = paths.iter().map(std::fs::read).collect::<std::io::Result<_>>()?;
    let bytes: usize = files.iter().map(Vec::len).sum();
    let mut best = f64::MAX;
    let mut total = Summary::default();
    for _ in 0..5 {
        total = Summary::default();
        let begin = Instant::now();
        for (path, file) in paths.iter().zip(&files) {
            let Some(format) = reports::sniff(file) else {
                eprintln!("{}: not a report", path.display());
                continue;
            };
            let mut hashes = 0;
            let sink = &mut |item: Item<'_>| {
                if let Item::Case(case) = item {
                    hashes ^= case.label_hash() ^ case.suite_hash();
                }
            };
            let read = match stream {
                true => reports::read(format, BufReader::new(&file[..]), sink),
                false => reports::read_slice(format, file, sink),
            };
            black_box(hashes);
            match read {
                Ok(summary) => add(&mut total, &summary),
                Err(error) => eprintln!("{}: {error}", path.display()),
            }
        }
        best = best.min(begin.elapsed().as_secs_f64());
    }
    println!("{total:#?}");
    println!("{} files, {bytes} bytes, {:.0} MB/s", files.len(), bytes as f64 / best / 1e6);
    Ok(())
}

fn add(total: &mut Summary, summary: &Summary) {
    total.suites += summary.suites;
    total.cases += summary.cases;
    total.attempts += summary.attempts;
    total.passed += summary.passed;
    total.failed += summary.failed;
    total.errored += summary.errored;
    total.skipped += summary.skipped;
    total.flaky += summary.flaky;
    total.duration_ms += summary.duration_ms;
    total.warnings += summary.warnings;
    if total.first_warnings.len() < 5 {
        total.first_warnings.extend(summary.first_warnings.iter().cloned());
    }
}
