//! What is not known of a track's way through its store.
//!
//! Invariant: what a store said in a word that is not known here is quoted, and concludes nothing.

use super::Item;
use crate::course;
use crate::happening::About;
use crate::readiness::TrackReadiness;
use crate::store::{Pace, Stage};

pub(super) fn unknown(judged: &TrackReadiness<'_>, rank: u8) -> Vec<Item> {
    let track = judged.track;
    let Some(submission) = course::submission(judged.release, track) else { return Vec::new() };
    let store = submission.store.label();
    let about = About::Track(track.description.id.clone());
    let item = |text: String| Item::new(judged, rank, text).about(about.clone());
    let mut items = Vec::new();
    if submission.stage() == Stage::Unknown {
        let text = format!("{store} says {}, and what that means is not known here", submission.word());
        items.push(item(text));
    }
    if submission.wants_rework() {
        let build = course::carrier(judged.release, track).build_label(&submission.build);
        items.push(item(format!("{store} refused {build}, and nobody has said what is done about it")));
    }
    if submission.rollout.is_empty() && submission.stage() == Stage::Live {
        items.push(item("whether everybody is offered it, nobody has said".to_owned()));
    }
    if let Some(rollout) = submission.rollout.last() {
        if submission.pace() == Pace::Unknown {
            let text = format!(
                "{store} says {} of the rollout, and what that means is not known here",
                rollout.word
            );
            items.push(item(text));
        } else if submission.pace() == Pace::Going && rollout.percent.is_none() {
            items.push(item("how many users are offered it, nobody has said".to_owned()));
        }
    }
    items
}
