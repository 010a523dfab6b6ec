//! A release: the fold of its stream, a plain struct in memory.
//!
//! Invariant: the same events give the same release, whoever folds them and whenever.

mod agreed;
mod blocking;
mod corrected;
mod listed;
mod planned;
mod shipped;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ask::{Ask, End};
use crate::blocker::Blocker;
use crate::change::Change;
use crate::criterion::Definition;
use crate::defect::Defect;
use crate::definition::{Draft, Dropped, Ruling};
use crate::envelope::{ActorId, Envelope, Position, StreamVersion};
use crate::event::{AskDeclined, AskWithdrawn, Event, ReleaseDescribed};
use crate::evidence::{Attestation, Ingest, Summary};
use crate::id::{ChangeKey, DefectKey, ReleaseId, RunKind, TrackId};
use crate::listing::Whole;
use crate::risk::Risk;
use crate::time::Time;
use crate::track::{Candidate, Track};
use crate::waiver::Waiver;

pub use corrected::Brought;

/// Kinds of run that every product has.
pub const COMMON_KINDS: [&str; 5] = ["smoke", "regression", "platform", "exploratory", "performance"];

/// One coordinated train of a product, as of the last event folded.
#[derive(Clone, Debug)]
pub struct Release {
    pub id: ReleaseId,
    pub description: ReleaseDescribed,
    pub tracks: BTreeMap<TrackId, Track>,
    /// The order in which tracks are shown: as first described.
    pub track_order: Vec<TrackId>,
    /// Every definition that has been in force; the last one rules.
    pub definitions: Vec<Ruling>,
    /// What waits for agreement.
    pub draft: Option<Draft>,
    /// The draft that was dropped last.
    pub dropped: Option<Dropped>,
    /// Who asked to have what accepted as it is, in the order of the journal.
    pub waivers: Vec<Waiver>,
    /// Shared between one state of the release and the next: only what changed is copied.
    pub defects: BTreeMap<DefectKey, Arc<Defect>>,
    pub changes: BTreeMap<ChangeKey, Arc<Change>>,
    pub risks: Vec<Risk>,
    /// In the order of their numbers, which is that in which they were proposed.
    pub blockers: Vec<Arc<Blocker>>,
    /// When which list was said to be whole, in the order of the journal.
    pub wholes: Vec<Whole>,
    /// Who was asked for what, in the order of the journal.
    pub asks: Vec<Ask>,
    pub version: StreamVersion,
    pub position: Position,
    pub recorded_at: Time,
    /// The first event of a type this version does not know: the stream is then read-only.
    pub unrecognised: Option<String>,
    /// Events whose payload was redacted: what they said no longer counts, and that is told.
    pub redacted: Vec<(Position, Arc<str>)>,
}

impl Release {
    /// Folds a whole stream; `None` when it holds no release.
    pub fn fold(events: impl IntoIterator<Item = (Envelope, Event)>) -> Option<Self> {
        let mut release = None;
        for (envelope, event) in events {
            match &mut release {
                Some(release) => Self::apply(release, &envelope, event),
                None => release = Self::begin(&envelope, event),
            }
        }
        release
    }

    /// Begins a release with its first event.
    pub fn begin(envelope: &Envelope, event: Event) -> Option<Self> {
        let Event::ReleasePlanned(planned) = event else { return None };
        Some(Self {
            id: ReleaseId { product: planned.product, name: planned.name },
            description: planned.description,
            tracks: BTreeMap::new(),
            track_order: Vec::new(),
            definitions: Vec::new(),
            draft: None,
            dropped: None,
            waivers: Vec::new(),
            defects: BTreeMap::new(),
            changes: BTreeMap::new(),
            risks: Vec::new(),
            blockers: Vec::new(),
            wholes: Vec::new(),
            asks: Vec::new(),
            version: envelope.version,
            position: envelope.position,
            recorded_at: envelope.recorded_at,
            unrecognised: None,
            redacted: Vec::new(),
        })
    }

    /// Folds one more event. Total: an event about a track that is not there changes nothing.
    pub fn apply(&mut self, envelope: &Envelope, event: Event) {
        self.version = envelope.version;
        self.position = envelope.position;
        self.recorded_at = envelope.recorded_at;
        match event {
            Event::ReleaseDescribed(description) => self.description = description,
            Event::TrackDescribed(description) => {
                let id = description.id.clone();
                if let Some(track) = self.tracks.get_mut(&id) {
                    track.description = description;
                    track.retired = false;
                } else {
                    self.track_order.push(id.clone());
                    self.tracks.insert(id, Track::new(description));
                }
            }
            Event::TrackRetired(retired) => self.on_track(&retired.track, |track| track.retired = true),
            Event::DefinitionPutInForce(definition) => self.put_in_force(envelope, definition),
            Event::DefinitionDrafted(definition) => self.drafted(envelope, definition),
            Event::DefinitionAgreed(agreed) => self.agreed(envelope, agreed),
            Event::DraftDropped(dropped) => self.draft_dropped(envelope, dropped),
            Event::WaiverRequested(requested) => self.waiver_requested(envelope, requested),
            Event::WaiverApproved(approved) => self.waiver_approved(envelope, approved),
            Event::WaiverRejected(rejected) => self.waiver_rejected(envelope, rejected),
            Event::WaiverRevoked(revoked) => self.waiver_revoked(envelope, revoked),
            Event::PlanSet(set) => self.on_track(&set.track, |track| {
                track.plans.insert(set.kind, set.plan);
            }),
            Event::PlanDropped(dropped) => self.on_track(&dropped.track, |track| {
                track.plans.remove(&dropped.kind);
            }),
            Event::BuildRegistered(registered) => self.on_track(&registered.track, |track| {
                track.builds.insert(registered.build.number.clone(), registered.build);
            }),
            Event::CandidateNominated(nominated) => {
                self.lapse_with_candidate(envelope, &nominated);
                self.void_handoffs(envelope, &nominated);
                self.on_track(&nominated.track, |track| {
                    track.nominate(Candidate {
                        build: nominated.build,
                        nominated_at: envelope.recorded_at,
                        position: envelope.position,
                        by: envelope.actor.clone(),
                        reason: nominated.reason,
                    });
                });
            }
            Event::RunIngested(ingested) => {
                if let Some(track) = self.tracks.get_mut(&ingested.track) {
                    track.ingests.push(Ingest::new(envelope, ingested));
                }
            }
            Event::DeviceAttested(attested) => {
                let asked_by = self.answered(envelope, attested.provenance.answers);
                self.on_track(&attested.track, |track| {
                    track.attestations.push(Attestation {
                        position: envelope.position,
                        actor: envelope.actor.clone(),
                        recorded_at: envelope.recorded_at,
                        build: attested.build,
                        device: attested.device,
                        result: attested.result,
                        notes: attested.notes,
                        photos: attested.photos,
                        behalf: attested.provenance.behalf,
                        asked_by,
                        corrects: None,
                        withdrawn: None,
                    });
                })
            }
            Event::SummaryWritten(written) => {
                let asked_by = self.answered(envelope, written.provenance.answers);
                self.on_track(&written.track, |track| {
                    track.summaries.push(Summary {
                        position: envelope.position,
                        actor: envelope.actor.clone(),
                        recorded_at: envelope.recorded_at,
                        build: written.build,
                        text: written.text,
                        words: written.words,
                        behalf: written.provenance.behalf,
                        asked_by,
                        corrects: None,
                        withdrawn: None,
                    });
                })
            }
            Event::SignedOff(signed) => self.signed_off(envelope, signed),
            Event::Assessed(assessed) => self.assessed(envelope, assessed),
            Event::EvidenceWithdrawn(withdrawn) => self.withdrawn(envelope, withdrawn),
            Event::EvidenceCarried(carried) => self.carried(envelope, carried),
            Event::EvidenceCorrected(corrected) => self.corrected(envelope, &corrected),
            Event::DefectReported(reported) => self.defect_reported(envelope, *reported),
            Event::DefectTranslated(translated) => self.defect_translated(envelope, translated),
            Event::ExposureTold(told) => self.exposure_told(envelope, told),
            Event::DefectDeferred(deferred) => self.defect_deferred(envelope, deferred),
            Event::DefectWithdrawn(withdrawn) => self.defect_withdrawn(envelope, withdrawn),
            Event::ChangeDescribed(described) => self.change_described(envelope, described),
            Event::ChangeSaid(said) => self.change_said(envelope, said),
            Event::ChangeTakenOut(taken) => self.change_taken_out(envelope, taken),
            Event::ChangePutBack(back) => self.change_put_back(&back),
            Event::RiskNoted(noted) => self.risk_noted(envelope, noted),
            Event::RiskClosed(closed) => self.risk_closed(envelope, closed),
            Event::ListWhole(whole) => self.list_whole(envelope, whole),
            Event::HandoffOffered(offered) => self.handoff_offered(envelope, offered),
            Event::HandoffAnswered(answered) => self.handoff_answered(envelope, answered),
            Event::Submitted(submitted) => self.submitted(envelope, submitted),
            Event::StoreSaid(said) => self.store_said(envelope, said),
            Event::RolloutSaid(said) => self.rollout_said(envelope, said),
            Event::ReviewExpedited(expedited) => self.review_expedited(envelope, expedited),
            Event::ReworkPlanned(planned) => self.rework_planned(envelope, planned),
            Event::CourseTurned(turned) => self.course_turned(envelope, turned),
            event @ (Event::BlockerProposed(_)
            | Event::BlockerAccepted(_)
            | Event::BlockerRejected(_)
            | Event::BlockerOwned(_)
            | Event::BlockerUpdated(_)
            | Event::BlockerResolved(_)
            | Event::BlockerWaived(_)
            | Event::BlockerDeferred(_)
            | Event::BlockerWithdrawn(_)
            | Event::BlockerMerged(_)
            | Event::BlockerReopened(_)
            | Event::BlockerLinked(_)
            | Event::BlockerUnlinked(_)) => self.blocking(envelope, event),
            Event::TargetSet(set) => self.target_set(envelope, set),
            Event::MilestoneAdded(added) => self.milestone_added(envelope, added),
            Event::MilestonePlanned(planned) => self.milestone_planned(envelope, planned),
            Event::MilestoneReached(reached) => self.milestone_reached(envelope, reached),
            Event::ReachedWithdrawn(withdrawn) => self.reached_withdrawn(envelope, withdrawn),
            Event::MilestoneDropped(dropped) => self.milestone_dropped(envelope, dropped),
            Event::HolidaysImported(imported) => self.description.policy.calendar.import(imported.holidays),
            Event::HolidayRemoved(removed) => self.description.policy.calendar.remove(removed.date),
            Event::Asked(asked) => self.asks.push(Ask {
                position: envelope.position,
                by: envelope.actor.clone(),
                at: envelope.recorded_at,
                of: asked.of,
                wanted: asked.wanted,
                note: asked.note,
                until: asked.until,
                end: None,
            }),
            Event::AskWithdrawn(AskWithdrawn { ask, reason }) => {
                let (by, at) = (envelope.actor.clone(), envelope.recorded_at);
                self.end_ask(ask, End::Withdrawn { by, reason, at });
            }
            Event::AskDeclined(AskDeclined { ask, reason }) => {
                self.end_ask(ask, End::Declined { reason, at: envelope.recorded_at });
            }
            Event::Redacted => self.redacted.push((envelope.position, envelope.kind.clone())),
            Event::Unrecognised => {
                self.unrecognised.get_or_insert_with(|| {
                    format!(
                        "{} version {} at position {}",
                        envelope.kind, envelope.kind_version, envelope.position
                    )
                });
            }
            Event::ReleasePlanned(_)
            | Event::ProductDescribed(_)
            | Event::TemplateChanged(_)
            | Event::ImportMappingRemembered(_)
            | Event::EventRedacted(_) => {}
        }
    }

    /// Ends the ask that evidence answers, if it answers any, and returns who asked.
    fn answered(&mut self, envelope: &Envelope, ask: Option<Position>) -> Option<ActorId> {
        self.end_ask(ask?, End::Answered { evidence: envelope.position, at: envelope.recorded_at })
    }

    fn on_track(&mut self, id: &TrackId, change: impl FnOnce(&mut Track)) {
        if let Some(track) = self.tracks.get_mut(id) {
            change(track);
        }
    }

    /// Returns the definition of ready that rules now.
    pub fn definition(&self) -> Option<&Definition> {
        self.ruling().map(|ruling| &ruling.definition)
    }

    /// Returns the definition of ready that rules now, with who agreed to it and since when.
    pub fn ruling(&self) -> Option<&Ruling> {
        self.definitions.last()
    }

    /// Returns the tracks in the order they are shown, without retired ones.
    pub fn live_tracks(&self) -> impl Iterator<Item = &Track> {
        self.track_order.iter().filter_map(|id| self.tracks.get(id)).filter(|track| !track.retired)
    }

    /// Returns every kind of run that this release knows.
    pub fn kinds(&self) -> Vec<RunKind> {
        let common = COMMON_KINDS.iter().filter_map(|kind| RunKind::parse(kind).ok());
        common.chain(self.description.kinds.iter().cloned()).collect()
    }
}
