//! From a validated build to its users: handoffs, submissions, rollouts, a track's course.
//!
//! Invariant: what is handed over and sent is named by its build; the store is quoted in its own words.

use clap::{ArgGroup, Args, Subcommand};
use domain::id::{BuildNumber, TrackId};
use domain::time::Time;

use super::ask::Behalf;
use super::examples;
use super::release::OfRelease;

/// Which track, whose word, and how to answer.
#[derive(Debug, Args)]
pub(crate) struct ShippedTrack {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    #[command(flatten)]
    pub(crate) behalf: Box<Behalf>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Shipping {
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
pub(crate) enum Handoff {
    /// Offer the candidate to those who submit it
    #[command(after_help = examples::HANDOFF_OFFER)]
    Offer {
        #[command(flatten)]
        on: ShippedTrack,
        /// The candidate
        #[arg(long, value_name = "NUMBER")]
        build: BuildNumber,
        /// A line of the checklist that is done; as often as there are lines
        #[arg(long, value_name = "TEXT")]
        done: Vec<String>,
        /// A line that is not, with why: "release notes: German follows tonight"
        #[arg(long, value_name = "TEXT: WHY")]
        open: Vec<String>,
        /// Anything else that they should know
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Accept what another offered
    #[command(after_help = examples::HANDOFF_ACCEPT)]
    Accept {
        #[command(flatten)]
        on: ShippedTrack,
        /// What should be remembered
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Send it back, with the reason
    #[command(after_help = examples::HANDOFF_RETURN)]
    Return {
        #[command(flatten)]
        on: ShippedTrack,
        /// What has to be different
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take your own offer back
    #[command(after_help = examples::HANDOFF_TAKE_BACK)]
    TakeBack {
        #[command(flatten)]
        on: ShippedTrack,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Submission {
    /// Record that the candidate was sent to its store
    #[command(after_help = examples::SUBMISSION_SEND)]
    Send {
        #[command(flatten)]
        on: ShippedTrack,
        /// The candidate, handed over and accepted
        #[arg(long, value_name = "NUMBER")]
        build: BuildNumber,
        /// The store's own word for how it began; without it, the one for what was just sent
        #[arg(long, value_name = "WORD")]
        word: Option<String>,
        /// When it was sent; now, unless you say
        #[arg(long, value_name = "TIME")]
        at: Option<Time>,
        /// What should be remembered
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Record what the store says, in its own word
    #[command(after_help = examples::SUBMISSION_SAYS)]
    Says {
        #[command(flatten)]
        on: ShippedTrack,
        #[command(flatten)]
        word: Word,
    },
    /// Record how the rollout goes
    #[command(after_help = examples::SUBMISSION_ROLLOUT)]
    Rollout {
        #[command(flatten)]
        on: ShippedTrack,
        #[command(flatten)]
        word: Word,
        /// How many of a hundred are offered it
        #[arg(long, value_name = "PERCENT")]
        percent: Option<f64>,
    },
    /// Record that a sooner review was asked for, or how the store answered
    #[command(after_help = examples::SUBMISSION_EXPEDITE, group(ArgGroup::new("expedited").required(true).args(["reason", "granted", "refused"])))]
    Expedite {
        #[command(flatten)]
        on: ShippedTrack,
        /// What the store was told
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// The store agreed
        #[arg(long)]
        granted: bool,
        /// The store did not agree
        #[arg(long)]
        refused: bool,
    },
    /// Say what is done about a rejection
    #[command(after_help = examples::SUBMISSION_REWORK)]
    Rework {
        #[command(flatten)]
        on: ShippedTrack,
        /// What is done, by whom and by when
        #[arg(long, value_name = "TEXT")]
        plan: String,
        /// It takes another build
        #[arg(long)]
        new_build: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Word {
    /// The store's own word, as IN_REVIEW
    #[arg(long, value_name = "WORD")]
    pub(crate) word: String,
    /// When it said so; now, unless you say
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Time>,
    /// Why it refused, or was halted
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// The store does say just that, though it is not known here
    #[arg(long)]
    pub(crate) verbatim: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Track {
    /// Hold a track; the others go on
    #[command(after_help = examples::TRACK_HOLD)]
    Hold(Turned),
    /// Let a track go on that was held
    #[command(after_help = examples::TRACK_RESUME)]
    Resume(Turned),
    /// Withdraw a track from the release
    #[command(after_help = examples::TRACK_WITHDRAW)]
    Withdraw(Turned),
    /// Take a track back into the release
    #[command(after_help = examples::TRACK_RESTORE)]
    Restore(Turned),
    /// Say that a track is stable
    #[command(after_help = examples::TRACK_STABLE)]
    Stable(Turned),
    /// Say that a track is not stable after all
    #[command(after_help = examples::TRACK_UNSETTLE)]
    Unsettle(Turned),
}

#[derive(Debug, Args)]
pub(crate) struct Turned {
    #[command(flatten)]
    pub(crate) on: ShippedTrack,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}
