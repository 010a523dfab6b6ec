//! What serves: the server itself, and the demo.
//!
//! Invariant: both serve at the same address unless told otherwise.

use std::net::SocketAddr;

use clap::{Args, ValueEnum};

use super::front::Reached;
use super::mail::Mailing;
use super::sign_on::Provided;

/// Where pages are served unless told otherwise.
const LISTEN: &str = "127.0.0.1:8420";

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "SEAWORTHY_LISTEN", default_value = LISTEN)]
    pub(crate) listen: SocketAddr,
    /// Let whoever uses this machine do everything, without signing in
    #[arg(long)]
    pub(crate) trust_this_machine: bool,
    #[command(flatten)]
    pub(crate) reached: Reached,
    #[command(flatten)]
    pub(crate) provided: Provided,
    #[command(flatten)]
    pub(crate) mailing: Mailing,
    /// How the log is written to standard error
    #[arg(long, value_name = "FORMAT", env = "SEAWORTHY_LOG_FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
    /// Say the address in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Keep the demo's folder, to go on from
    #[arg(long)]
    pub(crate) keep: bool,
    /// Stop after the check, without serving pages
    #[arg(long)]
    pub(crate) once: bool,
    /// Where to serve; if that is taken, on a free port
    #[arg(long, value_name = "ADDRESS", default_value = LISTEN)]
    pub(crate) listen: SocketAddr,
    /// How long the release goes on before it comes to rest, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 240)]
    pub(crate) live: u64,
}
