//! A client of the JSON API: to the router in this process, or to a server over HTTP. One code path from here on.
//!
//! Invariant: an answer that is no success is a problem, with a sentence for whoever runs the command.

mod address;
mod failed;
mod logins;
mod remote;
mod trouble;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use server::api::{self, Page, Problem, ReleaseLine};
use server::app::{App, Who};
use server::config::{self, LocalActor, Settings};
use tower::ServiceExt;

pub(crate) use address::Address;
pub(crate) use failed::Failed;
pub(crate) use logins::Logins;
pub(crate) use remote::Remote;

use crate::arguments::{Kept, OfRelease, Reach};
use crate::terminal;

/// Who answers requests.
#[derive(Debug)]
pub(crate) enum Client {
    /// The router in this process, with the data in hand.
    Here {
        app: App,
        router: Router,
    },
    There(Box<Remote>),
}

/// What goes along with a request.
pub(crate) enum Payload<'a> {
    Nothing,
    Json(Bytes, Twice),
    /// A decision, which holds only while what it was made on, by its `ETag`, still stands.
    Decision(Bytes, String),
    /// A body that is made as it is sent, each time anew; `None` where it cannot be made again.
    Stream {
        content_type: &'a str,
        make: &'a mut (dyn FnMut() -> Option<Body> + Send),
    },
}

/// What comes of sending a request twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twice {
    /// Two things, as far as anybody knows here.
    Two,
    /// One, by the key that both have. Where content tells, a key would hide that it is the same.
    OneByKey,
    /// One, by what it says.
    OneByContent,
}

impl Twice {
    /// What makes links and tokens keeps no key: it would have to keep what is shown once.
    fn at(path: &str) -> Self {
        let keyed = ["/api/v1/releases/", "/api/v1/apply", "/api/v1/journal/"];
        match path {
            path if path.ends_with("/summaries") => Self::OneByContent,
            path if keyed.iter().any(|root| path.starts_with(root)) => Self::OneByKey,
            _ => Self::Two,
        }
    }
}

impl Payload<'_> {
    fn body(&mut self) -> Option<Body> {
        match self {
            Self::Nothing => Some(Body::empty()),
            Self::Json(bytes, _) | Self::Decision(bytes, _) => Some(remote::whole(bytes)),
            Self::Stream { make, .. } => make(),
        }
    }

    fn content_type(&self) -> Option<&str> {
        match self {
            Self::Nothing => None,
            Self::Json(..) | Self::Decision(..) => Some("application/json"),
            Self::Stream { content_type, .. } => Some(content_type),
        }
    }

    /// Whether sending it twice is sending it once: what is read changes nothing, a run is known by its content, and a
    /// decision by its key.
    fn can_repeat(&self) -> bool {
        !matches!(self, Self::Json(_, Twice::Two))
    }

    fn has_key(&self) -> bool {
        matches!(self, Self::Json(_, Twice::OneByKey) | Self::Decision(..))
    }

    /// Returns the tag of what was decided on.
    fn condition(&self) -> Option<&str> {
        match self {
            Self::Decision(_, tag) => Some(tag),
            _ => None,
        }
    }
}

impl Client {
    /// Opens the data itself.
    pub(crate) async fn here(kept: &Kept) -> Result<Self, Failed> {
        Self::of(Settings::new(kept.data.clone(), kept.database_url.as_deref(), kept.blobs.clone())).await
    }

    pub(crate) async fn of(settings: Settings) -> Result<Self, Failed> {
        let app = App::open(settings).await?;
        Ok(Self::Here { router: api::router(app.clone()), app })
    }

    /// Makes ready to ask a server, with the token of the environment or that of a login.
    pub(crate) fn there(server: &str, logins: &Logins, reach: &Reach) -> Result<Self, Failed> {
        let address = Address::parse(server, reach.insecure_http)?;
        let token = config::token().or_else(|| logins.token(&address));
        Ok(Self::There(Box::new(Remote::open(address, token, reach)?)))
    }

    /// Returns a client through which somebody else acts.
    pub(crate) fn acting_as(&self, actor: LocalActor) -> Result<Self, Failed> {
        let app = self.app()?.acting_as(Who::Machine(actor));
        Ok(Self::Here { router: api::router(app.clone()), app })
    }

    /// Returns the application, where it is in this process.
    pub(crate) fn app(&self) -> Result<&App, Failed> {
        match self {
            Self::Here { app, .. } => Ok(app),
            Self::There(remote) => Err(Failed::Usage(format!(
                "This works on the data itself. Run it on the machine that holds the data of {}, with --data.",
                remote.address
            ))),
        }
    }

    /// Returns the address by which what it answers for is reached, as far as is known here.
    pub(crate) fn origin(&self) -> String {
        match self {
            Self::Here { .. } => "http://localhost:8420".to_owned(),
            Self::There(remote) => remote.address.to_string(),
        }
    }

    /// Lets come to its end what goes on behind answers.
    pub(crate) async fn finish(&self) {
        if let Self::Here { app, .. } = self {
            app.finish().await;
        }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<(T, Bytes), Failed> {
        self.send(Method::GET, path, Payload::Nothing).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(T, Bytes), Failed> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?.into();
        self.send(Method::POST, path, Payload::Json(body, Twice::at(path))).await
    }

    /// Posts what only tells what would be, and returns the answer with its tag.
    pub(crate) async fn post_tagged<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(T, Bytes, Option<String>), Failed> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?.into();
        let response = self.answer(Method::POST, path, Payload::Json(body, Twice::at(path))).await?;
        let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let (value, bytes) = self.read(response).await?;
        Ok((value, bytes, tag))
    }

    /// Posts a decision that holds only while what a tag names still stands.
    pub(crate) async fn post_if<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        tag: Option<String>,
    ) -> Result<(T, Bytes), Failed> {
        let Some(tag) = tag else { return self.post(path, body).await };
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?.into();
        self.send(Method::POST, path, Payload::Decision(body, tag)).await
    }

    /// Sends a body as it is made, which may be several times.
    pub(crate) async fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        content_type: &str,
        make: &mut (dyn FnMut() -> Option<Body> + Send),
    ) -> Result<(T, Bytes), Failed> {
        self.send(Method::POST, path, Payload::Stream { content_type, make }).await
    }

    /// Returns the answer's value, and its bytes for `--json`.
    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        payload: Payload<'_>,
    ) -> Result<(T, Bytes), Failed> {
        let response = self.answer(method, path, payload).await?;
        self.read(response).await
    }

    async fn read<T: DeserializeOwned>(&self, response: Response<Body>) -> Result<(T, Bytes), Failed> {
        let bytes = self.collect(response.into_body()).await?;
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
        let value = serde_json::from_value(terminal::clean(value)).map_err(anyhow::Error::from)?;
        Ok((value, bytes))
    }

    /// Returns all of a list, page by page: its values, and one array of them for `--json`.
    pub(crate) async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<(Vec<T>, Bytes), Failed> {
        let (mut values, mut raw) = (Vec::new(), Vec::new());
        let first = if path.contains('?') { '&' } else { '?' };
        let mut after = String::new();
        loop {
            let (page, bytes) = self.get::<Page<T>>(&format!("{path}{first}limit=500{after}")).await?;
            let as_sent: Page<Box<RawValue>> = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
            values.extend(page.items);
            raw.extend(as_sent.items);
            let Some(next) = page.next else { break };
            after = format!("&after={}", encoded(&next));
        }
        Ok((values, serde_json::to_vec(&raw).map_err(anyhow::Error::from)?.into()))
    }

    async fn collect(&self, body: Body) -> Result<Bytes, Failed> {
        let collected = body.collect().await;
        let collected =
            collected.map_err(|error| trouble::broken(&format!("The answer broke off: {error}.")))?;
        Ok(collected.to_bytes())
    }

    /// Returns an answer whose body is still to be read.
    pub(crate) async fn stream(&self, path: &str) -> Result<Body, Failed> {
        Ok(self.answer(Method::GET, path, Payload::Nothing).await?.into_body())
    }

    async fn answer(
        &self,
        method: Method,
        path: &str,
        payload: Payload<'_>,
    ) -> Result<Response<Body>, Failed> {
        let (response, remote) = match self {
            Self::Here { router, .. } => (ask(router, method, path, payload).await?, None),
            Self::There(remote) => (remote.send(method, path, payload).await?, Some(remote)),
        };
        if let Some(foreign) = trouble::foreign(&response, remote.map(|remote| &remote.address)) {
            return Err(foreign);
        }
        if response.status().is_success() {
            return Ok(response);
        }
        let bytes = self.collect(response.into_body()).await?;
        let problem: serde_json::Value = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
        let problem: Problem =
            serde_json::from_value(terminal::clean(problem)).map_err(anyhow::Error::from)?;
        Err(Failed::Problem(match remote {
            Some(remote) => trouble::for_caller(problem, &remote.address, remote.token().is_some()),
            None => problem,
        }))
    }

    /// Returns the path of a release in the API; a short name is looked up.
    pub(crate) async fn release(&self, of: &OfRelease) -> Result<String, Failed> {
        let wanted = of.release.as_str();
        if let Ok(id) = wanted.parse::<domain::id::ReleaseId>() {
            return Ok(format!("/api/v1/releases/{}/{}", id.product, id.name));
        }
        let (releases, _): (Vec<ReleaseLine>, _) = self.all("/api/v1/releases").await?;
        let mut found = releases.iter().filter(|release| release.name.as_str() == wanted);
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(format!("/api/v1/releases/{}/{}", only.product, only.name)),
            (Some(one), Some(other)) => Err(Failed::Input(format!(
                "More than one product has a release {wanted}: say which, as {} or {}.",
                one.release, other.release
            ))),
            (None, _) => Err(Failed::Input(no_release(wanted, &releases))),
        }
    }
}

/// Percent-encodes a value for a path or a query.
pub(crate) fn encoded(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes()
        .map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Asks the router in this process.
async fn ask(
    router: &Router,
    method: Method,
    path: &str,
    mut payload: Payload<'_>,
) -> Result<Response<Body>, Failed> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(content_type) = payload.content_type() {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    if let Some(tag) = payload.condition() {
        request = request.header(header::IF_MATCH, tag);
    }
    let request = request.body(payload.body().unwrap_or_default()).map_err(anyhow::Error::from)?;
    match router.clone().oneshot(request).await {
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

fn no_release(wanted: &str, releases: &[ReleaseLine]) -> String {
    if releases.is_empty() {
        return format!(
            "There is no release {wanted}, nor any other. Write a file with `seaworthy init` and apply it."
        );
    }
    let names: Vec<&str> = releases.iter().map(|release| release.release.as_str()).collect();
    let meant =
        domain::criteria::check::closest(wanted, releases.iter().map(|release| release.name.as_str()));
    let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
    format!("There is no release {wanted}.{meant} There is {}.", domain::words::list(&names, names.len(), 8))
}
