//! `seaworthy change`: what the release carries, what is done of it, and what was taken out.

use std::fmt::Write;

use serde::Serialize;
use server::app::contents::{ChangeLine, DescribeRequest, DescribedResponse, DoneLine, WordRequest};
use server::app::defects::BecauseRequest;
use server::app::settle::SettledResponse;

use super::Outcome;
use crate::arguments::{Add, Change, OfChange, OfRelease};
use crate::client::{Client, encoded};
use crate::exit::Exit;
use crate::terminal;

pub(super) async fn run(client: &Client, change: Change) -> Outcome {
    match change {
        Change::Add(add) => self::add(client, *add).await,
        Change::List { release, track, area, undone, taken_out, json } => {
            let track = track.as_ref().map(|track| track.as_str());
            let narrow = [
                ("track", track),
                ("area", area.as_deref()),
                ("undone", undone.then_some("true")),
                ("taken_out", taken_out.then_some("true")),
            ];
            list(client, &release, &narrow, json).await
        }
        Change::Done { of, function, notes, behalf } => {
            let release = client.release(&of.release).await?;
            let behalf = super::ask::behalf(client, &release, behalf).await?;
            let says = format!("is done, says {}", function.as_str());
            send(client, &of, "word", &WordRequest { function, done: true, notes, behalf }, &says).await
        }
        Change::Undone { of, function, notes, behalf } => {
            let release = client.release(&of.release).await?;
            let behalf = super::ask::behalf(client, &release, behalf).await?;
            let says = format!("is not done after all, says {}", function.as_str());
            let request = WordRequest { function, done: false, notes: Some(notes), behalf };
            send(client, &of, "word", &request, &says).await
        }
        Change::TakeOut { of, reason } => {
            send(client, &of, "removal", &BecauseRequest { reason }, "is taken out").await
        }
        Change::PutBack { of, reason } => {
            send(client, &of, "return", &BecauseRequest { reason }, "is in again").await
        }
    }
}

async fn send(client: &Client, of: &OfChange, below: &str, request: &impl Serialize, says: &str) -> Outcome {
    let release = client.release(&of.release).await?;
    let path = format!("{release}/contents/{}/{below}", encoded(of.change.as_str()));
    let (settled, json) = client.post::<SettledResponse>(&path, request).await?;
    super::told(of.json, &json, &format!("{} {says}{}.", of.change, super::already(settled)));
    Ok(Exit::Ready)
}

async fn add(client: &Client, add: Add) -> Outcome {
    let path = format!("{}/contents", client.release(&add.release).await?);
    let request = DescribeRequest {
        key: add.key,
        title: add.title,
        intent: add.intent,
        priority: add.priority,
        areas: add.areas,
        tracks: add.tracks,
        url: add.url,
        reason: add.reason,
    };
    let (described, json) = client.post::<DescribedResponse>(&path, &request).await?;
    let how = if described.new { "is on record" } else { "was on record already" };
    super::told(add.json, &json, &format!("{} {how}.", described.change));
    Ok(Exit::Ready)
}

async fn list(client: &Client, release: &OfRelease, narrow: &[(&str, Option<&str>)], json: bool) -> Outcome {
    let mut path = format!("{}/contents?", client.release(release).await?);
    for (name, value) in narrow {
        if let Some(value) = value {
            let _ = write!(path, "{name}={}&", encoded(value));
        }
    }
    let (lines, bytes) = client.all::<ChangeLine>(path.trim_end_matches(['?', '&'])).await?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if lines.is_empty() {
        terminal::line(
            "No change fits. `seaworthy change add` adds one; `seaworthy list whole` says that there is none.",
        );
    }
    let done = |line: &DoneLine| {
        let function = line.function.as_str();
        if line.done { format!("{function} done") } else { format!("{function} –") }
    };
    let rows = lines.iter().map(|line| {
        let tracks: Vec<&str> = line.description.tracks.iter().map(|track| track.as_str()).collect();
        [
            line.change.to_string(),
            line.description.priority.map_or("", |priority| priority.as_str()).to_owned(),
            line.done.iter().map(done).collect::<Vec<_>>().join(", "),
            if tracks.is_empty() { "every track".to_owned() } else { tracks.join(", ") },
            line.description.title.clone(),
            line.taken_out.as_ref().map(|why| format!("taken out: {why}")).unwrap_or_default(),
        ]
    });
    terminal::columns(rows.collect());
    Ok(Exit::Ready)
}
