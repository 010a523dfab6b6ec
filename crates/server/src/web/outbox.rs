//! The outbox: what waits to go out, what went, what is stuck and why.
//!
//! Invariant: whatever did not get out is shown with the reason, and with what can be done about it.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::id::ReleaseId;
use domain::notice::{Kind, Urgency};
use domain::words;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::empty;
use super::moment::Clock;
use super::reader::Reader;
use super::sign_in::alone;
use super::trouble::{Page, Trouble};
use crate::app::outbox::{DropRequest, OutboxLine, OutboxQuery, OutboxState, OutboxSummary};
use crate::app::{App, AppError};
use crate::door::Acting;

type Asked = Result<Query<OutboxQuery>, QueryRejection>;
type MessagePath = Result<Path<String>, PathRejection>;

pub(super) async fn show(Acting(app): Acting, reader: Reader, query: Asked) -> Page {
    page(&app, &reader, query?.0, None).await
}

async fn page(app: &App, reader: &Reader, query: OutboxQuery, wrong: Option<&str>) -> Page {
    let chosen = query.state;
    let (summary, lines) = (app.outbox_summary().await?, app.outbox(query).await?);
    let clock = reader.clock("UTC");
    let body = html! {
        section.head { div { h1 { "Outbox" } p.sub { "What people are told: one digest for each working half-day, and at once what cannot wait. " (waits_for(&summary)) } } }
        @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
        nav.queues aria-label="Which messages" {
            a.button href="/outbox" aria-current=[chosen.is_none().then_some("true")] { "All" }
            @for (name, state) in OutboxState::ALL {
                a.button href={ "/outbox?state=" (name) } aria-current=[(chosen == Some(state)).then_some("true")] {
                    (label(state)) " " b { (words::number(count(&summary, state))) }
                }
            }
        }
        @if lines.items.is_empty() {
            section.card { (nothing(chosen)) }
        } @else {
            section.card aria-label="Messages" {
                ul.asks { @for message in &lines.items { li #{ "m-" (message.id) } { (line(&clock, message)) } } }
            }
        }
        @if let Some(next) = &lines.next {
            p { a.button href={ "/outbox?after=" (next) @if let Some(state) = chosen { "&state=" (state.as_str()) } } { "Earlier messages" } }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(alone(reader, "Outbox", "/outbox", body).answer_with_status(status))
}

fn waits_for(summary: &OutboxSummary) -> Markup {
    html! {
        @match &summary.server {
            Some(server) => { "They go by " b { (server) } "." }
            None => {
                strong { "No mail server is configured; messages wait." }
                " Whoever runs the server names one with " code { "SEAWORTHY_SMTP_URL" } " and " code { "SEAWORTHY_MAIL_FROM" } "."
            }
        }
    }
}

fn label(state: OutboxState) -> &'static str {
    match state {
        OutboxState::Waiting => "Waiting",
        OutboxState::Sent => "Sent",
        OutboxState::Dead => "Stuck",
        OutboxState::Dropped => "Dropped",
    }
}

fn count(summary: &OutboxSummary, state: OutboxState) -> i64 {
    match state {
        OutboxState::Waiting => summary.count.waiting,
        OutboxState::Sent => summary.count.sent,
        OutboxState::Dead => summary.count.dead,
        OutboxState::Dropped => summary.count.dropped,
    }
}

fn nothing(chosen: Option<OutboxState>) -> Markup {
    match chosen {
        None => empty(
            "Nobody has been told anything yet",
            html! { p { "Whoever must agree, approve or sign is told when it is asked of them, and whoever asked hears the answer. Give people their function on " a href="/people" { "People" } ", and it goes to them." } },
        ),
        Some(OutboxState::Waiting) => {
            empty("Nothing waits", html! { p { "What happens next is told with the next digest." } })
        }
        Some(OutboxState::Dead) => empty(
            "Nothing is stuck",
            html! { p { "A message that fails for about two days, or whose address a mail server refuses, is shown here with the reason." } },
        ),
        Some(OutboxState::Sent) => {
            empty("Nothing was sent yet", html! { p { "What went out stays here for three months." } })
        }
        Some(OutboxState::Dropped) => empty(
            "Nothing was dropped",
            html! { p { "What nobody need be told any more is shown here, with the reason." } },
        ),
    }
}

fn line(clock: &Clock, message: &OutboxLine) -> Markup {
    let kind = Kind::parse(&message.kind).map_or("message", Kind::label);
    let alone = message.urgency == Urgency::AtOnce.as_str();
    let can_go = matches!(message.state, OutboxState::Dead | OutboxState::Dropped);
    let can_be_dropped = matches!(message.state, OutboxState::Dead | OutboxState::Waiting);
    html! {
        p {
            b { (message.to) } " · " (message.tells.as_deref().unwrap_or("it has passed: nobody asks it any more"))
            @if let Some(release) = &message.release { @if let Ok(id) = release.parse::<ReleaseId>() { " · " a href={ "/releases/" (id) } { (release) } } }
        }
        p.hint {
            (label(message.state)) " · " (kind) @if alone { ", alone" } " · since " (clock.when(message.created_at))
            " · " a href={ "/journal/" (message.cause) } { "caused by #" (message.cause) }
            @if let Some(at) = message.ended_at { " · ended " (clock.when(at)) }
            @if message.state == OutboxState::Waiting && message.attempts == 0 { " · not before " (clock.short(message.not_before)) ", in their working hours" }
            @if message.attempts > 0 { " · tried " (message.attempts) @if message.attempts == 1 { " time" } @else { " times" } }
            @if let Some(at) = message.next_try.filter(|_| message.attempts > 0) { ", again " (clock.when(at)) }
        }
        @if let Some(error) = message.error.as_ref().filter(|_| message.state != OutboxState::Sent) { p { "The mail did not go: " (error) } }
        @if !message.reachable && message.state != OutboxState::Sent { p { "No e-mail address of " (message.to) " is known." } }
        @if let Some(reason) = &message.reason { p { "Dropped" @if let Some(by) = &message.by { " by " (by) } ": " (reason) } }
        @if can_go {
            form method="post" action={ "/outbox/" (message.id) "/retry" } { button type="submit" { "Try again" } }
        }
        @if can_be_dropped {
            details {
                summary { "Drop it" }
                form.form method="post" action={ "/outbox/" (message.id) "/drop" } {
                    div.field { label for={ "why-" (message.id) } { "Why need nobody be told?" } input #{ "why-" (message.id) } name="reason" required maxlength="1000"; }
                    button.danger type="submit" { "Drop it" }
                }
            }
        }
    }
}

pub(super) async fn retry(Acting(app): Acting, reader: Reader, path: MessagePath) -> Page {
    let done = app.retry_message(&path?.0).await;
    after(&app, &reader, done, "retried").await
}

#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    #[serde(default)]
    reason: String,
}

pub(super) async fn drop(
    Acting(app): Acting,
    reader: Reader,
    path: MessagePath,
    form: Result<Form<Reason>, FormRejection>,
) -> Page {
    let done = app.drop_message(&path?.0, DropRequest { reason: form?.0.reason }).await;
    after(&app, &reader, done, "dropped").await
}

async fn after(app: &App, reader: &Reader, done: Result<(), AppError>, code: &str) -> Page {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/outbox?done={code}")).into_response()),
        Err(AppError::Refused(refusal)) => {
            page(app, reader, OutboxQuery::default(), Some(&refusal.sentence)).await
        }
        Err(error) => Err(Trouble::from(error)),
    }
}
