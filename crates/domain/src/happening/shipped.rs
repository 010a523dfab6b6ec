//! The sentences of handoffs, submissions, rollouts and a track's course.
//!
//! Invariant: the store's word is quoted, with what it comes to beside it.

use super::teller::{Teller, Told};
use super::{About, Topic};
use crate::envelope::Position;
use crate::event::{
    CourseTurned, HandoffAnswer, HandoffAnswered, HandoffOffered, ReviewExpedited, ReworkPlanned,
    RolloutSaid, StoreSaid, Submitted, Turn,
};
use crate::id::TrackId;
use crate::store::{Stage, Store};
use crate::words;

impl Teller<'_> {
    fn shipped(&self, track: &TrackId, sentence: String) -> Told {
        Told::new(Topic::Shipping, About::Track(track.clone()), sentence).on(track)
    }

    fn store_of(&self, track: &TrackId) -> Store {
        let track = self.release.and_then(|release| release.tracks.get(track));
        Store::named(track.and_then(|track| track.description.store.as_deref()))
    }

    /// Names the build of a submission: "iOS 4.2.0 (514)".
    fn sent(&self, track: &TrackId, position: Position) -> String {
        let found = self.release.and_then(|release| release.tracks.get(track));
        let build = found.and_then(|found| {
            Some(&found.submissions.iter().find(|submission| submission.position == position)?.build)
        });
        build.map_or_else(|| self.track_name(track), |build| self.build(track, build))
    }

    pub(super) fn handoff_offered(&self, offered: &HandoffOffered) -> Told {
        let build = self.build(&offered.track, &offered.build);
        let open = offered.checklist.iter().filter(|item| !item.done).count() as i64;
        let open = match open {
            0 => "all of its checklist done".to_owned(),
            open => format!("{} of its checklist open", words::count(open, "line", "lines")),
        };
        self.shipped(&offered.track, format!("offered {build} to be submitted, {open}"))
            .with(offered.note.clone())
            .coming(&offered.provenance, self.release)
    }

    pub(super) fn handoff_answered(&self, answered: &HandoffAnswered) -> Told {
        let verb = match answered.answer {
            HandoffAnswer::Accepted => "accepted",
            HandoffAnswer::Returned => "returned",
            HandoffAnswer::TakenBack => "took back",
        };
        let track = self.release.and_then(|release| release.tracks.get(&answered.track));
        let build = track.and_then(|track| {
            Some(&track.handoffs.iter().find(|handoff| handoff.position == answered.handoff)?.build)
        });
        let what = build
            .map_or_else(|| self.track_name(&answered.track), |build| self.build(&answered.track, build));
        self.shipped(&answered.track, format!("{verb} the handoff of {what}"))
            .with(answered.text.clone())
            .coming(&answered.provenance, self.release)
    }

    pub(super) fn submitted(&self, submitted: &Submitted) -> Told {
        let store = self.store_of(&submitted.track);
        let build = self.build(&submitted.track, &submitted.build);
        let sentence = format!("sent {build} to {}: {}", store.label(), submitted.word);
        self.shipped(&submitted.track, sentence)
            .with(submitted.note.clone())
            .coming(&submitted.provenance, self.release)
    }

    pub(super) fn store_said(&self, said: &StoreSaid) -> Told {
        let store = self.store_of(&said.track);
        let comes_to = match store.stage(&said.word) {
            Stage::Unknown => "which is not known here",
            stage => stage.label(),
        };
        let sentence = format!(
            "told that {} says {} of {}: {comes_to}",
            store.label(),
            said.word,
            self.sent(&said.track, said.submission)
        );
        self.shipped(&said.track, sentence).with(said.reason.clone()).coming(&said.provenance, self.release)
    }

    pub(super) fn rollout_said(&self, said: &RolloutSaid) -> Told {
        let percent =
            said.percent.map(|percent| format!(", {} %", words::decimal(percent))).unwrap_or_default();
        let sentence = format!(
            "told how the rollout of {} goes: {}{percent}",
            self.sent(&said.track, said.submission),
            said.word
        );
        self.shipped(&said.track, sentence).with(said.reason.clone())
    }

    pub(super) fn review_expedited(&self, expedited: &ReviewExpedited) -> Told {
        let build = self.sent(&expedited.track, expedited.submission);
        let store = self.store_of(&expedited.track).label();
        let sentence = match expedited.granted {
            None => format!("asked {store} to review {build} sooner"),
            Some(true) => format!("told that {store} reviews {build} sooner"),
            Some(false) => format!("told that {store} does not review {build} sooner"),
        };
        self.shipped(&expedited.track, sentence)
            .with(expedited.text.clone())
            .coming(&expedited.provenance, self.release)
    }

    pub(super) fn rework_planned(&self, planned: &ReworkPlanned) -> Told {
        let build = self.sent(&planned.track, planned.submission);
        let how = if planned.new_build { "with another build" } else { "with the same build" };
        self.shipped(&planned.track, format!("planned what follows the rejection of {build}, {how}"))
            .with(Some(planned.plan.clone()))
            .coming(&planned.provenance, self.release)
    }

    pub(super) fn course_turned(&self, turned: &CourseTurned) -> Told {
        let name = self.track_name(&turned.track);
        let sentence = match turned.turn {
            Turn::Held => format!("held {name}"),
            Turn::Resumed => format!("let {name} go on"),
            Turn::Withdrawn => format!("withdrew {name} from the release"),
            Turn::Returned => format!("took {name} back into the release"),
            Turn::Stable => format!("said that {name} is stable"),
            Turn::Unsettled => format!("said that {name} is not stable after all"),
        };
        self.shipped(&turned.track, sentence)
            .with(turned.text.clone())
            .coming(&turned.provenance, self.release)
    }
}
