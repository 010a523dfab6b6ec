//! The sentence of each event, with the names that a release lends.
//!
//! Invariant: a name that the release cannot lend is told by its id; no event goes untold.

use super::{About, Topic, Whom};
use crate::ask::Wanted;
use crate::criterion::Definition;
use crate::envelope::{ActorId, Envelope, Position};
use crate::event::{AskDeclined, AskWithdrawn, CandidateNominated, Event, RunIngested};
use crate::id::{BuildNumber, TrackId};
use crate::release::Release;
use crate::track::{Track, TrackDescription};
use crate::voice::Provenance;
use crate::words;

/// What is particular to one event.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) topic: Topic,
    pub(super) track: Option<TrackId>,
    pub(super) sentence: String,
    pub(super) detail: Option<String>,
    pub(super) about: About,
    pub(super) provenance: Provenance,
    pub(super) asked_by: Option<ActorId>,
    pub(super) whom: Option<Whom>,
}

impl Told {
    pub(super) fn new(topic: Topic, about: About, sentence: String) -> Self {
        let (track, detail, asked_by, whom) = (None, None, None, None);
        Self { topic, track, sentence, detail, about, provenance: Provenance::default(), asked_by, whom }
    }

    pub(super) fn on(self, track: &TrackId) -> Self {
        Self { track: Some(track.clone()), ..self }
    }

    /// Notes how the word came.
    pub(super) fn coming(self, provenance: &Provenance, release: Option<&Release>) -> Self {
        let ask = provenance.answers.and_then(|ask| release?.ask(ask));
        Self { provenance: provenance.clone(), asked_by: ask.map(|ask| ask.by.clone()), ..self }
    }

    pub(super) fn with(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }
}

impl Told {
    pub(super) fn naming(self, person: &ActorId, then: String) -> Self {
        Self { whom: Some(Whom { person: person.clone(), then }), ..self }
    }
}

pub(super) struct Teller<'a> {
    pub(super) envelope: &'a Envelope,
    pub(super) release: Option<&'a Release>,
}

impl Teller<'_> {
    pub(super) fn tell(&self, event: &Event) -> Told {
        let here = self.envelope.position;
        let on_track = |topic, track: &TrackId, sentence: String| {
            Told::new(topic, About::Track(track.clone()), sentence).on(track)
        };
        match event {
            Event::ProductDescribed(product) => {
                let sentence =
                    format!("described the product {}, in the time zone {}", product.name, product.zone);
                Told::new(Topic::Setup, About::Product, sentence)
            }
            Event::TemplateChanged(changed) => {
                let criteria = words::count(changed.criteria.len() as i64, "criterion", "criteria");
                let sentence = format!("changed what new releases start from: {criteria}");
                Told::new(Topic::Criteria, About::Product, sentence)
            }
            Event::ImportMappingRemembered(remembered) => {
                let columns = remembered.mapping.columns.values().flatten().count();
                let sentence = format!(
                    "kept for the next import of {} what {} of the file hold",
                    remembered.kind.nouns().1,
                    words::count(columns as i64, "column", "columns")
                );
                Told::new(Topic::Setup, About::Product, sentence)
            }
            Event::ReleasePlanned(planned) => {
                let description = &planned.description;
                let sentence = format!(
                    "planned {} {}, which users will see as {}",
                    description.product_name, planned.name, description.version
                );
                Told::new(Topic::Setup, About::Release, sentence)
            }
            Event::ReleaseDescribed(description) => {
                let sentence = format!(
                    "described the release anew: {}, which users will see as {}, in the time zone {}",
                    description.product_name, description.version, description.zone
                );
                Told::new(Topic::Setup, About::Release, sentence)
            }
            Event::TrackDescribed(track) => on_track(Topic::Setup, &track.id, self.described(track)),
            Event::TrackRetired(retired) => {
                let sentence = format!("took the track {} out", self.track_name(&retired.track));
                Told::new(Topic::Setup, About::Release, sentence).on(&retired.track)
            }
            Event::DefinitionPutInForce(definition) => {
                let sentence = self.put_in_force(definition);
                Told::new(Topic::Criteria, About::Definition(definition.version), sentence)
                    .with(definition.reason.clone())
            }
            Event::DefinitionDrafted(definition) => self.drafted(definition),
            Event::DefinitionAgreed(agreed) => self.agreed(agreed),
            Event::DraftDropped(dropped) => self.draft_dropped(dropped),
            Event::WaiverRequested(requested) => self.waiver_requested(requested),
            Event::WaiverApproved(approved) => self.waiver_approved(approved),
            Event::WaiverRejected(rejected) => self.waiver_rejected(rejected),
            Event::WaiverRevoked(revoked) => self.waiver_revoked(revoked),
            Event::HandoffOffered(offered) => self.handoff_offered(offered),
            Event::HandoffAnswered(answered) => self.handoff_answered(answered),
            Event::Submitted(submitted) => self.submitted(submitted),
            Event::StoreSaid(said) => self.store_said(said),
            Event::RolloutSaid(said) => self.rollout_said(said),
            Event::ReviewExpedited(expedited) => self.review_expedited(expedited),
            Event::ReworkPlanned(planned) => self.rework_planned(planned),
            Event::CourseTurned(turned) => self.course_turned(turned),
            Event::PlanSet(set) => {
                let cases = words::count(set.plan.cases, "case", "cases");
                let (kind, name) = (&set.kind, self.track_name(&set.track));
                let sentence = format!("set the {kind} plan of {name}: {cases} from {}", set.plan.source);
                on_track(Topic::Plan, &set.track, sentence)
            }
            Event::PlanDropped(dropped) => {
                let sentence =
                    format!("dropped the {} plan of {}", dropped.kind, self.track_name(&dropped.track));
                on_track(Topic::Plan, &dropped.track, sentence)
            }
            Event::BuildRegistered(registered) => {
                let (build, name) = (&registered.build, self.track_name(&registered.track));
                let sentence = format!("registered {build} on {name}, made from {}", build.commit);
                on_track(Topic::Candidate, &registered.track, sentence)
            }
            Event::CandidateNominated(nominated) => {
                on_track(Topic::Candidate, &nominated.track, self.nominated(nominated))
                    .with(nominated.reason.clone())
            }
            Event::RunIngested(run) => {
                let counts = &run.counts;
                let sentence = format!(
                    "ingested the {}: {}, {} failed, {} skipped{}",
                    self.run(run),
                    words::count(counts.cases, "case", "cases"),
                    words::number(counts.failed + counts.errored),
                    words::number(counts.skipped),
                    if run.complete { "; it was called complete" } else { "" }
                );
                Told::new(Topic::Evidence, About::Evidence(here), sentence).on(&run.track)
            }
            Event::DeviceAttested(check) => {
                let on = self.build(&check.track, &check.build);
                let sentence =
                    format!("checked {on} by hand on {}: it {}", check.device, check.result.as_str());
                Told::new(Topic::Evidence, About::Evidence(here), sentence)
                    .on(&check.track)
                    .with(check.notes.clone())
                    .coming(&check.provenance, self.release)
            }
            Event::SummaryWritten(summary) => {
                let length = words::count(summary.words, "word", "words");
                let build = self.build(&summary.track, &summary.build);
                let sentence = format!("wrote the test summary of {build}: {length}");
                Told::new(Topic::Evidence, About::Evidence(here), sentence)
                    .on(&summary.track)
                    .coming(&summary.provenance, self.release)
            }
            Event::SignedOff(signed) => self.signed_off(signed),
            Event::Assessed(assessed) => self.assessed(assessed),
            Event::EvidenceCarried(carried) => self.carried(carried),
            Event::EvidenceCorrected(corrected) => self.corrected(corrected),
            Event::DefectReported(reported) => self.defect_reported(reported),
            Event::DefectTranslated(translated) => self.defect_translated(translated),
            Event::ExposureTold(told) => self.exposure_told(told),
            Event::DefectDeferred(deferred) => self.defect_deferred(deferred),
            Event::DefectWithdrawn(withdrawn) => self.defect_withdrawn(withdrawn),
            Event::ChangeDescribed(described) => self.change_described(described),
            Event::ChangeSaid(said) => self.change_said(said),
            Event::ChangeTakenOut(taken) => self.change_taken_out(taken),
            Event::ChangePutBack(back) => self.change_put_back(back),
            Event::RiskNoted(noted) => self.risk_noted(noted),
            Event::RiskClosed(closed) => self.risk_closed(closed),
            Event::ListWhole(whole) => self.list_whole(whole),
            Event::BlockerProposed(proposed) => self.blocker_proposed(proposed),
            Event::BlockerAccepted(accepted) => self.blocker_accepted(accepted),
            Event::BlockerRejected(rejected) => self.blocker_rejected(rejected),
            Event::BlockerOwned(owned) => self.blocker_owned(owned),
            Event::BlockerUpdated(updated) => self.blocker_updated(updated),
            Event::BlockerResolved(resolved) => self.blocker_resolved(resolved),
            Event::BlockerWaived(waived) => self.blocker_waived(waived),
            Event::BlockerDeferred(deferred) => self.blocker_deferred(deferred),
            Event::BlockerWithdrawn(withdrawn) => self.blocker_withdrawn(withdrawn),
            Event::BlockerMerged(merged) => self.blocker_merged(merged),
            Event::BlockerReopened(reopened) => self.blocker_reopened(reopened),
            Event::BlockerLinked(linked) => self.blocker_linked(linked),
            Event::BlockerUnlinked(unlinked) => self.blocker_unlinked(unlinked),
            Event::TargetSet(set) => self.target_set(set),
            Event::MilestoneAdded(added) => self.milestone_added(added),
            Event::MilestonePlanned(planned) => self.milestone_planned(planned),
            Event::MilestoneReached(reached) => self.milestone_reached(reached),
            Event::ReachedWithdrawn(withdrawn) => self.reached_withdrawn(withdrawn),
            Event::MilestoneDropped(dropped) => self.milestone_dropped(dropped),
            Event::HolidaysImported(imported) => self.holidays_imported(imported),
            Event::HolidayRemoved(removed) => self.holiday_removed(removed),
            Event::EvidenceWithdrawn(withdrawn) => {
                self.withdrawn(withdrawn.evidence).with(Some(withdrawn.reason.clone()))
            }
            Event::Asked(asked) => {
                let told = Told::new(Topic::Ask, About::Ask(here), "asked".to_owned());
                let told = told.on(asked.wanted.track()).with(asked.note.clone());
                told.naming(&asked.of, format!("to {}", self.deed(&asked.wanted)))
            }
            Event::AskWithdrawn(AskWithdrawn { ask: position, reason }) => {
                let told = |sentence: String| {
                    Told::new(Topic::Ask, About::Ask(*position), sentence).with(Some(reason.clone()))
                };
                match self.release.and_then(|release| release.ask(*position)) {
                    Some(ask) => told("no longer asks".to_owned())
                        .on(ask.wanted.track())
                        .naming(&ask.of, format!("to {}", self.deed(&ask.wanted))),
                    None => told(format!("withdrew ask {position}")),
                }
            }
            Event::AskDeclined(AskDeclined { ask: position, reason }) => {
                let ask = self.release.and_then(|release| release.ask(*position));
                let what =
                    ask.map_or_else(|| format!("do what ask {position} asks"), |ask| self.deed(&ask.wanted));
                let sentence = format!("was asked and cannot {what}");
                let told = Told::new(Topic::Ask, About::Ask(*position), sentence).with(Some(reason.clone()));
                match ask {
                    Some(ask) => told.on(ask.wanted.track()),
                    None => told,
                }
            }
            Event::EventRedacted(redacted) => {
                let what = self.redacted(redacted.position);
                let sentence = format!("redacted {what}; what it said no longer counts");
                Told::new(Topic::Correction, About::Event(redacted.position), sentence)
                    .with(Some(redacted.reason.clone()))
            }
            Event::Redacted => {
                let sentence = "recorded something that has since been redacted".to_owned();
                Told::new(Topic::Correction, About::Event(here), sentence)
            }
            Event::Unrecognised => {
                let sentence = format!(
                    "recorded a `{}` of version {}, which this version of Seaworthy does not know",
                    self.envelope.kind, self.envelope.kind_version
                );
                Told::new(Topic::Setup, About::Nothing, sentence)
            }
        }
    }

    fn track(&self, id: &TrackId) -> Option<&Track> {
        self.release?.tracks.get(id)
    }

    pub(super) fn track_name(&self, id: &TrackId) -> String {
        self.track(id).map_or_else(|| id.to_string(), |track| track.description.name.clone())
    }

    pub(super) fn build_label(&self, track: &TrackId, build: &BuildNumber) -> String {
        self.track(track).map_or_else(|| build.to_string(), |track| track.build_label(build))
    }

    /// Returns a build with its track: "Android 4.2.0 (40518)".
    pub(super) fn build(&self, track: &TrackId, build: &BuildNumber) -> String {
        format!("{} {}", self.track_name(track), self.build_label(track, build))
    }

    pub(super) fn run(&self, run: &RunIngested) -> String {
        let device = run.device.as_ref().map(|device| format!(", on {device}")).unwrap_or_default();
        format!("{} on {}{device}", run.label(), self.build(&run.track, &run.build))
    }

    fn deed(&self, wanted: &Wanted) -> String {
        match self.release {
            Some(release) => wanted.deed(release),
            None => format!("bring evidence for {} {}", wanted.track(), wanted.build()),
        }
    }

    fn nominated(&self, nominated: &CandidateNominated) -> String {
        let label = self.build_label(&nominated.track, &nominated.build);
        let sentence = format!("nominated {label} on {}", self.track_name(&nominated.track));
        let track = self.track(&nominated.track);
        let before = track.and_then(|track| Some((track, track.candidate_before(self.envelope.position)?)));
        let Some((track, before)) = before else { return sentence };
        if before.build == nominated.build {
            return format!("{sentence} once more");
        }
        match (track.builds.get(&before.build), track.builds.get(&nominated.build)) {
            (Some(earlier), Some(build)) => {
                let distance = earlier.distance_to(build);
                let earlier = if earlier.version == build.version {
                    earlier.number.to_string()
                } else {
                    earlier.to_string()
                };
                format!("{sentence}, in place of {earlier}{distance}")
            }
            _ => format!("{sentence}, in place of {}", before.build),
        }
    }

    /// Says what a version of the definition of ready has that the one before it had not.
    fn put_in_force(&self, definition: &Definition) -> String {
        let version = definition.version;
        let criteria = words::count(definition.criteria.len() as i64, "criterion", "criteria");
        let sentence = format!("put version {version} of the definition of ready in force: {criteria}");
        match self.difference(definition) {
            None => sentence,
            Some(difference) => format!("{sentence}; {difference}"),
        }
    }

    fn withdrawn(&self, evidence: Position) -> Told {
        match self.evidence(evidence) {
            None => {
                Told::new(Topic::Correction, About::Event(evidence), format!("withdrew evidence {evidence}"))
            }
            Some((track, what)) => {
                let told =
                    Told::new(Topic::Correction, About::Evidence(evidence), format!("withdrew {what}"));
                track.map_or(told.clone(), |track| told.on(&track.description.id))
            }
        }
    }

    fn redacted(&self, position: Position) -> &'static str {
        let mut redacted = self.release.iter().flat_map(|release| &release.redacted);
        match redacted.find(|(of, _)| *of == position).map(|(_, kind)| &**kind) {
            Some("run_ingested") => "a test run",
            Some("device_attested") => "a check by hand",
            Some("summary_written") => "a test summary",
            Some("signed_off") => "a sign-off",
            Some("assessed") => "an assessment",
            Some("defect_reported") => "what was reported of a defect",
            Some("defect_translated") => "what a defect is for users",
            Some("exposure_told") => "whether a track has a defect",
            Some("risk_noted") => "a risk",
            Some("blocker_updated") => "what was said about a blocker",
            Some("target_set") => "when a track goes live",
            Some("milestone_added" | "milestone_planned") => "when a milestone is due",
            Some("milestone_reached") => "that a milestone was reached",
            Some("asked") => "what somebody was asked",
            Some("ask_declined") => "why somebody could not do what they were asked",
            _ => "something that was recorded",
        }
    }

    fn described(&self, track: &TrackDescription) -> String {
        let mut sentence = format!("described the track {}", track.name);
        if let Some(store) = &track.store {
            let store = match store.as_str() {
                "app-store" => "the App Store",
                "play" => "Google Play",
                other => other,
            };
            sentence.push_str(&format!(", which goes to users through {store}"));
        }
        if let Some(other) = &track.shares_submission_with {
            sentence.push_str(&format!(", submitted together with {}", self.track_name(other)));
        }
        match track.devices.as_slice() {
            [] => sentence.push_str("; no devices are listed"),
            devices => {
                let devices = words::joined(devices, 3, "and");
                sentence.push_str(&format!("; to be validated on {devices}"));
            }
        }
        sentence
    }
}
