//! `seaworthy know`: what we know of a release, what we don't, and what it could mean for users.

use domain::knowledge::Line;
use server::app::knowledge::{Assessed, KnowledgeResponse};

use super::Outcome;
use super::check::moment;
use crate::arguments::Know;
use crate::client::{Client, encoded};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, beside, paint};

pub(super) async fn run(client: &Client, know: &Know) -> Outcome {
    let mut path = format!("{}/knowledge?", client.release(&know.release).await?);
    if let Some(track) = &know.track {
        path.push_str(&format!("track={track}&"));
    }
    if let Some(as_of) = know.as_of {
        path.push_str(&format!("as_of={}", encoded(&as_of.to_string())));
    }
    let (response, json) = client.get::<KnowledgeResponse>(&path).await?;
    if know.json {
        terminal::answer(&json);
    } else {
        show(&response);
    }
    Ok(Exit::Ready)
}

fn show(response: &KnowledgeResponse) {
    let release = response.release.split_once('/').map_or(response.release.as_str(), |(_, name)| name);
    terminal::line(&format!(
        "{} · as of {}",
        paint(BOLD, &format!("{} {release}", response.product)),
        moment(response.at, &response.zone)
    ));
    for assessed in &response.assessed {
        terminal::line(&told(assessed));
    }
    let knowledge = &response.knowledge;
    for (head, lines, empty) in [
        ("What we know", &knowledge.know, "Nothing yet. Evidence brings knowledge: ingest a test run."),
        ("What we don’t know", &knowledge.unknown, "Nothing that was agreed to be known is unknown."),
        (
            "What it could mean for users",
            &knowledge.means,
            "Nothing that is known would reach users as a fault.",
        ),
    ] {
        terminal::line("");
        terminal::line(&paint(BOLD, head));
        if lines.is_empty() {
            terminal::line(&paint(DIM, &format!("  {empty}")));
        }
        lines.iter().for_each(tell);
    }
}

fn told(assessed: &Assessed) -> String {
    let of = &assessed.assessment;
    let since = match of.since.len() as i64 {
        0 => String::new(),
        since => format!("; {} since", domain::words::count(since, "correction", "corrections")),
    };
    format!(
        "{}: assessed as {}, {} % sure, by {}{since}",
        assessed.name,
        of.recommendation.label(),
        of.confidence,
        of.by
    )
}

fn tell(line: &Line) {
    for line in beside("  – ", 4, std::slice::from_ref(&line.text), terminal::width()) {
        terminal::line(&line);
    }
}
