//! The command line.
//!
//! Invariant: an id that is not well formed is refused here, before anything is opened.

mod ask;
mod blocker;
mod change;
mod decide;
mod defect;
mod definition;
mod evidence;
mod examples;
mod front;
mod import;
mod journal;
mod mail;
mod outbox;
mod people;
mod place;
mod release;
mod risk;
mod serve;
mod shell;
mod shipping;
mod sign_on;
mod timeline;

use clap::{Parser, Subcommand};

pub(crate) use ask::{Ask, Behalf, Reached, Whom};
pub(crate) use blocker::{Because, Blocker, ListBlockers, OfBlocker, OneLink, OwnedBy, Propose};
pub(crate) use change::{Add, Change, OfChange};
pub(crate) use decide::{Assess, Candidate, EndWaiver, Nominate, Recommend, RequestWaiver, Signoff, Waiver};
pub(crate) use defect::{Defect, ListDefects, OfDefect, Report};
pub(crate) use definition::{Criterion, Definition, Draft, Try};
pub(crate) use evidence::{Attest, CaseOutcome, DeviceResult, Evidence, Ingest, OfBuild, Summary};
pub(crate) use import::Import;
pub(crate) use journal::{Backup, EventPart, Journal, Restore};
pub(crate) use outbox::Outbox;
pub(crate) use people::{FunctionOrNone, Login, Logout, People, Token, Whoami, Whose};
pub(crate) use place::{Kept, Look, Place, Reach, Where};
pub(crate) use release::{Apply, Changes, Check, Facts, Init, Know, OfRelease};
pub(crate) use risk::{Described, List, Risk};
pub(crate) use serve::{Demo, LogFormat, Serve};
pub(crate) use shell::{Completions, Man};
pub(crate) use shipping::{Handoff, ShippedTrack, Shipping, Submission, Track, Turned};
pub(crate) use timeline::{Calendar, Milestone, OfProduct, OnTrack, Target, Timeline};

/// Is this build fit to ship? What we know, what we don't, and what that means for users.
#[derive(Debug, Parser)]
#[command(name = "seaworthy", version, max_term_width = 100, after_help = examples::ALL)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) look: Look,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a seaworthy.toml to start from
    #[command(after_help = examples::INIT)]
    Init(Init),
    /// Bring products, releases, builds and criteria to what a file says
    #[command(after_help = examples::APPLY)]
    Apply(Apply),
    /// Ingest test reports as evidence for a build
    #[command(after_help = examples::INGEST)]
    Ingest(Ingest),
    /// Tell each track's readiness, with its reasons
    #[command(after_help = examples::CHECK)]
    Check(Check),
    /// Tell what we know of a release, what we don't, and what it could mean for users
    #[command(after_help = examples::KNOW)]
    Know(Know),
    /// Tell what changed of a release since a moment or an event
    #[command(after_help = examples::CHANGES)]
    Changes(Changes),
    /// List what a criterion can see of a track, with today's values
    #[command(after_help = examples::FACTS)]
    Facts(Facts),
    /// The definition of ready: show it, draft it, agree to it
    #[command(subcommand)]
    Definition(Definition),
    /// Criteria: try one out on today's facts, list the presets
    #[command(subcommand)]
    Criterion(Criterion),
    /// Record what somebody saw on a device
    #[command(after_help = examples::ATTEST)]
    Attest(Attest),
    /// Record a test summary, written in Markdown
    #[command(after_help = examples::SUMMARY)]
    Summary(Summary),
    /// Ask somebody for evidence by a link: they need no account
    #[command(subcommand)]
    Ask(Ask),
    /// List evidence, look into it, withdraw it, carry it forward, put it where it belongs
    #[command(subcommand)]
    Evidence(Evidence),
    /// Defects: what is wrong, what it is for users, and which tracks have it
    #[command(subcommand)]
    Defect(Defect),
    /// What the release carries: changes, and whether they are done
    #[command(subcommand)]
    Change(Change),
    /// Import a spreadsheet of defects, changes or sign-offs
    #[command(after_help = examples::IMPORT)]
    Import(Box<Import>),
    /// Risks: what could go wrong, and what is done against it
    #[command(subcommand)]
    Risk(Risk),
    /// Tell when each track should go live, and how its milestones stand
    #[command(after_help = examples::TIMELINE)]
    Timeline(Timeline),
    /// The day on which a track should go live
    #[command(subcommand)]
    Target(Target),
    /// Milestones: plan one, say that it is reached, drop or add one
    #[command(subcommand)]
    Milestone(Milestone),
    /// The product's working calendar: holidays and freezes
    #[command(subcommand)]
    Calendar(Calendar),
    /// Blockers: what could stop the release, who owns it, and where it stands
    #[command(subcommand)]
    Blocker(Blocker),
    /// Say that a list of defects, changes or risks is whole
    #[command(subcommand)]
    List(List),
    /// The build that is to ship: nominate it, see what it is
    #[command(subcommand)]
    Candidate(Candidate),
    /// What is accepted as it is: ask for it, approve, refuse, take back
    #[command(subcommand)]
    Waiver(Waiver),
    /// Sign the candidate off for a function
    #[command(after_help = examples::SIGNOFF)]
    Signoff(Signoff),
    /// Sign your own judgement of the candidate
    #[command(after_help = examples::ASSESS)]
    Assess(Assess),
    /// Tell how far each track is on its way to users
    #[command(after_help = examples::SHIPPING)]
    Shipping(Shipping),
    /// Hand the candidate over to be submitted: offer, accept, return
    #[command(subcommand)]
    Handoff(Handoff),
    /// What is sent to a store, and what the store says
    #[command(subcommand)]
    Submission(Box<Submission>),
    /// Hold a track, withdraw it, call it stable; no other is touched
    #[command(subcommand)]
    Track(Track),
    /// The journal: its signed head, its verification, single events
    #[command(subcommand)]
    Journal(Journal),
    /// Sign in to a server, through the browser
    #[command(after_help = examples::LOGIN)]
    Login(Login),
    /// Revoke and forget the token of a login
    #[command(after_help = examples::LOGOUT)]
    Logout(Logout),
    /// Tell who acts, and where
    #[command(after_help = examples::WHOAMI)]
    Whoami(Whoami),
    /// Who may sign in, and what they may do
    #[command(subcommand)]
    People(People),
    /// Tokens for scripts and continuous integration
    #[command(subcommand)]
    Token(Token),
    /// What people are told, and what does not get out
    #[command(subcommand)]
    Outbox(Outbox),
    /// Serve pages and API to the browsers of this machine
    #[command(after_help = examples::SERVE)]
    Serve(Serve),
    /// Write journal and blobs to one file, and verify it
    #[command(after_help = examples::BACKUP)]
    Backup(Backup),
    /// Fill an empty journal from a backup
    #[command(after_help = examples::RESTORE)]
    Restore(Restore),
    /// Show a made-up product in the middle of a release, in the browser
    #[command(after_help = examples::DEMO)]
    Demo(Demo),
    /// Print the completions of a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions(Completions),
    /// Print the manual, or write all its pages into a folder
    #[command(after_help = examples::MAN)]
    Man(Man),
}

#[cfg(test)]
mod tests;
