//! What we don't know: criteria that nobody can tell, cases and devices that nobody ran, results that wavered.
//!
//! Invariant: every criterion that is unknown has a line, with its reasons.

use std::collections::BTreeMap;

use super::{Item, blocking, felt, shipped};
use crate::area;
use crate::happening::About;
use crate::lacks::RunLacks;
use crate::readiness::{TrackReadiness, Verdict};
use crate::timeline::{self, Standing};
use crate::words;

const NOTHING: u8 = 0;
const BROKEN: u8 = 1;
const UNDECIDED: u8 = 2;
const OF_STORE: u8 = 3;
const OF_DEFECTS: u8 = 4;
const NOT_RUN: u8 = 5;
const UNSEEN: u8 = 6;
const STALE: u8 = 7;
const WAVERED: u8 = 8;
const ASSUMED: u8 = 9;
const NOT_WHOLE: u8 = 10;
const OF_BLOCKERS: u8 = UNDECIDED;
const OVERDUE: u8 = 11;
/// How many reasons of one criterion are told in full.
const REASONS: usize = 4;
/// How many areas, devices or cases are named.
const NAMED: usize = 4;

pub(super) fn items(track: &TrackReadiness<'_>) -> Vec<Item> {
    let mut items: Vec<Item> =
        track.note.iter().map(|note| Item::new(track, NOTHING, note.clone())).collect();
    if track.track.candidate_build().is_none() {
        let criteria = track.criteria.iter().filter(|judged| judged.broken.is_none()).count() as i64;
        let text = match criteria {
            0 => "no build is nominated".to_owned(),
            criteria => format!(
                "no build is nominated, so {} cannot be told",
                words::count(criteria, "criterion", "criteria")
            ),
        };
        items.push(Item::new(track, NOTHING, text));
        items.extend(broken(track));
        items.extend(blocking::unknown(track, OF_BLOCKERS));
        items.extend(felt::unknown(track, OF_DEFECTS));
        items.extend(felt::not_whole(track, NOT_WHOLE));
        items.extend(overdue(track));
        return items;
    }
    items.extend(broken(track));
    items.extend(undecided(track));
    items.extend(blocking::unknown(track, OF_BLOCKERS));
    for run in &track.lacks.runs {
        items.extend((run.not_run > 0).then(|| not_run(track, run)));
        items.extend((run.flaky > 0).then(|| wavered(track, run)));
        items.extend(run.planned_by_itself.then(|| assumed(track, run)));
    }
    items.extend(felt::unknown(track, OF_DEFECTS));
    items.extend(unseen(track));
    items.extend(shipped::unknown(track, OF_STORE));
    items.extend(stale(track));
    items.extend(felt::carried(track, ASSUMED));
    items.extend(felt::not_whole(track, NOT_WHOLE));
    items.extend(overdue(track));
    items
}

/// Milestones whose day has passed without a word.
fn overdue(track: &TrackReadiness<'_>) -> Vec<Item> {
    let milestones = timeline::of(track.release, track.track, track.at);
    let overdue = milestones.iter().filter_map(|of| match (of.standing, of.planned) {
        (Standing::Overdue { by }, Some(planned)) => Some((of, planned, by)),
        _ => None,
    });
    overdue
        .map(|(of, planned, by)| {
            let name = &of.milestone.name;
            let text =
                format!("“{name}” was planned for {} and nobody has said that it is reached", planned.told());
            Item::new(track, OVERDUE, text).weighing(by.into()).about(About::Timeline)
        })
        .collect()
}

fn broken(track: &TrackReadiness<'_>) -> Vec<Item> {
    let broken = track.criteria.iter().filter(|judged| judged.broken.is_some());
    broken.map(|judged| Item::of_criterion(track, judged, BROKEN, &judged.reasons.join("; "))).collect()
}

fn undecided(track: &TrackReadiness<'_>) -> Vec<Item> {
    // What is waived and not known is accepted so, and stays not known.
    let undecided = track.criteria.iter().filter(|judged| match judged.verdict {
        Verdict::Unknown => judged.broken.is_none(),
        Verdict::Waived => !judged.missing.is_empty(),
        Verdict::Met | Verdict::NotMet => false,
    });
    let tell = |judged: &crate::readiness::Judged<'_>| {
        let known =
            if judged.verdict == Verdict::Waived { "not known, and accepted so" } else { "not known" };
        let mut reasons: Vec<String> = judged.reasons.iter().take(REASONS).cloned().collect();
        let more = judged.reasons.len().saturating_sub(REASONS) as i64;
        if more > 0 {
            reasons.push(format!("and {}", words::count(more, "more reason", "more reasons")));
        }
        Item::of_criterion(track, judged, UNDECIDED, &format!("{known}: {}", reasons.join("; ")))
    };
    undecided.map(tell).collect()
}

fn build(track: &TrackReadiness<'_>) -> String {
    track.track.candidate_build().map(|build| format!(" on {build}")).unwrap_or_default()
}

fn not_run(track: &TrackReadiness<'_>, run: &RunLacks) -> Item {
    let kind = &run.kind;
    let cases = words::count(run.not_run, &format!("planned {kind} case"), &format!("planned {kind} cases"));
    let names = &run.not_run_names;
    let mut areas: BTreeMap<String, i64> = BTreeMap::new();
    for area in names.iter().filter_map(|name| area::of_label(name)) {
        *areas.entry(area).or_default() += 1;
    }
    let mut areas: Vec<(String, i64)> = areas.into_iter().collect();
    areas.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let told: i64 = areas.iter().take(NAMED).map(|(_, count)| count).sum();
    let mut where_to: Vec<String> = areas
        .iter()
        .take(NAMED)
        .map(|(area, count)| format!("{} in {area}", words::number(*count)))
        .collect();
    let elsewhere = run.not_run - told;
    let names = if areas.is_empty() || run.not_run <= 3 {
        words::list(names, run.not_run.max(0) as usize, 3)
    } else {
        if elsewhere > 0 {
            where_to.push(format!("{} elsewhere", words::number(elsewhere)));
        }
        words::joined(&where_to, NAMED + 1, "and")
    };
    let names = if names.is_empty() { names } else { format!(": {names}") };
    Item::new(track, NOT_RUN, format!("{cases} did not run{}{names}", build(track)))
        .weighing(run.not_run)
        .resting_on(run.grounds.iter().copied())
}

fn wavered(track: &TrackReadiness<'_>, run: &RunLacks) -> Item {
    let kind = &run.kind;
    let cases = words::count(run.flaky, &format!("{kind} case"), &format!("{kind} cases"));
    Item::new(track, WAVERED, format!("{cases} passed only after failing{}", build(track)))
        .weighing(run.flaky)
        .resting_on(run.grounds.iter().copied())
}

fn assumed(track: &TrackReadiness<'_>, run: &RunLacks) -> Item {
    let text = format!(
        "what else {} should run is not known: its plan is the run itself, which was called complete",
        run.kind
    );
    Item::new(track, ASSUMED, text).resting_on(run.grounds.iter().copied())
}

/// Devices without a result, unless a criterion that is unknown names them already.
fn unseen(track: &TrackReadiness<'_>) -> Option<Item> {
    let devices = &track.lacks.unseen_devices;
    let is_told = track.criteria.iter().any(|judged| {
        judged.verdict == Verdict::Unknown
            && judged.missing.iter().any(|missing| missing.fact.starts_with("devices"))
    });
    (!devices.is_empty() && !is_told).then(|| {
        let text = format!("no result for {}{}", words::joined(devices, NAMED, "or"), build(track));
        Item::new(track, UNSEEN, text).weighing(devices.len() as i64)
    })
}

/// Runs that count nothing on the candidate, unless a criterion has said so.
fn stale(track: &TrackReadiness<'_>) -> Vec<Item> {
    let is_told =
        |why: &str| track.criteria.iter().any(|judged| judged.reasons.iter().any(|reason| reason == why));
    let uncounted = track.lacks.uncounted.iter().filter(|(_, why)| !is_told(why));
    uncounted
        .map(|(kind, why)| {
            let ingests = track.track.ingests.iter().rev();
            let latest = ingests.filter(|ingest| ingest.kind == *kind && ingest.withdrawn.is_none()).take(1);
            Item::new(track, STALE, why.clone()).resting_on(latest.map(|ingest| ingest.position))
        })
        .collect()
}
