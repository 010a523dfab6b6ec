//! Where a command finds what it works on: a server, or the data itself.
//!
//! Invariant: what was typed goes before what the environment says, and that before a stored login.

use std::path::PathBuf;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, ColorChoice};

/// Where everything is.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    #[command(flatten)]
    pub(crate) kept: Kept,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// The data itself, on this machine.
#[derive(Clone, Debug, Args)]
pub(crate) struct Kept {
    /// The folder of the embedded database, the blobs and the signing key
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_DATA",
        value_name = "DIR",
        help_heading = "Where it is kept"
    )]
    pub(crate) data: Option<PathBuf>,
    /// A PostgreSQL database instead of the embedded one, as postgres://user@host/name
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Where it is kept"
    )]
    pub(crate) database_url: Option<String>,
    /// Where reports and other large evidence go, a folder; DIR/blobs unless given
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_BLOBS",
        value_name = "DIR|URL",
        help_heading = "Where it is kept"
    )]
    pub(crate) blobs: Option<String>,
}

/// A server elsewhere, and how it is reached.
#[derive(Clone, Debug, Args)]
pub(crate) struct Reach {
    /// Work on a server instead of this machine's data; SEAWORTHY_TOKEN or a login says who you are
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_URL",
        value_name = "URL",
        help_heading = "A server elsewhere"
    )]
    pub(crate) server: Option<String>,
    /// Trust the certificates in this file too, in PEM form
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_CA_FILE",
        value_name = "FILE",
        help_heading = "A server elsewhere"
    )]
    pub(crate) ca_file: Option<PathBuf>,
    /// Send the token in the clear to a server without TLS
    #[arg(long, global = true, help_heading = "A server elsewhere")]
    pub(crate) insecure_http: bool,
    /// Give up on a server that has been silent for so long
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_TIMEOUT",
        value_name = "SECONDS",
        default_value = "120",
        value_parser = seconds,
        help_heading = "A server elsewhere"
    )]
    pub(crate) timeout: Duration,
}

/// How the answer looks.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Look {
    /// Colours: auto respects NO_COLOR, CLICOLOR and CLICOLOR_FORCE
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nowhere,
    ByEnvironment,
    Typed,
}

/// Whether a command goes to a server or to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    Here,
    /// To the server that is named.
    There,
    /// To a server if a login was stored, else to the data.
    Unsaid,
    /// Both were typed.
    Both,
}

impl Place {
    /// Says where a command goes, by what was typed and what the environment says.
    pub(crate) fn decide(&self, matches: &ArgMatches) -> Where {
        let server = match self.reach.server.as_deref() {
            // An empty variable takes back what was set.
            Some("") if said(matches, "server") == Said::ByEnvironment => return Where::Here,
            _ => said(matches, "server"),
        };
        let kept = ["data", "database_url", "blobs"].map(|id| said(matches, id));
        decide(server, kept.into_iter().max().unwrap_or(Said::Nowhere))
    }

    /// Says whether a server was named on the command line itself.
    pub(crate) fn server_is_typed(matches: &ArgMatches) -> bool {
        said(matches, "server") == Said::Typed
    }
}

fn decide(server: Said, kept: Said) -> Where {
    match (server, kept) {
        (Said::Typed, Said::Typed) => Where::Both,
        (_, Said::Typed) => Where::Here,
        (Said::Typed | Said::ByEnvironment, _) => Where::There,
        (Said::Nowhere, Said::ByEnvironment) => Where::Here,
        (Said::Nowhere, Said::Nowhere) => Where::Unsaid,
    }
}

/// Looks where it was said: a global option may stand before or after the command.
fn said(matches: &ArgMatches, id: &str) -> Said {
    let here = match matches.value_source(id) {
        Some(ValueSource::CommandLine) => Said::Typed,
        Some(ValueSource::EnvVariable) => Said::ByEnvironment,
        _ => Said::Nowhere,
    };
    let below = matches.subcommand().map_or(Said::Nowhere, |(_, below)| said(below, id));
    here.max(below)
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("it is a number of seconds, from 1 to 86400".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_goes_before_the_environment_and_a_server_before_a_folder() {
        use Said::{ByEnvironment, Nowhere, Typed};
        for (server, kept, expect) in [
            (Nowhere, Nowhere, Where::Unsaid),
            (Nowhere, ByEnvironment, Where::Here),
            (Nowhere, Typed, Where::Here),
            (ByEnvironment, Nowhere, Where::There),
            (ByEnvironment, ByEnvironment, Where::There),
            (ByEnvironment, Typed, Where::Here),
            (Typed, Nowhere, Where::There),
            (Typed, ByEnvironment, Where::There),
            (Typed, Typed, Where::Both),
        ] {
            assert_eq!(decide(server, kept), expect, "{server:?} {kept:?}");
        }
    }
}
