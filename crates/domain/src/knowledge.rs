//! What we know, what we don't, and what it means for users.
//!
//! Invariant: what nobody looked at is never among what we know, and each line leads to its evidence.

mod blocking;
mod felt;
mod known;
mod means;
mod shipped;
mod unknown;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::envelope::Position;
use crate::happening::About;
use crate::id::{CriterionId, TrackId};
use crate::readiness::{Judged, TrackReadiness};
use crate::words;

/// How many lines say what it means; the rest are counted.
pub const MEANS: usize = 6;
/// How many tracks a line names before it counts them.
const TRACKS: usize = 6;

/// One thing that is known, or is not, or follows for users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    pub tracks: Vec<TrackId>,
    #[schema(example = "iOS: Smoke passed on the candidate – 33 cases passed, on 4.2.0 (514).")]
    pub text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<CriterionId>,
    /// What it is about, where that has a page of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// The evidence that it rests on, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<Position>,
}

/// The three lists, the worst first in each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Knowledge {
    pub know: Vec<Line>,
    /// What we don't know.
    pub unknown: Vec<Line>,
    /// What it could mean for users.
    pub means: Vec<Line>,
}

/// Tells what is known of one track; its name is left to the page around it.
pub fn of_track(judged: &TrackReadiness<'_>) -> Knowledge {
    let list = |items: Vec<Item>, most| lines(&group(items), most, false);
    Knowledge {
        know: list(known::items(judged), usize::MAX),
        unknown: list(unknown::items(judged), usize::MAX),
        means: list(means::items(judged), MEANS),
    }
}

/// Tells what is known of a release: each line names its tracks, and what is the same on several is said once.
pub fn of_release(tracks: &[TrackReadiness<'_>]) -> Knowledge {
    let list = |items: fn(&TrackReadiness<'_>) -> Vec<Item>, most| {
        lines(&group(tracks.iter().flat_map(items).collect()), most, true)
    };
    Knowledge {
        know: list(known::items, usize::MAX),
        unknown: list(unknown::items, usize::MAX),
        means: list(means::items, MEANS),
    }
}

/// A line in the making.
#[derive(Clone, Debug)]
struct Item {
    /// The lower, the worse.
    rank: u8,
    /// Within a rank, the heavier the worse.
    weight: i64,
    tracks: Vec<(TrackId, String)>,
    /// As it reads after "iOS: ".
    text: String,
    criterion: Option<CriterionId>,
    about: Option<About>,
    grounds: Vec<Position>,
}

impl Item {
    fn new(judged: &TrackReadiness<'_>, rank: u8, text: String) -> Self {
        let track = &judged.track.description;
        Self {
            rank,
            weight: 0,
            tracks: vec![(track.id.clone(), track.name.clone())],
            text,
            criterion: None,
            about: None,
            grounds: Vec::new(),
        }
    }

    fn about(self, about: About) -> Self {
        Self { about: Some(about), ..self }
    }

    fn weighing(self, weight: i64) -> Self {
        Self { weight, ..self }
    }

    fn resting_on(self, grounds: impl IntoIterator<Item = Position>) -> Self {
        let mut grounds: Vec<Position> = grounds.into_iter().collect();
        sort(&mut grounds);
        Self { grounds, ..self }
    }

    /// Says what a criterion comes to.
    fn of_criterion(track: &TrackReadiness<'_>, judged: &Judged<'_>, rank: u8, said: &str) -> Self {
        let item = Self::new(track, rank, format!("{} – {said}", judged.criterion.title))
            .resting_on(judged.grounds.iter().map(|ground| ground.position));
        Self { criterion: Some(judged.criterion.id.clone()), ..item }
    }
}

/// Puts evidence in order, the newest first, each once.
fn sort(grounds: &mut Vec<Position>) {
    grounds.sort_unstable_by(|one, other| other.cmp(one));
    grounds.dedup();
}

/// Says what is the same on several tracks once, and puts the worst first.
fn group(items: Vec<Item>) -> Vec<Item> {
    let mut grouped: Vec<Item> = Vec::new();
    for item in items {
        let same = |other: &&mut Item| {
            other.rank == item.rank
                && other.text == item.text
                && other.criterion == item.criterion
                && other.about == item.about
        };
        match grouped.iter_mut().find(same) {
            Some(other) => {
                for track in item.tracks {
                    if !other.tracks.contains(&track) {
                        other.tracks.push(track);
                    }
                }
                let grounds: Vec<Position> = other.grounds.iter().copied().chain(item.grounds).collect();
                *other = other.clone().resting_on(grounds).weighing(other.weight.max(item.weight));
            }
            None => grouped.push(item),
        }
    }
    grouped.sort_by_key(|item| (item.rank, std::cmp::Reverse(item.weight)));
    grouped
}

fn lines(items: &[Item], most: usize, with_tracks: bool) -> Vec<Line> {
    let prefixed = |tracks: &[(TrackId, String)], text: &str, is_title: bool| {
        let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
        if !with_tracks {
            // A title stands as it was agreed: "iPad covered" keeps its small letter.
            let text = if is_title { text.to_owned() } else { words::capital(text) };
            return format!("{text}{stop}");
        }
        let names: Vec<&str> = tracks.iter().map(|(_, name)| name.as_str()).collect();
        format!("{}: {text}{stop}", words::joined(&names, TRACKS, "and"))
    };
    let line = |tracks: &[(TrackId, String)], text: &str, criterion: Option<&CriterionId>| Line {
        tracks: tracks.iter().map(|(id, _)| id.clone()).collect(),
        text: prefixed(tracks, text, criterion.is_some()),
        criterion: criterion.cloned(),
        about: None,
        grounds: Vec::new(),
    };
    let shown = items.iter().take(most).map(|item| Line {
        grounds: item.grounds.clone(),
        about: item.about.clone(),
        ..line(&item.tracks, &item.text, item.criterion.as_ref())
    });
    let mut shown: Vec<Line> = shown.collect();
    let rest = items.get(shown.len()..).unwrap_or_default();
    if !rest.is_empty() {
        let mut tracks: Vec<(TrackId, String)> = Vec::new();
        for track in rest.iter().flat_map(|item| &item.tracks) {
            if !tracks.contains(track) {
                tracks.push(track.clone());
            }
        }
        let text = match rest.len() {
            1 => "1 more like these is not shown".to_owned(),
            more => format!("{} more like these are not shown", words::number(more as i64)),
        };
        let mut grounds: Vec<Position> = rest.iter().flat_map(|item| item.grounds.iter().copied()).collect();
        sort(&mut grounds);
        shown.push(Line { grounds, ..line(&tracks, &text, None) });
    }
    shown
}
