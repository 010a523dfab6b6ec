//! Signing in and out, and the links that make an account.
//!
//! Invariant: what is wrong, login or password, is never told, and the way back leads nowhere but here.

use axum::Extension;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::envelope::ActorId;
use domain::permission::Role;
use maud::{Markup, html};
use serde::Deserialize;

use super::Web;
use super::frame::Frame;
use super::reader::Reader;
use super::trouble::{Page, Trouble};
use crate::app::account::{Invitation, Purpose, SignIn, SignedInAs};
use crate::app::{App, AppError};
use crate::door::{Access, Acting, ClientAddress, cookie};
use crate::front::Front;

/// How long a browser keeps a session's cookie, in seconds; the server ends it sooner if it is not used.
const LONGEST: i64 = crate::app::account::LONGEST / 1_000_000;

/// Where a request comes from, as far as that is known.
pub(super) type From = Option<Extension<ClientAddress>>;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    pub(super) next: String,
}

/// Returns a way back that stays on this server.
pub(super) fn back(next: &str) -> &str {
    let stays = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(|c: char| c.is_control() || c == '\\');
    if stays { next } else { "/" }
}

pub(super) async fn show(State(web): State<Web>, reader: Reader, Query(next): Query<Next>) -> Page {
    if reader.who.is_some() {
        return Ok(Redirect::to(back(&next.next)).into_response());
    }
    page(&web, &reader, &next.next, "", None).await
}

/// The sign-in page, with what went wrong.
pub(super) async fn page(web: &Web, reader: &Reader, next: &str, login: &str, wrong: Option<&str>) -> Page {
    let anybody = web.app.has_accounts().await?;
    let demo = if web.access == Access::Demo { web.app.demo_members().await? } else { Vec::new() };
    let provider = web.app.sign_on.as_ref().map(|on| on.name.as_str());
    let body = html! {
        section.head { div { h1 { "Sign in" } } }
        @if !anybody {
            section.card.prose {
                p.lead { "Nobody has an account yet." }
                p { "The first one is made with a link that the server printed where it was started. It works once, for a day; start the server again for another." }
                @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
                @if let Some(name) = provider { p { "Or by whoever is in a group of admins:" } p { (with_provider(name, next)) } }
            }
        } @else {
            @if !demo.is_empty() {
                section.card aria-labelledby="as" {
                    header { h2 #as { "This is a demo: be one of them" } }
                    form.people.pad method="post" action="/demo/sign-in" {
                        input type="hidden" name="next" value=(back(next));
                        @for (id, name, role, functions) in &demo {
                            button type="submit" name="person" value=(id) { b { (name) } span.hint { (functions) ", " (role) } }
                        }
                    }
                }
            }
            form.card.form method="post" action="/sign-in" {
                input type="hidden" name="next" value=(back(next));
                @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
                @if let Some(name) = provider { (with_provider(name, next)) p.hint { "Or with a password:" } }
                div.field { label for="login" { "Login" } input #login name="login" value=(login) autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus[provider.is_none()]; }
                div.field { label for="password" { "Password" } input #password name="password" type="password" autocomplete="current-password" required; }
                button.primary[provider.is_none()] type="submit" { "Sign in" }
                p.hint { "No account, or no way in? An admin of yours makes you a link." }
            }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(alone(reader, "Sign in", "/sign-in", body).answer_with_status(status))
}

/// The way in by the provider.
fn with_provider(name: &str, next: &str) -> Markup {
    let next: String = url::form_urlencoded::byte_serialize(back(next).as_bytes()).collect();
    html! { a.button.primary href={ "/sign-in/oidc?next=" (next) } { "Sign in with " (name) } }
}

/// A page that belongs to nothing else.
pub(super) struct Alone<'a> {
    reader: &'a Reader,
    title: &'static str,
    path: String,
    body: Markup,
}

pub(super) fn alone<'a>(
    reader: &'a Reader,
    title: &'static str,
    path: impl Into<String>,
    body: Markup,
) -> Alone<'a> {
    Alone { reader, title, path: path.into(), body }
}

impl Alone<'_> {
    pub(super) fn answer_with_status(self, status: StatusCode) -> Response {
        let clock = self.reader.clock("UTC");
        let frame = Frame {
            reader: self.reader,
            clock: &clock,
            title: self.title.to_owned(),
            crumbs: vec![("Fleet".to_owned(), "/".to_owned()), (self.title.to_owned(), self.path)],
            tabs: None,
            live: None,
            past: None,
            body: self.body,
        };
        let mut response = frame.answer_with(status);
        // Links, tokens and who one is are in no cache.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn enter(
    State(web): State<Web>,
    from: From,
    reader: Reader,
    headers: HeaderMap,
    form: Result<Form<Credentials>, FormRejection>,
) -> Page {
    let Credentials { login, password, next } = form?.0;
    let sign_in = SignIn {
        login: login.clone(),
        password,
        address: address(from),
        agent: agent(&headers),
        device: cookie(&headers, web.app.front.device_cookie()).map(str::to_owned),
    };
    match web.app.sign_in(sign_in).await {
        Ok(session) => {
            leave_behind(&web.app, &headers).await?;
            Ok(entered(&web.app.front, session, back(&next)))
        }
        Err(AppError::Refused(refusal)) => page(&web, &reader, &next, &login, Some(&refusal.sentence)).await,
        Err(error) => Err(error.into()),
    }
}

/// Ends the session that a browser brought along to a new one.
pub(super) async fn leave_behind(app: &App, headers: &HeaderMap) -> Result<(), AppError> {
    match cookie(headers, app.front.session_cookie()) {
        Some(secret) => app.leave_behind(secret).await,
        None => Ok(()),
    }
}

pub(super) fn address(from: From) -> String {
    from.map_or_else(|| "unknown".to_owned(), |Extension(ClientAddress(address))| address.to_string())
}

pub(super) fn agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_owned()
}

/// Hands over the session's secret, out of reach of scripts and of other sites.
pub(super) fn entered(front: &Front, session: SignedInAs, to: &str) -> Response {
    let (name, end) = (front.session_cookie(), front.cookie_end());
    let cookie = format!("{name}={}; Path=/; Max-Age={LONGEST}; SameSite=Lax{end}", session.secret);
    let mut response = with_cookie(&cookie, Redirect::to(to));
    let device = session.device.map(|device| {
        let name = front.device_cookie();
        format!("{name}={device}; Path=/; Max-Age=31536000; SameSite=Strict{end}")
    });
    if let Some(device) = device.and_then(|device| HeaderValue::from_str(&device).ok()) {
        response.headers_mut().append(header::SET_COOKIE, device);
    }
    response
}

fn with_cookie(cookie: &str, redirect: Redirect) -> Response {
    let mut response = redirect.into_response();
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

pub(super) async fn leave(Acting(app): Acting) -> Result<Response, Trouble> {
    app.leave().await?;
    let (name, end) = (app.front.session_cookie(), app.front.cookie_end());
    let cookie = format!("{name}=; Path=/; Max-Age=0; SameSite=Lax{end}");
    let mut response = with_cookie(&cookie, Redirect::to("/sign-in"));
    // What was shown to them is not to be found by whoever uses the browser next.
    let kept = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), kept);
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub(super) struct DemoMember {
    person: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn enter_demo(
    State(web): State<Web>,
    from: From,
    headers: HeaderMap,
    form: Result<Form<DemoMember>, FormRejection>,
) -> Page {
    if web.access != Access::Demo {
        return Err(super::trouble::nowhere().await);
    }
    let DemoMember { person, next } = form?.0;
    let session = web.app.begin_session(&ActorId::new(person), address(from), agent(&headers)).await?;
    Ok(entered(&web.app.front, session, back(&next)))
}

pub(super) async fn welcome(State(app): State<App>, reader: Reader, Path(secret): Path<String>) -> Page {
    let (purpose, offered) = app.look_at_link(&secret).await?;
    Ok(form(&reader, &secret, purpose, &offered, None))
}

fn form(reader: &Reader, secret: &str, purpose: Purpose, of: &Invitation, wrong: Option<&str>) -> Response {
    let (title, says) = match purpose {
        Purpose::SetUp => ("The first account", "It is an admin’s: it invites everybody else."),
        Purpose::Invitation => ("Welcome", "Say how you are called and choose a password."),
        Purpose::Reset => {
            ("A new password", "Everything that is signed in as you ends, and you sign in anew.")
        }
    };
    let body = html! {
        section.head { div { h1 { (title) } p.sub { (says) } } }
        form.card.form method="post" action={ "/welcome/" (secret) } {
            @if let Some(wrong) = wrong { p.note.unmet role="alert" { (wrong) } }
            div.field {
                label for="login" { "Login" }
                @if purpose == Purpose::SetUp {
                    input #login name="login" value=(of.login) autocomplete="username" autocapitalize="none" spellcheck="false" required;
                    p.hint { "An e-mail address does well." }
                } @else { input #login name="login" value=(of.login) autocomplete="username" readonly; }
            }
            @if purpose != Purpose::Reset {
                div.field { label for="name" { "Your name" } input #name name="name" value=(of.name) autocomplete="name" required; p.hint { "Others see it beside what you do." } }
            }
            @if let Some(role) = of.role.filter(|_| purpose == Purpose::Invitation) { p.hint { "You will be: " (role.as_str()) "." } }
            div.field {
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="new-password" required minlength="10" maxlength="200" aria-describedby="password-help";
                p.hint #password-help { "At least 10 characters. Three or four words that do not belong together do well." }
            }
            button.primary type="submit" { @if purpose == Purpose::Reset { "Set the password" } @else { "Make the account" } }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    alone(reader, title, format!("/welcome/{secret}"), body).answer_with_status(status)
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    login: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn accept(
    State(app): State<App>,
    from: From,
    reader: Reader,
    headers: HeaderMap,
    Path(secret): Path<String>,
    wanted: Result<Form<Wanted>, FormRejection>,
) -> Page {
    let Wanted { login, name, password } = wanted?.0;
    let (purpose, offered) = app.look_at_link(&secret).await?;
    let of = Invitation { login: login.clone(), name: name.clone(), ..Invitation::default() };
    match app.use_link(&secret, of, password).await {
        Ok(person) => {
            let session = app.begin_session(&person, address(from), agent(&headers)).await?;
            leave_behind(&app, &headers).await?;
            let device = Some(app.know_device(&person).await?);
            Ok(entered(&app.front, SignedInAs { device, ..session }, "/"))
        }
        Err(AppError::Refused(refusal)) if refusal.kind == domain::refusal::RefusalKind::Invalid => {
            let shown = match purpose {
                Purpose::SetUp => Invitation { login, name, role: Some(Role::Admin), ..offered },
                Purpose::Invitation => Invitation { name, ..offered },
                Purpose::Reset => offered,
            };
            Ok(form(&reader, &secret, purpose, &shown, Some(&refusal.sentence)))
        }
        Err(error) => Err(error.into()),
    }
}
