//! `seaworthy journal`: head, verify, events, show, redact.

use domain::envelope::Position;
use serde_json::value::RawValue;
use server::api::Page;
use server::app::events::EventLine;
use server::app::ledger::{HeadResponse, StoredEventResponse, VerifyRequest, VerifyResponse};

use super::Outcome;
use crate::arguments::{EventPart, Journal, OfRelease};
use crate::client::{Client, Failed, encoded};
use crate::exit::Exit;
use crate::terminal;

pub(super) async fn run(client: &Client, journal: Journal) -> Outcome {
    match journal {
        Journal::Head { json } => {
            let (head, bytes) = client.get::<HeadResponse>("/api/v1/journal/head").await?;
            match (json, head.signed) {
                (true, _) => terminal::line(&String::from_utf8_lossy(&bytes)),
                (false, Some(line)) => terminal::line(&line),
                (false, None) => terminal::complain("The journal is empty: there is nothing to sign yet."),
            }
            Ok(Exit::Ready)
        }
        Journal::Verify { expect_head, with_blobs, json } => {
            verify(client, expect_head, with_blobs, json).await
        }
        Journal::Events { release, after, json } => events(client, release, after, json).await,
        Journal::Show { position, part, json: _ } => show(client, position, part).await,
        Journal::Redact { position, reason, json } => {
            let record = client.app()?.redact(Position(position), &reason).await?;
            if json {
                terminal::line(&serde_json::json!({ "position": position, "record": record }).to_string());
            } else {
                terminal::line(&format!(
                    "Event {position} is redacted; event {record} records it. The chain still holds."
                ));
            }
            Ok(Exit::Ready)
        }
    }
}

/// Lists events page by page, however many there are.
async fn events(client: &Client, release: Option<String>, after: i64, json: bool) -> Outcome {
    let stream = match release {
        Some(release) => {
            let path = client.release(&OfRelease { release }).await?;
            let of = path.strip_prefix("/api/v1/releases/").unwrap_or(&path);
            format!("&stream={}", encoded(&format!("release/{of}")))
        }
        None => String::new(),
    };
    let mut after = if after > 0 { format!("&after={after}") } else { String::new() };
    loop {
        let path = format!("/api/v1/journal/events?limit=500{after}{stream}");
        let (page, bytes) = client.get::<Page<EventLine>>(&path).await?;
        if json {
            let as_sent: Page<Box<RawValue>> = serde_json::from_slice(&bytes).map_err(anyhow::Error::from)?;
            for event in &as_sent.items {
                terminal::answer(event.get().as_bytes());
            }
        } else {
            for EventLine { position, recorded_at, kind, stream, .. } in &page.items {
                let at = recorded_at.timestamp();
                terminal::line(&format!("{:>6}  {at:.0}  {kind:24}  {stream}", position.0));
            }
        }
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(Exit::Ready),
        }
    }
}

async fn verify(client: &Client, expect_head: Option<String>, blobs: bool, json: bool) -> Outcome {
    let expect_head = match expect_head {
        Some(line) if line.trim_start().starts_with("seaworthy-head ") => Some(line),
        Some(file) => Some(std::fs::read_to_string(&file).map_err(|error| {
            Failed::Input(format!("{file} is no signed head, and no file with one: {error}"))
        })?),
        None => None,
    };
    let request = VerifyRequest { expect_head, blobs };
    let (found, bytes) = client.post::<VerifyResponse>("/api/v1/journal/verify", &request).await?;
    let exit = if found.holds { Exit::Ready } else { Exit::BadInput };
    if json {
        terminal::raw(&bytes);
        terminal::line("");
        return Ok(exit);
    }
    for redacted in &found.redacted {
        terminal::line(redacted);
    }
    if let Some(note) = &found.note {
        terminal::complain(note);
    }
    for blob in &found.blobs {
        terminal::complain(blob);
    }
    match &found.broken {
        None if !found.blobs.is_empty() => {
            terminal::complain(
                "The events hold, but blobs that they name do not. Restore those from a backup.",
            );
        }
        Some(broken) => terminal::complain(&format!("The journal does not hold: {broken}.")),
        None => {
            let events = domain::words::count(found.events as i64, "event", "events");
            terminal::line(&format!("The journal holds: {events}, the last at position {}.", found.position));
        }
    }
    Ok(exit)
}

async fn show(client: &Client, position: i64, part: EventPart) -> Outcome {
    let path = format!("/api/v1/journal/events/{position}");
    let (event, json) = client.get::<StoredEventResponse>(&path).await?;
    match part {
        EventPart::Json => {
            terminal::raw(&json);
            terminal::line("");
        }
        EventPart::Header => terminal::raw(event.header.as_bytes()),
        EventPart::Payload => {
            let (Some(salt), Some(payload)) = (event.salt, event.payload) else {
                return Err(Failed::Input(format!("The payload of event {position} was redacted.")));
            };
            let mut bytes = unhex(&salt);
            bytes.extend_from_slice(payload.as_bytes());
            terminal::raw(&bytes);
        }
    }
    Ok(Exit::Ready)
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}
