//! The arguments of the definition of ready, and of criteria.
//!
//! Invariant: whoever agrees names the draft that they have seen.

use clap::{Args, Subcommand};
use domain::criterion::Function;
use domain::id::{CriterionId, TrackId};
use server::app::definition::Origin;

use super::ask::Behalf;
use super::examples;
use super::release::OfRelease;

#[derive(Debug, Subcommand)]
pub(crate) enum Definition {
    /// Show what is in force and what waits, with who has agreed
    #[command(after_help = examples::DEFINITION_SHOW)]
    Show {
        #[command(flatten)]
        release: OfRelease,
        /// An earlier version
        #[arg(long, value_name = "NUMBER")]
        version: Option<i64>,
        /// Show each rule, too
        #[arg(long, short)]
        verbose: bool,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List every version that is or was in force, the newest first
    #[command(after_help = examples::DEFINITION_HISTORY)]
    History {
        #[command(flatten)]
        release: OfRelease,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare two versions, or the draft with what is in force
    #[command(after_help = examples::DEFINITION_DIFF)]
    Diff {
        #[command(flatten)]
        release: OfRelease,
        /// A version, or `draft`; the one before the other, unless given
        #[arg(long, value_name = "VERSION")]
        from: Option<String>,
        /// A version, or `draft`; the draft that waits or else what is in force, unless given
        #[arg(long, value_name = "VERSION")]
        to: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Draft a definition: it rules once each function has agreed
    #[command(after_help = examples::DEFINITION_DRAFT)]
    Draft(Draft),
    /// Agree to a draft, or to what a file put in force
    #[command(after_help = examples::DEFINITION_AGREE)]
    Agree {
        #[command(flatten)]
        release: OfRelease,
        /// The function that agrees
        #[arg(long, value_name = "FUNCTION", value_parser = super::people::function)]
        function: Function,
        #[command(flatten)]
        behalf: Behalf,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the draft, as `definition show` has it
        draft: i64,
    },
    /// Drop the draft that waits: what is in force stays so
    #[command(after_help = examples::DEFINITION_DROP)]
    Drop {
        #[command(flatten)]
        release: OfRelease,
        /// Why it is dropped
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        /// The number of the draft
        draft: i64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Draft {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// What it begins from: template, ruling or draft
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub(crate) from: Option<Origin>,
    /// Leave this criterion out of what it begins from
    #[arg(long, value_name = "ID")]
    pub(crate) without: Vec<CriterionId>,
    /// Add this preset
    #[arg(long = "use", value_name = "PRESET")]
    pub(crate) presets: Vec<String>,
    /// Criteria in JSON, as `definition show --json` has them; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) criteria: Option<String>,
    /// Why the bar moves; the first version needs no reason
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Criterion {
    /// Tell what a criterion would come to today; it changes nothing
    #[command(after_help = examples::CRITERION_TRY)]
    Try(Try),
    /// List the presets, with the sentence that readers see
    #[command(after_help = examples::CRITERION_PRESETS)]
    Presets {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Try {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Only this track
    #[arg(long, value_name = "ID")]
    pub(crate) track: Option<TrackId>,
    #[command(flatten)]
    pub(crate) rule: Rule,
    /// A parameter of the preset
    #[arg(long = "with", value_name = "NAME=VALUE", requires = "preset", value_parser = pair)]
    pub(crate) with: Vec<(String, String)>,
    /// Evidence older than this many hours does not count
    #[arg(long, value_name = "HOURS")]
    pub(crate) max_age_hours: Option<i64>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Rule {
    /// The rule of a preset
    #[arg(long = "use", id = "preset", value_name = "PRESET")]
    pub(crate) preset: Option<String>,
    /// An expression that is true when the criterion is met
    #[arg(long, value_name = "EXPRESSION")]
    pub(crate) holds: Option<String>,
    /// An expression that lists what stands against it
    #[arg(long, value_name = "EXPRESSION")]
    pub(crate) offenders: Option<String>,
}

fn origin(text: &str) -> Result<Origin, String> {
    let names = || Origin::ALL.map(|(name, _)| name).join(", ");
    Origin::parse(text).ok_or_else(|| format!("it is one of {}", names()))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as run=smoke")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
