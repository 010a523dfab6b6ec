//! `seaworthy blocker`: what could stop the release, who owns it, where it stands, and how it ends.

use domain::blocker::{BlockerNumber, DeferredTo, Kind, Link, StatusStanding, Threatened, Turn};
use domain::defect::OnBuild;
use domain::envelope::Position;
use domain::person::Meant;
use serde::Serialize;
use server::app::blockers::ProposedResponse;
use server::app::blockers::told::{BlockerDetail, BlockerLine};
use server::app::blockers::wanted::{
    AcceptRequest, BlockerReason, DeferRequest, LinkRequest, MergeRequest, OwnRequest, OwnerRequest,
    ProposeRequest, ResolveRequest, UpdateRequest, WaiveRequest,
};
use server::app::settle::SettledResponse;

use super::Outcome;
use crate::arguments::{Because, Blocker, ListBlockers, OfBlocker, OneLink, OwnedBy, Propose};
use crate::client::{Client, Failed, encoded};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, pad, paint};

pub(super) async fn run(client: &Client, blocker: Blocker) -> Outcome {
    match blocker {
        Blocker::List(wanted) => list(client, &wanted).await,
        Blocker::Show { of } => show(client, &of).await,
        Blocker::Propose(wanted) => propose(client, *wanted).await,
        Blocker::Accept { of, owner, ask } => {
            let asked = ask.map(|name| Meant { person: None, name, address: None });
            let request = AcceptRequest { owner: owned_by(owner), asked };
            settle(client, &of, "acceptance", &request, "is accepted: it stands in the way until it ends")
                .await
        }
        Blocker::Reject(because) => ends(client, because, "rejection", "is rejected").await,
        Blocker::Own { of, owner, address, function, reason } => {
            let who = owner.map(|name| Meant { person: None, name, address });
            let request = OwnRequest { owner: OwnerRequest { who, function }, reason };
            settle(client, &of, "owner", &request, "has an owner").await
        }
        Blocker::Status { of, next, behalf, text } => {
            let root = client.release(&of.release).await?;
            let behalf = super::ask::behalf(client, &root, *behalf).await?;
            let request = UpdateRequest { kind: Kind::Status, text, next_update: Some(next), behalf };
            let said = format!("has a status, until {:.0}", next.timestamp());
            settle(client, &of, "updates", &request, &said).await
        }
        Blocker::Note { of, behalf, text } => {
            let root = client.release(&of.release).await?;
            let behalf = super::ask::behalf(client, &root, *behalf).await?;
            let request = UpdateRequest { kind: Kind::Note, text, next_update: None, behalf };
            settle(client, &of, "updates", &request, "has a note, which is no status").await
        }
        Blocker::Resolve { of, track, build, run, url, shown } => {
            let build = track.zip(build).map(|(track, build)| OnBuild { track, build });
            let request = ResolveRequest { evidence: shown, build, run: run.map(Position), url };
            settle(client, &of, "resolution", &request, "is resolved").await
        }
        Blocker::Waive { of, function, reason, users, behalf } => {
            let root = client.release(&of.release).await?;
            let behalf = super::ask::behalf(client, &root, *behalf).await?;
            let request = WaiveRequest { function, reason, users, behalf };
            settle(client, &of, "waiver", &request, &format!("is waived for {}", function.as_str())).await
        }
        Blocker::Defer { because: Because { of, reason }, to, moment } => {
            let (to, said) = match (to, moment) {
                (Some(release), _) => {
                    let said = format!("is deferred to {release}");
                    (DeferredTo::Release { release }, said)
                }
                (None, Some(moment)) => {
                    let said = format!("is put off; it is open again from {:.0} on", moment.timestamp());
                    (DeferredTo::Moment { moment }, said)
                }
                (None, None) => return Err(Failed::Usage("Say until when it can wait.".to_owned())),
            };
            settle(client, &of, "deferral", &DeferRequest { to, reason }, &said).await
        }
        Blocker::Withdraw(because) => ends(client, because, "withdrawal", "is withdrawn").await,
        Blocker::Reopen(because) => ends(client, because, "reopening", "is reopened").await,
        Blocker::Merge { of, into } => {
            let said = format!("is merged into blocker {into}, which has the tracks and links of both");
            settle(client, &of, "merge", &MergeRequest { into }, &said).await
        }
        Blocker::Link { of, with } => linked(client, &of, "links", with, "is linked").await,
        Blocker::Unlink { of, with } => linked(client, &of, "links/removal", with, "is unlinked").await,
    }
}

fn owned_by(by: OwnedBy) -> Option<OwnerRequest> {
    let (name, function) = by.owner.zip(by.function)?;
    Some(OwnerRequest { who: Some(Meant { person: None, name, address: by.address }), function })
}

async fn ends(client: &Client, because: Because, below: &str, how: &str) -> Outcome {
    settle(client, &because.of, below, &BlockerReason { reason: because.reason }, how).await
}

async fn linked(client: &Client, of: &OfBlocker, below: &str, with: OneLink, how: &str) -> Outcome {
    let link = match (with.defect, with.change, with.dependency, with.url) {
        (Some(defect), ..) => Link::Defect { defect },
        (_, Some(change), ..) => Link::Change { change },
        (_, _, Some(dependency), _) => Link::Dependency { dependency },
        (.., Some(url)) => Link::Page { url },
        _ => return Err(Failed::Usage("Name what it has to do with.".to_owned())),
    };
    settle(client, of, below, &LinkRequest { link }, how).await
}

/// Sends a decision about a blocker, and says what came of it.
async fn settle(
    client: &Client,
    of: &OfBlocker,
    below: &str,
    request: &impl Serialize,
    how: &str,
) -> Outcome {
    let path = format!("{}/blockers/{}/{below}", client.release(&of.release).await?, of.blocker);
    let (settled, bytes) = client.post::<SettledResponse>(&path, request).await?;
    super::told(of.json, &bytes, &format!("Blocker {} {how}{}.", of.blocker, super::already(settled)));
    Ok(Exit::Ready)
}

async fn propose(client: &Client, wanted: Propose) -> Outcome {
    let path = format!("{}/blockers", client.release(&wanted.release).await?);
    let threatens = match (wanted.criterion, wanted.milestone) {
        (Some(criterion), _) => Threatened::Criterion { criterion },
        (None, Some(milestone)) => Threatened::Milestone { milestone },
        (None, None) => return Err(Failed::Usage("Name a criterion or a milestone.".to_owned())),
    };
    let defects = wanted.defects.into_iter().map(|defect| Link::Defect { defect });
    let changes = wanted.changes.into_iter().map(|change| Link::Change { change });
    let dependencies = wanted.dependencies.into_iter().map(|dependency| Link::Dependency { dependency });
    let pages = wanted.urls.into_iter().map(|url| Link::Page { url });
    let request = ProposeRequest {
        title: wanted.title,
        tracks: wanted.tracks,
        threatens,
        details: wanted.details,
        owner: owned_by(wanted.owner),
        links: defects.chain(changes).chain(dependencies).chain(pages).collect(),
    };
    let (proposed, bytes) = client.post::<ProposedResponse>(&path, &request).await?;
    let ProposedResponse { blocker, new, .. } = proposed;
    let how = if new {
        "is proposed. It counts once `seaworthy blocker accept` says that it is one"
    } else {
        "was proposed already"
    };
    super::told(wanted.json, &bytes, &format!("Blocker {blocker} {how}."));
    Ok(Exit::Ready)
}

async fn list(client: &Client, wanted: &ListBlockers) -> Outcome {
    let mut query = Vec::new();
    query.extend(wanted.state.map(|state| format!("state={}", state.as_str())));
    query.extend(wanted.turn.map(|turn| format!("turn={}", turn.as_str())));
    query.extend(wanted.track.as_ref().map(|track| format!("track={}", encoded(track.as_str()))));
    query.extend(wanted.owner.as_ref().map(|owner| format!("owner={}", encoded(owner))));
    let path = format!("{}/blockers?{}", client.release(&wanted.release).await?, query.join("&"));
    let (mut lines, bytes) = client.all::<BlockerLine>(&path).await?;
    if wanted.json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    if lines.is_empty() {
        terminal::line("No blocker fits. `seaworthy blocker propose` says what could stop the release.");
    }
    // Whoever's turn it is first, and of those whoever has waited longest; what has ended comes last.
    lines.sort_by_key(|line| (line.turn.is_none(), line.turn, line.turn_at, line.blocker));
    let mut before = None;
    for line in &lines {
        if before != Some(line.turn) {
            terminal::line(&paint(BOLD, heading(line.turn)));
            before = Some(line.turn);
        }
        let owner = line.owner.as_deref().unwrap_or("nobody owns it");
        let tracks: Vec<&str> = line.tracks.iter().map(|track| track.as_str()).collect();
        let text = format!(
            "{}  {}  {}  ({}; {owner}){}",
            pad(&line.blocker.to_string(), 4),
            pad(line.state.as_str(), 9),
            line.title,
            tracks.join(", "),
            standing(line)
        );
        terminal::line(&if line.turn.is_some() { text } else { paint(DIM, &text) });
        if let Some(said) = line.said.as_ref().filter(|_| line.turn.is_some()) {
            let text = said.text.as_deref().unwrap_or_default();
            terminal::line(&paint(DIM, &format!("      {}: {text}", said.by)));
        }
    }
    Ok(Exit::Ready)
}

fn heading(turn: Option<Turn>) -> &'static str {
    match turn {
        Some(Turn::Nobody) => "Nobody’s turn yet: accept or reject it, or find who owns it",
        Some(Turn::Owner) => "The owner’s turn: a status is due",
        Some(Turn::Waiting) => "Waiting: the next status comes by itself",
        None => "Ended",
    }
}

fn standing(line: &BlockerLine) -> String {
    match (&line.ended, line.status) {
        (Some(ended), _) => format!("  {ended}"),
        (None, Some(StatusStanding::Current { next_update })) => {
            format!("  next status by {:.0}", next_update.timestamp())
        }
        (None, Some(StatusStanding::Due { since })) => format!("  status due since {:.0}", since.timestamp()),
        (None, Some(StatusStanding::Never { since })) => {
            format!("  no status since {:.0}", since.timestamp())
        }
        (None, None) => String::new(),
    }
}

async fn show(client: &Client, of: &OfBlocker) -> Outcome {
    let number: BlockerNumber = of.blocker;
    let path = format!("{}/blockers/{number}", client.release(&of.release).await?);
    let (detail, bytes) = client.get::<BlockerDetail>(&path).await?;
    if of.json {
        terminal::answer(&bytes);
        return Ok(Exit::Ready);
    }
    let line = &detail.line;
    terminal::line(&paint(BOLD, &format!("Blocker {number}: {}", line.title)));
    let tracks: Vec<&str> = line.tracks.iter().map(|track| track.as_str()).collect();
    let owner = match (&line.owner, line.function, &line.asked) {
        (Some(owner), Some(function), _) => format!("{owner}, for {}", function.as_str()),
        (_, _, Some(asked)) => format!("nobody; {asked} is asked"),
        _ => "nobody".to_owned(),
    };
    let links: Vec<&str> = line.links.iter().map(|link| link.told.as_str()).collect();
    let mut rows = vec![
        ["state".to_owned(), format!("{}{}", line.state.as_str(), standing(line))],
        ["tracks".to_owned(), tracks.join(", ")],
        ["threatens".to_owned(), line.threatened.clone()],
        ["owner".to_owned(), owner],
    ];
    rows.extend((!links.is_empty()).then(|| ["links".to_owned(), links.join(", ")]));
    rows.extend(line.details.clone().map(|details| ["details".to_owned(), details]));
    terminal::columns(rows);
    for step in &detail.steps {
        let next = step.next_update.map(|next| format!(" (next status by {:.0})", next.timestamp()));
        let text = step.text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
        terminal::line(&format!(
            "{}  {} {}{text}{}",
            paint(DIM, &format!("{:.0}", step.at.timestamp())),
            step.by,
            step.did,
            next.unwrap_or_default()
        ));
    }
    Ok(Exit::Ready)
}
