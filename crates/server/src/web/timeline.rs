//! The timeline of a release: when each track should go live, until when it must be submitted, and its milestones.
//!
//! Invariant: the page tells what the API tells; what is drawn is in the table below it, too.

mod chart;
mod forms;

use std::collections::BTreeMap;

use axum::extract::State;
use domain::id::{MilestoneId, TrackId};
use domain::permission::Act;
use maud::{Markup, html};

use super::frame::{Tab, empty};
use super::mark::Mark;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use super::typed::{Refused, wrong};
use crate::app::App;
use crate::app::timeline::told;
use crate::app::timeline::{MilestoneLine, StandingWord, TimelineResponse, TrackTimeline};

pub(super) use forms::{add, drop, plan, reached, target, withdraw};

pub(super) async fn show(State(app): State<App>, reader: Reader, path: ReleasePath) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    page(&reader, seen, None)
}

fn page(reader: &Reader, mut seen: Seen, refused: Option<&Refused>) -> Page {
    let body = body(&seen, reader, refused);
    let below = vec![("Timeline".to_owned(), seen.path("/timeline"))];
    let status = Refused::status(refused);
    Ok(seen.frame(reader, Tab::Timeline, "Timeline", below, body).answer_with(status))
}

fn body(seen: &Seen, reader: &Reader, refused: Option<&Refused>) -> Markup {
    let release = &seen.view.release;
    let at = if seen.past.is_some() { seen.view.at } else { reader.now };
    let told = told::timeline(release, None, at, &|actor| seen.name(actor).to_owned());
    let has_days = told
        .tracks
        .iter()
        .any(|track| track.target.is_some() || track.milestones.iter().any(|of| of.planned.is_some()));
    let is_reached = |of: &MilestoneLine| of.standing == StandingWord::Reached;
    let has_reached = told.tracks.iter().any(|track| track.milestones.iter().any(is_reached));
    let now = seen.past.is_none() && release.unrecognised.is_none();
    let (schedules, reaches) = (now && reader.may(Act::Schedule), now && reader.may(Act::Reach));
    let calendar = format!("/products/{}/calendar", release.id.product);
    html! {
        section.head {
            div {
                h1 { "Timeline" }
                p.sub {
                    "When each track should go live, and the milestones before and after it, in business days. Days begin and end in "
                    (told.zone) "; today is " b { (told.today.told()) } ". "
                    a href=(calendar) { "Holidays and freezes" }
                }
            }
        }
        @if refused.is_some() && !(schedules || reaches) { (wrong(refused)) }
        @if !has_days {
            section.card aria-label="Timeline" {
                (empty("No track has a go-live date", html! {
                    p { "Once a track has one, its milestones follow from it: code freeze, candidate cut, handoff, submission and the others of the product’s template, each on a working day." }
                    @if schedules { p { "Set the first below, for the track whose date is surest." } }
                    @else if now { p { "A coordinator sets it." } }
                }))
            }
            @if schedules || reaches { (forms::all(seen, &told, refused, schedules, reaches)) }
            @if has_reached { (table(&told)) }
        } @else {
            (goals(seen, reader, &told))
            (clashes(&told))
            (chart::card(&told, &release.description.policy.calendar, release))
            (table(&told))
            @if schedules || reaches { (forms::all(seen, &told, refused, schedules, reaches)) }
        }
    }
}

/// Each track's target, and the last day to submit.
fn goals(seen: &Seen, reader: &Reader, told: &TimelineResponse) -> Markup {
    html! {
        section.card aria-labelledby="goals" {
            header { h2 #goals { "Go-live, and submit by" } }
            ul.goals { @for track in &told.tracks {
                li #{ "g-" (track.track) } {
                    p.what { a href=(reader.link(seen.path(&format!("/tracks/{}", track.track)))) { (track.name) } }
                    div.because {
                        @match &track.target {
                            Some(target) => {
                                p {
                                    "Goes live on " b { (target.on.near(told.today)) }
                                    @if let Some(moved) = target.told() { ", " (moved) }
                                }
                                p.hint {
                                    @if let Some(reason) = &target.reason { "“" (reason) "” " }
                                    (target.by) ", " (seen.clock.short(target.at)) " " (super::defect::event(target.position))
                                }
                            },
                            None => p.hint { "No go-live date is set." },
                        }
                        @if let Some(submit_by) = &track.submit_by {
                            p {
                                @match submit_by.on {
                                    Some(on) if on < told.today => { "It had to be submitted by " b { (on.near(told.today)) } " for that" },
                                    Some(on) => { "Submit by the end of " b { (on.near(told.today)) } },
                                    None => "Until when it must be submitted is not known",
                                }
                            }
                            details { summary.hint { "Why" } ul.plain { @for why in &submit_by.because { li { (domain::words::capital(why)) "." } } } }
                        }
                    }
                }
            } }
        }
    }
}

/// Days that cannot be kept, with what is free.
fn clashes(told: &TimelineResponse) -> Markup {
    let clashing: Vec<(&TrackTimeline, &MilestoneLine)> = told
        .tracks
        .iter()
        .flat_map(|track| track.milestones.iter().map(move |of| (track, of)))
        .filter(|(_, of)| of.clash.is_some())
        .collect();
    html! {
        @if !clashing.is_empty() {
            section.card aria-labelledby="clashes" {
                header { h2 #clashes { "Days that cannot be kept" } }
                ul.asks { @for (track, of) in clashing {
                    @if let (Some(clash), Some(planned)) = (&of.clash, of.planned) {
                        li {
                            p { b { (track.name) ": " (of.name) } ", " (planned.near(told.today)) ", " (clash.because) "." }
                            p.hint { @match (clash.before, clash.after) {
                                (Some(before), Some(after)) => { (before.near(told.today)) " before it and " (after.near(told.today)) " after it are free." },
                                (Some(day), None) | (None, Some(day)) => { (day.near(told.today)) " is free." },
                                (None, None) => "No day near it is free.",
                            } }
                        }
                    }
                } }
            }
        }
    }
}

/// A milestone, and how it stands on each track that has it.
type Row<'a> = (&'a MilestoneId, &'a str, BTreeMap<&'a TrackId, &'a MilestoneLine>);

/// Every milestone of any track, in the order of the first track that has it; what another has besides follows what goes
/// before it there.
fn rows(told: &TimelineResponse) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for track in &told.tracks {
        let mut next = 0;
        for of in &track.milestones {
            match rows.iter().position(|(id, ..)| **id == of.milestone) {
                Some(at) => {
                    if let Some((.., cells)) = rows.get_mut(at) {
                        cells.insert(&track.track, of);
                    }
                    next = at + 1;
                }
                None => {
                    rows.insert(next, (&of.milestone, &of.name, [(&track.track, of)].into()));
                    next += 1;
                }
            }
        }
    }
    rows
}

fn table(told: &TimelineResponse) -> Markup {
    html! {
        section.card aria-labelledby="milestones" {
            header { h2 #milestones { "Milestones" } (key()) }
            div.scroll tabindex="0" role="region" aria-label="Milestones by track" {
                table.dates {
                    thead { tr {
                        th scope="col" { "Milestone" }
                        @for track in &told.tracks { th scope="col" { (track.name) } }
                    } }
                    tbody { @for (id, name, cells) in rows(told) {
                        tr #{ "m-" (id) } {
                            th scope="row" { (name) }
                            @for track in &told.tracks {
                                @match cells.get(&track.track) {
                                    Some(of) => (cell(told, of)),
                                    None => td.none { span.only-read { "not on this track" } },
                                }
                            }
                        }
                    } }
                }
            }
        }
    }
}

fn cell(told: &TimelineResponse, of: &MilestoneLine) -> Markup {
    let behind = of.standing == StandingWord::Reached && of.business_days.is_some_and(|late| late > 0);
    html! {
        td.behind[behind] {
            @match of.planned {
                Some(planned) => p { b { (planned.near(told.today)) } @if of.days.is_none() { " " small { "by hand" } } },
                None => {},
            }
            p.standing { (shape(of.standing)) (of.told(told.today)) }
            @if let Some(reached) = &of.reached {
                p.hint {
                    @match (&reached.known_from, &reached.by) {
                        (Some(from), _) => { "known: " a href={ "/journal/" (reached.position) } { (from) } },
                        (None, Some(by)) => { (by) " " (super::defect::event(reached.position)) },
                        (None, None) => {},
                    }
                    @if let Some(note) = &reached.note { " “" (note) "”" }
                }
            }
            @if of.standing != StandingWord::Dropped && let Some(reason) = &of.reason { p.hint { "“" (reason) "”" } }
            @if let Some(clash) = &of.clash { p.hint { span.debt { (clash.because) } } }
            @if of.standing == StandingWord::Overdue { p.hint { "nobody has said that it is reached" } }
        }
    }
}

/// The shape of a standing, for beside its word.
fn shape(standing: StandingWord) -> Markup {
    match standing {
        StandingWord::Reached => Mark::Met.shape(),
        StandingWord::Overdue => Mark::Unknown.shape(),
        StandingWord::Due => html! { i.pending aria-hidden="true" { "○" } },
        StandingWord::Dropped | StandingWord::Unplanned => html! { i.pending aria-hidden="true" { "–" } },
    }
}

fn key() -> Markup {
    html! {
        span.key {
            @for standing in [StandingWord::Reached, StandingWord::Due, StandingWord::Overdue, StandingWord::Dropped] {
                span { (shape(standing)) (standing.label()) }
            }
        }
    }
}
