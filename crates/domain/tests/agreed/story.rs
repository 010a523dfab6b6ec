//! A release with two tracks and a definition, told event by event, an hour apart, by whoever acts.

use domain::build::Build;
use domain::command::Settled;
use domain::criterion::{Criterion, Definition, Function, Gate, Rule};
use domain::defect::{DefectReport, OnBuild, Severity, Source};
use domain::digest::Digest;
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::{
    BuildRegistered, DefectReported, DeviceAttested, Event, ReleaseDescribed, ReleasePlanned, RunIngested,
    SummaryWritten,
};
use domain::evidence::{AttestedResult, Counts};
use domain::id::{
    BuildNumber, Commit, CriterionId, DefectKey, ProductId, ReleaseName, RunId, RunKind, TrackId,
};
use domain::refusal::{Refusal, RefusalKind};
use domain::release::Release;
use domain::speaker::Speaker;
use domain::time::Time;
use domain::track::TrackDescription;

pub(crate) const HOUR: i64 = 3_600_000_000;

pub(crate) fn at(hours: i64) -> Time {
    Time::from_micros(hours * HOUR)
}

pub(crate) fn ios() -> TrackId {
    TrackId::parse("ios").unwrap()
}

pub(crate) fn wear() -> TrackId {
    TrackId::parse("wearos").unwrap()
}

pub(crate) fn number(build: &str) -> BuildNumber {
    BuildNumber::parse(build).unwrap()
}

pub(crate) fn id(criterion: &str) -> CriterionId {
    CriterionId::parse(criterion).unwrap()
}

pub(crate) fn key(defect: &str) -> DefectKey {
    DefectKey::parse(defect).unwrap()
}

pub(crate) fn actor(name: &str) -> ActorId {
    ActorId::new(name)
}

/// Somebody who speaks for these functions, for themselves.
pub(crate) fn speaker(name: &str, functions: &[Function]) -> Speaker {
    Speaker { actor: actor(name), behalf: None, functions: Some(functions.to_vec()) }
}

pub(crate) fn criterion(id: &str, title: &str, waivable_by: &[Function]) -> Criterion {
    Criterion {
        id: CriterionId::parse(id).unwrap(),
        title: title.to_owned(),
        owner: Function::Qa,
        waivable_by: waivable_by.to_vec(),
        gate: Gate::Submission,
        tracks: None,
        rule: Rule::Holds("runs.smoke.failed == 0".to_owned()),
        preset: None,
        max_age_hours: None,
    }
}

#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) release: Release,
    pub(crate) hours: i64,
}

impl Story {
    /// Two tracks; builds 512, 514 and 515 on iOS, 512 is the candidate; "smoke" may be waived by product and engineering,
    /// "own" by nobody, "wear" is for Wear OS alone.
    pub(crate) fn new() -> Self {
        let planned = Event::ReleasePlanned(ReleasePlanned {
            product: ProductId::parse("tidewatch").unwrap(),
            name: ReleaseName::parse("2026.12").unwrap(),
            description: ReleaseDescribed {
                product_name: "Tidewatch".to_owned(),
                zone: "UTC".to_owned(),
                kinds: vec![],
                version: "4.2.0".to_owned(),
                policy: Default::default(),
            },
        });
        let release = Release::begin(&envelope(1, 0, "ada", &planned), planned).unwrap();
        let mut story = Self { release, hours: 0 };
        for (track, name, devices) in
            [(ios(), "iOS", ["iPhone", "iPad"]), (wear(), "Wear OS", ["Pixel Watch", "iPad"])]
        {
            story.happens(
                "ada",
                Event::TrackDescribed(TrackDescription {
                    id: track,
                    name: name.to_owned(),
                    store: None,
                    devices: devices.map(str::to_owned).to_vec(),
                    shares_submission_with: None,
                }),
            );
        }
        let mut wear_only = criterion("wear", "Tiles load", &[Function::Product]);
        wear_only.tracks = Some(vec![wear()]);
        story.define(vec![
            criterion("smoke", "Smoke passed", &[Function::Product, Function::Engineering]),
            criterion("own", "Privacy reviewed", &[]),
            wear_only,
        ]);
        for (track, build, revision) in [
            (ios(), "512", Some(100)),
            (ios(), "514", Some(109)),
            (ios(), "515", None),
            (wear(), "900", None),
        ] {
            story.register(&track, build, revision);
        }
        let settled =
            domain::command::candidate::nominate(&story.release, &ios(), &number("512"), None, None);
        story.settles("ada", settled);
        story
    }

    pub(crate) fn define(&mut self, criteria: Vec<Criterion>) -> Position {
        let version = self.release.definitions.len() as i64 + 1;
        let reason = (version > 1).then(|| "the beta taught us".to_owned());
        self.happens("ada", Event::DefinitionPutInForce(Definition { version, criteria, reason }))
    }

    pub(crate) fn register(&mut self, track: &TrackId, build: &str, revision: Option<i64>) {
        let build = Build {
            version: "4.2.0".to_owned(),
            number: number(build),
            commit: Commit::parse("9be27d1").unwrap(),
            revision,
            artifact: None,
        };
        self.happens("ada", Event::BuildRegistered(BuildRegistered { track: track.clone(), build }));
    }

    pub(crate) fn now(&self) -> Time {
        at(self.hours)
    }

    pub(crate) fn happens(&mut self, actor: &str, event: Event) -> Position {
        self.hours += 1;
        let position = self.release.position.0 + 1;
        let envelope = envelope(position, self.hours, actor, &event);
        self.release.apply(&envelope, event);
        Position(position)
    }

    /// Folds what was decided, and returns the position of the last event.
    #[track_caller]
    pub(crate) fn settles(&mut self, actor: &str, settled: Result<Settled, Refusal>) -> Position {
        match settled {
            Ok(Settled::New(events)) => {
                events.into_iter().fold(Position(0), |_, event| self.happens(actor, event))
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn nominate(&mut self, build: &str) -> Position {
        let settled = domain::command::candidate::nominate(
            &self.release,
            &ios(),
            &number(build),
            None,
            Some("a crash on start is mended"),
        );
        self.settles("ada", settled)
    }

    pub(crate) fn run(&mut self, build: &str, kind: &str, device: Option<&str>) -> Position {
        let digest = Digest::of(format!("{build}{kind}{}", self.hours).as_bytes());
        let run = RunIngested {
            track: ios(),
            build: number(build),
            kind: RunKind::parse(kind).unwrap(),
            run: RunId::parse("nightly").unwrap(),
            device: device.map(str::to_owned),
            complete: false,
            counts: Counts::default(),
            files: 1,
            bytes: 1,
            reports: digest,
            cases: digest,
            metrics: Default::default(),
        };
        self.happens("ci", Event::RunIngested(Box::new(run)))
    }

    pub(crate) fn check(&mut self, build: &str, device: &str) -> Position {
        let attested = DeviceAttested {
            track: ios(),
            build: number(build),
            device: device.to_owned(),
            result: AttestedResult::Passed,
            notes: None,
            photos: Vec::new(),
            provenance: Default::default(),
        };
        self.happens("jo", Event::DeviceAttested(attested))
    }

    pub(crate) fn summary(&mut self, build: &str) -> Position {
        let (track, build, provenance) = (ios(), number(build), Default::default());
        let written = SummaryWritten { track, build, text: Digest::ZERO, words: 9, provenance };
        self.happens("jo", Event::SummaryWritten(written))
    }

    pub(crate) fn defect(&mut self, defect: &str, severity: Severity, fixed_in: Option<&str>) -> Position {
        let on = |build: &str| OnBuild { track: ios(), build: number(build) };
        let report = DefectReport {
            title: "Old route after sync".to_owned(),
            severity: Some(severity),
            tracks: vec![ios()],
            fixed_in: fixed_in.map(on).into_iter().collect(),
            ..Default::default()
        };
        let reported = DefectReported { defect: key(defect), report, source: Source::Hand, reason: None };
        self.happens("jo", Event::DefectReported(Box::new(reported)))
    }
}

pub(crate) fn envelope(position: i64, hours: i64, by: &str, event: &Event) -> Envelope {
    let (kind, kind_version) = event.kind();
    Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: kind.into(),
        kind_version,
        actor: actor(by),
        occurred_at: at(hours),
        recorded_at: at(hours),
    }
}

/// Checks that something was refused, as what, and with a sentence that says so.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(decided: Result<T, Refusal>, kind: RefusalKind, part: &str) {
    let refusal = decided.unwrap_err();
    assert!(refusal.sentence.contains(part), "{refusal}");
    assert_eq!(refusal.kind, kind, "{refusal}");
    assert!(refusal.sentence.ends_with(['.', '?']), "{refusal}");
}
