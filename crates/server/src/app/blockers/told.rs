//! A blocker as programs read it: a line of the list, and the one with all that was said and decided.
//!
//! Invariant: what a line says of its state, its status and its turn is said of one and the same moment.

use domain::blocker::{
    Blocker, BlockerNumber, BlockerState, DeferredTo, Did, How, Kind, Link, StatusStanding, Step, Threatened,
    Turn,
};
use domain::criterion::Function;
use domain::envelope::Position;
use domain::id::TrackId;
use domain::release::Release;
use domain::time::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::person::NamesNow;

/// A blocker of a release.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct BlockerLine {
    pub blocker: BlockerNumber,
    pub state: BlockerState,
    pub title: String,
    pub tracks: Vec<TrackId>,
    pub threatens: Threatened,
    /// What it threatens, as readers see it.
    #[schema(example = "“Smoke passed on the candidate”")]
    pub threatened: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The function in which its owner sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
    /// Who is asked to own it, where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    pub links: Vec<LinkLine>,
    pub by: String,
    pub at: Time,
    /// The event that proposed it.
    pub position: Position,
    /// Whose turn it is, and since or until when; of those that have ended, nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_at: Option<Time>,
    /// Whether it is known where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusStanding>,
    /// The last status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<StepLine>,
    /// How it ended, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// The blocker that it is told as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<BlockerNumber>,
}

/// Something that a blocker has to do with.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct LinkLine {
    #[serde(flatten)]
    pub link: Link,
    /// As readers see it.
    pub told: String,
}

/// A blocker with everything that was said and decided about it.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct BlockerDetail {
    #[serde(flatten)]
    pub line: BlockerLine,
    /// In the order of the journal.
    pub steps: Vec<StepLine>,
}

/// One thing that was said or decided about a blocker.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct StepLine {
    pub position: Position,
    pub at: Time,
    /// Whose word it is, and how it came.
    pub by: String,
    /// What was done, after the name.
    #[schema(example = "gave a status")]
    pub did: String,
    /// In their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether what was said is a status or a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Time>,
}

pub(crate) fn line(release: &Release, blocker: &Blocker, names: &NamesNow, now: Time) -> BlockerLine {
    let state = blocker.state(now);
    let turn = blocker.turn(now);
    let ended = blocker.end().filter(|_| !state.is_live());
    BlockerLine {
        blocker: blocker.number,
        state,
        title: blocker.title.clone(),
        tracks: blocker.tracks.clone(),
        threatens: blocker.threatens.clone(),
        threatened: blocker.threatens.told(release),
        details: blocker.details.clone(),
        owner: blocker.owner.as_ref().map(|owner| names.of(&owner.person).to_owned()),
        function: blocker.owner.as_ref().map(|owner| owner.function),
        asked: blocker.asked().map(|asked| names.of(asked).to_owned()),
        links: blocker
            .links
            .iter()
            .map(|link| LinkLine { link: link.clone(), told: link.told(release) })
            .collect(),
        by: names.of(&blocker.by).to_owned(),
        at: blocker.at,
        position: blocker.position,
        turn: turn.map(|(turn, _)| turn),
        turn_at: turn.map(|(_, at)| at),
        status: state.is_live().then(|| blocker.status_at(now)),
        said: blocker.status().map(|(_, said)| step(release, said, names)),
        ended: ended.map(|(how, by)| format!("{} by {}", ending(how), names.told(by.voice()))),
        merged_into: blocker.merged_into(),
    }
}

pub(crate) fn detail(release: &Release, blocker: &Blocker, names: &NamesNow, now: Time) -> BlockerDetail {
    let steps = blocker.steps.iter().map(|of| step(release, of, names)).collect();
    BlockerDetail { line: line(release, blocker, names, now), steps }
}

fn step(release: &Release, step: &Step, names: &NamesNow) -> StepLine {
    let (kind, next_update) = match &step.did {
        Did::Said(update) => (Some(update.kind), update.next_update),
        _ => (None, None),
    };
    StepLine {
        position: step.position,
        at: step.at,
        by: names.told(step.voice()),
        did: did(release, &step.did, |actor| names.of(actor).to_owned()),
        text: words(&step.did).map(str::to_owned),
        kind,
        next_update,
    }
}

/// Says what was done, after the name of whoever did it.
pub(crate) fn did(
    release: &Release,
    did: &Did,
    name: impl Fn(&domain::envelope::ActorId) -> String,
) -> String {
    match did {
        Did::Proposed => "proposed it".to_owned(),
        Did::Accepted { asked: None } => "accepted it".to_owned(),
        Did::Accepted { asked: Some(asked) } => format!("accepted it, and asked {} to own it", name(asked)),
        Did::Owned { owner, .. } => {
            format!("gave it to {}, for {}", name(&owner.person), owner.function.as_str())
        }
        Did::Said(update) if update.kind == Kind::Status => "gave a status".to_owned(),
        Did::Said(_) => "noted".to_owned(),
        Did::Linked(link) => format!("linked it with {}", link.told(release)),
        Did::Unlinked(link) => format!("took the link with {} off", link.told(release)),
        Did::Absorbed(other) => format!("merged blocker {other} into it"),
        Did::Ended(how) => format!("{} it{}", verb(how), rest(how)),
        Did::Reopened { .. } => "reopened it".to_owned(),
    }
}

/// Says how it ended: "deferred to 2027.01".
fn ending(how: &How) -> String {
    format!("{}{}", verb(how), rest(how))
}

fn verb(how: &How) -> &'static str {
    match how {
        How::Rejected { .. } => "rejected",
        How::Withdrawn { .. } => "withdrew",
        How::Resolved(_) => "resolved",
        How::Waived { .. } => "waived",
        How::Deferred { .. } => "deferred",
        How::Merged { .. } => "merged",
    }
}

fn rest(how: &How) -> String {
    match how {
        How::Rejected { .. } | How::Withdrawn { .. } => String::new(),
        How::Resolved(resolution) => {
            let build = resolution.build.as_ref().map(|on| format!(" with {} {}", on.track, on.build));
            let run = resolution.run.map(|run| format!(", shown by evidence {run}"));
            format!("{}{}", build.unwrap_or_default(), run.unwrap_or_default())
        }
        How::Waived { function, .. } => format!(" for {}", function.as_str()),
        How::Deferred { to: DeferredTo::Release { release }, .. } => format!(" to {release}"),
        How::Deferred { to: DeferredTo::Moment { .. }, .. } => " for a while".to_owned(),
        How::Merged { into } => format!(" into blocker {into}"),
    }
}

/// Returns what somebody said in their own words.
pub(crate) fn words(did: &Did) -> Option<&str> {
    match did {
        Did::Owned { reason, .. } => reason.as_deref(),
        Did::Said(update) => Some(&update.text),
        Did::Reopened { reason } => Some(reason),
        Did::Ended(how) => match how {
            How::Rejected { reason }
            | How::Withdrawn { reason }
            | How::Waived { reason, .. }
            | How::Deferred { reason, .. } => Some(reason),
            How::Resolved(resolution) => Some(&resolution.evidence),
            How::Merged { .. } => None,
        },
        _ => None,
    }
}
