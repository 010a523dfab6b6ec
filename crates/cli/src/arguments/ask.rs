//! The arguments of asking somebody, and of recording somebody else's word.
//!
//! Invariant: whose word it is and where it was given come together, or not at all.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::time::Time;

use super::evidence::OfBuild;
use super::examples;
use super::release::OfRelease;

#[derive(Debug, Subcommand)]
pub(crate) enum Ask {
    /// Ask somebody to check a build by hand on a device
    #[command(after_help = examples::ASK_DEVICE)]
    Device {
        #[command(flatten)]
        of: OfBuild,
        /// The device, as the file lists it
        #[arg(long, value_name = "NAME")]
        device: String,
        #[command(flatten)]
        whom: Whom,
    },
    /// Ask somebody to write the test summary of a build
    #[command(after_help = examples::ASK_SUMMARY)]
    Summary {
        #[command(flatten)]
        of: OfBuild,
        #[command(flatten)]
        whom: Whom,
    },
    /// List what is asked, the latest first
    #[command(after_help = examples::ASK_LIST)]
    List {
        #[command(flatten)]
        release: OfRelease,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a new link for what is asked; the one before opens nothing any more
    #[command(after_help = examples::ASK_LINK)]
    Link {
        #[command(flatten)]
        release: OfRelease,
        #[command(flatten)]
        reached: Reached,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the ask
        ask: i64,
    },
    /// Ask no longer: the link opens nothing any more
    #[command(after_help = examples::ASK_WITHDRAW)]
    Withdraw {
        #[command(flatten)]
        release: OfRelease,
        /// Why it is no longer asked
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the ask
        ask: i64,
    },
}

/// Who is asked, and until when.
#[derive(Debug, Args)]
pub(crate) struct Whom {
    /// Whoever is asked: somebody known, or somebody new
    #[arg(long = "of", value_name = "NAME")]
    pub(crate) name: String,
    /// Their e-mail address, which tells people of the same name apart
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// Until when the link opens, as 2026-12-03T17:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Time,
    /// What they should know
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) reached: Reached,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// By which address people reach the server, for links.
#[derive(Debug, Args)]
pub(crate) struct Reached {
    /// The address by which people reach the server; the one that is asked, unless given
    #[arg(long, env = "SEAWORTHY_ORIGIN", value_name = "URL")]
    pub(crate) origin: Option<String>,
}

/// Somebody else's word.
#[derive(Debug, Args)]
pub(crate) struct Behalf {
    /// Whose word it is, if it is somebody else's
    #[arg(long, value_name = "NAME", requires = "source", help_heading = "Recording somebody else’s word")]
    pub(crate) on_behalf_of: Option<String>,
    /// Their e-mail address, which tells people of the same name apart
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "on_behalf_of",
        help_heading = "Recording somebody else’s word"
    )]
    pub(crate) address: Option<String>,
    /// Where they gave it: "message in #release, 24 Nov 14:05", a link, "phone call"
    #[arg(
        long,
        value_name = "TEXT",
        requires = "on_behalf_of",
        help_heading = "Recording somebody else’s word"
    )]
    pub(crate) source: Option<String>,
    /// A picture that shows it, PNG or JPEG
    #[arg(
        long,
        value_name = "FILE",
        requires = "on_behalf_of",
        help_heading = "Recording somebody else’s word"
    )]
    pub(crate) attach: Option<PathBuf>,
}
