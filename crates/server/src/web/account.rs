//! One's own account: password, sessions, tokens.
//!
//! Invariant: everything here is about whoever is signed in, and nobody else.

use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::permission::{Act, Role, TABLE, Whose, may};
use domain::refusal::{Refusal, RefusalKind};
use maud::{Markup, html};
use serde::Deserialize;

use super::reader::Reader;
use super::sign_in::alone;
use super::trouble::{Page, Trouble};
use crate::app::account::{MadeToken, NewToken, TokensQuery};
use crate::app::{App, AppError};
use crate::door::Acting;

/// What was just refused or made, to show beside its form.
#[derive(Default)]
struct Said {
    password: Option<String>,
    token: Option<String>,
    link: Option<String>,
    session: Option<String>,
    made: Option<MadeToken>,
}

pub(super) async fn show(Acting(app): Acting, reader: Reader) -> Page {
    page(&app, &reader, Said::default()).await
}

async fn page(app: &App, reader: &Reader, said: Said) -> Page {
    let Some(member) = app.who.member().cloned() else {
        let body = html! { section.head { div { h1 { "Account" } p.sub { "This server was told to trust whoever uses this machine: there is nothing to sign in to." } } } };
        return Ok(alone(reader, "Account", "/account", body).answer_with_status(StatusCode::OK));
    };
    let clock = reader.clock("UTC");
    let sessions = app.sessions().await?;
    let tokens = app.tokens().await?;
    let ways = app.ways_in().await?;
    let functions: Vec<&str> =
        member.functions.iter().map(|function| super::parts::verdict::function(*function)).collect();
    let wrong = [&said.password, &said.token, &said.link, &said.session].iter().any(|why| why.is_some());
    let body = html! {
        section.head { div {
            h1 { (member.name) }
            p.sub { (member.login) ", " b { (member.role.as_str()) } @if !functions.is_empty() { ", speaks for " (functions.join(", ")) } "." }
        } }
        @if let Some(made) = &said.made {
            section.card.prose {
                h2 { "Your new token, shown this once" }
                pre.raw tabindex="0" { (made.secret) }
                p.hint { "Keep it where your scripts keep secrets, and send it with each request:" }
                pre.raw tabindex="0" { "curl -H \"Authorization: Bearer $SEAWORTHY_TOKEN\" -H 'Accept: application/json' …/api/v1/releases" }
            }
        }
        section.card aria-labelledby="tokens" {
            header { h2 #tokens { "Tokens" } span.hint { "for scripts and continuous integration" } }
            @if tokens.is_empty() { p.hint.pad { "None yet. A token lets a script do what you may do, or less, until it ends or you revoke it." } }
            @else {
                table.list {
                    thead { tr { th scope="col" { "For" } th scope="col" { "May" } th scope="col" { "Last used" } th scope="col" { "Ends" } th scope="col" { span.only-read { "Revoke" } } } }
                    tbody { @for token in &tokens {
                        tr.withdrawn[token.revoked_at.is_some()] {
                            th scope="row" { (token.name) }
                            td data-label="May" { (token.scopes.join(", ")) }
                            td data-label="Last used" { @match token.used_at { Some(at) => (clock.when(at)), None => span.hint { "never" } } }
                            td data-label="Ends" { @match (token.revoked_at, token.expires_at) { (Some(at), _) => { "revoked " (clock.short(at)) }, (None, Some(at)) => (clock.when(at)), (None, None) => "never" } }
                            td { @if token.revoked_at.is_none() { form method="post" action="/account/tokens/revoke" { button.danger type="submit" name="id" value=(token.id) { "Revoke" } } } }
                        }
                    } }
                }
            }
            form.filter method="post" action="/account/tokens" {
                label { span { "What is it for?" } input name="name" required maxlength="100" placeholder="nightly of Android"; }
                label { span { "It may at most what a … may" } select name="role" { @for (name, role) in Role::ALL { @if role <= member.role { option value=(name) selected[role == Role::Contributor] { (name) } } } } }
                label { span { "Days" } input name="days" type="number" min="1" max="366" value="90"; }
                button type="submit" { "Make a token" }
                @if let Some(why) = &said.token { p.error role="alert" { (why) } }
            }
        }
        section.card aria-labelledby="sessions" {
            header { h2 #sessions { "Where you are signed in" } }
            form method="post" action="/account/sessions/end" {
            table.list {
                thead { tr { th scope="col" { "Browser" } th scope="col" { "Address" } th scope="col" { "Last seen" } th scope="col" { "Since" } th scope="col" { span.only-read { "End" } } } }
                tbody { @for session in &sessions {
                    @let here = member.session == Some(session.digest);
                    tr {
                        th scope="row" { (browser(&session.agent)) @if here { " " span.tag.met { "this one" } } }
                        td data-label="Address" { (session.address) }
                        td data-label="Last seen" { (clock.when(session.seen_at)) }
                        td data-label="Since" { (clock.short(session.created_at)) }
                        td { @if !here { label.choice { input type="radio" name="session" value=(session.digest.to_string()); "end it" } } }
                    }
                } }
            }
            @if sessions.len() > 1 {
                div.form {
                    @if let Some(why) = &said.session { p.note.unmet role="alert" { (why) } }
                    label.choice { input type="radio" name="session" value="others" checked; "end all others" }
                    @if ways.has_password { div.field { label for="sure" { "Your password" } input #sure name="password" type="password" autocomplete="current-password" required; } }
                    button.danger type="submit" { "End" }
                }
            }
            }
        }
        (super::oidc::card(&ways, said.link.as_deref()))
        @if ways.has_password { section.card aria-labelledby="change" {
            header { h2 #change { "Change the password" } }
            form.form method="post" action="/account/password" {
                @if let Some(why) = &said.password { p.note.unmet role="alert" { (why) } }
                input type="hidden" name="login" value=(member.login) autocomplete="username";
                div.field { label for="present" { "Present password" } input #present name="present" type="password" autocomplete="current-password" required; }
                div.field { label for="wanted" { "New password" } input #wanted name="wanted" type="password" autocomplete="new-password" required minlength="10" maxlength="200"; p.hint { "Your other sessions end." } }
                button type="submit" { "Change it" }
            }
        } }
        section.card aria-labelledby="may" {
            header { h2 #may { "What you may do" } }
            (what(member.role))
        }
    };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(alone(reader, "Account", "/account", body).answer_with_status(status))
}

/// The page after linking did not come about.
pub(super) async fn not_linked(app: &App, reader: &Reader, why: String) -> Page {
    page(app, reader, Said { link: Some(why), ..Said::default() }).await
}

/// The table of who may do what, as one role reads it.
pub(super) fn what(role: Role) -> Markup {
    html! {
        ul.reasons.pad {
            @for rule in TABLE {
                @let (own, others) = (may(role, rule.act, Whose::Own).is_ok(), may(role, rule.act, Whose::Others).is_ok());
                li {
                    @if others { (super::mark::Mark::Met.shape()) } @else { span.hint { "–" } }
                    " " (domain::words::capital(rule.says))
                    @if own && !others { span.hint { @if rule.act == Act::GiveWord { ", your own" } @else { " of your own" } } }
                }
            }
        }
    }
}

/// Returns the name of a browser as people know it.
fn browser(agent: &str) -> String {
    let known = ["Edg/", "Firefox/", "Chrome/", "Safari/", "curl/"];
    let system = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"];
    let name = known
        .iter()
        .find(|name| agent.contains(**name))
        .map_or("A browser", |name| name.trim_end_matches('/'));
    let name = if name == "Edg" { "Edge" } else { name };
    match system.iter().find(|system| agent.contains(**system)) {
        Some(system) => format!("{name} on {}", if *system == "Mac OS X" { "macOS" } else { system }),
        None => name.to_owned(),
    }
}

#[derive(Deserialize)]
pub(super) struct Passwords {
    #[serde(default)]
    present: String,
    #[serde(default)]
    wanted: String,
}

pub(super) async fn password(
    Acting(app): Acting,
    reader: Reader,
    form: Result<Form<Passwords>, FormRejection>,
) -> Page {
    let Passwords { present, wanted } = form?.0;
    match app.change_password(present, wanted).await {
        Ok(()) => Ok(Redirect::to("/account?done=password").into_response()),
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, Said { password: Some(refusal.sentence), ..Said::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    days: i64,
}

pub(super) async fn make_token(
    Acting(app): Acting,
    reader: Reader,
    form: Result<Form<Wanted>, FormRejection>,
) -> Page {
    let Wanted { name, role, days } = form?.0;
    let made = match Role::parse(&role) {
        Some(role) => app.make_token(NewToken { name, role, days }).await,
        None => Err(Refusal::invalid(format!("There is no role {role}.")).into()),
    };
    match made {
        // Not a redirect: the secret must be in no address and on no second page.
        Ok(made) => page(&app, &reader, Said { made: Some(made), ..Said::default() }).await,
        Err(AppError::Refused(refusal)) => {
            page(&app, &reader, Said { token: Some(refusal.sentence), ..Said::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    id: String,
}

/// Which session is to end, `others` for all but this one.
#[derive(Deserialize)]
pub(super) struct Ended {
    session: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn revoke_token(
    Acting(app): Acting,
    form: Result<Form<Named>, FormRejection>,
) -> Result<Response, Trouble> {
    app.revoke_token_of(TokensQuery::default(), &form?.0.id).await?;
    Ok(Redirect::to("/account?done=revoked").into_response())
}

pub(super) async fn end_session(
    Acting(app): Acting,
    reader: Reader,
    form: Result<Form<Ended>, FormRejection>,
) -> Page {
    let Ended { session, password } = form?.0;
    let digest = domain::digest::Digest::from_hex(session.as_bytes());
    let ended = match (digest, session.as_str()) {
        (None, "others") => app.end_session(None, password).await,
        (Some(digest), _) => app.end_session(Some(&digest), password).await,
        (None, _) => Err(Refusal::invalid("Choose which session is to end.").into()),
    };
    match ended {
        Ok(()) => Ok(Redirect::to("/account?done=ended").into_response()),
        Err(AppError::Refused(refusal)) if refusal.kind == RefusalKind::Invalid => {
            page(&app, &reader, Said { session: Some(refusal.sentence), ..Said::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}
