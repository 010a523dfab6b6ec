//! The most memory an ingest holds, as the kernel counts it: for few reports and many, small ones and large.

use crate::figures::{Figures, bar_below, say};
use crate::inputs::{Input, input};
use crate::place::{Place, peak};

/// The most an ingest should hold, in MiB.
const BAR: f64 = 64.0;

pub(crate) fn run(place: &Place) -> anyhow::Result<()> {
    let mut most = 0.0_f64;
    // A file's share of cases decides its size: the last is one file of more than 300 MB.
    for (cases, files) in [
        (50_000, 200),
        (500_000, 2_000),
        (2_000_000, 8_000),
        (500_000, 40),
        (1_700_000, 1),
    ] {
        let Input { folder, truth } = input(place, cases, files, 1)?;
        let mut peaks = Figures::default();
        for _ in 0..3 {
            let data = place.planned()?;
            peaks.add(peak(&mut place.ingest(data.path(), "ios", &folder)?)?);
        }
        most = most.max(peaks.median());
        say(&format!(
            "{} files, {cases} cases, {:.0} MB: peak {}",
            truth.files,
            truth.megabytes(),
            peaks.tell("MiB")
        ));
    }
    bar_below("peak memory of an ingest", most, BAR, "MiB");
    Ok(())
}
