//! Blockers: what was said of what could stop the release.

use serde::{Deserialize, Serialize};

use crate::blocker::{BlockerNumber, DeferredTo, Link, Owner, Proposal, Resolution, Update};
use crate::criterion::Function;
use crate::envelope::ActorId;
use crate::voice::Provenance;

/// The number is part of what was said, so that it stays when another payload is taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerProposed {
    pub blocker: BlockerNumber,
    #[serde(flatten)]
    pub proposal: Proposal,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerAccepted {
    pub blocker: BlockerNumber,
    /// Who sees to it from here on; nobody said leaves the owner as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Who is asked to own it, where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<ActorId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerRejected {
    pub blocker: BlockerNumber,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerOwned {
    pub blocker: BlockerNumber,
    #[serde(flatten)]
    pub owner: Owner,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerUpdated {
    pub blocker: BlockerNumber,
    #[serde(flatten)]
    pub update: Update,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerResolved {
    pub blocker: BlockerNumber,
    #[serde(flatten)]
    pub resolution: Resolution,
}

/// Somebody who may accepts it as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerWaived {
    pub blocker: BlockerNumber,
    pub function: Function,
    pub reason: String,
    /// What users will meet.
    pub users: String,
    #[serde(flatten)]
    pub provenance: Provenance,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerDeferred {
    pub blocker: BlockerNumber,
    pub to: DeferredTo,
    pub reason: String,
}

/// It was a mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerWithdrawn {
    pub blocker: BlockerNumber,
    pub reason: String,
}

/// It is the same as another, which has its tracks and links from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerMerged {
    pub blocker: BlockerNumber,
    pub into: BlockerNumber,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerReopened {
    pub blocker: BlockerNumber,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerLinked {
    pub blocker: BlockerNumber,
    pub link: Link,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerUnlinked {
    pub blocker: BlockerNumber,
    pub link: Link,
}
