//! A client of the JSON API, to the router in this process: no socket, one code path.
//!
//! Invariant: an answer that is no success is a problem, with a sentence for whoever runs the command.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use server::api::{self, Page, Problem, ReleaseLine};
use server::app::{App, AppError, Who};
use server::config::{LocalActor, Settings};
use tower::ServiceExt;

use crate::arguments::{OfRelease, Place};
use crate::exit::Exit;
use crate::terminal;

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("{}", .0.detail)]
    Problem(Problem),
    /// Something the caller gave cannot be used.
    #[error("{0}")]
    Input(String),
    #[error("{0:#}")]
    Inside(anyhow::Error),
}

impl Failed {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Problem(problem) if problem.status >= 500 || problem.kind.ends_with(":conflict") => {
                Exit::Failure
            }
            Self::Problem(_) | Self::Input(_) => Exit::BadInput,
            Self::Inside(_) => Exit::Failure,
        }
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Self::Inside(error)
    }
}

impl From<AppError> for Failed {
    fn from(error: AppError) -> Self {
        match error {
            // Whoever runs the command is whoever runs the server: nothing inside is kept from them.
            error @ (AppError::Folder { .. }
            | AppError::Listen { .. }
            | AppError::Certificate(_)
            | AppError::Unreadable(_)
            | AppError::Journal(_)
            | AppError::Blob(_)
            | AppError::BlobLost(_)
            | AppError::BlobAltered(_)
            | AppError::Io { .. }
            // A message that holds its cause must not be followed by its cause.
            | AppError::Internal(_)) => Self::Inside(anyhow::anyhow!("{error}")),
            error => Self::Problem(error.into()),
        }
    }
}

/// The router in this process.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) app: App,
    router: Router,
}

impl Client {
    pub(crate) async fn open(place: &Place) -> Result<Self, Failed> {
        let settings = Settings::new(place.data.clone(), place.database_url.as_deref(), place.blobs.clone());
        Self::of(settings).await
    }

    pub(crate) async fn of(settings: Settings) -> Result<Self, Failed> {
        let app = App::open(settings).await?;
        Ok(Self { router: api::router(app.clone()), app })
    }

    /// Returns a client through which somebody else acts.
    pub(crate) fn acting_as(&self, actor: LocalActor) -> Self {
        let app = self.app.acting_as(Who::Machine(actor));
        Self { router: api::router(app.clone()), app }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<(T, Bytes), Failed> {
        self.send(Request::get(path).body(Body::empty())).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<(T, Bytes), Failed> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::from)?;
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json").body(body.into());
        self.send(request).await
    }

    pub(crate) async fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        content_type: &str,
        body: Body,
    ) -> Result<(T, Bytes), Failed> {
        self.send(Request::post(path).header(header::CONTENT_TYPE, content_type).body(body)).await
    }

    /// Returns the answer's value, and its bytes for `--json`.
    async fn send<T: DeserializeOwned>(
        &self,
        request: Result<Request<Body>, axum::http::Error>,
    ) -> Result<(T, Bytes), Failed> {
        let response = self.answer(request).await?;
        let bytes = response.into_body().collect().await.map_err(anyhow::Error::from)?.to_bytes();
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
        let value = serde_json::from_value(terminal::clean(value)).map_err(anyhow::Error::from)?;
        Ok((value, bytes))
    }

    /// Returns all of a list, page by page: its values, and one array of them for `--json`.
    pub(crate) async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<(Vec<T>, Bytes), Failed> {
        let (mut values, mut raw) = (Vec::new(), Vec::new());
        let mut after = String::new();
        loop {
            let (page, bytes) = self.get::<Page<T>>(&format!("{path}?limit=500{after}")).await?;
            let as_sent: Page<Box<RawValue>> = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
            values.extend(page.items);
            raw.extend(as_sent.items);
            let Some(next) = page.next else { break };
            after = format!("&after={next}");
        }
        Ok((values, serde_json::to_vec(&raw).map_err(anyhow::Error::from)?.into()))
    }

    /// Returns an answer whose body is still to be read.
    pub(crate) async fn stream(&self, path: &str) -> Result<Body, Failed> {
        Ok(self.answer(Request::get(path).body(Body::empty())).await?.into_body())
    }

    async fn answer(
        &self,
        request: Result<Request<Body>, axum::http::Error>,
    ) -> Result<Response<Body>, Failed> {
        let request = request.map_err(anyhow::Error::from)?;
        let response = self.router.clone().oneshot(request).await.map_err(anyhow::Error::from)?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        let bytes = response.into_body().collect().await.map_err(anyhow::Error::from)?.to_bytes();
        let problem: serde_json::Value = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
        Err(Failed::Problem(serde_json::from_value(terminal::clean(problem)).map_err(anyhow::Error::from)?))
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
            (None, _) => Err(Failed::Input(self.no_release(wanted, &releases))),
        }
    }

    fn no_release(&self, wanted: &str, releases: &[ReleaseLine]) -> String {
        if releases.is_empty() {
            return format!(
                "There is no release {wanted}, nor any other. Write a file with `seaworthy init` and apply it."
            );
        }
        let names: Vec<&str> = releases.iter().map(|release| release.release.as_str()).collect();
        let meant =
            domain::criteria::check::closest(wanted, releases.iter().map(|release| release.name.as_str()));
        let meant = meant.map(|meant| format!(" Did you mean {meant}?")).unwrap_or_default();
        format!(
            "There is no release {wanted}.{meant} There is {}.",
            domain::words::list(&names, names.len(), 8)
        )
    }
}
