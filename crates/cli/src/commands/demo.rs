//! `seaworthy demo`: a made-up product in the middle of a release, brought about by the real commands, and served.
//!
//! Invariant: what the demo shows is what the commands answer; nothing in it is drawn by hand.

mod product;
mod reports;
mod script;

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use clap::{ArgMatches, Parser};
use domain::calendar::{Day, day::zone};
use server::app::definition::DefinitionResponse;
use server::app::waiver::WaiverLine;
use server::clock::Clock;
use server::config::{LocalActor, Settings};
use server::door::Access;
use tokio_util::sync::CancellationToken;

use super::serve::{bind_near, until_told};
use super::{Outcome, one, refuse_server};
use crate::arguments::{Arguments, Command, Demo};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, paint};
use script::{AFTERWARDS, BEFORE, MEMBERS, Scene};

const HOUR: i64 = 3_600_000_000;
/// What stands for a moment in two weeks, for what is in force, and for the waiver that was asked for last.
const FORTNIGHT: &str = "{in 14 days}";
/// Stands for a moment of the same day.
const LATER: &str = "{in 5 hours}";
const RULING: &str = "{ruling}";
const WAIVER: &str = "{waiver}";

/// How far the demo's clock is from the system's, in microseconds: it tells of three days in a second.
static MOVED: AtomicI64 = AtomicI64::new(0);

pub(super) async fn run(demo: &Demo, matches: &ArgMatches) -> Outcome {
    refuse_server(matches)?;
    let folder = tempfile::Builder::new().prefix("seaworthy-demo-").tempdir().map_err(|error| {
        Failed::Inside(anyhow::Error::new(error).context("failed to make a temporary folder"))
    })?;
    product::write(folder.path(), today())
        .map_err(|error| anyhow::Error::new(error).context("failed to write the demo's files"))?;
    // The commands name their files as somebody in the product's folder would.
    std::env::set_current_dir(folder.path()).map_err(anyhow::Error::new)?;
    let settings = Settings::new(Some(folder.path().join("data")), None, None);
    let client = Client::of(Settings { clock: Clock::Moved(&MOVED), ..settings }).await?;
    let outcome = go(&client, demo, folder.path()).await;
    client.finish().await;
    outcome?;
    terminal::line("");
    if demo.keep {
        let kept = folder.keep();
        terminal::line(&format!("Kept in {}. Go on from there:", kept.display()));
        terminal::line(&format!("  cd {} && export SEAWORTHY_DATA=$PWD/data", kept.display()));
        terminal::line("  seaworthy serve");
    } else {
        terminal::line(&paint(
            DIM,
            "The product is made up, and its temporary folder is gone; `--keep` keeps it.",
        ));
        terminal::line(&paint(DIM, "For your own, go to its folder and begin with `seaworthy init`."));
    }
    Ok(Exit::Ready)
}

async fn go(client: &Client, demo: &Demo, folder: &Path) -> Result<(), Failed> {
    for scene in BEFORE {
        MOVED.store(-scene.at * HOUR, Ordering::Relaxed);
        play(client, scene).await?;
    }
    MOVED.store(0, Ordering::Relaxed);
    if demo.once {
        return Ok(());
    }
    let stop = until_told();
    let app = client.app()?;
    for member in MEMBERS {
        app.demo_member(&login(member.name), member.name, member.role, &[member.function]).await?;
    }
    let server = bind_near(app, Access::Demo, demo.listen).await?;
    terminal::line("");
    terminal::line(&paint(BOLD, &format!("Seaworthy is at http://{}", server.address())));
    terminal::note(&format!(
        "Open it, be anyone of the team with one click, and watch: the release goes on for about {}. Ctrl-C stops it.",
        domain::words::span(demo.live as i64 * 1_000_000)
    ));
    let living = live(client, demo.live, folder, stop.clone());
    let (served, lived) = tokio::join!(server.run(stop.clone()), living);
    served?;
    lived
}

/// Goes on with the release, scene by scene, until it comes to rest or is stopped.
async fn live(client: &Client, seconds: u64, folder: &Path, stop: CancellationToken) -> Result<(), Failed> {
    let pause = Duration::from_millis(seconds * 1000 / (AFTERWARDS.len() as u64 + 1));
    for scene in AFTERWARDS {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
        if let Some(candidate) = scene.candidate {
            product::nominate(folder, candidate).map_err(anyhow::Error::new)?;
        }
        if let Err(failed) = play(client, scene).await {
            stop.cancel();
            return Err(failed);
        }
    }
    terminal::note("The release has come to rest. The pages go on; Ctrl-C stops them.");
    Ok(())
}

async fn play(client: &Client, scene: &Scene) -> Result<(), Failed> {
    if !scene.says.is_empty() {
        terminal::line("");
        terminal::line(&paint(BOLD, &format!("# {}", scene.says)));
    }
    let actor = LocalActor { login: login(scene.by), name: scene.by.to_owned() };
    let client = client.acting_as(actor)?;
    for command in scene.commands {
        let command = format!("seaworthy {}", filled(&client, command).await?);
        terminal::line(&paint(DIM, &format!("$ {command}")));
        let arguments = shlex::split(&command).unwrap_or_default();
        let arguments = Arguments::try_parse_from(arguments).map_err(|error| Failed::Inside(error.into()))?;
        if matches!(arguments.command, Command::Check(_)) {
            terminal::line("");
        }
        // A check's exit code is its answer, and the demo goes on.
        one(&client, arguments.command).await?;
    }
    Ok(())
}

/// Puts a moment that is still to come, and the waiver that was asked for last, into a command.
async fn filled(client: &Client, command: &str) -> Result<String, Failed> {
    let mut command = product::dated(command, today());
    for (name, hours) in [(FORTNIGHT, 14 * 24), (LATER, 5)] {
        let then = Clock::Moved(&MOVED).now().plus_micros(hours * HOUR).timestamp();
        command = command.replace(name, &format!("{then:.0}"));
    }
    if command.contains(RULING) {
        let path = "/api/v1/releases/tidewatch/2026.12/definition";
        let (definition, _) = client.get::<DefinitionResponse>(path).await?;
        let position = definition.ruling.map(|ruling| ruling.line.position.to_string()).unwrap_or_default();
        command = command.replace(RULING, &position);
    }
    if command.contains(WAIVER) {
        let path = "/api/v1/releases/tidewatch/2026.12/waivers";
        let (waivers, _) = client.all::<WaiverLine>(path).await?;
        let last = waivers.first().map(|line| line.waiver.to_string()).unwrap_or_default();
        command = command.replace(WAIVER, &last);
    }
    Ok(command)
}

/// Returns the day that whoever looks at the demo has, where its product is.
fn today() -> Day {
    let moved = MOVED.load(Ordering::Relaxed);
    Day::of(Clock::Moved(&MOVED).now().plus_micros(-moved), &zone("Europe/Berlin"))
}

/// Returns the login of somebody in the demo.
fn login(name: &str) -> String {
    let first = name.split_whitespace().next().unwrap_or(name).to_lowercase();
    format!("{first}@tidewatch.example")
}
