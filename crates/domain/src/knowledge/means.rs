//! What it means for users: which areas may fail for them, and where a fault would reach them unseen.
//!
//! Invariant: a line says that something may fail only where a case or a check failed; elsewhere it says that nobody
//! looked, and never that all is well.

use std::collections::{BTreeMap, BTreeSet};

use super::{Item, blocking, felt};
use crate::area;
use crate::criteria::names;
use crate::envelope::Position;
use crate::lacks::FailedCase;
use crate::readiness::{Judged, TrackReadiness};
use crate::words;

const FELT: u8 = 0;
// What nobody has told weighs among what is told: it may be the worst of all.
const UNTOLD: u8 = FELT;
const WAITING: u8 = 1;
const FAILING: u8 = 2;
const FAILED_DEVICES: u8 = 3;
const AWAITED: u8 = 4;
const UNCHECKED: u8 = 5;
const UNSEEN_DEVICES: u8 = 6;
const UNSEEN_CHANGES: u8 = 7;
const RISKS: u8 = 8;
const NO_CANDIDATE: u8 = 9;
/// How many devices are named.
const NAMED: usize = 4;

pub(super) fn items(track: &TrackReadiness<'_>) -> Vec<Item> {
    let Some(build) = track.track.candidate_build() else {
        let text = "no build is nominated, so nothing can be said of what users would get".to_owned();
        return listed(track).into_iter().chain([Item::new(track, NO_CANDIDATE, text)]).collect();
    };
    let mut items = listed(track);
    let areas = areas(track);
    let of_areas = areas.iter().map(|(area, tally)| of_area(track, area.as_deref(), tally));
    items.extend(of_areas);
    let about_devices = |judged: &&Judged<'_>| {
        names(judged.criterion.rule.source()).iter().any(|name| name.starts_with("devices"))
    };
    let of_devices = || {
        let grounds = track.criteria.iter().filter(about_devices).flat_map(|judged| &judged.grounds);
        grounds.map(|ground| ground.position)
    };
    let failed = &track.lacks.failed_devices;
    if !failed.is_empty() {
        let one = if failed.len() == 1 { "one" } else { "one of these" };
        let text = format!(
            "{build} failed on {}, so whoever uses {one} may meet what failed there",
            words::joined(failed, NAMED, "and")
        );
        items.push(
            Item::new(track, FAILED_DEVICES, text).weighing(failed.len() as i64).resting_on(of_devices()),
        );
    }
    for kind in &track.lacks.awaited {
        let text = format!(
            "no {kind} run counts for {build}, so a fault that it would find could reach users unseen"
        );
        let earlier = track.track.ingests.iter().rev();
        let latest = earlier.filter(|ingest| ingest.kind == *kind && ingest.withdrawn.is_none()).take(1);
        items.push(Item::new(track, AWAITED, text).resting_on(latest.map(|ingest| ingest.position)));
    }
    let unseen = &track.lacks.unseen_devices;
    if !unseen.is_empty() {
        let these = if unseen.len() == 1 { "there" } else { "on these" };
        let text = format!(
            "not seen on {}, so a fault {these} would reach users unseen",
            words::joined(unseen, NAMED, "or")
        );
        items.push(
            Item::new(track, UNSEEN_DEVICES, text).weighing(unseen.len() as i64).resting_on(of_devices()),
        );
    }
    items
}

/// What follows from defects, changes and risks.
fn listed(track: &TrackReadiness<'_>) -> Vec<Item> {
    let mut items = felt::impacts(track, FELT);
    items.extend(felt::untold(track, UNTOLD));
    items.extend(blocking::means(track, WAITING, FELT));
    items.extend(felt::unseen_changes(track, UNSEEN_CHANGES));
    items.extend(felt::risks(track, RISKS));
    items
}

/// What fails and what did not run in an area, over all kinds of run.
#[derive(Default)]
struct Tally<'a> {
    failing: BTreeSet<&'a FailedCase>,
    /// Failed cases that are counted and not named.
    unnamed: i64,
    not_run: BTreeSet<&'a str>,
    not_run_unnamed: i64,
    grounds: Vec<Position>,
}

/// Tallies by area; under none are cases whose class tells no area, and cases that are counted and not named.
fn areas<'a>(track: &'a TrackReadiness<'_>) -> BTreeMap<Option<String>, Tally<'a>> {
    let mut areas: BTreeMap<Option<String>, Tally<'a>> = BTreeMap::new();
    for run in &track.lacks.runs {
        let mut of = |area: Option<String>, change: &dyn Fn(&mut Tally<'a>)| {
            let tally = areas.entry(area).or_default();
            change(tally);
            tally.grounds.extend(&run.grounds);
        };
        for case in &run.failures {
            of(area::of_class(&case.class), &|tally| _ = tally.failing.insert(case));
        }
        for name in &run.not_run_names {
            of(area::of_label(name), &|tally| _ = tally.not_run.insert(name));
        }
        let unnamed = run.failed - run.failures.len() as i64;
        if unnamed > 0 {
            of(None, &|tally| tally.unnamed += unnamed);
        }
        let unnamed = run.not_run - run.not_run_names.len() as i64;
        if unnamed > 0 {
            of(None, &|tally| tally.not_run_unnamed += unnamed);
        }
    }
    areas
}

fn of_area(track: &TrackReadiness<'_>, area: Option<&str>, tally: &Tally<'_>) -> Item {
    let failing = tally.failing.len() as i64 + tally.unnamed;
    let not_run = tally.not_run.len() as i64 + tally.not_run_unnamed;
    let names = if failing == 1 { "name does" } else { "names do" };
    let fail = words::count(failing, "case fails", "cases fail");
    let did_not_run = format!("{} did not run", words::count(not_run, "planned case", "planned cases"));
    let (rank, text) = match (area, failing, not_run) {
        (Some(area), 0, _) => {
            let there = words::count(not_run, "planned case", "planned cases");
            (UNCHECKED, format!("a fault in {area} could reach users unseen; {there} there did not run"))
        }
        (Some(area), _, 0) => (FAILING, format!("{area} may fail for users; {fail} there")),
        (Some(area), ..) => (FAILING, format!("{area} may fail for users; {fail} there and {did_not_run}")),
        (None, 0, _) => {
            (UNCHECKED, format!("{did_not_run}, and their names do not tell what users would miss"))
        }
        (None, _, 0) => (FAILING, format!("{fail} whose {names} not tell what users would meet")),
        (None, ..) => {
            (FAILING, format!("{fail} whose {names} not tell what users would meet, and {did_not_run}"))
        }
    };
    Item::new(track, rank, text)
        .weighing(if rank == FAILING { failing } else { not_run })
        .resting_on(tally.grounds.iter().copied())
}
