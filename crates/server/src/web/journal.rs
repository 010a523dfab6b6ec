//! The journal: who did what when, in one release or in all, and each event byte for byte.
//!
//! Invariant: nothing that was recorded is left out but by a filter that the page names.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use domain::envelope::{Position, StreamVersion};
use domain::happening::{Happening, Topic, happening};
use domain::id::ReleaseId;
use domain::release::Release;
use domain::words;
use maud::html;
use serde::Deserialize;

use super::frame::{Frame, Past, Tab, command, empty, path};
use super::parts::timeline::timeline;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen, no_moment};
use super::trouble::Page;
use crate::app::follow::Names;
use crate::app::load::read;
use crate::app::{App, AppError};

/// Events on a page.
const PAGE: usize = 100;

/// How the journal is narrowed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    topic: String,
    #[serde(default)]
    track: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    find: String,
    /// Only events before this position.
    before: Option<i64>,
}

impl Narrow {
    fn takes(&self, happening: &Happening, names: &Names) -> bool {
        let find = self.find.trim().to_lowercase();
        let within = |text: &str| text.to_lowercase().contains(&find);
        (self.topic.is_empty() || happening.topic.as_str() == self.topic)
            && (self.track.is_empty()
                || happening.track.as_ref().is_some_and(|track| track.as_str() == self.track))
            && (self.who.is_empty() || happening.names(&self.who))
            && (find.is_empty()
                || within(&happening.told(|actor| names.of(actor)))
                || happening.detail.as_deref().is_some_and(within)
                || within(&happening.subject(|actor| names.of(actor))))
    }

    fn link(&self, base: &str, before: Position) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("topic", &self.topic), ("track", &self.track), ("who", &self.who), ("find", &self.find)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("before", &before.to_string());
        format!("{base}?{}", query.finish())
    }
}

pub(super) async fn of_release(
    State(app): State<App>,
    reader: Reader,
    path: ReleasePath,
    narrow: Result<Query<Narrow>, QueryRejection>,
) -> Page {
    let narrow = narrow?.0;
    let mut seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let release = seen.view.release.clone();
    let events =
        app.journal().read_stream(&release.id.stream(), StreamVersion(0), Some(release.position)).await;
    let told = read(events.map_err(AppError::from)?)?;
    let mut all: Vec<Happening> =
        told.iter().map(|(envelope, event)| happening(envelope, event, Some(&release))).collect();
    all.reverse();
    let people = people(&all, &seen.names);
    let total = all.len();
    all.retain(|happening| narrow.takes(happening, &seen.names));
    let fitting = all.len();
    all.retain(|happening| narrow.before.is_none_or(|before| happening.position.0 < before));
    let base = seen.path("/journal");
    let body = html! {
        section.head { div { h1 { "Journal" } p.sub { "Who did what when. Nothing here was ever changed: it is a chain, and " code { "seaworthy journal verify" } " proves it." } } }
        section.card aria-label="Journal" {
            form.filter method="get" action=(base) role="search" {
                @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
                label { span { "Search" } input #search type="search" name="find" value=(narrow.find) placeholder="Words, reasons"; }
                label { span { "About" } select name="topic" {
                    option value="" { "everything" }
                    @for (value, topic) in Topic::ALL { option value=(value) selected[value == narrow.topic] { (topic.label()) } }
                } }
                label { span { "Track" } select name="track" {
                    option value="" { "all tracks" }
                    @for track in release.tracks.values() { option value=(track.description.id) selected[track.description.id.as_str() == narrow.track] { (track.description.name) } }
                } }
                label { span { "Who" } select name="who" {
                    option value="" { "anybody" }
                    @for (name, id) in &people { option value=(id) selected[*id == narrow.who] { (name) } }
                } }
                button type="submit" { "Narrow" }
            }
            @if all.is_empty() {
                (empty("Nothing fits", html! { p { "None of " (words::count(total as i64, "event", "events")) " fits. " a href=(reader.link(base.as_str())) { "Show all" } "." } }))
            } @else {
                p.hint.pad { (words::count(fitting as i64, "event", "events")) @if fitting < total { " of " (words::number(total as i64)) } ", newest first." @if narrow.before.is_some() { " " a href=(reader.link(base.as_str())) { "To the newest" } } }
                (timeline(all.iter().take(PAGE).map(|happening| (happening, Some(&release.id))), &reader, &seen.clock, &seen.names, false))
                @if let (true, Some(last)) = (all.len() > PAGE, all.get(PAGE - 1)) {
                    nav.pages aria-label="Pages" { a.button rel="next" href=(reader.link(narrow.link(&base, last.position))) { "Older ›" } }
                }
            }
        }
    };
    let below = vec![("Journal".to_owned(), base.clone())];
    Ok(seen.frame(&reader, Tab::Journal, "Journal", below, body).answer())
}

/// Returns everyone who acted, by name.
fn people(all: &[Happening], names: &Names) -> Vec<(String, String)> {
    let who =
        |happening: &Happening| (names.of(&happening.actor).to_owned(), happening.actor.as_str().to_owned());
    let mut people: Vec<(String, String)> = all.iter().map(who).collect();
    people.sort();
    people.dedup();
    people
}

/// The most events that one page looks through for those that fit.
const LOOKED_THROUGH: usize = 5_000;

/// The whole journal, across releases and products.
pub(super) async fn whole(
    State(app): State<App>,
    reader: Reader,
    narrow: Result<Query<Narrow>, QueryRejection>,
) -> Page {
    let narrow = narrow?.0;
    let clock = reader.clock("UTC");
    let names = app.names();
    let at = reader.moment("UTC").map_err(|text| no_moment(&text))?;
    // Before anything is read: what happens meanwhile is then told to the page, and not missed.
    let after = app.fleet_shown().await?;
    let newest = match at {
        Some(at) => app.journal().position_at(at).await.map_err(AppError::from)?,
        None => app.position().await?,
    };
    let mut before =
        Position(narrow.before.map_or(i64::MAX, |before| before.max(1)).min(newest.0.saturating_add(1)));
    let mut shown: Vec<(Happening, Option<ReleaseId>)> = Vec::new();
    let mut looked = 0;
    while shown.len() < PAGE && looked < LOOKED_THROUGH && before.0 > 1 {
        let events = app.journal().read_before(before, PAGE as u32).await.map_err(AppError::from)?;
        let Some(last) = events.last() else { break };
        before = last.envelope.position;
        looked += events.len();
        for (envelope, event) in read(events)? {
            let id = ReleaseId::from_stream(&envelope.stream);
            let release = match &id {
                Some(id) => app.view(id).await.ok().map(|view| view.release.clone()),
                None => None,
            };
            let happening = happening(&envelope, &event, release.as_deref());
            if narrow.takes(&happening, &names) {
                shown.push((happening, id));
            }
        }
    }
    let body = html! {
        section.head { div { h1 { "Whole journal" } p.sub { "Every event of every product and release: " (words::count(newest.0, "event", "events")) ", in one chain." } } }
        section.card aria-label="Journal" {
            form.filter method="get" action="/journal" role="search" {
                @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
                label { span { "Search" } input #search type="search" name="find" value=(narrow.find) placeholder="Words, reasons, people"; }
                label { span { "About" } select name="topic" {
                    option value="" { "everything" }
                    @for (value, topic) in Topic::ALL { option value=(value) selected[value == narrow.topic] { (topic.label()) } }
                } }
                button type="submit" { "Narrow" }
            }
            @if newest.0 == 0 {
                (empty("Nothing has happened yet", html! { p { "Whatever is recorded will be here: who, what, when. It begins with a product’s file:" } (command("seaworthy apply")) }))
            } @else if shown.is_empty() {
                (empty("Nothing here fits", html! { p { a href=(reader.link("/journal")) { "Show all" } ", or look further back." } }))
            } @else {
                (timeline(shown.iter().map(|(happening, id)| (happening, id.as_ref())), &reader, &clock, &names, true))
            }
            @if before.0 > 1 {
                nav.pages aria-label="Pages" { a.button rel="next" href=(reader.link(narrow.link("/journal", before))) { "Older ›" } }
            }
        }
    };
    let frame = Frame {
        reader: &reader,
        clock: &clock,
        title: "Journal".to_owned(),
        crumbs: vec![
            ("Fleet".to_owned(), "/".to_owned()),
            ("Whole journal".to_owned(), "/journal".to_owned()),
        ],
        tabs: None,
        live: narrow.before.is_none().then(|| format!("/live?after={after}")),
        past: at.map(|at| Past { at, earlier: None, later: None, since: None }),
        body,
    };
    Ok(frame.answer())
}

/// One event, byte for byte.
pub(super) async fn event(
    State(app): State<App>,
    reader: Reader,
    position: Result<Path<i64>, PathRejection>,
) -> Page {
    let position = Position(position?.0);
    let stored = app.stored_event(position).await?;
    let events =
        app.journal().read_before(Position(position.0.saturating_add(1)), 1).await.map_err(AppError::from)?;
    let told = read(events)?;
    let Some((envelope, said)) = told.first() else { return Err(super::trouble::nowhere().await) };
    let id = ReleaseId::from_stream(&envelope.stream);
    let view = match &id {
        Some(id) => app.view(id).await.ok(),
        None => None,
    };
    let release: Option<&Release> = view.as_ref().map(|view| &*view.release);
    let clock = reader.clock(release.map_or("UTC", |release| release.description.zone.as_str()));
    let names = app.names();
    let told = happening(envelope, said, release);
    let body = html! {
        section.head { div {
            h1 { "Event " (position) }
            p.sub { b { (told.subject(|actor| names.of(actor))) } " " (told.told(|actor| names.of(actor))) ", " (clock.when(told.at)) "." }
        } }
        @if let Some(detail) = &told.detail { p.note { "“" (detail) "”" } }
        section.card.prose {
            dl.facts {
                div { dt { "Recorded" } dd { (clock.exact(envelope.recorded_at)) } }
                @if envelope.occurred_at != envelope.recorded_at { div { dt { "Said to have happened" } dd { (clock.exact(envelope.occurred_at)) } } }
                div { dt { "Type" } dd { code { (envelope.kind) } ", version " (envelope.kind_version) } }
                div { dt { "Stream" } dd { @match &id { Some(id) => a href=(path(id)) { (envelope.stream) }, None => (envelope.stream) } ", event " (envelope.version) } }
                div { dt { "Hash" } dd { code.digest { (stored.hash) } } }
            }
            @if let Some(id) = &id {
                p { a.button href={ (path(id)) "?as_of=" (envelope.recorded_at) } { "See the release as it was then" } }
            }
            h2 { "Payload" }
            @match &stored.payload {
                Some(payload) => pre.raw tabindex="0" { (pretty(payload)) },
                None => p.hint { "It was redacted. That it was recorded, when and by whom stays, and the chain still holds." },
            }
            h2 { "Header, as it was hashed" }
            pre.raw tabindex="0" { (stored.header) }
            p.hint { "Prove it on the server:" }
            (command(&format!("seaworthy journal show {position} --part header | sha256sum")))
        }
        nav.pages aria-label="Events" {
            @if position.0 > 1 { a.button rel="prev" href={ "/journal/" (position.0 - 1) } { "‹ Event " (position.0 - 1) } }
            @if position < app.position().await? { a.button rel="next" href={ "/journal/" (position.0 + 1) } { "Event " (position.0 + 1) " ›" } }
        }
    };
    let frame = Frame {
        reader: &reader,
        clock: &clock,
        title: format!("Event {position}"),
        crumbs: vec![
            ("Fleet".to_owned(), "/".to_owned()),
            ("Whole journal".to_owned(), "/journal".to_owned()),
            (format!("Event {position}"), format!("/journal/{position}")),
        ],
        tabs: None,
        live: None,
        past: None,
        body,
    };
    Ok(frame.answer())
}

fn pretty(payload: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(payload);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| payload.to_owned())
}
