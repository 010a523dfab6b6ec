//! A process that is killed at any moment loses nothing that it acknowledged.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use crate::place::{On, Place, report};

/// Ingests one report after the other in a shell loop, killed after a while; returns the runs acknowledged.
fn acknowledged_before_the_kill(place: &Place, round: u32, patience: Duration) -> Vec<String> {
    let cases: String = (0..200).map(|case| format!("t{case}:pass ")).collect();
    let mut acknowledged = Vec::new();
    for turn in 0.. {
        let run = format!("r{round}-{turn}");
        place.write("kill.xml", &report(&format!("{run}:pass {cases}")));
        let line =
            format!("ingest --release 2026.12 --track ios --build 514 --kind smoke --run {run} kill.xml");
        let mut child = place.command(&line).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // The last of a round is killed at a moment of its own; the others may finish.
        if turn == 2 {
            std::thread::sleep(patience);
            let _ = child.kill();
        }
        let mut text = String::new();
        while out.read_line(&mut text).unwrap_or(0) > 0 {}
        let _ = child.wait();
        if text.contains("Recorded as evidence") {
            acknowledged.push(run);
        }
        if turn == 2 {
            return acknowledged;
        }
    }
    acknowledged
}

fn killed(on: On, rounds: u32) {
    let place = Place::applied(on);
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        // From before the process has opened anything to after it has answered.
        let patience = Duration::from_micros(u64::from(round) * 2_500);
        acknowledged.extend(acknowledged_before_the_kill(&place, round, patience));
        place.run("journal verify").succeeds().says("The journal holds");
    }
    let list = place.run("evidence list --release 2026.12").succeeds().out;
    for run in &acknowledged {
        assert!(list.contains(&format!("run {run} ")), "{run} was acknowledged and is lost");
    }
    assert!(acknowledged.len() >= rounds as usize * 2);
    place.run("check --release 2026.12 --track ios").exits(0);
}

#[test]
fn an_ingest_killed_at_any_moment_loses_nothing_acknowledged_on_sqlite() {
    killed(On::Sqlite, 20);
}

#[test]
fn an_ingest_killed_at_any_moment_loses_nothing_acknowledged_on_postgres() {
    killed(On::Postgres, 8);
}
