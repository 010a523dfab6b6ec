//! `seaworthy waiver`: ask for one, approve, refuse, take back; and list them with what each costs users.

use domain::waiver::{Scope, Standing, Subject};
use server::app::settle::SettledResponse;
use server::app::waiver::{ApproveRequest, EndWaiverRequest, WaiverLine, WaiverRequest};

use super::Outcome;
use crate::arguments::{EndWaiver, OfRelease, RequestWaiver, Waiver};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal::{self, DIM, pad, paint};

pub(super) async fn run(client: &Client, waiver: Waiver) -> Outcome {
    match waiver {
        Waiver::Request(wanted) => request(client, *wanted).await,
        Waiver::List { release, json } => list(client, &release, json).await,
        Waiver::Approve { release, function, note, behalf, json, waiver } => {
            let root = client.release(&release).await?;
            let behalf = super::ask::behalf(client, &root, *behalf).await?;
            let request = ApproveRequest { function, note, behalf };
            let path = format!("{root}/waivers/{waiver}/approval");
            let said = format!("Waiver {waiver} is approved for {}: it is in force.", function.as_str());
            settled(client, &path, &request, json, &said).await
        }
        Waiver::Refuse(end) => ended(client, end, "refusal", "refused").await,
        Waiver::Revoke(end) => {
            ended(client, end, "revocation", "revoked; it counts for nothing any more").await
        }
    }
}

async fn request(client: &Client, wanted: RequestWaiver) -> Outcome {
    let path = format!("{}/waivers", client.release(&wanted.release).await?);
    let subject = match (wanted.criterion, wanted.defect) {
        (Some(criterion), None) => Subject::Criterion { criterion },
        (_, Some(defect)) => Subject::Defect { defect },
        (None, None) => return Err(Failed::Usage("Name a criterion or a defect.".to_owned())),
    };
    let scope = wanted.build.map_or(Scope::Release, |build| Scope::Build { build });
    let request = WaiverRequest {
        subject,
        track: wanted.track,
        scope,
        reason: wanted.reason,
        mitigation: wanted.mitigation,
        expires: wanted.expires,
    };
    let (response, bytes) = client.post::<SettledResponse>(&path, &request).await?;
    if wanted.json {
        terminal::answer(&bytes);
    } else {
        terminal::line(&format!(
            "Asked for, as waiver {}. It counts once somebody else approves it: `seaworthy waiver approve`.",
            response.position
        ));
    }
    Ok(Exit::Ready)
}

async fn ended(client: &Client, end: EndWaiver, below: &str, how: &str) -> Outcome {
    let EndWaiver { release, reason, json, waiver } = end;
    let path = format!("{}/waivers/{waiver}/{below}", client.release(&release).await?);
    let said = format!("Waiver {waiver} is {how}.");
    settled(client, &path, &EndWaiverRequest { reason }, json, &said).await
}

/// Sends a decision, and says what came of it.
pub(super) async fn settled(
    client: &Client,
    path: &str,
    request: &impl serde::Serialize,
    json: bool,
    said: &str,
) -> Outcome {
    let (_, bytes) = client.post::<SettledResponse>(path, request).await?;
    if json {
        terminal::answer(&bytes);
    } else {
        terminal::line(said);
    }
    Ok(Exit::Ready)
}

async fn list(client: &Client, release: &OfRelease, json: bool) -> Outcome {
    let path = format!("{}/waivers", client.release(release).await?);
    let (lines, bytes) = client.all::<WaiverLine>(&path).await?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if lines.is_empty() {
        terminal::line(
            "Nothing is waived. `seaworthy waiver request` asks to have something accepted as it is.",
        );
    }
    for line in &lines {
        let scope = match &line.scope {
            Scope::Build { build } => format!("build {build}"),
            Scope::Release => "the release".to_owned(),
        };
        let became = match (&line.ended, &line.approved_by) {
            (Some(ended), _) => format!("  {ended}"),
            (None, Some(by)) => format!("  approved by {by}, until {:.0}", line.expires.timestamp()),
            (None, None) => format!("  asked for by {}, until {:.0}", line.by, line.expires.timestamp()),
        };
        let text = format!(
            "{}  {}  {} on {}, for {scope}{became}",
            pad(&line.waiver.to_string(), 5),
            pad(line.standing.label(), 9),
            line.what,
            line.track
        );
        let live = matches!(line.standing, Standing::Requested | Standing::InForce);
        terminal::line(&if live { text } else { paint(DIM, &text) });
        for cost in line.costs.iter().filter(|_| live) {
            terminal::line(&format!("       {}", cost.sentence));
        }
        for since in line.since.iter().filter(|_| live) {
            terminal::line(&paint(DIM, &format!("       since it was approved: {}", since.sentence)));
        }
    }
    Ok(Exit::Ready)
}
