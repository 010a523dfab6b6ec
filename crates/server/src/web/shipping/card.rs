//! How far tracks are, in a line each.
//!
//! Invariant: approval is not shown as release, and release not as everybody having it.

use domain::course::{Phase, phase, submission};
use domain::track::Track;
use domain::words;
use maud::{Markup, html};

use crate::web::mark::Mark;
use crate::web::reader::Reader;
use crate::web::seen::Seen;

/// The mark of a phase that is good news or bad. What merely goes on has none: it would read as a verdict.
fn mark(track: &Track, phase: Phase) -> Option<Mark> {
    match phase {
        Phase::Rejected => Some(Mark::Unmet),
        _ if track.going.held.is_some() || track.going.withdrawn.is_some() => Some(Mark::Unmet),
        Phase::RollingOut | Phase::Released | Phase::Stable => Some(Mark::Met),
        _ => None,
    }
}

/// Says how far a track is, with the store's own word.
pub(super) fn phase_line(seen: &Seen, track: &Track) -> Markup {
    let release = &seen.view.release;
    let phase = phase(release, track);
    let of_store = matches!(
        phase,
        Phase::InReview
            | Phase::Rejected
            | Phase::Approved
            | Phase::RollingOut
            | Phase::Released
            | Phase::Stable
    );
    let submission = submission(release, track).filter(|_| of_store);
    html! {
        (words::capital(phase.label()))
        @if let Some(submission) = submission {
            " · " (submission.store.label()) " says " code { (submission.word()) }
            @if let Some(percent) = submission.percent() { " · offered to " (words::decimal(percent)) " %" }
        }
        @if let Some(held) = &track.going.held { " · " b { "held" } ": " (held.text.as_deref().unwrap_or_default()) }
        @if let Some(withdrawn) = &track.going.withdrawn { " · " b { "withdrawn" } ": " (withdrawn.text.as_deref().unwrap_or_default()) }
    }
}

/// The card of a track's page.
pub(in crate::web) fn way(seen: &Seen, reader: &Reader, track: &Track) -> Markup {
    let mark = mark(track, phase(&seen.view.release, track));
    html! {
        section.card aria-labelledby="way" {
            header { h2 #way { "On its way" } a.button href=(reader.link(seen.path(&format!("/tracks/{}/way", track.description.id)))) { "Handoff and store" } }
            p.pad.marked { @if let Some(mark) = mark { span.(mark.class()) { (mark.shape()) } } span { (phase_line(seen, track)) } }
        }
    }
}

/// The card of a release's page: every track that has left planning.
pub(in crate::web) fn phases(seen: &Seen, reader: &Reader) -> Markup {
    let release = &seen.view.release;
    let begun = release.live_tracks().any(|track| {
        phase(release, track) > Phase::Validating
            || track.going.held.is_some()
            || track.going.withdrawn.is_some()
    });
    html! {
        @if begun {
            section.card aria-labelledby="way" {
                header { h2 #way { "On their way" } span.hint { "Each track for itself" } }
                ul.plain.pad { @for track in release.live_tracks() {
                    @let mark = mark(track, phase(release, track));
                    li.marked {
                        @if let Some(mark) = mark { span.(mark.class()) { (mark.shape()) } }
                        span {
                            a href=(reader.link(seen.path(&format!("/tracks/{}/way", track.description.id)))) { b { (track.description.name) } } ": "
                            (phase_line(seen, track))
                        }
                    }
                } }
            }
        }
    }
}
