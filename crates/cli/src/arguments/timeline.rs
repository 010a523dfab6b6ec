//! The arguments of timelines, targets, milestones and calendars.
//!
//! Invariant: a day is read here, in its one spelling, before anything is sent.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::calendar::Day;
use domain::id::{MilestoneId, ProductId, TrackId};
use domain::time::Time;

use super::examples;
use super::release::OfRelease;

#[derive(Debug, Args)]
pub(crate) struct Timeline {
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

#[derive(Debug, Subcommand)]
pub(crate) enum Target {
    /// Say on which day a track should go live
    #[command(after_help = examples::TARGET_SET)]
    Set {
        #[command(flatten)]
        on: OnTrack,
        /// Why it moves, where it does
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// The day, as 2026-12-14
        day: Day,
    },
}

/// A track of a release.
#[derive(Debug, Args)]
pub(crate) struct OnTrack {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Milestone {
    /// Give a milestone a day of its own, or give it back to the template
    #[command(after_help = examples::MILESTONE_PLAN)]
    Plan {
        #[command(flatten)]
        of: OnTrack,
        /// The day, as 2026-12-08
        #[arg(
            long,
            value_name = "DAY",
            required_unless_present = "as_template",
            conflicts_with = "as_template"
        )]
        on: Option<Day>,
        /// The day that the template gives it
        #[arg(long)]
        as_template: bool,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The milestone, as handoff
        milestone: MilestoneId,
    },
    /// Say that a milestone is reached
    #[command(after_help = examples::MILESTONE_REACH)]
    Reach {
        #[command(flatten)]
        of: OnTrack,
        /// The day on which it was; today unless given
        #[arg(long, value_name = "DAY")]
        on: Option<Day>,
        /// What should be known of it
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// The milestone, as handoff
        milestone: MilestoneId,
    },
    /// Say that a milestone was not reached after all
    #[command(after_help = examples::MILESTONE_WITHDRAW)]
    Withdraw {
        #[command(flatten)]
        of: OnTrack,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The milestone, as handoff
        milestone: MilestoneId,
    },
    /// Say that a track does not need a milestone
    #[command(after_help = examples::MILESTONE_DROP)]
    Drop {
        #[command(flatten)]
        of: OnTrack,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The milestone, as approval
        milestone: MilestoneId,
    },
    /// Add a milestone that the template does not have
    #[command(after_help = examples::MILESTONE_ADD)]
    Add {
        #[command(flatten)]
        of: OnTrack,
        /// Its name, as people say it
        #[arg(long, value_name = "TEXT")]
        name: String,
        /// The day, as 2026-12-09
        #[arg(long, value_name = "DAY")]
        on: Day,
        /// Its id, as press-kit
        milestone: MilestoneId,
    },
}

/// A product.
#[derive(Debug, Args)]
pub(crate) struct OfProduct {
    /// The product, as tidewatch; the only one unless given
    #[arg(long, value_name = "ID")]
    pub(crate) product: Option<ProductId>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Calendar {
    /// Show the days that are worked, holidays and freezes
    #[command(after_help = examples::CALENDAR_SHOW)]
    Show {
        #[command(flatten)]
        of: OfProduct,
    },
    /// Import the holidays of a calendar file (.ics) beside those of the product's file
    #[command(after_help = examples::CALENDAR_IMPORT)]
    Import {
        #[command(flatten)]
        of: OfProduct,
        /// The first year to take; this one unless given
        #[arg(long, value_name = "YEAR")]
        from: Option<i16>,
        /// The last year to take; the second after the first unless given
        #[arg(long, value_name = "YEAR")]
        to: Option<i16>,
        /// Say what would be imported, and import nothing
        #[arg(long)]
        dry_run: bool,
        /// The file
        file: PathBuf,
    },
    /// Take an imported holiday out
    #[command(after_help = examples::CALENDAR_REMOVE)]
    Remove {
        #[command(flatten)]
        of: OfProduct,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Its day, as 2026-12-24
        day: Day,
    },
}
