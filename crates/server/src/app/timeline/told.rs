//! A timeline as it is told: each track's target, its last day to submit, and how its milestones stand.
//!
//! Invariant: a standing has one word, and the numbers that go with it.

use domain::calendar::Day;
use domain::envelope::{ActorId, Position};
use domain::id::{MilestoneId, TrackId};
use domain::milestone::MilestoneKind;
use domain::release::Release;
use domain::time::Time;
use domain::timeline::{self, Actual, By, Clash, Planned, Standing, SubmitBy};
use domain::track::Track;
use domain::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The timeline of a release.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TimelineResponse {
    #[schema(example = "tidewatch/2026.12")]
    pub release: String,
    /// The product's name, as people write it.
    #[schema(example = "Tidewatch")]
    pub product: String,
    /// The IANA time zone in which days begin and end.
    #[schema(example = "Europe/Berlin")]
    pub zone: String,
    /// The last event that counted.
    pub position: Position,
    /// The moment that was looked at, and the day that it falls on in that zone.
    pub at: Time,
    pub today: Day,
    pub tracks: Vec<TrackTimeline>,
}

/// The timeline of one track.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TrackTimeline {
    pub track: TrackId,
    /// The track's name, as people write it.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submit_by: Option<SubmitByLine>,
    /// By their days; those without one last.
    pub milestones: Vec<MilestoneLine>,
}

/// The day on which a track should go live.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TargetLine {
    pub on: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub by: String,
    pub at: Time,
    pub position: Position,
    /// What it was at first.
    pub first: Day,
    /// How often it moved since.
    pub moved: u32,
    /// By how many business days it is later than at first; less than none if it is earlier.
    pub later_by: i32,
}

/// The last day on which a track can be submitted so that its go-live holds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SubmitByLine {
    /// By the end of this day; none where it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    /// Why, clause by clause.
    pub because: Vec<String>,
    /// The track whose submission it is, where it is another's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_with: Option<TrackId>,
}

/// Where a milestone's day comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = MilestoneOrigin)]
pub enum Origin {
    Template,
    Hand,
}

/// How a milestone stands, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StandingWord {
    Reached,
    Due,
    Overdue,
    Dropped,
    /// There is no day for it yet.
    Unplanned,
}

/// A milestone of a track.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct MilestoneLine {
    pub milestone: MilestoneId,
    #[schema(example = "Code freeze")]
    pub name: String,
    pub kind: MilestoneKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Day>,
    pub from: Origin,
    /// Business days from go-live, where its day comes from the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
    /// Why it has a day of its own, or why it was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub standing: StandingWord,
    /// In business days: until it is due, since it was, or how late it was reached; less than none if it was early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_days: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<ReachedLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clash: Option<ClashLine>,
}

/// When a milestone was reached, and how that is known.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ReachedLine {
    pub on: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who said so; nobody where the journal knows by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What it is known from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "the first candidate was nominated")]
    pub known_from: Option<String>,
    pub position: Position,
}

/// What is in the way of a planned day.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ClashLine {
    /// As it reads after the day.
    #[schema(example = "lies in the App Store’s freeze “Holidays”, 23 Dec to 27 Dec")]
    pub because: String,
    /// The nearest free working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Day>,
}

type Named<'a> = &'a dyn Fn(&ActorId) -> String;

/// Tells a timeline at a moment.
pub(crate) fn timeline(
    release: &Release,
    only: Option<&TrackId>,
    at: Time,
    name: Named<'_>,
) -> TimelineResponse {
    let tracks = release.live_tracks().filter(|track| only.is_none_or(|only| track.description.id == *only));
    TimelineResponse {
        release: release.id.to_string(),
        product: release.description.product_name.clone(),
        zone: release.description.zone.clone(),
        position: release.position,
        at,
        today: Day::of(at, &timeline::zone(release)),
        tracks: tracks.map(|track| of_track(release, track, at, name)).collect(),
    }
}

fn of_track(release: &Release, track: &Track, at: Time, name: Named<'_>) -> TrackTimeline {
    let calendar = &release.description.policy.calendar;
    let course = &track.course;
    let target = course.target().map(|target| {
        let (moved, later_by) = course.moved(calendar).unwrap_or_default();
        TargetLine {
            on: target.on,
            reason: target.reason.clone(),
            by: name(&target.by),
            at: target.at,
            position: target.position,
            first: course.targets.first().map_or(target.on, |first| first.on),
            moved: u32::try_from(moved).unwrap_or(u32::MAX),
            later_by,
        }
    });
    let milestones = timeline::of(release, track, at);
    TrackTimeline {
        track: track.description.id.clone(),
        name: track.description.name.clone(),
        target,
        submit_by: timeline::submit_by(release, track, at).map(submit_by),
        milestones: milestones.iter().map(|planned| line(planned, name)).collect(),
    }
}

fn submit_by(of: SubmitBy) -> SubmitByLine {
    SubmitByLine { on: of.on, because: of.because, shared_with: of.shared_with }
}

fn line(of: &Planned<'_>, name: Named<'_>) -> MilestoneLine {
    let (standing, business_days) = match of.standing {
        Standing::Reached { late_by, .. } => (StandingWord::Reached, late_by),
        Standing::Due { in_days } => (StandingWord::Due, Some(in_days)),
        Standing::Overdue { by } => (StandingWord::Overdue, Some(by)),
        Standing::Dropped(_) => (StandingWord::Dropped, None),
        Standing::Unplanned => (StandingWord::Unplanned, None),
    };
    let (from, days, planned_why) = match of.by {
        By::Template(days) => (Origin::Template, Some(days), None),
        By::Hand(own) => (Origin::Hand, None, own.reason.clone()),
    };
    let reason = match of.standing {
        Standing::Dropped(dropped) => Some(dropped.reason.clone()),
        _ => planned_why,
    };
    let reached = match of.standing {
        Standing::Reached { actual: Actual::Said(reached), .. } => Some(ReachedLine {
            on: reached.on,
            note: reached.note.clone(),
            by: Some(name(&reached.by)),
            known_from: None,
            position: reached.position,
        }),
        Standing::Reached { actual: Actual::Known { on, from, position }, .. } => {
            Some(ReachedLine { on, note: None, by: None, known_from: Some(from.to_owned()), position })
        }
        _ => None,
    };
    let clash = of.clash.clone().map(|Clash { because, before, after }| ClashLine { because, before, after });
    MilestoneLine {
        milestone: of.milestone.id.clone(),
        name: of.milestone.name.clone(),
        kind: of.milestone.kind,
        planned: of.planned,
        from,
        days,
        reason,
        standing,
        business_days,
        reached,
        clash,
    }
}

impl StandingWord {
    /// Returns it as readers see it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Due => "due",
            Self::Overdue => "overdue",
            Self::Dropped => "dropped",
            Self::Unplanned => "no date yet",
        }
    }
}

impl TargetLine {
    /// Tells how it moved: "moved 3 times, 6 business days later than first planned"; nothing if it never did.
    pub fn told(&self) -> Option<String> {
        if self.moved == 0 {
            return None;
        }
        let moved = match self.moved {
            1 => "moved once".to_owned(),
            moved => format!("moved {moved} times"),
        };
        Some(match self.later_by {
            0 => format!("{moved}, back to the day it was first planned for"),
            later if later > 0 => format!("{moved}, {} later than first planned", days(later)),
            earlier => format!("{moved}, {} earlier than first planned", days(-earlier)),
        })
    }
}

impl MilestoneLine {
    /// Tells how it stands: "reached Mon 7 Dec, 1 business day late", "due in 3 business days", "due today".
    pub fn told(&self, today: Day) -> String {
        match (self.standing, &self.reached, self.business_days) {
            (StandingWord::Reached, Some(reached), late) => {
                let late = match late {
                    None => String::new(),
                    Some(0) => ", on the day".to_owned(),
                    Some(late) if late > 0 => format!(", {} late", days(late)),
                    Some(early) => format!(", {} early", days(-early)),
                };
                format!("reached {}{late}", reached.on.near(today))
            }
            (StandingWord::Due, _, Some(0)) => "due today".to_owned(),
            (StandingWord::Due, _, Some(left)) => format!("due in {}", days(left)),
            (StandingWord::Overdue, _, Some(by)) if by > 0 => format!("overdue by {}", days(by)),
            (StandingWord::Overdue, ..) => "overdue since a day off".to_owned(),
            (StandingWord::Dropped, ..) => format!("dropped: {}", self.reason.as_deref().unwrap_or_default()),
            (standing, ..) => standing.label().to_owned(),
        }
    }
}

fn days(count: i32) -> String {
    words::count(count.into(), "business day", "business days")
}
