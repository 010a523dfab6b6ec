//! Reporting a defect by hand, and correcting one that was.
//!
//! Invariant: a correction begins with what is on record, and says why.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::command::defect::find;
use domain::defect::{Defect, DefectState, OnBuild, Priority, Severity, Source};
use domain::id::{DefectKey, ReleaseId};
use domain::refusal::Refusal;
use domain::release::Release;
use maud::{Markup, html};

use super::defect::{no_key, path_of};
use super::frame::Tab;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::stood;
use super::trouble::Page;
use super::typed::{Typed, choice, line, sentences, tracks};
use crate::app::defects::ReportRequest;
use crate::app::{App, AppError, moved};
use crate::door::Acting;

pub(super) async fn form(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    typed: Result<Query<Typed>, QueryRejection>,
) -> Page {
    let seen = Seen::load(&app, &reader, &path?.0.into()).await?;
    let mut typed = typed?.0;
    if !typed.get("key").is_empty() {
        let key = DefectKey::parse(typed.get("key")).map_err(no_key)?;
        typed = on_record(find(&seen.view.release, &key)?);
    }
    page(&reader, seen, &typed, None).await
}

/// Returns the form as it stands on record, to be corrected.
fn on_record(defect: &Defect) -> Typed {
    let report = &defect.report;
    let mut typed = Typed::default();
    for (name, value) in [
        ("key", defect.key.as_str()),
        ("corrects", "yes"),
        ("title", &report.title),
        ("severity", report.severity.map_or("", Severity::as_str)),
        ("priority", report.priority.map_or("", Priority::as_str)),
        ("state", report.state.as_str()),
        ("areas", &report.areas.join(", ")),
        ("regression_of", report.regression_of.as_deref().unwrap_or_default()),
        ("duplicate_of", report.duplicate_of.as_ref().map_or("", DefectKey::as_str)),
        ("url", report.url.as_deref().unwrap_or_default()),
    ] {
        typed.set(name, value);
    }
    for track in &report.tracks {
        typed.set(&format!("on-{track}"), "yes");
    }
    for (name, builds) in [("found", &report.found_in), ("fixed", &report.fixed_in)] {
        for on in builds {
            let field = format!("{name}-{}", on.track);
            let before = typed.some(&field).map(|before| format!("{before}, ")).unwrap_or_default();
            typed.set(&field, format!("{before}{}", on.build));
        }
    }
    typed
}

pub(super) async fn report(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (id, typed): (ReleaseId, Typed) = (path?.0.into(), form?.0);
    match send(&app, &id, &typed).await {
        Ok(key) => {
            let done = if typed.get("corrects").is_empty() { "reported" } else { "corrected" };
            Ok(Redirect::to(&format!("{}?done={done}", path_of(&id, &key))).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            page(&reader, seen, &typed, Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn send(app: &App, id: &ReleaseId, typed: &Typed) -> Result<DefectKey, AppError> {
    let request = read(&*app.release(id).await?, typed)?;
    let on_record = |release: &Release| match &request.key {
        Some(key) => Ok(on_record(find(release, key)?)),
        None => Ok(Typed::default()),
    };
    let act = |seen: Option<moved::Seen>| {
        let request = request.clone();
        async move { app.report_defect(id, request, seen.as_ref()).await }
    };
    Ok(stood::unless_changed(app, id, typed, on_record, act).await?.defect)
}

fn read(release: &Release, typed: &Typed) -> Result<ReportRequest, Refusal> {
    let key = |name: &str| typed.some(name).map(|key| DefectKey::parse(&key)).transpose().map_err(no_key);
    let builds = |name: &str| -> Result<Vec<OnBuild>, Refusal> {
        let mut builds = Vec::new();
        for track in &release.track_order {
            let named = typed.builds(&format!("{name}-{track}"))?;
            builds.extend(named.into_iter().map(|build| OnBuild { track: track.clone(), build }));
        }
        Ok(builds)
    };
    let key_on_record = key("key")?;
    // What the form does not ask for stays as it is.
    let before = key_on_record.as_ref().and_then(|key| release.defects.get(key));
    Ok(ReportRequest {
        title: typed.get("title").to_owned(),
        severity: typed.chosen("severity", Severity::parse)?,
        priority: typed.chosen("priority", Priority::parse)?,
        state: typed.chosen("state", DefectState::parse)?.unwrap_or_default(),
        status: before.and_then(|before| before.report.status.clone()),
        tracks: typed.tracks(release),
        areas: typed.list("areas"),
        found_in: builds("found")?,
        fixed_in: builds("fixed")?,
        regression_of: typed.some("regression_of"),
        duplicate_of: key("duplicate_of")?,
        url: typed.some("url"),
        reason: typed.some("reason"),
        key: key_on_record,
    })
}

async fn page(reader: &Reader, mut seen: Seen, typed: &Typed, refused: Option<&str>) -> Page {
    let corrects = !typed.get("corrects").is_empty();
    let title = if corrects { "Correct a defect" } else { "Report a defect" };
    let body = fields(&seen, typed, refused, (title, corrects));
    let below =
        vec![("Defects".to_owned(), seen.path("/defects")), (title.to_owned(), seen.path("/new-defect"))];
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Defects, title, below, body);
    Ok(frame.answer_with(status))
}

fn fields(seen: &Seen, typed: &Typed, refused: Option<&str>, (title, corrects): (&str, bool)) -> Markup {
    let release = &seen.view.release;
    let state = if typed.get("state").is_empty() { "open" } else { typed.get("state") };
    let mut stated = typed.clone();
    stated.set("state", state);
    let known = DefectKey::parse(typed.get("key")).ok().and_then(|key| release.defects.get(&key));
    let of_file = known.and_then(|defect| match &defect.source {
        Source::File { name } => Some(name),
        Source::Hand => None,
    });
    html! {
        section.head { div { h1 { (title) } p.sub { "What goes wrong, and where it was seen. What users feel of it is told next." } } }
        @if let Some(name) = of_file {
            p.note { "It comes from " b { (name) } ": change it there and import again. Impact, exposure and deferral are yours on its page." }
        }
        form.card.form method="post" action=(seen.path("/defects")) {
            @if let Some(why) = refused { p.note role="alert" { (why) } }
            @if corrects { (stood::remembered(known.map(|defect| on_record(defect)).as_ref())) input type="hidden" name="corrects" value="yes"; input type="hidden" name="key" value=(typed.get("key")); p.hint { "Corrects " code { (typed.get("key")) } "." } }
            (line(typed, "title", "What goes wrong, in one line?", "", true))
            @if !corrects { (line(typed, "key", "Its key in the tracker", "Leave it empty, and it gets the next of ours, as D-7.", false)) }
            div.field.pair {
                (choice(typed, "severity", "How bad is it where it happens?", "nobody has said", &Severity::ALL.map(|(name, _)| (name, name))))
                (choice(typed, "priority", "How soon should it be dealt with?", "nobody has said", &Priority::ALL.map(|(name, _)| (name, name))))
            }
            (tracks(release, typed, "Where was it seen?", "The other tracks that ship the area are asked: nothing is taken from one to another."))
            (line(typed, "areas", "Which parts of the product is it in?", "With commas between them: Sync, Routes.", false))
            details.more-fields open[corrects] {
                summary { "Builds, state, and what it belongs to" }
                div.field {
                    (choice(&stated, "state", "How does it stand?", "", &DefectState::ALL.map(|(name, _)| (name, name))))
                    @for track in release.live_tracks() {
                        @let name = &track.description.name;
                        @let id = &track.description.id;
                        div.field.pair {
                            (line(typed, &format!("found-{id}"), &format!("Found in which builds of {name}?"), "", false))
                            (line(typed, &format!("fixed-{id}"), &format!("Mended in which build of {name}?"), "", false))
                        }
                    }
                    (line(typed, "regression_of", "What is it a regression of?", "The version that did not have it yet, or the change that brought it.", false))
                    (line(typed, "duplicate_of", "Which defect is it a duplicate of?", "Its key. What was seen of this one then counts for that one.", false))
                    (line(typed, "url", "Its page in the tracker", "", false))
                }
            }
            @if corrects || known.is_some() { (sentences(typed, "reason", "Why is it corrected?", "It stays on record as it was, with the reason beside it.", true)) }
            div.act { button.primary type="submit" { (title) } a.button.ghost href=(seen.path("/defects")) { "Leave it" } }
        }
    }
}
