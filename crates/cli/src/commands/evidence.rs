//! `seaworthy evidence`: list it, look into it, withdraw it.

use domain::envelope::Position;
use futures::StreamExt;
use server::app::candidate::CarryRequest;
use server::app::cases::CaseLine;
use server::app::correction::CorrectRequest;
use server::app::evidence::{EvidenceLine, EvidenceResponse, WithdrawRequest};

use super::Outcome;
use crate::arguments::{CaseOutcome, Evidence, OfBuild, OfRelease};
use crate::client::{Client, Failed, encoded};
use crate::exit::Exit;
use crate::terminal::{self, DIM, pad, paint};

pub(super) async fn run(client: &Client, evidence: Evidence) -> Outcome {
    match evidence {
        Evidence::List { release, json } => list(client, &release, json).await,
        Evidence::Cases { release, outcome, find, json, evidence } => {
            cases(client, &release, evidence, outcome, find.as_deref(), json).await
        }
        Evidence::Withdraw { release, reason, json, evidence } => {
            let path = format!("{}/withdrawals", client.release(&release).await?);
            let request = WithdrawRequest { evidence: Position(evidence), reason };
            let (_, bytes) = client.post::<serde_json::Value>(&path, &request).await?;
            if json {
                terminal::raw(&bytes);
                terminal::line("");
            } else {
                terminal::line(&format!(
                    "Evidence {evidence} is withdrawn; it stays on record and no longer counts."
                ));
            }
            Ok(Exit::Ready)
        }
        Evidence::Carry { release, track, reason, json, evidence } => {
            let path = format!("{}/tracks/{track}/carries", client.release(&release).await?);
            let request = CarryRequest { evidence: Position(evidence), reason };
            let said = format!("Evidence {evidence} counts for the candidate too, as an assumption.");
            super::waiver::settled(client, &path, &request, json, &said).await
        }
        Evidence::Correct { of, reason, json, evidence } => {
            let OfBuild { release, track, build, commit } = *of;
            let path = format!("{}/corrections", client.release(&release).await?);
            let said = format!("Evidence {evidence} is on build {build} of {track} now");
            let request = CorrectRequest { evidence: Position(evidence), track, build, commit, reason };
            let (there, bytes) = client.post::<EvidenceResponse>(&path, &request).await?;
            if json {
                terminal::answer(&bytes);
            } else {
                terminal::line(&format!(
                    "{said}, as evidence {}; where it was, it is marked.",
                    there.evidence
                ));
            }
            Ok(Exit::Ready)
        }
    }
}

async fn list(client: &Client, release: &OfRelease, json: bool) -> Outcome {
    let path = format!("{}/evidence", client.release(release).await?);
    let (lines, bytes) = client.all::<EvidenceLine>(&path).await?;
    if json {
        terminal::raw(&bytes);
        terminal::line("");
        return Ok(Exit::Ready);
    }
    if lines.is_empty() {
        terminal::line("No evidence yet. `seaworthy ingest` brings test reports, `attest` a check by hand.");
    }
    let rows: Vec<[String; 6]> = lines
        .iter()
        .map(|line| {
            [
                line.evidence.to_string(),
                line.track.to_string(),
                line.build.to_string(),
                line.what.clone(),
                line.result.clone(),
                format!("{:.0} by {}", line.at.timestamp(), line.by),
            ]
        })
        .collect();
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    for (line, row) in lines.iter().zip(&rows) {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect();
        let text = cells.join("  ");
        let carried = line.carried_to.as_ref().map(|to| format!("  carried forward to {to}"));
        let instead = line.in_place_of.map(|of| format!("  in place of evidence {of}"));
        let photos = (line.photos > 0)
            .then(|| format!("  {}", domain::words::count(line.photos as i64, "photo", "photos")));
        let told: String = [carried, instead, photos].into_iter().flatten().collect();
        match &line.withdrawn {
            Some(reason) => terminal::line(&paint(DIM, &format!("{text}{told}  withdrawn: {reason}"))),
            None => terminal::line(format!("{text}{told}").trim_end()),
        }
    }
    Ok(Exit::Ready)
}

async fn cases(
    client: &Client,
    release: &OfRelease,
    evidence: i64,
    outcome: Option<CaseOutcome>,
    find: Option<&str>,
    json: bool,
) -> Outcome {
    let mut path = format!("{}/evidence/{evidence}/cases?", client.release(release).await?);
    if let Some(outcome) = outcome {
        let outcome = match outcome {
            CaseOutcome::Passed => "passed",
            CaseOutcome::Failed => "failed",
            CaseOutcome::Errored => "errored",
            CaseOutcome::Skipped => "skipped",
        };
        path.push_str(&format!("outcome={outcome}&"));
    }
    if let Some(find) = find {
        path.push_str(&format!("find={}", encoded(find)));
    }
    let mut body = client.stream(&path).await?.into_data_stream();
    // On its way a line can come in two pieces.
    let mut rest = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk =
            chunk.map_err(|error| Failed::Inside(anyhow::anyhow!("the answer broke off: {error}")))?;
        if json {
            terminal::raw(&chunk);
            continue;
        }
        rest.extend_from_slice(&chunk);
        let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines: Vec<u8> = rest.drain(..whole).collect();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let case: serde_json::Value = serde_json::from_slice(line).map_err(anyhow::Error::from)?;
            let case: CaseLine =
                serde_json::from_value(terminal::clean(case)).map_err(anyhow::Error::from)?;
            let outcome = format!("{:?}", case.outcome).to_lowercase();
            let flaky = if case.flaky { " (flaky)" } else { "" };
            let class = if case.class.is_empty() { String::new() } else { format!("{}.", case.class) };
            let message =
                case.message.as_deref().map(|message| message.split(" ⏎ ").next().unwrap_or(message));
            let message = message.map(|message| paint(DIM, &format!("  {message}"))).unwrap_or_default();
            terminal::line(&format!("{}  {class}{}{flaky}{message}", pad(&outcome, 7), case.name));
        }
    }
    Ok(Exit::Ready)
}
