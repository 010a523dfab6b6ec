//! Replay: a million events read from SQLite, decoded, and folded into releases; and the fold alone.
//!
//! Invariant: every event is folded, and a release stands at the version of its stream's last event.

use std::collections::HashMap;

use anyhow::{Context, anyhow, ensure};
use domain::envelope::{Envelope, Position, Stream};
use domain::event::Event;
use domain::release::Release;
use journal::{Body, Database, Journal, Recorded};

use crate::figures::{Figures, bar, say, timed};
use crate::place::Place;

mod history;

/// How many events a second should be replayed, and folded.
const REPLAY: f64 = 250_000.0;
const FOLD: f64 = 5_000_000.0;
const EVENTS: i64 = 1_000_000;

/// Events decoded at once, where the fold is measured alone.
const AT_ONCE: usize = 1_000;

type Releases = HashMap<Stream, Release>;

pub(crate) fn run(place: &Place, runs: usize) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        std::fs::create_dir_all(&place.cache)?;
        let journal = Journal::open(&Database::Sqlite(place.cache.join("replay-1.db"))).await?;
        history::fill(&journal, EVENTS).await?;
        measure(&journal, runs).await?;
        journal.close().await;
        Ok(())
    })
}

async fn measure(journal: &Journal, runs: usize) -> anyhow::Result<()> {
    let [mut read, mut replay, mut fold] = std::array::from_fn(|_| Figures::default());
    for _ in 0..runs {
        let begin = std::time::Instant::now();
        let count = journal.replay(Position(0), None, |_| {}).await? as f64;
        read.add(count / begin.elapsed().as_secs_f64());

        let begin = std::time::Instant::now();
        let mut releases = Releases::new();
        let mut folded = Ok(());
        journal
            .replay(Position(0), None, |recorded| {
                if folded.is_ok() {
                    folded = decode(recorded).map(|(envelope, event)| apply(&mut releases, &envelope, event));
                }
            })
            .await?;
        folded?;
        replay.add(count / begin.elapsed().as_secs_f64());
        ensure!(events(&releases) == count as i64, "{} of {count} events were folded", events(&releases));
        drop(releases);

        fold.add(count / folding(journal).await?);
    }
    say(&format!("read from SQLite and handed over: {}", read.tell("events/s")));
    say(&format!("read, decoded and folded: {}", replay.tell("events/s")));
    say(&format!("folded alone: {}", fold.tell("events/s")));
    say(&format!("replay is {:.2} times the bare read", replay.median() / read.median()));
    bar("replay", replay.median(), REPLAY, "events/s");
    bar("fold", fold.median(), FOLD, "events/s");
    Ok(())
}

/// Returns how many seconds the fold of all events takes, without reading and decoding them.
async fn folding(journal: &Journal) -> anyhow::Result<f64> {
    let mut releases = Releases::new();
    let mut decoded = Vec::with_capacity(AT_ONCE);
    let mut seconds = 0.0;
    let mut after = Position(0);
    loop {
        for recorded in journal.read_all(after, AT_ONCE as u32).await? {
            after = recorded.envelope.position;
            decoded.push(decode(recorded)?);
        }
        if decoded.is_empty() {
            ensure!(events(&releases) == after.0, "{} of {after} events were folded", events(&releases));
            return Ok(seconds);
        }
        let (took, ()) = timed(|| {
            // A server knows whose stream it reads; here it is looked up once for each stretch of one stream.
            for stretch in decoded.chunk_by_mut(|(one, _), (next, _)| one.stream == next.stream) {
                fold_stretch(&mut releases, stretch);
            }
        });
        decoded.clear();
        seconds += took.as_secs_f64();
    }
}

fn decode(recorded: Recorded) -> anyhow::Result<(Envelope, Event)> {
    let Recorded { envelope, body } = recorded;
    let Body::Payload(payload) = body else {
        return Err(anyhow!("nothing is redacted here"));
    };
    let event = Event::read(&envelope.kind, envelope.kind_version, envelope.position, Some(&payload));
    let event = event.with_context(|| format!("event {}", envelope.position))?;
    Ok((envelope, event))
}

fn apply(releases: &mut Releases, envelope: &Envelope, event: Event) {
    if let Some(release) = releases.get_mut(&envelope.stream) {
        release.apply(envelope, event);
    } else if let Some(release) = Release::begin(envelope, event) {
        releases.insert(envelope.stream.clone(), release);
    }
}

fn fold_stretch(releases: &mut Releases, mut stretch: &mut [(Envelope, Event)]) {
    let take = |event: &mut Event| std::mem::replace(event, Event::Redacted);
    let Some((first, _)) = stretch.first() else { return };
    if !releases.contains_key(&first.stream)
        && let Some(((envelope, event), rest)) = std::mem::take(&mut stretch).split_first_mut()
    {
        apply(releases, envelope, take(event));
        stretch = rest;
    }
    let Some(release) = stretch.first().and_then(|(envelope, _)| releases.get_mut(&envelope.stream)) else {
        return;
    };
    for (envelope, event) in stretch {
        release.apply(envelope, take(event));
    }
}

fn events(releases: &Releases) -> i64 {
    releases.values().map(|release| release.version.0).sum()
}
