//! `seaworthy demo`: a made-up product in the middle of a release, brought about by the real commands.
//!
//! Invariant: what the demo shows is what the commands answer; nothing in it is drawn by hand.

mod product;
mod reports;

use clap::Parser;

use super::{Outcome, one};
use crate::arguments::{Arguments, Command, Demo, Place};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, paint};

/// The commands, in the order in which a team would have given them.
const SCRIPT: &[(&str, &[&str])] = &[
    (
        "QA describes the product, its criteria and its release.",
        &["apply seaworthy.toml --reason 'agreed at kick-off'"],
    ),
    (
        "iOS: everything ran on the candidate, and passed.",
        &[
            "ingest --release 2026.12 --track ios --build 514 --kind smoke reports/ios/smoke-514.xml",
            "ingest --release 2026.12 --track ios --build 514 --kind regression --complete reports/ios/regression-514.xml",
            "ingest --release 2026.12 --track ios --build 514 --kind performance reports/ios/performance-514.xml",
            "ingest --release 2026.12 --track ios --build 514 --kind platform --device 'iPhone 15 / iOS 18' reports/ios/iphone-15.xml",
            "ingest --release 2026.12 --track ios --build 514 --kind platform --device 'iPhone SE / iOS 17' reports/ios/iphone-se.xml",
            "attest --release 2026.12 --track ios --build 514 --device 'iPad Air / iPadOS 18' --result passed",
            "summary --release 2026.12 --track ios --build 514 summaries/ios.md",
        ],
    ),
    (
        "Android: two cases fail, and most of Checkout never ran.",
        &[
            "ingest --release 2026.12 --track android --build 40518 --kind smoke reports/android/smoke",
            "ingest --release 2026.12 --track android --build 40518 --kind regression --run nightly-4411 reports/android/regression",
            "ingest --release 2026.12 --track android --build 40518 --kind performance reports/android/performance.xml",
            "attest --release 2026.12 --track android --build 40518 --device 'Pixel 8 / Android 15' --result passed",
            "attest --release 2026.12 --track android --build 40518 --device 'Galaxy A15 / Android 14' --result passed",
            "summary --release 2026.12 --track android --build 40518 summaries/android.md",
        ],
    ),
    (
        "watchOS: smoke passed on 512, and then the candidate became 514.",
        &[
            "ingest --release 2026.12 --track watchos --build 512 --kind smoke reports/watchos/smoke-512.xml",
            "ingest --release 2026.12 --track watchos --build 514 --kind regression --complete reports/watchos/regression-514.xml",
            "attest --release 2026.12 --track watchos --build 514 --device 'Apple Watch SE / watchOS 11' --result passed",
            "summary --release 2026.12 --track watchos --build 514 summaries/watchos.md",
        ],
    ),
    (
        "Wear OS: the runs are in, but no watch has been touched.",
        &[
            "ingest --release 2026.12 --track wearos --build 90217 --kind smoke reports/wearos/smoke",
            "ingest --release 2026.12 --track wearos --build 90217 --kind regression --complete reports/wearos/regression",
            "summary --release 2026.12 --track wearos --build 90217 summaries/wearos.md",
        ],
    ),
    ("So, is this release fit to ship?", &["check --release 2026.12"]),
];

pub(super) async fn run(demo: &Demo) -> Outcome {
    let folder = tempfile::Builder::new().prefix("seaworthy-demo-").tempdir().map_err(|error| {
        Failed::Inside(anyhow::Error::new(error).context("failed to make a temporary folder"))
    })?;
    product::write(folder.path())
        .map_err(|error| anyhow::Error::new(error).context("failed to write the demo's files"))?;
    // The commands name their files as somebody in the product's folder would.
    std::env::set_current_dir(folder.path()).map_err(anyhow::Error::new)?;
    let place = Place { data: Some(folder.path().join("data")), database_url: None, blobs: None };
    let client = Client::open(&place).await?;
    let outcome = play(&client).await;
    client.app.finish().await;
    outcome?;
    terminal::line("");
    if demo.keep {
        let kept = folder.keep();
        terminal::line(&format!("Kept in {}. Go on from there:", kept.display()));
        terminal::line(&format!("  cd {} && export SEAWORTHY_DATA=$PWD/data", kept.display()));
        terminal::line("  seaworthy check --release 2026.12 --verbose");
    } else {
        terminal::line(&paint(
            DIM,
            "The product is made up, and its temporary folder is gone; `--keep` keeps it.",
        ));
        terminal::line(&paint(DIM, "For your own, go to its folder and begin with `seaworthy init`."));
    }
    Ok(Exit::Ready)
}

async fn play(client: &Client) -> Result<(), Failed> {
    for (scene, commands) in SCRIPT {
        terminal::line("");
        terminal::line(&paint(BOLD, &format!("# {scene}")));
        for command in *commands {
            let command = format!("seaworthy {command}");
            terminal::line(&paint(DIM, &format!("$ {command}")));
            let arguments = shlex::split(&command).unwrap_or_default();
            let arguments =
                Arguments::try_parse_from(arguments).map_err(|error| Failed::Inside(error.into()))?;
            let is_check = matches!(arguments.command, Command::Check(_));
            if is_check {
                terminal::line("");
            }
            // A check's exit code is its answer, and the demo goes on.
            one(client, arguments.command).await?;
        }
    }
    Ok(())
}
