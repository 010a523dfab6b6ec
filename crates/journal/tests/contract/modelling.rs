//! Any sequence of appends and redactions comes to what a list in memory comes to, on both databases.

use std::collections::HashMap;

use domain::envelope::{ActorId, Position, Stream, StreamVersion};
use journal::{AppendError, Error, Expect, Header, Journal, Part};
use proptest::prelude::*;

use crate::place::{Place, append, at, event, told};

#[derive(Clone, Debug)]
enum Step {
    /// Parts, each with a stream, what it expects, and a number of events.
    Append {
        now: i64,
        parts: Vec<(usize, Expecting, usize)>,
    },
    Redact {
        position: i64,
    },
    /// Another process takes over.
    Reopen,
}

#[derive(Clone, Copy, Debug)]
enum Expecting {
    Key(u8),
    /// The right version, or one beside it.
    Version(i64),
}

const STREAMS: [&str; 3] = ["product/a", "release/a/1", "release/a/2"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let expecting = prop_oneof![
        3 => (0..6_u8).prop_map(Expecting::Key),
        3 => Just(Expecting::Version(0)),
        1 => (-1..=1_i64).prop_map(Expecting::Version),
    ];
    let part = (0..STREAMS.len(), expecting, 0..4_usize);
    let step = prop_oneof![
        8 => (0..50_i64, prop::collection::vec(part, 1..4)).prop_map(|(now, parts)| Step::Append { now, parts }),
        1 => (1..20_i64).prop_map(|position| Step::Redact { position }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..25)
}

/// What a list in memory makes of the same steps.
#[derive(Default)]
struct Model {
    /// Stream, version, recorded at, type and payload of each event; no payload once it is redacted.
    events: Vec<(&'static str, i64, i64, &'static str, Option<String>)>,
    keys: HashMap<(usize, u8), i64>,
}

/// Where an append stands and whether it is new, or `None` if it is refused.
type Outcome = Option<(i64, bool)>;

impl Model {
    fn version(&self, stream: &str) -> i64 {
        self.events.iter().filter(|event| event.0 == stream).count() as i64
    }

    /// Turns a step's parts into those to append, with versions relative to what the streams are at.
    fn parts(&self, parts: &[(usize, Expecting, usize)]) -> Vec<Part> {
        let mut added = [0; STREAMS.len()];
        let part = |&(stream, expecting, count): &(usize, Expecting, usize)| {
            let version = self.version(STREAMS[stream]) + added[stream];
            added[stream] += count as i64;
            let expect = match expecting {
                Expecting::Key(key) => Expect::Fact { key: format!("key {key}") },
                Expecting::Version(beside) => Expect::Version(StreamVersion(version + beside)),
            };
            let events = (0..count).map(|n| event(&format!("{{\"n\":{n}}}"))).collect();
            Part { stream: Stream::new(STREAMS[stream]), expect, events }
        };
        parts.iter().map(part).collect()
    }

    fn append(&mut self, now: i64, parts: &[(usize, Expecting, usize)]) -> Outcome {
        let keys: Vec<_> = parts.iter().filter_map(|part| Some((part.0, key(part)?))).collect();
        let empty_fact = parts.iter().any(|part| key(part).is_some() && part.2 == 0);
        if empty_fact || parts.iter().all(|part| part.2 == 0) {
            return None;
        }
        let taken: Vec<i64> = keys.iter().filter_map(|key| self.keys.get(key).copied()).collect();
        if taken.len() == keys.len()
            && let Some(last) = taken.last()
        {
            return Some((*last, false));
        }
        let twice = keys.iter().enumerate().any(|(index, key)| keys[..index].contains(key));
        let conflict = parts.iter().any(|part| matches!(part.1, Expecting::Version(beside) if beside != 0));
        if !taken.is_empty() || twice || conflict {
            return None;
        }
        let recorded_at = self.events.last().map_or(now, |last| now.max(last.2));
        for part in parts {
            for n in 0..part.2 {
                let version = self.version(STREAMS[part.0]) + 1;
                self.events.push((
                    STREAMS[part.0],
                    version,
                    recorded_at,
                    "noted",
                    Some(format!("{{\"n\":{n}}}")),
                ));
            }
            if let Some(key) = key(part) {
                self.keys.insert((part.0, key), self.events.len() as i64);
            }
        }
        Some((self.events.len() as i64, true))
    }

    fn redact(&mut self, position: i64, now: i64) -> Outcome {
        let &(stream, _, _, kind, ref payload) = self.events.get(position as usize - 1)?;
        if kind == "event_redacted" || payload.is_none() {
            return None;
        }
        self.events[position as usize - 1].4 = None;
        let recorded_at = self.events.last().map_or(now, |last| now.max(last.2));
        let payload = format!("{{\"position\":{position},\"reason\":\"asked\"}}");
        self.events.push((stream, self.version(stream) + 1, recorded_at, "event_redacted", Some(payload)));
        Some((self.events.len() as i64, true))
    }

    fn told(&self) -> Vec<String> {
        let tell = |(index, (stream, version, _, kind, payload)): (
            usize,
            &(&str, i64, i64, &str, Option<String>),
        )| {
            format!("{} {stream}@{version} {kind} {}", index + 1, payload.as_deref().unwrap_or("redacted"))
        };
        self.events.iter().enumerate().map(tell).collect()
    }
}

fn key(part: &(usize, Expecting, usize)) -> Option<u8> {
    match part.1 {
        Expecting::Key(key) => Some(key),
        Expecting::Version(_) => None,
    }
}

async fn check(place: &Place, steps: &[Step]) {
    let mut model = Model::default();
    let mut journal = place.open().await;
    for step in steps {
        match step {
            Step::Append { now, parts } => {
                let outcome = journal.append(append(*now, model.parts(parts))).await;
                let refused = |error: &AppendError| {
                    use AppendError::{Conflict, Invalid, KeyTaken};
                    assert!(matches!(error, Conflict { .. } | Invalid(_) | KeyTaken { .. }), "{error}");
                };
                let outcome =
                    outcome.inspect_err(refused).ok().map(|appended| (appended.position.0, appended.fresh));
                assert_eq!(outcome, model.append(*now, parts), "{step:?}");
            }
            Step::Redact { position } => {
                let outcome = journal.redact(Position(*position), ActorId::new("p_1"), "asked", at(0)).await;
                let refused = |error: &Error| {
                    use Error::{AlreadyRedacted, NoSuchEvent, RecordOfRedaction};
                    assert!(
                        matches!(error, NoSuchEvent(_) | AlreadyRedacted(_) | RecordOfRedaction(_)),
                        "{error}"
                    );
                };
                let outcome =
                    outcome.inspect_err(refused).ok().map(|appended| (appended.position.0, appended.fresh));
                assert_eq!(outcome, model.redact(*position, 0), "{step:?}");
            }
            Step::Reopen => {
                journal.close().await;
                journal = place.open().await;
            }
        }
    }
    check_reads(&journal, &model).await;
    journal.close().await;
}

async fn check_reads(journal: &Journal, model: &Model) {
    let all = journal.read_all(Position(0), 1000).await.unwrap();
    assert_eq!(told(&all), model.told());
    for stream in STREAMS {
        let read = journal.read_stream(&Stream::new(stream), StreamVersion(0), None).await.unwrap();
        let expect: Vec<_> =
            all.iter().filter(|event| event.envelope.stream.as_str() == stream).cloned().collect();
        assert_eq!(read, expect);
    }
    for moment in [0, 10, 25, 49] {
        let expect = model.events.iter().filter(|event| event.2 <= moment).count() as i64;
        assert_eq!(journal.position_at(at(moment)).await.unwrap(), Position(expect));
    }
    for (index, event) in model.events.iter().enumerate() {
        let raw = journal.raw(Position(index as i64 + 1)).await.unwrap().unwrap();
        let header = Header::read(&raw.header).unwrap();
        assert_eq!((&*header.stream, header.version.0, header.recorded_at), (event.0, event.1, at(event.2)));
    }
    let verification = journal.verify(None).await.unwrap();
    assert_eq!((verification.broken, verification.events), (None, model.events.len() as u64));
    let redacted = model.events.iter().filter(|event| event.4.is_none()).count();
    assert_eq!(verification.redacted.len(), redacted);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_steps_come_to_what_a_list_in_memory_comes_to(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            check(&Place::sqlite(), &steps).await;
            let place = Place::postgres().await;
            check(&place, &steps).await;
            place.remove().await;
        });
    }
}
