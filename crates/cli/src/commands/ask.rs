//! `seaworthy ask`: ask somebody by a link, list what is asked, ask no longer.

use std::path::Path;

use domain::ask::{Standing, Wanted};
use domain::digest::Digest;
use domain::person::Meant;
use server::app::ask::{AskLine, AskRequest, AskResponse, WithdrawAskRequest};
use server::app::attachment::Uploaded;
use server::app::person::OnBehalf;

use super::Outcome;
use crate::arguments::{Ask, Behalf, OfRelease, Reached, Whom};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal::{self, DIM, pad, paint};

pub(super) async fn run(client: &Client, ask: Ask) -> Outcome {
    match ask {
        Ask::Device { of, device, whom } => {
            let wanted = Wanted::DeviceCheck { track: of.track, build: of.build, device };
            send(client, &of.release, wanted, whom).await
        }
        Ask::Summary { of, whom } => {
            let wanted = Wanted::Summary { track: of.track, build: of.build };
            send(client, &of.release, wanted, whom).await
        }
        Ask::List { release, json } => list(client, &release, json).await,
        Ask::Link { release, reached, json, ask } => {
            let path = format!("{}/asks/{ask}/link", client.release(&release).await?);
            let (asked, bytes) = client.post::<AskResponse>(&path, &serde_json::json!({})).await?;
            told(client, &asked, &bytes, json, &reached)
        }
        Ask::Withdraw { release, reason, json, ask } => {
            let path = format!("{}/asks/{ask}/withdrawal", client.release(&release).await?);
            let (_, bytes) = client.post::<serde_json::Value>(&path, &WithdrawAskRequest { reason }).await?;
            if json {
                terminal::raw(&bytes);
                terminal::line("");
            } else {
                terminal::line(&format!("Ask {ask} is withdrawn; its link opens nothing any more."));
            }
            Ok(Exit::Ready)
        }
    }
}

async fn send(client: &Client, release: &OfRelease, wanted: Wanted, whom: Whom) -> Outcome {
    let path = format!("{}/asks", client.release(release).await?);
    let of = Meant { person: None, name: whom.name, address: whom.address };
    let request = AskRequest { of, wanted, note: whom.note, until: whom.until };
    let (asked, bytes) = client.post::<AskResponse>(&path, &request).await?;
    told(client, &asked, &bytes, whom.json, &whom.reached)
}

fn told(client: &Client, asked: &AskResponse, bytes: &[u8], json: bool, reached: &Reached) -> Outcome {
    if json {
        terminal::raw(bytes);
        terminal::line("");
        return Ok(Exit::Ready);
    }
    terminal::note(&format!(
        "Ask {}: {} is asked to {}, until {:.0}. The link is shown this once; hand it to nobody else:",
        asked.ask,
        asked.of,
        asked.deed,
        asked.until.timestamp()
    ));
    if let Some(address) = &asked.mailed_to {
        terminal::note(&format!("A link of its own goes to {address} by mail, in their working hours."));
    }
    let origin = reached.origin.clone().unwrap_or_else(|| client.origin());
    terminal::line(&format!("{}{}", origin.trim_end_matches('/'), asked.link));
    Ok(Exit::Ready)
}

async fn list(client: &Client, release: &OfRelease, json: bool) -> Outcome {
    let path = format!("{}/asks", client.release(release).await?);
    let (lines, bytes) = client.all::<AskLine>(&path).await?;
    if json {
        terminal::raw(&bytes);
        terminal::line("");
        return Ok(Exit::Ready);
    }
    if lines.is_empty() {
        terminal::line("Nobody has been asked. `seaworthy ask device` and `ask summary` make a link.");
    }
    for line in &lines {
        let what = format!("{} to {}, until {:.0}", line.of, line.deed, line.until.timestamp());
        let became = match (&line.evidence, &line.reason) {
            (Some(evidence), _) => format!("  by evidence {evidence}"),
            (None, Some(reason)) => format!("  {reason}"),
            (None, None) => String::new(),
        };
        let text =
            format!("{}  {}  {what}{became}", pad(&line.ask.to_string(), 5), pad(line.standing.as_str(), 9));
        terminal::line(&if line.standing == Standing::Open { text } else { paint(DIM, &text) });
    }
    Ok(Exit::Ready)
}

/// Uploads what shows somebody else's word, and says whose it is.
pub(super) async fn behalf(
    client: &Client,
    release: &str,
    behalf: Behalf,
) -> Result<Option<OnBehalf>, Failed> {
    let Some(name) = behalf.on_behalf_of else { return Ok(None) };
    let attachment = match &behalf.attach {
        None => None,
        Some(file) => Some(attach(client, release, file).await?),
    };
    let of = Meant { person: None, name, address: behalf.address };
    Ok(Some(OnBehalf { of, source: behalf.source.unwrap_or_default(), attachment }))
}

/// Uploads a picture, and returns its digest.
pub(super) async fn attach(client: &Client, release: &str, file: &Path) -> Result<Digest, Failed> {
    let bytes = std::fs::read(file)
        .map_err(|error| Failed::Input(format!("failed to read {}: {error}", file.display())))?;
    let bytes = bytes::Bytes::from(bytes);
    let path = format!("{release}/attachments");
    let (uploaded, _) = client
        .upload::<Uploaded>(&path, "application/octet-stream", &mut || Some(bytes.clone().into()))
        .await?;
    Ok(uploaded.attachment)
}
