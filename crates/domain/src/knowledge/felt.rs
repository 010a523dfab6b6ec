//! Defects as users feel them, and what else of the lists is known, is not, or follows for users.
//!
//! Invariant: a defect that is open and not told as users feel it is a debt, and is told as one; a track on which nobody
//! looked is never told as spared.

use super::Item;
use crate::criterion::Function;
use crate::defect::Defect;
use crate::exposure::{Exposed, Exposures, Mended, mended};
use crate::facts::unchecked;
use crate::happening::About;
use crate::listing::List;
use crate::readiness::{TrackReadiness, Verdict};
use crate::waiver::Subject;
use crate::words;

/// How many defects, changes or risks of one sort are told one by one; the rest are counted.
const ONE_BY_ONE: usize = 6;
/// How many impacts say what it means for users; the areas behind what is not known have their place beside them.
const MOST_FELT: usize = 3;

/// A defect that the track has, or may have.
struct Felt<'a> {
    defect: &'a Defect,
    /// Nobody has looked whether the track has it.
    unchecked: bool,
    mended: Mended,
}

impl Felt<'_> {
    /// How much users feel it: severity × reach × frequency, 1 to 200. What is not told weighs as much as the worst that
    /// its severity allows.
    fn weight(&self) -> i64 {
        let severity = self.defect.report.severity.map_or(8, |severity| severity.weight());
        let impact = self.defect.impact.as_ref().map(|translated| &translated.impact);
        severity * impact.map_or(25, |impact| impact.reach.weight() * impact.often.weight())
    }
}

/// The defects that a track has and are not mended, or may have, the worst first.
fn felt<'a>(track: &TrackReadiness<'a>) -> Vec<Felt<'a>> {
    let exposures = Exposures::new(track.release);
    let live = track.release.defects.values().filter(|defect| defect.withdrawn.is_none());
    let of_track = live.filter_map(|defect| {
        let unchecked = match exposures.of(defect, &track.track.description.id) {
            Exposed::Seen(_) => false,
            Exposed::Unasked | Exposed::NotChecked(_) => true,
            _ => return None,
        };
        let mended = if unchecked { Mended::No } else { mended(track.track, defect) };
        (mended != Mended::Yes).then_some(Felt { defect, unchecked, mended })
    });
    let mut felt: Vec<Felt<'a>> = of_track.collect();
    felt.sort_by_key(|felt| std::cmp::Reverse(felt.weight()));
    felt
}

fn item(track: &TrackReadiness<'_>, rank: u8, felt: &Felt<'_>, text: String) -> Item {
    let about = About::Defect(felt.defect.key.clone());
    Item::new(track, rank, text).about(about).weighing(felt.weight())
}

/// Tells the first one by one, and counts the rest in a line of its own.
pub(super) fn some(
    track: &TrackReadiness<'_>,
    rank: u8,
    items: Vec<Item>,
    one: &str,
    many: &str,
) -> impl Iterator<Item = Item> {
    let more = items.len().saturating_sub(ONE_BY_ONE) as i64;
    let rest = (more > 0).then(|| {
        let text = match more {
            1 => format!("1 more {one}"),
            more => format!("{} more {many}", words::number(more)),
        };
        Item::new(track, rank, text)
    });
    items.into_iter().take(ONE_BY_ONE).chain(rest)
}

/// Open defects of which it is told what they are for users.
pub(super) fn known(track: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let told = felt(track).into_iter().filter(|felt| !felt.unchecked && felt.mended == Mended::No);
    let told = told.filter_map(|felt| {
        let impact = &felt.defect.impact.as_ref()?.impact;
        let severity = felt.defect.report.severity.map_or("", |severity| severity.as_str());
        let text = format!("{} is open ({severity}): {}", felt.defect.label(), impact.told());
        Some(item(track, rank, &felt, text.replace(" ()", "")))
    });
    some(
        track,
        rank,
        told.collect(),
        "open defect is told as users feel it",
        "open defects are told as users feel them",
    )
    .collect()
}

/// Defects of which something is not known: what they are for users, whether the track has them, whether they are mended.
pub(super) fn unknown(track: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let felt = felt(track);
    let untold = felt.iter().filter(|felt| !felt.unchecked && felt.defect.impact.is_none());
    let untold = untold.map(|felt| {
        let severity = felt.defect.report.severity.map_or("", |severity| severity.as_str());
        let text = format!("nobody has told what {} ({severity}) is for users", felt.defect.label());
        item(track, rank, felt, text.replace(" ()", ""))
    });
    let unlooked = felt.iter().filter(|felt| felt.unchecked);
    let unlooked =
        unlooked.map(|felt| item(track, rank, felt, unchecked(track.release, track.track, felt.defect)));
    let unmended = felt.iter().filter_map(|felt| match &felt.mended {
        Mended::Unknown(why) => Some(item(track, rank, felt, why.clone())),
        Mended::Yes | Mended::No => None,
    });
    let lists = [
        (
            untold.collect::<Vec<_>>(),
            "open defect is not told as users feel it",
            "open defects are not told as users feel them",
        ),
        (unlooked.collect(), "defect is not checked here", "defects are not checked here"),
        (unmended.collect(), "defect may be mended or not", "defects may be mended or not"),
    ];
    lists.into_iter().flat_map(|(items, one, many)| some(track, rank, items, one, many)).collect()
}

/// That nobody called the list of defects whole, unless a criterion has said so.
pub(super) fn not_whole(track: &TrackReadiness<'_>, rank: u8) -> Option<Item> {
    let is_told = track.criteria.iter().any(|judged| {
        judged.verdict == Verdict::Unknown && judged.missing.iter().any(|missing| &*missing.fact == "defects")
    });
    let whole = track.release.whole(List::Defects).is_some();
    let text = match track.release.defects.len() {
        0 => "which defects there are, nobody has said",
        _ => "whether there are more defects than these, nobody has said",
    };
    (!whole && !is_told).then(|| Item::new(track, rank, text.to_owned()))
}

/// Evidence that somebody takes to hold for the candidate.
pub(super) fn carried(track: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let Some(candidate) = &track.track.candidate else { return Vec::new() };
    let live = |carry: &&crate::carry::Carry| carry.withdrawn.is_none() && carry.to == candidate.build;
    let told = |carry: &crate::carry::Carry| {
        let text =
            format!("we assume that evidence {} holds for this build too: {}", carry.evidence, carry.reason);
        Item::new(track, rank, text).resting_on([carry.evidence])
    };
    track.track.carried.iter().filter(live).map(told).collect()
}

/// What users would meet of each defect, the most felt first.
pub(super) fn impacts(track: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let told = felt(track).into_iter().filter_map(|felt| {
        let impact = felt.defect.impact.as_ref()?.impact.told();
        let text = match (felt.unchecked, accepted(track, felt.defect)) {
            (true, _) => format!("users here may meet it too, nobody has looked: {impact}"),
            (false, Some(reason)) => format!("{impact}. It is accepted: {reason}"),
            (false, None) => impact,
        };
        Some(item(track, rank, &felt, text))
    });
    let mut told: Vec<Item> = told.collect();
    let more = told.len().saturating_sub(MOST_FELT) as i64;
    told.truncate(MOST_FELT);
    let rest = (more > 0).then(|| {
        let defects = words::count(more, "more defect", "more defects");
        Item::new(track, rank, format!("{defects} that users would feel less than these"))
    });
    told.into_iter().chain(rest).collect()
}

/// Returns why a defect is accepted on the track, if it is.
fn accepted<'a>(track: &TrackReadiness<'a>, defect: &Defect) -> Option<&'a str> {
    let of_defect = track.release.waivers.iter().rev().find(|waiver| {
        waiver.track == track.track.description.id
            && matches!(&waiver.subject, Subject::Defect { defect: of } if *of == defect.key)
            && waiver.is_in_force(track.at)
            && waiver.covers(track.track)
    });
    of_defect.map(|waiver| waiver.reason.as_str())
}

/// The areas that defects nobody has told about are in.
pub(super) fn untold(track: &TrackReadiness<'_>, rank: u8) -> Option<Item> {
    let felt = felt(track);
    let untold: Vec<&Felt<'_>> = felt.iter().filter(|felt| felt.defect.impact.is_none()).collect();
    let mut areas: Vec<&str> =
        untold.iter().flat_map(|felt| &felt.defect.report.areas).map(String::as_str).collect();
    areas.sort_unstable();
    areas.dedup();
    let worst = untold.iter().map(|felt| felt.weight()).max()?;
    let defects = words::count(untold.len() as i64, "defect", "defects");
    let place =
        if areas.is_empty() { String::new() } else { format!(" in {}", words::joined(&areas, 4, "and")) };
    let text = format!("what users would meet of {defects}{place}, nobody has told");
    let item = Item::new(track, rank, text).weighing(worst);
    Some(match untold.as_slice() {
        [only] => item.about(About::Defect(only.defect.key.clone())),
        _ => item,
    })
}

/// Changes that would reach users without the word of qa.
pub(super) fn unseen_changes(track: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let here = track.release.changes.values().filter(|change| {
        change.taken_out.is_none()
            && change.is_on(&track.track.description.id)
            && !change.done_by(Function::Qa)
    });
    let told = here.map(|change| {
        let text = format!("“{}” would reach users without the word of qa", change.description.title);
        Item::new(track, rank, text).about(About::Change(change.key.clone()))
    });
    let (one, many) = ("change would reach users so", "changes would reach users so");
    some(track, rank, told.collect(), one, many).collect()
}

/// What users would experience if a risk came true.
pub(super) fn risks(track: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let open = track.release.risks.iter();
    let open = open.filter(|risk| risk.closed.is_none() && risk.is_on(&track.track.description.id));
    let told = open.map(|risk| {
        let description = &risk.description;
        let weight = 3 - description.likelihood as i64;
        let effect = description.effect.trim_end_matches('.');
        let text = format!("it is {} that {effect}", description.likelihood.as_str());
        Item::new(track, rank, text).about(About::Risk(risk.position)).weighing(weight)
    });
    told.collect()
}
