//! Who is concerned on the way to users: of handoffs, of what a store refuses, of blockers that want an owner or a status.
//!
//! Invariant: what was answered meanwhile is told to nobody.

use super::told::{Told, nothing_asked, track_name};
use super::{Kind, Notice, To, Urgency, What, ask, news};
use crate::blocker::{Blocker, BlockerNumber, BlockerState};
use crate::criterion::Function;
use crate::envelope::{ActorId, Position};
use crate::event::{Event, HandoffAnswer};
use crate::handoff::Standing;
use crate::happening::About;
use crate::id::TrackId;
use crate::release::Release;
use crate::store::Stage;
use crate::time::Time;

/// Tells whether such an event could concern anybody.
pub(super) fn concerns(event: &Event) -> bool {
    matches!(
        event,
        Event::HandoffAnswered(_)
            | Event::StoreSaid(_)
            | Event::BlockerProposed(_)
            | Event::BlockerAccepted(_)
            | Event::BlockerOwned(_)
    )
}

/// Returns who is concerned by such an event.
pub(super) fn notices(before: &Release, after: &Release, event: &Event) -> Vec<Notice> {
    match event {
        Event::HandoffAnswered(answered) if answered.answer != HandoffAnswer::TakenBack => {
            let (track, handoff) = (answered.track.clone(), answered.handoff);
            let offered =
                before.tracks.get(&track).and_then(|of| of.handoffs.iter().find(|of| of.position == handoff));
            let tell = |by: &ActorId| {
                news(To::Person(by.clone()), What::HandoffAnswered { track: track.clone(), handoff })
            };
            offered.map(|offered| tell(offered.voice().whose())).into_iter().collect()
        }
        Event::StoreSaid(said) => {
            let submission = after.tracks.get(&said.track).and_then(|track| {
                track.submissions.iter().find(|submission| submission.position == said.submission)
            });
            if submission.is_none_or(|submission| submission.stage() != Stage::Rejected) {
                return Vec::new();
            }
            // Whoever mends it, whoever explains it, and whoever tests it anew: each working hour counts.
            [Function::Engineering, Function::Product, Function::Qa]
                .map(|function| Notice {
                    to: To::Function(function),
                    kind: Kind::Decision,
                    urgency: Urgency::AtOnce,
                    what: What::StoreRefused { track: said.track.clone(), submission: said.submission },
                })
                .into()
        }
        Event::BlockerProposed(proposed) => owner(before, after, proposed.blocker),
        Event::BlockerOwned(owned) => owner(before, after, owned.blocker),
        Event::BlockerAccepted(accepted) => {
            let mut notices = owner(before, after, accepted.blocker);
            if let Some(person) = &accepted.asked {
                let what = What::BlockerWantsOwner { blocker: accepted.blocker };
                notices.push(ask(To::Person(person.clone()), what));
            }
            notices
        }
        _ => Vec::new(),
    }
}

/// Tells somebody that a blocker is theirs now.
fn owner(before: &Release, after: &Release, blocker: BlockerNumber) -> Vec<Notice> {
    let of = |release: &Release| release.blocker(blocker).and_then(|of| of.owner.clone());
    let now = of(after).filter(|now| of(before).is_none_or(|was| was.person != now.person));
    now.map(|now| ask(To::Person(now.person), What::BlockerOwned { blocker })).into_iter().collect()
}

pub(super) fn handoff(
    release: &Release,
    track: &TrackId,
    handoff: Position,
    name: impl Fn(&ActorId) -> String,
) -> Option<Told> {
    let of = release.tracks.get(track)?;
    let handoff = of.handoffs.iter().find(|of| of.position == handoff)?;
    let build = format!("{} {}", of.description.name, of.build_label(&handoff.build));
    let (given, verb) = match &handoff.standing {
        Standing::Accepted(given) => (given, "accepted"),
        Standing::Returned(given) => (given, "returned"),
        Standing::Offered | Standing::TakenBack(_) | Standing::Voided { .. } => return None,
    };
    let returned = verb == "returned";
    Some(Told {
        short: format!("the handoff of {build} was {verb}"),
        sentence: format!("{} {verb} {build}, which you handed over.", name(given.voice().whose())),
        quote: given.text.clone(),
        asked: returned.then(|| "See to what is missing, and offer it anew.".to_owned()),
        otherwise: returned.then(|| "Until then it cannot be submitted.".to_owned()),
        ..nothing_asked(About::Track(track.clone()))
    })
}

pub(super) fn refused(release: &Release, track: &TrackId, submission: Position) -> Option<Told> {
    let of = release.tracks.get(track)?;
    let submission = of.submissions.iter().find(|of| of.position == submission)?;
    let last = submission.says.last().filter(|_| submission.stage() == Stage::Rejected)?;
    let (name, store) = (track_name(release, track), submission.store.label());
    let wants = submission.wants_rework();
    Some(Told {
        short: format!("{store} refused {name}"),
        sentence: format!(
            "{} says {} of {name} {}.",
            crate::words::capital(store),
            last.word,
            of.build_label(&submission.build)
        ),
        quote: last.reason.clone(),
        asked: wants.then(|| "Say what is done about it, by whom and by when.".to_owned()),
        otherwise: wants.then(|| format!("Until it is mended or explained, {name} reaches nobody.")),
        ..nothing_asked(About::Track(track.clone()))
    })
}

pub(super) fn blocker(
    release: &Release,
    number: BlockerNumber,
    wants_owner: bool,
    now: Time,
) -> Option<Told> {
    let blocker = release.blocker(number).filter(|blocker| blocker.state(now).is_live())?;
    let (sentence, asked) = if wants_owner {
        if blocker.owner.is_some() || blocker.state(now) != BlockerState::Open {
            return None;
        }
        ("You are asked to own it.", "Take it, or name whom it should go to.")
    } else if blocker.status().is_some() {
        // Somebody has said how it stands: that it is theirs is no news.
        return None;
    } else {
        ("It is yours.", "Say what is done, by whom, and when it will be said next.")
    };
    Some(Told {
        short: format!("blocker {number}: {}", blocker.title),
        sentence: format!("{} could stop {}. {sentence}", blocker.label(), stops(release, blocker)),
        quote: blocker.details.clone(),
        asked: Some(asked.to_owned()),
        otherwise: Some("Until then it stands as one that nobody has said anything of.".to_owned()),
        ..nothing_asked(About::Blocker(number))
    })
}

fn stops(release: &Release, blocker: &Blocker) -> String {
    let names: Vec<String> = blocker.tracks.iter().map(|track| track_name(release, track)).collect();
    crate::words::joined(&names, 4, "and")
}
