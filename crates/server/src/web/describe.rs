//! Adding a change by hand, and correcting one that was.
//!
//! Invariant: a correction begins with what is on record, and says why.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::change::Change;
use domain::command::change::find;
use domain::defect::Priority;
use domain::id::{ChangeKey, ReleaseId};
use domain::refusal::Refusal;
use domain::release::Release;
use maud::html;

use super::change::path_of;
use super::defect::no_key;
use super::frame::Tab;
use super::reader::Reader;
use super::seen::{ReleasePath, Seen};
use super::stood;
use super::trouble::Page;
use super::typed::{Typed, choice, line, sentences, tracks};
use crate::app::contents::DescribeRequest;
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
        let key = ChangeKey::parse(typed.get("key")).map_err(no_key)?;
        typed = on_record(find(&seen.view.release, &key)?);
    }
    page(&reader, seen, &typed, None).await
}

/// Returns the form as it stands on record, to be corrected.
fn on_record(change: &Change) -> Typed {
    let description = &change.description;
    let mut typed = Typed::default();
    for (name, value) in [
        ("key", change.key.as_str()),
        ("corrects", "yes"),
        ("title", &description.title),
        ("intent", description.intent.as_deref().unwrap_or_default()),
        ("priority", description.priority.map_or("", Priority::as_str)),
        ("areas", &description.areas.join(", ")),
        ("url", description.url.as_deref().unwrap_or_default()),
    ] {
        typed.set(name, value);
    }
    for track in &description.tracks {
        typed.set(&format!("on-{track}"), "yes");
    }
    typed
}

pub(super) async fn describe(
    Acting(app): Acting,
    reader: Reader,
    path: ReleasePath,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (id, typed): (ReleaseId, Typed) = (path?.0.into(), form?.0);
    match send(&app, &id, &typed).await {
        Ok(key) => {
            let done = if typed.get("corrects").is_empty() { "described" } else { "corrected" };
            Ok(Redirect::to(&format!("{}?done={done}", path_of(&id, &key))).into_response())
        }
        Err(AppError::Refused(refusal)) => {
            let seen = Seen::load(&app, &reader, &id).await?;
            page(&reader, seen, &typed, Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn send(app: &App, id: &ReleaseId, typed: &Typed) -> Result<ChangeKey, AppError> {
    let request = read(&*app.release(id).await?, typed)?;
    let on_record = |release: &Release| match &request.key {
        Some(key) => Ok(on_record(find(release, key)?)),
        None => Ok(Typed::default()),
    };
    let act = |seen: Option<moved::Seen>| {
        let request = request.clone();
        async move { app.describe_change(id, request, seen.as_ref()).await }
    };
    Ok(stood::unless_changed(app, id, typed, on_record, act).await?.change)
}

fn read(release: &Release, typed: &Typed) -> Result<DescribeRequest, Refusal> {
    let key = typed.some("key").map(|key| ChangeKey::parse(&key)).transpose().map_err(no_key)?;
    Ok(DescribeRequest {
        key,
        title: typed.get("title").to_owned(),
        intent: typed.some("intent"),
        priority: typed.chosen("priority", Priority::parse)?,
        areas: typed.list("areas"),
        tracks: typed.tracks(release),
        url: typed.some("url"),
        reason: typed.some("reason"),
    })
}

async fn page(reader: &Reader, mut seen: Seen, typed: &Typed, refused: Option<&str>) -> Page {
    let corrects = !typed.get("corrects").is_empty();
    let title = if corrects { "Correct a change" } else { "Add a change" };
    let release = &seen.view.release;
    let known = ChangeKey::parse(typed.get("key")).ok().and_then(|key| release.changes.get(&key));
    let before = known.map(|change| on_record(change));
    let known = before.is_some();
    let body = html! {
        section.head { div { h1 { (title) } p.sub { "A feature or a fix that the release carries. Engineering, QA and product each say when it is done." } } }
        form.card.form method="post" action=(seen.path("/contents")) {
            @if let Some(why) = refused { p.note role="alert" { (why) } }
            @if corrects { (stood::remembered(before.as_ref())) input type="hidden" name="corrects" value="yes"; input type="hidden" name="key" value=(typed.get("key")); p.hint { "Corrects " code { (typed.get("key")) } "." } }
            (line(typed, "title", "What does it bring, in one line?", "", true))
            @if !corrects { (line(typed, "key", "Its key in the tracker", "Leave it empty, and it gets the next of ours, as C-7.", false)) }
            (sentences(typed, "intent", "What do users or the business get of it?", "“Runners leave the phone at home and lose nothing.”", false))
            (choice(typed, "priority", "How much does it matter?", "nobody has said", &Priority::ALL.map(|(name, _)| (name, name))))
            (tracks(release, typed, "Which tracks carry it?", "None ticked means every track."))
            (line(typed, "areas", "Which parts of the product does it change?", "With commas between them: Sync, Routes.", false))
            (line(typed, "url", "Its page in the tracker", "", false))
            @if corrects || known { (sentences(typed, "reason", "Why is it corrected?", "It stays on record as it was, with the reason beside it.", true)) }
            div.act { button.primary type="submit" { (title) } a.button.ghost href=(seen.path("/contents")) { "Leave it" } }
        }
    };
    let below =
        vec![("Contents".to_owned(), seen.path("/contents")), (title.to_owned(), seen.path("/new-change"))];
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = seen.form(reader, Tab::Contents, title, below, body);
    Ok(frame.answer_with(status))
}
