//! Signing in with an identity provider, and linking it to an account.
//!
//! Invariant: going there changes nothing here, so it is a link; what binds a provider to an account is a form, which no
//! other site can send.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::refusal::Refusal;
use maud::{Markup, html};
use serde::Deserialize;

use super::reader::Reader;
use super::sign_in::{From, Next, address, agent, alone, back, entered};
use super::trouble::{Page, Trouble};
use super::{Web, account, sign_in};
use crate::app::account::WaysIn;
use crate::app::account::oidc::{Back, Came, Going, PATIENCE, Sent};
use crate::app::{App, AppError};
use crate::door::{Acting, cookie};

/// Returns where the provider is to send people back to; it is registered there word by word.
fn way_back(reader: &Reader) -> String {
    format!("{}/sign-in/oidc/return", reader.origin)
}

pub(super) async fn go(
    State(web): State<Web>,
    from: From,
    reader: Reader,
    headers: HeaderMap,
    Query(next): Query<Next>,
) -> Page {
    if reader.who.is_some() {
        return Ok(Redirect::to(back(&next.next)).into_response());
    }
    let address = address(from);
    let going = going(&web.app, &headers, &way_back(&reader), back(&next.next), &address, false).await;
    match going {
        Ok(sent) => Ok(kept(&web.app, &sent, Redirect::to(&sent.url).into_response())),
        Err(AppError::Refused(refusal)) => {
            sign_in::page(&web, &reader, &next.next, "", Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn going(
    app: &App,
    headers: &HeaderMap,
    to: &str,
    next: &str,
    address: &str,
    links: bool,
) -> Result<Sent, AppError> {
    let browser = cookie(headers, app.front.provider_cookie());
    app.go_to_provider(Going { to, next, browser, address, links }).await
}

/// Has the browser keep what only it may know of the way.
fn kept(app: &App, sent: &Sent, mut response: Response) -> Response {
    let (name, end) = (app.front.provider_cookie(), app.front.cookie_end());
    let seconds = PATIENCE / 1_000_000;
    let kept = format!("{name}={}; Path=/; Max-Age={seconds}; SameSite=Lax{end}", sent.browser);
    if let Ok(kept) = HeaderValue::from_str(&kept) {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What a provider has a browser bring back.
#[derive(Deserialize)]
pub(super) struct Brought {
    #[serde(default)]
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

pub(super) async fn come_back(
    State(web): State<Web>,
    Acting(app): Acting,
    from: From,
    reader: Reader,
    headers: HeaderMap,
    Query(brought): Query<Brought>,
) -> Page {
    let came = app.back_from_provider(Back {
        to: way_back(&reader),
        state: brought.state,
        code: brought.code,
        error: brought.error,
        issuer: brought.iss,
        browser: cookie(&headers, app.front.provider_cookie()).map(str::to_owned),
        address: address(from),
        agent: agent(&headers),
    });
    match came.await {
        Ok(Came::In { session, next }) => {
            sign_in::leave_behind(&app, &headers).await?;
            Ok(entered(&app.front, session, back(&next)))
        }
        Ok(Came::Linked) => Ok(Redirect::to("/account?done=linked").into_response()),
        Err(AppError::Refused(refusal)) if reader.who.is_some() => {
            account::not_linked(&app, &reader, refusal.sentence).await
        }
        Err(AppError::Refused(refusal)) => {
            sign_in::page(&web, &reader, "/", "", Some(&refusal.sentence)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What shows that it is still its owner who changes by what an account is signed in to.
#[derive(Deserialize)]
pub(super) struct Sure {
    #[serde(default)]
    password: String,
}

pub(super) async fn link(
    Acting(app): Acting,
    from: From,
    reader: Reader,
    headers: HeaderMap,
    form: Result<Form<Sure>, FormRejection>,
) -> Page {
    let address = address(from);
    if let Err(refusal) = sure(&app, form?.0.password).await? {
        return account::not_linked(&app, &reader, refusal.sentence).await;
    }
    match going(&app, &headers, &way_back(&reader), "/account", &address, true).await {
        Ok(sent) => Ok(kept(&app, &sent, onwards(&reader, &sent.url))),
        Err(AppError::Refused(refusal)) => account::not_linked(&app, &reader, refusal.sentence).await,
        Err(error) => Err(error.into()),
    }
}

async fn sure(app: &App, password: String) -> Result<Result<(), Refusal>, AppError> {
    match app.be_sure(password).await {
        Err(AppError::Refused(refusal)) => Ok(Err(refusal)),
        other => other.map(Ok),
    }
}

/// A page that leads on. A redirect would not do: the policy lets no form lead to another site.
fn onwards(reader: &Reader, url: &str) -> Response {
    let body = html! {
        section.head { div { h1 { "Link a sign-in" } p.sub { "You are on your way to where you sign in otherwise, and come back from there." } } }
        section.card.form { a.button.primary href=(url) { "Go on" } }
    };
    let mut response = alone(reader, "Account", "/account", body).answer_with_status(StatusCode::OK);
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={url}")) {
        response.headers_mut().insert("refresh", refresh);
    }
    response
}

#[derive(Deserialize)]
pub(super) struct Linked {
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn unlink(
    Acting(app): Acting,
    reader: Reader,
    form: Result<Form<Linked>, FormRejection>,
) -> Result<Response, Trouble> {
    let Linked { issuer, subject, password } = form?.0;
    if let Err(refusal) = sure(&app, password).await? {
        return account::not_linked(&app, &reader, refusal.sentence).await;
    }
    match app.unlink_identity(&issuer, &subject).await {
        Ok(()) => Ok(Redirect::to("/account?done=unlinked").into_response()),
        Err(AppError::Refused(refusal)) => account::not_linked(&app, &reader, refusal.sentence).await,
        Err(error) => Err(error.into()),
    }
}

/// The card of an account page with what can sign its owner in beside a password.
pub(super) fn card(ways: &WaysIn, wrong: Option<&str>) -> Markup {
    let linkable = ways.provider.as_ref().filter(|_| ways.identities.is_empty());
    if ways.identities.is_empty() && linkable.is_none() && wrong.is_none() {
        return Markup::default();
    }
    html! {
        section.card aria-labelledby="linked" {
            header { h2 #linked { @match &ways.provider { Some(name) => { "Signing in with " (name) }, None => "Signing in with a provider" } } }
            @if let Some(wrong) = wrong { p.note.unmet.pad role="alert" { (wrong) } }
            @if !ways.identities.is_empty() {
                table.list {
                    thead { tr { th scope="col" { "Provider" } th scope="col" { "Known there as" } th scope="col" { span.only-read { "Unlink" } } } }
                    tbody { @for identity in &ways.identities {
                        tr {
                            th scope="row" { (identity.issuer) }
                            td data-label="Known there as" { code { (identity.subject) } }
                            td { @if ways.has_password { form method="post" action="/account/identities/unlink" {
                                input type="hidden" name="issuer" value=(identity.issuer);
                                (password())
                                button.danger type="submit" name="subject" value=(identity.subject) { "Unlink" }
                            } } }
                        }
                    } }
                }
                @if !ways.has_password { p.hint.pad { "Your role and your functions follow your groups there. You have no password here; an admin can make you a link that sets one." } }
            }
            @if let Some(name) = linkable {
                form.pad method="post" action="/account/identities/link" {
                    p.hint { "Once linked, you can sign in with either. Your role stays what an admin made it." }
                    @if ways.has_password { (password()) }
                    button type="submit" { "Link " (name) }
                }
            }
        }
    }
}

fn password() -> Markup {
    html! { label { span { "Your password" } input name="password" type="password" autocomplete="current-password" required; } }
}
