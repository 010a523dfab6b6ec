//! The definition of ready: what is in force, what waits and for whom, and what was.
//!
//! Invariant: how late the bar moved, and who has not agreed, stand beside what is in force, never below it.

mod agree;
mod criteria;
mod differ;
mod edit;
mod fields;
mod filled;
mod trial;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::definition::{Draft, Ruling};
use domain::id::{ProductId, ReleaseId, ReleaseName};
use domain::permission::Act;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Tab, command, empty};
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::{Page, Trouble};
use crate::app::App;
use crate::app::definition::version_of;

use agree::Refused;
pub(super) use agree::{agree, drop_draft};
use criteria::by_gate;
pub(super) use differ::difference;
pub(super) use edit::{edit, form, trial};

/// The version that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfVersion {
    product: ProductId,
    name: ReleaseName,
    version: i64,
}

pub(super) async fn show(State(app): State<App>, reader: Reader, path: ReleasePath) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    page(&app, &reader, seen, None).await
}

/// Draws the page, with what was refused by its form.
async fn page(app: &App, reader: &Reader, mut seen: Seen, refused: Option<&Refused>) -> Page {
    let body = body(app, reader, &seen, refused).await?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let below = vec![("Definition".to_owned(), seen.path("/definition"))];
    let mut frame = seen.frame(reader, Tab::Definition, "Definition of ready", below, body);
    if refused.is_some() {
        // What was typed is left alone.
        frame.live = None;
    }
    Ok(frame.answer_with(status))
}

async fn body(app: &App, reader: &Reader, seen: &Seen, refused: Option<&Refused>) -> Result<Markup, Trouble> {
    let release = &seen.view.release;
    let here = seen.past.is_none();
    let template = app.template(release).await?.len();
    let people = if here && reader.may(Act::GiveWord) { app.known_people().await? } else { Vec::new() };
    let words = agree::Words { seen, reader, people: &people, here, refused };
    Ok(html! {
        section.head {
            div { h1 { "Definition of ready" } (standing(seen)) }
            @if here && reader.may(Act::Define) { div.act { (begin(seen, template)) } }
        }
        @if let Some(draft) = &release.draft { (waiting(seen, reader, draft, &words)) }
        @else if let Some(dropped) = release.dropped.as_ref().filter(|dropped| release.ruling().is_none_or(|ruling| ruling.since < dropped.at)) {
            p.note { "The draft of version " (dropped.version) " was dropped by " (seen.name(&dropped.by)) " " (seen.clock.short(dropped.at)) ": “" (dropped.reason) "”" }
        }
        @match release.ruling() {
            Some(ruling) => (in_force(seen, reader, ruling, &words)),
            None if release.draft.is_none() => section.card aria-label="In force" { (empty("Nothing is agreed yet", html! {
                p { "What “ready” means for this release will be here: each criterion with who owns it, who may waive it, and what it asks. It is drafted, agreed by " (functions(seen)) ", and then in force. Until then no track can be ready." }
                @if here && reader.may(Act::Define) { p.acts { (begin(seen, template)) } }
                @else { p { "A coordinator can draft it here, or write it into the product’s file:" } (command("seaworthy apply")) }
            })) },
            None => {},
        }
        @if !release.definitions.is_empty() { (history(seen, reader)) }
    })
}

/// Says in a sentence what rules, since when, and how it came to.
fn standing(seen: &Seen) -> Markup {
    let release = &seen.view.release;
    html! {
        p.sub {
            @match release.ruling() {
                Some(ruling) => {
                    "Version " b { (ruling.definition.version) } " is in force since " (seen.clock.when(ruling.since))
                    @if let Some(late) = release.lateness(ruling) { "; " em.late { (late) } }
                    ". " (words::capital(&release.consent(ruling))) "."
                },
                None => { "None is in force: no track can be ready until one is." },
            }
        }
    }
}

fn functions(seen: &Seen) -> String {
    let names: Vec<&str> = seen.view.release.agreeing().iter().map(|function| function.as_str()).collect();
    words::joined(&names, names.len(), "and")
}

/// The buttons that begin a draft.
fn begin(seen: &Seen, template: usize) -> Markup {
    let release = &seen.view.release;
    let from = |origin: &str| seen.path(&format!("/definition/draft?from={origin}"));
    html! {
        @if release.draft.is_some() { a.button href=(from("draft")) { "Edit the draft" } }
        @else {
            @if release.ruling().is_some() { a.button.primary href=(from("ruling")) { "Amend" } }
            @if template > 0 { a.button.primary[release.ruling().is_none()] href=(from("template")) { "Draft from the template" } }
            @if release.ruling().is_none() { a.button.primary[template == 0] href=(from("nothing")) { "Draft from nothing" } }
        }
    }
}

fn waiting(seen: &Seen, reader: &Reader, draft: &Draft, words: &agree::Words<'_>) -> Markup {
    let release = &seen.view.release;
    let definition = &draft.definition;
    html! {
        section.card.draft aria-labelledby="draft" {
            header { h2 #draft { "Draft of version " (definition.version) } span.hint { (words::capital(&release.waiting(draft))) } }
            div.pad {
                p { "Drafted by " b { (seen.name(&draft.by)) } " " (seen.clock.when(draft.at)) @if let Some(reason) = &definition.reason { ", because “" (reason) "”" } "." }
                @if let Some(ruling) = release.ruling() { (differ::in_short(seen, reader, &ruling.definition.criteria, &definition.criteria)) }
                (agree::agreements(words, draft.position, &draft.agreements))
                (agree::dropping(words, draft))
            }
            details #draft-criteria open[release.ruling().is_none()] {
                summary.pad { (words::count(definition.criteria.len() as i64, "criterion", "criteria")) " of the draft" }
                (by_gate(seen, &definition.criteria))
            }
        }
    }
}

fn in_force(seen: &Seen, reader: &Reader, ruling: &Ruling, words: &agree::Words<'_>) -> Markup {
    let release = &seen.view.release;
    let criteria = &ruling.definition.criteria;
    let is_whole = release.awaited(&ruling.agreements).is_empty();
    html! {
        section.card aria-labelledby="in-force" {
            header {
                h2 #in-force { "In force: version " (ruling.definition.version) }
                span.hint { (words::count(criteria.len() as i64, "criterion", "criteria")) }
            }
            @if let Some(reason) = &ruling.definition.reason { p.pad { (because(ruling.definition.version)) " “" (reason) "”." } }
            @if criteria.is_empty() { (empty("It has no criterion", html! { p { "Of none, nothing can be said: no track can be ready." } })) }
            @else { (by_gate(seen, criteria)) }
            details.pad #agreed open[!is_whole && release.draft.is_none()] {
                summary { "Who agreed: " (release.consent(ruling)) }
                div.inner { (agree::agreements(words, ruling.position, &ruling.agreements)) }
            }
            p.pad.hint { "A verdict for each criterion and track is on the " a href=(reader.link(seen.path("#matrix"))) { "overview" } "." }
        }
    }
}

/// Returns what goes before the reason of a version.
fn because(version: i64) -> &'static str {
    if version > 1 { "Amended because" } else { "Put in force with the words" }
}

fn history(seen: &Seen, reader: &Reader) -> Markup {
    let release = &seen.view.release;
    html! {
        section.card aria-labelledby="history" {
            header {
                h2 #history { "History" }
                @if release.definitions.len() > 1 || release.draft.is_some() { a.more href=(reader.link(seen.path("/definition/difference"))) { "Compare versions" } }
            }
            table.list {
                thead { tr { th scope="col" { "Version" } th scope="col" { "In force since" } th scope="col" { "Why" } th scope="col" { "Agreed" } th scope="col" { "How late" } } }
                tbody { @for ruling in release.definitions.iter().rev() {
                    @let version = ruling.definition.version;
                    tr {
                        th scope="row" { a href=(reader.link(seen.path(&format!("/definition/{version}")))) { "Version " (version) } small { (words::count(ruling.definition.criteria.len() as i64, "criterion", "criteria")) } }
                        td data-label="In force since" { (seen.clock.short(ruling.since)) small { "by " (seen.name(&ruling.by)) } }
                        td data-label="Why" {
                            @match &ruling.definition.reason { Some(reason) => { "“" (reason) "”" }, None if version == 1 => span.hint { "the first" }, None => span.hint { "no reason given" } }
                            @if version > 1 { small { a href=(reader.link(seen.path(&format!("/definition/difference?to={version}")))) { "what changed" } } }
                        }
                        td data-label="Agreed" { (release.consent(ruling)) }
                        td data-label="How late" { @match release.lateness(ruling) { Some(late) => em.late { (late) }, None => "before any candidate" } }
                    }
                } }
            }
        }
    }
}

/// A version that is or was in force.
pub(super) async fn version(
    State(app): State<App>,
    reader: Reader,
    path: Result<Path<OfVersion>, PathRejection>,
) -> Page {
    let OfVersion { product, name, version } = path?.0;
    let mut seen = Seen::load(&app, &reader, &ReleaseId { product, name }).await?;
    let body = {
        let release = &seen.view.release;
        let ruling = version_of(release, version)?;
        let next = release.definitions.iter().find(|later| later.definition.version > version);
        html! {
            section.head {
                div {
                    h1 { "Definition of ready, version " (version) }
                    p.sub {
                        "In force since " (seen.clock.when(ruling.since))
                        @if let Some(next) = next { " until " (seen.clock.short(next.since)) }
                        @if let Some(late) = release.lateness(ruling) { "; " em.late { (late) } }
                        ". " (words::capital(&release.consent(ruling))) "."
                        @if let Some(reason) = &ruling.definition.reason { " " (because(version)) " “" (reason) "”." }
                    }
                }
                div.act {
                    @if version > 1 { a.button href=(reader.link(seen.path(&format!("/definition/difference?to={version}")))) { "What it changed" } }
                    @if next.is_some() { a.button href=(reader.link(seen.path("/definition"))) { "What is in force" } }
                }
            }
            section.card aria-label="Criteria" { (by_gate(&seen, &ruling.definition.criteria)) }
        }
    };
    let below = vec![
        ("Definition".to_owned(), seen.path("/definition")),
        (format!("Version {version}"), seen.path(&format!("/definition/{version}"))),
    ];
    let title = format!("Definition of ready, version {version}");
    let answer: Response = seen.frame(&reader, Tab::Definition, &title, below, body).answer();
    Ok(answer)
}
