//! Durable writers. The journal measures itself beside the bare disk; here that is repeated, on both databases
//! in turn, for the medians.

use std::process::Command;

use anyhow::Context;

use crate::figures::{Figures, bar, bar_below, say};
use crate::place::{Place, output};

/// How many times one commit for each fsync 50 writers should reach, and how many fsyncs long the slowest may wait.
const TIMES: f64 = 5.0;
const FSYNCS: f64 = 8.0;

pub(crate) fn run(place: &Place, runs: usize, postgres: Option<String>) -> anyhow::Result<()> {
    let mut sqlite = (Figures::default(), Figures::default());
    let mut server = (Figures::default(), Figures::default());
    std::fs::create_dir_all(&place.cache)?;
    for _ in 0..runs {
        let folder = tempfile::tempdir_in(&place.cache)?;
        once(
            &folder.path().join("journal.db").display().to_string(),
            &mut sqlite,
        )?;
        if let Some(url) = &postgres {
            once(url, &mut server)?;
        }
    }
    tell("SQLite", &sqlite);
    match postgres {
        Some(_) => tell("PostgreSQL", &server),
        None => say(
            "PostgreSQL: not measured; set SEAWORTHY_BENCH_POSTGRES to the URL of a database to throw away",
        ),
    }
    Ok(())
}

/// Has the journal measure itself, and takes the two ratios from what it says.
fn once(database: &str, (times, fsyncs): &mut (Figures, Figures)) -> anyhow::Result<()> {
    let mut load = Command::new("cargo");
    load.args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "journal",
        "--example",
        "load",
        "--",
        database,
    ]);
    let said = String::from_utf8(output(&mut load)?)?;
    let figure = |before: &str, after: &str| {
        let (_, rest) = said.split_once(before)?;
        rest.split_once(after)?.0.rsplit(' ').next()?.parse().ok()
    };
    let line = "50 durable writers:";
    times.add(
        figure(line, " times one commit per fsync").with_context(|| format!("no such ratio in: {said}"))?,
    );
    fsyncs.add(figure(line, " fsyncs").with_context(|| format!("no such ratio in: {said}"))?);
    Ok(())
}

fn tell(database: &str, (times, fsyncs): &(Figures, Figures)) {
    say(&format!(
        "{database}: {}, p99 {}",
        times.tell("times one commit for each fsync"),
        fsyncs.tell("fsyncs")
    ));
    bar(
        &format!("50 writers on {database}"),
        times.median(),
        TIMES,
        "times one commit for each fsync",
    );
    bar_below(&format!("p99 on {database}"), fsyncs.median(), FSYNCS, "fsyncs");
}
