//! What we know: criteria that are met, with their evidence, and what is known to be wrong.
//!
//! Invariant: no line here rests on evidence of another build than the candidate.

use super::{Item, blocking, felt};
use crate::criteria::names;
use crate::facts::UNTOUCHED;
use crate::ground::{GroundKind, second_hand};
use crate::lacks::RunLacks;
use crate::readiness::{Judged, TrackReadiness, Verdict};
use crate::words;

const WRONG: u8 = 0;
const FAILING: u8 = 1;
const OPEN: u8 = 2;
const WAIVED: u8 = 3;
const MET: u8 = 4;
const BLOCKED: u8 = FAILING;

pub(super) fn items(track: &TrackReadiness<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for judged in &track.criteria {
        let rank = match judged.verdict {
            Verdict::NotMet => WRONG,
            Verdict::Waived => WAIVED,
            Verdict::Met => MET,
            Verdict::Unknown => continue,
        };
        let said = match judged.verdict {
            Verdict::NotMet => {
                format!("not met{}: {}", on_build(track, judged, " on"), known_reasons(judged).join("; "))
            }
            _ => {
                let first = known_reasons(judged).first().copied().unwrap_or("nothing stands against it");
                format!("{first}{}", on_build(track, judged, ", on"))
            }
        };
        let said = match second_hand(&judged.grounds) {
            Some(note) => format!("{said}; {note}"),
            None => said,
        };
        items.push(Item::of_criterion(track, judged, rank, &said).weighing(judged.offenders.len() as i64));
    }
    let untold = track.lacks.runs.iter().filter(|run| run.failed > 0 && !is_told(run, &track.criteria));
    items.extend(untold.map(|run| failing(track, run)));
    items.extend(blocking::known(track, BLOCKED));
    items.extend(felt::known(track, OPEN));
    items
}

/// The reasons that say what is known, without those that say what is missing.
fn known_reasons<'j>(judged: &'j Judged<'_>) -> Vec<&'j str> {
    // How evidence came is told once, at the end.
    let note = second_hand(&judged.grounds);
    let is_missing = |reason: &&str| {
        reason.starts_with(UNTOUCHED)
            || judged.missing.iter().any(|missing| *missing.why == **reason)
            || note.as_deref() == Some(*reason)
    };
    judged.reasons.iter().map(String::as_str).filter(|reason| !is_missing(reason)).take(2).collect()
}

/// Names the build that the evidence is of; a summary is for a build, not on one.
fn on_build(track: &TrackReadiness<'_>, judged: &Judged<'_>, on: &str) -> String {
    let Some(build) = track.track.candidate_build() else { return String::new() };
    let mut kinds = judged.grounds.iter().filter(|ground| !ground.stale).map(|ground| ground.kind);
    match kinds.next() {
        None => String::new(),
        Some(first) if kinds.chain([first]).all(|kind| kind == GroundKind::Summary) => {
            format!("{} {build}", on.replace("on", "for"))
        }
        Some(_) => format!("{on} {build}"),
    }
}

/// Tells whether a criterion that is not met speaks of the failures of a run already.
fn is_told(run: &RunLacks, criteria: &[Judged<'_>]) -> bool {
    let (failed, failures) = (format!("runs.{}.failed", run.kind), format!("runs.{}.failures", run.kind));
    let not_met = criteria.iter().filter(|judged| judged.verdict == Verdict::NotMet);
    let mut names = not_met.flat_map(|judged| names(judged.criterion.rule.source()));
    names.any(|name| name == failed || name == failures)
}

fn failing(track: &TrackReadiness<'_>, run: &RunLacks) -> Item {
    let names: Vec<&str> = run.failures.iter().map(|case| case.name.as_str()).collect();
    let build = track.track.candidate_build().map(|build| format!(" on {build}")).unwrap_or_default();
    let kind = &run.kind;
    let text = format!(
        "{}{build}: {}",
        words::count(run.failed, &format!("{kind} case fails"), &format!("{kind} cases fail")),
        words::list(&names, run.failed.max(0) as usize, 3)
    );
    Item::new(track, FAILING, text).weighing(run.failed).resting_on(run.grounds.iter().copied())
}
