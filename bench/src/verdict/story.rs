//! A release late in its cycle: what a large team has on record by then.
//!
//! Invariant: it is told by events alone, as a journal would tell it.

use domain::build::Build;
use domain::cases::Merged;
use domain::change::{ChangeDescription, DONE_BY};
use domain::criteria::preset::{Parameters, find};
use domain::criterion::{Criterion, Definition, Function, Gate, Rule};
use domain::defect::{DefectReport, DefectState, OnBuild, Priority, Severity};
use domain::digest::Digest;
use domain::envelope::{ActorId, Envelope, Position, StreamVersion};
use domain::event::*;
use domain::evidence::{AttestedResult, Counts};
use domain::id::{
    BuildNumber, ChangeKey, Commit, CriterionId, DefectKey, InvalidId, ProductId, ReleaseId, ReleaseName,
    RunId, RunKind, TrackId,
};
use domain::impact::{Impact, Often, Reach};
use domain::listing::List;
use domain::release::Release;
use domain::runs::{MergeKey, Merges, PlanKey};
use domain::time::Time;
use domain::track::TrackDescription;

const MINUTE: i64 = 60_000_000;
const DEFECTS: usize = 2_000;
const CHANGES: usize = 300;
const AREAS: [&str; 6] = ["Sync", "Checkout", "Harbours", "Tides", "Settings", "Maps"];
const DEVICES: [&str; 4] =
    ["iPhone 15 / iOS 18", "iPhone SE / iOS 17", "iPad Air / iPadOS 18", "iPad / iPadOS 17"];

pub(super) struct Story {
    pub(super) release: Release,
    pub(super) merges: Merges,
    pub(super) now: Time,
}

/// What a text is parsed to; the texts here are all well formed.
fn id<T>(parse: fn(&str) -> Result<T, InvalidId>, text: &str) -> T {
    parse(text).unwrap_or_else(|error| panic!("{error}"))
}

impl Story {
    pub(super) fn told() -> Self {
        let ios = id(TrackId::parse, "ios");
        let mut merges = Merges::new();
        let mut events = vec![planned()];
        events.extend(["ios", "watchos"].map(described));
        events.push(Event::DefinitionPutInForce(Definition {
            version: 1,
            criteria: criteria(),
            reason: None,
        }));
        events.extend(
            [("512", 1832), ("514", 1841)].map(|(number, revision)| registered(&ios, number, revision)),
        );
        let (build, reason) = (id(BuildNumber::parse, "514"), None);
        events.push(Event::CandidateNominated(CandidateNominated { track: ios.clone(), build, reason }));
        events.extend((0..DEFECTS).flat_map(|index| defect(&ios, index)));
        events.extend((0..CHANGES).flat_map(change));
        for list in [List::Defects, List::Changes, List::Risks] {
            events.push(Event::ListWhole(ListWhole { list, source: Default::default(), note: None }));
        }
        events.extend(["smoke", "regression", "performance"].map(|kind| ran(&ios, kind, &mut merges)));
        events.extend(DEVICES.map(|device| attested(&ios, device)));
        for function in DONE_BY {
            let (build, notes, provenance) = (id(BuildNumber::parse, "514"), None, Default::default());
            events.push(Event::SignedOff(SignedOff {
                track: ios.clone(),
                build,
                function,
                notes,
                provenance,
            }));
        }
        let now = Time::from_micros((events.len() as i64 + 60) * MINUTE);
        let release = Release::fold(events.into_iter().enumerate().map(enveloped));
        let release = release.unwrap_or_else(|| panic!("the first event plans a release"));
        Self { release, merges, now }
    }
}

fn enveloped((index, event): (usize, Event)) -> (Envelope, Event) {
    let position = index as i64 + 1;
    let (kind, kind_version) = event.kind();
    let release =
        ReleaseId { product: id(ProductId::parse, "tidewatch"), name: id(ReleaseName::parse, "2026.12") };
    let at = Time::from_micros(position * MINUTE);
    let envelope = Envelope {
        position: Position(position),
        stream: release.stream(),
        version: StreamVersion(position),
        kind: kind.into(),
        kind_version,
        actor: ActorId::new("somebody"),
        occurred_at: at,
        recorded_at: at,
    };
    (envelope, event)
}

fn planned() -> Event {
    Event::ReleasePlanned(ReleasePlanned {
        product: id(ProductId::parse, "tidewatch"),
        name: id(ReleaseName::parse, "2026.12"),
        description: ReleaseDescribed {
            product_name: "Tidewatch".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            kinds: Vec::new(),
            policy: Default::default(),
            version: "4.2.0".to_owned(),
        },
    })
}

fn described(track: &str) -> Event {
    Event::TrackDescribed(TrackDescription {
        id: id(TrackId::parse, track),
        name: track.to_owned(),
        store: None,
        devices: DEVICES.map(str::to_owned).to_vec(),
        shares_submission_with: None,
    })
}

fn registered(track: &TrackId, number: &str, revision: i64) -> Event {
    let build = Build {
        version: "4.2.0".to_owned(),
        number: id(BuildNumber::parse, number),
        commit: id(Commit::parse, "9be27d1"),
        revision: Some(revision),
        artifact: None,
    };
    Event::BuildRegistered(BuildRegistered { track: track.clone(), build })
}

/// Nine defects of ten are mended; of those that are open, most are told as users feel them.
fn defect(track: &TrackId, index: usize) -> Vec<Event> {
    let defect = id(DefectKey::parse, &format!("TW-{index}"));
    let (state, fixed) = match index % 10 {
        0 => (DefectState::Open, None),
        1 => (DefectState::Resolved, Some("514")),
        _ => (DefectState::Verified, Some("512")),
    };
    let on = |build: &str| OnBuild { track: track.clone(), build: id(BuildNumber::parse, build) };
    let report = DefectReport {
        title: format!("Something is not as it should be, number {index}"),
        severity: Severity::ALL.get(index % 4).map(|(_, severity)| *severity),
        priority: Priority::ALL.get(index / 4 % 4).map(|(_, priority)| *priority),
        state,
        tracks: vec![track.clone()],
        areas: vec![AREAS[index % AREAS.len()].to_owned()],
        found_in: vec![on("512")],
        fixed_in: fixed.map(on).into_iter().collect(),
        ..DefectReport::default()
    };
    let (source, reason) = (Default::default(), None);
    let reported =
        Event::DefectReported(Box::new(DefectReported { defect: defect.clone(), report, source, reason }));
    let impact = Impact {
        experience: "runners see their last route instead of the new one".to_owned(),
        reach: Reach::Some,
        often: Often::Sometimes,
        frequency: "4 of 212 syncs in the beta".to_owned(),
        circumstances: "after a run without a phone nearby".to_owned(),
        workaround: None,
    };
    let translated = Event::DefectTranslated(DefectTranslated { defect, impact });
    let is_told = !index.is_multiple_of(20);
    [reported].into_iter().chain(is_told.then_some(translated)).collect()
}

fn change(index: usize) -> Vec<Event> {
    let change = id(ChangeKey::parse, &format!("TW-C{index}"));
    let description = ChangeDescription {
        title: format!("A change that users wait for, number {index}"),
        priority: Priority::ALL.get(index % 4).map(|(_, priority)| *priority),
        areas: vec![AREAS[index % AREAS.len()].to_owned()],
        ..ChangeDescription::default()
    };
    let (source, reason) = (Default::default(), None);
    let described = ChangeDescribed { change: change.clone(), description, source, reason };
    let said = DONE_BY
        .into_iter()
        .filter(|function| !index.is_multiple_of(20) || *function != Function::Qa)
        .map(|function| {
            let (change, notes, provenance) = (change.clone(), None, Default::default());
            Event::ChangeSaid(ChangeSaid { change, function, done: true, notes, provenance })
        });
    [Event::ChangeDescribed(described)].into_iter().chain(said).collect()
}

fn ran(track: &TrackId, kind: &str, merges: &mut Merges) -> Event {
    let digest = Digest::of(kind.as_bytes());
    let merged = Merged {
        cases: 4_719,
        passed: 4_719,
        planned: Some(4_719),
        covered: 4_719,
        duration_s: 900.0,
        ..Merged::default()
    };
    for plan in [PlanKey::None, PlanKey::Run(vec![vec![digest]])] {
        merges.insert(MergeKey { ingests: vec![vec![digest]], plan }, Ok(merged.clone()));
    }
    Event::RunIngested(Box::new(RunIngested {
        track: track.clone(),
        build: id(BuildNumber::parse, "514"),
        kind: id(RunKind::parse, kind),
        run: id(RunId::parse, "nightly-4411"),
        device: None,
        complete: true,
        counts: Counts { cases: 4_719, passed: 4_719, ..Counts::default() },
        files: 60,
        bytes: 1 << 20,
        reports: digest,
        cases: digest,
        metrics: [("cold_start_p90_ms".to_owned(), 1640.0)].into(),
    }))
}

fn attested(track: &TrackId, device: &str) -> Event {
    Event::DeviceAttested(DeviceAttested {
        track: track.clone(),
        build: id(BuildNumber::parse, "514"),
        device: device.to_owned(),
        result: AttestedResult::Passed,
        notes: None,
        photos: Vec::new(),
        provenance: Default::default(),
    })
}

/// Every preset, some of them twice, and what a team writes itself.
fn criteria() -> Vec<Criterion> {
    let of = |severity: &[Severity], by: Option<Function>| Parameters {
        severity: severity.to_vec(),
        by,
        ..Parameters::default()
    };
    let presets = [
        ("smoke-passed", of(&[], None)),
        ("regression-complete", of(&[], None)),
        ("platform-validation-complete", of(&[], None)),
        ("flaky-rate", of(&[], None)),
        ("plan-coverage", of(&[], None)),
        ("test-summary-written", of(&[], None)),
        ("no-open-defects", of(&[], None)),
        ("no-open-defects", of(&[Severity::Medium], None)),
        ("defects-have-impact", of(&[], None)),
        ("defects-have-impact", of(&[Severity::Medium], None)),
        ("changes-done", of(&[], None)),
        ("sign-off", of(&[], Some(Function::Qa))),
        ("sign-off", of(&[], Some(Function::Product))),
        ("sign-off", of(&[], Some(Function::Engineering))),
        ("no-likely-risks", of(&[], None)),
    ];
    let presets = presets.into_iter().filter_map(|(name, parameters)| {
        let preset = find(name)?;
        Some((preset.title(&parameters), preset.rule(&parameters), Some(name.to_owned())))
    });
    let own = [
        "size(defects.filter(d, d.open && d.regression)) == 0",
        "changes.all(c, c.engineering)",
        "candidate.age_hours < 720.0",
        "runs.performance.metrics.cold_start_p90_ms < 2000.0",
        "!defects.exists(d, d.open && d.priority == \"p1\" && d.severity == \"critical\")",
        "!defects.exists(d, d.open && \"Maps\" in d.areas && d.severity == \"critical\")",
        "runs.regression.duration_s < 3600.0",
        "runs.smoke.cases >= 3",
        "runs.regression.skipped < 10",
        "changes.filter(c, c.priority == \"p1\" && !c.qa).size() < 20",
    ];
    let own = own.into_iter().map(|source| (source.to_owned(), Rule::Holds(source.to_owned()), None));
    let all = presets.chain(own).enumerate().map(|(index, (title, rule, preset))| Criterion {
        id: id(CriterionId::parse, &format!("criterion-{index}")),
        title,
        owner: Function::Qa,
        waivable_by: vec![Function::Product],
        gate: Gate::Submission,
        tracks: None,
        rule,
        preset,
        max_age_hours: None,
    });
    all.collect()
}
