//! Products and releases: their file, their readiness, what a criterion sees of them.
//!
//! Invariant: a release is named by its name alone, or by its product and its name.

use std::path::PathBuf;

use clap::Args;
use domain::id::TrackId;
use domain::time::Time;

#[derive(Clone, Debug, Args)]
pub(crate) struct OfRelease {
    /// The release, as 2026.12 or tidewatch/2026.12
    #[arg(long, value_name = "NAME")]
    pub(crate) release: String,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The file to write
    #[arg(default_value = "seaworthy.toml")]
    pub(crate) file: PathBuf,
    /// The product's name; that of the folder unless given
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Ask nothing
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The product's file
    #[arg(default_value = "seaworthy.toml")]
    pub(crate) file: PathBuf,
    /// Say what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Why the definition of ready changes
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Only this track
    #[arg(long, value_name = "ID")]
    pub(crate) track: Option<TrackId>,
    /// Look at a moment in the past, as 2026-12-03T13:05:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<Time>,
    /// Show criteria that are met, too
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Know {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Only this track
    #[arg(long, value_name = "ID")]
    pub(crate) track: Option<TrackId>,
    /// Look at a moment in the past, as 2026-12-03T13:05:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<Time>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Facts {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Changes {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// A moment, as 2026-12-03T13:05:00Z, or the position of an event
    #[arg(long, value_name = "TIME|POSITION")]
    pub(crate) since: String,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}
