//! A writing process killed at random moments: everything it was told is recorded is recorded.
//!
//! The test runs itself again as that process.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use journal::{Database, Journal};

use crate::place::{Place, append, contract, fact};

const KILLS: usize = 25;
const WRITERS: usize = 20;

const DATABASE: &str = "SEAWORTHY_TEST_WRITE_TO";
const RUN: &str = "SEAWORTHY_TEST_RUN";

fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "how the test tells the process it starts what to do")]
    std::env::var(name).ok()
}

/// Not a test of its own: what the other process does, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn write_until_killed() {
    let (Some(database), Some(run)) = (variable(DATABASE), variable(RUN)) else {
        return;
    };
    let journal = Journal::open(&Database::parse(&database)).await.unwrap();
    let tasks: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (journal, run) = (journal.clone(), run.clone());
            tokio::spawn(async move {
                for n in 0.. {
                    let key = format!("{run}/{writer}/{n}");
                    let part = fact(&format!("release/{}", writer % 3), &key, "{\"passed\":412}");
                    journal.append(append(n, vec![part])).await.unwrap();
                    println!("acknowledged {key} .");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Runs a writer, kills it, and returns the keys that it was told are recorded.
fn kill_one(database: &str, run: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killing::write_until_killed", "--nocapture"])
        .env(DATABASE, database)
        .env(RUN, run.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut keys = Vec::new();
    let key = |line: std::io::Result<String>| {
        // Other output of the test runner, or a line that was cut off, does not have this form.
        line.unwrap().strip_prefix("acknowledged ")?.strip_suffix(" .").map(str::to_owned)
    };
    keys.extend(lines.by_ref().find_map(key));
    assert_eq!(keys.len(), 1, "the writer wrote nothing");
    let reader = std::thread::spawn(move || lines.filter_map(key).collect::<Vec<_>>());
    let mut random = [0; 2];
    getrandom::fill(&mut random).unwrap();
    std::thread::sleep(Duration::from_micros(u64::from(u16::from_le_bytes(random))));
    child.kill().unwrap();
    child.wait().unwrap();
    keys.extend(reader.join().unwrap());
    keys
}

contract! {
    async fn nothing_acknowledged_is_lost_when_the_writer_is_killed(place) {
        let mut acknowledged = HashSet::new();
        for run in 0..KILLS {
            let keys = tokio::task::block_in_place(|| kill_one(&text(place), run));
            acknowledged.extend(keys);
            let journal = place.open().await;
            let verification = journal.verify(None).await.unwrap();
            assert_eq!(verification.broken, None, "after {} kills", run + 1);
            let recorded: HashSet<String> = place.keys().await.into_iter().collect();
            let lost: Vec<_> = acknowledged.difference(&recorded).collect();
            assert!(lost.is_empty(), "after {} kills: {lost:?}", run + 1);
            journal.close().await;
        }
        assert!(acknowledged.len() > KILLS * WRITERS);
    }
}

fn text(place: &Place) -> String {
    match &place.database {
        Database::Sqlite(path) => path.to_str().unwrap().to_owned(),
        Database::Postgres(url) => url.clone(),
    }
}
