//! The timeline of a track: its target, the milestones before and after it, planned and actual.
//!
//! Invariant: a milestone is told by what is on record and by the day; nothing is late before its day has passed in the
//! release's zone, and nothing counts as reached because its day has.

mod clash;
mod submit;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::calendar::{self, Calendar, Day};
use crate::course;
use crate::envelope::{ActorId, Position};
use crate::evidence::Withdrawal;
use crate::handoff;
use crate::id::MilestoneId;
use crate::milestone::{APPROVAL, CANDIDATE_CUT, GO_LIVE, HANDOFF, Milestone, MilestoneKind, SUBMISSION};
use crate::release::Release;
use crate::store::Stage;
use crate::time::Time;
use crate::track::Track;

pub use clash::{Clash, clash};
pub use submit::{SubmitBy, submit_by};

/// What people said of a track's dates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Every day that the track was to go live, in the order of the journal; the last one rules.
    pub targets: Vec<Target>,
    /// What was said of milestones, whether the template has them or not.
    pub milestones: BTreeMap<MilestoneId, Kept>,
}

/// A day on which a track was to go live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub on: Day,
    pub reason: Option<String>,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

/// What was said of one milestone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Its name, where the template did not have it.
    pub added: Option<String>,
    /// The days that it was given, in the order of the journal; the last one rules.
    pub own: Vec<OwnDay>,
    /// Withdrawn ones are marked, never removed.
    pub reached: Vec<Reached>,
    pub dropped: Option<Dropped>,
}

/// A day that a milestone was given by hand; none gave it back to the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDay {
    pub on: Option<Day>,
    pub reason: Option<String>,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

/// Somebody's word that a milestone is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    pub on: Day,
    pub note: Option<String>,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
    pub withdrawn: Option<Withdrawal>,
}

/// Why a milestone is none of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    pub reason: String,
    pub by: ActorId,
    pub at: Time,
    pub position: Position,
}

/// Where a planned day comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By<'a> {
    /// So many business days from the target.
    Template(i32),
    Hand(&'a OwnDay),
}

/// When a milestone was reached, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actual<'a> {
    Said(&'a Reached),
    /// The journal tells by itself.
    Known {
        on: Day,
        from: &'static str,
        position: Position,
    },
}

impl Actual<'_> {
    pub fn on(&self) -> Day {
        match self {
            Self::Said(reached) => reached.on,
            Self::Known { on, .. } => *on,
        }
    }

    pub fn position(&self) -> Position {
        match self {
            Self::Said(reached) => reached.position,
            Self::Known { position, .. } => *position,
        }
    }
}

/// How a milestone stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Late by so many business days, less than none where it was early; nothing where no day was planned.
    Reached {
        actual: Actual<'a>,
        late_by: Option<i32>,
    },
    /// In so many business days; none is today.
    Due {
        in_days: i32,
    },
    /// Its day passed so many business days ago, at least in part.
    Overdue {
        by: i32,
    },
    Dropped(&'a Dropped),
    /// No day can be told: there is no target, or the calendar does not reach there.
    Unplanned,
}

impl Standing<'_> {
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Due { .. } | Self::Overdue { .. } | Self::Unplanned)
    }
}

/// A milestone of a track at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned<'a> {
    pub milestone: Milestone,
    pub planned: Option<Day>,
    /// Where the day comes from, or would.
    pub by: By<'a>,
    pub standing: Standing<'a>,
    pub clash: Option<Clash>,
}

impl Course {
    pub fn target(&self) -> Option<&Target> {
        self.targets.last()
    }

    /// Returns how often the target moved, and by how many business days it is later than it was first.
    pub fn moved(&self, calendar: &Calendar) -> Option<(usize, i32)> {
        let (first, last) = (self.targets.first()?, self.targets.last()?);
        let moves = self.targets.len() - 1;
        (moves > 0).then(|| (moves, calendar.business_days_between(first.on, last.on)))
    }
}

impl Kept {
    /// Returns the day of its own, if it has one.
    pub fn own(&self) -> Option<(&OwnDay, Day)> {
        let own = self.own.last()?;
        Some((own, own.on?))
    }

    /// Returns the word that it is reached, if one counts.
    pub fn reached(&self) -> Option<&Reached> {
        self.reached.iter().rfind(|reached| reached.withdrawn.is_none())
    }
}

/// Returns the zone in which a release reads its days.
pub fn zone(release: &Release) -> TimeZone {
    calendar::day::zone(&release.description.zone)
}

/// Returns every milestone that a track has: those of the template, then those that were added; without days.
pub fn milestones(release: &Release, track: &Track) -> Vec<Milestone> {
    let id = &track.description.id;
    let mut all: Vec<Milestone> =
        release.description.policy.template().into_iter().filter(|milestone| milestone.is_on(id)).collect();
    for (id, kept) in &track.course.milestones {
        if all.iter().any(|milestone| milestone.id == *id) {
            continue;
        }
        // One that the template has no more keeps what was said of it.
        let name = kept.added.clone().unwrap_or_else(|| id.to_string());
        let kind = MilestoneKind::by_id(id);
        all.push(Milestone { id: id.clone(), name, days: 0, tracks: Vec::new(), kind });
    }
    all
}

/// Tells the milestones of a track at a moment, by their days.
pub fn of<'a>(release: &'a Release, track: &'a Track, now: Time) -> Vec<Planned<'a>> {
    let zone = zone(release);
    let today = Day::of(now, &zone);
    let calendar = &release.description.policy.calendar;
    let template = release.description.policy.template();
    let mut all: Vec<Planned<'a>> = milestones(release, track)
        .into_iter()
        .map(|milestone| {
            let kept = track.course.milestones.get(&milestone.id);
            let from_template = template.iter().any(|of| of.id == milestone.id);
            let (planned, by) = match kept.and_then(Kept::own) {
                Some((own, on)) => (Some(on), By::Hand(own)),
                None => {
                    let target = track.course.target().filter(|_| from_template);
                    let on = target.and_then(|target| calendar.offset(target.on, milestone.days).ok());
                    (on, By::Template(milestone.days))
                }
            };
            let actual = actual(release, track, &milestone.id, kept, &zone);
            let standing = match (kept.and_then(|kept| kept.dropped.as_ref()), actual, planned) {
                (Some(dropped), ..) => Standing::Dropped(dropped),
                (None, Some(actual), planned) => {
                    let late_by = planned.map(|planned| calendar.business_days_between(planned, actual.on()));
                    Standing::Reached { actual, late_by }
                }
                (None, None, None) => Standing::Unplanned,
                (None, None, Some(planned)) if planned < today => {
                    Standing::Overdue { by: calendar.business_days_between(planned, today) }
                }
                (None, None, Some(planned)) => {
                    Standing::Due { in_days: calendar.business_days_between(today, planned) }
                }
            };
            let clash = planned
                .filter(|_| standing.is_open())
                .and_then(|planned| clash(calendar, &track.description, milestone.kind, planned));
            Planned { milestone, planned, by, standing, clash }
        })
        .collect();
    all.sort_by_key(|of| (of.planned.is_none(), of.planned));
    all
}

/// Tells when a milestone was reached: as somebody said, or as the journal knows by itself.
fn actual<'a>(
    release: &Release,
    track: &Track,
    id: &MilestoneId,
    kept: Option<&'a Kept>,
    zone: &TimeZone,
) -> Option<Actual<'a>> {
    kept.and_then(Kept::reached).map(Actual::Said).or_else(|| known(release, track, id, zone))
}

/// Tells when a milestone was reached by what is on record for other reasons.
pub fn known<'a>(release: &Release, track: &Track, id: &MilestoneId, zone: &TimeZone) -> Option<Actual<'a>> {
    let submission = course::submission(release, track);
    // What a store said, the first time that it came to this.
    let said = |from: &'static str, comes_to: fn(Stage) -> bool| {
        let submission = submission?;
        let first = submission.says.iter().find(|saying| comes_to(submission.store.stage(&saying.word)))?;
        Some(Actual::Known { on: Day::of(first.said_at, zone), from, position: first.position })
    };
    match id.as_str() {
        HANDOFF => match &track.handoff()?.standing {
            handoff::Standing::Accepted(given) => Some(Actual::Known {
                on: Day::of(given.at, zone),
                from: "the handoff was accepted",
                position: given.position,
            }),
            _ => None,
        },
        SUBMISSION => said("it was sent to the store", |stage| stage != Stage::Preparing),
        APPROVAL => said("the store approved it", |stage| {
            matches!(stage, Stage::Approved | Stage::Processing | Stage::Live)
        }),
        GO_LIVE => said("users can get it", |stage| stage == Stage::Live),
        CANDIDATE_CUT => {
            let first = track.earlier_candidates.iter().chain(&track.candidate).next()?;
            let on = Day::of(first.nominated_at, zone);
            Some(Actual::Known { on, from: "the first candidate was nominated", position: first.position })
        }
        _ => None,
    }
}

/// Returns the next moment at which a timeline tells something else although nothing happens: the day turns.
pub fn next_change_at(release: &Release, now: Time) -> Option<Time> {
    let planned = |track: &Track| !track.course.targets.is_empty() || !track.course.milestones.is_empty();
    if !release.live_tracks().any(planned) {
        return None;
    }
    let zone = zone(release);
    Day::of(now, &zone).plus(1)?.begins(&zone)
}
