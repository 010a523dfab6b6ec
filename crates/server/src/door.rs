//! Doors: every route with the act that it takes, so that one table decides who comes in.
//!
//! Invariant: a route that changes or shows something is behind a door; what stands open is listed as such, and why.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts, Request};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use domain::permission::{Act, Whose, may};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::api::{Document, Problem};
use crate::app::who::in_person_only;
use crate::app::{App, AppError, Who};

/// The largest body that the API takes from anybody, in bytes: it is read before anything is known of who sends it.
const OPEN_LIMIT: usize = 4 << 10;

/// Where a request comes from, as far as the front can tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// How requests are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever asks has the data in hand: the command line in its own process, or a server that was told so.
    Machine,
    /// By session or token.
    Accounts,
    /// As by accounts, and the accounts of a demo can be entered with one click.
    Demo,
}

/// A route, and the act it takes; `None` stands open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    pub method: &'static str,
    pub path: String,
    pub act: Option<Act>,
}

/// Routes under construction.
pub(crate) struct Doors<S> {
    router: Router<S>,
    list: Vec<Door>,
    /// What is documented of them: the routes of the API.
    document: Document,
    app: App,
    access: Access,
}

/// Whom a door answers when it does not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// Browsers, with a page; and programs that ask a page's address, with a problem.
    Page,
    /// Programs alone, with a problem whatever they would rather have.
    Problem,
}

impl<S: Clone + Send + Sync + 'static> Doors<S> {
    pub(crate) fn new(app: App, access: Access) -> Self {
        Self {
            router: Router::new(),
            list: Vec::new(),
            document: Document::new(app.front.session_cookie()),
            app,
            access,
        }
    }

    pub(crate) fn get<H: Handler<T, S>, T: 'static>(self, act: Act, path: &'static str, handler: H) -> Self {
        self.page("GET", act, path, get(handler))
    }

    pub(crate) fn post<H: Handler<T, S>, T: 'static>(self, act: Act, path: &'static str, handler: H) -> Self {
        self.page("POST", act, path, post(handler))
    }

    fn page(mut self, method: &'static str, act: Act, path: &'static str, route: MethodRouter<S>) -> Self {
        self.list.push(Door { method, path: path.to_owned(), act: Some(act) });
        self.guarded(Speaks::Page, act, path, route)
    }

    /// A route of the API: its path, method and description are where its handler is.
    pub(crate) fn api(mut self, act: Act, routes: UtoipaMethodRouter<S>) -> Self {
        let (path, route) = self.documented(Some(act), routes);
        self.guarded(Speaks::Problem, act, &path, route)
    }

    /// A route of the API that anybody may use.
    pub(crate) fn open_api(mut self, routes: UtoipaMethodRouter<S>) -> Self {
        let (path, route) = self.documented(None, routes);
        self.ajar(&path, route.layer(DefaultBodyLimit::max(OPEN_LIMIT)))
    }

    fn documented(
        &mut self,
        act: Option<Act>,
        (schemas, paths, route): UtoipaMethodRouter<S>,
    ) -> (String, MethodRouter<S>) {
        let added = self.document.add(act, schemas, paths);
        self.list.extend(added.methods.iter().map(|method| Door { method, path: added.path.clone(), act }));
        (added.path, route)
    }

    /// A route that takes more bytes than others.
    pub(crate) fn post_large<H: Handler<T, S>, T: 'static>(
        self,
        act: Act,
        path: &'static str,
        handler: H,
        limit: usize,
    ) -> Self {
        self.page("POST", act, path, post(handler).layer(DefaultBodyLimit::max(limit)))
    }

    /// A route that anybody may use: what signs somebody in, or tells nothing of anybody.
    pub(crate) fn open(mut self, method: &'static str, path: &'static str, route: MethodRouter<S>) -> Self {
        self.list.push(Door { method, path: path.to_owned(), act: None });
        self.ajar(path, route)
    }

    fn ajar(mut self, path: &str, route: MethodRouter<S>) -> Self {
        // Whoever is signed in is greeted by name here too.
        let (app, access) = (self.app.clone(), self.access);
        let greet = move |request: Request, next: Next| {
            let app = app.clone();
            async move {
                let (mut parts, body) = request.into_parts();
                if let Ok(Some(who)) = known(&app, access, &parts.headers).await {
                    parts.extensions.insert(who);
                }
                next.run(Request::from_parts(parts, body)).await
            }
        };
        self.router = self.router.route(path, route.route_layer(middleware::from_fn(greet)));
        self
    }

    fn guarded(mut self, speaks: Speaks, act: Act, path: &str, route: MethodRouter<S>) -> Self {
        self.router = self.router.route(path, guard_by(route, self.app.clone(), self.access, speaks, act));
        self
    }

    pub(crate) fn done(self) -> (Router<S>, Vec<Door>) {
        (self.router, self.list)
    }

    /// Returns the routes with what is documented of them.
    pub(crate) fn done_with_document(self) -> (Router<S>, Vec<Door>, Document) {
        (self.router, self.list, self.document)
    }
}

/// Whether an act is for somebody in person.
pub(crate) fn in_person(act: Act) -> bool {
    matches!(act, Act::KeepAccount | Act::ManageAccounts)
}

/// Puts a route behind a door.
pub(crate) fn guard_by<S: Clone + Send + Sync + 'static>(
    route: MethodRouter<S>,
    app: App,
    access: Access,
    speaks: Speaks,
    act: Act,
) -> MethodRouter<S> {
    let guard = move |request: Request, next: Next| guard(app.clone(), access, speaks, act, request, next);
    route.route_layer(middleware::from_fn(guard))
}

/// Lets in whoever may do the act at least to their own things; the use case knows whose a thing is. Whoever changes
/// things faster than people and their scripts do waits.
async fn guard(app: App, access: Access, speaks: Speaks, act: Act, request: Request, next: Next) -> Response {
    let who = match known(&app, access, request.headers()).await {
        Ok(who) => who,
        Err(error) => return Problem::from(error).into_response(),
    };
    let (mut parts, body) = request.into_parts();
    let Some(who) = who else { return unknown(&parts, speaks) };
    if in_person(act) && who.member().is_some_and(|member| member.session.is_none()) {
        app.acting_as(who).noted_refusal(act);
        return refused(&parts, speaks, AppError::from(in_person_only()).into());
    }
    let allowed = who.role().map(|role| may(role, act, Whose::Own));
    match allowed {
        Some(Ok(())) => {
            let changes = !parts.method.is_safe();
            if let Some(member) = who.member().filter(|_| changes)
                && let Err(wait) = app.inner.pace.change(&member.id, app.now())
            {
                return refused(&parts, speaks, AppError::TooOften(wait).into());
            }
            parts.extensions.insert(who);
            next.run(Request::from_parts(parts, body)).await
        }
        Some(Err(refusal)) => {
            app.acting_as(who).noted_refusal(act);
            refused(&parts, speaks, AppError::from(refusal).into())
        }
        None => unknown(&parts, speaks),
    }
}

/// Answers with a problem: as JSON to a program, and to a browser for the page that dresses it.
fn refused(parts: &Parts, speaks: Speaks, problem: Problem) -> Response {
    if is_program(parts, speaks) {
        return problem.into_response();
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::FORBIDDEN);
    let mut response = status.into_response();
    response.extensions_mut().insert(std::sync::Arc::new(problem));
    response
}

fn is_program(parts: &Parts, speaks: Speaks) -> bool {
    let accept = parts.headers.get(header::ACCEPT).map(HeaderValue::as_bytes).unwrap_or_default();
    let shows_pages = accept.windows(9).any(|part| part == b"text/html");
    speaks == Speaks::Problem || !shows_pages && !parts.headers.contains_key("hx-request")
}

/// Asks whoever is not known to sign in.
fn unknown(parts: &Parts, speaks: Speaks) -> Response {
    if is_program(parts, speaks) {
        let problem = Problem::new(
            StatusCode::UNAUTHORIZED,
            "sign-in",
            "Sign in first",
            "Send a token as `Authorization: Bearer swt_…`; your account page makes one.",
        );
        let mut response = problem.into_response();
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return response;
    }
    if parts.headers.contains_key("hx-request") {
        // A page whose session has ended is loaded anew, and so comes to the sign-in.
        return (StatusCode::UNAUTHORIZED, [("hx-refresh", "true")]).into_response();
    }
    let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    let to = if parts.method == axum::http::Method::GET {
        format!("/sign-in?next={next}")
    } else {
        "/sign-in".to_owned()
    };
    Redirect::to(&to).into_response()
}

/// Returns who a request is from.
async fn known(app: &App, access: Access, headers: &HeaderMap) -> Result<Option<Who>, AppError> {
    if access == Access::Machine {
        return Ok(Some((*app.who).clone()));
    }
    if let Some(secret) = bearer(headers) {
        return app.who_of_token(secret).await;
    }
    match cookie(headers, app.front.session_cookie()) {
        Some(secret) => app.who_of_session(secret).await,
        None => Ok(None),
    }
}

/// Returns the token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim)
}

/// Returns a cookie of a request.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// The application in the hands of whoever asked.
#[derive(Debug)]
pub(crate) struct Acting(pub(crate) App);

impl<S: Send + Sync> FromRequestParts<S> for Acting
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let who = parts.extensions.get::<Who>().cloned().unwrap_or(Who::Nobody);
        Ok(Self(App::from_ref(state).acting_as(who)))
    }
}
