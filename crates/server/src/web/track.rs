//! A track: its candidate, its verdicts with their evidence, and what is stale and why.
//!
//! Invariant: evidence on another build than the candidate is shown apart, and never as if it counted.

use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use domain::id::{BuildNumber, ProductId, ReleaseId, ReleaseName, TrackId};
use domain::knowledge::Knowledge;
use domain::permission::Act;
use domain::track::Track;
use maud::{Markup, html};
use serde::Deserialize;

use super::asks;
use super::evidence::{Piece, bringing, pieces, table};
use super::frame::{Tab, command, empty};
use super::mark;
use super::parts::know::know;
use super::parts::verdict::{one_by_one, strip, why};
use super::reader::Reader;
use super::seen::Seen;
use super::shipping;
use super::sign;
use super::trouble::Page;
use crate::app::App;
use crate::app::check::TrackCheck;

/// The track that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfTrack {
    product: ProductId,
    name: ReleaseName,
    track: TrackId,
}

pub(super) async fn track(
    State(app): State<App>,
    reader: Reader,
    path: Result<Path<OfTrack>, PathRejection>,
) -> Page {
    let OfTrack { product, name, track } = path?.0;
    let mut seen = Seen::load(&app, &reader, &ReleaseId { product, name }).await?;
    let described = domain::command::evidence::track(&seen.view.release, &track)?.description.name.clone();
    let facts = match seen.past {
        None => app.facts(seen.id(), &track).await?,
        Some(_) => Vec::new(),
    };
    let body = {
        let track = domain::command::evidence::track(&seen.view.release, &track)?;
        let check = seen.view.tracks.iter().find(|check| check.track == track.description.id);
        html! {
            @if let Some(check) = check { (judged(&seen, &reader, track, check)) }
            @else { (empty("This track was taken out of the release", html! { p { "What was recorded of it stays in the journal." } })) }
            @if !facts.is_empty() { (seen_facts(&facts, "What a criterion can see here")) }
        }
    };
    let below = vec![(described.clone(), seen.path(&format!("/tracks/{track}")))];
    Ok(seen.frame(&reader, Tab::Deeper, &described, below, body).answer())
}

fn judged(seen: &Seen, reader: &Reader, track: &Track, check: &TrackCheck) -> Markup {
    let none = Knowledge::default();
    let knowledge = seen.view.of_tracks.get(&check.track).unwrap_or(&none);
    let (mark, _) = mark::readiness(check.readiness);
    let pieces = pieces(track);
    let candidate = track.candidate.as_ref().map(|candidate| &candidate.build);
    let live = |piece: &&Piece<'_>| piece.withdrawn.is_none();
    let on_candidate: Vec<Piece<'_>> =
        pieces.iter().filter(live).filter(|piece| !piece.is_stale()).cloned().collect();
    let stale: Vec<Piece<'_>> =
        pieces.iter().filter(live).filter(|piece| piece.is_stale()).cloned().collect();
    html! {
        section.head.(mark.class()) {
            div {
                h1.marked { (mark.shape()) (check.name) (mark::pill(check.readiness)) }
                p.sub { (why(check)) }
                (strip(check))
            }
            nav.act aria-label="Other tracks" {
                @for other in &seen.view.tracks {
                    @let (mark, _) = mark::readiness(other.readiness);
                    a.button.(mark.class()) href=(reader.link(seen.path(&format!("/tracks/{}", other.track)))) aria-current=[(other.track == check.track).then_some("page")] {
                        (mark.shape()) (other.name)
                    }
                }
            }
        }
        (sign::card(seen, reader, track))
        (shipping::way(seen, reader, track))
        div.columns {
            section.card aria-labelledby="candidate" { (candidate_card(seen, reader, track)) }
            section.card aria-labelledby="devices" { (devices(seen, reader, track)) }
        }
        (know(seen, reader, knowledge))
        section.card aria-labelledby="verdicts" {
            header { h2 #verdicts { "Verdicts" } span.hint { "at the gate: " (check.gate.label()) } }
            @if check.criteria.is_empty() {
                (empty("No criterion applies", html! { p { (check.note.as_deref().unwrap_or("Agree on criteria in the product’s file.")) } }))
            } @else { (one_by_one(seen, reader, check)) }
        }
        @for later in &check.later {
            @let id = format!("at-{}", later.gate.as_str());
            section.card aria-labelledby=(id) {
                header { h2 id=(id) { "Later: " (later.gate.label()) } (mark::pill(later.readiness)) }
                (one_by_one(seen, reader, &TrackCheck { criteria: later.criteria.clone(), ..check.clone() }))
            }
        }
        section.card aria-labelledby="evidence" {
            header { h2 #evidence { "Evidence on the candidate" } span.hint { (domain::words::count(on_candidate.len() as i64, "piece", "pieces")) } }
            @if on_candidate.is_empty() {
                (empty("Nothing has been seen of this build", html! {
                    p { "Test runs, checks by hand and summaries for the candidate will be here." }
                    @if let Some(build) = candidate {
                        (command(&format!("seaworthy ingest --release {} --track {} --build {build} --kind smoke reports/", seen.id(), check.track)))
                    }
                }))
            } @else { (table(seen, reader, &on_candidate, None)) }
        }
        (asks::card(seen, reader, &check.track))
        @if !stale.is_empty() {
            section.card aria-labelledby="stale" {
                header { h2 #stale { "Stale: on other builds" } span.hint { "It does not count for the candidate." } }
                (table(seen, reader, &stale, None))
            }
        }
    }
}

fn candidate_card(seen: &Seen, reader: &Reader, track: &Track) -> Markup {
    let label = |number: &BuildNumber| track.build_label(number);
    let below = |below: &str| seen.path(&format!("/tracks/{}/{below}", track.description.id));
    let now = seen.past.is_none() && seen.view.release.unrecognised.is_none();
    let signs = now && track.candidate.is_some();
    html! {
        header {
            h2 #candidate { "Candidate" }
            div.act {
                @if signs && reader.may(Act::GiveWord) { a.button href=(below("signoffs/new")) { "Sign off" } }
                @if signs && reader.may(Act::Assess) { a.button href=(below("assessments/new")) { "Assess" } }
                @if now && reader.may(Act::Nominate) { a.button href=(below("candidate")) { "Nominate…" } }
            }
        }
        @match (&track.candidate, track.candidate_build()) {
            (Some(candidate), build) => {
                dl.facts {
                    div { dt { "Build" } dd { b { (label(&candidate.build)) } } }
                    @if let Some(build) = build {
                        div { dt { "Commit" } dd { code { (build.commit) } } }
                        @if let Some(revision) = build.revision { div { dt { "Revision" } dd { (domain::words::number(revision)) } } }
                        @if let Some(artifact) = &build.artifact { div { dt { "Artifact" } dd { code.digest title="SHA-256" { (artifact.to_string()) } } } }
                    }
                    div { dt { "Nominated" } dd {
                        (seen.clock.when(candidate.nominated_at)) " by " (seen.name(&candidate.by))
                        @if let Some(reason) = &candidate.reason { span.hint { ": “" (reason) "”" } }
                    } }
                    (sign::signed(seen, reader, track))
                    @if let Some(store) = &track.description.store { div { dt { "Store" } dd { (store) } } }
                }
                @let others: Vec<_> = track.builds.values().filter(|build| build.number != candidate.build).collect();
                @if !others.is_empty() {
                    details #other-builds {
                        summary { (domain::words::count(others.len() as i64, "other build", "other builds")) }
                        ul.plain {
                            @for other in others {
                                li { (other) " " code { (other.commit) } @if let Some(build) = build { span.hint { (other.distance_to(build)) } } }
                            }
                        }
                    }
                }
            },
            (None, _) => (empty("No candidate", html! {
                p { "The build that is to ship will be here. " @if now && reader.may(Act::Nominate) { a href=(below("candidate")) { "Nominate one" } ", or do it" } @else { "It is nominated" } " in the product’s file, under the release’s track:" }
                pre.command { code { "candidate = { number = 514, commit = \"9be27d1\" }" } }
            })),
        }
    }
}

/// The devices of platform validation, each with what is known of it on the candidate.
fn devices(seen: &Seen, reader: &Reader, track: &Track) -> Markup {
    let all = pieces(track);
    html! {
        header { h2 #devices { "Devices" } (bringing(seen, reader, &format!("?what=check&track={}", track.description.id))) }
        @if track.description.devices.is_empty() {
            (empty("No device is listed", html! {
                p { "The devices that validation covers will be here, each with its result on the candidate. List them in the product’s file:" }
                pre.command { code { "[tracks." (track.description.id) "]\ndevices = [\"Pixel 8 / Android 15\"]" } }
            }))
        } @else {
            ul.devices {
                @for device in &track.description.devices {
                    @let of_device: Vec<&Piece<'_>> = all.iter().filter(|piece| piece.device == Some(device.as_str()) && piece.withdrawn.is_none()).collect();
                    @let here = of_device.iter().find(|piece| !piece.is_stale());
                    @let mark = match here { Some(piece) if piece.bad => mark::Mark::Unmet, Some(_) => mark::Mark::Met, None => mark::Mark::Unknown };
                    li class=(mark.class()) {
                        (mark.shape())
                        span {
                            b { (device) }
                            small {
                                @match (here, of_device.first()) {
                                    (Some(piece), _) => a href=(reader.link(seen.path(&format!("/evidence/{}", piece.position)))) {
                                        (piece.result) ", " (seen.told(piece.voice)) ", " (seen.clock.short(piece.at))
                                    },
                                    (None, Some(piece)) => a href=(reader.link(seen.path(&format!("/evidence/{}", piece.position)))) {
                                        "last seen on " (piece.build) ", not on the candidate"
                                    },
                                    (None, None) => "never seen on this release",
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Draws every fact of a track with its value, folded away under its head.
pub(super) fn seen_facts(facts: &[crate::app::facts::FactLine], head: &str) -> Markup {
    html! {
        details.card #facts {
            summary { h2 { (head) } span.hint { (facts.len()) " facts, with today’s values" } }
            div.scroll tabindex="0" role="region" aria-label="Facts" {
                table.facts-table {
                    thead { tr { th scope="col" { "Fact" } th scope="col" { "Value" } th scope="col" { "What it tells" } } }
                    tbody {
                        @for fact in facts {
                            tr {
                                th scope="row" { code { (fact.fact) } }
                                td { @match &fact.missing { Some(why) => span.unknown { "missing: " (why) }, None => code { (value(&fact.value)) } } }
                                td { (fact.doc) " (" (fact.of) ")" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Returns a value in one line; a long list is counted.
fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(items) if items.len() > 4 => {
            domain::words::count(items.len() as i64, "entry", "entries")
        }
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
