//! `seaworthy risk` and `seaworthy list`: what could go wrong, and the word that a list is whole.

use domain::person::Meant;
use server::app::risks::{CloseRequest, RiskLine, RiskRequest, WholeRequest};
use server::app::settle::SettledResponse;

use super::Outcome;
use crate::arguments::{Described, List, OfRelease, Risk};
use crate::client::{Client, encoded};
use crate::exit::Exit;
use crate::terminal;

pub(super) async fn run(client: &Client, risk: Risk) -> Outcome {
    match risk {
        Risk::Note(described) => {
            let path = format!("{}/risks", client.release(&described.release).await?);
            let json = described.json;
            let (settled, bytes) = client.post::<SettledResponse>(&path, &request(*described)).await?;
            let how = if settled.new { "is noted" } else { "was noted already" };
            super::told(json, &bytes, &format!("Risk {} {how}.", settled.position));
            Ok(Exit::Ready)
        }
        Risk::Revise { described, risk } => {
            let path = format!("{}/risks/{risk}", client.release(&described.release).await?);
            let json = described.json;
            let (settled, bytes) = client.post::<SettledResponse>(&path, &request(*described)).await?;
            super::told(json, &bytes, &format!("Risk {risk} is revised{}.", super::already(settled)));
            Ok(Exit::Ready)
        }
        Risk::Close { release, happened, outcome, json, risk } => {
            let path = format!("{}/risks/{risk}/closing", client.release(&release).await?);
            let request = CloseRequest { happened, outcome };
            let (settled, bytes) = client.post::<SettledResponse>(&path, &request).await?;
            super::told(json, &bytes, &format!("Risk {risk} is closed{}.", super::already(settled)));
            Ok(Exit::Ready)
        }
        Risk::List { release, track, closed, json } => {
            let track = track.map(|track| format!("&track={}", encoded(track.as_str()))).unwrap_or_default();
            list(client, &release, &format!("closed={closed}{track}"), json).await
        }
    }
}

fn request(described: Described) -> RiskRequest {
    RiskRequest {
        title: described.title,
        likelihood: described.likelihood,
        effect: described.effect,
        mitigation: described.mitigation,
        tracks: described.tracks,
        areas: described.areas,
        owner: Meant { person: None, name: described.owner, address: described.address },
    }
}

async fn list(client: &Client, release: &OfRelease, narrow: &str, json: bool) -> Outcome {
    let path = format!("{}/risks?{narrow}", client.release(release).await?);
    let (mut lines, bytes) = client.all::<RiskLine>(&path).await?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if lines.is_empty() {
        terminal::line("No risk fits. `seaworthy risk note` notes what could go wrong for users.");
    }
    lines.sort_by_key(|line| (line.likelihood, line.risk));
    let rows = lines.iter().map(|line| {
        let outcome = line.closed.as_ref().map(|end| {
            let came = if end.happened { "it happened" } else { "it did not happen" };
            format!("{came}: {}", end.outcome)
        });
        [
            line.risk.to_string(),
            line.likelihood.as_str().to_owned(),
            line.owner.clone(),
            line.title.clone(),
            line.effect.clone(),
            outcome.unwrap_or_else(|| format!("against it: {}", line.mitigation)),
        ]
    });
    terminal::columns(rows.collect());
    Ok(Exit::Ready)
}

/// Says that a list is whole.
pub(super) async fn whole(client: &Client, list: List) -> Outcome {
    let List::Whole { release, note, json, list } = list;
    let path = format!("{}/lists", client.release(&release).await?);
    let (settled, bytes) = client.post::<SettledResponse>(&path, &WholeRequest { list, note }).await?;
    let says = format!(
        "The list of {} is whole as of now; `seaworthy evidence withdraw … {}` takes that back.",
        list.as_str(),
        settled.position
    );
    super::told(json, &bytes, &says);
    Ok(Exit::Ready)
}
