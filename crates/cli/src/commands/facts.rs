//! `seaworthy facts`: what a criterion can see.

use server::app::facts::FactLine;

use super::Outcome;
use crate::arguments::Facts;
use crate::client::Client;
use crate::exit::Exit;
use crate::terminal::{self, DIM, pad, paint};

pub(super) async fn run(client: &Client, facts: &Facts) -> Outcome {
    let path = format!("{}/facts?track={}", client.release(&facts.release).await?, facts.track);
    let (lines, json) = client.get::<Vec<FactLine>>(&path).await?;
    if facts.json {
        terminal::raw(&json);
        terminal::line("");
        return Ok(Exit::Ready);
    }
    let width = lines.iter().map(|line| line.fact.len()).max().unwrap_or(0);
    for line in &lines {
        let value = match (&line.missing, &line.value) {
            (Some(why), _) => format!("{} {}", paint(DIM, "missing:"), paint(DIM, why)),
            (None, serde_json::Value::Array(items)) => {
                domain::words::count(items.len() as i64, "entry", "entries")
            }
            (None, value) => value.to_string(),
        };
        terminal::line(&format!("{}  {value}", pad(&line.fact, width)));
        terminal::line(&paint(DIM, &format!("{}  {}: {}", " ".repeat(width), line.of, line.doc)));
    }
    Ok(Exit::Ready)
}
