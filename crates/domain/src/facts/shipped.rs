//! What a criterion can see of the handoff.
//!
//! Invariant: what waits for an answer is not known, and no refusal is taken for one.

use super::Gather;
use crate::criteria::fact::Fact;
use crate::handoff::Standing;

impl Gather<'_> {
    pub(super) fn handoff(&self) -> Fact {
        let build = &self.candidate.number;
        let last = self.track.handoffs.iter().rfind(|handoff| handoff.build == *build);
        let accepted = |known: bool| Fact::map([("accepted", Fact::Bool(known))]);
        let missing = |why: String| Fact::map([("accepted", Fact::missing("handoff.accepted", why))]);
        let candidate = self.candidate;
        match last.map(|handoff| &handoff.standing) {
            Some(Standing::Accepted(_)) => accepted(true),
            Some(Standing::Returned(_)) => accepted(false),
            Some(Standing::Offered) => missing(format!("the handoff of {candidate} waits to be accepted")),
            Some(Standing::TakenBack(_)) => missing(format!("the offer of {candidate} was taken back")),
            Some(Standing::Voided { why, .. }) => {
                missing(format!("the handoff of {candidate} is void: {why}"))
            }
            None => missing(match self.track.handoffs.last() {
                Some(earlier) => self.stale("the handoff", "was of", &earlier.build),
                None => format!("{candidate} was not handed over yet"),
            }),
        }
    }
}

/// What nobody can have handed over, as no build is nominated.
pub(super) fn nothing_handed_over(missing: impl Fn(&str) -> Fact) -> Fact {
    Fact::map([("accepted", missing("handoff.accepted"))])
}
