//! `seaworthy summary`: a test summary for a build.

use std::io::Read;

use server::app::evidence::{EvidenceResponse, SummarizeRequest};

use super::Outcome;
use crate::arguments::{OfBuild, Summary};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal;

pub(super) async fn run(client: &Client, summary: Summary) -> Outcome {
    let release = client.release(&summary.of.release).await?;
    let path = format!("{release}/summaries");
    let behalf = super::ask::behalf(client, &release, summary.behalf).await?;
    let mut text = String::new();
    let read = match summary.file.as_str() {
        "-" => std::io::stdin().read_to_string(&mut text),
        file => std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.map_err(|error| Failed::Input(format!("failed to read {}: {error}", summary.file)))?;
    let OfBuild { track, build, commit, .. } = summary.of;
    let request = SummarizeRequest { track, build: build.clone(), commit, text, behalf };
    let (response, json) = client.post::<EvidenceResponse>(&path, &request).await?;
    if summary.json {
        terminal::raw(&json);
        terminal::line("");
    } else if response.new {
        terminal::line(&format!(
            "Recorded the test summary of build {build} as evidence {}.",
            response.evidence
        ));
    } else {
        terminal::line(&format!("This summary is on record already, as evidence {}.", response.evidence));
    }
    Ok(Exit::Ready)
}
