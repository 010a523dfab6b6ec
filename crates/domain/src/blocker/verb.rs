//! What may be done with a blocker, by how it stands.
//!
//! Invariant: every verb has an answer in every state; a no says what would make it a yes.

use super::{Blocker, BlockerState};
use crate::refusal::Refusal;
use crate::time::Time;

/// Something that is done with a blocker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    Accept,
    Reject,
    Own,
    /// Say where it stands.
    Report,
    Note,
    Resolve,
    Waive,
    Defer,
    Withdraw,
    Merge,
    Reopen,
    /// Link it with something, or take a link off.
    Link,
}

impl Verb {
    pub const ALL: [Self; 12] = [
        Self::Accept,
        Self::Reject,
        Self::Own,
        Self::Report,
        Self::Note,
        Self::Resolve,
        Self::Waive,
        Self::Defer,
        Self::Withdraw,
        Self::Merge,
        Self::Reopen,
        Self::Link,
    ];

    /// Tells whether it may be done with a blocker that stands so.
    pub fn fits(self, state: BlockerState) -> bool {
        use BlockerState::{Deferred, Merged, Proposed, Rejected, Resolved, Waived, Withdrawn};
        match self {
            Self::Accept | Self::Reject => state == Proposed,
            Self::Own | Self::Report | Self::Withdraw | Self::Merge => state.is_live(),
            Self::Resolve | Self::Waive | Self::Defer => state == BlockerState::Open,
            Self::Reopen => matches!(state, Resolved | Waived | Deferred | Rejected),
            Self::Note | Self::Link => !matches!(state, Withdrawn | Merged),
        }
    }

    /// Returns what the verb does, after "cannot be".
    fn done(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Reject => "rejected",
            Self::Own => "given an owner",
            Self::Report => "given a status",
            Self::Note => "given a note",
            Self::Resolve => "resolved",
            Self::Waive => "waived",
            Self::Defer => "deferred",
            Self::Withdraw => "withdrawn",
            Self::Merge => "merged",
            Self::Reopen => "reopened",
            Self::Link => "linked",
        }
    }
}

impl Blocker {
    /// Checks that something may be done with it as it stands.
    ///
    /// # Errors
    /// The refusal, which says what would have to be done first.
    pub fn may(&self, verb: Verb, now: Time) -> Result<(), Refusal> {
        let state = self.state(now);
        if verb.fits(state) {
            return Ok(());
        }
        let number = self.number;
        let way = match (state, verb) {
            (BlockerState::Merged, _) => match self.merged_into() {
                Some(into) => format!("It is told as blocker {into} now: do it there."),
                None => "It is told as another one now: do it there.".to_owned(),
            },
            (BlockerState::Withdrawn, _) => "If it is one after all, propose it anew.".to_owned(),
            (BlockerState::Proposed, Verb::Reopen) => {
                "It waits to be accepted or rejected; do that instead.".to_owned()
            }
            (BlockerState::Proposed, _) => "Accept it first, or reject it.".to_owned(),
            (BlockerState::Open, Verb::Reopen) => "There is nothing to reopen.".to_owned(),
            (BlockerState::Open, _) => {
                "Once accepted it ends by being resolved, waived, deferred or withdrawn.".to_owned()
            }
            _ => "Reopen it first.".to_owned(),
        };
        Err(Refusal::contradiction(format!(
            "Blocker {number} is {}, so it cannot be {}. {way}",
            state.as_str(),
            verb.done()
        )))
    }
}
