//! Requests to outside systems.
//!
//! Invariant: each ends within a time and a size, follows no redirect, and goes by TLS unless it stays on this machine.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use url::{Host, Url};

/// How long a connection may take, and a whole answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);
/// Bytes of the longest answer. Keys and claims are a few thousand.
const LONGEST: usize = 1 << 20;

/// Why an outside system did not answer. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("ask {0}: secrets would cross the network in the clear; it has to be https://")]
    InTheClear(Url),
    #[error("ask {0}: {1}")]
    NoAnswer(Url, String),
    #[error("read the answer of {0}: it has more than {LONGEST} bytes")]
    TooLong(Url),
    #[error("make a request: {0}")]
    NoRequest(String),
}

/// A client of outside systems.
#[derive(Clone, Debug)]
pub(crate) struct Http(reqwest::Client);

impl Http {
    pub(crate) fn new() -> Result<Self, HttpError> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .user_agent(concat!("seaworthy/", env!("CARGO_PKG_VERSION")));
        client.build().map(Self).map_err(|error| HttpError::NoRequest(causes(&error)))
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request =
            reqwest::Request::try_from(request).map_err(|error| HttpError::NoRequest(causes(&error)))?;
        let url = request.url().clone();
        if !keeps_secrets(&url) {
            return Err(HttpError::InTheClear(url));
        }
        let failed = |error: reqwest::Error| HttpError::NoAnswer(url.clone(), causes(&error.without_url()));
        let mut response = self.0.execute(request).await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LONGEST {
                return Err(HttpError::TooLong(url));
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = http::Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Tells whether what is sent to an address can be read by nobody on the way.
pub(crate) fn keeps_secrets(url: &Url) -> bool {
    let on_this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && on_this_machine)
}

/// Returns an error with what caused it, in one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Some errors tell their cause themselves.
        if !told.contains(&next) {
            told = format!("{told}: {next}");
        }
        cause = error.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_this_machine_goes_by_tls() {
        for (url, keeps) in [
            ("https://id.tidewatch.example", true),
            ("http://id.tidewatch.example", false),
            ("http://localhost:3000", true),
            ("http://127.0.0.1:3000/token", true),
            ("http://[::1]/", true),
            ("http://localhost.evil.example", false),
            ("http://10.0.0.7", false),
            ("ftp://localhost", false),
        ] {
            assert_eq!(keeps_secrets(&Url::parse(url).unwrap()), keeps, "{url}");
        }
    }
}
