//! `seaworthy changes`: what turned since a moment or an event, and what happened in between.

use server::app::changes::{ChangesResponse, HappenedLine, TurnedLine};

use super::Outcome;
use super::check::moment;
use crate::arguments::Changes;
use crate::client::{Client, encoded};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, beside, paint};

pub(super) async fn run(client: &Client, changes: &Changes) -> Outcome {
    let path =
        format!("{}/changes?since={}", client.release(&changes.release).await?, encoded(&changes.since));
    let (response, json) = client.get::<ChangesResponse>(&path).await?;
    if changes.json {
        terminal::answer(&json);
    } else {
        show(&response);
    }
    Ok(Exit::Ready)
}

fn show(response: &ChangesResponse) {
    let release = response.release.split_once('/').map_or(response.release.as_str(), |(_, name)| name);
    terminal::line(&format!(
        "{} · since {}",
        paint(BOLD, &format!("{} {release}", response.product)),
        moment(response.since, &response.zone)
    ));
    if !response.existed {
        terminal::line("The release did not exist then: all of it is new.");
    }
    terminal::line("");
    if response.turned.is_empty() {
        terminal::line("No verdict turned.");
    }
    for turned in &response.turned {
        show_turned(turned);
    }
    if !response.happened.is_empty() {
        terminal::line("");
    }
    for happened in &response.happened {
        show_happened(happened);
    }
    terminal::line("");
    let events = domain::words::count(response.happened.len() as i64, "event", "events");
    terminal::line(&paint(DIM, &format!("{events}, up to position {}", response.position)));
}

fn show_turned(turned: &TurnedLine) {
    let title = turned.title.as_deref().map(|title| format!(" · {title}")).unwrap_or_default();
    let before = turned.before.as_deref().map_or_else(|| "new".to_owned(), str::to_owned);
    let left = format!("{}{title}  ", turned.name);
    let mut right = vec![format!("{before} → {}", turned.now)];
    right.extend(turned.reasons.iter().take(1).cloned());
    let room = textwrap::core::display_width(&left);
    for line in beside(&left, room, &right, terminal::width()) {
        terminal::line(&line);
    }
}

fn show_happened(happened: &HappenedLine) {
    let detail = happened.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
    let left = format!("{:>6}  {:.0}  ", happened.position, happened.at.timestamp());
    let right = vec![format!("{} {}{detail}", happened.by, happened.sentence)];
    for line in beside(&paint(DIM, &left), left.chars().count(), &right, terminal::width()) {
        terminal::line(&line);
    }
}
