//! `seaworthy timeline`, `target` and `milestone`: when each track should go live, and what leads there.

use domain::calendar::Day;
use domain::id::MilestoneId;
use serde::Serialize;
use server::app::settle::SettledResponse;
use server::app::timeline::{
    AddRequest, MilestoneLine, PlanRequest, ReachRequest, ReasonRequest, StandingWord, TargetRequest,
    TimelineResponse, TrackTimeline,
};

use super::Outcome;
use super::check::moment;
use crate::arguments::{Milestone, OnTrack, Target, Timeline};
use crate::client::{Client, encoded};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, paint};

pub(super) async fn run(client: &Client, timeline: &Timeline) -> Outcome {
    let mut path = format!("{}/timeline?", client.release(&timeline.release).await?);
    if let Some(track) = &timeline.track {
        path.push_str(&format!("track={track}&"));
    }
    if let Some(as_of) = timeline.as_of {
        path.push_str(&format!("as_of={}", encoded(&as_of.to_string())));
    }
    let (response, json) = client.get::<TimelineResponse>(&path).await?;
    if timeline.json {
        terminal::answer(&json);
    } else {
        show(&response);
    }
    Ok(Exit::Ready)
}

fn show(response: &TimelineResponse) {
    let release = response.release.split_once('/').map_or(response.release.as_str(), |(_, name)| name);
    terminal::line(&format!(
        "{} · as of {}",
        paint(BOLD, &format!("{} {release}", response.product)),
        moment(response.at, &response.zone)
    ));
    for track in &response.tracks {
        terminal::line("");
        tell(track, response.today);
    }
}

fn tell(track: &TrackTimeline, today: Day) {
    let goes = match &track.target {
        Some(target) => {
            let moved = target.told().map(|moved| format!(", {moved}")).unwrap_or_default();
            format!("go-live {}{moved}", target.on.told())
        }
        None => "no go-live date yet; `seaworthy target set` sets it".to_owned(),
    };
    terminal::line(&format!("{}  {goes}", paint(BOLD, &track.name)));
    if let Some(submit_by) = &track.submit_by {
        let by = match submit_by.on {
            Some(on) => format!("submit by the end of {}", on.told()),
            None => "submit by: not known".to_owned(),
        };
        terminal::line(&format!("  {by}: {}", submit_by.because.join("; ")));
    }
    terminal::columns(track.milestones.iter().map(|of| row(of, today)).collect());
}

fn row(of: &MilestoneLine, today: Day) -> [String; 4] {
    let mark = match of.standing {
        StandingWord::Reached => "  ●",
        StandingWord::Overdue => "  ■",
        StandingWord::Due => "  ○",
        StandingWord::Dropped | StandingWord::Unplanned => "  –",
    };
    let planned = of.planned.map(|day| day.told()).unwrap_or_default();
    let from = of.reached.as_ref().and_then(|reached| reached.known_from.as_ref());
    let mut told = of.told(today);
    if let Some(from) = from {
        told.push_str(&format!(" (known: {from})"));
    }
    if let Some(clash) = &of.clash {
        told.push_str(&format!("; it {}", clash.because));
    }
    [mark.to_owned(), format!("{} ({})", of.name, of.milestone), planned, told]
}

pub(super) async fn target(client: &Client, target: Target) -> Outcome {
    let Target::Set { on, reason, day } = target;
    let path = format!("{}/tracks/{}/target", client.release(&on.release).await?, on.track);
    let request = TargetRequest { on: day, reason };
    let (settled, bytes) = client.post::<SettledResponse>(&path, &request).await?;
    let says = format!("{} should go live on {}{}.", on.track, day.told(), super::already(settled));
    super::told(on.json, &bytes, &says);
    Ok(Exit::Ready)
}

pub(super) async fn milestone(client: &Client, milestone: Milestone) -> Outcome {
    match milestone {
        Milestone::Plan { of, on, as_template: _, reason, milestone } => {
            let says = match on {
                Some(on) => format!("is planned for {}", on.told()),
                None => "is planned as the template has it".to_owned(),
            };
            say(client, of, &milestone, "plan", &PlanRequest { on, reason }, &says).await
        }
        Milestone::Reach { of, on, note, milestone } => {
            say(client, of, &milestone, "reached", &ReachRequest { on, note }, "is reached").await
        }
        Milestone::Withdraw { of, reason, milestone } => {
            let says = "is not reached after all";
            say(client, of, &milestone, "withdrawal", &ReasonRequest { reason }, says).await
        }
        Milestone::Drop { of, reason, milestone } => {
            say(client, of, &milestone, "removal", &ReasonRequest { reason }, "is dropped").await
        }
        Milestone::Add { of, name, on, milestone } => {
            let path = format!("{}/tracks/{}/milestones", client.release(&of.release).await?, of.track);
            let request = AddRequest { milestone: milestone.clone(), name, on };
            let (settled, bytes) = client.post::<SettledResponse>(&path, &request).await?;
            let says =
                format!("{milestone} of {} is added for {}{}.", of.track, on.told(), super::already(settled));
            super::told(of.json, &bytes, &says);
            Ok(Exit::Ready)
        }
    }
}

async fn say<T: Serialize>(
    client: &Client,
    of: OnTrack,
    milestone: &MilestoneId,
    verb: &str,
    request: &T,
    says: &str,
) -> Outcome {
    let release = client.release(&of.release).await?;
    let path = format!("{release}/tracks/{}/milestones/{milestone}/{verb}", of.track);
    let (settled, bytes) = client.post::<SettledResponse>(&path, request).await?;
    super::told(of.json, &bytes, &format!("{milestone} of {} {says}{}.", of.track, super::already(settled)));
    Ok(Exit::Ready)
}
