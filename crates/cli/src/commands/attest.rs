//! `seaworthy attest`: a check by hand.

use domain::evidence::AttestedResult;
use server::app::evidence::{AttestRequest, EvidenceResponse};

use super::Outcome;
use crate::arguments::{Attest, DeviceResult, OfBuild};
use crate::client::Client;
use crate::exit::Exit;
use crate::terminal;

pub(super) async fn run(client: &Client, attest: Attest) -> Outcome {
    let release = client.release(&attest.of.release).await?;
    let path = format!("{release}/attestations");
    let behalf = super::ask::behalf(client, &release, attest.behalf).await?;
    let what = format!("{} on build {}", attest.device, attest.of.build);
    let result = match attest.result {
        DeviceResult::Passed => AttestedResult::Passed,
        DeviceResult::Failed => AttestedResult::Failed,
    };
    let OfBuild { track, build, commit, .. } = attest.of;
    let (device, notes) = (attest.device, attest.notes);
    let mut photos = Vec::with_capacity(attest.photos.len());
    for file in &attest.photos {
        photos.push(super::ask::attach(client, &release, file).await?);
    }
    let request = AttestRequest { track, build, commit, device, result, notes, photos, behalf };
    let (response, json) = client.post::<EvidenceResponse>(&path, &request).await?;
    if attest.json {
        terminal::raw(&json);
        terminal::line("");
    } else {
        terminal::line(&format!("Recorded: {} {what}, as evidence {}.", result.as_str(), response.evidence));
    }
    Ok(Exit::Ready)
}
