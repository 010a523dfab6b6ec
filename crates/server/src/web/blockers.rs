//! The stand-up: what could stop the release, by whose turn it is, for a screen that several people look at.
//!
//! Invariant: every live blocker is in one of three groups, and in each the one that has waited longest comes first.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::blocker::{Blocker, BlockerState, StatusStanding, Turn};
use domain::id::TrackId;
use domain::permission::Act;
use domain::time::Time;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Tab, empty};
use super::mark::Mark;
use super::parts::verdict::function;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use crate::app::App;

/// Which of them to show.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    track: String,
}

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    path: ReleasePath,
    narrow: Result<Query<Narrow>, QueryRejection>,
) -> Page {
    let narrow = narrow?.0;
    let mut seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let body = body(&seen, &reader, &narrow);
    let below = vec![("Blockers".to_owned(), seen.path("/blockers"))];
    Ok(seen.frame(&reader, Tab::Blockers, "Blockers", below, body).answer())
}

fn body(seen: &Seen, reader: &Reader, narrow: &Narrow) -> Markup {
    let (release, now) = (&seen.view.release, seen.view.at);
    let on = |blocker: &&Blocker| {
        narrow.track.is_empty() || TrackId::parse(&narrow.track).is_ok_and(|track| blocker.is_on(&track))
    };
    let all: Vec<&Blocker> = release.blockers.iter().map(|blocker| &**blocker).filter(on).collect();
    let mut live: Vec<(Turn, Time, &Blocker)> =
        all.iter().filter_map(|blocker| blocker.turn(now).map(|(turn, by)| (turn, by, *blocker))).collect();
    live.sort_by_key(|(turn, by, blocker)| (*turn, *by, blocker.number));
    let ended: Vec<&Blocker> =
        all.iter().rev().copied().filter(|blocker| blocker.turn(now).is_none()).collect();
    let may = seen.past.is_none() && release.unrecognised.is_none() && reader.may(Act::Report);
    let propose = || html! { a.button.primary href=(seen.path("/blockers/new")) { "Propose a blocker" } };
    html! {
        section.head {
            div { h1 { "Blockers" } p.sub { (told(&live)) } }
            @if may { div.act { (propose()) } }
        }
        @if release.blockers.is_empty() {
            section.card aria-label="Blockers" {
                (empty("Nothing is said to block this release", html! {
                    p { "Whoever sees something that could stop it proposes it here: what is blocked, where, and which criterion or milestone that threatens. Then it is accepted or rejected, and somebody owns it." }
                    @if may { p { (propose()) } }
                }))
            }
        } @else {
            @if release.live_tracks().count() > 1 { (tracks(seen, reader, narrow)) }
            @if live.is_empty() {
                section.card aria-label="Live blockers" {
                    (empty("Nothing blocks it now", html! {
                        p { @if ended.is_empty() { "None is about that track. " a href=(reader.link(seen.path("/blockers"))) { "Show all" } "." } @else { "What was said to block it has ended, as is told below." } }
                    }))
                }
            }
            @for (_, turn) in Turn::ALL {
                @let of_turn: Vec<_> = live.iter().filter(|(of, ..)| *of == turn).collect();
                @if !of_turn.is_empty() {
                    section.standup aria-labelledby=(turn.as_str()) {
                        header { h2 id=(turn.as_str()) { (heading(turn)) " " i { (of_turn.len()) } } p.hint { (says(turn)) } }
                        ol { @for (_, _, blocker) in of_turn { (one(seen, reader, blocker)) } }
                    }
                }
            }
            @if !ended.is_empty() {
                details.card.quiet #ended open[live.is_empty()] {
                    summary { (words::count(ended.len() as i64, "has ended", "have ended")) }
                    ul.asks { @for blocker in &ended { (gone(seen, reader, blocker)) } }
                }
            }
        }
    }
}

/// Says in a sentence how things stand: "3 blockers are live: 1 without an answer or an owner and 2 with a status."
fn told(live: &[(Turn, Time, &Blocker)]) -> String {
    let of = |turn: Turn| live.iter().filter(|(of, ..)| *of == turn).count() as i64;
    if live.is_empty() {
        return "What could stop the release, and whose turn it is.".to_owned();
    }
    let mut parts = Vec::new();
    parts.extend(
        (of(Turn::Nobody) > 0)
            .then(|| format!("{} without an answer or an owner", words::number(of(Turn::Nobody)))),
    );
    parts.extend(
        (of(Turn::Owner) > 0).then(|| format!("{} without a status", words::number(of(Turn::Owner)))),
    );
    parts.extend(
        (of(Turn::Waiting) > 0).then(|| format!("{} with a status", words::number(of(Turn::Waiting)))),
    );
    format!(
        "{}: {}.",
        words::count(live.len() as i64, "blocker is live", "blockers are live"),
        words::joined(&parts, 3, "and")
    )
}

fn heading(turn: Turn) -> &'static str {
    match turn {
        Turn::Nobody => "Nobody’s turn yet",
        Turn::Owner => "The owner’s turn",
        Turn::Waiting => "Waiting",
    }
}

fn says(turn: Turn) -> &'static str {
    match turn {
        Turn::Nobody => "Accept or reject each, and find who owns it.",
        Turn::Owner => "Each needs a status: who does what, and when the next one comes.",
        Turn::Waiting => "A status holds. The next one comes by the time it says.",
    }
}

fn tracks(seen: &Seen, reader: &Reader, narrow: &Narrow) -> Markup {
    let link = |track: &str| {
        let query = if track.is_empty() { String::new() } else { format!("?track={track}") };
        reader.link(seen.path(&format!("/blockers{query}")))
    };
    html! {
        nav.choose aria-label="On which track" { p {
            a.button href=(link("")) aria-current=[narrow.track.is_empty().then_some("true")] { "All tracks" }
            @for track in seen.view.release.live_tracks() {
                @let id = track.description.id.as_str();
                a.button href=(link(id)) aria-current=[(narrow.track == id).then_some("true")] { (track.description.name) }
            }
        } }
    }
}

fn one(seen: &Seen, reader: &Reader, blocker: &Blocker) -> Markup {
    let state = blocker.state(seen.view.at);
    html! {
        li #{ "b-" (blocker.number) } {
            h3 { a.step href=(reader.link(seen.path(&format!("/blockers/{}", blocker.number)))) { span.number { (blocker.number) } " " (blocker.title) } }
            p.line { (tag(state)) " " (on_tracks(seen, blocker)) " · threatens " (blocker.threatens.told(&seen.view.release)) }
            p.line { b { (owner(seen, blocker)) } " · " (standing(seen, blocker)) }
            @if let Some((update, step)) = blocker.status() {
                blockquote { p { (update.text) } p.hint { (seen.told(step.voice())) ", " (seen.clock.short(step.at)) } }
            }
        }
    }
}

fn gone(seen: &Seen, reader: &Reader, blocker: &Blocker) -> Markup {
    html! {
        li #{ "b-" (blocker.number) } {
            p { a href=(reader.link(seen.path(&format!("/blockers/{}", blocker.number)))) { (blocker.number) " " (blocker.title) } " " (tag(blocker.state(seen.view.at))) }
            @if let Some((how, step)) = blocker.end() {
                p.hint {
                    (seen.told(step.voice())) ", " (seen.clock.short(step.at))
                    @if let Some(words) = crate::app::blockers::told::words(&domain::blocker::Did::Ended(how.clone())) { ": “" (words) "”" }
                }
            }
        }
    }
}

/// Draws how a blocker stands: its word, coloured.
pub(super) fn tag(state: BlockerState) -> Markup {
    let mark = match state {
        BlockerState::Open => Mark::Unmet,
        BlockerState::Proposed => Mark::Unknown,
        BlockerState::Resolved => Mark::Met,
        BlockerState::Waived | BlockerState::Deferred => Mark::Waived,
        BlockerState::Rejected | BlockerState::Withdrawn | BlockerState::Merged => {
            return html! { span.tag.ended { (state.as_str()) } };
        }
    };
    html! { span class={ "tag " (mark.class()) } { (state.as_str()) } }
}

/// Returns the names of its tracks.
pub(super) fn on_tracks(seen: &Seen, blocker: &Blocker) -> String {
    let release = &seen.view.release;
    let name = |id: &TrackId| {
        release.tracks.get(id).map_or_else(|| id.to_string(), |track| track.description.name.clone())
    };
    blocker.tracks.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Says who owns it.
pub(super) fn owner(seen: &Seen, blocker: &Blocker) -> String {
    match (&blocker.owner, blocker.asked()) {
        (Some(owner), _) => format!("{}, {}", seen.name(&owner.person), function(owner.function)),
        (None, Some(asked)) => format!("Nobody owns it; {} is asked", seen.name(asked)),
        (None, None) => "Nobody owns it".to_owned(),
    }
}

/// Says whether it is known where it stands, and since or until when.
pub(super) fn standing(seen: &Seen, blocker: &Blocker) -> Markup {
    let now = seen.view.at;
    html! {
        @match (blocker.state(now), blocker.status_at(now)) {
            (BlockerState::Proposed, _) => { "proposed by " (seen.name(&blocker.by)) ", " (seen.clock.when(blocker.at)) },
            (_, StatusStanding::Current { next_update }) => { "next status by " (seen.clock.when(next_update)) },
            (_, StatusStanding::Due { since }) => span.unmet { "a status was due " (seen.clock.when(since)) },
            (_, StatusStanding::Never { since }) => span.unmet { "no status since " (seen.clock.when(since)) },
        }
    }
}
