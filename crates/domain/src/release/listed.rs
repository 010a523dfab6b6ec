//! What folds of defects, changes and risks, and of the word that a list of them is whole.
//!
//! Invariant: a report replaces a report; what people here added stays.

use std::sync::Arc;

use super::Release;
use crate::change::{Change, Said, TakenOut};
use crate::defect::{Answer, Defect, Deferral};
use crate::envelope::{Envelope, Position};
use crate::event::{
    ChangeDescribed, ChangePutBack, ChangeSaid, ChangeTakenOut, DefectDeferred, DefectReported,
    DefectTranslated, DefectWithdrawn, ExposureTold, ListWhole, RiskClosed, RiskNoted,
};
use crate::id::{ChangeKey, DefectKey};
use crate::impact::Translated;
use crate::listing::{List, Whole};
use crate::risk::{Risk, RiskEnd};

impl Release {
    pub(super) fn defect_reported(&mut self, envelope: &Envelope, reported: DefectReported) {
        let DefectReported { defect: key, report, source, reason: _ } = reported;
        let worse = match self.defects.get(&key).cloned() {
            Some(before) => self.lapse_with_defect(envelope, &before, &report),
            None => None,
        };
        match self.defects.get_mut(&key) {
            Some(defect) => {
                let defect = Arc::make_mut(defect);
                defect.was_open |= !report.state.is_settled();
                defect.report = report;
                defect.source = source;
                defect.reported_at = envelope.recorded_at;
                defect.reported = envelope.position;
                defect.withdrawn = None;
                defect.turned_worse.extend(worse);
            }
            None => {
                let defect = Defect {
                    key: key.clone(),
                    was_open: !report.state.is_settled(),
                    report,
                    source,
                    by: envelope.actor.clone(),
                    at: envelope.recorded_at,
                    position: envelope.position,
                    reported_at: envelope.recorded_at,
                    reported: envelope.position,
                    impact: None,
                    turned_worse: Vec::new(),
                    answers: Default::default(),
                    deferral: None,
                    withdrawn: None,
                };
                self.defects.insert(key, Arc::new(defect));
            }
        }
    }

    pub(super) fn defect_translated(&mut self, envelope: &Envelope, translated: DefectTranslated) {
        let before = self.defects.get(&translated.defect).cloned();
        let worse = before.and_then(|before| self.lapse_with_impact(envelope, &before, &translated.impact));
        self.on_defect(&translated.defect, |defect| {
            defect.turned_worse.extend(worse);
            defect.impact = Some(Translated {
                impact: translated.impact,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
            });
        });
    }

    pub(super) fn exposure_told(&mut self, envelope: &Envelope, told: ExposureTold) {
        self.on_defect(&told.defect, |defect| {
            let answer = Answer {
                exposure: told.exposure,
                note: told.note,
                by: envelope.actor.clone(),
                behalf: told.provenance.behalf,
                at: envelope.recorded_at,
                position: envelope.position,
            };
            defect.answers.insert(told.track, answer);
        });
    }

    pub(super) fn defect_deferred(&mut self, envelope: &Envelope, deferred: DefectDeferred) {
        self.on_defect(&deferred.defect, |defect| {
            defect.deferral = deferred.to.map(|to| Deferral {
                to,
                reason: deferred.reason,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
            });
        });
    }

    pub(super) fn defect_withdrawn(&mut self, envelope: &Envelope, withdrawn: DefectWithdrawn) {
        self.on_defect(&withdrawn.defect, |defect| {
            defect.withdrawn = Some(taken_out(envelope, withdrawn.reason));
        });
    }

    fn on_defect(&mut self, key: &DefectKey, change: impl FnOnce(&mut Defect)) {
        if let Some(defect) = self.defects.get_mut(key) {
            change(Arc::make_mut(defect));
        }
    }

    pub(super) fn change_described(&mut self, envelope: &Envelope, described: ChangeDescribed) {
        let ChangeDescribed { change: key, description, source, reason: _ } = described;
        match self.changes.get_mut(&key) {
            Some(change) => {
                let change = Arc::make_mut(change);
                change.description = description;
                change.source = source;
                change.described_at = envelope.recorded_at;
                change.described = envelope.position;
            }
            None => {
                let change = Change {
                    key: key.clone(),
                    description,
                    source,
                    by: envelope.actor.clone(),
                    at: envelope.recorded_at,
                    position: envelope.position,
                    described_at: envelope.recorded_at,
                    described: envelope.position,
                    said: Default::default(),
                    taken_out: None,
                };
                self.changes.insert(key, Arc::new(change));
            }
        }
    }

    pub(super) fn change_said(&mut self, envelope: &Envelope, said: ChangeSaid) {
        self.on_change(&said.change, |change| {
            let before = change.said.get(&said.function);
            let was_done = before.filter(|before| before.done && !said.done);
            let word = Said {
                done: said.done,
                takes_back: was_done.map(|before| before.position),
                notes: said.notes,
                by: envelope.actor.clone(),
                behalf: said.provenance.behalf,
                at: envelope.recorded_at,
                position: envelope.position,
            };
            change.said.insert(said.function, word);
        });
    }

    pub(super) fn change_taken_out(&mut self, envelope: &Envelope, taken: ChangeTakenOut) {
        self.on_change(&taken.change, |change| {
            change.taken_out = Some(taken_out(envelope, taken.reason));
        });
    }

    pub(super) fn change_put_back(&mut self, back: &ChangePutBack) {
        self.on_change(&back.change, |change| change.taken_out = None);
    }

    fn on_change(&mut self, key: &ChangeKey, change: impl FnOnce(&mut Change)) {
        if let Some(known) = self.changes.get_mut(key) {
            change(Arc::make_mut(known));
        }
    }

    pub(super) fn risk_noted(&mut self, envelope: &Envelope, noted: RiskNoted) {
        match noted.risk {
            Some(position) => {
                if let Some(risk) = self.risk_mut(position) {
                    risk.description = noted.description;
                    risk.revised_at = envelope.recorded_at;
                    risk.revised = envelope.position;
                    risk.closed = None;
                }
            }
            None => self.risks.push(Risk {
                position: envelope.position,
                description: noted.description,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                revised_at: envelope.recorded_at,
                revised: envelope.position,
                closed: None,
            }),
        }
    }

    pub(super) fn risk_closed(&mut self, envelope: &Envelope, closed: RiskClosed) {
        if let Some(risk) = self.risk_mut(closed.risk) {
            risk.closed.get_or_insert(RiskEnd {
                happened: closed.happened,
                outcome: closed.outcome,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                position: envelope.position,
            });
        }
    }

    fn risk_mut(&mut self, position: Position) -> Option<&mut Risk> {
        let index = self.risks.binary_search_by_key(&position, |risk| risk.position).ok()?;
        self.risks.get_mut(index)
    }

    /// Finds a risk by its position.
    pub fn risk(&self, position: Position) -> Option<&Risk> {
        let index = self.risks.binary_search_by_key(&position, |risk| risk.position).ok()?;
        self.risks.get(index)
    }

    pub(super) fn list_whole(&mut self, envelope: &Envelope, whole: ListWhole) {
        self.wholes.push(Whole {
            position: envelope.position,
            actor: envelope.actor.clone(),
            recorded_at: envelope.recorded_at,
            list: whole.list,
            source: whole.source,
            note: whole.note,
            withdrawn: None,
        });
    }

    /// Returns the last word that a list is whole, if it still counts.
    pub fn whole(&self, list: List) -> Option<&Whole> {
        self.wholes.iter().rfind(|whole| whole.list == list && whole.withdrawn.is_none())
    }
}

fn taken_out(envelope: &Envelope, reason: String) -> TakenOut {
    TakenOut { reason, by: envelope.actor.clone(), at: envelope.recorded_at, position: envelope.position }
}
