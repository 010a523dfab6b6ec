//! A release told from the start, so that tests can say what happens next.

use domain::build::Build;
use domain::command::Settled;
use domain::defect::{DefectReport, DefectState, OnBuild, Source};
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::{
    BuildRegistered, CandidateNominated, DefectReported, Event, ReleaseDescribed, ReleasePlanned,
};
use domain::id::{BuildNumber, Commit, DefectKey, ProductId, ReleaseName, TrackId};
use domain::policy::Policy;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::speaker::Speaker;
use domain::time::Time;
use domain::track::TrackDescription;

pub(crate) const ADA: &str = "ada";

pub(crate) fn track(id: &str) -> TrackId {
    TrackId::parse(id).unwrap()
}

pub(crate) fn key(key: &str) -> DefectKey {
    DefectKey::parse(key).unwrap()
}

pub(crate) fn number(number: &str) -> BuildNumber {
    BuildNumber::parse(number).unwrap()
}

pub(crate) fn at(micros: i64) -> Time {
    Time::from_micros(micros)
}

/// Somebody without an account: nobody has said what they speak for.
pub(crate) fn speaker(actor: &str) -> Speaker {
    Speaker { actor: ActorId::new(actor), behalf: None, functions: None }
}

/// What a tracker has of a defect, from a few words: `title tracks=ios,wearos areas=Sync found=ios:514 fixed=ios:515
/// state=resolved dup=TW-1`.
pub(crate) fn reported(words: &str) -> DefectReport {
    let mut report = DefectReport::default();
    let builds = |list: &str| {
        let on = list.split(',').filter_map(|on| on.split_once(':'));
        on.map(|(on, build)| OnBuild { track: track(on), build: number(build) }).collect()
    };
    let mut title = Vec::new();
    for word in words.split_whitespace() {
        match word.split_once('=') {
            None => title.push(word),
            Some(("tracks", list)) => report.tracks = list.split(',').map(track).collect(),
            Some(("areas", list)) => report.areas = list.split(',').map(str::to_owned).collect(),
            Some(("found", list)) => report.found_in = builds(list),
            Some(("fixed", list)) => report.fixed_in = builds(list),
            Some(("state", state)) => report.state = DefectState::parse(state).unwrap(),
            Some(("dup", of)) => report.duplicate_of = Some(key(of)),
            Some((what, _)) => panic!("{what} is nothing of a defect"),
        }
    }
    report.title = title.join(" ");
    report
}

/// A release with the tracks iOS, Android and Wear OS, of which iOS and Wear OS ship the area Sync.
pub(crate) struct Story {
    pub(crate) release: Release,
}

impl Story {
    pub(crate) fn begin() -> Self {
        let policy = Policy {
            areas: [("Sync".to_owned(), vec![track("ios"), track("wearos")])].into(),
            ..Policy::default()
        };
        let planned = Event::ReleasePlanned(ReleasePlanned {
            product: ProductId::parse("tidewatch").unwrap(),
            name: ReleaseName::parse("2026.12").unwrap(),
            description: ReleaseDescribed {
                product_name: "Tidewatch".to_owned(),
                zone: "Europe/Berlin".to_owned(),
                kinds: Vec::new(),
                policy,
                version: "4.2.0".to_owned(),
            },
        });
        let release = Release::begin(&envelope(1, ADA, &planned), planned).unwrap();
        let mut story = Self { release };
        for (id, name) in [("ios", "iOS"), ("android", "Android"), ("wearos", "Wear OS")] {
            story.happens(Event::TrackDescribed(TrackDescription {
                id: track(id),
                name: name.to_owned(),
                store: None,
                devices: Vec::new(),
                shares_submission_with: None,
            }));
        }
        story
    }

    pub(crate) fn happens(&mut self, event: Event) -> Position {
        self.happens_by(ADA, event)
    }

    pub(crate) fn happens_by(&mut self, actor: &str, event: Event) -> Position {
        let position = self.release.position.0 + 1;
        let envelope = envelope(position, actor, &event);
        self.release.apply(&envelope, event);
        Position(position)
    }

    pub(crate) fn build(&mut self, on: &str, build: &str, revision: Option<i64>) {
        self.happens(Event::BuildRegistered(BuildRegistered {
            track: track(on),
            build: Build {
                version: "4.2.0".to_owned(),
                number: number(build),
                commit: Commit::parse("9be27d1").unwrap(),
                revision,
                artifact: None,
            },
        }));
    }

    pub(crate) fn candidate(&mut self, on: &str, build: &str) {
        self.happens(Event::CandidateNominated(CandidateNominated {
            track: track(on),
            build: number(build),
            reason: None,
        }));
    }

    /// Records a defect as a tracker has it, unchecked.
    pub(crate) fn defect(&mut self, name: &str, words: &str) {
        self.happens(Event::DefectReported(Box::new(DefectReported {
            defect: key(name),
            report: reported(words),
            source: Source::Hand,
            reason: None,
        })));
    }

    /// Carries out what was decided; tells what came of it, or why not.
    pub(crate) fn settle(&mut self, settled: Result<Settled, Refusal>) -> String {
        match settled {
            Ok(Settled::New(events)) => {
                let told: Vec<&str> = events.iter().map(|event| event.kind().0).collect();
                let told = told.join(", ");
                for event in events {
                    self.happens(event);
                }
                told
            }
            Ok(Settled::Already(position)) => format!("already {position}"),
            Err(refusal) => format!("{:?}: {}", refusal.kind, refusal.sentence),
        }
    }
}

fn envelope(position: i64, actor: &str, event: &Event) -> Envelope {
    let (kind, kind_version) = event.kind();
    Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: kind.into(),
        kind_version,
        actor: ActorId::new(actor),
        occurred_at: at(position),
        recorded_at: at(position),
    }
}
