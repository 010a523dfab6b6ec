//! The arguments of blockers.
//!
//! Invariant: a blocker is named by its number, and what ends it comes with its reason or its evidence.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Subcommand};
use domain::blocker::{BlockerNumber, BlockerState, Turn};
use domain::criterion::Function;
use domain::id::{
    BuildNumber, ChangeKey, CriterionId, DefectKey, DependencyId, MilestoneId, ReleaseName, TrackId,
};
use domain::time::Time;

use super::ask::Behalf;
use super::defect::one_of;
use super::examples;
use super::release::OfRelease;

#[derive(Debug, Subcommand)]
pub(crate) enum Blocker {
    /// List what could stop the release, by whose turn it is
    #[command(after_help = examples::BLOCKER_LIST)]
    List(ListBlockers),
    /// Show a blocker, with everything that was said and decided about it
    #[command(after_help = examples::BLOCKER_SHOW)]
    Show {
        #[command(flatten)]
        of: OfBlocker,
    },
    /// Propose something that could stop the release
    #[command(after_help = examples::BLOCKER_PROPOSE)]
    Propose(Box<Propose>),
    /// Say that it is one: with who owns it, or who is asked to
    #[command(after_help = examples::BLOCKER_ACCEPT)]
    Accept {
        #[command(flatten)]
        of: OfBlocker,
        #[command(flatten)]
        owner: OwnedBy,
        /// Who is asked to own it, where nobody does
        #[arg(long, value_name = "NAME", conflicts_with = "owner")]
        ask: Option<String>,
    },
    /// Say that it does not stop the release
    #[command(after_help = examples::BLOCKER_REJECT)]
    Reject(Because),
    /// Take it, or give it to somebody
    #[command(after_help = examples::BLOCKER_OWN)]
    Own {
        #[command(flatten)]
        of: OfBlocker,
        /// Who sees to it: somebody known, or somebody new; you, if nobody is named
        #[arg(long, value_name = "NAME")]
        owner: Option<String>,
        /// Their e-mail address, which tells people of the same name apart
        #[arg(long, value_name = "ADDRESS", requires = "owner")]
        address: Option<String>,
        /// The function in which they see to it
        #[arg(long, value_parser = one_of!(Function))]
        function: Function,
        /// Why it is handed over
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Say where it stands, and when the next status comes
    #[command(after_help = examples::BLOCKER_STATUS)]
    Status {
        #[command(flatten)]
        of: OfBlocker,
        /// By when the next status comes, as 2026-12-03T17:00:00Z
        #[arg(long, value_name = "TIME")]
        next: Time,
        #[command(flatten)]
        behalf: Box<Behalf>,
        /// Who does what, and what should come of it
        text: String,
    },
    /// Note something that is no status
    #[command(after_help = examples::BLOCKER_NOTE)]
    Note {
        #[command(flatten)]
        of: OfBlocker,
        #[command(flatten)]
        behalf: Box<Behalf>,
        /// What is worth keeping
        text: String,
    },
    /// Say that it is resolved, with what shows it
    #[command(after_help = examples::BLOCKER_RESOLVE)]
    Resolve {
        #[command(flatten)]
        of: OfBlocker,
        /// The track of the build that has it
        #[arg(long, value_name = "ID", requires = "build")]
        track: Option<TrackId>,
        /// The build that has it
        #[arg(long, value_name = "NUMBER", requires = "track")]
        build: Option<BuildNumber>,
        /// The piece of evidence on record that shows it
        #[arg(long = "evidence", value_name = "NUMBER")]
        run: Option<i64>,
        /// A page that shows it
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// What shows that it is resolved
        #[arg(value_name = "TEXT")]
        shown: String,
    },
    /// Accept it as it is, for a function that may
    #[command(after_help = examples::BLOCKER_WAIVE)]
    Waive {
        #[command(flatten)]
        of: OfBlocker,
        /// The function that accepts it
        #[arg(long = "for", value_parser = one_of!(Function))]
        function: Function,
        /// Why the release may go out with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// What users will meet
        #[arg(long, value_name = "TEXT")]
        users: String,
        #[command(flatten)]
        behalf: Box<Behalf>,
    },
    /// Put it off: to another release, or for a while
    #[command(after_help = examples::BLOCKER_DEFER, group = ArgGroup::new("until").required(true).args(["to", "moment"]))]
    Defer {
        #[command(flatten)]
        because: Because,
        /// The release in which it is seen to
        #[arg(long, value_name = "RELEASE")]
        to: Option<ReleaseName>,
        /// The moment from which on it is open again, as 2026-12-03T17:00:00Z
        #[arg(long = "until", value_name = "TIME")]
        moment: Option<Time>,
    },
    /// Take it back: it was a mistake
    #[command(after_help = examples::BLOCKER_WITHDRAW)]
    Withdraw(Because),
    /// Say that it stands in the way again
    #[command(after_help = examples::BLOCKER_REOPEN)]
    Reopen(Because),
    /// Say that it is the same as another, which keeps tracks and links of both
    #[command(after_help = examples::BLOCKER_MERGE)]
    Merge {
        #[command(flatten)]
        of: OfBlocker,
        /// The one that stays
        #[arg(long, value_name = "NUMBER")]
        into: BlockerNumber,
    },
    /// Link it with a defect, a change, a dependency or a page
    #[command(after_help = examples::BLOCKER_LINK)]
    Link {
        #[command(flatten)]
        of: OfBlocker,
        #[command(flatten)]
        with: OneLink,
    },
    /// Take a link off
    #[command(after_help = examples::BLOCKER_UNLINK)]
    Unlink {
        #[command(flatten)]
        of: OfBlocker,
        #[command(flatten)]
        with: OneLink,
    },
}

/// One blocker of a release.
#[derive(Debug, Args)]
pub(crate) struct OfBlocker {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The number of the blocker
    pub(crate) blocker: BlockerNumber,
}

/// Which blockers to list.
#[derive(Debug, Args)]
pub(crate) struct ListBlockers {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Those that stand so
    #[arg(long, value_parser = one_of!(BlockerState))]
    pub(crate) state: Option<BlockerState>,
    /// Those with which it is their turn
    #[arg(long, value_parser = one_of!(Turn))]
    pub(crate) turn: Option<Turn>,
    /// Those that block this track
    #[arg(long, value_name = "ID")]
    pub(crate) track: Option<TrackId>,
    /// Those that somebody of this name owns
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Something that could stop the release.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("threatens").required(true).args(["criterion", "milestone"]))]
pub(crate) struct Propose {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// A track that it blocks; give it for each
    #[arg(long = "track", value_name = "ID", required = true)]
    pub(crate) tracks: Vec<TrackId>,
    /// The criterion that it threatens
    #[arg(long, value_name = "ID")]
    pub(crate) criterion: Option<CriterionId>,
    /// The milestone that it threatens
    #[arg(long, value_name = "ID")]
    pub(crate) milestone: Option<MilestoneId>,
    /// What else there is to know
    #[arg(long, value_name = "TEXT")]
    pub(crate) details: Option<String>,
    #[command(flatten)]
    pub(crate) owner: OwnedBy,
    /// A defect that it has to do with; give it for each
    #[arg(long = "defect", value_name = "KEY")]
    pub(crate) defects: Vec<DefectKey>,
    /// A change that it has to do with; give it for each
    #[arg(long = "change", value_name = "KEY")]
    pub(crate) changes: Vec<ChangeKey>,
    /// A dependency that it has to do with; give it for each
    #[arg(long = "dependency", value_name = "ID")]
    pub(crate) dependencies: Vec<DependencyId>,
    /// A pull request or another page; give it for each
    #[arg(long = "url", value_name = "URL")]
    pub(crate) urls: Vec<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// What is blocked, as one sentence
    #[arg(value_name = "TITLE")]
    pub(crate) title: String,
}

/// Who owns it.
#[derive(Debug, Args)]
pub(crate) struct OwnedBy {
    /// Who sees to it: somebody known, or somebody new
    #[arg(long, value_name = "NAME", requires = "function")]
    pub(crate) owner: Option<String>,
    /// Their e-mail address, which tells people of the same name apart
    #[arg(long, value_name = "ADDRESS", requires = "owner")]
    pub(crate) address: Option<String>,
    /// The function in which they see to it
    #[arg(long, value_parser = one_of!(Function), requires = "owner")]
    pub(crate) function: Option<Function>,
}

/// A blocker, and why.
#[derive(Debug, Args)]
pub(crate) struct Because {
    #[command(flatten)]
    pub(crate) of: OfBlocker,
    /// Why, in a few words
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}

/// One thing that it has to do with.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OneLink {
    /// A defect, by its key
    #[arg(long, value_name = "KEY")]
    pub(crate) defect: Option<DefectKey>,
    /// A change, by its key
    #[arg(long, value_name = "KEY")]
    pub(crate) change: Option<ChangeKey>,
    /// A dependency, by its id
    #[arg(long, value_name = "ID")]
    pub(crate) dependency: Option<DependencyId>,
    /// A pull request or another page
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}
