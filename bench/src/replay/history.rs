//! A history to replay: twenty releases of four tracks, with builds, runs, device checks, summaries.
//!
//! Invariant: the same number of events is always the same history.

use std::sync::Arc;

use anyhow::Context;
use domain::build::Build;
use domain::digest::Digest;
use domain::envelope::{ActorId, Position};
use domain::event::{
    BuildRegistered, CandidateNominated, DeviceAttested, Event, EvidenceWithdrawn, ReleaseDescribed,
    ReleasePlanned, RunIngested, SummaryWritten,
};
use domain::evidence::{AttestedResult, Counts};
use domain::id::{BuildNumber, ReleaseId, TrackId};
use domain::time::Time;
use domain::track::TrackDescription;
use domain::voice::Provenance;
use journal::{Append, Expect, Journal, NewEvent, Part};

use crate::figures::say;

const RELEASES: i64 = 20;
/// Events appended at once.
const ROUND: i64 = 2_000;
const TRACKS: [&str; 4] = ["ios", "android", "watchos", "wearos"];
const KINDS: [&str; 5] = ["smoke", "regression", "platform", "exploratory", "performance"];
const DEVICES: [&str; 4] =
    ["iPhone 15 / iOS 18", "iPhone SE / iOS 17", "Pixel 8 / Android 15", "Galaxy Watch 6 / Wear OS 5"];
/// The moment of the first event, in microseconds of UTC.
const BEGINNING: i64 = 1_764_000_000_000_000;

/// Brings a journal up to so many events.
pub(super) async fn fill(journal: &Journal, events: i64) -> anyhow::Result<()> {
    let head = async || anyhow::Ok(journal.head().await?.map_or(0, |head| head.position.0));
    let mut position = head().await?;
    if position < events {
        say(&format!("appending {} events", events - position));
    }
    while position < events {
        let round = position / ROUND;
        let release: ReleaseId = format!("tidewatch/2026.{}", round % RELEASES + 1).parse()?;
        let mut history = History { state: round as u64 + 1, next: position + 1 };
        let mut told = if round < RELEASES { history.beginning(&release)? } else { Vec::new() };
        while (told.len() as i64) < ROUND {
            history.next = position + 1 + told.len() as i64;
            told.push(history.event()?);
        }
        let now = Time::from_micros(BEGINNING + position * 1_000);
        let event = |event: Event| {
            let (kind, kind_version) = event.kind();
            NewEvent { kind: Arc::from(kind), kind_version, occurred_at: now, payload: event.payload() }
        };
        let events = told.into_iter().map(event).collect();
        let part =
            Part { stream: release.stream(), expect: Expect::Fact { key: format!("round {round}") }, events };
        journal
            .append(Append {
                actor: ActorId::new("a2f1c3d4e5f60718293a4b5c6d7e8f90"),
                now,
                parts: vec![part],
                outbox: Vec::new(),
            })
            .await?;
        position = head().await?;
    }
    Ok(())
}

struct History {
    state: u64,
    /// The position of the event that is told next.
    next: i64,
}

impl History {
    /// Returns a number below another, by a generator that is small and always the same.
    fn below(&mut self, end: u64) -> u64 {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % end
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }

    fn beginning(&mut self, release: &ReleaseId) -> anyhow::Result<Vec<Event>> {
        let description = ReleaseDescribed {
            product_name: "Tidewatch".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            policy: Default::default(),
            kinds: Vec::new(),
            version: "4.2.0".to_owned(),
        };
        let (product, name) = (release.product.clone(), release.name.clone());
        let mut events = vec![Event::ReleasePlanned(ReleasePlanned { product, name, description })];
        for track in TRACKS {
            let devices = DEVICES.map(str::to_owned).into();
            let (id, name) = (TrackId::parse(track)?, track.to_owned());
            events.push(Event::TrackDescribed(TrackDescription {
                id,
                name,
                store: None,
                devices,
                shares_submission_with: None,
            }));
        }
        Ok(events)
    }

    fn event(&mut self) -> anyhow::Result<Event> {
        let track = TrackId::parse(self.of(&TRACKS))?;
        let build = BuildNumber::parse(&(500 + self.below(40)).to_string())?;
        Ok(match self.below(1_000) {
            0..600 => Event::RunIngested(Box::new(self.run(track, build)?)),
            600..950 => Event::DeviceAttested(DeviceAttested {
                track,
                build,
                device: self.of(&DEVICES).to_owned(),
                result: if self.below(20) == 0 { AttestedResult::Failed } else { AttestedResult::Passed },
                notes: (self.below(4) == 0)
                    .then(|| "Crown scroll stutters after waking from sleep".to_owned()),
                photos: Vec::new(),
                provenance: Provenance::default(),
            }),
            950..970 => Event::SummaryWritten(SummaryWritten {
                track,
                build,
                text: self.digest(),
                words: 214,
                provenance: Provenance::default(),
            }),
            970..990 => {
                let build = serde_json::json!({ "number": build, "version": "4.2.0", "commit": "9be27d1" });
                let build: Build = serde_json::from_value(build).context("a build")?;
                Event::BuildRegistered(BuildRegistered { track, build })
            }
            990..998 => Event::CandidateNominated(CandidateNominated { track, build, reason: None }),
            _ => Event::EvidenceWithdrawn(EvidenceWithdrawn {
                evidence: Position(self.next - 1 - self.below(100) as i64),
                reason: "It ran on the wrong build".to_owned(),
            }),
        })
    }

    fn run(&mut self, track: TrackId, build: BuildNumber) -> anyhow::Result<RunIngested> {
        let (failed, skipped, flaky) = (self.below(9) as i64, self.below(30) as i64, self.below(4) as i64);
        let cases = 400 + self.below(4_000) as i64;
        let passed = cases - failed - skipped;
        let counts = Counts {
            suites: cases / 20,
            cases,
            attempts: cases + flaky,
            passed,
            failed,
            errored: 0,
            skipped,
            flaky,
            duration_s: self.below(1_000_000) as f64 / 1e3,
        };
        Ok(RunIngested {
            track,
            build,
            kind: self.of(&KINDS).parse()?,
            run: format!("nightly-{}", self.below(10_000)).parse()?,
            device: (self.below(5) == 0).then(|| self.of(&DEVICES).to_owned()),
            complete: self.below(10) == 0,
            counts,
            files: 12,
            bytes: cases * 206,
            reports: self.digest(),
            cases: self.digest(),
            metrics: Default::default(),
        })
    }

    fn digest(&mut self) -> Digest {
        Digest(std::array::from_fn(|_| self.below(256) as u8))
    }
}
