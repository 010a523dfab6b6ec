//! What can go wrong between here and a server, in words that tell what to do about it.
//!
//! Invariant: an answer that is not from a Seaworthy is never read as one.

use std::error::Error as _;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use server::api::Problem;

use super::Failed;
use super::address::Address;

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("nothing came for {}", domain::words::span(i64::try_from(.0.as_micros()).unwrap_or(i64::MAX)))]
    Silent(Duration),
}

impl Trouble {
    pub(super) fn is_connect(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_connect())
    }
}

/// Whether both sides did not come to terms about TLS, which they won't a second time either.
pub(super) fn is_of_tls(trouble: &Trouble) -> bool {
    let said = causes(trouble);
    ["invalid peer certificate", "corrupt message", "received fatal alert"]
        .iter()
        .any(|part| said.contains(part))
}

/// Tells why there was no answer.
pub(super) fn told(trouble: &Trouble, server: &Address, harmless: bool) -> Failed {
    let said = causes(trouble);
    let because = said.rsplit(": ").next().unwrap_or(&said);
    let failed = |kind, title, sentence| Failed::Server { kind, title, sentence };
    if let Some((_, why)) = said.split_once("invalid peer certificate: ") {
        let why = match why {
            _ if why.starts_with("UnknownIssuer") => "whoever signed it is not known here",
            _ if why.contains("xpired") => "it has expired",
            _ if why.contains("NotValidForName") || why.contains("not valid for name") => {
                "it is for another name"
            }
            why => why,
        };
        let sentence = format!(
            "The certificate of {server} is not trusted: {why}. If it is of an authority of your own, name that \
             authority's certificate with --ca-file or SEAWORTHY_CA_FILE."
        );
        return failed("certificate", "The certificate is not trusted", sentence);
    }
    if said.contains("corrupt message") {
        let sentence = format!("{server} does not speak TLS. Is it http:// there, or another port?");
        return failed("no-tls", "The server does not speak TLS", sentence);
    }
    if trouble.is_connect() {
        let sentence =
            format!("{server} cannot be reached: {because}. Is the server running, and is that its address?");
        return failed("unreachable", "The server cannot be reached", sentence);
    }
    let after = if harmless {
        "Nothing is half done; repeat it."
    } else {
        "It may have been done or not: look before you repeat it."
    };
    failed("broken", "The connection broke", format!("{server} did not answer: {because}. {after}"))
}

pub(super) fn broken(sentence: &str) -> Failed {
    Failed::Server { kind: "broken", title: "The connection broke", sentence: sentence.to_owned() }
}

/// Tells why no request can be made at all.
pub(super) fn unbuilt(error: &reqwest::Error) -> Failed {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        said = error.to_string();
        source = error.source();
    }
    let sentence = format!(
        "TLS cannot be used here: {said}. Install your system's certificates (the package ca-certificates), or name \
         some with --ca-file."
    );
    Failed::Server { kind: "no-tls", title: "TLS cannot be used", sentence }
}

/// Refuses an answer that is not from a Seaworthy: of what stands in front of one, or of something else.
pub(super) fn foreign(response: &Response<Body>, server: Option<&Address>) -> Option<Failed> {
    let kind =
        response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if matches!(kind, "application/json" | "application/problem+json" | "application/x-ndjson") {
        return None;
    }
    let status = response.status();
    let server = server.map_or_else(|| "The server".to_owned(), ToString::to_string);
    let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    let sentence = match to {
        Some(to) if status.is_redirection() => {
            format!("{server} leads elsewhere, to {to}. Give the address that it leads to.")
        }
        _ if status == StatusCode::MISDIRECTED_REQUEST => {
            format!("{server} goes by another name. Use the address by which its people know it.")
        }
        _ if status.is_server_error() => {
            format!(
                "{server} answers {status}: what stands in front of the server does not reach it. Try again later."
            )
        }
        _ => format!(
            "{server} answers, but not as a Seaworthy does ({status}, {}). Is that its address?",
            if kind.is_empty() { "nothing" } else { kind }
        ),
    };
    Some(Failed::Server { kind: "foreign", title: "That is no Seaworthy", sentence })
}

/// Says, of a problem about who one is, what to do about it here.
pub(super) fn for_caller(mut problem: Problem, server: &Address, has_token: bool) -> Problem {
    if problem.status == 401 {
        problem.detail = if has_token {
            format!(
                "{server} does not accept this token: it has ended, was revoked, or is of another server. \
                 `seaworthy login {server}` gets another."
            )
        } else {
            format!("{server} does not know who you are. `seaworthy login {server}`, or set SEAWORTHY_TOKEN.")
        };
    }
    problem
}

/// Returns all that is said about an error, from the outside in.
fn causes(trouble: &Trouble) -> String {
    let mut said = trouble.to_string();
    let mut source = match trouble {
        Trouble::Http(error) => error.source(),
        Trouble::Silent(_) => None,
    };
    while let Some(error) = source {
        said.push_str(": ");
        said.push_str(&error.to_string());
        source = error.source();
    }
    said
}
