//! Check of a release on which a million cases are stored: when the process starts, when it is warm, and when
//! nothing is merged yet.

use anyhow::ensure;
use domain::id::ReleaseId;
use domain::words::number;
use server::app::App;
use server::app::check::{CheckQuery, CheckResponse};
use server::config::Settings;
use std::path::Path;
use std::time::Instant;

use crate::figures::{Figures, bar_below, say};
use crate::inputs::input;
use crate::place::{Place, output};

/// How long a check may take, in milliseconds.
const BAR: f64 = 50.0;
const TRACKS: [&str; 4] = ["ios", "android", "watchos", "wearos"];
const EACH: u32 = 250_000;

pub(crate) fn run(place: &Place, runs: usize) -> anyhow::Result<()> {
    let data = place.planned()?;
    for (seed, track) in (1..).zip(TRACKS) {
        let input = input(place, EACH, 1_000, seed)?;
        output(&mut place.ingest(data.path(), track, &input.folder)?)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let [mut start, mut first, mut warm, mut afresh] = std::array::from_fn(|_| Figures::default());
    for _ in 0..runs {
        runtime.block_on(async {
            let begin = Instant::now();
            let app = App::open(Settings::new(Some(data.path().to_owned()), None)).await?;
            start.add(milliseconds(begin));
            first.add(check(&app).await?);
            for _ in 0..20 {
                warm.add(check(&app).await?);
            }
            anyhow::Ok(())
        })?;
        afresh.add(runtime.block_on(unmerged(data.path()))?);
    }
    say(&format!(
        "4 tracks, {} cases",
        number(i64::from(EACH) * TRACKS.len() as i64)
    ));
    say(&format!("opening, for comparison: {}", start.tell("ms")));
    say(&format!(
        "the first check of a process, after ingest: {}",
        first.tell("ms")
    ));
    say(&format!("warm: {}", warm.tell("ms")));
    say(&format!("with every merge done afresh: {}", afresh.tell("ms")));
    bar_below("check after ingest", first.median(), BAR, "ms");
    bar_below("check, warm", warm.median(), BAR, "ms");
    bar_below("check, nothing merged", afresh.median(), BAR, "ms");
    Ok(())
}

/// Checks when what was merged ahead is thrown away: as if the ingest had ended this very moment.
async fn unmerged(data: &Path) -> anyhow::Result<f64> {
    let settings = Settings::new(Some(data.to_owned()), None);
    let journal = journal::Journal::open(&settings.database).await?;
    journal.derived_clear().await?;
    journal.close().await;
    check(&App::open(settings).await?).await
}

async fn check(app: &App) -> anyhow::Result<f64> {
    let release: ReleaseId = "bench/1.0".parse()?;
    let begin = Instant::now();
    let response: CheckResponse = app.check(&release, CheckQuery::default()).await?;
    let took = milliseconds(begin);
    let offenders = response
        .tracks
        .iter()
        .flat_map(|track| &track.criteria)
        .map(|criterion| criterion.offenders_total);
    ensure!(
        response.tracks.len() == TRACKS.len(),
        "{} tracks",
        response.tracks.len()
    );
    ensure!(
        offenders.sum::<usize>() > 0,
        "no failed case stands against the release"
    );
    Ok(took)
}

fn milliseconds(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1e3
}
