//! The blockers of a track, as its criteria see them.
//!
//! Invariant: what nobody has accepted or rejected is not known to block, and is never taken for harmless.

use std::sync::Arc;

use super::listed::Lists;
use crate::blocker::{Blocker, BlockerState, Threatened};
use crate::criteria::fact::Fact;
use crate::criteria::fields::Fields;

impl Lists<'_> {
    /// Blockers live in Seaworthy alone: no tracker has others, and no import brings them. So this list is always known,
    /// nobody has to call it whole, and an empty one means that nobody has proposed any.
    pub(super) fn blockers(&self) -> Fact {
        let here = self.release.blockers.iter().filter(|blocker| blocker.is_on(&self.track.description.id));
        Fact::list(here.filter_map(|blocker| self.blocker(blocker)))
    }

    /// What was rejected, withdrawn or merged is no blocker of its own.
    fn blocker(&self, blocker: &Blocker) -> Option<Fact> {
        use BlockerState::{Merged, Rejected, Withdrawn};
        let (now, number) = (self.view.now, blocker.number);
        let state = blocker.state(now);
        if matches!(state, Rejected | Withdrawn | Merged) {
            return None;
        }
        let open = match state {
            BlockerState::Proposed => Fact::missing(format!("blockers[{number}].open"), unanswered(blocker)),
            state => Fact::Bool(state == BlockerState::Open),
        };
        let threatens = match &blocker.threatens {
            Threatened::Criterion { criterion } => criterion.shared(),
            Threatened::Milestone { milestone } => milestone.shared(),
        };
        let status = if state.is_live() { blocker.status_at(now).as_str() } else { "ended" };
        Some(Fact::Map(Arc::new(Fields::in_order([
            ("age_hours", super::age_hours(now, blocker.at)),
            ("name", Fact::text(format!("blocker {number}"))),
            ("number", Fact::Int(number.0.into())),
            ("open", open),
            ("owned", Fact::Bool(blocker.owner.is_some())),
            ("state", Fact::word(state.as_str())),
            ("status", Fact::word(status)),
            ("threatens", Fact::text(threatens)),
            ("title", Fact::text(blocker.title.as_str())),
        ]))))
    }
}

/// Says that nobody has said whether a blocker is one.
pub(crate) fn unanswered(blocker: &Blocker) -> String {
    format!("nobody has accepted or rejected blocker {} yet: “{}”", blocker.number, blocker.title)
}
