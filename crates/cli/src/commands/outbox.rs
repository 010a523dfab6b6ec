//! `seaworthy outbox`: what people are told, and what does not get out.

use server::app::outbox::{DropRequest, OutboxLine};

use super::Outcome;
use crate::arguments::Outbox;
use crate::client::{Client, encoded};
use crate::exit::Exit;
use crate::terminal;

const OUTBOX: &str = "/api/v1/outbox";

pub(super) async fn run(client: &Client, outbox: Outbox) -> Outcome {
    match outbox {
        Outbox::List { state, json } => {
            let narrow = state.map_or_else(|| "?".to_owned(), |state| format!("?state={}&", state.as_str()));
            list(client, &format!("{OUTBOX}{narrow}limit=500"), json).await
        }
        Outbox::Retry { json, id } => {
            let path = format!("{OUTBOX}/{}/retry", encoded(&id));
            let (_, bytes) = client.post::<serde_json::Value>(&path, &serde_json::json!({})).await?;
            super::told(json, &bytes, "It waits to go out, with the next digest or as soon as it may.");
            Ok(Exit::Ready)
        }
        Outbox::Drop { reason, json, id } => {
            let path = format!("{OUTBOX}/{}/drop", encoded(&id));
            let (_, bytes) = client.post::<serde_json::Value>(&path, &DropRequest { reason }).await?;
            super::told(json, &bytes, "Dropped. The reason stays beside it.");
            Ok(Exit::Ready)
        }
    }
}

async fn list(client: &Client, path: &str, json: bool) -> Outcome {
    let (lines, bytes) = client.all::<OutboxLine>(path).await?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if lines.is_empty() {
        terminal::line(
            "No message fits. People are told when something is asked of them, and what became of what they asked.",
        );
    }
    let rows = lines.iter().map(|line| {
        let why = line.error.clone().or_else(|| line.reason.clone());
        [
            line.id.clone(),
            line.state.as_str().to_owned(),
            line.to.clone(),
            line.release.clone().unwrap_or_default(),
            line.tells.clone().unwrap_or_else(|| "it has passed".to_owned()),
            why.unwrap_or_default(),
        ]
    });
    terminal::columns(rows.collect());
    Ok(Exit::Ready)
}
