//! *Submit by*: the last day on which a track can be submitted so that its go-live holds.
//!
//! Invariant: the day is one on which the track may be submitted, and what moved it is said, each with its dates.

use crate::calendar::{Calendar, Day, Stops, store_name};
use crate::envelope::Position;
use crate::id::TrackId;
use crate::milestone::MilestoneKind;
use crate::release::Release;
use crate::time::Time;
use crate::track::{Track, TrackDescription};
use crate::words;

use super::{Planned, Standing, of};

/// The last day to submit, and why that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitBy {
    /// By the end of this day; nothing where it cannot be told.
    pub on: Option<Day>,
    /// Whole clauses, in the order in which they lead to the day.
    pub because: Vec<String>,
    /// The track whose submission it is, where it is another's.
    pub shared_with: Option<TrackId>,
    /// The event that set the target.
    pub target: Option<Position>,
}

/// Tells until when a track must be submitted; nothing before it has a target or a go-live of its own.
pub fn submit_by(release: &Release, track: &Track, now: Time) -> Option<SubmitBy> {
    let mut told = submit(release, track, now)?;
    // Its own submission, or that of the track whose bundle it is in.
    let of_track = told.shared_with.as_ref().and_then(|with| release.tracks.get(with)).unwrap_or(track);
    let milestones = of(release, of_track, now);
    let is_submission =
        |of: &&Planned<'_>| of.milestone.kind == MilestoneKind::Submission && of.standing.is_open();
    let planned = milestones.iter().find(is_submission).and_then(|of| of.planned);
    if let (Some(planned), Some(on)) = (planned, told.on)
        && planned > on
    {
        told.because.push(format!("submission is planned for {}, which is too late", planned.told()));
    }
    Some(told)
}

fn submit(release: &Release, track: &Track, now: Time) -> Option<SubmitBy> {
    let own = go_live(release, track, now);
    let with = track.description.shares_submission_with.as_ref();
    let Some(other) = with.and_then(|with| release.tracks.get(with)).filter(|other| !other.retired) else {
        return Some(alone(release, track, own?));
    };
    let name = &other.description.name;
    let of_other = go_live(release, other, now);
    let Some(go_live) = of_other else {
        own?;
        let because = vec![format!("it is submitted with {name}, which has no go-live date yet")];
        let shared_with = Some(other.description.id.clone());
        return Some(SubmitBy { on: None, because, shared_with, target: None });
    };
    let mut told = alone(release, other, go_live);
    told.because.insert(0, format!("it is submitted with {name}, so the dates of {name} hold"));
    if let Some(own) = own.filter(|own| *own < go_live) {
        let (own, go_live) = (own.short(), go_live.short());
        told.because
            .push(format!("its own go-live, {own}, is before that of {name}, {go_live}, and cannot hold"));
    }
    told.shared_with = Some(other.description.id.clone());
    Some(told)
}

/// Returns the day on which a track goes live: that of its milestone of this kind, else its target.
pub(crate) fn go_live(release: &Release, track: &Track, now: Time) -> Option<Day> {
    let milestones = of(release, track, now);
    let is_go_live = |of: &&Planned<'_>| {
        of.milestone.kind == MilestoneKind::GoLive && !matches!(of.standing, Standing::Dropped(_))
    };
    let planned = milestones.iter().find(is_go_live).and_then(|of| of.planned);
    planned.or_else(|| track.course.target().map(|target| target.on))
}

fn alone(release: &Release, track: &Track, go_live: Day) -> SubmitBy {
    let policy = &release.description.policy;
    let (calendar, description) = (&policy.calendar, &track.description);
    let target = track.course.target().map(|target| target.position);
    let mut because = Vec::new();
    let (live, why) = free_before(calendar, description, go_live, Stops::Release);
    match why {
        None => because.push(format!("go-live is on {}", go_live.told())),
        Some(why) => because.push(format!(
            "go-live, {}, {why}; the last free day before it is {}",
            go_live.told(),
            live.map_or_else(|| "not near".to_owned(), Day::told)
        )),
    }
    let store = description.store.as_deref();
    let days = policy.review_days(description);
    match (days, store) {
        (Some(days), _) => {
            let store = store.map_or("review", store_name);
            because.push(format!(
                "{store} is given {} for its review",
                words::count(days.into(), "working day", "working days")
            ));
        }
        (None, Some(store)) => because.push(format!(
            "how long {} reviews is not known; `review_days` in [tracks.{}] says so",
            store_name(store),
            description.id
        )),
        (None, None) => because.push("it has no store, so no review is allowed for".to_owned()),
    }
    let reviewed = live.and_then(|live| {
        // While a store is closed it reviews nothing, so those days do not count.
        let closed = |day: Day| {
            calendar.freezes_on(day, description, Stops::Submission).any(|freeze| freeze.store.is_some())
        };
        let day = calendar.walk(live, days.unwrap_or(0), -1, |day| calendar.is_working(day) && !closed(day));
        let day = day.ok()?;
        let mut passed: Vec<String> = Vec::new();
        for freeze in &calendar.freezes {
            let between = freeze.from < live && freeze.to >= day && freeze.store.is_some();
            if between && freeze.stops(Stops::Submission) && freeze.is_on(description) {
                passed.push(freeze.label());
            }
        }
        because.extend(passed.iter().map(|freeze| format!("{freeze}, stops submissions and reviews")));
        Some(day)
    });
    let on = reviewed.and_then(|day| {
        let (free, why) = free_before(calendar, description, day, Stops::Submission);
        because.extend(why.map(|why| format!("{} {why}", day.told())));
        free
    });
    if on.is_none() {
        because.push("no day before it is free to submit".to_owned());
    }
    SubmitBy { on, because, shared_with: None, target }
}

/// Returns a day, or the last one before it on which something may happen, with why it is not the day itself.
fn free_before(
    calendar: &Calendar,
    track: &TrackDescription,
    day: Day,
    what: Stops,
) -> (Option<Day>, Option<String>) {
    if calendar.is_free(day, track, Some(what)) {
        return (Some(day), None);
    }
    let free = calendar.walk(day, 0, -1, |day| calendar.is_free(day, track, Some(what))).ok();
    let why = match (calendar.freezes_on(day, track, what).next(), calendar.idle(day)) {
        (Some(freeze), _) => format!("lies in {}", freeze.label()),
        (None, Some(idle)) => format!("is {idle}, no working day"),
        (None, None) => String::new(),
    };
    (free, Some(why))
}
