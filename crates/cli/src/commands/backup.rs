//! `seaworthy backup` and `seaworthy restore`.

use server::app::backup::BackupReport;

use super::Outcome;
use crate::arguments::{Backup, Restore};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal;

pub(super) async fn backup(client: &Client, backup: &Backup) -> Outcome {
    if backup.file.exists() && !backup.force {
        let path = backup.file.display();
        return Err(Failed::Input(format!(
            "{path} is there already. Name another file, or replace it with --force."
        )));
    }
    let report = client.app()?.backup(&backup.file).await?;
    tell(&report, backup.json, &format!("Backed up to {}, read back and verified", backup.file.display()))
}

pub(super) async fn restore(client: &Client, restore: &Restore) -> Outcome {
    let report = client.app()?.restore(&restore.file).await?;
    tell(&report, restore.json, &format!("Restored from {} and verified", restore.file.display()))
}

fn tell(report: &BackupReport, json: bool, what: &str) -> Outcome {
    if json {
        let line = serde_json::to_string(report).map_err(|error| Failed::Inside(error.into()))?;
        terminal::line(&line);
        return Ok(Exit::Ready);
    }
    let events = domain::words::count(report.position.0, "event", "events");
    let blobs = domain::words::count(report.blobs as i64, "blob", "blobs");
    terminal::line(&format!("{what}: {events} and {blobs}."));
    Ok(Exit::Ready)
}
