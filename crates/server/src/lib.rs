//! The use cases of Seaworthy, the JSON API and the pages over them.
//!
//! Invariant: a verb is one function in `app`: load, ask `domain`, append. No rule and no SQL is here.

pub mod api;
pub mod app;
pub mod clock;
pub mod config;
pub mod door;
pub mod front;
mod jobs;
pub mod serve;
mod web;

/// What a server needs to be told of a mail server.
pub mod mail {
    pub use connectors::mail::{MailServer, MailSettingsError};
}

/// What a server needs to be told of an identity provider.
pub mod oidc {
    pub use connectors::oidc::{OidcError, Provider, Registration};
}
