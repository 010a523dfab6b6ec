//! Ingest, whole process against whole process: ours stores, hashes and keeps; the peer reads and counts.
//!
//! Invariant: our counts equal the generator's ground truth in every run, or there is no figure.

use anyhow::ensure;
use domain::evidence::Counts;
use server::app::ingest::IngestResponse;

use crate::figures::{Figures, bar, say, timed};
use crate::inputs::{Input, input};
use crate::place::{Place, output};

/// How many times as fast as the peer an ingest should be.
const BAR: f64 = 8.0;

pub(crate) fn run(place: &Place, runs: usize) -> anyhow::Result<()> {
    place.needs_junitparser()?;
    let input = input(place, 500_000, 2_000, 1)?;
    let megabytes = input.truth.megabytes();
    let (mut ours, mut theirs) = (Figures::default(), Figures::default());
    for _ in 0..runs {
        ours.add(megabytes / once(place, &input)?);
        let (took, counted) = timed(|| output(place.peer("py_junitparser.py")?.arg(&input.folder)));
        let counted = String::from_utf8_lossy(&counted?).trim().to_owned();
        let failed = input.truth.failures + input.truth.errors;
        ensure!(counted == format!("{} {failed}", input.truth.cases), "the peer counted {counted}");
        theirs.add(megabytes / took.as_secs_f64());
    }
    say(&format!("{} cases in {} files, {megabytes:.0} MB", input.truth.cases, input.truth.files));
    say(&format!("seaworthy ingest: {}", ours.tell("MB/s")));
    say(&format!("junitparser: {}", theirs.tell("MB/s")));
    bar("ingest", ours.median() / theirs.median(), BAR, "times junitparser");
    Ok(())
}

/// Returns how many seconds an ingest into a new folder takes.
fn once(place: &Place, input: &Input) -> anyhow::Result<f64> {
    let data = place.planned()?;
    let (took, response) = timed(|| output(&mut place.ingest(data.path(), "ios", &input.folder)?));
    let response: IngestResponse = serde_json::from_slice(&response?)?;
    let Counts { cases, failed, errored, skipped, .. } = response.counts;
    let truth = &input.truth;
    let counted = (cases, failed, errored, skipped, response.files, response.bytes);
    let expected = (truth.cases, truth.failures, truth.errors, truth.skipped, truth.files, truth.bytes);
    ensure!(counted == expected, "counted {counted:?}, but there are {expected:?}");
    // What was kept can be asked for: every errored case, by name, from the reports themselves.
    let mut cases = place.seaworthy(data.path())?;
    let evidence = response.evidence.to_string();
    cases.args(["evidence", "cases", "--release", "1.0", "--outcome", "errored", "--json", &evidence]);
    let lines = output(&mut cases)?.iter().filter(|byte| **byte == b'\n').count() as i64;
    ensure!(lines == truth.errors, "{lines} errored cases are listed, but there are {}", truth.errors);
    Ok(took.as_secs_f64())
}
