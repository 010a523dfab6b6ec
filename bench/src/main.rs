//! Benchmarks: each measures Seaworthy beside a peer, in the same run, and prints the ratio.
//!
//! Invariant: nothing that makes the product safe is turned off to be measured, and a peer that is missing is an
//! error, never a figure.

mod asker;
mod check;
mod figures;
mod flood;
mod ingest;
mod inputs;
mod limits;
mod memory;
mod page;
mod place;
mod replay;
mod verdict;
mod writers;

use clap::{Parser, Subcommand};

/// Measures Seaworthy beside its peers; see bench/README.md.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    place: place::Place,
    /// How often each side is measured; medians are reported
    #[arg(long, global = true, default_value_t = 5)]
    runs: usize,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Ingest of 500,000 cases, beside junitparser
    Ingest,
    /// Peak memory of an ingest, for few and many reports and a large one
    Memory,
    /// Check of a release with 1,000,000 cases on 4 tracks
    Check,
    /// Replay of 1,000,000 events from SQLite, and the fold alone
    Replay,
    /// The verdict of a track with 2,000 defects, 300 changes and 25 criteria, beside the CEL library
    Verdict,
    /// 50 concurrent durable writers, beside one commit for each fsync
    Writers {
        /// Measure on this PostgreSQL database as well; it may be thrown away
        #[arg(long, env = "SEAWORTHY_BENCH_POSTGRES", hide_env_values = true, value_name = "URL")]
        postgres: Option<String>,
    },
    /// The release page for each request, beside a bare route; starting and resting
    Page,
    /// A signed-in reader's pages under 1,000 tries to sign in a second, and how many of those are looked at
    Flood,
    /// A bare route, for a peer
    #[command(hide = true)]
    Bare {
        #[arg(long)]
        bytes: usize,
    },
    /// What this machine can do: parsing, hashing, compressing, syncing
    Limits,
}

fn main() -> anyhow::Result<()> {
    let Arguments { place, runs, what } = Arguments::parse();
    match what {
        What::Ingest => ingest::run(&place, runs),
        What::Memory => memory::run(&place),
        What::Check => check::run(&place, runs),
        What::Replay => replay::run(&place, runs),
        What::Verdict => verdict::run(runs),
        What::Writers { postgres } => writers::run(&place, runs, postgres),
        What::Page => page::run(&place, runs),
        What::Flood => flood::run(&place, runs),
        What::Bare { bytes } => page::bare(bytes),
        What::Limits => limits::run(&place, runs),
    }
}
