//! Erasing a person: what goes and what stays, told before it is done.
//!
//! Invariant: it is done to whom the typed name names, and to nobody else.

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::envelope::ActorId;
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::reader::Reader;
use super::sign_in::alone;
use super::trouble::Page;
use crate::app::account::Trace;
use crate::app::{App, AppError};
use crate::door::Acting;

type Of = Result<Path<String>, PathRejection>;

pub(super) async fn show(Acting(app): Acting, reader: Reader, of: Of) -> Page {
    page(&app, &reader, &ActorId::new(of?.0), "", None).await
}

async fn page(app: &App, reader: &Reader, id: &ActorId, typed: &str, wrong: Option<&str>) -> Page {
    let trace = app.before_erasing(id).await?;
    let name = trace.person.name.as_deref().or(trace.person.login.as_deref()).unwrap_or(id.as_str());
    let oneself = reader.who.as_ref().is_some_and(|member| member.id == *id);
    let body = html! {
        section.head { div { h1 { "Erase " (name) } p.sub { "For good: nobody can bring it back." } } }
        @if oneself { p.note.unmet role="alert" { b { "This is you" } ". You will be signed out, and cannot come back." } }
        section.card.prose {
            h2 { "What goes" }
            ul {
                li { "The name" @if trace.person.address.is_some() { ", the address" } @if trace.person.login.is_some() { ", the login" } ". Wherever it stood, it then says “somebody erased”." }
                @if let Some(role) = trace.role { li { "The account (" (role.as_str()) "), with its password, sessions, tokens and links." } }
                @if trace.open_asks > 0 { li { (words::count(trace.open_asks as i64, "open ask", "open asks")) ": withdrawn." } }
            }
            h2 { "What stays" }
            ul {
                li {
                    "What they did, without their name: "
                    @if trace.acted == 0 { "they are in no event as the one who acted." }
                    @else { a href={ "/journal?who=" (id) } { (words::count(trace.acted, "event", "events")) } "." }
                }
                li { "What somebody wrote about them in words of their own: notes, reasons, summaries, files that came along. " (mentions(&trace)) }
                li { "Backups that were made before. They end when you delete them." }
            }
        }
        form.card.form method="post" action={ "/people/" (id) "/erase" } {
            div.field.wrong[wrong.is_some()] {
                label for="typed" { "Write the name to erase it" }
                input #typed name="typed" value=(typed) required autocomplete="off" aria-invalid=[wrong.map(|_| "true")] aria-describedby="typed-help";
                p.hint #typed-help { @match wrong { Some(wrong) => span.error { (wrong) }, None => { "As it stands: " b { (name) } "." } } }
            }
            button.danger type="submit" { "Erase for good" }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(alone(reader, "Erase", "/people", body).answer_with_status(status))
}

/// Names the events whose payload holds the name, each to be redacted on the server.
fn mentions(trace: &Trace) -> Markup {
    html! {
        @if trace.mentioned.is_empty() { "No event’s text holds the name, login or address; summaries and files are not searched." }
        @else {
            (words::count(trace.mentioned.len() as i64, "event holds", "events hold")) " the name, login or address, and each is redacted by itself with " code { "seaworthy journal redact" } ": "
            @for (index, position) in trace.mentioned.iter().enumerate() {
                @if index > 0 { ", " } a href={ "/journal/" (position) } { (position) }
            }
            ". Summaries and files are not searched."
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    typed: String,
}

pub(super) async fn erase(
    Acting(app): Acting,
    reader: Reader,
    of: Of,
    form: Result<Form<Typed>, FormRejection>,
) -> Page {
    let (id, typed) = (ActorId::new(of?.0), form?.0.typed);
    match app.erase_person(&id, &typed).await {
        Ok(()) => Ok(Redirect::to("/people?done=erased").into_response()),
        Err(AppError::Refused(refusal)) if refusal.kind != domain::refusal::RefusalKind::Unknown => {
            page(&app, &reader, &id, &typed, Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}
