//! Whether a track has a defect, and whether its candidate has it mended.
//!
//! Invariant: what was seen on a track stays seen, whatever somebody answered; and of a track on which nobody looked,
//! nothing is said but that nobody looked.

mod owed;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::build::Build;
use crate::defect::{Answer, Defect, DefectState, Exposure};
use crate::id::{BuildNumber, DefectKey, TrackId};
use crate::release::Release;
use crate::track::Track;

pub use owed::rank;

/// How many defects in a row may be each a duplicate of the next; in a longer row each stands for itself.
pub(crate) const LONGEST_CHAIN: usize = 16;

/// What is known of a defect on a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposed<'a> {
    /// It was seen there.
    Seen(Sight<'a>),
    /// Somebody looked, and it is not there.
    Spared(&'a Answer),
    /// Somebody said that nobody has looked yet.
    NotChecked(&'a Answer),
    /// The track ships the area, and nobody has said anything.
    Unasked,
    /// The track ships no area that it is in, or is not part of the release any more.
    Elsewhere,
    /// It is a duplicate: what was seen of it counts for this one, which is the original.
    Handed(&'a Defect),
}

/// By what it is known that a track has a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight<'a> {
    /// The report names the track.
    Report,
    /// The report names a build of the track in which it was found.
    FoundIn(&'a BuildNumber),
    /// Somebody said so.
    Answer(&'a Answer),
    /// A duplicate was seen there.
    Duplicate(&'a Defect),
}

/// Whether a candidate has a defect mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mended {
    Yes,
    No,
    /// Nobody can tell; the sentence says what is missing.
    Unknown(String),
}

impl Exposed<'_> {
    pub fn is_seen(&self) -> bool {
        matches!(self, Self::Seen(_))
    }

    /// Tells whether the track might have it and nobody has looked.
    pub fn is_unchecked(&self) -> bool {
        matches!(self, Self::NotChecked(_) | Self::Unasked)
    }
}

/// The defects of a release with their duplicates, found once for many questions.
#[derive(Debug)]
pub struct Exposures<'a> {
    release: &'a Release,
    /// By the key of the original, in the order of their keys.
    duplicates: BTreeMap<&'a DefectKey, Vec<&'a Defect>>,
}

impl<'a> Exposures<'a> {
    pub fn new(release: &'a Release) -> Self {
        let mut duplicates: BTreeMap<&DefectKey, Vec<&Defect>> = BTreeMap::new();
        for defect in release.defects.values().filter(|defect| defect.report.duplicate_of.is_some()) {
            if defect.withdrawn.is_none()
                && let Some(original) = original(release, defect)
            {
                duplicates.entry(&original.key).or_default().push(defect);
            }
        }
        Self { release, duplicates }
    }

    /// Returns the duplicates of a defect that hand it what was seen of them.
    pub fn duplicates(&self, key: &DefectKey) -> &[&'a Defect] {
        self.duplicates.get(key).map_or(&[], Vec::as_slice)
    }

    /// Returns what is known of a defect on a track.
    pub fn of(&self, defect: &'a Defect, track: &TrackId) -> Exposed<'a> {
        if let Some(original) = original(self.release, defect) {
            return Exposed::Handed(original);
        }
        if let Some(sight) = sight(defect, track) {
            return Exposed::Seen(sight);
        }
        let seen = |duplicate: &&&Defect| sight(duplicate, track).is_some();
        if let Some(duplicate) = self.duplicates(&defect.key).iter().find(seen) {
            return Exposed::Seen(Sight::Duplicate(duplicate));
        }
        let live = self.release.tracks.get(track).is_some_and(|track| !track.retired);
        match defect.answers.get(track) {
            Some(answer) if answer.exposure == Exposure::NotAffected => Exposed::Spared(answer),
            _ if !live || defect.report.state == DefectState::Rejected => Exposed::Elsewhere,
            Some(answer) => Exposed::NotChecked(answer),
            None if self.asks(defect, track) => Exposed::Unasked,
            None => Exposed::Elsewhere,
        }
    }

    /// Tells whether a track on which nobody saw a defect is asked about it: it ships the area, and the defect or one that
    /// was found to be the same was not settled when this release heard of it.
    fn asks(&self, defect: &Defect, track: &TrackId) -> bool {
        let was_open =
            defect.was_open || self.duplicates(&defect.key).iter().any(|duplicate| duplicate.was_open);
        was_open && self.release.description.policy.ships(track, &defect.report.areas)
    }
}

/// Returns what is known of one defect on a track. Who asks of many keeps [`Exposures`].
pub fn of<'a>(release: &'a Release, defect: &'a Defect, track: &TrackId) -> Exposed<'a> {
    Exposures::new(release).of(defect, track)
}

/// Returns the defect that a duplicate stands behind: the last of the chain that is in the release and not withdrawn.
/// Where a chain leads in a circle there is no original, and each stands for itself; and so does one that is not settled
/// yet: while somebody works on it, it is not taken to be the same.
pub fn original<'a>(release: &'a Release, defect: &'a Defect) -> Option<&'a Defect> {
    let next = |of: &'a Defect| {
        let original = release.defects.get(of.report.duplicate_of.as_ref()?)?;
        original.withdrawn.is_none().then_some(original.as_ref())
    };
    if !defect.report.state.is_settled() {
        return None;
    }
    let mut original = next(defect)?;
    let mut passed = vec![&defect.key];
    loop {
        if passed.len() > LONGEST_CHAIN || passed.contains(&&original.key) {
            return None;
        }
        passed.push(&original.key);
        match next(original) {
            Some(further) => original = further,
            None => return Some(original),
        }
    }
}

/// Returns by what it is known that a track has a defect, its duplicates aside.
pub fn sight<'a>(defect: &'a Defect, track: &TrackId) -> Option<Sight<'a>> {
    let found = defect.report.found_in.iter().find(|on| on.track == *track);
    let answer = || defect.answers.get(track).filter(|answer| answer.exposure == Exposure::Affected);
    found
        .map(|on| Sight::FoundIn(&on.build))
        .or_else(|| defect.report.tracks.contains(track).then_some(Sight::Report))
        .or_else(|| answer().map(Sight::Answer))
}

/// Says whether the candidate of a track has a defect mended: by the build of that track that mends it. That it is mended
/// on one track says nothing of another. What was verified without a word of any build is mended where it was seen, if that
/// is one track alone.
pub fn mended(track: &Track, defect: &Defect) -> Mended {
    let key = &defect.key;
    let name = &track.description.name;
    let state = match defect.report.state {
        DefectState::Open => return Mended::No,
        DefectState::Rejected => {
            return match &defect.report.duplicate_of {
                None => Mended::Yes,
                // It would count as its original, were that on record.
                Some(of) => {
                    Mended::Unknown(format!("{key} is closed as a duplicate of {of}, which is not on record"))
                }
            };
        }
        DefectState::Resolved => "resolved",
        DefectState::Verified => "verified",
    };
    let candidate = track.candidate.as_ref().map(|candidate| &candidate.build);
    match (defect.fixed_in(&track.description.id), candidate) {
        (None, _) if defect.report.state == DefectState::Verified && is_verified_where_seen(defect) => {
            Mended::Yes
        }
        (None, candidate) => {
            let of = if defect.report.fixed_in.is_empty() { String::new() } else { format!(" of {name}") };
            let candidate = match candidate {
                Some(candidate) => format!("the candidate is {}", track.build_label(candidate)),
                None => format!("{name} has no candidate yet"),
            };
            Mended::Unknown(format!("{key} is {state}, and nobody says in which build{of}; {candidate}"))
        }
        (Some(fixed), None) => Mended::Unknown(format!(
            "{key} is {state} in {}; {name} has no candidate yet",
            track.build_label(fixed)
        )),
        (Some(fixed), Some(candidate)) => match order(track, candidate, fixed) {
            Some(Ordering::Less) => Mended::No,
            Some(_) => Mended::Yes,
            None => Mended::Unknown(format!(
                "{key} is {state} in {}, and nobody can tell whether the candidate {} is later: their commits are \
                 not counted",
                track.build_label(fixed),
                track.build_label(candidate)
            )),
        },
    }
}

/// Tells whether the one track on which it was seen is the one that its verification must be of.
fn is_verified_where_seen(defect: &Defect) -> bool {
    defect.report.fixed_in.is_empty() && defect.seen_on().len() <= 1
}

/// Compares two builds of a track: by how many commits lead up to them, or else by their numbers, if they are numbers.
pub(crate) fn order(track: &Track, one: &BuildNumber, other: &BuildNumber) -> Option<Ordering> {
    if one == other {
        return Some(Ordering::Equal);
    }
    let revision = |number: &BuildNumber| -> Option<i64> {
        let build: &Build = track.builds.get(number)?;
        build.revision
    };
    match (revision(one), revision(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => {
            let (one, other) = (digits(one)?, digits(other)?);
            Some(one.len().cmp(&other.len()).then_with(|| one.cmp(other)))
        }
    }
}

/// Returns a build number without leading zeros, if it is a number.
fn digits(number: &BuildNumber) -> Option<&str> {
    let text = number.as_str();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.trim_start_matches('0'))
}
