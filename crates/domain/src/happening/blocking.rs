//! The sentences of blockers.
//!
//! Invariant: a blocker is named by its number and its title, so that a line can be read out.

use super::teller::{Teller, Told};
use super::{About, Topic};
use crate::blocker::{BlockerNumber, DeferredTo, Kind, Link};
use crate::event::{
    BlockerAccepted, BlockerDeferred, BlockerLinked, BlockerMerged, BlockerOwned, BlockerProposed,
    BlockerRejected, BlockerReopened, BlockerResolved, BlockerUnlinked, BlockerUpdated, BlockerWaived,
    BlockerWithdrawn,
};
use crate::id::TrackId;

impl Teller<'_> {
    fn blocker(&self, number: BlockerNumber) -> String {
        let blocker = self.release.and_then(|release| release.blocker(number));
        blocker.map_or_else(|| format!("blocker {number}"), |blocker| blocker.label())
    }

    /// Tells something of a blocker; on its track, if it is on one alone.
    fn about_blocker(&self, number: BlockerNumber, sentence: String) -> Told {
        let blocker = self.release.and_then(|release| release.blocker(number));
        on(
            Told::new(Topic::Blocker, About::Blocker(number), sentence),
            blocker.map(|of| of.tracks.as_slice()),
        )
    }

    pub(super) fn blocker_proposed(&self, proposed: &BlockerProposed) -> Told {
        let (number, proposal) = (proposed.blocker, &proposed.proposal);
        let threatened = match self.release {
            Some(release) => proposal.threatens.told(release),
            None => "the release".to_owned(),
        };
        let sentence =
            format!("proposed blocker {number} “{}”, which threatens {threatened}", proposal.title);
        let told = Told::new(Topic::Blocker, About::Blocker(number), sentence);
        on(told, Some(&proposal.tracks)).with(proposal.details.clone())
    }

    pub(super) fn blocker_accepted(&self, accepted: &BlockerAccepted) -> Told {
        let sentence = format!("accepted {}", self.blocker(accepted.blocker));
        match (&accepted.owner, &accepted.asked) {
            (Some(owner), _) => {
                let then = format!("owns it for {}", owner.function.as_str());
                self.about_blocker(accepted.blocker, format!("{sentence};")).naming(&owner.person, then)
            }
            (None, Some(asked)) => self
                .about_blocker(accepted.blocker, format!("{sentence};"))
                .naming(asked, "is asked to own it".to_owned()),
            (None, None) => self.about_blocker(accepted.blocker, sentence),
        }
    }

    pub(super) fn blocker_rejected(&self, rejected: &BlockerRejected) -> Told {
        let sentence = format!("rejected {}", self.blocker(rejected.blocker));
        self.about_blocker(rejected.blocker, sentence).with(Some(rejected.reason.clone()))
    }

    pub(super) fn blocker_owned(&self, owned: &BlockerOwned) -> Told {
        let sentence = format!("gave {} to", self.blocker(owned.blocker));
        let then = format!("to see to it for {}", owned.owner.function.as_str());
        self.about_blocker(owned.blocker, sentence)
            .naming(&owned.owner.person, then)
            .with(owned.reason.clone())
    }

    pub(super) fn blocker_updated(&self, updated: &BlockerUpdated) -> Told {
        let blocker = self.blocker(updated.blocker);
        let sentence = match updated.update.kind {
            Kind::Status => format!("gave the status of {blocker}"),
            Kind::Note => format!("noted something on {blocker}, which is no status"),
        };
        self.about_blocker(updated.blocker, sentence)
            .with(Some(updated.update.text.clone()))
            .coming(&updated.provenance, self.release)
    }

    pub(super) fn blocker_resolved(&self, resolved: &BlockerResolved) -> Told {
        let resolution = &resolved.resolution;
        let build = resolution.build.as_ref().map(|on| format!(" with {}", self.build(&on.track, &on.build)));
        let run = resolution.run.map(|run| format!(", shown by evidence {run}"));
        let sentence = format!(
            "resolved {}{}{}",
            self.blocker(resolved.blocker),
            build.unwrap_or_default(),
            run.unwrap_or_default()
        );
        self.about_blocker(resolved.blocker, sentence).with(Some(resolution.evidence.clone()))
    }

    pub(super) fn blocker_waived(&self, waived: &BlockerWaived) -> Told {
        let sentence = format!("waived {} for {}", self.blocker(waived.blocker), waived.function.as_str());
        let users = waived.users.trim_end_matches('.');
        self.about_blocker(waived.blocker, sentence)
            .with(Some(format!("{}. Users will meet: {users}", waived.reason.trim_end_matches('.'))))
            .coming(&waived.provenance, self.release)
    }

    pub(super) fn blocker_deferred(&self, deferred: &BlockerDeferred) -> Told {
        let blocker = self.blocker(deferred.blocker);
        let sentence = match &deferred.to {
            DeferredTo::Release { release } => format!("deferred {blocker} to {release}"),
            DeferredTo::Moment { .. } => format!("put {blocker} off for a while"),
        };
        self.about_blocker(deferred.blocker, sentence).with(Some(deferred.reason.clone()))
    }

    pub(super) fn blocker_withdrawn(&self, withdrawn: &BlockerWithdrawn) -> Told {
        let sentence = format!("withdrew {}", self.blocker(withdrawn.blocker));
        Told { topic: Topic::Correction, ..self.about_blocker(withdrawn.blocker, sentence) }
            .with(Some(withdrawn.reason.clone()))
    }

    pub(super) fn blocker_merged(&self, merged: &BlockerMerged) -> Told {
        let sentence = format!(
            "merged {} into {}: they are the same",
            self.blocker(merged.blocker),
            self.blocker(merged.into)
        );
        self.about_blocker(merged.into, sentence)
    }

    pub(super) fn blocker_reopened(&self, reopened: &BlockerReopened) -> Told {
        let sentence = format!("reopened {}", self.blocker(reopened.blocker));
        self.about_blocker(reopened.blocker, sentence).with(Some(reopened.reason.clone()))
    }

    pub(super) fn blocker_linked(&self, linked: &BlockerLinked) -> Told {
        let sentence = format!("linked {} with {}", self.blocker(linked.blocker), self.linked(&linked.link));
        self.about_blocker(linked.blocker, sentence)
    }

    pub(super) fn blocker_unlinked(&self, unlinked: &BlockerUnlinked) -> Told {
        let (blocker, link) = (self.blocker(unlinked.blocker), self.linked(&unlinked.link));
        self.about_blocker(unlinked.blocker, format!("took the link with {link} off {blocker}"))
    }

    fn linked(&self, link: &Link) -> String {
        self.release.map_or_else(|| link.name().to_owned(), |release| link.told(release))
    }
}

fn on(told: Told, tracks: Option<&[TrackId]>) -> Told {
    match tracks {
        Some([track]) => told.on(track),
        _ => told,
    }
}
