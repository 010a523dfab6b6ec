//! What folds of handoffs, submissions and a track's course.
//!
//! Invariant: a handoff that a new candidate voided stays void, also when the earlier build is nominated again.

use super::Release;
use crate::envelope::{Envelope, Position};
use crate::event::{
    CandidateNominated, CourseTurned, HandoffAnswer, HandoffAnswered, HandoffOffered, ReviewExpedited,
    ReworkPlanned, RolloutSaid, StoreSaid, Submitted, Turn,
};
use crate::handoff::{Given, Handoff, Standing};
use crate::id::TrackId;
use crate::store::Store;
use crate::submission::{Expedited, Rework, Rollout, Saying, Submission};
use crate::voice::Provenance;

fn given(envelope: &Envelope, provenance: Provenance, text: Option<String>) -> Given {
    Given {
        by: envelope.actor.clone(),
        behalf: provenance.behalf,
        at: envelope.recorded_at,
        position: envelope.position,
        text,
    }
}

impl Release {
    pub(super) fn handoff_offered(&mut self, envelope: &Envelope, offered: HandoffOffered) {
        self.on_track(&offered.track, |track| {
            track.handoffs.push(Handoff {
                position: envelope.position,
                build: offered.build,
                by: envelope.actor.clone(),
                behalf: offered.provenance.behalf,
                at: envelope.recorded_at,
                checklist: offered.checklist,
                note: offered.note,
                standing: Standing::Offered,
            });
        });
    }

    pub(super) fn handoff_answered(&mut self, envelope: &Envelope, answered: HandoffAnswered) {
        let word = given(envelope, answered.provenance, answered.text);
        self.on_track(&answered.track, |track| {
            let offered = track.handoffs.iter_mut().find(|handoff| handoff.position == answered.handoff);
            if let Some(handoff) = offered {
                let turned = match answered.answer {
                    HandoffAnswer::Accepted => handoff.clone().accept(word),
                    HandoffAnswer::Returned => handoff.clone().send_back(word),
                    HandoffAnswer::TakenBack => handoff.clone().take_back(word),
                };
                // An answer that the command would not have let through changes nothing.
                *handoff = turned.unwrap_or_else(|_| handoff.clone());
            }
        });
    }

    /// Voids what was handed over when another build is nominated.
    pub(super) fn void_handoffs(&mut self, envelope: &Envelope, nominated: &CandidateNominated) {
        self.on_track(&nominated.track, |track| {
            let why = format!("the candidate is now {}", track.build_label(&nominated.build));
            for handoff in &mut track.handoffs {
                if handoff.is_live() && handoff.build != nominated.build {
                    *handoff = handoff.clone().void(why.clone(), envelope.recorded_at, envelope.position);
                }
            }
            track.going.stable = None;
        });
    }

    pub(super) fn submitted(&mut self, envelope: &Envelope, submitted: Submitted) {
        self.on_track(&submitted.track, |track| {
            let behalf = submitted.provenance.behalf;
            let first = Saying {
                word: submitted.word,
                said_at: submitted.said_at,
                reason: None,
                by: envelope.actor.clone(),
                behalf: behalf.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
            };
            track.submissions.push(Submission {
                position: envelope.position,
                build: submitted.build,
                store: Store::named(track.description.store.as_deref()),
                by: envelope.actor.clone(),
                behalf,
                at: envelope.recorded_at,
                note: submitted.note,
                says: vec![first],
                rollout: Vec::new(),
                expedited: None,
                reworks: Vec::new(),
            });
        });
    }

    pub(super) fn store_said(&mut self, envelope: &Envelope, said: StoreSaid) {
        self.on_submission(&said.track, said.submission, |submission| {
            submission.says.push(Saying {
                word: said.word,
                said_at: said.said_at,
                reason: said.reason,
                by: envelope.actor.clone(),
                behalf: said.provenance.behalf,
                at: envelope.recorded_at,
                position: envelope.position,
            });
        });
    }

    pub(super) fn rollout_said(&mut self, envelope: &Envelope, said: RolloutSaid) {
        self.on_submission(&said.track, said.submission, |submission| {
            submission.rollout.push(Rollout {
                word: said.word,
                percent: said.percent,
                said_at: said.said_at,
                reason: said.reason,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
            });
        });
    }

    pub(super) fn review_expedited(&mut self, envelope: &Envelope, expedited: ReviewExpedited) {
        let word = given(envelope, expedited.provenance, expedited.text);
        self.on_submission(&expedited.track, expedited.submission, |submission| {
            match (expedited.granted, &mut submission.expedited) {
                (None, asked) => *asked = Some(Expedited { asked: word, granted: None }),
                (Some(granted), Some(asked)) => asked.granted = Some((granted, word)),
                (Some(_), None) => {}
            }
        });
    }

    pub(super) fn rework_planned(&mut self, envelope: &Envelope, planned: ReworkPlanned) {
        let plan = given(envelope, planned.provenance, Some(planned.plan));
        self.on_submission(&planned.track, planned.submission, |submission| {
            submission.reworks.push(Rework { plan, new_build: planned.new_build });
        });
    }

    pub(super) fn course_turned(&mut self, envelope: &Envelope, turned: CourseTurned) {
        let word = given(envelope, turned.provenance, turned.text);
        self.on_track(&turned.track, |track| {
            let going = &mut track.going;
            match turned.turn {
                Turn::Held => going.held = Some(word),
                Turn::Resumed => going.held = None,
                Turn::Withdrawn => going.withdrawn = Some(word),
                Turn::Returned => going.withdrawn = None,
                Turn::Stable => going.stable = Some(word),
                Turn::Unsettled => going.stable = None,
            }
        });
    }

    fn on_submission(&mut self, id: &TrackId, position: Position, change: impl FnOnce(&mut Submission)) {
        self.on_track(id, |track| {
            let found = track.submissions.iter_mut().find(|submission| submission.position == position);
            if let Some(submission) = found {
                change(submission);
            }
        });
    }
}
