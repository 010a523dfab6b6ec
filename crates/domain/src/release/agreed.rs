//! What folds of agreements: definitions, waivers, sign-offs and assessments.
//!
//! Invariant: whatever ends the scope of a waiver ends it here, in the fold, and for good.

use super::Release;
use crate::assessment::{Assessment, SignOff};
use crate::criterion::Definition;
use crate::defect::{Defect, DefectReport, Worse};
use crate::definition::{Agreement, Draft, Dropped, Late, Ruling};
use crate::envelope::{Envelope, Position};
use crate::event::{
    Assessed, CandidateNominated, DefinitionAgreed, DraftDropped, SignedOff, WaiverApproved, WaiverRejected,
    WaiverRequested, WaiverRevoked,
};
use crate::id::DefectKey;
use crate::impact::Impact;
use crate::waiver::{Answer, End, Scope, Subject, Waiver};

impl Release {
    pub(super) fn drafted(&mut self, envelope: &Envelope, definition: Definition) {
        self.draft = Some(Draft {
            definition,
            by: envelope.actor.clone(),
            at: envelope.recorded_at,
            position: envelope.position,
            agreements: Vec::new(),
        });
    }

    pub(super) fn agreed(&mut self, envelope: &Envelope, agreed: DefinitionAgreed) {
        let agreement = Agreement {
            function: agreed.function,
            by: envelope.actor.clone(),
            behalf: agreed.provenance.behalf,
            at: envelope.recorded_at,
            position: envelope.position,
        };
        let drafts = self.draft.iter_mut().map(|draft| (draft.position, &mut draft.agreements));
        let rulings = self.definitions.iter_mut().map(|ruling| (ruling.position, &mut ruling.agreements));
        let of = drafts.chain(rulings).find(|(position, _)| *position == agreed.definition);
        if let Some((_, agreements)) = of
            && !agreements.iter().any(|earlier| earlier.function == agreement.function)
        {
            agreements.push(agreement);
        }
    }

    pub(super) fn draft_dropped(&mut self, envelope: &Envelope, dropped: DraftDropped) {
        let Some(draft) = self.draft.take_if(|draft| draft.position == dropped.definition) else { return };
        self.dropped = Some(Dropped {
            draft: draft.position,
            version: draft.definition.version,
            reason: dropped.reason,
            by: envelope.actor.clone(),
            at: envelope.recorded_at,
            position: envelope.position,
        });
    }

    pub(super) fn put_in_force(&mut self, envelope: &Envelope, definition: Definition) {
        for waiver in &mut self.waivers {
            if let Subject::Criterion { criterion } = &waiver.subject {
                let before =
                    self.definitions.last().and_then(|ruling| ruling.definition.criterion(criterion));
                let after = definition.criterion(criterion);
                let why = match (before, after) {
                    (_, None) => {
                        format!("version {} of the definition drops the criterion", definition.version)
                    }
                    (Some(before), Some(after)) if !before.asks_the_same_as(after) => {
                        format!("version {} of the definition changes the criterion", definition.version)
                    }
                    (_, Some(after)) if !after.applies_to(&waiver.track) => {
                        format!(
                            "version {} of the definition takes the criterion off the track",
                            definition.version
                        )
                    }
                    (_, Some(after)) if !waiver.may_be_given_by(&after.waivable_by) => {
                        format!("version {} of the definition lets others alone waive it", definition.version)
                    }
                    _ => continue,
                };
                waiver.end(lapsed(envelope, why));
            }
        }
        let draft = self.draft.take_if(|draft| draft.definition.version <= definition.version);
        let (draft, agreements) = draft
            .filter(|draft| draft.definition.criteria == definition.criteria)
            .map_or_else(|| (None, Vec::new()), |draft| (Some(draft.position), draft.agreements));
        let after = self.live_tracks().filter_map(|track| {
            // What was nominated along with it, as by one file, was not there before.
            let before = |at| at < envelope.recorded_at;
            let candidate = track.candidate.as_ref().filter(|candidate| before(candidate.nominated_at))?;
            Some(Late {
                track: track.description.id.clone(),
                build: candidate.build.clone(),
                nominated_at: candidate.nominated_at,
            })
        });
        let after = after.collect();
        self.definitions.push(Ruling {
            definition,
            by: envelope.actor.clone(),
            since: envelope.recorded_at,
            position: envelope.position,
            draft,
            agreements,
            after,
        });
    }

    pub(super) fn waiver_requested(&mut self, envelope: &Envelope, requested: WaiverRequested) {
        self.waivers.push(Waiver {
            position: envelope.position,
            subject: requested.subject,
            track: requested.track,
            scope: requested.scope,
            reason: requested.reason,
            mitigation: requested.mitigation,
            expires: requested.expires,
            by: envelope.actor.clone(),
            at: envelope.recorded_at,
            answer: None,
            end: None,
        });
    }

    pub(super) fn waiver_approved(&mut self, envelope: &Envelope, approved: WaiverApproved) {
        let answer = Answer::Approved {
            by: envelope.actor.clone(),
            behalf: approved.provenance.behalf,
            function: approved.function,
            note: approved.note,
            at: envelope.recorded_at,
            position: envelope.position,
        };
        self.on_waiver(approved.waiver, |waiver| {
            if waiver.is_open() {
                waiver.answer.get_or_insert(answer);
            }
        });
    }

    pub(super) fn waiver_rejected(&mut self, envelope: &Envelope, rejected: WaiverRejected) {
        let answer = Answer::Rejected {
            by: envelope.actor.clone(),
            reason: rejected.reason,
            at: envelope.recorded_at,
            position: envelope.position,
        };
        self.on_waiver(rejected.waiver, |waiver| {
            waiver.answer.get_or_insert(answer);
        });
    }

    pub(super) fn waiver_revoked(&mut self, envelope: &Envelope, revoked: WaiverRevoked) {
        let end = End::Revoked {
            by: envelope.actor.clone(),
            reason: revoked.reason,
            at: envelope.recorded_at,
            position: envelope.position,
        };
        self.on_waiver(revoked.waiver, |waiver| waiver.end(end));
    }

    /// Ends what was given for an earlier candidate.
    pub(super) fn lapse_with_candidate(&mut self, envelope: &Envelope, nominated: &CandidateNominated) {
        let Some(track) = self.tracks.get(&nominated.track) else { return };
        let label = track.build_label(&nominated.build);
        let of_track = self.waivers.iter_mut().filter(|waiver| waiver.track == nominated.track);
        for waiver in of_track.filter(|waiver| waiver.is_open()) {
            if matches!(&waiver.scope, Scope::Build { build } if *build != nominated.build) {
                waiver.end(lapsed(envelope, format!("the candidate is now {label}")));
            }
        }
    }

    /// Ends what was given for a defect that has turned out worse, and says how.
    pub(super) fn lapse_with_defect(
        &mut self,
        envelope: &Envelope,
        before: &Defect,
        report: &DefectReport,
    ) -> Option<Worse> {
        let why = match (before.report.severity, report.severity) {
            _ if before.report.state.is_settled() && !report.state.is_settled() => {
                "it has come up again".to_owned()
            }
            (Some(was), Some(is)) if is < was => {
                format!("it was {} and is {} now", was.as_str(), is.as_str())
            }
            (None, Some(is)) => format!("it turned out to be {}", is.as_str()),
            (Some(was), None) => format!("it was {}, and nobody says how bad it is now", was.as_str()),
            _ => return None,
        };
        Some(self.turned_worse(envelope, &before.key, why))
    }

    /// Ends what was given for a defect that users feel more than was told, and says how.
    pub(super) fn lapse_with_impact(
        &mut self,
        envelope: &Envelope,
        before: &Defect,
        impact: &Impact,
    ) -> Option<Worse> {
        let was = &before.impact.as_ref()?.impact;
        let felt = |impact: &Impact| impact.reach.weight() * impact.often.weight();
        let why = format!(
            "it was told as reaching {} users, {}, and is now {}, {}",
            was.reach.as_str(),
            was.often.as_str(),
            impact.reach.as_str(),
            impact.often.as_str()
        );
        (felt(impact) > felt(was)).then(|| self.turned_worse(envelope, &before.key, why))
    }

    fn turned_worse(&mut self, envelope: &Envelope, key: &DefectKey, why: String) -> Worse {
        let of_defect =
            |waiver: &&mut Waiver| matches!(&waiver.subject, Subject::Defect { defect } if defect == key);
        for waiver in self.waivers.iter_mut().filter(of_defect).filter(|waiver| waiver.is_open()) {
            waiver.end(lapsed(envelope, why.clone()));
        }
        Worse { why, at: envelope.recorded_at, position: envelope.position }
    }

    pub(super) fn signed_off(&mut self, envelope: &Envelope, signed: SignedOff) {
        self.on_track(&signed.track, |track| {
            track.sign_offs.push(SignOff {
                position: envelope.position,
                actor: envelope.actor.clone(),
                recorded_at: envelope.recorded_at,
                build: signed.build,
                function: signed.function,
                notes: signed.notes,
                behalf: signed.provenance.behalf,
                withdrawn: None,
            });
        });
    }

    pub(super) fn assessed(&mut self, envelope: &Envelope, assessed: Assessed) {
        self.on_track(&assessed.track, |track| {
            track.assessments.push(Assessment {
                position: envelope.position,
                actor: envelope.actor.clone(),
                recorded_at: envelope.recorded_at,
                build: assessed.build,
                recommendation: assessed.recommendation,
                confidence: assessed.confidence,
                reasons: assessed.reasons,
                withdrawn: None,
            });
        });
    }

    /// Finds a waiver by its position.
    pub fn waiver(&self, position: Position) -> Option<&Waiver> {
        let index = self.waivers.binary_search_by_key(&position, |waiver| waiver.position).ok()?;
        self.waivers.get(index)
    }

    fn on_waiver(&mut self, position: Position, change: impl FnOnce(&mut Waiver)) {
        if let Ok(index) = self.waivers.binary_search_by_key(&position, |waiver| waiver.position)
            && let Some(waiver) = self.waivers.get_mut(index)
        {
            change(waiver);
        }
    }
}

fn lapsed(envelope: &Envelope, why: String) -> End {
    End::Lapsed { why, at: envelope.recorded_at, position: envelope.position }
}
