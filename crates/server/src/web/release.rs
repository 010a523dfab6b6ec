//! A release: is each track ready, why not, what do we not know, what could it mean for users.
//!
//! Invariant: its first screen answers those in that order; everything else comes after.

use axum::extract::State;
use maud::{Markup, html};

use super::frame::{Tab, command, empty};
use super::mark;
use super::parts::know::know;
use super::parts::timeline::timeline;
use super::parts::verdict::{card, matrix};
use super::reader::Reader;
pub(super) use super::seen::ReleasePath;
use super::seen::Seen;
use super::shipping;
use super::trouble::Page;
use crate::app::App;

/// How many happenings stand on the page.
const RECENT: usize = 15;

pub(super) async fn release(State(app): State<App>, reader: Reader, path: ReleasePath) -> Page {
    let mut seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let body = body(&seen, &reader);
    Ok(seen.frame(&reader, Tab::Overview, "", Vec::new(), body).answer())
}

fn body(seen: &Seen, reader: &Reader) -> Markup {
    let view = &seen.view;
    let release = &view.release;
    html! {
        (head(seen, reader))
        @if !release.redacted.is_empty() {
            p.note {
                (domain::words::count(release.redacted.len() as i64, "event was", "events were"))
                " redacted; what they said no longer counts. The " a href=(reader.link(seen.path("/journal"))) { "journal" } " says which."
            }
        }
        @if view.tracks.is_empty() {
            (empty("No track yet", html! {
                p { "Each track of the release will be here with its verdict. Tracks come from the product’s file:" }
                (command("seaworthy apply"))
            }))
        } @else {
            section.tracks aria-label="Tracks" { @for track in &view.tracks { (card(seen, reader, track)) } }
            (assessed(seen, reader))
            (shipping::phases(seen, reader))
            (know(seen, reader, &view.knowledge))
            section.card aria-labelledby="matrix" {
                header { h2 #matrix { "Ready to ship, by criterion" } (mark::key()) }
                @if view.tracks.iter().all(|track| track.criteria.is_empty()) {
                    (empty("Nothing is agreed yet", html! {
                        p { "The definition of ready will be here: one line a criterion, one column a track. Until it is agreed, no track can be ready." }
                        p { a.button href=(reader.link(seen.path("/definition"))) { "Definition of ready" } }
                        p { "Or write criteria into the product’s file, from presets or in words of your own, and apply it:" }
                        (command("seaworthy apply"))
                    }))
                } @else { (matrix(seen, reader)) }
            }
        }
        section.card aria-labelledby="recent" {
            header { h2 #recent { "What happened last" } a.more href=(reader.link(seen.path("/journal"))) { "Whole journal" } }
            (timeline(view.recent.iter().take(RECENT).map(|happening| (happening, Some(&release.id))), reader, &seen.clock, &seen.names, false))
        }
    }
}

/// What was signed for each candidate, in a line each.
fn assessed(seen: &Seen, reader: &Reader) -> Markup {
    let release = &seen.view.release;
    let signed: Vec<_> =
        release.live_tracks().filter_map(|track| Some((track, track.assessment()?))).collect();
    html! {
        @if !signed.is_empty() {
            section.card aria-labelledby="assessed" {
                header { h2 #assessed { "Assessed" } span.hint { "The coordinator’s own judgement, signed for the candidate" } }
                ul.plain.pad { @for (track, assessment) in signed {
                    li {
                        b { (track.description.name) } ": "
                        a href=(reader.link(seen.path(&format!("/tracks/{}#assessment", track.description.id)))) {
                            (assessment.recommendation.label()) ", " (assessment.confidence) " % sure"
                        }
                        span.hint { " – " (seen.name(&assessment.actor)) ", " (seen.clock.short(assessment.recorded_at)) }
                    }
                } }
            }
        }
    }
}

fn head(seen: &Seen, reader: &Reader) -> Markup {
    let release = &seen.view.release;
    let gate = seen.view.tracks.first().map(|track| track.gate.label());
    html! {
        section.head {
            div {
                h1 { (seen.title()) }
                p.sub {
                    @if let Some(gate) = gate { "Next gate: " b { (gate) } ". " }
                    @match release.ruling() {
                        Some(ruling) => {
                            a href=(reader.link(seen.path("/definition"))) { "Definition v" (ruling.definition.version) }
                            ", in force since " (seen.clock.short(ruling.since))
                            @if let Some(late) = release.lateness(ruling) { "; " em.late { (late) } }
                            @if let Some(reason) = &ruling.definition.reason { ", because “" (reason) "”" }
                            ". " (domain::words::capital(&release.consent(ruling))) "."
                        },
                        None => { a href=(reader.link(seen.path("/definition"))) { "No definition of ready" } " is in force." },
                    }
                    @if let Some(draft) = &release.draft {
                        " A " a href=(reader.link(seen.path("/definition"))) { "draft of version " (draft.definition.version) } ": " (release.waiting(draft)) "."
                    }
                }
            }
            div.act { a.button href=(reader.link(seen.path("/changes"))) { "What changed" } }
        }
    }
}
