//! The arguments of what a release carries: changes, and what three functions say of them.
//!
//! Invariant: whoever says that something is not done after all says what is missing.

use clap::{Args, Subcommand};
use domain::criterion::Function;
use domain::defect::Priority;
use domain::id::{ChangeKey, TrackId};

use super::ask::Behalf;
use super::defect::one_of;
use super::examples;
use super::release::OfRelease;
use clap::builder::{PossibleValuesParser, TypedValueParser};

#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// Add a change that the release carries, or correct one
    #[command(after_help = examples::CHANGE_ADD)]
    Add(Box<Add>),
    /// List what the release carries, and what is done of it
    #[command(after_help = examples::CHANGE_LIST)]
    List {
        #[command(flatten)]
        release: OfRelease,
        /// What this track carries
        #[arg(long, value_name = "ID")]
        track: Option<TrackId>,
        /// What is of this part of the product
        #[arg(long, value_name = "NAME")]
        area: Option<String>,
        /// What a function has not said to be done
        #[arg(long)]
        undone: bool,
        /// What was taken out
        #[arg(long)]
        taken_out: bool,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Say for a function that a change is done
    #[command(after_help = examples::CHANGE_DONE)]
    Done {
        #[command(flatten)]
        of: OfChange,
        /// The function that says so
        #[arg(long = "for", value_name = "FUNCTION", value_parser = one_of!(Function))]
        function: Function,
        /// What it was done by
        #[arg(long, value_name = "TEXT")]
        notes: Option<String>,
        #[command(flatten)]
        behalf: Behalf,
    },
    /// Say for a function that a change is not done after all
    #[command(after_help = examples::CHANGE_UNDONE)]
    Undone {
        #[command(flatten)]
        of: OfChange,
        /// The function that says so
        #[arg(long = "for", value_name = "FUNCTION", value_parser = one_of!(Function))]
        function: Function,
        /// What is missing
        #[arg(long, value_name = "TEXT")]
        notes: String,
        #[command(flatten)]
        behalf: Behalf,
    },
    /// Take a change out of the release
    #[command(after_help = examples::CHANGE_TAKE_OUT)]
    TakeOut {
        #[command(flatten)]
        of: OfChange,
        /// Why it is taken out
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Put a change back into the release
    #[command(after_help = examples::CHANGE_PUT_BACK)]
    PutBack {
        #[command(flatten)]
        of: OfChange,
        /// Why it is in again
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Which change, of which release.
#[derive(Debug, Args)]
pub(crate) struct OfChange {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The change's key, as TW-2117 or C-7
    #[arg(value_name = "KEY")]
    pub(crate) change: ChangeKey,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The tracker's key; without one it gets the next of ours
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<ChangeKey>,
    /// What users or the business get of it
    #[arg(long, value_name = "TEXT")]
    pub(crate) intent: Option<String>,
    /// How much it matters
    #[arg(long, value_parser = one_of!(Priority))]
    pub(crate) priority: Option<Priority>,
    /// A track that carries it; every track, if none is given
    #[arg(long = "track", value_name = "ID")]
    pub(crate) tracks: Vec<TrackId>,
    /// A part of the product that it changes; give it for each
    #[arg(long = "area", value_name = "NAME")]
    pub(crate) areas: Vec<String>,
    /// Its page in the tracker
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Why it is corrected, where it is on record already
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// What it brings, in one line
    #[arg(value_name = "TITLE")]
    pub(crate) title: String,
}
