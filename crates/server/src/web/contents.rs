//! What the release carries: each change with the word of three functions, and what was taken out, with its reason.
//!
//! Invariant: a change that one function has not called done is never shown like one that is done.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::change::{Change, DONE_BY};
use domain::criterion::Function;
use domain::id::TrackId;
use domain::listing::List;
use domain::permission::Act;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Tab, empty};
use super::parts::listed::{areas_of, natural, pages, shown_page};
use super::parts::table::{Column, Sort, Sorting, cell, head};
use super::parts::verdict::function as name_of;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use super::whole;
use crate::app::App;

const COLUMNS: [Column; 6] = [
    Column::text("key", "Change"),
    Column::text("priority", "Priority"),
    Column::text("", "Tracks"),
    Column::text("engineering", "Engineering"),
    Column::text("qa", "QA"),
    Column::text("product", "Product"),
];

/// How the list is narrowed and sorted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    find: String,
    #[serde(default)]
    track: String,
    #[serde(default)]
    area: String,
    /// "undone", or a function that has not called it done.
    #[serde(default)]
    show: String,
    sort: Option<String>,
    #[serde(default)]
    page: usize,
}

const SHOW: [(&str, &str); 6] = [
    ("", "all of them"),
    ("undone", "not done by all three"),
    ("engineering", "not done by engineering"),
    ("qa", "not done by QA"),
    ("product", "not done by product"),
    ("done", "done by all three"),
];

impl Narrow {
    fn takes(&self, change: &Change) -> bool {
        let description = &change.description;
        let find = self.find.trim().to_lowercase();
        let within = |text: &str| text.to_lowercase().contains(&find);
        let undone = change.undone().next().is_some();
        (find.is_empty()
            || within(change.key.as_str())
            || within(&description.title)
            || description.intent.as_deref().is_some_and(within))
            && (self.area.is_empty() || description.areas.contains(&self.area))
            && (self.track.is_empty() || TrackId::parse(&self.track).is_ok_and(|track| change.is_on(&track)))
            && match (self.show.as_str(), Function::parse(&self.show)) {
                ("undone", _) => undone,
                ("done", _) => !undone,
                (_, Some(function)) => !change.done_by(function),
                _ => true,
            }
    }

    fn link(&self, seen: &Seen, reader: &Reader, sort: &str, page: usize) -> String {
        let page = if page > 0 { page.to_string() } else { String::new() };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("find", self.find.as_str()),
            ("track", &self.track),
            ("area", &self.area),
            ("show", &self.show),
            ("sort", sort),
            ("page", &page),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        reader.link(seen.path(&format!("/contents?{}", query.finish())))
    }
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
    let below = vec![("Contents".to_owned(), seen.path("/contents"))];
    Ok(seen.frame(&reader, Tab::Contents, "Contents", below, body).answer())
}

fn body(seen: &Seen, reader: &Reader, narrow: &Narrow) -> Markup {
    let release = &seen.view.release;
    let all = || release.changes.values().map(AsRef::as_ref);
    let carried = all().filter(|change: &&Change| change.taken_out.is_none());
    let out: Vec<&Change> = all().filter(|change: &&Change| change.taken_out.is_some()).collect();
    let total = carried.clone().count();
    let done = carried.clone().filter(|change| change.undone().next().is_none()).count();
    let mut fitting: Vec<&Change> = carried.filter(|change| narrow.takes(change)).collect();
    let sort = Sort::read(narrow.sort.as_deref(), &COLUMNS, "priority");
    let key = |change: &Change| natural(change.key.as_str());
    match Function::parse(&sort.by) {
        Some(function) => sort.order(&mut fitting, |change| (change.done_by(function), key(change))),
        None if sort.by == "key" => sort.order(&mut fitting, |change| key(change)),
        None => sort.order(&mut fitting, |change| {
            (change.description.priority.is_none(), change.description.priority, key(change))
        }),
    }
    let (page, shown) = shown_page(&fitting, narrow.page);
    let link = |sort: &str| narrow.link(seen, reader, sort, 0);
    let sorted = narrow.sort.as_deref().unwrap_or_default();
    let may = seen.past.is_none() && reader.may(Act::Report);
    html! {
        section.head {
            div {
                h1 { "Contents" }
                p.sub {
                    "The features and fixes that the release carries. Each is done when engineering, QA and product say so."
                    @if total > 0 { " " b { (words::number(done as i64)) " of " (words::number(total as i64)) } " are." }
                }
            }
            @if may { div.act { a.button href=(seen.path("/import?as=changes")) { "Import a list" } " " a.button.primary href=(seen.path("/new-change")) { "Add a change" } } }
        }
        section.card aria-label="Contents" {
            @if total == 0 { (none(seen, may, !out.is_empty())) } @else {
                (filter(seen, reader, narrow))
                @if fitting.is_empty() {
                    (empty("Nothing fits", html! { p { "None of " (words::count(total as i64, "change", "changes")) " fits. " a href=(reader.link(seen.path("/contents"))) { "Show all" } "." } }))
                } @else {
                    p.hint.pad { (words::count(fitting.len() as i64, "change", "changes")) @if fitting.len() < total { " of " (words::number(total as i64)) } "." }
                    table.list {
                        (head(&COLUMNS, Sorting { sort: &sort, link: &link }))
                        tbody { @for change in shown { (row(seen, reader, change)) } }
                    }
                    (pages(fitting.len(), page, |page| narrow.link(seen, reader, sorted, page)))
                }
            }
            (whole::line(seen, reader, List::Changes))
        }
        @if !out.is_empty() { (taken_out(seen, reader, &out)) }
    }
}

fn none(seen: &Seen, may: bool, some_out: bool) -> Markup {
    html! {
        (empty(if some_out { "Everything was taken out" } else { "Nobody has said what the release carries" }, html! {
            p { "Features and fixes will be here, each with what engineering, QA and product say of it. Until somebody says that the list is whole, “every change is done” is a thing that we don’t know." }
            @if may { p { a.button href=(seen.path("/new-change")) { "Add a change" } } }
            (super::frame::command(&format!("seaworthy change add --release {} --priority p1 --area Sync 'Routes sync without a phone'", seen.id())))
        }))
    }
}

fn filter(seen: &Seen, reader: &Reader, narrow: &Narrow) -> Markup {
    let release = &seen.view.release;
    let areas = areas_of(release.changes.values().flat_map(|change| &change.description.areas));
    html! {
        form.filter method="get" action=(seen.path("/contents")) role="search" {
            @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
            label { span { "Search" } input #search type="search" name="find" value=(narrow.find) placeholder="Key, title, what it is for"; }
            label { span { "Track" } select name="track" {
                option value="" { "all tracks" }
                @for track in release.live_tracks() { option value=(track.description.id) selected[track.description.id.as_str() == narrow.track] { (track.description.name) } }
            } }
            @if !areas.is_empty() { label { span { "Area" } select name="area" {
                option value="" { "all areas" }
                @for area in areas { option value=(area) selected[*area == narrow.area] { (area) } }
            } } }
            label { span { "Show" } select name="show" {
                @for (value, label) in SHOW { option value=(value) selected[value == narrow.show] { (label) } }
            } }
            button type="submit" { "Narrow" }
        }
    }
}

/// Says on which tracks a change is.
pub(super) fn on(seen: &Seen, change: &Change) -> String {
    let tracks = &change.description.tracks;
    if tracks.is_empty() {
        return "every track".to_owned();
    }
    let release = &seen.view.release;
    let name = |id: &TrackId| {
        release.tracks.get(id).map_or_else(|| id.to_string(), |track| track.description.name.clone())
    };
    tracks.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn row(seen: &Seen, reader: &Reader, change: &Change) -> Markup {
    let [key, priority, tracks, ..] = COLUMNS;
    let description = &change.description;
    html! {
        tr {
            th scope="row" data-label=(key.head) {
                a href=(reader.link(seen.path(&format!("/contents/{}", change.key)))) { (description.title) }
                small { code { (change.key) } @if !description.areas.is_empty() { " · " (description.areas.join(", ")) } }
            }
            (cell(priority, html! { @match description.priority { Some(priority) => (priority.as_str().to_uppercase()), None => "–" } }))
            (cell(tracks, html! { (on(seen, change)) }))
            @for (function, column) in DONE_BY.into_iter().zip(&COLUMNS[3..]) {
                (cell(*column, html! {
                    @match change.said.get(&function) {
                        Some(said) if said.done => span.done title=(format!("{} says so", name_of(function))) { "✓ done" small { (seen.name(said.voice().whose())) } },
                        Some(said) => span.debt { "not after all" @if let Some(notes) = &said.notes { small { "“" (notes) "”" } } },
                        None => span.hint { "not yet" },
                    }
                }))
            }
        }
    }
}

fn taken_out(seen: &Seen, reader: &Reader, out: &[&Change]) -> Markup {
    html! {
        section.card aria-labelledby="out" {
            header { h2 #out { "Taken out" } span.hint { "The release no longer carries these." } }
            table.list {
                thead { tr { th scope="col" { "Change" } th scope="col" { "Why" } th scope="col" { "By" } } }
                tbody { @for change in out {
                    @if let Some(taken) = &change.taken_out {
                        tr.withdrawn {
                            th scope="row" { a href=(reader.link(seen.path(&format!("/contents/{}", change.key)))) { (change.description.title) } small { code { (change.key) } } }
                            td data-label="Why" { "“" (taken.reason) "”" }
                            td data-label="By" { (seen.name(&taken.by)) ", " (seen.clock.short(taken.at)) }
                        }
                    }
                } }
            }
        }
    }
}
