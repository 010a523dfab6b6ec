//! What folds of targets and milestones, and of holidays that were imported.
//!
//! Invariant: a move of a target keeps where it was, and a milestone that is withdrawn or dropped keeps why.

use super::Release;
use crate::envelope::Envelope;
use crate::event::{
    MilestoneAdded, MilestoneDropped, MilestonePlanned, MilestoneReached, ReachedWithdrawn, TargetSet,
};
use crate::evidence::Withdrawal;
use crate::id::{MilestoneId, TrackId};
use crate::timeline::{Dropped, Kept, OwnDay, Reached, Target};

impl Release {
    pub(super) fn target_set(&mut self, envelope: &Envelope, set: TargetSet) {
        self.on_track(&set.track, |track| {
            track.course.targets.push(Target {
                on: set.on,
                reason: set.reason,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
            });
        });
    }

    pub(super) fn milestone_added(&mut self, envelope: &Envelope, added: MilestoneAdded) {
        let MilestoneAdded { track, milestone, name, on } = added;
        self.on_milestone(&track, milestone, |kept| {
            kept.added = Some(name);
            kept.dropped = None;
            kept.own.push(own_day(envelope, Some(on), None));
        });
    }

    pub(super) fn milestone_planned(&mut self, envelope: &Envelope, planned: MilestonePlanned) {
        let MilestonePlanned { track, milestone, on, reason } = planned;
        self.on_milestone(&track, milestone, |kept| {
            kept.dropped = None;
            kept.own.push(own_day(envelope, on, Some(reason)));
        });
    }

    pub(super) fn milestone_reached(&mut self, envelope: &Envelope, reached: MilestoneReached) {
        let MilestoneReached { track, milestone, on, note } = reached;
        self.on_milestone(&track, milestone, |kept| {
            kept.reached.push(Reached {
                on,
                note,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
                withdrawn: None,
            });
        });
    }

    pub(super) fn reached_withdrawn(&mut self, envelope: &Envelope, withdrawn: ReachedWithdrawn) {
        let ReachedWithdrawn { track, milestone, reached, reason } = withdrawn;
        self.on_milestone(&track, milestone, |kept| {
            if let Some(reached) = kept.reached.iter_mut().find(|of| of.position == reached) {
                reached.withdrawn.get_or_insert(Withdrawal {
                    by: envelope.actor.clone(),
                    at: envelope.recorded_at,
                    position: envelope.position,
                    reason,
                });
            }
        });
    }

    pub(super) fn milestone_dropped(&mut self, envelope: &Envelope, dropped: MilestoneDropped) {
        let MilestoneDropped { track, milestone, reason } = dropped;
        self.on_milestone(&track, milestone, |kept| {
            kept.dropped = Some(Dropped {
                reason,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
            });
        });
    }

    fn on_milestone(&mut self, track: &TrackId, id: MilestoneId, change: impl FnOnce(&mut Kept)) {
        self.on_track(track, |track| change(track.course.milestones.entry(id).or_default()));
    }
}

fn own_day(envelope: &Envelope, on: Option<crate::calendar::Day>, reason: Option<String>) -> OwnDay {
    OwnDay { on, reason, by: envelope.actor.clone(), at: envelope.recorded_at, position: envelope.position }
}
