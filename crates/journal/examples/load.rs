//! Measures the journal: durable writers, and replay, beside the bare disk in the same run.
//!
//! `load DATABASE [writers=50] [seconds=5] [replay=0] [streams=1]` where DATABASE is a path or a URL of a
//! journal that may be thrown away. By default all writers are shards of one release. With `replay=1000000`
//! it also fills the journal up to so many events and replays them, decoding each payload.
//!
//! Invariant: what is timed is what a server does; nothing is turned off for the measurement.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::envelope::{ActorId, Position, Stream};
use domain::time::Time;
use journal::{Append, Body, Database, Expect, Journal, NewEvent, Part};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PAYLOAD: &str = r#"{"track":"ios","build":"4.2.0 (512)","kind":"regression","passed":412,"failed":3,"skipped":2,"flaky":1,"cases":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","duration_ms":183422}"#;

#[derive(serde::Deserialize)]
struct Run {
    passed: u64,
    failed: u64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let database = Database::parse(&arguments.next().ok_or("name a database")?);
    let mut settings: HashMap<String, u64> = [("writers", 50), ("seconds", 5), ("replay", 0), ("streams", 1)]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
    for argument in arguments {
        let (name, value) = argument.split_once('=').ok_or("settings look like writers=50")?;
        settings.insert(name.to_owned(), value.parse()?);
    }
    let folder = match &database {
        Database::Sqlite(path) => path.parent().unwrap_or(Path::new(".")).to_owned(),
        Database::Postgres(_) => std::env::temp_dir(),
    };
    let journal = Journal::open(&database).await?;
    let start = journal.head().await?.map_or(0, |head| head.position.0);

    let before = disk(&folder)?;
    say(&format!(
        "fdatasync of one event appended to a file: p50 {:?}, p99 {:?}, {:.0}/s",
        before.p50, before.p99, before.rate
    ));
    let alone = writers(&journal, 1, Duration::from_secs(2), settings["streams"], start).await?;
    say(&format!("1 durable writer: {:.0} events/s, p50 {:?}, p99 {:?}", alone.rate, alone.p50, alone.p99));
    let time = Duration::from_secs(settings["seconds"]);
    let many = writers(&journal, settings["writers"], time, settings["streams"], start).await?;
    let after = disk(&folder)?;
    say(&format!(
        "fdatasync of one event, afterwards: p50 {:?}, p99 {:?}, {:.0}/s",
        after.p50, after.p99, after.rate
    ));
    say(&format!(
        "{} durable writers: {:.0} events/s, p50 {:?}, p99 {:?}; {:.1} times one commit per fsync, p99 is {:.1} fsyncs",
        settings["writers"],
        many.rate,
        many.p50,
        many.p99,
        many.rate * 2.0 / (before.rate + after.rate),
        many.p99.as_secs_f64() * 2.0 / (before.p50 + after.p50).as_secs_f64(),
    ));
    if settings["replay"] > 0 {
        replay(&journal, settings["replay"]).await?;
    }
    journal.close().await;
    Ok(())
}

struct Measured {
    rate: f64,
    p50: Duration,
    p99: Duration,
}

fn measured(mut latencies: Vec<Duration>, elapsed: Duration) -> Measured {
    latencies.sort_unstable();
    let at = |share: usize| latencies.get(latencies.len() * share / 100).copied().unwrap_or_default();
    Measured { rate: latencies.len() as f64 / elapsed.as_secs_f64(), p50: at(50), p99: at(99) }
}

/// One commit per fsync, as an append-only file would do it: an event's bytes, then fdatasync.
fn disk(folder: &Path) -> Result<Measured, Failure> {
    let mut file: File = tempfile::tempfile_in(folder)?;
    let event = [b'x'; 640];
    let begin = Instant::now();
    let mut latencies = Vec::new();
    while begin.elapsed() < Duration::from_secs(2) {
        let start = Instant::now();
        file.write_all(&event)?;
        file.sync_data()?;
        latencies.push(start.elapsed());
    }
    Ok(measured(latencies, begin.elapsed()))
}

async fn writers(
    journal: &Journal,
    count: u64,
    time: Duration,
    streams: u64,
    run: i64,
) -> Result<Measured, Failure> {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..count)
        .map(|writer| {
            let journal = journal.clone();
            let stream = Stream::new(format!("release/fitness/{}", writer % streams.max(1)));
            let kind: Arc<str> = "run_ingested".into();
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while begin.elapsed() < time {
                    let start = Instant::now();
                    let key = format!("pipeline/{run}/{count}/{:06}/shard/{writer}", latencies.len());
                    journal.append(fact(&stream, key, &kind)).await?;
                    latencies.push(start.elapsed());
                }
                Ok::<_, journal::AppendError>(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    Ok(measured(latencies, begin.elapsed()))
}

fn fact(stream: &Stream, key: String, kind: &Arc<str>) -> Append {
    let now = Time::from_micros(1_764_000_000_000_000);
    let event = NewEvent { kind: kind.clone(), kind_version: 1, occurred_at: now, payload: PAYLOAD.into() };
    let part = Part { stream: stream.clone(), expect: Expect::Fact { key }, events: vec![event] };
    Append { actor: ActorId::new("ci"), now, parts: vec![part], outbox: Vec::new() }
}

async fn replay(journal: &Journal, events: u64) -> Result<(), Failure> {
    let mut head = journal.head().await?.map_or(0, |head| head.position.0);
    let kind: Arc<str> = "run_ingested".into();
    while (head as u64) < events {
        let tasks: Vec<_> = (0..50)
            .map(|n| {
                let stream = Stream::new(format!("release/fitness/{}", n % 20));
                let mut append = fact(&stream, format!("fill/{head}/{n}"), &kind);
                let event = append.parts[0].events[0].clone();
                append.parts[0].events = vec![event; 100];
                let journal = journal.clone();
                tokio::spawn(async move { journal.append(append).await })
            })
            .collect();
        for task in tasks {
            head = head.max(task.await??.position.0);
        }
    }
    let begin = Instant::now();
    let count = journal.replay(Position(0), None, |_| {}).await?;
    let bare = count as f64 / begin.elapsed().as_secs_f64();
    let begin = Instant::now();
    let mut passed = HashMap::<Stream, (u64, u64)>::new();
    journal
        .replay(Position(0), None, |event| {
            if let Body::Payload(payload) = &event.body
                && let Ok(run) = serde_json::from_slice::<Run>(payload)
            {
                let release = passed.entry(event.envelope.stream.clone()).or_default();
                release.0 += run.passed;
                release.1 += run.failed;
            }
        })
        .await?;
    let folded = count as f64 / begin.elapsed().as_secs_f64();
    say(&format!(
        "replay of {count} events: {bare:.0}/s handed over, {folded:.0}/s with each payload decoded and folded"
    ));
    let begin = Instant::now();
    let verification = journal.verify(None).await?;
    let rate = verification.events as f64 / begin.elapsed().as_secs_f64();
    say(&format!(
        "verify: {rate:.0} events/s, {}",
        verification.broken.map_or("holds".to_owned(), |b| b.to_string())
    ));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn say(line: &str) {
    println!("{line}");
}
