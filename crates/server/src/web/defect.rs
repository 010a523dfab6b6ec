//! A defect: what the tracker says and what is ours, apart; which tracks have it; what was decided.
//!
//! Invariant: what a report will replace stands in one card, and what no report touches in the others.

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect};
use domain::command::defect::find;
use domain::defect::{Defect, Source};
use domain::exposure::{Exposures, original};
use domain::id::{DefectKey, ProductId, ReleaseId, ReleaseName};
use domain::permission::Act;
use domain::refusal::Refusal;
use domain::waiver::Subject;
use maud::{Markup, html};
use serde::Deserialize;

use super::exposed;
use super::frame::Tab;
use super::parts::listed::{severity, source};
use super::reader::Reader;
use super::seen::Seen;
use super::trouble::Page;
use super::typed::{Refused, Typed, wrong};
use crate::app::defects::{BecauseRequest, DeferRequest};
use crate::app::settle::SettledResponse;
use crate::app::{App, AppError};
use crate::door::Acting;

/// The defect that a path names.
#[derive(Debug, Deserialize)]
pub(super) struct OfDefect {
    product: ProductId,
    name: ReleaseName,
    key: DefectKey,
}

pub(super) type DefectPath = Result<Path<OfDefect>, PathRejection>;

impl OfDefect {
    pub(super) fn parts(self) -> (ReleaseId, DefectKey) {
        (ReleaseId { product: self.product, name: self.name }, self.key)
    }
}

/// Returns the path of a defect's page, fit for a header.
pub(super) fn path_of(id: &ReleaseId, key: &DefectKey) -> String {
    let key: String = url::form_urlencoded::byte_serialize(key.as_str().as_bytes()).collect();
    format!("{}/defects/{key}", super::frame::path(id))
}

pub(super) async fn show(Acting(app): Acting, reader: Reader, path: DefectPath) -> Page {
    let (id, key) = path?.0.parts();
    page(&app, &reader, &id, &key, None).await
}

/// Leads back to the defect, or shows the form again with why it was refused.
pub(super) async fn after(
    (app, mut reader): (App, Reader),
    (id, key): (ReleaseId, DefectKey),
    (form, typed): (String, Typed),
    done: &str,
    settled: Result<SettledResponse, AppError>,
) -> Page {
    match settled {
        Ok(_) => Ok(Redirect::to(&format!("{}?done={done}", path_of(&id, &key))).into_response()),
        Err(AppError::Refused(refusal)) => {
            reader.here = path_of(&id, &key);
            let refused = Refused::new(form, typed, refusal);
            page(&app, &reader, &id, &key, Some(&refused)).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn defer(
    Acting(app): Acting,
    reader: Reader,
    path: DefectPath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (of, typed) = (path?.0.parts(), form?.0);
    let back = typed.get("back") == "yes";
    let to = if back { None } else { Some(typed.get("to").to_owned()) };
    let request = DeferRequest { to, reason: typed.get("reason").to_owned() };
    let settled = app.defer_defect(&of.0, &of.1, request, None).await;
    let (name, done) = if back { ("undefer", "returned") } else { ("defer", "deferred") };
    after((app, reader), of, (name.to_owned(), typed), done, settled).await
}

pub(super) async fn withdraw(
    Acting(app): Acting,
    reader: Reader,
    path: DefectPath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (of, typed) = (path?.0.parts(), form?.0);
    let request = BecauseRequest { reason: typed.get("reason").to_owned() };
    let settled = app.withdraw_defect(&of.0, &of.1, request, None).await;
    after((app, reader), of, ("withdraw".to_owned(), typed), "withdrawn-defect", settled).await
}

pub(super) async fn put_back(
    Acting(app): Acting,
    reader: Reader,
    path: DefectPath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (of, typed) = (path?.0.parts(), form?.0);
    let request = BecauseRequest { reason: typed.get("reason").to_owned() };
    let settled = app.put_back_defect(&of.0, &of.1, request, None).await;
    after((app, reader), of, ("return".to_owned(), typed), "returned", settled).await
}

async fn page(
    app: &App,
    reader: &Reader,
    id: &ReleaseId,
    key: &DefectKey,
    refused: Option<&Refused>,
) -> Page {
    let mut seen = Seen::load(app, reader, id).await?;
    let people = app.known_people().await?;
    let me = app.actor().await?;
    let (title, body) = {
        let release = &seen.view.release;
        let defect = find(release, key)?;
        let exposures = Exposures::new(release);
        let now = seen.past.is_none() && release.unrecognised.is_none();
        let reports = now && reader.may(Act::Report) && defect.withdrawn.is_none();
        let untranslated = exposures.is_untranslated(defect);
        // A refusal stands by its form; where that is not shown, at the head of the page.
        let stands = refused.is_some_and(|refused| match refused.form.strip_prefix("expose-") {
            Some(on) => exposed::is_asked(&exposures, defect, on, reports),
            None => now && reader.may_to(Act::Scope, &defect.by),
        });
        let body = html! {
            section.head {
                div {
                    h1 { (defect.report.title) }
                    p.sub.marked { code { (defect.key) } (severity(defect.report.severity)) span { (defect.report.state.as_str()) } }
                }
                @if reports { div.act {
                    a.button.primary[untranslated] href=(seen.path(&format!("/defects/{key}/impact"))) { @if defect.impact.is_some() { "Tell it better" } @else { "Say what users feel" } }
                    @if defect.source == Source::Hand { a.button href=(seen.path(&format!("/new-defect?key={key}"))) { "Correct" } }
                } }
            }
            @if let Some(withdrawn) = &defect.withdrawn {
                p.note { b { "It does not belong to this release" } ": “" (withdrawn.reason) "” " small { (seen.name(&withdrawn.by)) ", " (seen.clock.short(withdrawn.at)) } }
            }
            @if let Some(original) = original(release, defect) {
                p.note { "It is a duplicate: where it was seen, " a href=(reader.link(seen.path(&format!("/defects/{}", original.key)))) { (original.label()) } " was. Say of that one what it is for users." }
            }
            @if !stands { (wrong(refused)) }
            div.columns {
                (ours(&seen, reader, defect, untranslated, reports))
                (theirs(&seen, reader, &exposures, defect))
            }
            (exposed::card(&seen, reader, &exposures, defect, exposed::Answering { may: reports, refused, people: &people, me: &me }))
            (decided(&seen, reader, defect, now, refused))
        };
        (format!("{} {}", defect.key, defect.report.title), body)
    };
    let below = vec![
        ("Defects".to_owned(), seen.path("/defects")),
        (key.to_string(), seen.path(&format!("/defects/{key}"))),
    ];
    let status = Refused::status(refused);
    Ok(seen.frame(reader, Tab::Defects, &title, below, body).answer_with(status))
}

/// What people here said it is for users.
fn ours(seen: &Seen, reader: &Reader, defect: &Defect, untranslated: bool, may: bool) -> Markup {
    html! {
        section.card aria-labelledby="ours" {
            header { h2 #ours { "For users" } span.hint { "ours: no import touches it" } }
            @match &defect.impact {
                Some(told) => {
                    p.pad.told { (domain::words::capital(&told.impact.told())) "." }
                    dl.facts {
                        (fact("They experience", html! { (told.impact.experience) }))
                        (fact("Who", html! { (told.impact.reach.who()) ", " (told.impact.often.as_str()) }))
                        (fact("Known by", html! { (told.impact.frequency) }))
                        (fact("When", html! { (told.impact.circumstances) }))
                        (fact("Workaround", html! { (told.impact.workaround.as_deref().unwrap_or("none")) }))
                        (fact("Told by", html! { (seen.name(&told.by)) ", " (seen.clock.short(told.at)) " " (event(told.position)) }))
                    }
                }
                None => div.pad {
                    p { span.debt { "not translated" } }
                    p.hint {
                        "Nobody has said yet what users experience, how often, and in which circumstances."
                        @if untranslated { " Until then nobody can weigh it, and it counts among what we don’t know." }
                    }
                    @if may { p { a.button href=(reader.link(seen.path(&format!("/defects/{}/impact", defect.key)))) { "Say what users feel" } } }
                }
            }
        }
    }
}

/// What the tracker says of it.
fn theirs(seen: &Seen, reader: &Reader, exposures: &Exposures<'_>, defect: &Defect) -> Markup {
    let report = &defect.report;
    let release = &seen.view.release;
    let name = |id: &domain::id::TrackId| {
        release.tracks.get(id).map_or_else(|| id.to_string(), |track| track.description.name.clone())
    };
    let builds = |on: &[domain::defect::OnBuild]| {
        let label = |on: &domain::defect::OnBuild| {
            let build = release.tracks.get(&on.track).map(|track| track.build_label(&on.build));
            format!("{} {}", name(&on.track), build.unwrap_or_else(|| on.build.to_string()))
        };
        on.iter().map(label).collect::<Vec<_>>().join(", ")
    };
    let duplicates = exposures.duplicates(&defect.key);
    html! {
        section.card aria-labelledby="theirs" {
            header {
                h2 #theirs { @if defect.source == Source::Hand { "As reported" } @else { "From the tracker" } }
                span.hint { (source(&defect.source)) ", " (seen.clock.ago(defect.reported_at)) }
            }
            dl.facts {
                (fact("Severity", severity(report.severity)))
                @if let Some(priority) = report.priority { (fact("Priority", html! { (priority.as_str().to_uppercase()) })) }
                (fact("State", html! { (report.state.as_str()) @if let Some(status) = &report.status { " · “" (status) "”" } }))
                (fact("Seen on", html! { @if report.tracks.is_empty() { "no track is named" } @else { (report.tracks.iter().map(name).collect::<Vec<_>>().join(", ")) } }))
                @if !report.areas.is_empty() { (fact("Areas", html! { (report.areas.join(", ")) })) }
                @if !report.found_in.is_empty() { (fact("Found in", html! { (builds(&report.found_in)) })) }
                @if !report.fixed_in.is_empty() { (fact("Fixed in", html! { (builds(&report.fixed_in)) })) }
                @if let Some(of) = &report.regression_of { (fact("Regression of", html! { (of) })) }
                @if let Some(of) = &report.duplicate_of { (fact("Duplicate of", html! { code { (of) } })) }
                @if !duplicates.is_empty() {
                    (fact("Duplicates", html! { @for (index, duplicate) in duplicates.iter().enumerate() {
                        @if index > 0 { ", " } a href=(reader.link(seen.path(&format!("/defects/{}", duplicate.key)))) { (duplicate.key) }
                    } }))
                }
                @if let Some(url) = &report.url { (fact("Tracker", html! { a href=(url) rel="noreferrer noopener" { (url) } })) }
                (fact("Reported", html! { (seen.name(&defect.by)) ", " (seen.clock.short(defect.at)) " " (event(defect.position)) }))
                @if defect.reported != defect.position { (fact("Last report", html! { (seen.clock.short(defect.reported_at)) " " (event(defect.reported)) })) }
            }
        }
    }
}

/// What was decided of it: for which release it is, who accepts it as it is, whether it belongs here.
fn decided(seen: &Seen, reader: &Reader, defect: &Defect, now: bool, refused: Option<&Refused>) -> Markup {
    let release = &seen.view.release;
    let base = seen.path(&format!("/defects/{}", defect.key));
    let may = now && reader.may_to(Act::Scope, &defect.by);
    let of_it = |subject: &Subject| matches!(subject, Subject::Defect { defect: of } if *of == defect.key);
    let waivers: Vec<_> = release.waivers.iter().filter(|waiver| of_it(&waiver.subject)).collect();
    html! {
        section.card aria-labelledby="decided" {
            header { h2 #decided { "Decided" } }
            div.pad {
                @match &defect.deferral {
                    Some(deferral) => p { "Deferred to " b { (deferral.to) } ": “" (deferral.reason) "” " small { (seen.name(&deferral.by)) ", " (seen.clock.short(deferral.at)) " " (event(deferral.position)) } },
                    None => p.hint { "It is for this release: nobody has deferred it." },
                }
                @for waiver in waivers {
                    p {
                        "Waiver for " (release.tracks.get(&waiver.track).map_or(waiver.track.as_str(), |track| track.description.name.as_str()))
                        ", " (waiver.standing(seen.view.at).label()) ": “" (waiver.reason) "” "
                        a href=(reader.link(seen.path(&format!("/waivers#w-{}", waiver.position)))) { "Waiver " (waiver.position) }
                    }
                }
                (asking(seen, reader, defect, now))
                @if may {
                    div.acts {
                        @if defect.withdrawn.is_some() {
                            (because(&base, "return", "Take it back", "Why does it belong to this release after all?", "", refused))
                        } @else {
                            @if defect.deferral.is_some() {
                                (because(&base, "deferral", "Take it into this release", "Why is it for this release after all?", "undefer", refused))
                            } @else { (deferring(&base, refused)) }
                            (because(&base, "withdrawal", "It does not belong here", "Why does it not belong to this release?", "withdraw", refused))
                        }
                    }
                }
            }
        }
    }
}

/// The way to have an open defect accepted as it is, where somebody may accept it.
fn asking(seen: &Seen, reader: &Reader, defect: &Defect, now: bool) -> Markup {
    let release = &seen.view.release;
    let offered = now
        && reader.may(Act::Report)
        && defect.withdrawn.is_none()
        && !defect.report.state.is_settled()
        && !release.description.policy.defect_waivers().is_empty();
    // The form chooses the first track, unless it was seen on another.
    let tracks = || release.live_tracks().map(|track| &track.description.id);
    let track = tracks().find(|id| defect.report.tracks.contains(id)).or_else(|| tracks().next());
    html! {
        @if let (true, Some(track)) = (offered, track) {
            p { a href=(seen.path(&format!("/waivers/new?track={track}&defect={}", defect.key))) { "Ask for a waiver…" } }
        }
    }
}

/// A decision that needs nothing but a reason.
fn because(base: &str, below: &str, label: &str, ask: &str, form: &str, refused: Option<&Refused>) -> Markup {
    let form = if form.is_empty() { below } else { form };
    let refused = Refused::of(refused, form);
    html! {
        details #{ "d-" (form) } open[refused.is_some()] {
            summary.button { (label) }
            form.pad method="post" action=(format!("{base}/{below}")) {
                (wrong(refused))
                @if form == "undefer" { input type="hidden" name="back" value="yes"; }
                div.field { label for={ "r-" (form) } { (ask) } input #{ "r-" (form) } name="reason" value=(refused.map(|refused| refused.typed.get("reason")).unwrap_or_default()) required maxlength="500"; }
                button type="submit" { (label) }
            }
        }
    }
}

fn deferring(base: &str, refused: Option<&Refused>) -> Markup {
    let refused = Refused::of(refused, "defer");
    let typed = |name: &str| refused.map(|refused| refused.typed.get(name)).unwrap_or_default();
    html! {
        details #d-defer open[refused.is_some()] {
            summary.button { "Defer" }
            form.pad method="post" action=(format!("{base}/deferral")) {
                (wrong(refused))
                div.field { label for="to" { "To which release?" } input #to name="to" value=(typed("to")) required maxlength="300" placeholder="4.3.0"; }
                div.field { label for="r-defer" { "Why can it wait?" } input #r-defer name="reason" value=(typed("reason")) required maxlength="500"; }
                p.hint { "A deferred defect is still in the build: users who meet it meet it all the same." }
                button type="submit" { "Defer it" }
            }
        }
    }
}

pub(super) fn fact(term: &str, says: Markup) -> Markup {
    html! { div { dt { (term) } dd { (says) } } }
}

/// A link to the event that something rests on.
pub(super) fn event(position: domain::envelope::Position) -> Markup {
    html! { a.event href=(format!("/journal/{position}")) title="The event itself, byte for byte" { "#" (position) } }
}

/// Says that somebody may not be found under a key.
pub(super) fn no_key(error: impl std::fmt::Display) -> Refusal {
    Refusal::invalid(format!("{error}."))
}
