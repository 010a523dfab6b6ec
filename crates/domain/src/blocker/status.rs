//! What is said about a blocker, and what of it counts as a status.
//!
//! Invariant: a status says by when the next one comes; what does not is a note, and leaves the blocker without status.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Blocker, Did, Owner, Step};
use crate::time::Time;

/// What an update is meant as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = UpdateKind)]
pub enum Kind {
    /// Where it stands, and when the next update comes.
    Status,
    /// Something worth keeping that is no status.
    Note,
}

/// What somebody said about a blocker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub kind: Kind,
    pub text: String,
    /// By when the next status comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Time>,
}

/// What an update lacks to be a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lacks {
    /// Where it stands.
    Text,
    /// By when the next one comes.
    NextUpdate,
    /// A next update that is still to come.
    Future,
    /// Somebody who sees to the blocker.
    Owner,
}

impl Lacks {
    /// Returns what would make it a status, as the end of "To be a status, …".
    pub fn told(self) -> &'static str {
        match self {
            Self::Text => "say where it stands: who does what, and what should come of it",
            Self::NextUpdate => "say by when the next update comes",
            Self::Future => "name a next update that is still to come",
            Self::Owner => "name an owner of the blocker first",
        }
    }
}

/// Says whether an update counts as a status of a blocker with this owner, said at this moment.
///
/// # Errors
/// Everything that it lacks.
pub fn counts_as_status(update: &Update, owner: Option<&Owner>, at: Time) -> Result<(), Vec<Lacks>> {
    let lacks = [
        update.text.trim().is_empty().then_some(Lacks::Text),
        update.next_update.is_none().then_some(Lacks::NextUpdate),
        update.next_update.filter(|next| *next <= at).map(|_| Lacks::Future),
        owner.is_none().then_some(Lacks::Owner),
    ];
    let lacks: Vec<Lacks> = lacks.into_iter().flatten().collect();
    if lacks.is_empty() { Ok(()) } else { Err(lacks) }
}

/// Whether it is known where a blocker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StatusStanding {
    /// A status was given, and the next is not due yet.
    Current { next_update: Time },
    /// The next status was due at this moment.
    Due { since: Time },
    /// None was given since the blocker came up, or came up again.
    Never { since: Time },
}

impl StatusStanding {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current { .. } => "current",
            Self::Due { .. } => "due",
            Self::Never { .. } => "never",
        }
    }
}

impl Blocker {
    /// Returns the last status, with who gave it: none, where none was given since the blocker came up again.
    pub fn status(&self) -> Option<(&Update, &Step)> {
        let since_it_came_up =
            self.steps.iter().rev().take_while(|step| !matches!(step.did, Did::Reopened { .. }));
        since_it_came_up
            .filter_map(|step| match &step.did {
                Did::Said(update) if update.kind == Kind::Status => Some((update, step)),
                _ => None,
            })
            .next()
    }

    /// Tells whether it is known where the blocker stands. One that has ended needs no status, and is not asked here.
    pub fn status_at(&self, now: Time) -> StatusStanding {
        match self.status().map(|(update, step)| (update.next_update, step)) {
            Some((Some(next_update), _)) if next_update > now => StatusStanding::Current { next_update },
            Some((Some(since), _)) => StatusStanding::Due { since },
            Some((None, step)) => StatusStanding::Due { since: step.at },
            None => {
                let came_up = |step: &&Step| matches!(step.did, Did::Reopened { .. } | Did::Accepted { .. });
                let came_up = self.steps.iter().rev().find(came_up);
                StatusStanding::Never { since: came_up.map_or(self.at, |step| step.at) }
            }
        }
    }
}
