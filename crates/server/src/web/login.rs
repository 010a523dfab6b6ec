//! Confirming that a program is logged in: who asks, what it may do, and for how long.
//!
//! Invariant: nothing is confirmed by opening an address; whoever confirms has seen who asks, and under which code.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::permission::Role;
use domain::refusal::Refusal;
use maud::{Markup, html};
use serde::Deserialize;

use super::reader::Reader;
use super::sign_in::alone;
use super::trouble::Page;
use crate::app::account::{Asking, LOGIN_DAYS};
use crate::app::{App, AppError};
use crate::door::Acting;

#[derive(Debug, Default, Deserialize)]
pub(super) struct OfCode {
    #[serde(default)]
    code: String,
}

pub(super) async fn show(
    Acting(app): Acting,
    reader: Reader,
    of: Result<Query<OfCode>, QueryRejection>,
) -> Page {
    let code = of?.0.code;
    if app.who.member().is_none() {
        let body = html! { p { "This server was told to trust whoever uses this machine: there is nothing to sign in to." } };
        return Ok(page(&reader, StatusCode::OK, "Log in a program", body));
    }
    if code.trim().is_empty() {
        return Ok(page(&reader, StatusCode::OK, "Log in a program", ask_for_code(&code, None)));
    }
    asked(&app, &reader, &code, None).await
}

/// Shows who asks under a code.
async fn asked(app: &App, reader: &Reader, code: &str, wrong: Option<&str>) -> Page {
    match app.asking(code).await {
        Ok(asking) => {
            let status = status(wrong);
            let most = app.who.role().unwrap_or(Role::Viewer);
            Ok(page(reader, status, "Is this you?", confirm(reader, &asking, most, wrong)))
        }
        Err(AppError::Refused(refusal)) => {
            let body = ask_for_code(code, Some(&refusal.sentence));
            Ok(page(reader, StatusCode::UNPROCESSABLE_ENTITY, "Log in a program", body))
        }
        Err(error) => Err(error.into()),
    }
}

fn status(wrong: Option<&str>) -> StatusCode {
    if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

fn ask_for_code(code: &str, wrong: Option<&str>) -> Markup {
    html! {
        form.card.form method="get" action="/account/login" {
            @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
            div.field {
                label for="code" { "The code that your terminal shows" }
                input #code name="code" value=(code) required maxlength="20" placeholder="BCDF-GHJK" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="code-help";
                p.hint #code-help { "`seaworthy login` on your machine begins it, and shows a code that is good for ten minutes." }
            }
            button.primary type="submit" { "Go on" }
        }
    }
}

fn confirm(reader: &Reader, asking: &Asking, most: Role, wrong: Option<&str>) -> Markup {
    let clock = reader.clock("UTC");
    html! {
        form.card.form method="post" action="/account/login" {
            @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
            p { "A terminal asks to be logged in as you. It shows the code" }
            p.lead { code { (asking.code) } }
            dl.facts {
                div { dt { "Machine" } dd { (asking.device) " " span.hint { "as it calls itself" } } }
                div { dt { "Address" } dd { (asking.address) } }
                div { dt { "Asked" } dd { (clock.when(asking.at)) } }
            }
            p.note.unknown { "Confirm only if you started this yourself just now, with " code { "seaworthy login" } ". If somebody sent you here, refuse: they would act in your name." }
            input type="hidden" name="code" value=(asking.code);
            div.field {
                label for="role" { "It may at most what a … may" }
                select #role name="role" { @for (name, role) in Role::ALL { @if role <= most { option value=(name) selected[role == most.min(Role::Contributor)] { (name) } } } }
            }
            div.field {
                label for="days" { "Days until it ends" }
                input #days name="days" type="number" min="1" max="366" value=(LOGIN_DAYS) required;
                p.hint { "Your account page lists it, and revokes it." }
            }
            div.act {
                button.primary type="submit" name="answer" value="yes" { "Log it in" }
                button type="submit" name="answer" value="no" formnovalidate { "Refuse" }
            }
        }
    }
}

fn page(reader: &Reader, status: StatusCode, title: &'static str, body: Markup) -> Response {
    let body = html! { section.head { div { h1 { (title) } } } (body) };
    alone(reader, "Log in a program", "/account/login", body).answer_with_status(status)
}

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    code: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    days: i64,
    #[serde(default)]
    answer: String,
}

pub(super) async fn decide(
    Acting(app): Acting,
    reader: Reader,
    form: Result<Form<Answer>, FormRejection>,
) -> Page {
    let Answer { code, role, days, answer } = form?.0;
    let yes = answer == "yes";
    let done = match Role::parse(&role) {
        _ if !yes => app.refuse_login(&code).await,
        Some(role) => app.confirm_login(&code, role, days).await,
        None => Err(Refusal::invalid(format!("There is no role {role}.")).into()),
    };
    match done {
        Ok(()) => {
            let body = html! {
                section.card.prose {
                    @if yes { p { "The terminal goes on within a moment. You can close this page." } p { "Its token is on your " a href="/account" { "account page" } ", where you can revoke it." } }
                    @else { p { "Nothing was given out, and the terminal is told so." } p { "If somebody sent you the address, tell an admin of yours." } }
                }
            };
            let title = if yes { "Logged in" } else { "Refused" };
            Ok(page(&reader, StatusCode::OK, title, body))
        }
        Err(AppError::Refused(refusal)) => asked(&app, &reader, &code, Some(&refusal.sentence)).await,
        Err(error) => Err(error.into()),
    }
}
