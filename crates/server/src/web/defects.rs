//! Defects: everything that is wrong, by what it is for users, with what is still owed of it in sight.
//!
//! Invariant: a defect that nobody translated, or that a track might have and nobody has looked, says so in its line.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::defect::{Defect, DefectState, Severity};
use domain::exposure::{Exposures, rank};
use domain::id::TrackId;
use domain::listing::List;
use domain::permission::Act;
use domain::waiver::{Standing, Subject};
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Tab, empty};
use super::parts::listed::{areas_of, natural, pages, severity, shown_page};
use super::parts::table::{Column, Sort, Sorting, cell, head};
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::trouble::Page;
use super::whole;
use crate::app::App;
use crate::app::defects::Known;

const COLUMNS: [Column; 6] = [
    Column::text("key", "Defect"),
    Column::text("severity", "Severity"),
    Column::text("", "Tracks"),
    Column::text("rank", "What users feel"),
    Column::text("state", "State"),
    Column::text("at", "Reported"),
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
    #[serde(default)]
    severity: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    show: String,
    sort: Option<String>,
    #[serde(default)]
    page: usize,
}

/// What `show` can be, in the words of its choices.
const SHOW: [(&str, &str); 5] = [
    ("", "all of them"),
    ("untranslated", "not yet translated"),
    ("unchecked", "not yet checked"),
    ("deferred", "deferred"),
    ("withdrawn", "withdrawn"),
];

pub(super) async fn list(
    State(app): State<App>,
    reader: Reader,
    path: ReleasePath,
    narrow: Result<Query<Narrow>, QueryRejection>,
) -> Page {
    let narrow = narrow?.0;
    let mut seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let body = body(&seen, &reader, &narrow);
    let below = vec![("Defects".to_owned(), seen.path("/defects"))];
    Ok(seen.frame(&reader, Tab::Defects, "Defects", below, body).answer())
}

impl Narrow {
    fn takes(&self, exposures: &Exposures<'_>, defect: &Defect) -> bool {
        let report = &defect.report;
        let find = self.find.trim().to_lowercase();
        let within = |text: &str| text.to_lowercase().contains(&find);
        let told = || defect.impact.as_ref().is_some_and(|told| within(&told.impact.told()));
        let on = |id: &str| match TrackId::parse(id) {
            Ok(id) => {
                let known = Known::of(&exposures.of(defect, &id));
                known == Known::NotChecked || (known == Known::Affected && self.show != "unchecked")
            }
            Err(_) => false,
        };
        let severity = report.severity.map_or("none", Severity::as_str);
        (defect.withdrawn.is_some() == (self.show == "withdrawn"))
            && (find.is_empty() || within(defect.key.as_str()) || within(&report.title) || told())
            && (self.severity.is_empty() || self.severity == severity)
            && (self.state.is_empty() || self.state == report.state.as_str())
            && (self.area.is_empty() || report.areas.contains(&self.area))
            && (self.track.is_empty() || on(&self.track))
            && match self.show.as_str() {
                "untranslated" => exposures.is_untranslated(defect),
                "unchecked" => !exposures.unchecked(defect).is_empty(),
                "deferred" => defect.deferral.is_some(),
                _ => true,
            }
    }

    fn link(&self, seen: &Seen, reader: &Reader, show: &str, sort: &str, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let page = if page > 0 { page.to_string() } else { String::new() };
        for (name, value) in [
            ("find", self.find.as_str()),
            ("track", &self.track),
            ("area", &self.area),
            ("severity", &self.severity),
            ("state", &self.state),
            ("show", show),
            ("sort", sort),
            ("page", &page),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        reader.link(seen.path(&format!("/defects?{}", query.finish())))
    }
}

fn body(seen: &Seen, reader: &Reader, narrow: &Narrow) -> Markup {
    let release = &seen.view.release;
    let exposures = Exposures::new(release);
    let total = release.defects.len();
    let all = release.defects.values().map(AsRef::as_ref);
    let mut fitting: Vec<&Defect> = all.clone().filter(|defect| narrow.takes(&exposures, defect)).collect();
    let sort = Sort::read(narrow.sort.as_deref(), &COLUMNS, "-rank");
    let severity_of =
        |defect: &&Defect| defect.report.severity.map_or(9, |severity| 4 - severity_steps(severity));
    match sort.by.as_str() {
        "key" => sort.order(&mut fitting, |defect| natural(defect.key.as_str())),
        "severity" => sort.order(&mut fitting, |defect| (severity_of(defect), natural(defect.key.as_str()))),
        "state" => sort.order(&mut fitting, |defect| (defect.report.state, natural(defect.key.as_str()))),
        "at" => sort.order(&mut fitting, |defect| (defect.reported_at, natural(defect.key.as_str()))),
        _ => sort.order(&mut fitting, |defect| {
            (exposures.counts(defect), rank(defect), std::cmp::Reverse(natural(defect.key.as_str())))
        }),
    }
    let untranslated = all.clone().filter(|defect| exposures.is_untranslated(defect)).count();
    let unchecked = all.filter(|defect| !exposures.unchecked(defect).is_empty()).count();
    let sorted = narrow.sort.as_deref().unwrap_or_default();
    let (page, shown) = shown_page(&fitting, narrow.page);
    let link = |sort: &str| narrow.link(seen, reader, &narrow.show, sort, 0);
    let may = seen.past.is_none() && reader.may(Act::Report);
    html! {
        section.head {
            div {
                h1 { "Defects" }
                p.sub { "What is wrong, by how much users feel it. What the tracker says is mirrored; what it is for users, and which tracks have it, is said here." }
            }
            @if may { div.act { a.button href=(seen.path("/import?as=defects")) { "Import a list" } " " a.button.primary href=(seen.path("/new-defect")) { "Report a defect" } } }
        }
        @if total > 0 {
            nav.queues aria-label="Still owed" {
                @for (show, words, count, sort) in [
                    ("", "All", release.defects.values().filter(|defect| defect.withdrawn.is_none()).count(), ""),
                    ("untranslated", "Not yet translated", untranslated, "severity"),
                    ("unchecked", "Not yet checked", unchecked, "severity"),
                ] {
                    a.button href=(Narrow::default().link(seen, reader, show, sort, 0)) aria-current=[(narrow.show == show).then_some("true")] { (words) " " b { (words::number(count as i64)) } }
                }
            }
        }
        section.card aria-label="Defects" {
            @if total == 0 { (none(seen, may)) } @else {
                (filter(seen, reader, narrow))
                @if fitting.is_empty() {
                    (empty("Nothing fits", html! { p { (nothing(narrow, total)) " " a href=(reader.link(seen.path("/defects"))) { "Show all" } "." } }))
                } @else {
                    p.hint.pad { (words::count(fitting.len() as i64, "defect", "defects")) @if fitting.len() < total { " of " (words::number(total as i64)) } "." }
                    table.list.defects {
                        (head(&COLUMNS, Sorting { sort: &sort, link: &link }))
                        tbody { @for defect in shown { (row(seen, reader, &exposures, defect)) } }
                    }
                    (pages(fitting.len(), page, |page| narrow.link(seen, reader, &narrow.show, sorted, page)))
                }
            }
            (whole::line(seen, reader, List::Defects))
        }
    }
}

fn severity_steps(severity: Severity) -> i64 {
    match severity {
        Severity::Critical => 4,
        Severity::High => 3,
        Severity::Medium => 2,
        Severity::Low => 1,
    }
}

/// Says what it means that nothing is owed, or that nothing fits.
fn nothing(narrow: &Narrow, total: usize) -> String {
    let alone = narrow.find.is_empty() && narrow.track.is_empty() && narrow.area.is_empty();
    match narrow.show.as_str() {
        "untranslated" if alone => "Every defect that counts is told as users feel it.".to_owned(),
        "unchecked" if alone => "Every track that might have a defect was looked at.".to_owned(),
        _ => format!("None of {} fits.", words::count(total as i64, "defect", "defects")),
    }
}

fn none(seen: &Seen, may: bool) -> Markup {
    let said = seen.view.release.whole(List::Defects).is_some();
    html! {
        @if said {
            (empty("There is no defect", html! { p { "Somebody has gone through and said so. What is reported from now on will be here, by how much users feel it." } }))
        } @else {
            (empty("No defect is on record", html! {
                p { "Nobody has said either that there is none. Until somebody does, “no open defects” is a thing that we don’t know: report one, import a list, or say that the list is whole." }
                @if may { p { a.button href=(seen.path("/new-defect")) { "Report a defect" } } }
                (super::frame::command(&format!("seaworthy defect report --release {} --severity high --track ios 'Route of the last run shown after sync'", seen.id())))
            }))
        }
    }
}

fn filter(seen: &Seen, reader: &Reader, narrow: &Narrow) -> Markup {
    let release = &seen.view.release;
    let areas = areas_of(release.defects.values().flat_map(|defect| &defect.report.areas));
    html! {
        form.filter method="get" action=(seen.path("/defects")) role="search" {
            @if !reader.as_of.is_empty() { input type="hidden" name="as_of" value=(reader.as_of); }
            label { span { "Search" } input #search type="search" name="find" value=(narrow.find) placeholder="Key, title, what users feel"; }
            label { span { "Track" } select name="track" {
                option value="" { "all tracks" }
                @for track in release.live_tracks() { option value=(track.description.id) selected[track.description.id.as_str() == narrow.track] { (track.description.name) } }
            } }
            @if !areas.is_empty() { label { span { "Area" } select name="area" {
                option value="" { "all areas" }
                @for area in areas { option value=(area) selected[*area == narrow.area] { (area) } }
            } } }
            label { span { "Severity" } select name="severity" {
                option value="" { "any" }
                @for (name, _) in Severity::ALL { option value=(name) selected[name == narrow.severity] { (name) } }
                option value="none" selected[narrow.severity == "none"] { "none given" }
            } }
            label { span { "State" } select name="state" {
                option value="" { "any" }
                @for (name, _) in DefectState::ALL { option value=(name) selected[name == narrow.state] { (name) } }
            } }
            label { span { "Show" } select name="show" {
                @for (value, label) in SHOW { option value=(value) selected[value == narrow.show] { (label) } }
            } }
            button type="submit" { "Narrow" }
        }
    }
}

fn row(seen: &Seen, reader: &Reader, exposures: &Exposures<'_>, defect: &Defect) -> Markup {
    let [key, severe, tracks, feel, state, at] = COLUMNS;
    let path = seen.path(&format!("/defects/{}", defect.key));
    let release = &seen.view.release;
    let waived = release.waivers.iter().filter(|waiver| {
        waiver.standing(seen.view.at) == Standing::InForce
            && matches!(&waiver.subject, Subject::Defect { defect: of } if *of == defect.key)
    });
    html! {
        tr.withdrawn[defect.withdrawn.is_some()] {
            th scope="row" data-label=(key.head) {
                a href=(reader.link(&path)) { (defect.report.title) }
                small { code { (defect.key) } @if !defect.report.areas.is_empty() { " · " (defect.report.areas.join(", ")) } }
            }
            (cell(severe, severity(defect.report.severity)))
            (cell(tracks, on_tracks(seen, exposures, defect)))
            (cell(feel, html! {
                @match &defect.impact {
                    Some(told) => { (told.impact.experience) small { (told.impact.reach.who()) ", " (told.impact.often.as_str()) } },
                    None if exposures.is_untranslated(defect) => span.debt { "not translated" },
                    None => span.hint { "–" },
                }
            }))
            (cell(state, html! {
                @if let Some(withdrawn) = &defect.withdrawn { span.tag.unmet { "withdrawn" } small { "“" (withdrawn.reason) "”" } }
                @else {
                    (defect.report.state.as_str())
                    @if let Some(deferral) = &defect.deferral { small { "deferred to " (deferral.to) } }
                    @for waiver in waived {
                        small { "waived on " (release.tracks.get(&waiver.track).map_or(waiver.track.as_str(), |track| track.description.name.as_str())) }
                    }
                }
            }))
            (cell(at, seen.clock.when(defect.reported_at)))
        }
    }
}

/// Says in words which tracks have a defect, which might, and which were looked at and do not.
fn on_tracks(seen: &Seen, exposures: &Exposures<'_>, defect: &Defect) -> Markup {
    let known = |wanted: Known| -> Vec<&str> {
        let tracks = seen.view.release.live_tracks();
        let on = tracks.filter(|track| Known::of(&exposures.of(defect, &track.description.id)) == wanted);
        on.map(|track| track.description.name.as_str()).collect()
    };
    if let Some(original) = domain::exposure::original(&seen.view.release, defect) {
        return html! { span.hint { "counts as " code { (original.key) } } };
    }
    let (affected, spared, unchecked) =
        (known(Known::Affected), known(Known::NotAffected), known(Known::NotChecked));
    html! {
        @if !affected.is_empty() { span.has { (affected.join(", ")) } }
        @if !unchecked.is_empty() {
            @if exposures.counts(defect) { span.debt { "not checked: " (unchecked.join(", ")) } }
        }
        @if !spared.is_empty() { small { "not " (words::joined(&spared, spared.len(), "or")) } }
    }
}
