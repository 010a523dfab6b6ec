//! The journal, and what is kept of it elsewhere.
//!
//! Invariant: nothing here changes an event.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::examples;

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Print the signed head: one line to keep elsewhere
    #[command(after_help = examples::HEAD)]
    Head {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Walk the whole chain and name the first event that does not hold
    #[command(after_help = examples::VERIFY)]
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
    /// List events, the oldest first
    #[command(after_help = examples::EVENTS)]
    Events {
        /// Only those of this release, as 2026.12 or tidewatch/2026.12
        #[arg(long, value_name = "NAME")]
        release: Option<String>,
        /// Only those after this position, to go on from there
        #[arg(long, value_name = "POSITION", default_value_t = 0)]
        after: i64,
        /// Answer in JSON, a line an event
        #[arg(long)]
        json: bool,
    },
    /// Print an event byte for byte, for sha256sum
    #[command(after_help = examples::SHOW)]
    Show {
        /// The event's position in the journal
        position: i64,
        /// Which part: the header, the salted payload, or both as JSON
        #[arg(long, default_value = "json")]
        part: EventPart,
        /// Answer in JSON, which is the default
        #[arg(long, conflicts_with = "part")]
        json: bool,
    },
    /// Take the payload of an event out for ever; that it was there stays on record
    #[command(after_help = examples::REDACT)]
    Redact {
        /// The event's position in the journal
        position: i64,
        /// What was wrong with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
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
