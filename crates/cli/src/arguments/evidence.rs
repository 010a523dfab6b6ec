//! Evidence: what is ingested, attested, written, listed and withdrawn.
//!
//! Invariant: evidence names the build that it is for.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::id::{BuildNumber, Commit, RunId, RunKind, TrackId};

use super::ask::Behalf;
use super::examples;
use super::release::OfRelease;

/// Which build, of which release.
#[derive(Clone, Debug, Args)]
pub(crate) struct OfBuild {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    /// The build that it is evidence for; it counts for no other
    #[arg(long, value_name = "NUMBER")]
    pub(crate) build: BuildNumber,
    /// Registers the build with its commit, where it is not yet known
    #[arg(long, value_name = "HASH")]
    pub(crate) commit: Option<Commit>,
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    #[command(flatten)]
    pub(crate) of: OfBuild,
    /// The kind of run: smoke, regression, platform, exploratory, performance, or one of your own
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: RunKind,
    /// Groups the shards and reruns of one run
    #[arg(long, value_name = "ID")]
    pub(crate) run: Option<RunId>,
    /// The device that all of it ran on, as the file lists it
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
    /// Everything of this kind is in it: later runs are held to it
    #[arg(long)]
    pub(crate) complete: bool,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Reports, folders of them, patterns; `-` reads one from standard input
    #[arg(required = true, value_name = "FILE|DIR|GLOB")]
    pub(crate) paths: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeviceResult {
    Passed,
    Failed,
}

#[derive(Debug, Args)]
pub(crate) struct Attest {
    #[command(flatten)]
    pub(crate) of: OfBuild,
    /// The device, as the file lists it
    #[arg(long, value_name = "NAME")]
    pub(crate) device: String,
    /// What came of it
    #[arg(long)]
    pub(crate) result: DeviceResult,
    /// What was seen, in words
    #[arg(long, value_name = "TEXT")]
    pub(crate) notes: Option<String>,
    /// A photo that shows it, PNG or JPEG; may be given up to six times
    #[arg(long = "photo", value_name = "FILE")]
    pub(crate) photos: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) behalf: Behalf,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Summary {
    #[command(flatten)]
    pub(crate) of: OfBuild,
    #[command(flatten)]
    pub(crate) behalf: Behalf,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// A Markdown file; `-` is standard input
    pub(crate) file: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Evidence {
    /// List every piece of evidence, the latest first
    #[command(after_help = examples::EVIDENCE_LIST)]
    List {
        #[command(flatten)]
        release: OfRelease,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List the cases of a test run, as reported
    #[command(after_help = examples::EVIDENCE_CASES)]
    Cases {
        #[command(flatten)]
        release: OfRelease,
        /// Only cases that came to this
        #[arg(long)]
        outcome: Option<CaseOutcome>,
        /// Only cases with this in their name, class or suite
        #[arg(long, value_name = "TEXT")]
        find: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the evidence
        evidence: i64,
    },
    /// Withdraw a piece of evidence: it stays on record and no longer counts
    #[command(after_help = examples::EVIDENCE_WITHDRAW)]
    Withdraw {
        #[command(flatten)]
        release: OfRelease,
        /// What was wrong with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the evidence
        evidence: i64,
    },
    /// Carry evidence of an earlier build forward to the candidate, as an assumption
    #[command(after_help = examples::EVIDENCE_CARRY)]
    Carry {
        #[command(flatten)]
        release: OfRelease,
        /// The track, as ios
        #[arg(long, value_name = "ID")]
        track: TrackId,
        /// Why it holds for the candidate too
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the evidence
        evidence: i64,
    },
    /// Put evidence on the track and build that it is really of
    #[command(after_help = examples::EVIDENCE_CORRECT)]
    Correct {
        #[command(flatten)]
        of: Box<OfBuild>,
        /// How it came to be in the wrong place
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the evidence
        evidence: i64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CaseOutcome {
    Passed,
    Failed,
    Errored,
    Skipped,
}
