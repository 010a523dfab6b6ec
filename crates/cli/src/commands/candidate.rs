//! `seaworthy candidate`: nominate a build, with what follows told first; and tell what the candidate is.

use std::io::IsTerminal;

use domain::consequence::Effect;
use domain::id::TrackId;
use server::app::candidate::{NominateRequest, NominateResponse};
use server::app::check::CheckResponse;
use server::app::evidence::EvidenceLine;
use server::app::judgement::AssessmentLine;

use super::Outcome;
use crate::arguments::{Candidate, Nominate, OfRelease};
use crate::client::{Client, Failed};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, beside, paint};

pub(super) async fn run(client: &Client, candidate: Candidate) -> Outcome {
    match candidate {
        Candidate::Nominate(nominate) => self::nominate(client, nominate).await,
        Candidate::Show { release, track, json } => show(client, &release, &track, json).await,
    }
}

async fn nominate(client: &Client, nominate: Nominate) -> Outcome {
    let Nominate { release, track, build, commit, reason, dry_run, yes, json } = nominate;
    let path = format!("{}/tracks/{track}/candidate", client.release(&release).await?);
    let mut request = NominateRequest { build, commit, reason, dry_run: true };
    let (told, bytes, tag) = client.post_tagged::<NominateResponse>(&path, &request).await?;
    if dry_run && json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if !json {
        tell(&told);
    }
    if dry_run {
        return Ok(Exit::Ready);
    }
    if told.new && !yes {
        confirm(&told)?;
    }
    request.dry_run = false;
    // What was told is what is done: if anything happened meanwhile, it is refused.
    let (done, bytes) = client.post_if::<NominateResponse>(&path, &request, tag).await?;
    if json {
        terminal::answer(&bytes);
    } else if done.new {
        terminal::line(&format!("Nominated: {} is the candidate of {}.", done.build, done.track));
    }
    Ok(Exit::Ready)
}

/// Asks whoever sits at a terminal; elsewhere it must have been said.
fn confirm(told: &NominateResponse) -> Result<(), Failed> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        let sentence = "Nothing was nominated: read what would follow, and say --yes.";
        return Err(Failed::Usage(sentence.to_owned()));
    }
    let asked = inquire::Confirm::new(&format!("Nominate {}?", told.build)).with_default(false).prompt();
    match asked {
        Ok(true) => Ok(()),
        _ => Err(Failed::Input("Nothing was nominated.".to_owned())),
    }
}

fn tell(told: &NominateResponse) {
    let before = match &told.before {
        Some(_) if !told.new => "is the candidate already".to_owned(),
        Some(before) => format!("would take the place of {before}"),
        None => "would be the first candidate".to_owned(),
    };
    terminal::line(&paint(BOLD, &format!("{} {before} on {}", told.build, told.track)));
    for effect in Effect::ALL {
        let lines: Vec<_> = told.consequences.iter().filter(|line| line.effect == effect).collect();
        if !lines.is_empty() {
            terminal::line(&paint(DIM, effect.label()));
        }
        for line in lines {
            for line in beside("  · ", 4, std::slice::from_ref(&line.sentence), terminal::width()) {
                terminal::line(&line);
            }
        }
    }
}

async fn show(client: &Client, release: &OfRelease, track: &TrackId, json: bool) -> Outcome {
    let root = client.release(release).await?;
    let (check, bytes) = client.get::<CheckResponse>(&format!("{root}/check?track={track}")).await?;
    if json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    let Some(of) = check.tracks.first() else { return Ok(Exit::Ready) };
    let Some(build) = &of.build else {
        terminal::line(&format!("{} has no candidate. `seaworthy candidate nominate` makes one.", of.name));
        return Ok(Exit::Ready);
    };
    let version = of.version.as_deref().filter(|version| !version.is_empty());
    let label = version.map_or_else(|| build.to_string(), |version| format!("{version} ({build})"));
    terminal::line(&format!("{}  {label}  {}", paint(BOLD, &of.name), of.readiness.label()));
    let (lines, _) = client.all::<AssessmentLine>(&format!("{root}/tracks/{track}/assessments")).await?;
    match lines.iter().find(|line| line.stands) {
        Some(line) => {
            terminal::line(&format!(
                "Assessed by {}: {}, {} % sure: {}",
                line.by,
                line.recommendation.label(),
                line.confidence,
                line.reasons
            ));
            for since in &line.since {
                terminal::line(&paint(DIM, &format!("  since it was signed: {}", since.sentence)));
            }
        }
        None => terminal::line("Nobody has assessed it. `seaworthy assess` signs an assessment."),
    }
    let (lines, _) = client.all::<EvidenceLine>(&format!("{root}/evidence")).await?;
    let signed = lines.iter().filter(|line| {
        line.track == *track
            && line.build == *build
            && line.withdrawn.is_none()
            && line.what.starts_with("sign-off for ")
    });
    let mut any = false;
    for line in signed {
        any = true;
        let function = line.what.trim_start_matches("sign-off for ");
        terminal::line(&format!("Signed off for {function} by {}, as evidence {}", line.by, line.evidence));
    }
    if !any {
        terminal::line("Nobody has signed it off. `seaworthy signoff` does.");
    }
    Ok(Exit::Ready)
}
