//! Four tracks with a candidate each: watchOS ships inside the submission of iOS.

use domain::build::Build;
use domain::command::submission::{self, Word};
use domain::command::{Settled, candidate, course, handoff};
use domain::course::{Phase, phase};
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::{BuildRegistered, Event, HandoffAnswer, ReleaseDescribed, ReleasePlanned, Turn};
use domain::handoff::Item;
use domain::id::{BuildNumber, Commit, ProductId, ReleaseName, TrackId};
use domain::refusal::Refusal;
use domain::release::Release;
use domain::speaker::Speaker;
use domain::time::Time;
use domain::track::TrackDescription;

const HOUR: i64 = 3_600_000_000;

pub(crate) fn track(id: &str) -> TrackId {
    TrackId::parse(id).unwrap()
}

pub(crate) fn number(build: &str) -> BuildNumber {
    BuildNumber::parse(build).unwrap()
}

pub(crate) fn speaker(name: &str) -> Speaker {
    Speaker { actor: ActorId::new(name), behalf: None, functions: None }
}

pub(crate) fn line(text: &str, note: Option<&str>) -> Item {
    Item { text: text.to_owned(), done: note.is_none(), note: note.map(str::to_owned) }
}

pub(crate) struct World {
    pub(crate) release: Release,
    hours: i64,
}

impl World {
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
        let mut world = Self { release, hours: 0 };
        for (id, name, store, shares) in [
            ("ios", "iOS", "app-store", None),
            ("watchos", "watchOS", "app-store", Some("ios")),
            ("android", "Android", "play", None),
            ("wearos", "Wear OS", "play", None),
        ] {
            world.happens(
                "ada",
                Event::TrackDescribed(TrackDescription {
                    id: track(id),
                    name: name.to_owned(),
                    store: Some(store.to_owned()),
                    devices: Vec::new(),
                    shares_submission_with: shares.map(track),
                }),
            );
            for build in ["514", "515"] {
                world.happens(
                    "ci",
                    Event::BuildRegistered(BuildRegistered {
                        track: track(id),
                        build: Build {
                            version: "4.2.0".to_owned(),
                            number: number(build),
                            commit: Commit::parse("9be27d1").unwrap(),
                            revision: None,
                            artifact: None,
                        },
                    }),
                );
            }
            world.nominates(id, "514");
        }
        world
    }

    pub(crate) fn now(&self) -> Time {
        Time::from_micros(self.hours * HOUR)
    }

    fn happens(&mut self, actor: &str, event: Event) -> Position {
        self.hours += 1;
        let position = self.release.position.0 + 1;
        let envelope = envelope(position, self.hours, actor, &event);
        self.release.apply(&envelope, event);
        Position(position)
    }

    /// Folds what was decided; "same" decided nothing new, and anything else is a part of the sentence that refuses it.
    #[track_caller]
    pub(crate) fn comes(&mut self, who: &str, settled: Result<Settled, Refusal>, expect: &str) {
        let told = match settled {
            Ok(Settled::New(events)) => {
                for event in events {
                    self.happens(who, event);
                }
                "new".to_owned()
            }
            Ok(Settled::Already(_)) => "same".to_owned(),
            Err(refusal) => {
                assert!(refusal.sentence.ends_with(['.', '?']), "{refusal}");
                refusal.sentence
            }
        };
        assert!(told.contains(expect), "wanted {expect}: {told}");
    }

    pub(crate) fn nominates(&mut self, id: &str, build: &str) {
        let why = self.release.tracks[&track(id)].candidate.as_ref().map(|_| "a crash is mended");
        let settled = candidate::nominate(&self.release, &track(id), &number(build), None, why);
        self.comes("ada", settled, "new");
    }

    #[track_caller]
    pub(crate) fn offers(&mut self, who: &str, id: &str, build: &str, items: &[Item], expect: &str) {
        let settled = handoff::offer(&self.release, &track(id), &number(build), items, None, &speaker(who));
        self.comes(who, settled, expect);
    }

    #[track_caller]
    pub(crate) fn answers(&mut self, who: &str, id: &str, answer: HandoffAnswer, text: &str, expect: &str) {
        let last = self.release.tracks[&track(id)].handoffs.last().unwrap().position;
        let settled = handoff::answer(&self.release, &track(id), last, answer, Some(text), &speaker(who));
        self.comes(who, settled, expect);
    }

    pub(crate) fn hands_over(&mut self, id: &str, build: &str) {
        self.offers("jo", id, build, &[], "new");
        self.answers("ada", id, HandoffAnswer::Accepted, "", "new");
    }

    #[track_caller]
    pub(crate) fn submits(&mut self, id: &str, build: &str, expect: &str) {
        let settled = submission::submit(
            &self.release,
            &track(id),
            &number(build),
            &self.word("", ""),
            &speaker("ada"),
            self.now(),
        );
        self.comes("ada", settled, expect);
    }

    pub(crate) fn word(&self, word: &str, reason: &str) -> Word {
        let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
        Word { word: word.to_owned(), said_at: self.now(), reason, verbatim: false }
    }

    #[track_caller]
    pub(crate) fn store_says(&mut self, id: &str, word: &str, reason: &str, expect: &str) {
        let word = self.word(word, reason);
        let settled = submission::store_says(&self.release, &track(id), &word, &speaker("ada"), self.now());
        self.comes("ada", settled, expect);
    }

    #[track_caller]
    pub(crate) fn rolls_out(&mut self, id: &str, word: &str, percent: Option<f64>, why: &str, expect: &str) {
        let word = self.word(word, why);
        let settled = submission::rollout(&self.release, &track(id), &word, percent, self.now());
        self.comes("ada", settled, expect);
    }

    #[track_caller]
    pub(crate) fn turns(&mut self, id: &str, turn: Turn, why: &str, expect: &str) {
        let settled = course::turn(&self.release, &track(id), turn, why, &speaker("ada"));
        self.comes("ada", settled, expect);
    }

    pub(crate) fn phase(&self, id: &str) -> Phase {
        phase(&self.release, &self.release.tracks[&track(id)])
    }

    /// Returns how far each track is, in the order of the release.
    pub(crate) fn phases(&self) -> [Phase; 4] {
        ["ios", "watchos", "android", "wearos"].map(|id| self.phase(id))
    }
}

fn envelope(position: i64, hours: i64, by: &str, event: &Event) -> Envelope {
    let (kind, kind_version) = event.kind();
    let at = Time::from_micros(hours * HOUR);
    Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: kind.into(),
        kind_version,
        actor: ActorId::new(by),
        occurred_at: at,
        recorded_at: at,
    }
}
