//! The sentences of targets and milestones, and of imported holidays.
//!
//! Invariant: a move says where from and where to.

use super::teller::{Teller, Told};
use super::{About, Topic};
use crate::event::{
    HolidayRemoved, HolidaysImported, MilestoneAdded, MilestoneDropped, MilestonePlanned, MilestoneReached,
    ReachedWithdrawn, TargetSet,
};
use crate::id::{MilestoneId, TrackId};
use crate::timeline::milestones;
use crate::words;

impl Teller<'_> {
    fn milestone(&self, track: &TrackId, id: &MilestoneId) -> String {
        let release = self.release.and_then(|release| Some((release, release.tracks.get(track)?)));
        let found = release.and_then(|(release, track)| {
            milestones(release, track).into_iter().find(|milestone| milestone.id == *id)
        });
        let name = found.map_or_else(|| id.to_string(), |milestone| milestone.name);
        format!("“{name}” of {}", self.track_name(track))
    }

    fn on_timeline(&self, track: &TrackId, sentence: String) -> Told {
        Told::new(Topic::Timeline, About::Timeline, sentence).on(track)
    }

    pub(super) fn target_set(&self, set: &TargetSet) -> Told {
        let name = self.track_name(&set.track);
        let track = self.release.and_then(|release| release.tracks.get(&set.track));
        let targets = track.map(|track| track.course.targets.as_slice()).unwrap_or_default();
        let before = targets.iter().rfind(|target| target.position < self.envelope.position);
        let sentence = match before {
            None => format!("set the go-live of {name} for {}", set.on.told()),
            Some(before) => {
                format!("moved the go-live of {name} from {} to {}", before.on.told(), set.on.told())
            }
        };
        self.on_timeline(&set.track, sentence).with(set.reason.clone())
    }

    pub(super) fn milestone_added(&self, added: &MilestoneAdded) -> Told {
        let name = self.track_name(&added.track);
        let sentence = format!("added the milestone “{}” to {name}, for {}", added.name, added.on.told());
        self.on_timeline(&added.track, sentence)
    }

    pub(super) fn milestone_planned(&self, planned: &MilestonePlanned) -> Told {
        let milestone = self.milestone(&planned.track, &planned.milestone);
        let sentence = match planned.on {
            Some(on) => format!("planned {milestone} for {}", on.told()),
            None => format!("gave {milestone} back to the template"),
        };
        self.on_timeline(&planned.track, sentence).with(Some(planned.reason.clone()))
    }

    pub(super) fn milestone_reached(&self, reached: &MilestoneReached) -> Told {
        let milestone = self.milestone(&reached.track, &reached.milestone);
        let sentence = format!("said that {milestone} was reached on {}", reached.on.told());
        self.on_timeline(&reached.track, sentence).with(reached.note.clone())
    }

    pub(super) fn reached_withdrawn(&self, withdrawn: &ReachedWithdrawn) -> Told {
        let milestone = self.milestone(&withdrawn.track, &withdrawn.milestone);
        let sentence = format!("withdrew that {milestone} was reached");
        let told = self.on_timeline(&withdrawn.track, sentence).with(Some(withdrawn.reason.clone()));
        Told { topic: Topic::Correction, ..told }
    }

    pub(super) fn milestone_dropped(&self, dropped: &MilestoneDropped) -> Told {
        let milestone = self.milestone(&dropped.track, &dropped.milestone);
        self.on_timeline(&dropped.track, format!("dropped {milestone}")).with(Some(dropped.reason.clone()))
    }

    pub(super) fn holidays_imported(&self, imported: &HolidaysImported) -> Told {
        let count = words::count(imported.holidays.len() as i64, "holiday", "holidays");
        let names: Vec<String> = imported
            .holidays
            .iter()
            .map(|holiday| format!("{}, {}", holiday.name, holiday.date.told()))
            .collect();
        let sentence = format!("took {count} into the calendar, from {}", imported.source);
        Told::new(Topic::Timeline, About::Calendar, sentence).with(Some(words::list(&names, names.len(), 4)))
    }

    pub(super) fn holiday_removed(&self, removed: &HolidayRemoved) -> Told {
        let sentence = format!("took {} out of the calendar’s holidays", removed.date.told());
        Told::new(Topic::Timeline, About::Calendar, sentence).with(Some(removed.reason.clone()))
    }
}
