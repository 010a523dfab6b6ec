//! A release with a calendar, told from the start.

use domain::calendar::{Calendar, Day, Freeze, Holiday, Stops};
use domain::command::Settled;
use domain::envelope::{ActorId, Envelope, Position, Stream, StreamVersion};
use domain::event::{Event, ReleaseDescribed, ReleasePlanned};
use domain::id::{MilestoneId, ProductId, ReleaseName, TrackId};
use domain::policy::Policy;
use domain::refusal::Refusal;
use domain::release::Release;
use domain::time::Time;
use domain::timeline::{self, Standing};
use domain::track::TrackDescription;

pub(crate) const ADA: &str = "ada";

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(crate) fn track(id: &str) -> TrackId {
    TrackId::parse(id).unwrap()
}

pub(crate) fn milestone(id: &str) -> MilestoneId {
    MilestoneId::parse(id).unwrap()
}

pub(crate) fn noon(text: &str) -> Time {
    format!("{text}T12:00:00Z").parse().unwrap()
}

pub(crate) fn freeze(from: &str, to: &str, name: &str, store: Option<&str>, stops: Stops) -> Freeze {
    let store = store.map(str::to_owned);
    Freeze { from: day(from), to: day(to), name: name.to_owned(), store, stops, tracks: Vec::new() }
}

/// Christmas and New Year, and the App Store closed around Christmas.
pub(crate) fn calendar() -> Calendar {
    let holidays = [("2026-12-25", "Christmas"), ("2027-01-01", "New Year")];
    let holidays = holidays.map(|(date, name)| Holiday { date: day(date), name: name.to_owned() });
    Calendar {
        holidays: holidays.into(),
        freezes: vec![freeze("2026-12-23", "2026-12-27", "Holidays", Some("app-store"), Stops::Both)],
        ..Calendar::default()
    }
}

/// A release in Berlin with iOS, its companion watchOS, Android and the web.
pub(crate) struct Story {
    pub(crate) release: Release,
    at: Time,
}

impl Story {
    pub(crate) fn begin() -> Self {
        Self::with(Policy { calendar: calendar(), ..Policy::default() })
    }

    pub(crate) fn with(policy: Policy) -> Self {
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
        let at = noon("2026-11-02");
        let release = Release::begin(&envelope(1, at, &planned), planned).unwrap();
        let mut story = Self { release, at };
        for (id, name, store, shares) in [
            ("ios", "iOS", Some("app-store"), None),
            ("watchos", "watchOS", Some("app-store"), Some("ios")),
            ("android", "Android", Some("play"), None),
            ("web", "Web", None, None),
        ] {
            story.happens(Event::TrackDescribed(TrackDescription {
                id: track(id),
                name: name.to_owned(),
                store: store.map(str::to_owned),
                devices: Vec::new(),
                shares_submission_with: shares.map(track),
            }));
        }
        story
    }

    /// Lets everything after happen at noon of a day.
    pub(crate) fn on(&mut self, day: &str) -> &mut Self {
        self.at = noon(day);
        self
    }

    pub(crate) fn now(&self) -> Time {
        self.at
    }

    pub(crate) fn happens(&mut self, event: Event) -> (Envelope, Event) {
        let envelope = envelope(self.release.position.0 + 1, self.at, &event);
        self.release.apply(&envelope, event.clone());
        (envelope, event)
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

    pub(crate) fn target(&mut self, on: &str, day_text: &str, reason: Option<&str>) -> String {
        let settled = domain::command::timeline::set_target(&self.release, &track(on), day(day_text), reason);
        self.settle(settled)
    }

    /// Tells a track's timeline at a noon, a line a milestone: `submission 2026-12-08 due in 3`.
    pub(crate) fn told(&self, on: &str, now: &str) -> Vec<String> {
        let track = &self.release.tracks[&track(on)];
        timeline::of(&self.release, track, noon(now))
            .iter()
            .map(|of| {
                let planned = of.planned.map_or("-".to_owned(), |day| day.to_string());
                let standing = match of.standing {
                    Standing::Reached { actual, late_by } => {
                        let late = late_by.map_or("?".to_owned(), |late| late.to_string());
                        format!("reached {} late by {late}", actual.on())
                    }
                    Standing::Due { in_days } => format!("due in {in_days}"),
                    Standing::Overdue { by } => format!("overdue by {by}"),
                    Standing::Dropped(dropped) => format!("dropped: {}", dropped.reason),
                    Standing::Unplanned => "unplanned".to_owned(),
                };
                let clash =
                    of.clash.as_ref().map(|clash| format!(" · {}; {}", clash.because, clash.remedy()));
                format!("{} {planned} {standing}{}", of.milestone.id, clash.unwrap_or_default())
            })
            .collect()
    }

    /// Returns the one line of it that is about a milestone.
    pub(crate) fn of(&self, on: &str, id: &str, now: &str) -> String {
        let begins = format!("{id} ");
        self.told(on, now).into_iter().find(|line| line.starts_with(&begins)).unwrap_or_default()
    }
}

fn envelope(position: i64, at: Time, event: &Event) -> Envelope {
    let (kind, kind_version) = event.kind();
    Envelope {
        position: Position(position),
        stream: Stream::new("release/tidewatch/2026.12"),
        version: StreamVersion(position),
        kind: kind.into(),
        kind_version,
        actor: ActorId::new(ADA),
        occurred_at: at,
        recorded_at: at,
    }
}
