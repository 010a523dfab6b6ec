//! `seaworthy shipping`, `handoff`, `submission` and `track`: from a validated build to its users.

use domain::handoff::Item;
use server::app::shipping::{
    Answer, AnswerRequest, CourseRequest, CourseTurn, ExpediteRequest, OfferRequest, ReworkRequest,
    RolloutRequest, ShippingResponse, StoreWordRequest, SubmitRequest, TrackShipping,
};

use super::Outcome;
use super::waiver::settled;
use crate::arguments::{Handoff, ShippedTrack, Shipping, Submission, Track, Turned};
use crate::client::{Client, Failed, encoded};
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, beside, paint};

pub(super) async fn show(client: &Client, shipping: &Shipping) -> Outcome {
    let mut path = format!("{}/shipping?", client.release(&shipping.release).await?);
    if let Some(track) = &shipping.track {
        path.push_str(&format!("track={track}&"));
    }
    if let Some(as_of) = shipping.as_of {
        path.push_str(&format!("as_of={}", encoded(&as_of.to_string())));
    }
    let (response, json) = client.get::<ShippingResponse>(&path).await?;
    if shipping.json {
        terminal::answer(&json);
    } else {
        response.tracks.iter().for_each(tell);
    }
    Ok(Exit::Ready)
}

fn tell(track: &TrackShipping) {
    terminal::line(&format!("{}  {}", paint(BOLD, &track.name), track.phase.label()));
    let mut lines: Vec<String> = Vec::new();
    for (what, why) in [("held", &track.held), ("withdrawn", &track.withdrawn), ("stable", &track.stable)] {
        lines.extend(why.as_ref().map(|why| format!("{what}: {why}")));
    }
    if let Some(handoff) = &track.handoff {
        let answered = handoff.answered_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let why = handoff.answer.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        lines.push(format!(
            "handoff of {} by {}: {}{answered}{why}",
            handoff.build, handoff.by, handoff.standing
        ));
    }
    if let Some(submission) = &track.submission {
        let inside = track.ships_with.as_ref().map(|with| format!(" (with {with})")).unwrap_or_default();
        lines.push(format!(
            "the store says {} of {}{inside}: {}",
            submission.word,
            submission.build,
            submission.stage.label()
        ));
        if let Some(rollout) = submission.rollout.last() {
            let percent =
                submission.percent.map(|percent| format!(", {} %", domain::words::decimal(percent)));
            lines.push(format!("the rollout goes {}{}", rollout.word, percent.unwrap_or_default()));
        }
        if submission.wants_rework {
            lines.push(
                "nobody has said what is done about the rejection: `seaworthy submission rework`".to_owned(),
            );
        }
        if !submission.next.is_empty() && track.ships_with.is_none() {
            lines.push(paint(DIM, &format!("what may follow: {}", submission.next.join(", "))));
        }
    }
    for line in beside("  · ", 4, &lines, terminal::width()) {
        terminal::line(&line);
    }
}

/// Returns a track's address in the API, with whose word is recorded.
async fn on(
    client: &Client,
    on: ShippedTrack,
) -> Result<(String, String, Option<server::app::person::OnBehalf>, bool), Failed> {
    let root = client.release(&on.release).await?;
    let behalf = super::ask::behalf(client, &root, *on.behalf).await?;
    Ok((format!("{root}/tracks/{}", on.track), on.track.to_string(), behalf, on.json))
}

pub(super) async fn handoff(client: &Client, handoff: Handoff) -> Outcome {
    let (track, answer, text) = match handoff {
        Handoff::Offer { on: track, build, done, open, note } => {
            let (path, name, behalf, json) = on(client, track).await?;
            let done = done.into_iter().map(|text| Item { text, done: true, note: None });
            let open = open.into_iter().map(|line| match line.split_once(':') {
                Some((text, why)) => {
                    Item { text: text.trim().to_owned(), done: false, note: Some(why.trim().to_owned()) }
                }
                None => Item { text: line, done: false, note: None },
            });
            let said = format!("Offered: build {build} of {name} waits for somebody else to accept it.");
            let request = OfferRequest { build, checklist: done.chain(open).collect(), note, behalf };
            return settled(client, &format!("{path}/handoffs"), &request, json, &said).await;
        }
        Handoff::Accept { on, note } => (on, Answer::Accepted, note),
        Handoff::Return { on, reason } => (on, Answer::Returned, Some(reason)),
        Handoff::TakeBack { on, reason } => (on, Answer::TakenBack, Some(reason)),
    };
    let shown = format!("{}/shipping?track={}", client.release(&track.release).await?, track.track);
    let (shipping, _) = client.get::<ShippingResponse>(&shown).await?;
    let last = shipping.tracks.first().and_then(|track| track.handoff.as_ref());
    let Some(last) = last.map(|handoff| handoff.handoff) else {
        let sentence =
            format!("Nothing of {} was handed over yet. `seaworthy handoff offer` does it.", track.track);
        return Err(Failed::Input(sentence));
    };
    let (path, name, behalf, json) = on(client, track).await?;
    let said = match answer {
        Answer::Accepted => format!("Accepted: {name} can be submitted."),
        Answer::Returned => format!("Returned: {name} has to be offered anew."),
        Answer::TakenBack => format!("Taken back: {name} is not offered any more."),
    };
    let request = AnswerRequest { answer, text, behalf };
    settled(client, &format!("{path}/handoffs/{last}/answer"), &request, json, &said).await
}

pub(super) async fn submission(client: &Client, submission: Submission) -> Outcome {
    match submission {
        Submission::Send { on: track, build, word, at, note } => {
            let (path, name, behalf, json) = on(client, track).await?;
            let said = format!("Recorded: build {build} of {name} is with the store.");
            let request = SubmitRequest { build, word, said_at: at, note, behalf };
            settled(client, &format!("{path}/submissions"), &request, json, &said).await
        }
        Submission::Says { on: track, word } => {
            let (path, name, behalf, json) = on(client, track).await?;
            let said = format!("Recorded: the store says {} of {name}.", word.word);
            let request = StoreWordRequest {
                word: word.word,
                said_at: word.at,
                reason: word.reason,
                verbatim: word.verbatim,
                behalf,
            };
            settled(client, &format!("{path}/submission/words"), &request, json, &said).await
        }
        Submission::Rollout { on: track, word, percent } => {
            let (path, name, _, json) = on(client, track).await?;
            let said = format!("Recorded: the rollout of {name} goes {}.", word.word);
            let request = RolloutRequest {
                word: word.word,
                percent,
                said_at: word.at,
                reason: word.reason,
                verbatim: word.verbatim,
            };
            settled(client, &format!("{path}/submission/rollout"), &request, json, &said).await
        }
        Submission::Expedite { on: track, reason, granted, refused } => {
            let (path, name, behalf, json) = on(client, track).await?;
            let granted = (granted || refused).then_some(granted);
            let said = format!("Recorded, of the review of {name}.");
            let request = ExpediteRequest { granted, text: reason, behalf };
            settled(client, &format!("{path}/submission/expedite"), &request, json, &said).await
        }
        Submission::Rework { on: track, plan, new_build } => {
            let (path, name, behalf, json) = on(client, track).await?;
            let said = format!("Recorded: what is done about the rejection of {name}.");
            let request = ReworkRequest { plan, new_build, behalf };
            settled(client, &format!("{path}/submission/rework"), &request, json, &said).await
        }
    }
}

pub(super) async fn track(client: &Client, track: Track) -> Outcome {
    let (turn, Turned { on: track, reason }, how) = match track {
        Track::Hold(turned) => (CourseTurn::Held, turned, "is held"),
        Track::Resume(turned) => (CourseTurn::Resumed, turned, "goes on"),
        Track::Withdraw(turned) => (CourseTurn::Withdrawn, turned, "is withdrawn from the release"),
        Track::Restore(turned) => (CourseTurn::Returned, turned, "is part of the release again"),
        Track::Stable(turned) => (CourseTurn::Stable, turned, "is stable"),
        Track::Unsettle(turned) => (CourseTurn::Unsettled, turned, "is not stable after all"),
    };
    let (path, name, behalf, json) = on(client, track).await?;
    let said = format!("{name} {how}.");
    settled(client, &format!("{path}/course"), &CourseRequest { turn, reason, behalf }, json, &said).await
}
