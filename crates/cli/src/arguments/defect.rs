//! The arguments of defects: reporting them, telling what they are for users, which tracks have them.
//!
//! Invariant: a correction says why.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use domain::defect::{DefectState, Exposure, OnBuild, Priority, Severity};
use domain::id::{BuildNumber, DefectKey, TrackId};
use domain::impact::{Often, Reach};

use super::ask::Behalf;
use super::examples;
use super::release::OfRelease;

/// Reads one of several words, which the help lists.
macro_rules! one_of {
    ($kind:ty) => {
        PossibleValuesParser::new(<$kind>::ALL.map(|(name, _)| name))
            .try_map(|text| <$kind>::parse(&text).ok_or_else(|| format!("{text} is none of them")))
    };
}

pub(super) use one_of;

#[derive(Debug, Subcommand)]
pub(crate) enum Defect {
    /// Report a defect by hand, or correct one
    #[command(after_help = examples::DEFECT_REPORT)]
    Report(Box<Report>),
    /// List defects, by what is known and owed of them
    #[command(after_help = examples::DEFECT_LIST)]
    List(ListDefects),
    /// Show all that is known of a defect
    #[command(after_help = examples::DEFECT_SHOW)]
    Show {
        #[command(flatten)]
        of: OfDefect,
    },
    /// Tell what a defect is for users
    #[command(after_help = examples::DEFECT_IMPACT)]
    Impact {
        #[command(flatten)]
        of: OfDefect,
        /// What users experience: “runners see their last route instead of the new one”
        #[arg(long, value_name = "TEXT")]
        experience: String,
        /// How many of the users meet it
        #[arg(long, value_parser = one_of!(Reach))]
        reach: Reach,
        /// How often whoever it reaches meets it
        #[arg(long, value_parser = one_of!(Often))]
        often: Often,
        /// What that is known by: “4 of 212 syncs in the beta”
        #[arg(long, value_name = "TEXT")]
        frequency: String,
        /// In which circumstances: “after a run without a phone nearby, on Wear OS 5”
        #[arg(long, value_name = "TEXT")]
        circumstances: String,
        /// What users can do about it; leave it out if there is nothing
        #[arg(long, value_name = "TEXT")]
        workaround: Option<String>,
    },
    /// Say whether a track has a defect
    #[command(after_help = examples::DEFECT_EXPOSE)]
    Expose {
        #[command(flatten)]
        of: OfDefect,
        /// The track, as ios
        #[arg(long, value_name = "ID")]
        track: TrackId,
        /// Whether it has the defect
        #[arg(long, value_parser = exposure())]
        answer: Exposure,
        /// On which build they looked, and how
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        behalf: Behalf,
    },
    /// Defer a defect to another release, or take it back into this one
    #[command(after_help = examples::DEFECT_DEFER)]
    Defer {
        #[command(flatten)]
        of: OfDefect,
        /// The release that it is for
        #[arg(long, value_name = "NAME", required_unless_present = "back")]
        to: Option<String>,
        /// Take it back into this release
        #[arg(long, conflicts_with = "to")]
        back: bool,
        /// Why it can wait, or cannot after all
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Take a defect out of a release that it does not belong to, or back in
    #[command(after_help = examples::DEFECT_WITHDRAW)]
    Withdraw {
        #[command(flatten)]
        of: OfDefect,
        /// It belongs to the release after all
        #[arg(long)]
        back: bool,
        /// Why it does not belong to it, or does after all
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Which defect, of which release.
#[derive(Debug, Args)]
pub(crate) struct OfDefect {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The defect's key, as TW-2304 or D-7
    #[arg(value_name = "KEY")]
    pub(crate) defect: DefectKey,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The tracker's key; without one it gets the next of ours
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<DefectKey>,
    /// How bad it is where it happens
    #[arg(long, value_parser = one_of!(Severity))]
    pub(crate) severity: Option<Severity>,
    /// How soon it should be dealt with
    #[arg(long, value_parser = one_of!(Priority))]
    pub(crate) priority: Option<Priority>,
    /// How it stands
    #[arg(long, value_parser = one_of!(DefectState), default_value = "open")]
    pub(crate) state: DefectState,
    /// A track on which it was seen; give it for each
    #[arg(long = "track", value_name = "ID")]
    pub(crate) tracks: Vec<TrackId>,
    /// A part of the product that it is in; give it for each
    #[arg(long = "area", value_name = "NAME")]
    pub(crate) areas: Vec<String>,
    /// A build in which it was found, as ios:514; give it for each
    #[arg(long, value_name = "TRACK:BUILD", value_parser = on_build)]
    pub(crate) found_in: Vec<OnBuild>,
    /// The first build of a track that has it mended, as ios:515; give it for each
    #[arg(long, value_name = "TRACK:BUILD", value_parser = on_build)]
    pub(crate) fixed_in: Vec<OnBuild>,
    /// The version that did not have it yet, or the change that brought it
    #[arg(long, value_name = "TEXT")]
    pub(crate) regression_of: Option<String>,
    /// The defect that it is a duplicate of
    #[arg(long, value_name = "KEY")]
    pub(crate) duplicate_of: Option<DefectKey>,
    /// Its page in the tracker
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Why it is corrected, where it is on record already
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// What goes wrong, in one line
    #[arg(value_name = "TITLE")]
    pub(crate) title: String,
}

#[derive(Debug, Args)]
pub(crate) struct ListDefects {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Those that this track has, or might have
    #[arg(long, value_name = "ID")]
    pub(crate) track: Option<TrackId>,
    /// Those of this part of the product
    #[arg(long, value_name = "NAME")]
    pub(crate) area: Option<String>,
    /// Those of this severity
    #[arg(long, value_parser = one_of!(Severity))]
    pub(crate) severity: Option<Severity>,
    /// Those that stand so
    #[arg(long, value_parser = one_of!(DefectState))]
    pub(crate) state: Option<DefectState>,
    /// Those of which nobody has said what they are for users
    #[arg(long)]
    pub(crate) untranslated: bool,
    /// Those that a track might have and nobody has looked
    #[arg(long)]
    pub(crate) unchecked: bool,
    /// Those that turned out not to belong to the release
    #[arg(long)]
    pub(crate) withdrawn: bool,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Reads whether a track has a defect, as people write it.
fn exposure() -> impl TypedValueParser<Value = Exposure> {
    let written = |text: String| text.replace('-', "_");
    PossibleValuesParser::new(["affected", "not-affected", "not-checked"])
        .try_map(move |text| Exposure::parse(&written(text)).ok_or("it is none of them"))
}

/// Reads a build of a track: "ios:514".
fn on_build(text: &str) -> Result<OnBuild, String> {
    let (track, build) = text.split_once(':').ok_or("write track and build, as ios:514")?;
    let track = TrackId::parse(track).map_err(|error| error.to_string())?;
    Ok(OnBuild { track, build: BuildNumber::parse(build).map_err(|error| error.to_string())? })
}
