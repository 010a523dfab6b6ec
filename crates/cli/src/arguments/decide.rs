//! What people decide and sign: candidates, waivers, sign-offs, assessments.
//!
//! Invariant: what is decided on is named: the build, the function, the number of the waiver.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use domain::criterion::Function;
use domain::id::{BuildNumber, Commit, CriterionId, DefectKey, TrackId};
use domain::time::Time;

use super::ask::Behalf;
use super::examples;
use super::release::OfRelease;

#[derive(Debug, Subcommand)]
pub(crate) enum Candidate {
    /// Nominate a build; what follows from it is told first
    #[command(after_help = examples::CANDIDATE_NOMINATE)]
    Nominate(Nominate),
    /// Tell what the candidate of a track is, and who signed it
    #[command(after_help = examples::CANDIDATE_SHOW)]
    Show {
        #[command(flatten)]
        release: OfRelease,
        /// The track, as ios
        #[arg(long, value_name = "ID")]
        track: TrackId,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Nominate {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    /// The build that is to ship
    #[arg(long, value_name = "NUMBER")]
    pub(crate) build: BuildNumber,
    /// Registers the build with its commit, where it is not yet known
    #[arg(long, value_name = "HASH")]
    pub(crate) commit: Option<Commit>,
    /// Why it takes the place of another candidate
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Tell what would follow, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Nominate it without being asked
    #[arg(long, short, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Waiver {
    /// Ask to have a criterion or a defect accepted as it is
    #[command(after_help = examples::WAIVER_REQUEST)]
    Request(Box<RequestWaiver>),
    /// List waivers, the latest first, with what each costs users
    #[command(after_help = examples::WAIVER_LIST)]
    List {
        #[command(flatten)]
        release: OfRelease,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Approve a waiver for a function
    #[command(after_help = examples::WAIVER_APPROVE)]
    Approve {
        #[command(flatten)]
        release: OfRelease,
        /// The function that accepts it, as product
        #[arg(long, value_name = "FUNCTION", value_parser = function)]
        function: Function,
        /// What should be remembered
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        behalf: Box<Behalf>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the waiver
        waiver: i64,
    },
    /// Refuse a waiver
    #[command(after_help = examples::WAIVER_REFUSE)]
    Refuse(EndWaiver),
    /// Take a waiver back: it counts for nothing any more
    #[command(after_help = examples::WAIVER_REVOKE)]
    Revoke(EndWaiver),
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("subject").required(true).args(["criterion", "defect"])))]
#[command(group(ArgGroup::new("scope").required(true).args(["build", "whole_release"])))]
pub(crate) struct RequestWaiver {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    /// The criterion to accept, by its id
    #[arg(long, value_name = "ID")]
    pub(crate) criterion: Option<CriterionId>,
    /// The defect to accept, by its key
    #[arg(long, value_name = "KEY")]
    pub(crate) defect: Option<DefectKey>,
    /// For this build alone, which must be the candidate; the next candidate ends it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) build: Option<BuildNumber>,
    /// For every candidate of the release
    #[arg(long)]
    pub(crate) whole_release: bool,
    /// Why it should be accepted as it is
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// What is done meanwhile so that users are hurt less
    #[arg(long, value_name = "TEXT")]
    pub(crate) mitigation: String,
    /// When it stops counting, as 2026-12-12T17:00:00Z; at most 180 days from now
    #[arg(long, value_name = "TIME")]
    pub(crate) expires: Time,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EndWaiver {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The number of the waiver
    pub(crate) waiver: i64,
}

#[derive(Debug, Args)]
pub(crate) struct Signoff {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    /// The candidate, so that nobody signs a build that they did not look at
    #[arg(long, value_name = "NUMBER")]
    pub(crate) build: BuildNumber,
    /// The function that signs, as qa
    #[arg(long, value_name = "FUNCTION", value_parser = function)]
    pub(crate) function: Function,
    /// What it rests on
    #[arg(long, value_name = "TEXT")]
    pub(crate) notes: Option<String>,
    #[command(flatten)]
    pub(crate) behalf: Behalf,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a coordinator would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Recommend {
    Go,
    GoWithWaivers,
    NoGo,
    /// To the next gate
    Defer,
}

#[derive(Debug, Args)]
pub(crate) struct Assess {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    /// The candidate, so that nobody judges a build that they did not look at
    #[arg(long, value_name = "NUMBER")]
    pub(crate) build: BuildNumber,
    /// What you would do
    #[arg(long)]
    pub(crate) recommendation: Recommend,
    /// How sure you are, in percent
    #[arg(long, value_name = "0-100", value_parser = clap::value_parser!(i64).range(0..=100))]
    pub(crate) confidence: i64,
    /// Why, in your own words
    #[arg(long, value_name = "TEXT")]
    pub(crate) reasons: String,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn function(text: &str) -> Result<Function, String> {
    let names = Function::ALL.map(|(name, _)| name).join(", ");
    Function::parse(text).ok_or_else(|| format!("it is one of {names}"))
}
