//! What folds of blockers.
//!
//! Invariant: a number names one blocker for good, also when what proposed another was taken out of the journal.

use std::sync::Arc;

use super::Release;
use crate::blocker::{Blocker, BlockerNumber, Did, How, Step};
use crate::envelope::Envelope;
use crate::event::{
    BlockerAccepted, BlockerMerged, BlockerOwned, BlockerProposed, BlockerUpdated, BlockerWaived, Event,
};
use crate::voice::Behalf;

impl Release {
    /// Folds what was said of a blocker.
    pub(super) fn blocking(&mut self, envelope: &Envelope, event: Event) {
        match event {
            Event::BlockerProposed(proposed) => self.blocker_proposed(envelope, *proposed),
            Event::BlockerAccepted(accepted) => self.blocker_accepted(envelope, accepted),
            Event::BlockerOwned(owned) => self.blocker_owned(envelope, owned),
            Event::BlockerUpdated(updated) => self.blocker_updated(envelope, updated),
            Event::BlockerMerged(merged) => self.blocker_merged(envelope, &merged),
            Event::BlockerWaived(waived) => {
                let BlockerWaived { blocker, function, reason, users, provenance } = waived;
                let how = How::Waived { function, reason, users };
                self.step(blocker, step(envelope, Did::Ended(how), provenance.behalf));
            }
            Event::BlockerRejected(of) => {
                self.ended(envelope, of.blocker, How::Rejected { reason: of.reason });
            }
            Event::BlockerWithdrawn(of) => {
                self.ended(envelope, of.blocker, How::Withdrawn { reason: of.reason });
            }
            Event::BlockerResolved(of) => self.ended(envelope, of.blocker, How::Resolved(of.resolution)),
            Event::BlockerDeferred(of) => {
                self.ended(envelope, of.blocker, How::Deferred { to: of.to, reason: of.reason });
            }
            Event::BlockerReopened(of) => {
                self.step(of.blocker, step(envelope, Did::Reopened { reason: of.reason }, None));
            }
            Event::BlockerLinked(of) => {
                let Some(blocker) = self.blocker_mut(of.blocker) else { return };
                if !blocker.links.contains(&of.link) {
                    blocker.links.push(of.link.clone());
                }
                blocker.steps.push(step(envelope, Did::Linked(of.link), None));
            }
            Event::BlockerUnlinked(of) => {
                let Some(blocker) = self.blocker_mut(of.blocker) else { return };
                blocker.links.retain(|link| *link != of.link);
                blocker.steps.push(step(envelope, Did::Unlinked(of.link), None));
            }
            _ => {}
        }
    }

    fn blocker_proposed(&mut self, envelope: &Envelope, proposed: BlockerProposed) {
        let BlockerProposed { blocker: number, proposal } = proposed;
        if self.blockers.last().is_some_and(|last| last.number >= number) {
            return;
        }
        self.blockers.push(Arc::new(Blocker {
            number,
            title: proposal.title,
            tracks: proposal.tracks,
            threatens: proposal.threatens,
            details: proposal.details,
            owner: proposal.owner,
            links: proposal.links,
            by: envelope.actor.clone(),
            at: envelope.recorded_at,
            position: envelope.position,
            steps: vec![step(envelope, Did::Proposed, None)],
        }));
    }

    fn blocker_accepted(&mut self, envelope: &Envelope, accepted: BlockerAccepted) {
        let Some(blocker) = self.blocker_mut(accepted.blocker) else { return };
        blocker.steps.push(step(envelope, Did::Accepted { asked: accepted.asked }, None));
        if let Some(owner) = accepted.owner {
            blocker.owner = Some(owner.clone());
            blocker.steps.push(step(envelope, Did::Owned { owner, reason: None }, None));
        }
    }

    fn blocker_owned(&mut self, envelope: &Envelope, owned: BlockerOwned) {
        let Some(blocker) = self.blocker_mut(owned.blocker) else { return };
        let BlockerOwned { owner, reason, .. } = owned;
        blocker.owner = Some(owner.clone());
        blocker.steps.push(step(envelope, Did::Owned { owner, reason }, None));
    }

    fn blocker_updated(&mut self, envelope: &Envelope, updated: BlockerUpdated) {
        let BlockerUpdated { blocker, update, provenance } = updated;
        self.step(blocker, step(envelope, Did::Said(update), provenance.behalf));
    }

    /// The other keeps the tracks and the links of both.
    fn blocker_merged(&mut self, envelope: &Envelope, merged: &BlockerMerged) {
        let Some(from) = self.blocker(merged.blocker).cloned() else { return };
        let Some(into) = self.blocker_mut(merged.into) else { return };
        for track in &from.tracks {
            if !into.tracks.contains(track) {
                into.tracks.push(track.clone());
            }
        }
        for link in &from.links {
            if !into.links.contains(link) {
                into.links.push(link.clone());
            }
        }
        into.steps.push(step(envelope, Did::Absorbed(merged.blocker), None));
        self.ended(envelope, merged.blocker, How::Merged { into: merged.into });
    }

    fn ended(&mut self, envelope: &Envelope, number: BlockerNumber, how: How) {
        self.step(number, step(envelope, Did::Ended(how), None));
    }

    fn step(&mut self, number: BlockerNumber, step: Step) {
        if let Some(blocker) = self.blocker_mut(number) {
            blocker.steps.push(step);
        }
    }

    fn blocker_mut(&mut self, number: BlockerNumber) -> Option<&mut Blocker> {
        let index = self.blockers.binary_search_by_key(&number, |blocker| blocker.number).ok()?;
        self.blockers.get_mut(index).map(Arc::make_mut)
    }

    /// Finds a blocker by its number.
    pub fn blocker(&self, number: BlockerNumber) -> Option<&Arc<Blocker>> {
        let index = self.blockers.binary_search_by_key(&number, |blocker| blocker.number).ok()?;
        self.blockers.get(index)
    }

    /// Returns the number that the next blocker has.
    pub(crate) fn next_blocker(&self) -> BlockerNumber {
        BlockerNumber(self.blockers.last().map_or(0, |last| last.number.0).saturating_add(1))
    }
}

fn step(envelope: &Envelope, did: Did, behalf: Option<Behalf>) -> Step {
    Step { did, by: envelope.actor.clone(), behalf, at: envelope.recorded_at, position: envelope.position }
}
