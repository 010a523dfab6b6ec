//! The command line.
//!
//! Invariant: an id that is not well formed is refused here, before anything is opened.

mod front;
mod sign_on;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::id::{BuildNumber, Commit, RunId, RunKind, TrackId};
use domain::time::Time;

pub(crate) use front::Reached;
pub(crate) use sign_on::Provided;

/// Is this build fit to ship? What we know, what we don't, and what that means for users.
#[derive(Debug, Parser)]
#[command(name = "seaworthy", version, max_term_width = 100, after_help = AFTER)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "\
Begin with `seaworthy demo`, or in your own repository with `seaworthy init`.

Exit codes: 0 done or ready, 1 not ready, 2 unknown, 64 usage, 65 bad input, 70 failure.";

/// Where everything is kept.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    /// The folder of the embedded database, the blobs and the signing key
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_DATA",
        value_name = "DIR",
        help_heading = "Where it is kept"
    )]
    pub(crate) data: Option<PathBuf>,
    /// A PostgreSQL database instead of the embedded one, as postgres://user@host/name
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        hide_env_values = true,
        value_name = "URL",
        help_heading = "Where it is kept"
    )]
    pub(crate) database_url: Option<String>,
    /// Where reports and other large evidence go, a folder; DIR/blobs unless given
    #[arg(
        long,
        global = true,
        env = "SEAWORTHY_BLOBS",
        value_name = "DIR|URL",
        help_heading = "Where it is kept"
    )]
    pub(crate) blobs: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a seaworthy.toml to start from
    Init(Init),
    /// Bring products, releases, builds and criteria to what a file says
    Apply(Apply),
    /// Ingest test reports as evidence for a build
    #[command(after_help = INGEST)]
    Ingest(Ingest),
    /// Tell each track's readiness, with its reasons
    #[command(after_help = "Exits with 0 if ready, 1 if not ready, 2 if unknown.")]
    Check(Check),
    /// List what a criterion can see of a track, with today's values
    Facts(Facts),
    /// Record what somebody saw on a device
    Attest(Attest),
    /// Record a test summary, written in Markdown
    Summary(Summary),
    /// List evidence, look into it, withdraw it
    #[command(subcommand)]
    Evidence(Evidence),
    /// The journal: its signed head, its verification, single events
    #[command(subcommand)]
    Journal(Journal),
    /// Serve pages and API to the browsers of this machine
    #[command(after_help = SERVE)]
    Serve(Serve),
    /// Write journal and blobs to one file, and verify it
    Backup(Backup),
    /// Fill an empty journal from a backup
    Restore(Restore),
    /// Show a made-up product in the middle of a release, in the browser
    Demo(Demo),
}

const INGEST: &str = "\
Within one ingest, a case that repeats is a case of its own unless the report marks it as a rerun. \
To report a rerun, ingest it after the first: what it says of a case replaces what was said before, \
and a case that passes after failing is flaky.

Examples:
  seaworthy ingest --release 2026.12 --track ios --build 514 --kind regression build/reports
  seaworthy ingest --release 2026.12 --track android --build 40518 --kind smoke 'app/**/TEST-*.xml'
  ./run-tests | seaworthy ingest --release 2026.12 --track ios --build 514 --kind smoke -";

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

#[derive(Clone, Debug, Args)]
pub(crate) struct OfRelease {
    /// The release, as 2026.12 or tidewatch/2026.12
    #[arg(long, value_name = "NAME")]
    pub(crate) release: String,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The file to write
    #[arg(default_value = "seaworthy.toml")]
    pub(crate) file: PathBuf,
    /// The product's name; that of the folder unless given
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The product's file
    #[arg(default_value = "seaworthy.toml")]
    pub(crate) file: PathBuf,
    /// Say what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Why the definition of ready changes
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
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

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// Only this track
    #[arg(long, value_name = "ID")]
    pub(crate) track: Option<TrackId>,
    /// Look at a moment in the past, as 2026-12-03T13:05:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<Time>,
    /// Show criteria that are met, too
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Facts {
    #[command(flatten)]
    pub(crate) release: OfRelease,
    /// The track, as ios
    #[arg(long, value_name = "ID")]
    pub(crate) track: TrackId,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Summary {
    #[command(flatten)]
    pub(crate) of: OfBuild,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// A Markdown file; `-` is standard input
    pub(crate) file: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Evidence {
    /// List every piece of evidence, the latest first
    List {
        #[command(flatten)]
        release: OfRelease,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// List the cases of a test run, as reported
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CaseOutcome {
    Passed,
    Failed,
    Errored,
    Skipped,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Print the signed head: one line to keep elsewhere
    Head {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Walk the whole chain and name the first event that does not hold
    Verify {
        /// A signed head kept elsewhere: the line itself, or a file that holds it
        #[arg(long, value_name = "LINE|FILE")]
        expect_head: Option<String>,
        /// Read every blob that events name, too
        #[arg(long)]
        with_blobs: bool,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Print an event byte for byte, for sha256sum
    Show {
        /// The event's position in the journal
        position: i64,
        /// Which part: the header, the salted payload, or both as JSON
        #[arg(long, default_value = "json")]
        part: EventPart,
    },
    /// Take the payload of an event out for ever; that it was there stays on record
    Redact {
        /// The event's position in the journal
        position: i64,
        /// What was wrong with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventPart {
    Header,
    Payload,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write, a .tar.zst
    pub(crate) file: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// A file that `seaworthy backup` wrote
    pub(crate) file: PathBuf,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Keep the demo's folder, to go on from
    #[arg(long)]
    pub(crate) keep: bool,
    /// Stop after the check, without serving pages
    #[arg(long)]
    pub(crate) once: bool,
    /// Where to serve; if that is taken, on a free port
    #[arg(long, value_name = "ADDRESS", default_value = LISTEN)]
    pub(crate) listen: SocketAddr,
    /// How long the release goes on before it comes to rest, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 240)]
    pub(crate) live: u64,
}

/// Where pages are served unless told otherwise.
const LISTEN: &str = "127.0.0.1:8420";

const SERVE: &str = "\
Until there is an account, it prints a link that makes the first one.

Examples:
  seaworthy serve
  seaworthy serve --listen 127.0.0.1:0 --log-format json
  seaworthy serve --oidc-issuer https://id.example --oidc-client-id seaworthy --oidc-role release-admins=admin
  seaworthy serve --listen 0.0.0.0:443 --origin https://ship.example --tls-certificate ship.pem --tls-key ship.key
  seaworthy serve --listen 0.0.0.0:8420 --origin https://ship.example --behind 10.0.0.7

GET /healthz says whether the journal can be read, GET /metrics what happens, for Prometheus. \
RUST_LOG=server=debug logs each answer.";

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "SEAWORTHY_LISTEN", default_value = LISTEN)]
    pub(crate) listen: SocketAddr,
    /// Let whoever uses this machine do everything, without signing in
    #[arg(long)]
    pub(crate) trust_this_machine: bool,
    #[command(flatten)]
    pub(crate) reached: Reached,
    #[command(flatten)]
    pub(crate) provided: Provided,
    /// How the log is written to standard error
    #[arg(long, value_name = "FORMAT", env = "SEAWORTHY_LOG_FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
}
