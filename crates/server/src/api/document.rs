//! The API's description, OpenAPI 3.1: made from the routes themselves, and served.
//!
//! Invariant: a route is described by being there; what every route answers is added here, from what it takes.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use bytes::Bytes;
use domain::digest::Digest;
use domain::envelope::{ActorId, Position, Stream};
use domain::id::{BuildNumber, Commit, ProductId, ReleaseName, RunId, RunKind, TrackId};
use domain::permission::{Act, TABLE};
use domain::time::Time;
use serde_json::{Value, json};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, Paths, RefOr};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use super::conditions::{Conditions, IfNoneMatch};
use super::problem::Problem;
use super::refusals::{
    self, Forbidden, Full, Malformed, NotChanged, OtherType, SignInFirst, TooLarge, TooOften, Unfit,
    WentWrong,
};
use super::{ROOT, conditions};
use crate::app::page::{AfterMessage, AfterPosition, AfterRelease, Limit};
use crate::door::in_person;

/// What a reader needs before the first route.
const ABOUT: &str = "\
Everything that the pages and the command line do goes through these routes or the use cases behind them.

Ask as somebody: with `Authorization: Bearer swt_…` (your account page makes tokens) or with a browser's session. What \
is no success is `application/problem+json` (RFC 9457): `type` is a word that stays the same, `detail` a sentence that \
says what would make it a yes. Also where there is no route (404), and where it does not answer a method (405).

Lists come in pages: `items`, and `next`, which is `null` at the end. Send `next` as `after` for the page that follows; \
it stays good while things are added. Times are RFC 3339 in UTC.";

/// The groups of routes, in the order in which they are read.
const TAGS: &[(&str, &str)] = &[
    ("Releases", "Products and releases, what they are ready for, and why."),
    ("Definition", "The definition of ready: drafted, agreed, in force; and criteria tried out."),
    ("Evidence", "Test runs, checks by hand and summaries: brought, read and withdrawn."),
    (
        "Shipping",
        "From a validated build to its users: handoffs, submissions in the store's own words, rollouts, a track's course.",
    ),
    ("Decisions", "Candidates, waivers, sign-offs and assessments: what people decide and sign."),
    ("Defects", "What is wrong: what the tracker says, what it is for users, and which tracks have it."),
    (
        "Contents",
        "What the release carries: changes, and whether engineering, qa and product call them done.",
    ),
    ("Risks", "What could go wrong for users, and what is done against it."),
    (
        "Timeline",
        "When each track should go live, the milestones before and after it, and the days that are worked.",
    ),
    ("Blockers", "What could stop the release, who owns it, and where it stands."),
    ("Import", "Spreadsheets of defects, changes and sign-offs, brought row by row."),
    ("Asks", "Asking people who need no account for evidence, by links that open one form."),
    ("Outbox", "What people are told by mail, and what does not get out."),
    ("Journal", "Everything that happened, event by event."),
    ("Accounts", "Who you are, who else may come in, and tokens for programs."),
    ("Description", "What this API is, for programs."),
];

const TOKEN: &str = "token";
const COOKIE: &str = "session";

/// Routes with their descriptions, under construction.
#[derive(Clone)]
pub(crate) struct Document(OpenApi);

/// What was added.
#[derive(Debug)]
pub(crate) struct Added {
    /// From the API's root on.
    pub(crate) path: String,
    pub(crate) methods: Vec<&'static str>,
}

impl Document {
    /// Returns a document without routes; a browser is known by that cookie.
    pub(crate) fn new(cookie: &str) -> Self {
        let info =
            InfoBuilder::new().title("Seaworthy").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
        let tags =
            TAGS.iter().map(|(name, says)| TagBuilder::new().name(*name).description(Some(*says)).build());
        let mut document = OpenApiBuilder::new().info(info.build()).tags(Some(tags)).build();
        let components = document.components.get_or_insert_default();
        components.responses.extend(refusals::components());
        let token = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of your account page."))
            .build();
        components.add_security_scheme(TOKEN, SecurityScheme::Http(token));
        let session = ApiKeyValue::with_description(cookie, "What a browser sends once somebody signed in.");
        components.add_security_scheme(COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(session)));
        components.schemas.extend(named());
        Self(document)
    }
}

/// Returns the schemas that parameters and refusals name: handlers hand over only those of bodies.
fn named() -> Vec<(String, RefOr<Schema>)> {
    let mut schemas = Vec::new();
    macro_rules! name {
        ($($of:ty),*) => {$(
            schemas.push((<$of>::name().into_owned(), <$of>::schema()));
            <$of>::schemas(&mut schemas);
        )*};
    }
    name!(
        Problem,
        ProductId,
        ReleaseName,
        TrackId,
        RunKind,
        RunId,
        BuildNumber,
        Commit,
        ActorId,
        Digest,
        Position,
        Stream,
        Time,
        AfterMessage,
        AfterPosition,
        AfterRelease,
        Limit
    );
    schemas
}

impl Document {
    /// Adds a route as its handler describes it, with what every route of its kind answers.
    pub(crate) fn add(
        &mut self,
        act: Option<Act>,
        schemas: Vec<(String, RefOr<Schema>)>,
        paths: Paths,
    ) -> Added {
        self.0.components.get_or_insert_default().schemas.extend(schemas);
        let mut added = Added { path: String::new(), methods: Vec::new() };
        for (path, mut item) in paths.paths {
            for (method, operation) in operations(&mut item) {
                complete(operation, method, act);
                added.methods.push(method);
            }
            let mut whole = Paths::new();
            whole.paths.insert(format!("{ROOT}{path}"), item);
            self.0.paths.merge(whole);
            added.path = path;
        }
        added
    }

    /// Returns the document as it is served.
    pub(crate) fn served(&self) -> Served {
        // Texts, numbers and maps with texts for keys: nothing of it can fail to be JSON.
        let value = serde_json::to_value(&self.0).unwrap_or_default();
        Served { bytes: serde_json::to_vec_pretty(&value).unwrap_or_default().into(), value }
    }
}

/// Returns what an item of the document answers, by method.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let named = [("GET", get), ("PUT", put), ("POST", post), ("DELETE", delete), ("PATCH", patch)];
    named.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds to a description what follows from the act and from what the route takes.
fn complete(operation: &mut Operation, method: &str, act: Option<Act>) {
    let takes_json = match &operation.request_body {
        Some(RefOr::T(body)) => body.content.contains_key("application/json"),
        _ => false,
    };
    // A condition that cannot be read is one that does not hold.
    let is_read = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(parameter) => !matches!(parameter.name.as_str(), "If-Match" | "If-None-Match"),
        RefOr::Ref(_) => true,
    };
    let parameters = operation.parameters.iter().flatten();
    let takes_any = operation.request_body.is_some() || parameters.into_iter().any(is_read);
    let mut answers = WentWrong::responses();
    if takes_any {
        answers.append(&mut Malformed::responses());
    }
    if operation.request_body.is_some() {
        answers.append(&mut Full::responses());
        answers.append(&mut TooLarge::responses());
    }
    if takes_json {
        answers.append(&mut OtherType::responses());
        answers.append(&mut Unfit::responses());
    }
    if act.is_some() {
        answers.append(&mut SignInFirst::responses());
        answers.append(&mut Forbidden::responses());
        // Whoever changes things faster than people and their scripts do waits.
        if method != "GET" {
            answers.append(&mut TooOften::responses());
        }
    }
    for (status, answer) in answers {
        operation.responses.responses.entry(status).or_insert(answer);
    }
    if operation.responses.responses.contains_key("304")
        && let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200")
    {
        answer.headers.insert("ETag".to_owned(), conditions::etag().into());
    }
    let none: [&str; 0] = [];
    operation.security = Some(match act {
        None => Vec::new(),
        Some(act) if in_person(act) => vec![SecurityRequirement::new(COOKIE, none)],
        Some(_) => vec![SecurityRequirement::new(TOKEN, none), SecurityRequirement::new(COOKIE, none)],
    });
    if let Some(rule) = act.and_then(|act| TABLE.iter().find(|rule| rule.act == act)) {
        let may = json!({ "to": rule.says, "own": rule.own, "others": rule.others });
        operation.extensions.get_or_insert_default().merge(ExtensionsBuilder::new().add(MAY, may).build());
    }
}

/// Where a route says which role it takes, for one's own things and for those of others.
pub(crate) const MAY: &str = "x-may";

/// The document as it is served.
#[derive(Debug)]
pub(crate) struct Served {
    /// For those who show it to people.
    pub(crate) value: Value,
    bytes: Bytes,
}

/// This description
///
/// The same for everybody, and made from the routes themselves: what is not in it is not there.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "openapi", tag = "Description",
    params(IfNoneMatch),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object), NotChanged)
)]
pub(super) async fn serve(Extension(served): Extension<Arc<Served>>, conditions: Conditions) -> Response {
    conditions.answer_bytes(None, served.bytes.clone())
}
