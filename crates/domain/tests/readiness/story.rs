//! A release with one track, told event by event, and what its criteria come to.

use domain::build::Build;
use domain::cases::{Merged, Note};
use domain::criteria::expression::Expression;
use domain::criteria::fact::Fact;
use domain::criteria::kleene::{Evaluation, evaluate};
use domain::criteria::preset::{Parameters, find};
use domain::criterion::{Criterion, Definition, Function, Gate, Rule};
use domain::digest::Digest;
use domain::envelope::{ActorId, Envelope, Position, StreamVersion};
use domain::event::{
    BuildRegistered, CandidateNominated, DeviceAttested, Event, ReleaseDescribed, ReleasePlanned,
    RunIngested, SummaryWritten,
};
use domain::evidence::{AttestedResult, Counts};
use domain::id::{BuildNumber, Commit, CriterionId, ProductId, ReleaseName, RunId, RunKind, TrackId};
use domain::readiness::{TrackReadiness, Verdict, judge};
use domain::release::Release;
use domain::runs::{MergeKey, Merges, PlanKey};
use domain::time::Time;
use domain::track::TrackDescription;

pub(crate) const HOUR: i64 = 3_600_000_000;

/// A release with one track, told event by event, one hour apart.
pub(crate) struct Story {
    pub(crate) events: Vec<(Envelope, Event)>,
    pub(crate) hours: i64,
    pub(crate) merges: Merges,
}

pub(crate) fn track() -> TrackId {
    TrackId::parse("ios").unwrap()
}

pub(crate) fn number(build: &str) -> BuildNumber {
    BuildNumber::parse(build).unwrap()
}

impl Story {
    pub(crate) fn new(criteria: Vec<Criterion>) -> Self {
        let mut story = Self { events: Vec::new(), hours: 0, merges: Merges::new() };
        story.happens(Event::ReleasePlanned(ReleasePlanned {
            product: ProductId::parse("tidewatch").unwrap(),
            name: ReleaseName::parse("2026.12").unwrap(),
            description: ReleaseDescribed {
                product_name: "Tidewatch".to_owned(),
                zone: "UTC".to_owned(),
                kinds: vec![],
                version: "4.2.0".to_owned(),
                policy: Default::default(),
            },
        }));
        story.happens(Event::TrackDescribed(TrackDescription {
            id: track(),
            name: "iOS".to_owned(),
            store: None,
            devices: vec!["iPhone".to_owned(), "iPad".to_owned()],
            shares_submission_with: None,
        }));
        if !criteria.is_empty() {
            let definition = Definition { version: 1, criteria, reason: None };
            story.happens(Event::DefinitionPutInForce(definition));
        }
        for (build, revision) in [("512", 1832), ("514", 1841)] {
            story.happens(Event::BuildRegistered(BuildRegistered {
                track: track(),
                build: Build {
                    version: "4.2.0".to_owned(),
                    number: number(build),
                    commit: Commit::parse("9be27d1").unwrap(),
                    revision: Some(revision),
                    artifact: None,
                },
            }));
        }
        story
    }

    pub(crate) fn happens(&mut self, event: Event) -> Position {
        self.hours += 1;
        let position = Position(self.events.len() as i64 + 1);
        let (kind, kind_version) = event.kind();
        let envelope = Envelope {
            position,
            stream: domain::envelope::Stream::new("release/tidewatch/2026.12"),
            version: StreamVersion(position.0),
            kind: kind.into(),
            kind_version,
            actor: ActorId::new("somebody"),
            occurred_at: Time::from_micros(self.hours * HOUR),
            recorded_at: Time::from_micros(self.hours * HOUR),
        };
        self.events.push((envelope, event));
        position
    }

    pub(crate) fn nominate(&mut self, build: &str) {
        self.happens(Event::CandidateNominated(CandidateNominated {
            track: track(),
            build: number(build),
            reason: None,
        }));
    }

    /// Ingests a run whose merge will come to `merged`, whatever its plan.
    pub(crate) fn run(
        &mut self,
        build: &str,
        kind: &str,
        device: Option<&str>,
        complete: bool,
        merged: Merged,
    ) -> Position {
        let digest = Digest::of(format!("{build}{kind}{}", self.hours).as_bytes());
        for plan in [PlanKey::None, PlanKey::Run(vec![vec![digest]]), PlanKey::List(Digest::of(b"plan"))] {
            self.merges.insert(MergeKey { ingests: vec![vec![digest]], plan }, Ok(merged.clone()));
        }
        self.happens(Event::RunIngested(Box::new(RunIngested {
            track: track(),
            build: number(build),
            kind: RunKind::parse(kind).unwrap(),
            run: RunId::parse("r1").unwrap(),
            device: device.map(str::to_owned),
            complete,
            counts: Counts { cases: merged.cases, skipped: merged.skipped, ..Counts::default() },
            files: 1,
            bytes: 1,
            reports: digest,
            cases: digest,
            metrics: [("cold_ms".to_owned(), 1640.0)].into(),
        })))
    }

    pub(crate) fn attest(&mut self, build: &str, device: &str, result: AttestedResult) -> Position {
        let (track, build, device) = (track(), number(build), device.to_owned());
        self.happens(Event::DeviceAttested(DeviceAttested {
            track,
            build,
            device,
            result,
            notes: None,
            photos: Vec::new(),
            provenance: Default::default(),
        }))
    }

    pub(crate) fn release(&self) -> Release {
        Release::fold(self.events.iter().cloned()).unwrap()
    }

    pub(crate) fn summarize(&mut self, build: &str, words: i64) {
        let text = Digest::of(b"text");
        self.happens(Event::SummaryWritten(SummaryWritten {
            track: track(),
            build: number(build),
            text,
            words,
            provenance: Default::default(),
        }));
    }

    /// Judges every track so many hours after the last event.
    fn judge_at<T>(&self, hours: i64, look: impl FnOnce(Vec<TrackReadiness<'_>>) -> T) -> T {
        let release = self.release();
        let now = Time::from_micros((self.hours + hours) * HOUR);
        let evaluate = |rule: &Rule, facts: &Fact| match Expression::compile(rule.source()) {
            Ok(expression) => evaluate(&expression, facts),
            Err(error) => Evaluation::Broken(error.to_string()),
        };
        look(
            release.live_tracks().map(|track| judge(&release, track, now, &self.merges, &evaluate)).collect(),
        )
    }

    pub(crate) fn judge_all<T>(&self, look: impl FnOnce(Vec<TrackReadiness<'_>>) -> T) -> T {
        self.judge_at(0, look)
    }

    pub(crate) fn judge_after<T>(&self, hours: i64, look: impl FnOnce(TrackReadiness<'_>) -> T) -> T {
        self.judge_at(hours, |judged| look(judged.into_iter().next().unwrap()))
    }

    pub(crate) fn judge<T>(&self, look: impl FnOnce(TrackReadiness<'_>) -> T) -> T {
        self.judge_after(0, look)
    }

    pub(crate) fn judged(&self, after_hours: i64) -> Vec<String> {
        self.judge_after(after_hours, lines)
    }

    #[track_caller]
    pub(crate) fn check(&self, expect: &[&str]) {
        assert_eq!(self.judged(0), expect);
    }
}

pub(crate) fn preset(name: &str) -> Criterion {
    let (preset, parameters) = (find(name).unwrap(), Parameters::default());
    Criterion {
        id: CriterionId::parse(name).unwrap(),
        title: preset.title(&parameters),
        owner: preset.owner,
        waivable_by: vec![],
        gate: Gate::Submission,
        tracks: None,
        rule: preset.rule(&parameters),
        preset: Some(name.to_owned()),
        max_age_hours: None,
    }
}

pub(crate) fn own(holds: &str) -> Criterion {
    Criterion {
        id: CriterionId::parse("own").unwrap(),
        title: "own".to_owned(),
        owner: Function::Qa,
        preset: None,
        rule: Rule::Holds(holds.to_owned()),
        ..preset("smoke-passed")
    }
}

pub(crate) fn passed(cases: i64) -> Merged {
    Merged { cases, passed: cases, planned: Some(cases), covered: cases, ..Merged::default() }
}

pub(crate) fn failed(cases: i64, names: &[&str]) -> Merged {
    let failures = names.iter().map(|name| Note { name: (*name).to_owned(), ..Note::default() }).collect();
    let failed = names.len() as i64;
    Merged {
        cases,
        passed: cases - failed,
        failed,
        failures,
        planned: Some(cases),
        covered: cases,
        ..Merged::default()
    }
}

fn lines(judged: TrackReadiness<'_>) -> Vec<String> {
    let mut lines = vec![judged.readiness.label().to_owned()];
    lines.extend(judged.note);
    for judged in judged.criteria {
        let verdict = match judged.verdict {
            Verdict::Met => "met",
            Verdict::Waived => "waived",
            Verdict::Unknown => "unknown",
            Verdict::NotMet => "not met",
        };
        lines.push(format!("{} {verdict}: {}", judged.criterion.id, judged.reasons.join(" | ")));
    }
    lines
}
