//! The arguments of risks, and of the word that a list is whole.
//!
//! Invariant: a risk names its owner.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use domain::id::TrackId;
use domain::risk::Likelihood;

use super::defect::one_of;
use super::examples;
use super::release::OfRelease;

#[derive(Debug, Subcommand)]
pub(crate) enum Risk {
    /// Note what could go wrong for users
    #[command(after_help = examples::RISK_NOTE)]
    Note(Box<Described>),
    /// List risks, the likeliest first
    #[command(after_help = examples::RISK_LIST)]
    List {
        #[command(flatten)]
        release: OfRelease,
        /// Those that are about this track
        #[arg(long, value_name = "ID")]
        track: Option<TrackId>,
        /// Those that were closed
        #[arg(long)]
        closed: bool,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what a risk has become; one that was closed is open again
    #[command(after_help = examples::RISK_REVISE)]
    Revise {
        #[command(flatten)]
        described: Box<Described>,
        /// The number of the risk
        #[arg(long, value_name = "NUMBER")]
        risk: i64,
    },
    /// Close a risk, with what became of it
    #[command(after_help = examples::RISK_CLOSE)]
    Close {
        #[command(flatten)]
        release: OfRelease,
        /// It happened
        #[arg(long)]
        happened: bool,
        /// What happened and what was done, or why it cannot happen any more
        #[arg(long, value_name = "TEXT")]
        outcome: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the risk
        risk: i64,
    },
}

/// What a risk is.
#[derive(Debug, Args)]
pub(crate) struct Described {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// How likely it is
    #[arg(long, value_parser = one_of!(Likelihood))]
    pub(crate) likelihood: Likelihood,
    /// What users would experience
    #[arg(long, value_name = "TEXT")]
    pub(crate) effect: String,
    /// What is done against it
    #[arg(long, value_name = "TEXT")]
    pub(crate) mitigation: String,
    /// Who watches it: somebody known, or somebody new
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Their e-mail address, which tells people of the same name apart
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// A track that it is about; every track, if none is given
    #[arg(long = "track", value_name = "ID")]
    pub(crate) tracks: Vec<TrackId>,
    /// A part of the product that it is about; give it for each
    #[arg(long = "area", value_name = "NAME")]
    pub(crate) areas: Vec<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// What could go wrong, in one line
    #[arg(value_name = "TITLE")]
    pub(crate) title: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum List {
    /// Say that nothing is missing on a list, as of now
    #[command(after_help = examples::LIST_WHOLE)]
    Whole {
        #[command(flatten)]
        release: OfRelease,
        /// What it was compared with
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// Which list
        #[arg(value_parser = one_of!(domain::listing::List))]
        list: domain::listing::List,
    },
}
